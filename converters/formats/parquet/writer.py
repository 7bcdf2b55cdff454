"""Parquet, with the dataset's metadata in the Arrow schema (see `metadata`).

Everything of a dataset is kept, special missing values included. Text with few distinct values is
dictionary-encoded; dates are ``date32`` and datetimes ``timestamp[us]`` without a zone, so that other
tools see dates. Times are doubles, seconds from midnight, with their format in the metadata. The same
dataset gives the same bytes with one version of pyarrow, wherever its columns are.

Records are written group by group, and no more of a dataset than a group need be in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from ....schemas.study.dataset import Dataset
from ...values import arrow_columns
from ...values.arrow_columns import Shape
from ..breaches import breaches as unfit
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from . import metadata

_ROW_GROUP = 262_144
"""Records."""


def breaches(output: Output) -> Iterator[Breach]:
    yield from unfit(output.dataset)
    if not metadata.is_writable(output.dataset):
        yield Breach(output.dataset.name, "its metadata hold what is no JSON or no valid Unicode")


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, output)) for output in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    dataset = output.dataset
    shapes = [arrow_columns.shape_of(dataset, variable) for variable in dataset.variables]
    schema = metadata.with_metadata(_batch(dataset, shapes, 0, 0).schema, dataset)
    written: Future[None] | None = None
    # One group is packed while the next is fetched.
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer, ThreadPoolExecutor(1) as packing:
        for first in range(0, len(dataset), _ROW_GROUP):
            group = pa.RecordBatch.from_arrays(
                _batch(dataset, shapes, first, _ROW_GROUP).columns, schema=schema
            )
            if written is not None:
                written.result()
                output.tell(first)
            written = packing.submit(writer.write_batch, group)
        if written is not None:
            written.result()
            output.tell(len(dataset))


def _batch(dataset: Dataset, shapes: Sequence[Shape], first: int, count: int) -> pa.RecordBatch:
    """Some records of a dataset without breaches; all batches have one schema, an empty one too."""
    described = dataset.variables
    arrays = [
        arrow_columns.arrow_part(dataset, variable, shape, first, count)
        for variable, shape in zip(described, shapes, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[variable.name for variable in described])


PARQUET = Writer(breaches, plan)
