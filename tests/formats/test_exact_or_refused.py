"""What a text format or its reader would lose is refused; what looks odd and is not lost is written."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable


def dataset(values, **described):
    name = described.pop("name", "V1")
    variable = Variable(name, **{"type": "Num", **described})
    return Dataset("ADX", pd.DataFrame({name: values}), (variable,))


def refusal(data, path):
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, path)
    assert not path.exists()
    return str(caught.value)


@pytest.mark.parametrize("dtype", ["string[pyarrow]", "category"])
def test_nul_is_no_character_of_a_csv_file(tmp_path, dtype):
    values = pd.Series(["a", "b\0c"], dtype=dtype)
    text = refusal(dataset(values, type="Char"), tmp_path / "adx.csv")
    assert "ADX.V1: contains text with a NUL character (first in record 2)" in text


def test_nul_of_a_category_that_no_record_has_is_not_written(tmp_path):
    column = pd.Categorical(["a", None], categories=pd.Index(["b\0", "a"], dtype=object))
    ag.write(dataset(column, type="Char"), tmp_path / "adx.csv")
    assert ag.read(tmp_path / "adx.csv")["ADX"]["V1"].tolist() == ["a", ""]


@pytest.mark.parametrize("to", ["csv", "json"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, np.nan, -np.inf], "contains infinite numbers (first in record 3)"),
        (
            np.array(["NaT", "2020-01-01", "10000-01-01"], "datetime64[s]"),
            "contains dates outside the years 1 to 9999 (first in record 3)",
        ),
        (
            np.array(["0000-12-31", "NaT"], "datetime64[us]"),
            "contains dates outside the years 1 to 9999 (first in record 1)",
        ),
    ],
)
def test_what_text_does_not_hold_is_refused_with_its_record(tmp_path, values, message, to):
    assert f"ADX.V1: {message}" in refusal(dataset(values), tmp_path / f"adx.{to}")


@pytest.mark.parametrize("described", [{"name": "A\0"}, {"label": "\0"}, {"format": "8.\0"}])
def test_nul_in_what_describes_a_variable(tmp_path, described):
    text = refusal(dataset([1.0], **described), tmp_path / "adx.csv")
    assert "NUL character in its name, label or format" in text
    assert "\0" not in text


def test_json_has_nul(tmp_path, assert_same):
    data = dataset(pd.Series(["a\0b", "\0"], dtype="string[pyarrow]"), type="Char")
    ag.write(data, tmp_path / "adx.json")
    (back,) = ag.read(tmp_path / "adx.json")
    assert_same(data, back)


@pytest.mark.parametrize("to", ["csv", "json", "parquet"])
@pytest.mark.parametrize("length", [-1, 0, 2**31])
def test_a_length_that_is_none(tmp_path, to, length):
    assert f"has a length of {length}" in refusal(dataset([1.0], length=length), tmp_path / f"adx.{to}")


@pytest.mark.parametrize("to", ["csv", "json", "parquet"])
@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_a_variable_without_a_name(tmp_path, to, name):
    assert "variable 1 has no name" in refusal(dataset([1.0], name=name), tmp_path / f"adx.{to}")


@pytest.mark.parametrize("described", [{"label": "\ud800"}, {"format": "\ud800"}])
def test_half_a_surrogate_pair_in_what_describes_a_variable(tmp_path, described):
    for to in ("csv", "json", "parquet"):
        assert "not valid Unicode" in refusal(dataset([1.0], **described), tmp_path / f"adx.{to}")


@pytest.mark.parametrize("described", [{"name": " A"}, {"name": "A\t"}, {"format": "8.2 "}])
def test_blanks_that_the_readers_of_csv_drop(tmp_path, described):
    assert "has leading or trailing blanks in its name or format" in refusal(
        dataset([1.0], **described), tmp_path / "adx.csv"
    )


@pytest.mark.parametrize(
    ("declared", "value"), [("integer", -0.0), ("boolean", -0.0), ("time", -0.0), ("time", 1e-7)]
)
def test_numbers_that_their_declared_type_does_not_hold(tmp_path, declared, value):
    text = refusal(dataset([1.0, value], data_type=declared), tmp_path / "adx.json")
    assert f"is declared {declared}, but contains" in text


def test_microseconds_far_from_1960_in_a_double(tmp_path, assert_same):
    far = np.array(["9999-12-31T23:59:59.999999", "NaT"], dtype="datetime64[us]")
    declared = {"format": "DATETIME20.", "data_type": "double"}
    assert "microseconds" in refusal(dataset(far, **declared), tmp_path / "adx.json")
    near = np.array([datetime(2024, 5, 1, 12, 0, 0, 123_457), None], dtype="datetime64[us]")
    for values, described in ((near, declared), (far, {"format": "DATETIME20."})):
        data = dataset(values, **described)
        ag.write(data, tmp_path / "adx.json", overwrite=True)
        (back,) = ag.read(tmp_path / "adx.json")
        assert_same(data, back)


NAMES_IN_FIRST_LINE = ["sep=;", "A^B", "A;B", "{A", "<A>", "PAR1", "\ufeffA", 'A"B', "A\rB", "1"]


@pytest.mark.parametrize("name", NAMES_IN_FIRST_LINE)
def test_a_name_that_looks_like_something_else(tmp_path, assert_same, name):
    data = dataset([1.0, 2.0], name=name, label="A label")
    ag.write(data, tmp_path / "adx.csv")
    (back,) = ag.read(tmp_path / "adx.csv")
    assert_same(data, back)
    assert back.notes == ()


def test_a_first_record_that_looks_like_labels_or_names(tmp_path, assert_same):
    """Below the names nothing but a record is looked for, where the table beside the file has the names."""
    frame = pd.DataFrame(
        {
            "USUBJID": ["Subject Identifier", "1001", "1002"],
            "PARAMCD": ["Parameter Code", "7", "8"],
            "AVALC": ["Analysis Value", "2020-01-01", "12"],
        }
    )
    data = Dataset("ADX", frame, tuple(Variable(name, "A label") for name in frame))
    ag.write(data, tmp_path / "adx.csv")
    (back,) = ag.read(tmp_path / "adx.csv")
    assert_same(data, back)


def test_a_file_that_is_described_by_other_names_is_looked_at_as_before(tmp_path):
    (tmp_path / "adx.csv").write_text("sep=;\nUSUBJID;AVAL\n001;1\n")
    (tmp_path / "_variables.csv").write_text("dataset,variable,type\nADX,USUBJID,Char\nADX,AVAL,Num\n")
    (back,) = ag.read(tmp_path / "adx.csv")
    assert list(back.frame.columns) == ["USUBJID", "AVAL"]


@pytest.mark.parametrize("values", [[], [1.0]])
def test_a_dataset_without_variables(tmp_path, values):
    data = Dataset("ADX", pd.DataFrame(index=pd.RangeIndex(len(values))), ())
    for to in ("csv", "json"):
        assert "has no variables" in refusal(data, tmp_path / f"adx.{to}")


@pytest.mark.parametrize("to", ["csv", "json", "parquet"])
@pytest.mark.parametrize("records", [0, 1, 3])
def test_one_column_of_empty_texts(tmp_path, assert_same, to, records):
    data = dataset(pd.Series([""] * records, dtype="string[pyarrow]"), type="Char")
    ag.write(data, tmp_path / f"adx.{to}")
    (back,) = ag.read(tmp_path / f"adx.{to}")
    assert_same(data, back, null_is_blank=to == "csv")


def test_a_record_that_no_reader_of_csv_takes_is_refused(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "A": ["x" * 3_000_000, "y"], "B": ["z", "w" * 3_000_000]})
    ag.write(ag.Dataset.from_frame(frame, "ADX"), tmp_path / "adx.csv")
    assert len(ag.read(tmp_path / "adx.csv")["ADX"]) == 2
    longer = frame.assign(B=["z" * 3_000_000, "w"])
    with pytest.raises(ag.UnwritableOutput, match="a record of more than 4 MB of text"):
        ag.write(ag.Dataset.from_frame(longer, "ADX"), tmp_path / "long.csv")
