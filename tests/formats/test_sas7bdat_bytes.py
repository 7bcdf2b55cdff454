"""The maker of sas7bdat files, proved by pyreadstat and pandas on ordinary text."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from sas7bdat_bytes import Data, Value, Var, sas7bdat

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat

VARIABLES = [
    Var("USUBJID", "Char", 12, label="Unique Subject Identifier", format=("$", 12, 0)),
    Var("AVAL", label="Analysis Value", format=("BEST", 12, 0)),
    Var("ADT", label="Analysis Date", format=("DATE", 9, 0), informat=("ANYDTDTE", 10, 0)),
    Var("RATIO", format=("", 8, 2)),
    Var("SHORT", length=4),
    Var("A_variable_of_more_than_8_letters", "Char", 3),
]
RECORDS: list[list[Value]] = [
    [f"S-{number:05d}", number / 8, 20_000.0 + number, -number / 4, float(number), "abc"[: number % 4]]
    for number in range(700)
]
MISSING: list[list[Value]] = [["", ".", ".", ".", ".", ""], ["x", "A", "Z", "_", ".", "y"]]

BITS = (32, 64)
ORDERS = ("little", "big")


@pytest.mark.parametrize(("stated", "name"), [("DATASET", "ADLB"), ("", "ADLB"), ("ADVS", "ADVS")])
def test_the_name_that_readstat_writes_where_none_is_given(stated: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "adlb.sas7bdat"
    path.write_bytes(sas7bdat(Data(VARIABLES, RECORDS[:1], name=stated)))
    assert read_sas7bdat(path, ReadOptions())[0].name == name


@pytest.mark.parametrize("beside", [True, False], ids=["mixed page", "data pages only"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bits", BITS)
def test_pyreadstat_and_pandas_read_what_was_written(
    tmp_path: Path, bits: Literal[32, 64], order: Literal["little", "big"], beside: bool
) -> None:
    data = Data(
        VARIABLES,
        [*RECORDS, *MISSING],
        "ADTTE",
        "Time-to-Event Analysis",
        bits=bits,
        order=order,
        records_beside_metadata=beside,
    )
    path = tmp_path / "adtte.sas7bdat"
    path.write_bytes(sas7bdat(data))
    assert path.stat().st_size > 3 * data.page_size
    values, metadata = pyreadstat.read_sas7bdat(
        path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    names = [str(var.name) for var in VARIABLES]
    assert metadata.column_names == names
    assert [label or "" for label in metadata.column_labels] == [var.label for var in VARIABLES]
    assert list(metadata.original_variable_types.values()) == ["$12", "BEST12", "DATE9", "8.2", None, None]
    assert (metadata.table_name, metadata.file_label) == ("ADTTE", "Time-to-Event Analysis")
    assert metadata.creation_time == datetime(2023, 5, 18, 3, 33, 20)
    for position, name in enumerate(names):
        written = [record[position] for record in [*RECORDS, *MISSING]]
        assert values[name] == [None if value == "." else value for value in written]
    frame = pd.read_sas(io.BytesIO(path.read_bytes()), format="sas7bdat", encoding="utf-8")
    assert list(frame.columns) == names
    for position, name in enumerate(names[:2]):
        written = [record[position] for record in RECORDS]
        assert frame[name][: len(RECORDS)].tolist() == written
    assert frame["ADT"][1] == np.datetime64("2014-10-05")
    assert frame["AVAL"][len(RECORDS) :].isna().all()


@pytest.mark.parametrize("beside", [True, False], ids=["mixed page", "data pages only"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bits", BITS)
def test_pyreadstat_leaves_out_what_is_marked_as_deleted(
    tmp_path: Path, bits: Literal[32, 64], order: Literal["little", "big"], beside: bool
) -> None:
    deleted = {0, 7, 8, 350, 699}
    data = Data(VARIABLES, RECORDS, bits=bits, order=order, deleted=deleted, records_beside_metadata=beside)
    path = tmp_path / "adtte.sas7bdat"
    path.write_bytes(sas7bdat(data))
    values, metadata = pyreadstat.read_sas7bdat(path, output_format="dict")
    kept = [record[0] for number, record in enumerate(RECORDS) if number not in deleted]
    assert values["USUBJID"] == kept
    assert metadata.number_rows == len(kept)
    # pandas reads them all: the marks are beside the data, which they do not move.
    frame = pd.read_sas(io.BytesIO(path.read_bytes()), format="sas7bdat", encoding="utf-8")
    assert frame["USUBJID"].tolist() == [record[0] for record in RECORDS]


@pytest.mark.parametrize("compression", ["rle", "rdc"])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bits", BITS)
def test_three_readers_agree_on_compressed_records(
    tmp_path: Path,
    bits: Literal[32, 64],
    order: Literal["little", "big"],
    compression: Literal["rle", "rdc"],
) -> None:
    path = tmp_path / "adtte.sas7bdat"
    path.write_bytes(sas7bdat(Data(VARIABLES, RECORDS, bits=bits, order=order, compression=compression)))
    (ours,) = read_sas7bdat(path, ReadOptions())
    values, _ = pyreadstat.read_sas7bdat(path, disable_datetime_conversion=True, output_format="dict")
    frame = pd.read_sas(path, encoding="utf-8")
    for position, var in enumerate(VARIABLES):
        name, written = str(var.name), [record[position] for record in RECORDS]
        assert values[name] == written
        if name == "ADT":
            days = np.datetime64("1960-01-01") + np.array(written, float).astype("timedelta64[D]")
            assert (ours[name].to_numpy() == days).all()
            assert (frame[name].to_numpy() == days).all()
        elif var.kind == "Num":
            assert ours[name].tolist() == frame[name].tolist() == written
        else:
            assert ours[name].tolist() == frame[name].fillna("").tolist() == written
