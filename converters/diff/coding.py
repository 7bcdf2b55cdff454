"""Records of two datasets as numbers: equal where their key variables are, missing values included."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study import columns
from .pair import DatasetPair, HeldKind, beyond_doubles, is_text_against_number, sas_numbers, tags_of

RecordCodes = NDArray[np.int64]

_LARGEST = 2**62
_KEPT = 16
"""Variables whose codes are kept: of all together they would take as much memory as the data."""


class Coding:
    """Codes of the records of both datasets, those of A before those of B.

    Parameters
    ----------
    pair : DatasetPair
    """

    def __init__(self, pair: DatasetPair) -> None:
        self.pair = pair
        self.records = len(pair.a), len(pair.b)
        self.parts = slice(0, self.records[0]), slice(self.records[0], sum(self.records))
        self._codes: OrderedDict[str, NDArray[np.int32]] = OrderedDict()

    def fits(self, name: str) -> bool:
        """Whether a variable can be a key: not if it is character in one and numeric in the other."""
        return not is_text_against_number(self.pair.kinds(name))

    def of(self, name: str) -> NDArray[np.int32]:
        if name not in self._codes:
            while len(self._codes) >= _KEPT:
                self._codes.popitem(last=False)
            self._codes[name] = _shared_codes(self.pair, name).astype(np.int32)
        self._codes.move_to_end(name)
        return self._codes[name]

    def combined(self, names: Sequence[str], part: slice = slice(None)) -> RecordCodes:
        """Codes of the combinations of some variables, of all records or of some."""
        total, bound = np.zeros(len(range(*part.indices(sum(self.records)))), np.int64), 1
        for name in names:
            codes = self.of(name)[part]
            width = int(codes.max(initial=0)) + 1
            if bound * width > _LARGEST:
                total, bound = compact(total)
            total, bound = total * width + codes, bound * width
        return total

    def in_one_order(self, names: Sequence[str]) -> bool:
        """Whether the records of both have the same values, one after the other."""
        in_a, in_b = self.parts
        return self.records[0] == self.records[1] and all(
            np.array_equal(self.of(name)[in_a], self.of(name)[in_b]) for name in names
        )

    def are_unique(self, names: Sequence[str], part: slice) -> bool:
        codes = self.combined(names, part)
        return len(pd.unique(codes)) == len(codes)


def compact(codes: NDArray[Any]) -> tuple[RecordCodes, int]:
    """Codes numbered without gaps, and how many there are."""
    compacted, distinct = pd.factorize(codes)
    return compacted.astype(np.int64, copy=False), len(distinct)


def _shared_codes(pair: DatasetPair, name: str) -> RecordCodes:
    """A code per record of A, then of B: 0 where missing, others where there is a special missing value."""
    kinds = pair.kinds(name)
    codes = _codes_of_text(pair, name) if kinds[0] is HeldKind.TEXT else _codes_of_numbers(pair, name)
    codes += 1
    tags = [tags_of(dataset, name) for dataset in pair.both]
    if any(each is not None for each in tags):
        spread = np.concatenate(
            [
                np.zeros(len(dataset), np.uint8) if each is None else each
                for dataset, each in zip(pair.both, tags, strict=True)
            ]
        )
        codes = np.where(spread > 0, codes.max(initial=0) + spread, codes)
    return codes


def _codes_of_text(pair: DatasetPair, name: str) -> RecordCodes:
    in_a, in_b = (columns.distinct(dataset[name]) for dataset in pair.both)
    moved = in_b.positions_in(in_a)
    new = moved < 0
    moved[new] = len(in_a) + np.arange(new.sum())
    return np.concatenate([in_a.codes, np.append(moved, -1)[in_b.codes]]).astype(np.int64)


def _codes_of_numbers(pair: DatasetPair, name: str) -> RecordCodes:
    timed = HeldKind.DATETIME in pair.kinds(name)
    both = [dataset[name] for dataset in pair.both]
    numbers = np.concatenate([sas_numbers(each, as_datetimes=timed) for each in both])
    codes = pd.factorize(numbers)[0].astype(np.int64)
    beyond = [beyond_doubles(each) for each in both]
    if all(each is None for each in beyond):
        return codes
    rests = np.concatenate(
        [np.zeros(len(each)) if rest is None else rest for each, rest in zip(both, beyond, strict=True)]
    )
    of_rests, distinct = compact(rests)
    return np.where(codes < 0, codes, codes * distinct + of_rests)
