"""A dataset that has everything a dataset can have, and what it means that two are the same."""

import os
import shutil
import subprocess
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable


@pytest.fixture
def everything():
    """Every type, every kind of missing value, and texts that break careless writers."""
    frame = pd.DataFrame(
        {
            "USUBJID": pd.Series(["001", "002", "003", "004"], dtype="string[pyarrow]"),
            "SEX": pd.Categorical(["M", "F", None, ""]),
            "AETERM": pd.Series(
                ['a "b", c', "line\nbreak\r\n", "", "Übelkeit \\ 疼痛"], dtype="string[pyarrow]"
            ),
            "AVAL": [12.0, 0.1, np.nan, np.nan],
            "ADT": np.array(["1959-12-31", "9999-12-31", "NaT", "2014-01-02"], dtype="datetime64[s]"),
            "ADTM": np.array(
                ["2014-01-02T03:04:05", "1960-01-01T00:00:00.25", "NaT", "1899-12-31T23:59:59.999999"],
                dtype="datetime64[us]",
            ),
            "ATM": [0.0, 86_399.5, np.nan, 3_600.0],
            "NOTHING": [np.nan] * 4,
        }
    )
    variables = (
        Variable("USUBJID", "Unique Subject Identifier", "Char", 3, informat="$20."),
        Variable("SEX", "Sex", "Char", 1, "$SEX."),
        Variable("AETERM", 'Reported Term, as "given"', "Char", 40),
        Variable("AVAL", "Analysis Value", "Num", 8, "8.2", "BEST12."),
        Variable("ADT", "Analysis Date", "Num", 8, "DATE9."),
        Variable("ADTM", "Analysis Datetime", "Num", 8, "DATETIME20."),
        Variable("ATM", "Analysis Time", "Num", 8, "TIME8."),
        Variable("NOTHING", "", "Num", 3),
    )
    return Dataset(
        "ADAE",
        frame,
        variables,
        label="Adverse Events",
        declared_class="OCCURRENCE DATA STRUCTURE",
        declared_subclass="ADVERSE EVENT",
        created=datetime(2024, 5, 1, 12, 0, 0),
        modified=datetime(2024, 5, 2, 13, 30, 0),
        special_missing={
            "AVAL": SpecialMissing(np.array([2]), np.array(["A"])),
            "ADT": SpecialMissing(np.array([2]), np.array(["_"])),
        },
    )


@pytest.fixture
def plain(everything):
    """The same without special missing values, which Dataset-JSON cannot hold."""
    return everything.replace(special_missing={})


@pytest.fixture
def assert_same():
    return _assert_same


def _assert_same(one: Dataset, other: Dataset, *, null_is_blank: bool = False) -> None:
    """Values, types, special missing values and metadata are equal; how text is encoded is not looked at."""
    assert (one.name, one.label, len(one)) == (other.name, other.label, len(other))
    assert list(one.frame.columns) == list(other.frame.columns)
    assert isinstance(other.frame.index, pd.RangeIndex)
    for name in one.frame.columns:
        mine, theirs = one[name], other[name]
        if mine.dtype.kind in "fM":
            assert mine.dtype == theirs.dtype, name
            assert (mine.isna() == theirs.isna()).all(), name
            # Bit by bit, so that -0.0 counts.
            assert mine.dropna().to_numpy().tobytes() == theirs.dropna().to_numpy().tobytes(), name
        else:
            assert _texts(mine, null_is_blank) == _texts(theirs, null_is_blank), name
    assert _tags(one) == _tags(other)
    for mine, theirs in zip(one.variables, other.variables, strict=True):
        assert _metadata(mine) == _metadata(theirs)


def _texts(column, null_is_blank):
    null = "" if null_is_blank else None
    return [null if pd.isna(value) else value for value in column.astype(object)]


def _tags(dataset):
    return {
        name: list(zip(special.records.tolist(), special.tags.tolist(), strict=True))
        for name, special in dataset.special_missing.items()
        if len(special.records)
    }


def _metadata(variable):
    return variable.name, variable.label, variable.type, variable.length, variable.format


@pytest.fixture
def full():
    """What SAS transport files hold: text, numbers, dates, a special missing value, short lengths, times."""
    frame = pd.DataFrame(
        {
            "USUBJID": pd.array(["S-1", " two", "S-3", None], "string[pyarrow]"),
            "SEX": pd.Categorical(["M", None, "", "F"]),
            "AVAL": [1 / 3, np.nan, -12.5, np.nan],
            "ADT": np.array(["1959-12-31", "9999-12-31", "NaT", "2020-02-29"], "datetime64[s]"),
            "ADTM": np.array(["2020-01-02T03:04:05.5", "NaT", "1582-01-01", "2000-01-01"], "datetime64[us]"),
            "SHORT": [1.0, 2.0, -3.0, np.nan],
        }
    )
    return Dataset(
        "ADX",
        frame,
        (
            Variable("USUBJID", "Subject", "Char", 11, "$11.", "$20."),
            Variable("SEX", "Sex", "Char", 1, "$SEX."),
            Variable("AVAL", "Value", "Num", 8, "8.2", "BEST12."),
            Variable("ADT", "Date", "Num", 8, "DATE9."),
            Variable("ADTM", "Moment", "Num", 8, "DATETIME26.6"),
            Variable("SHORT", "", "Num", 3),
        ),
        label="All of it",
        created=datetime(2024, 5, 1, 12),
        modified=datetime(2024, 5, 2, 13, 14, 15),
        special_missing={"AVAL": SpecialMissing(np.array([1]), np.array(["A"]))},
    )


@pytest.fixture(scope="session")
def haven():
    """Rscript with haven, which must be there where TESTS_REQUIRE_R is set."""
    found = shutil.which("Rscript")
    loads = [found, "-e", "library(haven)"]
    if found and subprocess.run(loads, capture_output=True, check=False).returncode == 0:
        return found
    if os.environ.get("TESTS_REQUIRE_R"):
        pytest.fail("R with haven is required here and absent")
    return pytest.skip("no R with haven")
