"""Fixed-width text of a column, told apart as bytes: each distinct value is decoded once.

Of SAS's texts trailing blanks, which carry no meaning, and NUL bytes, with which some programs fill up, are
dropped; leading blanks stay. Other texts end before their first NUL.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from .gathering import GatheredCodes

Trimmed = Callable[[bytes], bytes]
"""What of the stored bytes is the text."""

PADDING = b" \0"
_UNKNOWN = 255


def without_padding(stored: bytes) -> bytes:
    return stored.rstrip(PADDING)


def until_nul(stored: bytes) -> bytes:
    return stored.partition(b"\0")[0]


class DistinctBytes:
    """Distinct byte strings and each record's code among them.

    Parameters
    ----------
    codes : GatheredCodes
        Where the codes are gathered.
    trimmed : callable
        `without_padding` or `until_nul`.
    """

    def __init__(self, codes: GatheredCodes, trimmed: Trimmed = without_padding) -> None:
        self._trimmed = trimmed
        self._positions: dict[bytes, int] = {}
        self._byte_codes = bytearray([_UNKNOWN] * 256)
        self._codes = codes
        self._filled = 0

    @property
    def pays(self) -> bool:
        """Whether at most half as many were distinct as came."""
        return len(self._positions) * 2 <= self._filled

    @property
    def values(self) -> list[bytes]:
        return list(self._positions)

    @property
    def codes(self) -> NDArray[Any]:
        return self._codes.whole()

    def add(self, stored: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, width) and contiguous; nothing keeps hold of them."""
        codes = self._codes_of_bytes(stored) if stored.shape[1] == 1 else self._codes_of_texts(stored)
        self._codes.add(np.broadcast_to(codes, len(stored)), max(0, len(self._positions) - 1))
        self._filled += len(stored)

    def _codes_of_bytes(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One-byte texts, of which there are at most 255 once blanks and NULs are one."""
        raw = stored.tobytes()
        codes = raw.translate(self._byte_codes)
        if _UNKNOWN in codes:
            for byte in np.flatnonzero(np.bincount(stored[:, 0])):
                (self._byte_codes[byte],) = self._known([bytes([byte])])
            codes = raw.translate(self._byte_codes)
        return np.frombuffer(codes, np.uint8)

    def _codes_of_texts(self, stored: NDArray[np.uint8]) -> NDArray[Any]:
        values, codes = (_distinct_integers if stored.shape[1] <= 8 else _distinct_rows)(stored)
        table = np.array(self._known(values))
        return table if len(table) == 1 else table[codes]

    def _known(self, values: list[bytes]) -> list[int]:
        """The code of each value; new values get the next ones."""
        known = self._positions
        return [known.setdefault(self._trimmed(value), len(known)) for value in values]


def _distinct_integers(stored: NDArray[np.uint8]) -> tuple[list[bytes], NDArray[np.intp]]:
    """Distinct texts of two to eight bytes, told apart as integers in half the time of longer ones."""
    width = stored.shape[1]
    keys = np.zeros(len(stored), np.uint64)
    start = 0
    for size in (8, 4, 2, 1):
        if start + size <= width:
            part = stored[:, start : start + size].view(f"<u{size}")[:, 0].astype(np.uint64)
            keys |= part << np.uint64(8 * start)
            start += size
    codes, uniques = pd.factorize(keys)
    return uniques.astype("<u8").view("S8").tolist(), codes


def _distinct_rows(stored: NDArray[np.uint8]) -> tuple[list[bytes], NDArray[np.int32]]:
    """Distinct texts of any length."""
    count, width = stored.shape
    rows = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, [None, pa.py_buffer(stored)])
    encoded = rows.dictionary_encode()
    # numpy makes bytes of a buffer ten times faster than Arrow; it drops NULs at the end, as is due here.
    values = np.frombuffer(encoded.dictionary.buffers()[1], f"S{width}", len(encoded.dictionary)).tolist()
    return values, encoded.indices.to_numpy()
