"""What PROC CONTENTS would say, and how full variables are."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import ReadingNote, Source, SpecialMissing, Variable


@pytest.fixture
def dataset():
    frame = pd.DataFrame(
        {
            "USUBJID": pd.array(["001", "002", "002 ", ""], "string[pyarrow]"),
            "SEX": pd.Categorical(["F", "F", "  ", None], categories=["F", "  ", "M"]),
            "AVAL": [1.0, 1.0, np.nan, np.nan],
            "ADT": np.array(["2014-01-02", "NaT", "2014-01-03", "NaT"], "datetime64[s]"),
        }
    )
    variables = (
        Variable("USUBJID", "Unique Subject Identifier", "Char", 11),
        Variable("SEX", "Sex", "Char", 1, "$SEX.", "$1."),
        Variable("AVAL", "Analysis Value", "Num", 8, "8.1"),
        Variable("ADT", "Analysis Date", "Num", 8, "DATE9."),
    )
    return Dataset(
        "ADTTE",
        frame,
        variables,
        label="Time to Event",
        source=Source(Path("adtte.xpt"), "XPT v5", encoding="cp1252"),
        special_missing={"AVAL": SpecialMissing(np.array([2, 3]), np.array(["Z", "_"]))},
        created=datetime(2024, 5, 1),
        notes=(ReadingNote("ADTTE", "a note"),),
    )


def test_the_dataset(dataset):
    described = ag.describe(dataset)
    assert (described.name, described.label, described.records) == ("ADTTE", "Time to Event", 4)
    assert described.structure is dataset.structure
    assert (described.source_path, described.source_format) == (Path("adtte.xpt"), "XPT v5")
    assert (described.encoding, described.created, described.modified) == (
        "cp1252",
        datetime(2024, 5, 1),
        None,
    )
    assert [note.message for note in described.notes] == ["a note"]


def test_its_variables(dataset):
    usubjid, sex, aval, adt = ag.describe(dataset).variables
    assert (sex.number, sex.name, sex.type, sex.length, sex.format, sex.informat, sex.label) == (
        *(2, "SEX", "Char", 1),
        *("$SEX.", "$1.", "Sex"),
    )
    assert [(each.missing, each.distinct) for each in (usubjid, sex, aval, adt)] == [
        (1, 2),
        (2, 1),
        (2, 1),
        (2, 2),
    ]
    assert list(aval.special_missing.items()) == [("._", 1), (".Z", 1)]
    assert adt.special_missing == {}


def test_a_dataset_made_in_memory_has_no_source():
    described = ag.describe(Dataset.from_frame(pd.DataFrame({"AVAL": []}, dtype=float), "ADX"))
    assert (described.source_path, described.source_format, described.encoding) == (None, "", "")
    assert [(each.missing, each.distinct, each.length) for each in described.variables] == [(0, 0, None)]


@pytest.mark.slow
def test_real_data_as_pyreadstat_counts_it(shared):
    path = shared / "data" / "cdiscpilot" / "adam" / "adae.xpt"
    frame, metadata = pyreadstat.read_xport(path)
    (dataset,) = ag.read(path)
    described = ag.describe(dataset)
    assert described.records == len(frame)
    for each in described.variables:
        column = frame[each.name].replace("", None) if each.type == "Char" else frame[each.name]
        assert (each.missing, each.distinct) == (column.isna().sum(), column.nunique()), each.name
        assert each.label == (metadata.column_names_to_labels[each.name] or "")


def test_what_the_numbers_of_a_variable_count(dataset):
    assert [variable.kind for variable in ag.describe(dataset).variables] == ["", "", "", "date"]


def test_first_and_last_values_are_given_only_when_asked_for(dataset):
    for variable in ag.describe(dataset).variables:
        assert (variable.first, variable.last) == (None, None)
    shown = {each.name: (each.first, each.last) for each in ag.describe(dataset, ranges=True).variables}
    assert shown == {
        "USUBJID": (None, None),
        "SEX": (None, None),
        "AVAL": (1.0, 1.0),
        "ADT": ("2014-01-02", "2014-01-03"),
    }


def test_kinds_and_ranges_of_datetimes_and_times():
    frame = pd.DataFrame(
        {
            "ADTM": np.array(["2014-01-02T03:04:05.25", "2014-01-02T03:04"], "datetime64[us]"),
            "ATM": [86399.9999999, 59.5],
            "DURTM": [90000.0, -1.0],
            "GONETM": [np.nan, np.nan],
        }
    )
    variables = [
        Variable("ADTM", type="Num", format="DATETIME20."),
        Variable("ATM", type="Num", format="TIME8."),
        Variable("DURTM", type="Num", format="HHMM5."),
        Variable("GONETM", type="Num", format="TIME8."),
    ]
    described = ag.describe(Dataset.from_frame(frame, "ADX", variables=variables), ranges=True)
    assert [(each.kind, each.first, each.last) for each in described.variables] == [
        ("datetime", "2014-01-02T03:04:00", "2014-01-02T03:04:05.25"),
        ("time", "00:00:59.500000", "23:59:59.999999"),
        ("time", "-1 s", "90000 s"),
        ("time", None, None),
    ]
