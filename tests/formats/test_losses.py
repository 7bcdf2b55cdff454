"""Metadata that a format cannot hold are told."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

FULL = Dataset.from_frame(
    pd.DataFrame({"USUBJID": ["a"], "AVAL": [1.0]}),
    "ADX",
    variables=[
        Variable("USUBJID", type="Char", length=1, key_sequence=1),
        Variable("AVAL", type="Num", length=8, informat="8."),
    ],
).replace(
    declared_class="BDS",
    attributes={"value_labels": {"AVAL": {"1": "one"}}, "studyOID": "S"},
)


@pytest.mark.parametrize(
    ("suffix", "told"),
    [
        ("csv", "CSV cannot hold key order (USUBJID); value labels (AVAL); attributes (studyOID)"),
        (
            "json",
            "Dataset-JSON cannot hold informats (AVAL); class and subclass (BDS); value labels (AVAL)",
        ),
    ],
)
def test_what_is_left_out_is_told(tmp_path, suffix, told):
    with pytest.warns(ag.MetadataNotKept) as warned:
        ag.write(FULL, tmp_path / f"adx.{suffix}")
    assert [str(each.message) for each in warned] == [f"ADX: {told}; not written"]


def test_parquet_keeps_all(tmp_path):
    ag.write(FULL, tmp_path / "adx.parquet")
    back = ag.read(tmp_path / "adx.parquet")["ADX"]
    assert back.variables == FULL.variables
    assert (back.declared_class, dict(back.attributes)) == (FULL.declared_class, dict(FULL.attributes))


def test_nothing_is_told_where_nothing_is_lost(tmp_path):
    plain = Dataset.from_frame(
        pd.DataFrame({"USUBJID": ["a"]}), "ADX", variables=[Variable("USUBJID", length=1)]
    )
    for suffix in ("csv", "json", "parquet"):
        assert ag.write(plain, tmp_path / suffix / f"adx.{suffix}")


@pytest.mark.parametrize(
    ("suffix", "labels", "told"),
    [
        ("csv", [1], "CSV cannot hold value labels (value_labels); not written"),
        ("csv", {1: {"1": "one"}}, "CSV cannot hold value labels (1); not written"),
        ("rds", [1], "R: value_labels are not labels by variable and value, and are not written"),
        ("rds", {"AVAL": [1]}, "R: AVAL value labels are not by value, and are not written"),
        ("rds", {"AGE": {"1": "one"}}, "R: AGE value labels are of no variable, and are not written"),
    ],
)
def test_value_labels_of_another_form_are_told(tmp_path, suffix, labels, told):
    data = Dataset.from_frame(pd.DataFrame({"AVAL": [1.0]}), "ADX")
    with pytest.warns(ag.MetadataNotKept) as warned:
        ag.write(data.replace(attributes={"value_labels": labels}), tmp_path / f"adx.{suffix}")
    assert [str(each.message) for each in warned] == [f"ADX: {told}"]
