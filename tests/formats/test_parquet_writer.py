"""Parquet as other tools see it, and what must not leak into it."""

import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from arrow_tables import table_of

import adamgate as ag
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable


def test_other_tools_see_dates_and_text(everything, tmp_path):
    ag.write(everything, tmp_path / "adae.parquet")
    schema = pq.read_schema(tmp_path / "adae.parquet")
    assert schema.field("ADT").type == pa.date32()
    assert schema.field("ADTM").type == pa.timestamp("us")
    assert schema.field("AVAL").type == pa.float64()
    assert schema.field("ADT").metadata[b"label"] == b"Analysis Date"
    frame = pd.read_parquet(tmp_path / "adae.parquet")
    assert frame["SEX"].astype(object).where(frame["SEX"].notna(), None).tolist() == ["M", "F", None, ""]
    assert frame["AVAL"].isna().tolist() == [False, False, True, True]
    assert str(frame["ADT"][0]) == "1959-12-31"


def test_no_library_version_but_pyarrows_own_is_in_it(everything):
    assert set(table_of(everything).schema.metadata) == {b"adamgate"}


def test_values_that_no_record_has_are_not_given_away(tmp_path):
    frame = pd.DataFrame({"USUBJID": pd.Categorical(["S-01", "S-02"])})
    kept = frame[frame["USUBJID"] == "S-01"]
    ag.write(Dataset.from_frame(kept, "ADSL"), tmp_path / "adsl.parquet")
    assert b"S-02" not in (tmp_path / "adsl.parquet").read_bytes()


def test_metadata_are_part_of_the_table(everything):
    schema = table_of(everything).schema
    assert schema.field("AVAL").metadata == {
        b"label": b"Analysis Value",
        b"type": b"Num",
        b"length": b"8",
        b"format": b"8.2",
        b"informat": b"BEST12.",
        b"special_missing": b'{"records":{"A":[2]},"nulls":%d}' % zlib.crc32(b"\x30"),
    }


@pytest.mark.parametrize(
    ("column", "variable", "message"),
    [
        (pd.Series([1, 2**53 + 1]), Variable("V", type="Num"), "beyond 2\\*\\*53"),
        (pd.Series(["a", b"b"], dtype=object), Variable("V", type="Char"), "values that are not text"),
        (pd.Series(["a", "\ud800"], dtype=object), Variable("V", type="Char"), "not valid Unicode"),
        (pd.Series(["1", "2"]), Variable("V", type="Num"), "declared Num but contains text"),
        (pd.Series([1.0, 2.0]), Variable("V", type="Char"), "declared Char but contains numbers"),
        (
            pd.Series(pd.to_datetime(["2014-01-01", None])),
            Variable("V", type="Char"),
            "declared Char but contains dates",
        ),
        (
            pd.Series(pd.to_datetime(["2014-01-01T01", None])),
            Variable("V", type="Num", format="DATE9."),
            "DATE9",
        ),
        (
            pd.Series(pd.to_datetime(["2014-01-01", None])),
            Variable("V", type="Num", format="TIME8."),
            "TIME8",
        ),
        (pd.Series(pd.to_datetime(["2014-01-01", None], utc=True)), Variable("V", type="Num"), "time zone"),
        (
            pd.Series(pd.to_datetime(["2014-01-01T00:00:00.000000001", None])),
            Variable("V", type="Num"),
            "6 decimals",
        ),
        (pd.Series([1j, 2.0]), Variable("V", type="Num"), "not text or number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("to", ["parquet", "csv", "json"])
def test_columns_that_are_no_sas_data_are_refused(column, variable, message, to, tmp_path):
    dataset = Dataset("ADX", pd.DataFrame({"V": column}), (variable,))
    with pytest.raises(UnwritableOutput, match=message) as caught:
        ag.write(dataset, tmp_path / f"adx.{to}")
    assert "ADX.V" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("records", [[0], [5]])
def test_special_missing_values_that_are_none_are_refused(records, tmp_path):
    dataset = Dataset.from_frame(pd.DataFrame({"V": [1.0, np.nan]}), "ADX").replace(
        special_missing={"V": SpecialMissing(np.array(records), np.array(["A"]))}
    )
    with pytest.raises(UnwritableOutput, match="for a record that has a value"):
        ag.write(dataset, tmp_path / "adx.parquet")


def test_frames_of_other_makes_are_written(tmp_path):
    frame = pd.DataFrame(
        {
            "INT": [1, 2],
            "NULLABLE": pd.array([1, None], dtype="Int64"),
            "BOOL": [True, False],
            "OBJECT": pd.Series(["a", None], dtype=object),
            "NANO": pd.to_datetime(["2014-01-02T03:04:05", None]),
            "CODES": pd.Categorical([1.5, 2.5]),
        }
    )
    ag.write(Dataset.from_frame(frame, "ADX"), tmp_path / "adx.parquet")
    back = ag.read(tmp_path / "adx.parquet")["ADX"]
    assert back["INT"].tolist() == [1.0, 2.0]
    assert back["NULLABLE"].isna().tolist() == [False, True]
    assert back["BOOL"].tolist() == [1.0, 0.0]
    assert back["OBJECT"].isna().tolist() == [False, True]
    assert back["NANO"].dtype == "datetime64[us]"
    assert back["CODES"].tolist() == [1.5, 2.5]
    assert [variable.type for variable in back.variables] == ["Num", "Num", "Num", "Char", "Num", "Num"]


def test_attributes_that_are_no_json_are_refused(tmp_path):
    dataset = Dataset.from_frame(pd.DataFrame({"V": [1.0]}), "ADX").replace(attributes={"studyOID": object()})
    with pytest.raises(UnwritableOutput, match="JSON"):
        ag.write(dataset, tmp_path / "adx.parquet")
