"""Numbers in the declared unit: by what those of each unit, or of each test and unit, are multiplied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Distinct, Mask
from ..derivations.record import ValueEffect
from .raw_records import RawRecords, of_pairs, recoded, text_of
from .variable_options import RawVariable

UnitKey = tuple[str | None, ...]
"""A unit; or a value of the column of factors_by, and a unit. None where one is missing."""


def of_units(declared: Mapping[str, float] | Mapping[str, Mapping[str, float]]) -> dict[UnitKey, float]:
    """The numbers of units, in the order of the declaration."""
    found: dict[UnitKey, float] = {}
    for key, each in declared.items():
        if isinstance(each, Mapping):
            found |= {(key, unit): number for unit, number in each.items()}
        else:
            found[(key,)] = each
    return found


@dataclass(frozen=True, slots=True)
class UnitConversion:
    """What becomes of the numbers of a unit.

    Attributes
    ----------
    factor, offset : float
    digits : int or None
        To which the result is rounded.
    """

    factor: float
    offset: float
    digits: int | None

    def __call__(self, value: float) -> float:
        found = value * self.factor + self.offset
        return found if self.digits is None else round(found, self.digits) + 0.0

    def __str__(self) -> str:
        added = f" {'+' if self.offset > 0 else '-'} {text_of(abs(self.offset))}" if self.offset else ""
        return f"x {text_of(self.factor)}{added}"


@dataclass(frozen=True, eq=False)
class UnitsOfRecords:
    """The unit of each record, and what becomes of its number.

    Attributes
    ----------
    conversions : mapping of UnitKey to UnitConversion
        As declared.
    keys : tuple of UnitKey
        Those that records have, each once.
    key_of : ndarray of int, shape (n_records,)
        Position of each record's key.
    """

    conversions: Mapping[UnitKey, UnitConversion]
    keys: tuple[UnitKey, ...]
    key_of: Codes

    @classmethod
    def of(cls, declared: RawVariable, records: RawRecords) -> UnitsOfRecords:
        offsets = of_units(declared.offsets)
        conversions = {
            key: UnitConversion(factor, offsets.get(key, 0.0), declared.digits)
            for key, factor in of_units(declared.factors).items()
        }
        names = [each for each in (declared.factors_by, declared.unit) if each]
        columns = [records.columns[each] for each in names]
        frame = pd.DataFrame({at: each.codes for at, each in enumerate(columns)})
        key_of = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy().astype(np.intp)
        keys = tuple(
            tuple(None if code < 0 else text_of(each[code]) for each, code in zip(columns, row, strict=True))
            for row in frame.drop_duplicates().to_numpy()
        )
        return cls(conversions, keys, key_of)

    @property
    def without_unit(self) -> Mask:
        """Records whose unit is missing."""
        return self._of_keys(each[-1] is None for each in self.keys)

    @property
    def without_factor(self) -> Mask:
        """Records whose unit, missing or not, has no factor."""
        return self._of_keys(each not in self.conversions for each in self.keys)

    def _of_keys(self, asked: Iterable[bool]) -> Mask:
        found = np.fromiter(asked, np.bool_, len(self.keys))
        return np.asarray(found[self.key_of])

    def converted(self, numbers: Distinct) -> Distinct:
        """The numbers in the declared unit; missing where the unit has no factor."""
        pairs = pd.DataFrame({"number": numbers.codes, "key": self.key_of})
        return of_pairs(pairs, lambda number, key: self._converted(numbers, number, key))

    def _converted(self, numbers: Distinct, number: int, key: int) -> float | None:
        conversion = self.conversions.get(self.keys[key]) if number >= 0 else None
        return None if conversion is None else conversion(numbers[number])

    def named(self) -> Distinct:
        """The unit of each record as it is shown: "HGB g/dL"; missing where it is."""
        shown = [None if each[-1] is None else _shown(each) for each in self.keys]
        return recoded(shown, self.key_of)

    def effects(self, numbers: Mask) -> tuple[ValueEffect, ...]:
        """By what the numbers of each declared unit were multiplied, and how many they were."""
        counts = dict(zip(self.keys, self._counts(numbers), strict=True))
        return tuple(
            ValueEffect(_shown(key), str(conversion), counts.get(key, 0))
            for key, conversion in self.conversions.items()
        )

    def blanked(self, numbers: Mask) -> tuple[ValueEffect, ...]:
        """The units of some numbers that are made missing, the most frequent first."""
        counted = zip(self.keys, self._counts(numbers), strict=True)
        found = [ValueEffect(_shown(key), None, count) for key, count in counted if count]
        return tuple(sorted(found, key=lambda each: (-each.count, each.value or "")))

    def _counts(self, records: Mask) -> list[int]:
        return [int(each) for each in np.bincount(self.key_of[records], minlength=len(self.keys))]


def _shown(key: UnitKey) -> str | None:
    """ "HGB g/dL"; None if there is nothing to show."""
    return " ".join("missing" if each is None else each for each in key) if any(key) else None
