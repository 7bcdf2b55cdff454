"""The records of a dataset as rows of a sheet, by Arrow's kernels: a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...values.arrow_columns import Shape, joined_bytes, with_nulls
from ...values.lines import Block, number_tokens
from .cell_place import cell_place
from .cell_xml import CONTROLS, ESCAPED_MEANT, MEANT, NUMBER, TEXT, TRUTH, styled
from .package_styles import Style

_BLOCK = 8_192
"""Rows that are put together at once."""
_TEXT = pa.large_string()
_MICROS_PER_DAY = 86_400_000_000
EPOCH = np.datetime64("1899-12-30", "us")
FIRST_CERTAIN = np.datetime64("1900-03-01", "us")
"""Before it spreadsheets count a day that never was."""
AFTER_LAST = np.datetime64("10000-01-01", "us")

_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_UNUSUAL = rf"[\x01-\x08\x0b-\x1f]|{MEANT}"
NOT_IN_XML = "[\0\ufffe\uffff]"

_STYLES: Mapping[Shape, Style] = MappingProxyType({Shape.DATE: Style.DATE, Shape.DATETIME: Style.DATETIME})


def text_tokens(texts: pa.Array) -> pa.Array:
    """Texts within XML; null for an empty one, which has no cell."""
    texts = texts.cast(_TEXT)
    shown = with_nulls(texts, pc.equal(texts, ""))
    if not len(shown):
        return shown
    unusual = pc.any(pc.match_substring_regex(shown, _UNUSUAL)).as_py()
    if unusual:
        meant = pc.match_substring_regex(shown, MEANT)
        shown = pc.if_else(meant, pc.replace_substring(shown, *ESCAPED_MEANT), shown)
    for found, written in _MARKUP + (tuple(CONTROLS.items()) if unusual else ()):
        shown = pc.replace_substring(shown, found, written)
    return shown


def serials(stamps: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Days since the epoch of spreadsheets; NaT becomes NaN."""
    ticks = (stamps.astype("datetime64[us]") - EPOCH).astype(np.int64)
    return np.where(np.isnat(stamps), np.nan, ticks / _MICROS_PER_DAY)


def _stamp_tokens(stamps: pa.Array) -> pa.Array:
    days = serials(stamps.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False))
    return number_tokens(pa.array(days, from_pandas=True))


TOKENS: Mapping[Shape, Callable[[pa.Array], pa.Array]] = MappingProxyType(
    {
        Shape.TEXT: text_tokens,
        Shape.NUMBER: number_tokens,
        Shape.WHOLE: number_tokens,
        Shape.TRUTH: lambda truths: truths.cast(pa.int8()).cast(_TEXT),
        Shape.DATE: _stamp_tokens,
        Shape.DATETIME: _stamp_tokens,
    }
)
_AROUND: Mapping[Shape, tuple[str, str]] = MappingProxyType({Shape.TEXT: TEXT, Shape.TRUTH: TRUTH})


def rows(
    columns: Sequence[tuple[Shape, Block]], records: int, above: int, told: Callable[[int], None]
) -> Iterator[memoryview]:
    """The rows of a sheet.

    Parameters
    ----------
    columns : sequence of (Shape, Block)
        What the cells of each column are, and their values.
    records : int
    above : int
        Rows before the first.
    told : callable
        Called after each block with the records up to its end.
    """
    nothing = _scalar("")
    for first in range(0, records, _BLOCK):
        count = min(_BLOCK, records - first)
        numbers = pa.array(np.arange(first + above + 1, first + above + 1 + count)).cast(_TEXT)
        cells = [
            _cells(shape, cell_place(0, place)[:-1], numbers, block(first, count))
            for place, (shape, block) in enumerate(columns)
        ]
        begin = pc.binary_join_element_wise(_scalar('<row r="'), numbers, _scalar('">'), nothing)
        whole = pc.binary_join_element_wise(
            begin, *cells, _scalar("</row>\n"), nothing, null_handling="replace", null_replacement=""
        )
        yield joined_bytes(whole)
        told(first + count)


def _cells(shape: Shape, letters: str, numbers: pa.Array, values: pa.Array) -> pa.Array:
    """The cells of some records of one column; null where there is no value."""
    before, after = _AROUND.get(shape, NUMBER)
    start, middle = (
        _scalar(f'<c r="{letters}'),
        _scalar(f'"{styled(_STYLES.get(shape, Style.PLAIN))}{before}'),
    )
    return pc.binary_join_element_wise(start, numbers, middle, values, _scalar(after), _scalar(""))


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, _TEXT)
