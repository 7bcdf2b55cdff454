"""Tables for a tool as CSV: the words that it has for true, false and missing, and dates as it reads them.

UTF-8 without a byte order mark, lines ended by a line feed; doubles in the shortest form that reads back to
the same double. Nothing is written beside the file: labels are in the codebook of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, arrow_column, shape_of
from ...values.lines import Block, Tokens, fetched, lines, number_tokens
from ..breaches import breaches
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle
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
    columns = [_column(dataset, each, style, text) for each in dataset.variables]
    for some in lines(columns, len(dataset), null=style.missing, end="\n"):
        stream.write(some)


def _column(dataset: Dataset, variable: Variable, style: TableStyle, text: Tokens) -> Block:
    shape = shape_of(dataset, variable)
    return fetched(dataset, variable, shape, _tokens(dataset, variable, shape, style, text))


def _tokens(dataset: Dataset, variable: Variable, shape: Shape, style: TableStyle, text: Tokens) -> Tokens:
    match shape:
        case Shape.TEXT:
            return text
        case Shape.TRUTH:
            return lambda truths: pc.if_else(truths, style.true, style.false)
        case Shape.DATE | Shape.DATETIME:
            stamps = arrow_column(dataset, variable)
            unit = next(unit for unit in _UNITS if _is_whole(stamps, unit))
            return lambda some: some.cast(unit).cast(pa.large_string())
        case _:
            return number_tokens


_UNITS = (pa.date32(), pa.timestamp("s"), pa.timestamp("us"))
"""2020-01-31, or 2020-01-31 10:00:00 with a fraction where the column has one: as R and pandas read."""


def _is_whole(stamps: pa.Array, unit: pa.DataType) -> bool:
    return bool(stamps.cast(unit, safe=False).cast(stamps.type).equals(stamps))
