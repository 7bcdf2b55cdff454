"""Files that we write, read by pyreadstat, by pandas and by R's haven."""

import os
import subprocess
from datetime import datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable

pytestmark = pytest.mark.slow

FRAME = pd.DataFrame(
    {
        "USUBJID": pd.Categorical(["S1", "S2", "S1", None]),
        "TERM": pd.array(["Nausea", " two", 'a "b", c', "x" * 200], "string[pyarrow]"),
        "AVAL": [1 / 3, -12345.678, 1e75, np.nan],
        "SMALL": [1e-70, 0.0, np.nan, -1e-77],
        "ADT": np.array(["1959-12-31", "2020-02-29", "NaT", "9999-12-31"], "datetime64[s]"),
        "ADTM": np.array(["2020-01-31T10:20:30.5", "NaT", "1582-01-01", "2000-01-01"], "datetime64[us]"),
        "ATM": [0.0, 86_399.5, np.nan, 3600.0],
    }
)
DATA = Dataset(
    "ADX",
    FRAME,
    (
        Variable("USUBJID", "Subject", "Char", 12, "$12."),
        Variable("TERM", "Term", "Char"),
        Variable("AVAL", "Value", "Num", 8, "8.2"),
        Variable("SMALL", "Small", "Num", 8),
        Variable("ADT", "Date", "Num", 8, "DATE9."),
        Variable("ADTM", "Moment", "Num", 8, "DATETIME26.6"),
        Variable("ATM", "Time", "Num", 8, "TIME8."),
    ),
    label="All of it",
    created=datetime(2024, 5, 1, 12),
    special_missing={"AVAL": SpecialMissing(np.array([3]), np.array(["A"]))},
)
TEXTS = [["S1", "S2", "S1", ""], ["Nausea", " two", 'a "b", c', "x" * 200]]
NUMBERS = {
    "AVAL": FRAME["AVAL"],
    "SMALL": FRAME["SMALL"],
    "ADT": [-1, 21974, np.nan, 2936549],
    "ADTM": [1896085230.5, np.nan, -11928470400, 1262304000],
    "ATM": FRAME["ATM"],
}


@pytest.fixture(params=[5, 8])
def path(request, tmp_path):
    ag.write(DATA, tmp_path / "adx.xpt", xpt_version=request.param)
    return tmp_path / "adx.xpt"


def close(found, expected):
    """To the last place but one: other tools do not round to nearest."""
    return np.allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=4e-16, atol=0, equal_nan=True
    )


def test_pyreadstat_reads_equal(path):
    back, described = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    assert described.table_name == "ADX"
    assert described.file_label == "All of it"
    assert described.column_names_to_labels == {each.name: each.label for each in DATA.variables}
    assert [back[name].tolist() for name in ("USUBJID", "TERM")] == TEXTS
    for name, expected in NUMBERS.items():
        assert close(back[name], expected), name
    assert described.original_variable_types["ADTM"] == "DATETIME26.6"
    assert described.original_variable_types["USUBJID"] == "$12"


def test_pandas_reads_equal(tmp_path):
    ag.write(DATA, tmp_path / "adx.xpt")
    back = pd.read_sas(tmp_path / "adx.xpt", format="xport", encoding="ascii")
    assert list(back) == list(FRAME)
    assert [back[name].fillna("").tolist() for name in ("USUBJID", "TERM")] == TEXTS
    for name, expected in NUMBERS.items():  # pandas reads zero as 5e-79
        found = back[name].where(back[name].abs() > 1e-78, 0.0)
        assert close(found.where(back[name].notna()), expected), name


PROGRAM = r"""
library(haven)
args <- commandArgs(TRUE)
data <- read_xpt(args[1])
one <- function(x) paste(ifelse(is.na(x), "NA", sprintf("%.17g", as.numeric(x))), collapse = ",")
cat(attr(data, "label"), "\n", sep = "")
cat(paste(names(data), collapse = ","), "\n", sep = "")
cat(paste(vapply(data, function(x) attr(x, "label"), ""), collapse = ","), "\n", sep = "")
cat(paste(as.character(data$USUBJID), collapse = "|"), "\n", sep = "")
cat(paste(as.character(data$TERM), collapse = "|"), "\n", sep = "")
for (name in c("AVAL", "SMALL", "ADT", "ADTM", "ATM")) cat(one(data[[name]]), "\n", sep = "")
cat(class(data$ADT)[1], class(data$ADTM)[1], na_tag(data$AVAL)[4], "\n")
"""


def test_haven_reads_equal(haven, path, tmp_path):
    (tmp_path / "read.R").write_text(PROGRAM)
    done = subprocess.run(
        [haven, str(tmp_path / "read.R"), str(path)], capture_output=True, text=True, check=True
    )
    label, names, labels, subjects, terms, *numbers, kinds = done.stdout.splitlines()
    assert label == "All of it"
    assert names.split(",") == list(FRAME)
    assert labels.split(",") == [each.label for each in DATA.variables]
    assert [subjects.split("|"), terms.split("|")] == TEXTS
    days, seconds = 3653, 3653 * 86_400  # R counts from 1970
    shifted = {**NUMBERS, "ADT": np.array(NUMBERS["ADT"]) - days, "ADTM": np.array(NUMBERS["ADTM"]) - seconds}
    for line, (name, expected) in zip(numbers, shifted.items(), strict=True):
        found = [np.nan if each == "NA" else float(each) for each in line.split(",")]
        assert close(found, expected), name
    assert kinds.split()[:2] == ["Date", "POSIXct"]


def test_haven_reads_text_of_utf_8(haven, tmp_path):
    data = Dataset.from_frame(pd.DataFrame({"T": ["Größe", "中"], "N": [1.0, 2.0]}), "ADX")
    ag.write(data, tmp_path / "adx.xpt", xpt_encoding="utf-8")
    program = 'cat(haven::read_xpt(commandArgs(TRUE)[1])$T, sep = "|")'
    done = subprocess.run(
        [haven, "-e", program, str(tmp_path / "adx.xpt")], capture_output=True, check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.stdout.decode() == "Größe|中"
