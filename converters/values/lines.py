"""Columns into lines of text, by Arrow's kernels instead of a loop over records.

A text format says how each column's values are written (its tokens) and how the tokens of a record
become a line; this module puts them together, a block of records at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable
from .arrow_columns import Shape, arrow_part, text_array

Tokens = Callable[[pa.Array], pa.Array]
"""The text of each value; null stays null."""

Block = Callable[[int, int], pa.Array]
"""The text of a column's values from a position on, so many of them."""

_BLOCK = 32_768


def fetched(dataset: Dataset, variable: Variable, shape: Shape, tokens: Tokens) -> Block:
    """A column of a dataset, of which no more than a block is in memory.

    The values of a dictionary are written by `tokens` once, for as long as parts come with the same.
    """
    if shape is Shape.TEXT:
        return _FetchedText(dataset, variable, tokens)
    return lambda first, count: tokens(arrow_part(dataset, variable, shape, first, count))


class _FetchedText:
    """A column of text."""

    def __init__(self, dataset: Dataset, variable: Variable, tokens: Tokens) -> None:
        self._dataset, self._variable, self._tokens = dataset, variable, tokens
        self._categories: pd.Index | None = None
        self._distinct = pa.nulls(0, pa.large_string())

    def __call__(self, first: int, count: int) -> pa.Array:
        part = self._dataset.part(self._variable.name, first, count)
        if not isinstance(part.dtype, pd.CategoricalDtype):
            return self._tokens(text_array(part))
        if part.dtype.categories is not self._categories:
            self._categories = part.dtype.categories
            self._distinct = self._tokens(text_array(self._categories.to_series()))
        codes = part.cat.codes.to_numpy()
        return self._distinct.take(pa.array(codes, mask=codes < 0))


def _untold(_: int) -> None:
    """Where nobody wants to know."""


def lines(
    columns: Sequence[Block],
    records: int,
    *,
    null: str,
    start: str = "",
    end: str = "",
    told: Callable[[int], None] = _untold,
) -> Iterator[memoryview]:
    """The records as comma-separated lines, in UTF-8.

    Parameters
    ----------
    columns : sequence of Block, at least one
    records : int
    null : str
        Written for a null.
    start, end : str
        Around each line; the line break is part of one of them.
    told : callable
        Called after each block was taken, with the records up to its end.

    Yields
    ------
    memoryview
        The bytes of a block of lines.
    """
    comma, nothing = _text(","), _text("")
    for first in range(0, records, _BLOCK):
        tokens = [column(first, _BLOCK).cast(pa.large_string()) for column in columns]
        joined = pc.binary_join_element_wise(*tokens, comma, null_handling="replace", null_replacement=null)
        yield _bytes(pc.binary_join_element_wise(_text(start), joined, _text(end), nothing))
        told(min(first + _BLOCK, records))


def number_tokens(numbers: pa.Array) -> pa.Array:
    """The shortest decimal that is the same double: ``12``, ``0.1``, ``1e+300``."""
    return numbers.cast(pa.large_string())


def date_tokens(dates: pa.Array) -> pa.Array:
    """``2014-01-02``"""
    return dates.cast(pa.large_string())


def datetime_tokens(datetimes: pa.Array) -> pa.Array:
    """``2014-01-02T03:04:05``, with as many decimals of the second as there are."""
    return _without_zeros(pc.replace_substring(datetimes.cast(pa.large_string()), " ", "T"))


def time_tokens(seconds: pa.Array) -> pa.Array:
    """``03:04:05``, for seconds of one day, with as many decimals as there are."""
    micros = pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64()).cast(pa.time64("us"))
    return _without_zeros(micros.cast(pa.large_string()))


def _without_zeros(stamps: pa.Array) -> pa.Array:
    return pc.ascii_rtrim(pc.ascii_rtrim(stamps, "0"), ".")


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def _bytes(texts: pa.Array) -> memoryview:
    """The texts one after the other: they lie so in Arrow's buffer."""
    _, offsets, data = texts.buffers()
    ends = memoryview(offsets).cast("q")
    return memoryview(data)[ends[texts.offset] : ends[texts.offset + len(texts)]]
