"""Which records a finding is about, as a number that does not depend on their order or their place.

Records are known by their key variables, each hashed; a finding by the sums of its records' hashes. So
a finding of the next delivery can be told from that of the last one, and the parts of a finding that was
made in partitions add up to the whole. How they are hashed is in `fingerprint`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import cast

LISTED = 1_000
"""At most this many records of a finding are listed by their hashes."""

Sums = tuple[int, int]
Listed = tuple[str, ...] | None

_MODULUS = 1 << 64


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

    __slots__ = ("_known", "_summed")

    def __init__(self, sums: Sums = (0, 0), listed: Listed = ()) -> None:
        self._known: tuple[Sums, Listed] | None = (sums, listed)
        self._summed: Callable[[], tuple[Sums, Listed]] | None = None

    @classmethod
    def of(cls, summed: Callable[[], tuple[Sums, Listed]]) -> RecordKeys:
        """Of records whose hashes are summed and listed once somebody wants to know."""
        made = cls()
        made._known, made._summed = None, summed
        return made

    @property
    def sums(self) -> Sums:
        return self._hashed()[0]

    @property
    def listed(self) -> Listed:
        return self._hashed()[1]

    def _hashed(self) -> tuple[Sums, Listed]:
        if self._summed is not None:
            self._known, self._summed = self._summed(), None
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


def fingerprint(parts: Iterable[str], records: int, keys: RecordKeys) -> str:
    """SHA-256 of what a finding is about; 64 hexadecimal digits."""
    said = "\x1f".join([*parts, str(records), *map(str, keys.sums)])
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
