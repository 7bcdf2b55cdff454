"""Hashes of records: of their key variables, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, reduce
from operator import add
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study import columns
from ..study.answers import AnswersInMemory
from ..study.columns import Mask
from ..study.dataset import Dataset
from .record_keys import LISTED, Listed, RecordKeys, Sums

Hashes = NDArray[np.uint64]

_HASH_KEY = "adamgate keys v1"
"""Sixteen bytes, as SipHash takes them. Another key would make every finding of a baseline new."""
_SECOND = np.uint64(0xA5A5A5A5A5A5A5A5)
_SHORT = np.uint64(16)
"""A listed hash keeps 48 of its bits."""
_BLOCK = 4_194_304
"""Records whose keys are hashed at a time."""
_HASHED = ("hashes of keys", "")


def summed(hashes: Hashes) -> tuple[Sums, Listed]:
    """Hashes of records as `RecordKeys` has them."""
    second = _mixed(hashes ^ _SECOND)
    sums = int(hashes.sum(dtype=np.uint64)), int(second.sum(dtype=np.uint64))
    if len(hashes) > LISTED:
        return sums, None
    return sums, tuple(f"{each:012x}" for each in np.sort(hashes >> _SHORT).tolist())


class KeyColumns:
    """The key variables of a dataset alone, so that a report does not hold on to all its data."""

    def __init__(self, data: Dataset, keys: Iterable[str]) -> None:
        self._records = len(data)
        self._columns = {key: data[key] for key in keys}

    @cached_property
    def hashes(self) -> Hashes:
        """A hash of each record's keys, worked out once for all findings of the dataset."""
        return key_hashes(self._columns, self._records)

    def of(self, mask: Mask) -> RecordKeys:
        """The keys of these records."""
        return RecordKeys.of(lambda: summed(self.hashes[mask]))


class BoundedKeyColumns:
    """The same of a dataset whose memory is bounded: hashed at once, block by block.

    A finding then holds no mask, which would be as long as the dataset. The hashes are kept as answers are.
    """

    def __init__(self, data: Dataset, keys: Iterable[str], within: AnswersInMemory) -> None:
        self._data = data
        self._keys = tuple(keys)
        self._kept = within.for_dataset()

    def of(self, mask: Mask) -> RecordKeys:
        """The keys of these records."""
        hashes = self._hashes()
        blocks = (slice(first, first + _BLOCK) for first in range(0, len(mask), _BLOCK))
        found = (RecordKeys(*summed(hashes[block][mask[block]])) for block in blocks)
        return reduce(add, found, RecordKeys())

    def _hashes(self) -> Hashes:
        try:
            return cast("Hashes", self._kept[_HASHED])
        except KeyError:
            hashes = np.empty(len(self._data), np.uint64)
        for first in range(0, len(hashes), _BLOCK):
            count = min(_BLOCK, len(hashes) - first)
            columns_of_block = {key: self._data.part(key, first, count) for key in self._keys}
            hashes[first : first + count] = key_hashes(columns_of_block, count)
        self._kept[_HASHED] = hashes
        return hashes


def hashed_keys_of(data: Dataset, keys: Iterable[str]) -> KeyColumns | BoundedKeyColumns:
    """What hashes the keys of a dataset's records, within the bound of its memory where there is one."""
    within = data.columns.answers
    return KeyColumns(data, keys) if within is None else BoundedKeyColumns(data, keys, within)


def key_hashes(keys: Mapping[str, pd.Series], records: int) -> Hashes:
    """A hash of each record's values of the key variables, the same on every machine."""
    found = np.zeros(records, dtype=np.uint64)
    for name, column in keys.items():
        (seed,) = digests(np.array([name.upper()], dtype=object))
        found = _mixed(found ^ _mixed(_values(column) ^ seed))
    return found


def _values(column: pd.Series) -> Hashes:
    if columns.is_date(column):
        stamps = column.to_numpy(dtype="datetime64[us]")
        return stamps.view(np.uint64)
    if not columns.is_character(column):
        numbers = columns.numbers(column) + 0.0  # -0.0 is 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    distinct = columns.distinct(column)
    return distinct.spread(distinct.by_block(digests), missing=np.uint64(0))


def digests(values: NDArray[np.object_]) -> Hashes:
    """SipHash of texts with a key of our own, so that no default of a library is part of a fingerprint."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = [str(value) for value in values]
    if not _encodable(texts):
        texts[:] = [text.encode("utf-8", "backslashreplace").decode() for text in texts]
    return pd.util.hash_array(texts, hash_key=_HASH_KEY, categorize=False)


def _encodable(texts: NDArray[np.object_]) -> bool:
    """Whether all texts can be written as UTF-8; asked of all at once, as nearly always they can."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _mixed(hashes: Hashes) -> Hashes:
    """The finaliser of SplitMix64: every bit of the result depends on every bit given."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
