"""Columns of a sas7bdat file, filled block by block.

Records are turned to columns and numbers decoded; text is kept as bytes until it is known how to decode it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.variable import SpecialMissing
from ...values.distinct_bytes import PADDING, DistinctBytes
from ...values.gathering import GatheredNumbers, Gathering
from ...values.text_column import TextColumn
from .contents import SasColumn
from .header import BYTES
from .records import RecordBlock

_BLOCK_BYTES = 8_000_000

# The third byte of a missing value, inverted: a letter, or its number from 2 on; 0 is "_", 1 and "." are the
# ordinary one. After ReadStat.
_TAGS = np.full(256, "", "<U1")
_TAGS[0] = "_"
for _number, _letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
    _TAGS[_number + 2] = _TAGS[ord(_letter)] = _letter
_TAGS[ord("_")] = "_"


def column_blocks(
    records: Iterable[RecordBlock], columns: Sequence[SasColumn], width: int, most: int
) -> Iterator[list[NDArray[np.uint8]]]:
    """Blocks of records as one array of bytes per variable.

    Parameters
    ----------
    records : iterable of RecordBlock
        Of `width` bytes.
    columns : sequence of SasColumn
    most : int
        Records in all.

    Yields
    ------
    list of ndarray of uint8, shape (n, length)
        Contiguous, and good until the next block is asked for.
    """
    height = max(1, min(most, max(_BLOCK_BYTES // width, 1)))
    turned = [np.empty(height, f"V{column.length}") for column in columns]
    filled = 0
    for part in _parts(records, height):
        pages, each, _ = part.shape
        if filled + pages * each > height:
            yield _stored(turned, filled)
            filled = 0
        for column, target in zip(columns, turned, strict=True):
            if column.length:
                source = part[:, :, column.place : column.place + column.length].view(f"V{column.length}")
                target[filled : filled + pages * each].reshape(pages, each)[...] = source[:, :, 0]
        filled += pages * each
    if filled:
        yield _stored(turned, filled)


def _parts(records: Iterable[RecordBlock], height: int) -> Iterator[RecordBlock]:
    """The same in parts of at most so many records."""
    for some in records:
        pages, each, _ = some.shape
        if each > height:
            yield from (
                some[page : page + 1, first : first + height]
                for page in range(pages)
                for first in range(0, each, height)
            )
        else:
            step = max(1, height // max(1, each))
            yield from (some[first : first + step] for first in range(0, pages, step))


def _stored(turned: Sequence[NDArray[Any]], filled: int) -> list[NDArray[np.uint8]]:
    return [
        column[:filled].view(np.uint8).reshape(filled, -1)
        if column.itemsize
        else np.empty((filled, 0), np.uint8)
        for column in turned
    ]


class DoubleColumn:
    """Takes the blocks of one numeric variable and has them gathered.

    Parameters
    ----------
    numbers : GatheredNumbers
    order : {"<", ">"}
        Of the bytes; the first ones of a double are stored, as many as the length says.
    """

    def __init__(self, numbers: GatheredNumbers, order: str) -> None:
        self.numbers = numbers
        self._order = order
        self._filled = 0
        self._special: list[NDArray[np.int64]] = []
        self._tags: list[NDArray[np.str_]] = []

    def add(self, stored: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, length)."""
        count, length = stored.shape
        if length < 8:
            whole = np.zeros((count, 8), np.uint8)
            whole[:, slice(8 - length, 8) if self._order == "<" else slice(length)] = stored
            stored = whole
        values = np.ascontiguousarray(stored).view(f"{self._order}f8")[:, 0].astype(np.float64)
        missing = np.flatnonzero(np.isnan(values))
        if len(missing):
            tags = _TAGS[~stored[missing, 5 if self._order == "<" else 2]]
            values[missing] = np.nan
            special = tags != ""
            self._special.append(missing[special] + self._filled)
            self._tags.append(tags[special])
        self.numbers.add(values)
        self._filled += count

    @property
    def special_missing(self) -> SpecialMissing | None:
        if not any(map(len, self._special)):
            return None
        return SpecialMissing(np.concatenate(self._special).astype(np.int64), np.concatenate(self._tags))


class TextOfBytes:
    """Takes the blocks of one character variable and has them gathered; every byte is a character.

    Parameters
    ----------
    gathering : Gathering
    records : int
        How many will come in all.
    """

    def __init__(self, gathering: Gathering, records: int) -> None:
        self._dictionary: DistinctBytes | None = DistinctBytes(gathering.codes(records))
        self._blocks = gathering.blocks()

    def add(self, stored: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, length)."""
        if self._dictionary is None:
            self._blocks.append(_texts(stored))
            return
        self._dictionary.add(stored)
        if not self._dictionary.pays:
            self._blocks.append(_distinct(self._dictionary).take(pa.array(self._dictionary.codes)))
            self._dictionary = None

    def column(self) -> TextColumn:
        """All of it; made whenever it is asked for."""
        if self._dictionary is not None:
            return TextColumn(_distinct(self._dictionary), self._dictionary.codes)
        together = pa.chunked_array(list(self._blocks), pa.large_string()).combine_chunks()
        return TextColumn(together, None)


def _distinct(dictionary: DistinctBytes) -> pa.Array:
    return pa.array([value.decode(BYTES) for value in dictionary.values], pa.large_string())


def _texts(stored: NDArray[np.uint8]) -> pa.Array:
    """Text of each record without its padding; in UTF-8 as Arrow has it, bytes beyond ASCII are two."""
    count, width = stored.shape
    lengths = np.full(count, width, np.int64)
    beyond = stored > 0x7F
    raw = stored.reshape(-1)
    if beyond.any():
        lengths += beyond.sum(axis=1)
        twice = np.repeat(raw, 1 + beyond.reshape(-1))
        second = np.cumsum(1 + beyond.reshape(-1))[beyond.reshape(-1)] - 1
        twice[second - 1] = 0xC0 | twice[second] >> 6
        twice[second] = 0x80 | twice[second] & 0x3F
        raw = twice
    ends = np.concatenate([[0], np.cumsum(lengths)])
    texts = pa.LargeStringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(raw))
    return pc.ascii_rtrim(texts, characters=PADDING.decode())
