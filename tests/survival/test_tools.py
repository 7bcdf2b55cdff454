"""Files for each tool: what they hold, and that the tool reads them as it should."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from adamgate.converters.formats.format import Output
from adamgate.converters.survival.arms import Arms
from adamgate.converters.survival.layouts import LAYOUTS
from adamgate.converters.survival.programs.model import Model
from adamgate.converters.survival.tools import ToolTable, layout_for
from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

TRICKY = pd.DataFrame(
    {
        "USUBJID": pd.Series(["001", "002", "003"], dtype=pd.StringDtype("pyarrow")),
        "duration": [1 / 3, 1e-300, 12345678.9],
        "event": [True, True, True],
        "CNSR": [0, 0, 0],
        "reason": pd.Categorical(['say "no", or', None, "two\nlines"]),
        "SEX": pd.Categorical(["F", "F", "F"]),
        "SITEID": pd.Categorical(["007", "008", None]),
        "AGE": [61.0, np.nan, 63.5],
        "TRTSDT": np.array(["2020-01-31", "NaT", "9999-12-31"], dtype="datetime64[s]"),
        "TRTSDTM": np.array(["2020-01-31T10:20:30.5", "NaT", "1950-01-01"], dtype="datetime64[us]"),
    }
)


DECLARED = {"event": "boolean", "CNSR": "integer"}


def table_of(frame):
    return Dataset.from_frame(
        frame,
        "T",
        variables=[Variable(name, type="Num", data_type=declared) for name, declared in DECLARED.items()],
    )


def bytes_of(name, frame, file="t.csv"):
    stream = io.BytesIO()
    ToolTable.of(LAYOUTS[name], Output(table_of(frame), Path(file)), Model()).planned().write(stream)
    return stream.getvalue()


def read_with(name, file, frame, arms=None):
    return LAYOUTS[name].read_with(file, frame, Model(arms=arms))


def text_of(name, frame):
    return bytes_of(name, frame).decode()


@pytest.mark.parametrize("name", ["r", "csv", "lifelines"])
def test_csv_content(name, snapshot):
    assert text_of(name, TRICKY) == snapshot


@pytest.mark.parametrize("name", LAYOUTS)
def test_how_to_read(name, snapshot):
    lines = {suffix: read_with(name, f"os{suffix}", TRICKY) for suffix in LAYOUTS[name].writes}
    assert lines == snapshot


@pytest.mark.parametrize("name", ["lifelines", "scikit-survival", "csv"])
def test_doubles_come_back_bit_for_bit(name):
    random = np.random.default_rng(20200131)
    values = np.abs(random.standard_normal(500)) * 10.0 ** random.integers(-12, 12, 500)
    frame = pd.DataFrame(
        {"USUBJID": np.arange(500).astype(str), "duration": values, "event": True, "CNSR": 0}
    )
    back = pd.read_csv(io.StringIO(text_of(name, frame)), dtype=str)
    assert [float(text) for text in back["duration"]] == values.tolist()


def test_pandas_reads_every_double_exactly_as_the_codebook_says(tmp_path):
    path = tmp_path / "t.csv"
    years = pd.Series(np.arange(1, 2001) / 365.25)
    frame = pd.DataFrame({"USUBJID": years.index.astype(str), "duration": years, "event": True, "CNSR": 0})
    path.write_text(text_of("lifelines", frame), encoding="utf-8")
    code = re.fullmatch(r"t = (pandas\.read_csv\(.*\))", read_with("lifelines", str(path), frame))
    assert eval(code[1], {"pandas": pd})["duration"].tolist() == years.tolist()


def test_r_is_told_names_that_it_would_change():
    line = read_with("r", "t.csv", TRICKY.rename(columns={"AGE": "_AGE"}))
    assert '"_AGE" = "numeric"' in line
    assert line.endswith("check.names = FALSE)")


@pytest.mark.parametrize("name", ["lifelines", "scikit-survival"])
def test_pandas_reads_it_as_the_codebook_says(name, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(text_of(name, TRICKY), encoding="utf-8")
    code = re.fullmatch(r"t = (pandas\.read_csv\(.*\))", read_with(name, str(path), TRICKY))
    assert code is not None
    back = eval(code[1], {"pandas": pd})
    assert back["event"].dtype == np.bool_
    assert back["USUBJID"].tolist() == ["001", "002", "003"]
    assert back["SITEID"].tolist()[:2] == ["007", "008"]
    assert back["reason"].isna().tolist() == [False, True, False]
    assert back["reason"][0] == 'say "no", or'
    assert back["reason"][2] == "two\nlines"


def test_parquet_keeps_types():
    back = pd.read_parquet(io.BytesIO(bytes_of("parquet", TRICKY, "t.parquet")))
    assert back["event"].dtype == np.bool_
    assert back["duration"].tolist() == TRICKY["duration"].tolist()
    assert back["CNSR"].dtype == np.int64
    for name in ("USUBJID", "SEX", "SITEID", "reason"):
        assert (
            back[name].astype(object).where(back[name].notna(), None).tolist()
            == TRICKY[name].astype(object).where(TRICKY[name].notna(), None).tolist()
        )


def test_every_layout_says_how_the_event_is_written():
    frame = TRICKY.assign(event=[True, False, True])
    words = {"r": "TRUE FALSE TRUE", "csv": "1 0 1", "lifelines": "True False True"}
    for name, expected in words.items():
        lines = re.split(r"\n(?=\"?00)", text_of(name, frame))[1:]
        assert [line.split(",")[2] for line in lines] == expected.split()


ORDERED = Arms("ARM", ("Placebo", 'High "X", 10%'), "Placebo", "TRT01PN")
UNORDERED = Arms("ARM", ("Active", "Placebo"), None, "", "TRT01PN is not present")


@pytest.mark.parametrize("arms", [ORDERED, UNORDERED], ids=["ordered", "unordered"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_how_to_use_the_arms(name, arms, snapshot):
    frame = TRICKY.assign(ARM=pd.Categorical.from_codes([0, 1, -1], list(arms.levels)))
    suffixes = LAYOUTS[name].writes
    assert {suffix: read_with(name, f"os{suffix}", frame, arms) for suffix in suffixes} == snapshot


def test_arms_that_are_numbers_keep_their_values():
    frame = TRICKY.assign(TRT01PN=[1.0, 2.0, np.nan])
    arms = Arms("TRT01PN", ("1", "2"), "1", "TRT01PN")
    said = {
        name: LAYOUTS[name].program_of(Model())("os.x", frame, Model(arms=arms))
        for name in ("r", "sas", "stata")
    }
    assert 'factor(t$TRT01PN, levels = c("1", "2"))' in said["r"]
    assert "class TRT01PN (ref='1')" in said["sas"]
    assert "stcox ib1.TRT01PN," in said["stata"]
    assert 'pandas.Categorical(t["TRT01PN"], [1.0, 2.0], ordered=True)' in read_with(
        "lifelines", "os.csv", frame, arms
    )


def test_the_text_na_is_no_missing_value():
    frame = TRICKY.assign(COUNTRY=["NA", "DE", None])
    assert text_of("r", frame).count(',"NA"\n') == 1
    assert text_of("r", frame).endswith(",\n")
    assert 'na.strings = ""' in read_with("r", "t.csv", frame)
    assert ",NA\n" in text_of("csv", frame)


@pytest.mark.parametrize(
    ("path", "name", "chosen"),
    [
        ("os.csv", None, "csv"),
        ("OS.CSV", None, "csv"),
        ("os.parquet", None, "parquet"),
        ("os.json", None, "dataset-json"),
        ("os.ndjson", None, "dataset-json"),
        ("os.csv", "r", "r"),
        ("os.parquet", "lifelines", "lifelines"),
        ("os.xpt", None, "sas"),
        ("os.dta", None, "stata"),
    ],
)
def test_layout_for_a_path(tmp_path, path, name, chosen):
    assert layout_for(tmp_path / path, name).name == chosen


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        ("os.ods", None, "a table cannot be written as .ods"),
        ("os", None, "a table cannot be written as a file without suffix"),
        ("os.parquet", "r", "the layout r cannot be written as .parquet"),
        ("os.csv", "R", "R is not a layout"),
        ("os.csv", "minitab", "minitab is not a layout"),
        ("os.csv", "stata", "the layout stata cannot be written as .csv"),
    ],
)
def test_no_such_layout(tmp_path, path, name, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        layout_for(tmp_path / path, name)
    assert caught.value.advice


def test_no_layout_for_standard_output():
    with pytest.raises(ConfigurationError, match="cannot go to standard output: its codebook"):
        layout_for(Path("-"))
