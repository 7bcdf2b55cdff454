"""Columns of IBM doubles, filled block by block; dates and datetimes by their display format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....schemas.study.variable import SpecialMissing
from ...values.gathering import GatheredNumbers
from ...values.sas_formats import FormatKind, dates_of, datetimes_of, kind_of
from .ibm_double import decode_ibm_doubles

_Convert = Callable[[NDArray[np.float64]], NDArray[np.datetime64] | None]

_STAMPS: dict[FormatKind, _Convert] = {FormatKind.DATE: dates_of, FormatKind.DATETIME: datetimes_of}


@dataclass(frozen=True, slots=True)
class FinishedNumbers:
    """One variable's finished column.

    Attributes
    ----------
    values : GatheredNumbers, ndarray of ``datetime64[s]`` (dates) or of ``datetime64[us]`` (datetimes)
        Times stay seconds.
    special : SpecialMissing or None
    not_stamps : int or None
        Number of the first record, counted from 1, whose number is no date or datetime although the
        format says so; the column then holds numbers.
    blank : int or None
        Number of the first record, counted from 1, that has blanks where the number must be: no data,
        but what fills a file up.
    """

    values: GatheredNumbers | NDArray[Any]
    special: SpecialMissing | None
    not_stamps: int | None
    blank: int | None = None


class NumberColumn:
    """Takes the blocks of one numeric variable and has them gathered."""

    def __init__(self, numbers: GatheredNumbers) -> None:
        self._numbers = numbers
        self._filled = 0
        self._blank: int | None = None
        self._special: list[NDArray[np.int64]] = []
        self._tags: list[NDArray[np.str_]] = []

    def add(self, stored: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, length); a strided view will do."""
        decoded = decode_ibm_doubles(stored)
        self._numbers.add(decoded.values)
        if self._blank is None:
            self._blank = _first_blank(stored, decoded.values, self._filled)
        if decoded.special.size:
            self._special.append(decoded.special + self._filled)
            self._tags.append(decoded.tags)
        self._filled += len(stored)

    def finish(self, sas_format: str) -> FinishedNumbers:
        special = None
        if self._special:
            special = SpecialMissing(np.concatenate(self._special), np.concatenate(self._tags))
        convert = _STAMPS.get(kind_of(sas_format))
        if convert is None:
            return FinishedNumbers(self._numbers, special, None, self._blank)
        values = self._numbers.whole()
        stamps = convert(values)
        if stamps is None:
            refused = _first_refused(values, convert) + 1
            return FinishedNumbers(self._numbers, special, refused, self._blank)
        return FinishedNumbers(stamps, special, None, self._blank)


def _first_blank(stored: NDArray[np.uint8], values: NDArray[np.float64], before: int) -> int | None:
    """Number of the first record whose bytes are blanks, with `before` records in earlier blocks."""
    blank = decode_ibm_doubles(np.full((1, stored.shape[1]), ord(" "), np.uint8)).values[0]
    # The decoded values are told apart faster than the bytes; only few numbers near it round to the same.
    suspects = np.flatnonzero(values == blank)
    blanks = suspects[(stored[suspects] == ord(" ")).all(axis=1)]
    return before + int(blanks[0]) + 1 if blanks.size else None


def _first_refused(values: NDArray[np.float64], convert: _Convert) -> int:
    """Position of the first value that `convert` refuses, found by halving."""
    start, end = 0, len(values)
    while end - start > 1:
        middle = (start + end) // 2
        if convert(values[start:middle]) is None:
            end = middle
        else:
            start = middle
    return start
