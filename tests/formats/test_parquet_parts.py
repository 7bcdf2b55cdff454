"""A folder of Parquet files is one dataset, as Spark, Arrow, dask and Polars write it."""

import hashlib
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as arrow_dataset
import pyarrow.parquet as pq
import pytest
from arrow_tables import table_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats.parquet.parts import parts_of
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable

WHOLE = pa.table({"USUBJID": ["1", "2", "3"], "AVAL": [1.0, None, 3.0]})


def write(folder: Path, parts: dict[str, pa.Table]) -> Path:
    """A folder adtte.parquet/ with these files."""
    target = folder / "adtte.parquet"
    for name, table in parts.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
    return target


def column(kind: pa.DataType, *values: object) -> pa.Table:
    return pa.table({"V": pa.array(values, kind)})


def read(folder: Path) -> Dataset:
    (dataset,) = ag.read(folder)
    return dataset


def values(dataset: Dataset, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in dataset[name].astype(object)]


def test_spark_writes_a_dataset_as_a_folder(tmp_path):
    folder = write(
        tmp_path,
        {
            "part-00001-9f.c000.snappy.parquet": WHOLE.slice(2),
            "part-00000-9f.c000.snappy.parquet": WHOLE.slice(0, 2),
        },
    )
    for name in ("_SUCCESS", "._SUCCESS.crc", ".part-00000-9f.c000.snappy.parquet.crc"):
        (folder / name).write_bytes(b"")
    pq.write_metadata(WHOLE.schema, folder / "_common_metadata")
    pq.write_metadata(WHOLE.schema, folder / "_metadata")
    for given_path in (folder, tmp_path):
        dataset = read(given_path)
        assert dataset.name == "ADTTE"
        assert values(dataset, "USUBJID") == ["1", "2", "3"]
        assert values(dataset, "AVAL") == [1.0, None, 3.0]
        assert dataset.source.path == folder
        assert dataset.source.format == "Parquet, 2 parts"
        assert dataset.notes == ()
    (dataset,) = ag.read(folder)
    assert ag.read(folder).notes == ()


def test_parts_are_in_the_order_of_their_numbers(tmp_path):
    names = [f"part-{number}.parquet" for number in range(12)]
    folder = write(tmp_path, {name: column(pa.int64(), at) for at, name in enumerate(names)})
    assert [part.path.name for part in parts_of(folder).parts] == names
    assert values(read(folder), "V") == list(range(12))


def test_the_hash_is_that_of_the_parts_one_after_the_other(tmp_path):
    folder = write(tmp_path, {"part-2.parquet": WHOLE, "part-10.parquet": WHOLE.slice(1)})
    content = (folder / "part-2.parquet").read_bytes() + (folder / "part-10.parquet").read_bytes()
    assert read(folder).source.sha256 == hashlib.sha256(content).hexdigest()
    single = folder / "part-2.parquet"
    assert read(single).source.sha256 == hashlib.sha256(single.read_bytes()).hexdigest()


def test_a_part_that_changes_while_it_is_read_is_refused(tmp_path):
    folder = write(tmp_path, {"part-0.parquet": WHOLE, "part-1.parquet": WHOLE})

    def change(name: str, done: int, total: int) -> None:
        if done == total:
            pq.write_table(WHOLE.slice(1), folder / "part-1.parquet")

    with pytest.raises(UnreadableInput, match="changed while it was being read"):
        ag.read(folder, progress=change)


def test_arrow_writes_what_is_read_back(tmp_path):
    table = pa.table({"USUBJID": [str(n) for n in range(50)], "SEX": ["F", "M"] * 25, "N": range(50)})
    arrow_dataset.write_dataset(
        table, tmp_path / "adsl.parquet", format="parquet", partitioning=["SEX"], partitioning_flavor="hive"
    )
    dataset = read(tmp_path / "adsl.parquet")
    assert list(dataset.frame.columns) == ["USUBJID", "N", "SEX"]
    expected = table.to_pandas().sort_values(["SEX", "N"])
    assert values(dataset, "USUBJID") == expected["USUBJID"].tolist()
    assert values(dataset, "SEX") == expected["SEX"].tolist()
    assert [str(note) for note in dataset.notes] == ["ADSL.SEX: read from the folder names of the parts"]


def test_folders_that_name_values(tmp_path):
    parts = {
        "STUDYID=A%2FB/TRT01PN=2/part-0.parquet": column(pa.int64(), 1),
        "STUDYID=__HIVE_DEFAULT_PARTITION__/TRT01PN=10/part-0.parquet": column(pa.int64(), 2, 3),
    }
    dataset = read(write(tmp_path, parts))
    assert values(dataset, "STUDYID") == ["A/B", None, None]
    assert values(dataset, "TRT01PN") == [2.0, 10.0, 10.0]
    assert [variable.type for variable in dataset.variables] == ["Num", "Char", "Num"]


