"""Truth of three values: what is compared with a missing or partly known value is neither true nor false.

"Unknown and false" is false, "unknown or true" is true (Kleene's logic).
"""

from __future__ import annotations

from dataclasses import dataclass

from .columns import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What a condition is for each record: true, false, or (neither) unknown.

    Attributes
    ----------
    true, false : ndarray of bool, shape (n_records,)
        Never both for one record.
    """

    true: Mask
    false: Mask

    @property
    def unknown(self) -> Mask:
        return ~(self.true | self.false)

    def __bool__(self) -> bool:
        raise TypeError("a comparison of records has no single truth: use its .true, .false or .unknown")

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.true & other.true, self.false | other.false)

    def __or__(self, other: Truth) -> Truth:
        return Truth(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Truth:
        return Truth(self.false, self.true)

    @classmethod
    def known_at(cls, known: Mask, holds: Mask) -> Truth:
        """`holds` where the values are known."""
        return cls(known & holds, known & ~holds)
