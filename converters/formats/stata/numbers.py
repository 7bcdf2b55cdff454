"""Stata's stored numbers and its 27 missing values: ``.`` and ``.a`` to ``.z``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ....schemas.study.variable import SpecialMissing
from ...values.gathering import GatheredNumbers

LARGEST = 8.988465674311579e307
"""The largest double that is not a missing value."""
_LETTERS = np.array(list(ascii_uppercase))
_DOUBLE_MISSING, _DOUBLE_STEP = 0x7FE0 << 48, 40


@dataclass(frozen=True, slots=True)
class StoredType:
    """One type of stored numbers.

    Attributes
    ----------
    kind : str
        As numpy has it, without the order of bytes.
    bits : str
        The integer that tells missing values apart.
    missing : int
        That of ``.``, which is the first; all that are greater are missing, too.
    step : int
        Bits by which the next one is shifted.
    """

    kind: str
    bits: str
    missing: int
    step: int = 0


STORED: Mapping[str, StoredType] = MappingProxyType(
    {
        each.kind: each
        for each in (
            StoredType("i1", "i1", 101),
            StoredType("i2", "i2", 32_741),
            StoredType("i4", "i4", 2_147_483_621),
            StoredType("f4", "i4", 0x7F00_0000, 11),
            StoredType("f8", "i8", _DOUBLE_MISSING, _DOUBLE_STEP),
        )
    }
)


class StataNumbers:
    """Takes the blocks of one numeric variable and has them gathered.

    Parameters
    ----------
    numbers : GatheredNumbers
    stored : StoredType
    order : {"<", ">"}
        Of the bytes.
    """

    def __init__(self, numbers: GatheredNumbers, stored: StoredType, order: str) -> None:
        self.numbers = numbers
        self._stored, self._order = stored, order
        self._filled = 0
        self._records: list[NDArray[np.int64]] = []
        self._tags: list[NDArray[np.str_]] = []

    def add(self, block: NDArray[np.uint8]) -> None:
        """Take the next records' bytes, shape (n, width)."""
        stored = self._stored
        bits = block.view(self._order + stored.bits)[:, 0]
        values = block.view(self._order + stored.kind)[:, 0].astype(np.float64)
        missing = np.flatnonzero(bits >= stored.missing)
        if missing.size:
            values[missing] = np.nan
            place = (bits[missing].astype(np.int64) - stored.missing) >> stored.step
            special = (place >= 1) & (place <= len(_LETTERS))
            if special.any():
                self._records.append(missing[special] + self._filled)
                self._tags.append(_LETTERS[place[special] - 1])
        self.numbers.add(values)
        self._filled += len(block)

    @property
    def special_missing(self) -> SpecialMissing | None:
        if not self._records:
            return None
        return SpecialMissing(np.concatenate(self._records), np.concatenate(self._tags))


def stored_doubles(
    numbers: NDArray[np.float64], records: NDArray[np.int64], tags: NDArray[np.str_]
) -> NDArray[np.void]:
    """Doubles as stored, shape (n,); NaN as ``.``, but as ``.a`` where `tags` has "A" for a record."""
    bits = numbers.astype("<f8").view("<i8")
    bits[np.isnan(numbers)] = _DOUBLE_MISSING
    bits[records] = _DOUBLE_MISSING + ((np.searchsorted(_LETTERS, tags) + 1) << _DOUBLE_STEP)
    return bits.view("V8")


def label_code(text: str) -> int | None:
    """The integer that has a value label, of a value as a text: "1", ".A"; None if Stata labels none such."""
    if len(text) == 2 and text[0] == "." and text[1] in ascii_uppercase:
        return STORED["i4"].missing + 1 + ascii_uppercase.index(text[1])
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len("2147483620"):
        return None
    number = int(text)
    return number if str(number) == text and abs(number) < STORED["i4"].missing else None


def labelled_value(code: int) -> str:
    """The value of an integer that has a label, as a text; empty for what is none."""
    place = code - STORED["i4"].missing
    if place < 0:
        return str(code)
    return f".{ascii_uppercase[place - 1]}" if 1 <= place <= len(ascii_uppercase) else ""
