"""Key variables, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.word import Word


class KeyOrigin(Word):
    """Where key variables come from, in the words of reports."""

    GIVEN = "given"
    DECLARED = "from metadata"
    FOUND = "found"
    FOUND_IN_ONE = "found, unique in one"
    NEARLY_UNIQUE = "found, not unique"
    POSITION = "record number"


@dataclass(frozen=True, slots=True)
class MatchKeys:
    """Key variables.

    Attributes
    ----------
    variables : tuple of str
        In capitals; empty where records are matched by their number.
    origin : KeyOrigin
    """

    variables: tuple[str, ...]
    origin: KeyOrigin


BY_POSITION = MatchKeys((), KeyOrigin.POSITION)
