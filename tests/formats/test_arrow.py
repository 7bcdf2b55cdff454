"""Arrow IPC beside pyarrow and pandas: each reads what the other writes, and damage is refused."""

import random
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather

import adamgate as ag
from adamgate.schemas.study.variable import Variable

TABLE = pa.table(
    {
        "USUBJID": ["S-1", "S-2", None],
        "SEX": pa.array(["M", "F", "M"]).dictionary_encode(),
        "AVAL": [1.5, None, -0.0],
        "N": pa.array([1, 2, None], pa.int32()),
        "ADT": pa.array([18_262, None, -3_654], pa.date32()),
        "ADTM": pa.array([0, None, 1], pa.timestamp("ns")),
        "OK": [True, False, None],
    }
)


def same_as_parquet(path, tmp_path):
    """The same table is the same dataset, whichever of the two formats it is in."""
    (data,) = ag.read(path)
    pa.parquet.write_table(TABLE, tmp_path / "adx.parquet")
    (expected,) = ag.read(tmp_path / "adx.parquet")
    assert data.variables == expected.variables
    assert data.source.format == "Arrow"
    assert [each.message for each in data.notes] == [each.message for each in expected.notes]
    for name in expected.frame:
        pd.testing.assert_series_equal(data[name], expected[name], check_categorical=False)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_what_pyarrow_writes(compression, tmp_path):
    feather.write_feather(TABLE, tmp_path / "adx.feather", compression=compression)
    same_as_parquet(tmp_path / "adx.feather", tmp_path)


def test_a_stream_and_several_batches(tmp_path):
    with pa.ipc.new_stream(tmp_path / "adx.arrow", TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=2)
    same_as_parquet(tmp_path / "adx.arrow", tmp_path)
    with pa.ipc.new_file(tmp_path / "ady.arrow", TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=1)
    same_as_parquet(tmp_path / "ady.arrow", tmp_path)


def test_what_pandas_writes(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "AVAL": [1.0, 2.5]}, index=pd.Index([5, 6], name=None))
    frame.reset_index(drop=True).to_feather(tmp_path / "adx.feather")
    (data,) = ag.read(tmp_path / "adx.feather")
    assert (data.name, data["AVAL"].tolist(), data["USUBJID"].tolist()) == ("ADX", [1.0, 2.5], ["1", "2"])


needs_views = pytest.mark.skipif(
    int(pa.__version__.split(".")[0]) < 18, reason="earlier versions of Arrow do not convert views of texts"
)


@needs_views
def test_what_polars_writes(tmp_path):
    """Categories and enumerations are dictionaries of views."""
    sexes = pl.Series(["M", "F", None, "M"])
    frame = pl.DataFrame(
        {
            "USUBJID": ["1", "2", "3", "long enough not to be inline"],
            "SEX": sexes.cast(pl.Categorical),
            "SEXE": sexes.cast(pl.Enum(["F", "M"])),
            "ADT": [date(2020, 2, 29), None, date(1582, 10, 15), date(9999, 12, 31)],
        }
    )
    frame.write_ipc(tmp_path / "adx.arrow")
    frame.write_parquet(tmp_path / "ady.parquet")
    for data in (*ag.read(tmp_path / "adx.arrow"), *ag.read(tmp_path / "ady.parquet")):
        for name in ("SEX", "SEXE"):
            assert data[name].astype(object).fillna("").tolist() == ["M", "F", "", "M"]
        assert data["USUBJID"].tolist()[-1] == "long enough not to be inline"
        assert str(data["ADT"].tolist()[2])[:10] == "1582-10-15"


def test_a_type_that_arrow_does_not_read_is_no_damage(tmp_path):
    wide = pl.DataFrame({"N": pl.Series([2**70, None], dtype=pl.Int128)})
    wide.write_ipc(tmp_path / "adx.arrow")
    with pytest.raises(ag.UnreadableInput, match=r"contains what pyarrow .* does not read"):
        ag.read(tmp_path / "adx.arrow")


