"""What a standard asks of one variable of a structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from .versions import Standards

VariableType = Literal["Char", "Num"]


Core = Literal["Req", "Cond", "Perm"]
Doubt = Literal["variable", "label", "type", "core", "condition", "needs", "versions"]

_PLACEHOLDERS = {
    "xx": "(?:0[1-9]|[1-9][0-9])",
    "zz": "(?:0[1-9]|[1-9][0-9])",
    "y": "[1-9][0-9]?",
    "w": "[1-9]",
    "--": "[A-Z][A-Z0-9]",
    "*": "[A-Z][A-Z0-9_]*?",
}
"""Periods and record numbers have two digits; groupings count from 1 without a leading zero."""

_PLACEHOLDER = re.compile(r"(xx|zz|y|w|--|\*)")


@dataclass(frozen=True)
class Requirement:
    """One variable of a structure.

    Attributes
    ----------
    variable : str
        Its name; lower-case letters are index placeholders (TRTxxP, AGEGRy, ANLzzFL), ``--`` the two
        letters of a domain, ``*`` a prefix of the producer's choice.
    label : str
    type : {"Char", "Num"}
    core : {"Req", "Cond", "Perm"}
    codelist : str
        Terms as "Y,N", or the name of a codelist in parentheses, "(DATEFL)"; empty when there is none.
    condition : str
        When a conditional variable is required.
    needs : tuple of str
        Variables that must be present with it; "A|B" is either, "ADSL.TRTxxP" is in another structure.
    one_to_one : tuple of str
        Variables that hold the same information, as text or as a number.
    versions : tuple of str
        Versions of the standard that say so, "ADaMIG 1.1"; empty: all.
    doubts : tuple of str
        Which of these facts rest on convention or inference ("variable": the whole row); such a fact is
        never evidence for an error.
    """

    variable: str
    label: str
    type: VariableType
    core: Core = "Perm"
    codelist: str = ""
    condition: str = ""
    needs: tuple[str, ...] = ()
    one_to_one: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @cached_property
    def expression(self) -> str:
        """Regular expression for the variable names this stands for, anchored at both ends."""
        parts = _PLACEHOLDER.split(self.variable)
        return "^" + "".join(_PLACEHOLDERS.get(part, re.escape(part)) for part in parts) + r"\Z"

    @property
    def is_pattern(self) -> bool:
        """Whether this stands for more than one name."""
        return _PLACEHOLDER.search(self.variable) is not None

    def matches(self, name: str) -> bool:
        """Whether `name` is a variable this stands for."""
        return re.match(self.expression, name) is not None

    def belongs_to(self, standards: Standards) -> bool:
        """Whether these versions of the standards say so."""
        return not self.versions or bool(standards.names.intersection(self.versions))

    def of_domain(self, domain: str) -> Requirement:
        """The same for the records of one domain: ``--TERM`` becomes AETERM."""
        return replace(
            self,
            variable=self.variable.replace("--", domain),
            needs=tuple(each.replace("--", domain) for each in self.needs),
            one_to_one=tuple(each.replace("--", domain) for each in self.one_to_one),
        )


def in_force(requirements: Iterable[Requirement], standards: Standards) -> dict[str, Requirement]:
    """Requirements of these versions of the standards, by variable."""
    return {each.variable: each for each in requirements if each.belongs_to(standards)}


def index_of(template: str, name: str) -> dict[str, str] | None:
    """What a name has for the placeholders of a template; None when it does not follow the template.

    ``index_of("TRTxxAN", "TRT01AN")`` is ``{"xx": "01"}``.
    """
    parts = _PLACEHOLDER.split(template)
    expression = "".join(
        f"({_PLACEHOLDERS[part]})" if part in _PLACEHOLDERS else re.escape(part) for part in parts
    )
    match = re.fullmatch(expression, name)
    if match is None:
        return None
    return dict(zip((part for part in parts if part in _PLACEHOLDERS), match.groups(), strict=True))


def with_index(template: str, index: Mapping[str, str]) -> str:
    """The name that a template gives for an index: ``with_index("TRTxxA", {"xx": "01"})`` is TRT01A."""
    return "".join(index.get(part, part) for part in _PLACEHOLDER.split(template))
