"""What is behind a record that was delivered otherwise: the variables that differ, deciding ones first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that makes a record differ.

    Attributes
    ----------
    variables : tuple of str
        It is this cause if one of them differs, and none of an earlier cause.
    words : str
        For people.
    """

    variables: tuple[str, ...]
    words: str


CAUSES = (
    Cause(("CNSR",), "event or censored otherwise"),
    Cause(("SRCDOM", "SRCVAR", "SRCSEQ"), "another source record"),
    Cause(("STARTDT", "STARTDTM", "STARTDTF"), "another origin"),
    Cause(("ADT", "ADTM", "ADTF"), "another date"),
    Cause(("AVAL", "AVALU"), "another value for the same dates"),
    Cause(("EVNTDESC", "CNSDTDSC"), "another description"),
    Cause(("ASTDT", "ASTDTM", "ASTDTF", "ASTTMF"), "another start"),
    Cause(("AENDT", "AENDTM", "AENDTF", "AENTMF"), "another end"),
    Cause(("TRTEMFL", "PREFL", "ONTRTFL", "FUPFL"), "another treatment-emergent flag"),
)
"""In the order in which one follows from the other: AVAL from ADT, ADT from the source record."""
OTHERS = "other variables"
_PLACE = {name: place for place, cause in enumerate(CAUSES) for name in cause.variables}


def deciding_first(variables: Iterable[str]) -> tuple[str, ...]:
    """Variables in the order in which they follow from each other; others behind, in their order."""
    return tuple(sorted(variables, key=lambda name: _PLACE.get(name, len(CAUSES))))


def place_of_cause(variables: Collection[str]) -> int:
    """The place in `CAUSES` of what makes these variables differ; its length for none of them."""
    return min((_PLACE.get(name, len(CAUSES)) for name in variables), default=len(CAUSES))


def cause_of(variables: Collection[str]) -> str:
    """What makes these variables differ, in words."""
    place = place_of_cause(variables)
    return CAUSES[place].words if place < len(CAUSES) else OTHERS