def test_values_in_folders_and_files_must_agree(tmp_path):
    both = pa.table({"SEX": pa.array(["F"]).dictionary_encode(), "N": [1]})
    dataset = read(write(tmp_path, {"SEX=F/part-0.parquet": both}))
    assert list(dataset.frame.columns) == ["SEX", "N"]
    assert dataset.notes == ()
    folder = write(tmp_path, {"SEX=M/part-0.parquet": both})
    with pytest.raises(UnreadableInput, match="values other than that in its folder name") as refusal:
        read(folder)
    assert refusal.value.where == f"{folder / 'SEX=M' / 'part-0.parquet'}: SEX"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (column(pa.null(), None), column(pa.float64(), 1.5), [None, 1.5]),
        (column(pa.string(), "a"), column(pa.null(), None), ["a", None]),
        (column(pa.int32(), 1), column(pa.float64(), 1.5), [1.0, 1.5]),
        (column(pa.int8(), 1), column(pa.int64(), 2**40), [1.0, 2.0**40]),
        (column(pa.string(), "a"), column(pa.large_string(), "b"), ["a", "b"]),
        (column(pa.string(), "a"), column(pa.dictionary(pa.int8(), pa.string()), "b"), ["a", "b"]),
        (
            column(pa.timestamp("s"), datetime(2024, 1, 2, 3)),
            column(pa.timestamp("us"), datetime(2024, 1, 2, 3, 4, 5, 6)),
            [datetime(2024, 1, 2, 3), datetime(2024, 1, 2, 3, 4, 5, 6)],
        ),
    ],
)
def test_types_are_joined_where_nothing_is_lost(tmp_path, first, second, expected):
    dataset = read(write(tmp_path, {"part-0.parquet": first, "part-1.parquet": second}))
    assert values(dataset, "V") == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (column(pa.string(), "1"), column(pa.int64(), 1)),
        (column(pa.date32(), date(2024, 1, 2)), column(pa.timestamp("us"), datetime(2024, 1, 2))),
        (column(pa.timestamp("us"), datetime(2024, 1, 2)), column(pa.timestamp("us", "UTC"), None)),
        (column(pa.int64(), 2**53 + 1), column(pa.float64(), 1.5)),
        (column(pa.decimal128(5, 2), None), column(pa.float64(), 0.1)),
        (column(pa.bool_(), True), column(pa.int64(), 1)),
    ],
)
def test_types_that_cannot_be_joined_are_refused_by_name(tmp_path, first, second):
    folder = write(tmp_path, {"part-0.parquet": first, "part-1.parquet": second})
    with pytest.raises(UnreadableInput, match="different types in the parts") as refusal:
        read(folder)
    assert "part-" in refusal.value.where
    assert ": V is " in refusal.value.where


def test_a_column_that_a_part_lacks_is_refused_by_name(tmp_path):
    folder = write(tmp_path, {"part-0.parquet": WHOLE, "part-1.parquet": WHOLE.drop_columns(["AVAL"])})
    with pytest.raises(UnreadableInput, match="lacks columns") as refusal:
        read(folder)
    assert refusal.value.where == f"{folder / 'part-1.parquet'}: AVAL is not present"


def test_a_damaged_part_is_named(tmp_path):
    folder = write(tmp_path, {"part-0.parquet": WHOLE})
    (folder / "part-1.parquet").write_bytes((folder / "part-0.parquet").read_bytes()[:-20])
    with pytest.raises(UnreadableInput, match="damaged or incomplete") as refusal:
        read(folder)
    assert "part-1.parquet" in refusal.value.where


def test_what_is_no_folder_of_parts_is_refused(tmp_path):
    folder = tmp_path / "adtte.parquet"
    folder.mkdir()
    for refused_path in (folder, tmp_path):
        with pytest.raises(UnreadableInput, match="contains no Parquet files"):
            read(refused_path)
    write(tmp_path, {"part-0.parquet": WHOLE})
    for name, what in (
        ("_temporary", "not written completely"),
        ("_delta_log", "Delta Lake table"),
        ("older", "not named KEY=VALUE"),
    ):
        (folder / name).mkdir()
        with pytest.raises(UnreadableInput, match=what):
            read(folder)
        (folder / name).rmdir()
    (folder / "A=1").symlink_to(folder)
    with pytest.raises(UnreadableInput, match="not named KEY=VALUE"):
        read(folder)


def test_folders_that_name_different_variables_are_refused(tmp_path):
    folder = write(tmp_path, {"A=1/part-0.parquet": WHOLE, "part-0.parquet": WHOLE})
    with pytest.raises(UnreadableInput, match="name different variables"):
        read(folder)