def test_what_is_written_others_read(everything, tmp_path):
    ag.write(everything, tmp_path / "adae.feather")
    frame = pd.read_feather(tmp_path / "adae.feather")
    assert list(frame) == list(everything.frame)
    assert frame["AETERM"].tolist() == everything["AETERM"].tolist()
    assert frame["AVAL"].isna().tolist() == [False, False, True, True]
    schema = feather.read_table(tmp_path / "adae.feather").schema
    assert schema.field("AVAL").metadata[b"label"] == b"Analysis Value"
    assert str(schema.field("SEX").type) == "large_string"


@pytest.mark.slow
def test_a_table_for_tools(root, tmp_path):
    table = ag.survival(ag.read(root / "fixtures" / "cartitude1"), "OS", arm="SEX")
    table.write(tmp_path / "os.feather")
    frame = pd.read_feather(tmp_path / "os.feather")
    assert frame["event"].dtype == bool
    assert frame["duration"].tolist() == table.frame["duration"].tolist()
    (back,) = ag.read(tmp_path / "os.feather")
    assert back.variable("duration").label == "Time to event or censoring, months"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b"PAR1" + bytes(20), "it is a Parquet file"),
        (b"FEA1" + bytes(20), "Feather version 1, which is not read"),
        (b"ARROW1\0\0", "a damaged or incomplete Arrow file"),
        (b"\xff\xff\xff\xff", "a damaged or incomplete Arrow file"),
    ],
)
def test_what_is_not_an_arrow_file(raw, message, tmp_path):
    (tmp_path / "adx.feather").write_bytes(raw)
    with pytest.raises(ag.UnreadableInput) as caught:
        ag.read(tmp_path / "adx.feather")
    assert message in str(caught.value)


def test_nested_columns_and_repeated_names_are_refused(tmp_path):
    feather.write_feather(pa.table({"L": [[1], [2]]}), tmp_path / "a.feather")
    with pytest.raises(ag.UnreadableInput, match="unsupported type list"):
        ag.read(tmp_path / "a.feather")
    table = pa.table([pa.array([1]), pa.array([2])], names=["A", "a"])
    feather.write_feather(table, tmp_path / "b.feather")
    with pytest.raises(ag.UnreadableInput, match="two columns have the same name"):
        ag.read(tmp_path / "b.feather")


@pytest.mark.slow
@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_a_damaged_file_is_read_or_refused(compression, tmp_path):
    """Offsets and codes beyond their buffers, too: Arrow would read memory that is not the file's."""
    feather.write_feather(TABLE, tmp_path / "adx.feather", compression=compression)
    whole = (tmp_path / "adx.feather").read_bytes()
    chance = random.Random(5)
    refused = 0
    for _ in range(120):
        raw = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4))):
            raw[chance.randrange(len(raw))] = chance.choice((0, 255, 127, chance.randrange(256)))
        end = chance.choice((len(raw), len(raw), chance.randrange(len(raw))))
        (tmp_path / "adx.feather").write_bytes(raw[:end])
        try:
            (data,) = ag.read(tmp_path / "adx.feather")
            repr(data.frame)
        except ag.UnreadableInput:
            refused += 1
    assert refused > 20


def test_no_variables_and_no_records(tmp_path):
    bare = ag.Dataset("ADX", pd.DataFrame(index=pd.RangeIndex(0)), ())
    ag.write(bare, tmp_path / "adx.feather")
    (back,) = ag.read(tmp_path / "adx.feather")
    assert (back.variables, len(back)) == ((), 0)
    none = ag.Dataset("ADY", pd.DataFrame({"A": np.array([], float)}), (Variable("A", type="Num"),))
    ag.write(none, tmp_path / "ady.feather")
    assert len(ag.read(tmp_path / "ady.feather")["ADY"]) == 0
