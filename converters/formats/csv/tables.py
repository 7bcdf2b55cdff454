"""Tables for a tool as CSV: the words that it has for true, false and missing, and dates as it reads them.

UTF-8 without a byte order mark, lines ended by a line feed; doubles in the shortest form that reads back to
the same double. Nothing is written beside the file: labels stand in the codebook of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ....schemas.study.dataset import Dataset
from ...values.arrow_columns import arrow_column
from ...values.lines import Tokens, block, lines, number_tokens
from ..breaches import breaches
from ..format import Breach, Output, TableStyle, Writer
from ..planned_file import PlannedFile
from .quoting import in_quotes, quoted


def tables_in(style: TableStyle) -> Writer:
    """The writer of tables in a style."""
    return Writer(_breaches, partial(_plan, style))


def _breaches(output: Output) -> Iterator[Breach]:
    yield from breaches(output.dataset)


def _plan(style: TableStyle, outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, each.dataset, style)) for each in outputs]


def _write(dataset: Dataset, style: TableStyle, stream: BinaryIO) -> None:
    text = in_quotes if style.quotes_all_text else quoted
    names = pa.array([each.name for each in dataset.variables], pa.large_string())
    stream.write((",".join(text(names).to_pylist()) + "\n").encode())
    arrays = [arrow_column(dataset, each) for each in dataset.variables]
    columns = [block(array, _tokens(array, style, text)) for array in arrays]
    for some in lines(columns, len(dataset), null=style.missing, end="\n"):
        stream.write(some)


def _tokens(array: pa.Array, style: TableStyle, text: Tokens) -> Tokens:
    if pa.types.is_temporal(array.type):
        unit = next(unit for unit in _UNITS if _is_whole(array, unit))
        return lambda stamps: stamps.cast(unit).cast(pa.large_string())
    if pa.types.is_boolean(array.type):
        return lambda truths: pc.if_else(truths, style.true, style.false)
    return number_tokens if pa.types.is_primitive(array.type) else text


_UNITS = (pa.date32(), pa.timestamp("s"), pa.timestamp("us"))
"""2020-01-31, or 2020-01-31 10:00:00 with a fraction where the column has one: as R and pandas read."""


def _is_whole(stamps: pa.Array, unit: pa.DataType) -> bool:
    return bool(stamps.cast(unit, safe=False).cast(stamps.type).equals(stamps))
