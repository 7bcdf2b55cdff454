"""What PROC CONTENTS would say, and how full variables are."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import adamgate as ag
from adamgate.schemas.dataset import Dataset, ReadingNote, Source, SpecialMissing, Variable


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
