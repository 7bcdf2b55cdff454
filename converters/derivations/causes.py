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


EVENT = Cause(("CNSR",), "event or censored otherwise")
CAUSES = (
    EVENT,
    Cause(("SRCDOM", "SRCVAR", "SRCSEQ"), "another source record"),
    Cause(("STARTDT", "STARTDTM", "STARTDTF"), "another origin"),
    Cause(("ADT", "ADTM", "ADTF"), "another date"),
    Cause(("AVAL", "AVALU"), "another value for the same dates"),
    Cause(("CNSR",), "another censoring reason"),
    Cause(("EVNTDESC", "CNSDTDSC"), "another description"),
    Cause(("ASTDT", "ASTDTM", "ASTDTF", "ASTTMF"), "another start"),
    Cause(("AENDT", "AENDTM", "AENDTF", "AENTMF"), "another end"),
    Cause(("TRTEMFL", "PREFL", "ONTRTFL", "FUPFL"), "another treatment-emergent flag"),
    Cause((), "other variables"),
    Cause(("ASEQ",), "another sequence number"),
)
"""In the order in which one follows from the other: AVAL from ADT, ADT from the source record."""
_OTHERS = next(place for place, cause in enumerate(CAUSES) if not cause.variables)
FOLLOWING = ("ASEQ",)
"""Variables that follow from other records, too: they do not make a record another case."""


def deciding_first(variables: Iterable[str]) -> tuple[str, ...]:
    """Variables in the order in which they follow from each other; others behind, in their order."""
    places = {name: place for place, cause in reversed([*enumerate(CAUSES)]) for name in cause.variables}
    return tuple(sorted(variables, key=lambda name: places.get(name, _OTHERS)))


def place_of_cause(variables: Collection[str], *, event_differs: bool) -> int:
    """The place in `CAUSES` of what makes these variables differ.

    Parameters
    ----------
    variables : collection of str
    event_differs : bool
        Whether CNSR is 0 in one dataset only.
    """
    causes = ((place, cause) for place, cause in enumerate(CAUSES) if event_differs or cause is not EVENT)
    found = (place for place, cause in causes if not {*cause.variables}.isdisjoint(variables))
    others = {*variables}.difference(*(cause.variables for cause in CAUSES))
    return min([*found, *([_OTHERS] if others else [])])
