"""More variables than a SAS dataset can hold are refused at the header, whatever the format."""

import json
from time import perf_counter

import pandas as pd
import pytest
from sas7bdat_bytes import Data, Var, sas7bdat
from xpt_bytes import Member, ibm, library
from xpt_bytes import Var as XptVar

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats import format as formats
from adamgate.converters.formats.csv import head
from adamgate.schemas.study.variable import MOST_VARIABLES

WORDS = "4 variables, more than the 3 that a SAS dataset can hold"


@pytest.fixture
def at_most_three(monkeypatch):
    for module in (formats, head):
        monkeypatch.setattr(module, "MOST_VARIABLES", 3)


def file_of(folder, kind, variables):
    path = folder / f"adx.{kind}"
    names = [f"V{number}" for number in range(variables)]
    if kind == "sas7bdat":
        path.write_bytes(sas7bdat(Data([Var(name) for name in names], [[1.0] * variables], name="ADX")))
    elif kind == "xpt":
        path.write_bytes(library(Member("ADX", [XptVar(name) for name in names], [[ibm(1)] * variables])))
    else:
        ag.write(ag.Dataset.from_frame(pd.DataFrame({name: [1.0] for name in names}), "ADX"), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json", "dsjc", "parquet", "xpt", "sas7bdat"])
def test_every_reader_refuses_them(tmp_path, at_most_three, kind):
    assert len(ag.read(file_of(tmp_path, kind, 3))["ADX"].variables) == 3
    (more := tmp_path / "more").mkdir()
    path = file_of(more, kind, 4)
    with pytest.raises(ag.UnreadableInput, match=WORDS) as refused:
        ag.read(path)
    assert str(path) in str(refused.value)


def test_a_csv_file_that_nothing_describes_is_refused_before_its_records(tmp_path):
    path = tmp_path / "adx.csv"
    names = ",".join(f"V{number}" for number in range(MOST_VARIABLES + 1))
    path.write_text(f"{names}\n1,2\n")
    with pytest.raises(ag.UnreadableInput, match="32,768 variables, more than the 32,767"):
        ag.read(path)


def csv_of_a_hundred_thousand(path):
    names = [f"V{number}" for number in range(100_000)]
    path.write_text(f"{','.join(names)}\n{','.join('1' * len(names))}\n")


def xpt_of_a_hundred_thousand(path):
    """The header counts to 99,999."""
    raw = library(Member("ADX", [XptVar("V1")], [[ibm(1)]]))
    path.write_bytes(raw.replace(b"!!!!!!!0000000001", b"!!!!!!!0000099999"))


@pytest.mark.parametrize("write", [csv_of_a_hundred_thousand, xpt_of_a_hundred_thousand])
def test_a_hundred_thousand_are_refused_by_the_commands_at_once(tmp_path, write, capsys):
    path = tmp_path / f"adx.{write.__name__.partition('_')[0]}"
    write(path)
    start = perf_counter()
    for words in (("convert", str(path), str(tmp_path / "ady.xpt")), ("diff", str(path), str(path))):
        assert cli.run(words) == 3
        said = capsys.readouterr().err
        assert "variables, more than the 32,767 that a SAS dataset can hold" in said
        assert str(path) in said
    assert perf_counter() - start < 20
    assert not (tmp_path / "ady.xpt").exists()


def test_commas_within_a_quoted_title_are_no_variables(tmp_path, at_most_three):
    path = tmp_path / "adx.csv"
    path.write_text('"a, b, c, d, e",AVAL\n1,2\n3,4\n')
    assert len(ag.read(path)["ADX"].variables) == 2


@pytest.mark.slow
def test_a_frame_of_too_many_columns_is_refused():
    frame = pd.DataFrame([[0.0] * (MOST_VARIABLES + 1)]).add_prefix("V")
    with pytest.raises(ValueError, match="ADX: 32,768 columns, more than the 32,767 variables"):
        ag.Dataset.from_frame(frame, "ADX")


def test_records_as_objects_name_their_values_in_any_order(tmp_path):
    path = file_of(tmp_path, "ndjson", 3)
    metadata = path.read_text().splitlines()[0]
    path.write_text(f"{metadata}\n{json.dumps({'V2': 3, 'V0': 1, 'V1': 2})}\n")
    assert ag.read(path)["ADX"].frame.iloc[0].tolist() == [1.0, 2.0, 3.0]
