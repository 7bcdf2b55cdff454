"""Columns into records: the mirror of `record_blocks`, which turns the bytes of records into columns.

Records are put together while they lie in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate, cycle
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

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
