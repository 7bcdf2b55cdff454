"""Words of a fixed set, equal to their text, and not in alphabetical order, which would mean nothing."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """One word of a fixed set. It equals its text; ``<`` and its like are refused where no order is given."""

    def _ranks(self, other: object) -> tuple[int, int]:
        """Places of this word and of `other` in the order of the set; a set with an order answers."""
        kind = type(self).__name__
        raise TypeError(f"{kind} has no order: compare {self!r} and {other!r} with ==")

    # A comparison is never left to the other side (NotImplemented): a plain text would compare as text.

    def __lt__(self, other: object) -> bool:
        mine, theirs = self._ranks(other)
        return mine < theirs

    def __le__(self, other: object) -> bool:
        mine, theirs = self._ranks(other)
        return mine <= theirs

    def __gt__(self, other: object) -> bool:
        mine, theirs = self._ranks(other)
        return mine > theirs

    def __ge__(self, other: object) -> bool:
        mine, theirs = self._ranks(other)
        return mine >= theirs
