"""Types of variables that the structures and ADaM's naming conventions know.

For sources without metadata, such as CSV: a subject "001" must not become the number 1.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from . import adae, adsl, adtte, bds, occds
from .requirement import Requirement, VariableType

_CHARACTER = (
    "DOMAIN",
    "RDOMAIN",
    "COUNTRY",
    "ETHNIC",
    "INVID",
    "INVNAM",
    "ARMCD",
    "ACTARMCD",
    "VISIT",
    "EPOCH",
    "AVALU",
    "PARQUAL",
    "AEOUT",
    "AECONTRT",
    "AESPID",
)
_NUMBER = ("VISITNUM", "VISITDY", "TAETORD", "CNSR")
_WORDS = frozenset({"STUDY", "BODY", "REMEDY"})
"""Names that only happen to end as a convention has it."""

_CONVENTIONS: tuple[tuple[re.Pattern[str], VariableType], ...] = (
    (re.compile(r".+(DTC|FL)\Z"), "Char"),
    (re.compile(r".+FN\Z"), "Num"),
    (re.compile(r".+DY\Z"), "Num"),
    (re.compile(r".*SEQ\Z"), "Num"),
    (re.compile(r".+GR\d{1,2}N\Z"), "Num"),
    (re.compile(r".+GR\d{1,2}\Z"), "Char"),
    (re.compile(r"[A-Z]{2}(STRESN|STNRLO|STNRHI|TPTNUM|DOSE)\Z"), "Num"),
    (re.compile(r"[A-Z]{2}(ORRES|ORRESU|STRESC|STRESU|TEST|TESTCD|LOC|TPT|SPID|REFID|GRPID)\Z"), "Char"),
    (re.compile(r"AES(ER|CAN|CONG|DISAB|DTH|HOSP|LIFE|MIE|OD)\Z"), "Char"),
)
"""Beside the suffixes of the basic data structure (*DT, *DTM, *TM, *DTF, *TMF): flags, study days, sequence
numbers, groupings, and the SDTM variables that are often carried along."""


def variable_type(name: str) -> VariableType | None:
    """Type that a variable of this name has in every ADaM dataset.

    Parameters
    ----------
    name : str
        CDISC name, in any case.

    Returns
    -------
    {"Char", "Num"} or None
        None when neither a structure nor a naming convention tells.
    """
    return _type_of(name.upper())


@cache
def _type_of(name: str) -> VariableType | None:
    if name in _WORDS:
        return None
    exact = _exact().get(name)
    if exact is not None:
        return exact
    if pattern := _patterns().match(name):
        return _types_of_patterns()[(pattern.lastindex or 0) - 1]
    for convention, variable_type in _CONVENTIONS:
        if convention.match(name):
            return variable_type
    return None


@cache
def _exact() -> dict[str, VariableType]:
    """Names without an index; where versions differ, the latest decides."""
    named: dict[str, VariableType] = dict.fromkeys(_CHARACTER, "Char")
    named.update(dict.fromkeys(_NUMBER, "Num"))
    named.update({each.variable: each.type for each in _requirements() if not each.is_pattern})
    return named


@cache
def _patterns() -> re.Pattern[str]:
    """One expression for all names with an index: a group for each, of which the first that fits matches."""
    return re.compile("|".join(f"({each.expression})" for each in _indexed()))


@cache
def _types_of_patterns() -> tuple[VariableType, ...]:
    """What each group of `_patterns` is."""
    return tuple(each.type for each in _indexed())


def _indexed() -> tuple[Requirement, ...]:
    """Names with an index, the most specific first; suffixes of the producer's own come last."""
    latest = {each.variable: each for each in _requirements() if each.is_pattern}
    return tuple(sorted(latest.values(), key=lambda each: (each.variable[0] in "*-", -len(each.variable))))


def _requirements() -> chain[Requirement]:
    tables = (adsl, bds, adtte, occds, adae)
    return chain.from_iterable(table.REQUIREMENTS for table in tables)
