"""Columns into records: the mirror of `blocks`, which turns the bytes of records into columns.

Categories are encoded once and taken by code; numbers and other texts are encoded block by block. Records are
put together while they lie in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate, cycle
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import SpecialMissing, Variable
from ...values.arrow_columns import Shape
from .ibm_double import big_endian, encode_ibm_doubles, marked_missing
from .survey import sas_numbers
from .text_encoding import TextEncoding, distinct_texts, fixed_width, texts_of_categories, without_blanks

_FETCHED_BYTES = 40_000_000
_ROWS_BYTES = 1_000_000
_MOST_RECORDS = 65_536

Values = Callable[[int, int], NDArray[np.void]]
"""The stored values of a block of one column, from a position in the block to another."""


class StoredColumn(Protocol):
    """One variable as it is stored."""

    length: int

    def block(self, first: int, count: int) -> Values:
        """The values of some records of the dataset."""
        ...


class RecordStream(Protocol):
    """Where records go."""

    def write(self, records: memoryview, /) -> int: ...


def stored_column(
    dataset: Dataset, variable: Variable, shape: Shape, length: int, encoding: TextEncoding
) -> StoredColumn:
    """A column that a survey found nothing wrong with, in so many bytes."""
    if shape is Shape.TEXT:
        return _Text(dataset, variable.name, length, encoding)
    return _Numbers(dataset, variable.name, shape, length)


class _Numbers:
    def __init__(self, dataset: Dataset, name: str, shape: Shape, length: int) -> None:
        self.length = length
        self._dataset, self._name, self._shape = dataset, name, shape
        self._special = SpecialInOrder.of(dataset.special_missing.get(name))

    def block(self, first: int, count: int) -> Values:
        words = encode_ibm_doubles(sas_numbers(self._dataset.part(self._name, first, count), self._shape))
        records, tags = self._special.within(first, count)
        words[records] = marked_missing(tags)
        stored = np.ascontiguousarray(big_endian(words, self.length)).view(f"V{self.length}")[:, 0]
        return lambda begin, end: stored[begin:end]


class _Text:
    def __init__(self, dataset: Dataset, name: str, length: int, encoding: TextEncoding) -> None:
        self.length = length
        self._dataset, self._name, self._encoding = dataset, name, encoding
        self._categories: pd.Index[Any] | None = None
        self._table = np.empty(0, f"V{length}")

    def block(self, first: int, count: int) -> Values:
        part = self._dataset.part(self._name, first, count)
        if not isinstance(part.dtype, pd.CategoricalDtype):
            texts, _ = distinct_texts(part)
            stored = fixed_width(self._encoding.encoded(texts), self.length)
            return lambda begin, end: stored[begin:end]
        if part.cat.categories is not self._categories:
            self._categories = part.cat.categories
            self._table = self._stored(self._categories)
        table, codes = self._table, part.cat.codes.to_numpy()
        # -1, a missing value, is the last place of the table.
        return lambda begin, end: table.take(codes[begin:end], mode="wrap")

    def _stored(self, categories: pd.Index[Any]) -> NDArray[np.void]:
        """Each category, and blanks. A category that no record has may be one that is not stored."""
        stripped = without_blanks(self._encoding.encoded(texts_of_categories(categories)).fill_null(""))
        fits = pc.less_equal(pc.binary_length(stripped), self.length)
        blank = np.frombuffer(b" " * self.length, f"V{self.length}")
        return np.concatenate([fixed_width(pc.if_else(fits, stripped, ""), self.length), blank])


class SpecialInOrder:
    """Special missing values by record."""

    def __init__(self, records: NDArray[np.int64], tags: NDArray[np.str_]) -> None:
        order = np.argsort(records, kind="stable")
        self._records, self._tags = records[order], tags[order]

    @classmethod
    def of(cls, special: SpecialMissing | None) -> SpecialInOrder:
        if special is None:
            return cls(np.empty(0, np.int64), np.empty(0, "U1"))
        return cls(special.records, special.tags)

    def within(self, first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
        start, end = np.searchsorted(self._records, (first, first + count))
        return self._records[start:end] - first, self._tags[start:end]


def write_records(
    stream: RecordStream,
    stored: Sequence[StoredColumn],
    first: int,
    end: int,
    tell: Callable[[int], None],
) -> None:
    """Write records from one position to another.

    Parameters
    ----------
    stream : RecordStream
    stored : sequence of StoredColumn
        In the order of the record.
    first, end : int
    tell : callable
        Called with the position up to which records are written, after each block.
    """
    width = sum(each.length for each in stored)
    if not width:
        return
    most = min(_MOST_RECORDS, max(1, _FETCHED_BYTES // width))
    height = min(end - first, max(1, _ROWS_BYTES // width))
    lengths = [each.length for each in stored]
    buffers = cycle([_rows(height, lengths) for _ in range(2)])
    written: Future[int] | None = None
    # Some rows are written while the next are put together.
    with ThreadPoolExecutor(1) as writing:
        for block in range(first, end, most):
            count = min(most, end - block)
            values = [each.block(block, count) for each in stored]
            for begin in range(0, count, height):
                rows, places = next(buffers)
                until = min(begin + height, count)
                for place, taken in zip(places, values, strict=True):
                    place[: until - begin] = taken(begin, until)
                if written is not None:
                    written.result()
                written = writing.submit(stream.write, rows[: until - begin].data)
            tell(block + count)
        if written is not None:
            written.result()


def _rows(height: int, lengths: Sequence[int]) -> tuple[NDArray[np.uint8], list[NDArray[np.void]]]:
    """Room for some records, and the place of each column in it."""
    rows = np.empty((height, sum(lengths)), np.uint8)
    starts = accumulate(lengths, initial=0)
    places = [
        rows[:, start : start + length].view(f"V{length}")[:, 0]
        for start, length in zip(starts, lengths, strict=False)
    ]
    return rows, places