def test_files_beside_the_parts_are_named(tmp_path):
    folder = write(tmp_path, {"part-0.parquet": WHOLE})
    (folder / "000001_0").write_bytes((folder / "part-0.parquet").read_bytes())
    (folder / "adtte.csv").write_text("USUBJID\n1\n")
    dataset = read(folder)
    assert len(dataset) == 2 * len(WHOLE)
    assert [str(note) for note in dataset.notes] == ["ADTTE: not read, in the folder of the parts: adtte.csv"]


# Parts that hold our own metadata


def own(numbers: list[float], tags: dict[int, str], name: str = "ADX") -> Dataset:
    frame = pd.DataFrame({"USUBJID": [str(n) for n in range(len(numbers))], "AVAL": numbers})
    variables = (Variable("USUBJID", "Subject"), Variable("AVAL", "Value", "Num", 8, "8.2"))
    special = SpecialMissing(np.array(list(tags), np.int64), np.array(list(tags.values()), np.str_))
    return Dataset(name, frame, variables, "Label", special_missing={"AVAL": special})


def test_special_missings_of_parts_are_counted_from_their_first_record(tmp_path):
    first, second = own([1, np.nan, np.nan], {1: "A"}), own([np.nan, 2], {0: "B"})
    folder = write(tmp_path, {"part-0.parquet": table_of(first), "part-1.parquet": table_of(second)})
    dataset = read(folder)
    assert (dataset.name, dataset.label, dataset.variable("AVAL").format) == ("ADX", "Label", "8.2")
    special = dataset.special_missing["AVAL"]
    assert (special.records.tolist(), special.tags.tolist()) == ([1, 3], ["A", "B"])
    assert dataset.notes == ()


def test_special_missings_survive_a_tool_that_splits_the_file(tmp_path):
    whole = own([1, np.nan, np.nan, np.nan, 5, 6], {1: "A", 3: "_"})
    path = tmp_path / "adx.parquet"
    arrow_dataset.write_dataset(
        table_of(whole), path, format="parquet", max_rows_per_file=2, max_rows_per_group=2
    )
    assert len(parts_of(path).parts) == 3
    special = read(path).special_missing["AVAL"]
    assert (special.records.tolist(), special.tags.tolist()) == ([1, 3], ["A", "_"])
    (path / "part-1.parquet").unlink()
    fewer = read(path)
    assert fewer.special_missing == {}
    assert "special missing values are read as plain missing" in str(fewer.notes[0])


def test_parts_of_different_datasets_are_refused(tmp_path):
    folder = write(
        tmp_path,
        {
            "adx.parquet": table_of(own([1], {})),
            "ady.parquet": table_of(own([1], {}, "ADY")),
        },
    )
    with pytest.raises(UnreadableInput, match="different datasets: ADX and ADY"):
        read(folder)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=settings.default.max_examples * 30 // 100,
)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.text("aé1 ", max_size=3)), st.integers(-9, 9)), max_size=20),
    st.lists(st.integers(0, 20), max_size=4),
)
def test_parts_hold_what_the_whole_holds(tmp_path, records, cuts):
    table = pa.table(
        {
            "C": pa.array([text for text, _ in records], pa.string()),
            "N": pa.array([number for _, number in records], pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "whole.parquet")
    folder = tmp_path / "parts.parquet"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    bounds = [0, *sorted(min(cut, len(table)) for cut in cuts), len(table)]
    for number, (start, end) in enumerate(pairwise(bounds)):
        pq.write_table(table.slice(start, end - start), folder / f"part-{number}.parquet")
    parts, whole = read(folder), read(tmp_path / "whole.parquet")
    for name in ("C", "N"):
        assert values(parts, name) == values(whole, name)


def test_the_case_of_a_folder_of_parts(shared):
    dataset = read(shared / "cases/formats/pq_folder")
    assert dataset.name == "ADTTE"
    assert len(dataset) == 4


def test_a_date_and_a_number_in_the_name_of_a_folder(tmp_path: Path) -> None:
    part = pa.table({"USUBJID": ["1"], "AVISITN": [1.0]})
    dataset = read(write(tmp_path, {"ADT=2020-01-31/AVISITN=1/part-0.parquet": part}))
    assert dataset["ADT"].tolist() == [pd.Timestamp("2020-01-31")]
    assert dataset["AVISITN"].tolist() == [1.0]


@pytest.mark.parametrize("name", ["part-0 (1).parquet", "part-0 - Copy.parquet"])
def test_a_copy_of_a_part_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match="that of a copy of another"):
        read(write(tmp_path, {"part-0.parquet": WHOLE, name: WHOLE}))
