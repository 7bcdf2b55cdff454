"""Texts of raw exports that mean a term of CDISC, whatever their case and punctuation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .known_variables import Meaning, letters

_YES, _NO = "YES Y TRUE CHECKED X", "NO N FALSE UNCHECKED"

_TERMS: Mapping[Meaning, Mapping[str, tuple[str, ...]]] = {
    Meaning.FLAG: {"Y": (*_YES.split(), "1"), "N": (*_NO.split(), "0")},
    Meaning.SEX: {
        "M": ("M", "MALE"),
        "F": ("F", "FEMALE"),
        "U": ("U", "UNKNOWN"),
        "UNDIFFERENTIATED": ("UNDIFFERENTIATED",),
    },
    Meaning.SEVERITY: {
        "MILD": ("MILD", "MILD ADVERSE EVENT", "MILD AE"),
        "MODERATE": ("MODERATE", "MODERATE ADVERSE EVENT", "MODERATE AE"),
        "SEVERE": ("SEVERE", "SEVERE ADVERSE EVENT", "SEVERE AE"),
    },
    Meaning.OUTCOME: {
        "RECOVERED/RESOLVED": ("RECOVERED/RESOLVED", "RECOVERED OR RESOLVED", "RECOVERED", "RESOLVED"),
        "RECOVERING/RESOLVING": (
            "RECOVERING/RESOLVING",
            "RECOVERING OR RESOLVING",
            "RECOVERING",
            "RESOLVING",
        ),
        "NOT RECOVERED/NOT RESOLVED": (
            *("NOT RECOVERED/NOT RESOLVED", "NOT RECOVERED OR NOT RESOLVED", "NOT RECOVERED", "NOT RESOLVED"),
            *("NOT RECOVERED/RESOLVED", "ONGOING"),
        ),
        "RECOVERED/RESOLVED WITH SEQUELAE": (
            *("RECOVERED/RESOLVED WITH SEQUELAE", "RECOVERED OR RESOLVED WITH SEQUELAE"),
            *("RECOVERED WITH SEQUELAE", "RESOLVED WITH SEQUELAE"),
        ),
        "FATAL": ("FATAL", "DEATH", "DIED"),
        "UNKNOWN": ("UNKNOWN",),
    },
    Meaning.RACE: {
        each: (each,)
        for each in (
            *("AMERICAN INDIAN OR ALASKA NATIVE", "ASIAN", "BLACK OR AFRICAN AMERICAN", "MULTIPLE", "OTHER"),
            *("NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", "WHITE", "UNKNOWN", "NOT REPORTED"),
        )
    },
    Meaning.ETHNICITY: {
        each: (each,) for each in ("HISPANIC OR LATINO", "NOT HISPANIC OR LATINO", "NOT REPORTED", "UNKNOWN")
    },
}

_BY_LETTERS = {
    meaning: {letters(text): term for term, texts in terms.items() for text in texts}
    for meaning, terms in _TERMS.items()
}

ONE_AND_ZERO = frozenset({"1", "0"})


def has_terms(meaning: Meaning) -> bool:
    """Whether values of a meaning can be terms of CDISC."""
    return meaning in _TERMS


def map_of(values: Iterable[str], meaning: Meaning) -> tuple[dict[str, str], int]:
    """What values stand for, and how many stand for nothing that is known."""
    known = _BY_LETTERS[meaning]
    found = {value: known[letters(value)] for value in values if letters(value) in known}
    return found, sum(1 for value in values if value not in found)


def are_terms(values: Iterable[str], meaning: Meaning) -> bool:
    """Whether values are terms already."""
    return set(values) <= set(_TERMS[meaning])
