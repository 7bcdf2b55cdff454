"""Parquet, with the dataset's metadata in the Arrow schema (see `metadata`).

Everything of a dataset is kept, special missing values included. Text with few distinct values is
dictionary-encoded; dates are ``date32`` and datetimes ``timestamp[us]`` without a zone, so that other
tools see dates. Times are doubles, seconds from midnight, with their format in the metadata. The same
dataset gives the same bytes with one version of pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ....schemas.study.dataset import Dataset
from ...values import arrow_columns
from ..breaches import breaches as unfit
from ..format import Breach, Output, TableStyle, Writer
from ..planned_file import PlannedFile
from . import metadata
from .tables import for_pandas


def breaches(output: Output) -> Iterator[Breach]:
    yield from unfit(output.dataset)
    if not metadata.is_writable(output.dataset):
        yield Breach(output.dataset.name, "its metadata hold what is no JSON or no valid Unicode")


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, output.dataset)) for output in outputs]


def table_of(dataset: Dataset) -> pa.Table:
    """A dataset without breaches as an Arrow table with its metadata, in memory."""
    arrays = [arrow_columns.arrow_column(dataset, variable) for variable in dataset.variables]
    names = [variable.name for variable in dataset.variables]
    plain = pa.schema([pa.field(name, array.type) for name, array in zip(names, arrays, strict=True)])
    return pa.Table.from_arrays(arrays, schema=metadata.with_metadata(plain, dataset))


def _write(dataset: Dataset, stream: BinaryIO) -> None:
    pq.write_table(table_of(dataset), stream, compression="zstd")


def _tables_in(_style: TableStyle) -> Writer:
    """The writer of tables for a tool: all that read Parquet know true, false and missing."""
    return Writer(breaches, _plan_tables)


def _plan_tables(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write_table, output.dataset)) for output in outputs]


def _write_table(dataset: Dataset, stream: BinaryIO) -> None:
    pq.write_table(for_pandas(table_of(dataset), dataset), stream, compression="zstd")


PARQUET = Writer(breaches, plan, _tables_in)
