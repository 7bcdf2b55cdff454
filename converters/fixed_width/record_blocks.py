"""Records into columns: the bytes of a file of records, turned from rows to columns block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BufferedReader

import numpy as np
from numpy.typing import NDArray

from ..values.regular_file import FileBecameShorter

# Rows are turned while they lie in the processor's cache, columns are decoded by some thousand records:
# one pass over the whole block per column would fetch it from memory each time.
_READ_BYTES = 1_000_000
_BLOCK_BYTES = 8_000_000


def column_blocks(
    file: BufferedReader, lengths: Sequence[int], records: int
) -> Iterator[list[NDArray[np.uint8]]]:
    """Blocks of records as one array of bytes per variable.

    Parameters
    ----------
    file : binary file
        At the first record.
    lengths : sequence of int
        Bytes of each variable, in the order of the record.
    records : int

    Yields
    ------
    list of ndarray of uint8, shape (n, length)
        Contiguous, and good until the next block is asked for.
    """
    width = sum(lengths)
    if width == 0:
        return
    most = max(1, _BLOCK_BYTES // width)
    turned = _Turned(lengths, min(most, records))
    for first in range(0, records, most):
        yield turned.filled(file, min(most, records - first))


class _Turned:
    """Room for a block of records, by columns."""

    def __init__(self, lengths: Sequence[int], records: int) -> None:
        width = sum(lengths)
        starts = np.cumsum([0, *lengths[:-1]])
        self._columns = [np.empty(records, f"V{length}") for length in lengths]
        self._rows = np.empty((min(records, max(1, _READ_BYTES // width)), width), np.uint8)
        # Whole values are copied, not single bytes.
        self._sources = [
            self._rows[:, start : start + length].view(f"V{length}")[:, 0]
            for start, length in zip(starts, lengths, strict=True)
        ]

    def filled(self, file: BufferedReader, records: int) -> list[NDArray[np.uint8]]:
        """The next records of the file."""
        width = self._rows.shape[1]
        for begin in range(0, records, len(self._rows)):
            count = min(len(self._rows), records - begin)
            if file.readinto(self._rows[:count].data.cast("B")) < count * width:
                raise FileBecameShorter
            for column, source in zip(self._columns, self._sources, strict=True):
                column[begin : begin + count] = source[:count]
        return [column[:records].view(np.uint8).reshape(records, -1) for column in self._columns]
