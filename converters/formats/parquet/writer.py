"""Parquet, with the dataset's metadata in the Arrow schema (see `metadata`).

Everything of a dataset is kept, special missing values included. Text with few distinct values is
dictionary-encoded; dates are ``date32`` and datetimes ``timestamp[us]`` without a zone, so that other
tools see dates. Times are doubles, seconds from midnight, with their format in the metadata. The same
dataset gives the same bytes with one version of pyarrow, wherever its columns are.

Records are written group by group, and no more of a dataset than a group need be in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ....schemas.study.dataset import Dataset
from ...values import arrow_columns
from ...values.arrow_columns import Shape
from ..breaches import breaches as unfit
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from . import metadata
from .tables import for_pandas

Arranged = Callable[[pa.Schema, Dataset], pa.Schema]

_ROW_GROUP = 262_144
"""Records."""


def breaches(output: Output) -> Iterator[Breach]:
    yield from unfit(output.dataset)
    if not metadata.is_writable(output.dataset):
        yield Breach(output.dataset.name, "its metadata contain values that are not valid JSON or Unicode")


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, _as_it_is, output)) for output in outputs]


def _as_it_is(schema: pa.Schema, _: Dataset) -> pa.Schema:
    return schema


def _write(arranged: Arranged, output: Output, stream: BinaryIO) -> None:
    def opened(schema: pa.Schema) -> pq.ParquetWriter:
        return pq.ParquetWriter(stream, schema, compression="zstd")

    write_groups(opened, arranged, output)


def write_groups(opened: Callable[[pa.Schema], Any], arranged: Arranged, output: Output) -> None:
    """Write a dataset group by group.

    Parameters
    ----------
    opened : callable
        A writer of Arrow's for a schema.
    arranged : callable
        The schema in which a dataset is written.
    output : Output
    """
    dataset = output.dataset
    shapes = [arrow_columns.shape_of(dataset, variable) for variable in dataset.variables]
    schema = arranged(metadata.with_metadata(_batch(dataset, shapes, 0, 0).schema, dataset), dataset)
    written: Future[None] | None = None
    # One group is packed while the next is fetched.
    with opened(schema) as writer, ThreadPoolExecutor(1) as packing:
        for first in range(0, len(dataset), _ROW_GROUP):
            group = _in_types_of(schema, _batch(dataset, shapes, first, _ROW_GROUP))
            if written is not None:
                written.result()
                output.tell(first)
            written = packing.submit(writer.write_batch, group)
        if written is not None:
            written.result()
            output.tell(len(dataset))


def _in_types_of(schema: pa.Schema, group: pa.RecordBatch) -> pa.RecordBatch:
    arrays = [
        array if array.type == field.type else array.cast(field.type)
        for array, field in zip(group.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _batch(dataset: Dataset, shapes: Sequence[Shape], first: int, count: int) -> pa.RecordBatch:
    """Some records of a dataset without breaches; all batches have one schema, an empty one too."""
    described = dataset.variables
    arrays = [
        arrow_columns.arrow_part(dataset, variable, shape, first, count)
        for variable, shape in zip(described, shapes, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[variable.name for variable in described])


def _tables_in(_style: TableStyle) -> Writer:
    """The writer of tables for a tool: all that read Parquet know true, false and missing."""
    return Writer(breaches, _plan_tables)


def _plan_tables(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, for_pandas, output)) for output in outputs]


PARQUET = Writer(breaches, plan, _tables_in)
