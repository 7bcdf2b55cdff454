"""Names of columns as a tool takes them: repaired where too long, and always listed. Needs no pandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from ..formats.stata.names import LONGEST_NAME, RESERVED


@dataclass(frozen=True, slots=True)
class NameRules:
    """What a tool takes for a name: letters, digits and underscores, the first no digit.

    Attributes
    ----------
    most : int
        Characters of a name.
    label : int
        Bytes of a label; its whole text is in the codebook.
    upper : bool
        Names are in upper case, and case makes no difference.
    reserved : frozenset of str
        Words that are no names.
    """

    most: int
    label: int
    upper: bool = False
    reserved: frozenset[str] = frozenset()

    def repaired(self, names: Iterable[str]) -> Mapping[str, str]:
        """Each name as the tool takes it: itself, or else one that no other column has."""
        given = list(names)
        fitting = {name: self._in_case(name) for name in given if self._fits(name)}
        # Names that fit keep themselves, whatever comes before them; of two that differ in case one does.
        kept: dict[str, str] = {}
        for name, fit in fitting.items():
            if fit not in kept.values():
                kept[name] = fit
        for name in given:
            if name not in kept:
                taken = set(kept.values())
                kept[name] = next(each for each in self._candidates(name) if each not in taken)
        return {name: kept[name] for name in given}

    def _fits(self, name: str) -> bool:
        is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is not None
        return is_plain and len(name) <= self.most and name not in self.reserved

    def _in_case(self, name: str) -> str:
        return name.upper() if self.upper else name

    def _candidates(self, name: str) -> Iterator[str]:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", self._in_case(name))
        start = plain if plain and not plain[0].isdigit() else f"_{plain}"
        if start[: self.most] not in self.reserved:
            yield start[: self.most]
        for number in count(2):
            yield f"{start[: self.most - len(str(number))]}{number}"


NAMES_OF_SAS = NameRules(8, 40, upper=True)
"""Of version 5 transport files."""

NAMES_OF_STATA = NameRules(LONGEST_NAME, 80, reserved=RESERVED)


def changed(names: Mapping[str, str]) -> Mapping[str, str]:
    """Names that are others than before, beyond their case."""
    return {name: other for name, other in names.items() if name.upper() != other.upper()}
