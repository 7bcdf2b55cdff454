"""Arrow IPC files (Feather 2), with the dataset's metadata in the schema as in Parquet.

A file of Arrow's has one dictionary for each column, and records are written group by group: text is written
as strings, only ordered categories, which tables have, as a dictionary. The same dataset gives the same bytes
with one version of pyarrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import BinaryIO

import pyarrow as pa

from ....schemas.study.dataset import Dataset
from ..format import Output, Writer
from ..parquet.tables import for_pandas
from ..parquet.writer import Arranged, breaches, write_groups
from ..planned_file import PlannedFile
from ..table_style import TableStyle

_COMPRESSION = "lz4"
"""As Feather has it by default."""


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, _as_strings, each)) for each in outputs]


def _write(arranged: Arranged, output: Output, stream: BinaryIO) -> None:
    options = pa.ipc.IpcWriteOptions(compression=_COMPRESSION)
    write_groups(lambda schema: pa.ipc.new_file(stream, schema, options=options), arranged, output)


def _as_strings(schema: pa.Schema, _: Dataset) -> pa.Schema:
    fields = [each.with_type(_kind(each.type)) for each in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _kind(kind: pa.DataType) -> pa.DataType:
    return pa.large_string() if pa.types.is_dictionary(kind) and not kind.ordered else kind


def _of_tables(schema: pa.Schema, dataset: Dataset) -> pa.Schema:
    return _as_strings(for_pandas(schema, dataset), dataset)


def _tables_in(_style: TableStyle) -> Writer:
    """The writer of tables for a tool: all that read Arrow know true, false and missing."""
    return Writer(breaches, _plan_tables)


def _plan_tables(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, _of_tables, each)) for each in outputs]


ARROW = Writer(breaches, plan, _tables_in)
