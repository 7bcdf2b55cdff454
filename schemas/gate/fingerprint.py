"""Which records a finding is about, as a number that does not depend on their order or their place.

Records are known by their key variables, each hashed; a finding by the sums of its records' hashes. So
a finding of the next delivery can be told from that of the last one, and the parts of a finding that was
made in partitions add up to the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study import columns
from ..study.dataset import Dataset

LISTED = 1_000
"""At most this many records of a finding are listed by their hashes."""

Hashes = NDArray[np.uint64]
Sums = tuple[int, int]
Listed = tuple[str, ...] | None

_HASH_KEY = "adamgate keys v1"
"""Sixteen bytes, as SipHash takes them. Another key would make every finding of a baseline new."""
_MODULUS = 1 << 64
_SECOND = np.uint64(0xA5A5A5A5A5A5A5A5)
_SHORT = np.uint64(16)
"""A listed hash keeps 48 of its bits."""


class RecordKeys:
    """The records of a finding.

    Hashed when first asked for: a report in words never asks, so many records cost it no more than few.

    Attributes
    ----------
    sums : tuple of two int
        Of two hashes of each record's keys, modulo 2**64.
    listed : tuple of str or None
        Each record's hash, 12 hexadecimal digits, sorted; None where there are more than `LISTED`.
    """

    __slots__ = ("_hashes", "_known")

    def __init__(self, sums: Sums = (0, 0), listed: Listed = ()) -> None:
        self._known: tuple[Sums, Listed] | None = (sums, listed)
        self._hashes: Callable[[], Hashes] | None = None

    @classmethod
    def of(cls, hashes: Callable[[], Hashes]) -> RecordKeys:
        """Of records by the hashes of their keys, once somebody wants to know."""
        made = cls()
        made._known, made._hashes = None, hashes
        return made

    @property
    def sums(self) -> Sums:
        return self._hashed()[0]

    @property
    def listed(self) -> Listed:
        return self._hashed()[1]

    def _hashed(self) -> tuple[Sums, Listed]:
        if self._hashes is not None:
            self._known, self._hashes = _summed(self._hashes()), None
        return cast("tuple[Sums, Listed]", self._known)

    def __add__(self, other: RecordKeys) -> RecordKeys:
        """Of the records of two parts."""
        sums = tuple((one + more) % _MODULUS for one, more in zip(self.sums, other.sums, strict=True))
        listed = None
        if self.listed is not None and other.listed is not None:
            listed = tuple(sorted(self.listed + other.listed))
        return RecordKeys((sums[0], sums[1]), listed if listed is None or len(listed) <= LISTED else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordKeys) and self._hashed() == other._hashed()

    def __hash__(self) -> int:
        return hash(self._hashed())

    def __reduce__(self) -> tuple[type[RecordKeys], tuple[Sums, Listed]]:
        return RecordKeys, self._hashed()


def _summed(hashes: Hashes) -> tuple[Sums, Listed]:
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


def key_hashes(keys: Mapping[str, pd.Series], records: int) -> Hashes:
    """A hash of each record's values of the key variables, the same on every machine."""
    found = np.zeros(records, dtype=np.uint64)
    for name, column in keys.items():
        (seed,) = _digests(np.array([name.upper()], dtype=object))
        found = _mixed(found ^ _mixed(_values(column) ^ seed))
    return found


def fingerprint(parts: Iterable[str], records: int, keys: RecordKeys) -> str:
    """SHA-256 of what a finding is about; 64 hexadecimal digits."""
    said = "\x1f".join([*parts, str(records), *map(str, keys.sums)])
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()


def _values(column: pd.Series) -> Hashes:
    if columns.is_date(column):
        stamps = column.to_numpy(dtype="datetime64[us]")
        return stamps.view(np.uint64)
    if not columns.is_character(column):
        numbers = columns.numbers(column) + 0.0  # -0.0 is 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    distinct = columns.distinct(column)
    by_value = _digests(distinct.values)
    return distinct.spread(by_value, missing=np.uint64(0))


def _digests(values: NDArray[np.object_]) -> Hashes:
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
