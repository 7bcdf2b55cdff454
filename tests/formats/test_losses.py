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
