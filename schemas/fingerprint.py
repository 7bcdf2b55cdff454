"""Which records a finding is about, as a number that does not depend on their order or their place.

Records are known by their key variables, each hashed; a finding by the sums of its records' hashes. So
a finding of the next delivery can be told from that of the last one, and the parts of a finding that was
made in partitions add up to the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import columns
from .dataset import Dataset

LISTED = 1_000
"""At most this many records of a finding are listed by their hashes."""

Hashes = NDArray[np.uint64]

_HASH_KEY = "adamgate keys v1"
"""Sixteen bytes, as SipHash takes them. Another key would make every finding of a baseline new."""
_MODULUS = 1 << 64
_SECOND = np.uint64(0xA5A5A5A5A5A5A5A5)
_SHORT = np.uint64(16)
"""A listed hash keeps 48 of its bits."""


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The records of a finding.

    Attributes
    ----------
    sums : tuple of two int
        Of two hashes of each record's keys, modulo 2**64.
    listed : tuple of str or None
        Each record's hash, 12 hexadecimal digits, sorted; None where there are more than `LISTED`.
    """

    sums: tuple[int, int] = (0, 0)
    listed: tuple[str, ...] | None = ()

    @classmethod
    def of(cls, hashes: Hashes) -> RecordKeys:
        """Of records by the hashes of their keys."""
        second = _mixed(hashes ^ _SECOND)
        sums = int(hashes.sum(dtype=np.uint64)), int(second.sum(dtype=np.uint64))
        if len(hashes) > LISTED:
            return cls(sums, None)
        return cls(sums, tuple(f"{each:012x}" for each in np.sort(hashes >> _SHORT).tolist()))

    def __add__(self, other: RecordKeys) -> RecordKeys:
        """Of the records of two parts."""
        sums = tuple((one + more) % _MODULUS for one, more in zip(self.sums, other.sums, strict=True))
        listed = None
        if self.listed is not None and other.listed is not None:
            listed = tuple(sorted(self.listed + other.listed))
        return RecordKeys((sums[0], sums[1]), listed if listed is None or len(listed) <= LISTED else None)


def key_hashes(data: Dataset, keys: Iterable[str]) -> Hashes:
    """A hash of each record's values of the key variables, the same on every machine."""
    found = np.zeros(len(data), dtype=np.uint64)
    for key in keys:
        (seed,) = _digests(np.array([key.upper()], dtype=object))
        found = _mixed(found ^ _mixed(_values(data, key) ^ seed))
    return found


def fingerprint(parts: Iterable[str], records: int, keys: RecordKeys) -> str:
    """SHA-256 of what a finding is about; 64 hexadecimal digits."""
    said = "\x1f".join([*parts, str(records), *map(str, keys.sums)])
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()


def _values(data: Dataset, variable: str) -> Hashes:
    column = data[variable]
    if columns.is_date(column):
        stamps = column.to_numpy(dtype="datetime64[us]")
        return stamps.view(np.uint64)
    if not data.is_character(variable):
        numbers = data.numbers(variable) + 0.0  # -0.0 is 0.0
        return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)
    distinct = data.distinct(variable)
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
