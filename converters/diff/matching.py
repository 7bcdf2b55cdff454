"""Which record of one dataset is which of the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study.dataset import Dataset
from .coding import Coding, RecordCodes, compact
from .match_keys import KeyOrigin, MatchKeys
from .pair import DatasetPair

RecordPositions = NDArray[np.intp]
ColumnParts = Callable[[int, int], pd.Series]


@dataclass(frozen=True, slots=True)
class RepeatedKeys:
    """Combinations of key values that several records of a dataset have, and how many records these are."""

    keys: int = 0
    records: int = 0


@dataclass(frozen=True, eq=False)
class Matching:
    """Records of both datasets.

    Attributes
    ----------
    a, b : ndarray of int, shape (n_matched,)
        Positions of the same records, in the order of A.
    only_a, only_b : ndarray of int
        Positions of the others.
    repeated_a, repeated_b : RepeatedKeys
    """

    a: RecordPositions
    b: RecordPositions
    only_a: RecordPositions
    only_b: RecordPositions
    repeated_a: RepeatedKeys = RepeatedKeys()
    repeated_b: RepeatedKeys = RepeatedKeys()

    def __len__(self) -> int:
        return len(self.a)

    @property
    def keeps_order(self) -> bool:
        """Whether the matched records of B are in the order of those of A."""
        return bool((np.diff(self.b) > 0).all())

    @cached_property
    def _in_place(self) -> tuple[bool, bool]:
        """Whether those of A, and of B, are the first ones of their dataset in its order."""
        first_ones = np.arange(len(self))
        return bool((self.a == first_ones).all()), bool((self.b == first_ones).all())

    def columns(self, pair: DatasetPair, name: str) -> tuple[ColumnParts, ColumnParts]:
        """A variable of the matched records of A and of B: parts of it, by first record and their number.

        What is in place is never taken apart nor loaded as a whole.
        """
        in_place_a, in_place_b = self._in_place
        return _parts(pair.a, name, self.a, in_place_a), _parts(pair.b, name, self.b, in_place_b)


def _parts(dataset: Dataset, name: str, positions: RecordPositions, in_place: bool) -> ColumnParts:
    if in_place:
        return lambda first, count: dataset.part(name, first, count)
    whole = dataset[name]
    return lambda first, count: pd.Series(whole.array.take(positions[first : first + count]), copy=False)


def matched(coding: Coding, keys: MatchKeys) -> Matching:
    """Match the records of two datasets; the first record with a key is matched with the first, and so on."""
    if not keys.variables:
        return _by_position(*coding.records)
    codes = coding.combined(keys.variables)
    in_a, in_b = (codes[part] for part in coding.parts)
    if np.array_equal(in_a, in_b):
        return _in_one_order(in_a, unique=keys.origin is KeyOrigin.FOUND)
    codes, distinct = compact(codes)
    in_a, in_b = (codes[part] for part in coding.parts)
    counts_a, counts_b = (np.bincount(each, minlength=distinct) for each in (in_a, in_b))
    if max(counts_a.max(initial=0), counts_b.max(initial=0)) > 1:
        many = int(max(counts_a.max(), counts_b.max()))
        numbered = np.concatenate([in_a * many + _occurrence(in_a), in_b * many + _occurrence(in_b)])
        codes, distinct = compact(numbered)
        in_a, in_b = (codes[part] for part in coding.parts)
    of_code = np.full(distinct, -1, dtype=np.intp)
    of_code[in_b] = np.arange(len(in_b))
    match = of_code[in_a]
    is_matched = match >= 0
    only_b = np.ones(len(in_b), np.bool_)
    only_b[match[is_matched]] = False
    return Matching(
        np.flatnonzero(is_matched),
        match[is_matched],
        np.flatnonzero(~is_matched),
        np.flatnonzero(only_b),
        _repeated(counts_a),
        _repeated(counts_b),
    )


def _in_one_order(codes: RecordCodes, *, unique: bool) -> Matching:
    """Records whose keys are the same, one after the other: nothing is looked up."""
    both = np.arange(len(codes))
    repeated = RepeatedKeys() if unique else _repeated(np.bincount(compact(codes)[0]))
    return Matching(both, both, both[:0], both[:0], repeated, repeated)


def _by_position(records_a: int, records_b: int) -> Matching:
    both = np.arange(min(records_a, records_b))
    return Matching(both, both, np.arange(len(both), records_a), np.arange(len(both), records_b))


def _occurrence(codes: NDArray[np.int64]) -> NDArray[np.intp]:
    """How many records before each have its code."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    lengths = np.diff(np.append(starts, len(ordered)))
    found = np.empty(len(codes), np.intp)
    found[order] = np.arange(len(codes)) - np.repeat(starts, lengths)
    return found


def _repeated(counts: NDArray[np.intp]) -> RepeatedKeys:
    several = counts[counts > 1]
    return RepeatedKeys(len(several), int(several.sum()))
