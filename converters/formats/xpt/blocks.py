"""Records into columns: the bytes of a SAS transport file, turned from rows to columns block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BufferedReader

import numpy as np
from numpy.typing import NDArray

# Rows are turned while they lie in the processor's cache, columns are decoded by some thousand records:
# one pass over the whole block per column would fetch it from memory each time.
_READ_BYTES = 1_000_000
_BLOCK_BYTES = 8_000_000


class FileBecameShorter(EOFError):
    """The file holds fewer records than when it was opened."""


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
    block_records = min(records, max(1, _BLOCK_BYTES // width))
    columns = [np.empty(block_records, f"V{length}") for length in lengths]
    rows = np.empty((min(records, max(1, _READ_BYTES // width)), width), np.uint8)
    starts = np.cumsum([0, *lengths[:-1]])
    # Whole values are copied, not single bytes.
    sources = [
        rows[:, start : start + length].view(f"V{length}")[:, 0]
        for start, length in zip(starts, lengths, strict=True)
    ]
    while records > 0:
        filled = min(records, block_records)
        for begin in range(0, filled, len(rows)):
            count = min(len(rows), filled - begin)
            if file.readinto(rows[:count].data.cast("B")) < count * width:
                raise FileBecameShorter
            for column, source in zip(columns, sources, strict=True):
                column[begin : begin + count] = source[:count]
        records -= filled
        yield [column[:filled].view(np.uint8).reshape(filled, -1) for column in columns]
