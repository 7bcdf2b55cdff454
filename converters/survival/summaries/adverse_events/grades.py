"""Grades of adverse events and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .....schemas.errors import ConfigurationError, Refused
from .....schemas.standards.known_variables import variable_type
from .....schemas.study import columns
from .....schemas.study.columns import Codes
from .....schemas.study.dataset import Dataset
from .....schemas.wording import counted, did_you_mean, none_present
from ...subjects import listed, subjects_of
from .events import Events, require_variable
from .terms import MISSING

USUAL = ("AETOXGR", "AESEV")
"""Where grades are looked for, the first that is present."""
_SEVERITIES = ("MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "FATAL")
_GRADES = range(6)
"""CTCAE and other scales of toxicity: 1 to 5; 0 is no event."""
_IS_GRADE = re.compile("TOXGR|SEV")
_NUMBERED = re.compile(r"(?:GRADE\s*)?([0-5])\Z", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Grades:
    """The grades of some events.

    Attributes
    ----------
    variable : str
    names : tuple of str
        The lowest first; those that an event has. A missing one is below all of them.
    of_event : ndarray of int, shape (n_events,)
        Places in `names`.
    """

    variable: str
    names: tuple[str, ...]
    of_event: Codes


def grade_variable(data: Dataset, given: str | None) -> str:
    """The variable of grades.

    Raises
    ------
    ConfigurationError
        When it is not present, or a variable of the standard that is neither a grade nor a severity.
    """
    if given is not None:
        found = require_variable(data, given, "grade")
        if variable_type(found.upper()) is not None and not _IS_GRADE.search(found.upper()):
            graded = [each for each in data.names if _IS_GRADE.search(each.upper())]
            raise ConfigurationError(
                f"{found} is not a grade or severity", f"grade, {data.name}", did_you_mean("", graded)
            )
        return found
    for name in USUAL:
        if name in data:
            return data.variable(name).name
    raise ConfigurationError(none_present(*USUAL), data.name, "give the variable with --grade (grade=)")


def grades_of(events: Events, variable: str) -> Grades:
    """The grades of some events: 0 to 5, with or without the word Grade, or MILD, MODERATE, SEVERE.

    Raises
    ------
    Refused
        When a value is not a grade, or grades and severities are mixed.
    """
    data = events.data
    if columns.is_date(data[variable]):
        raise ConfigurationError(f"{variable} is a date", f"grade, {data.name}", "give grades or severities")
    values = data.distinct(variable)
    order = [_order(each) for each in values]
    codes = values.codes[events.record]
    used = np.unique(codes[codes >= 0])
    kinds = {order[code][0] for code in used if order[code] is not None}
    unknown = np.array([each is None for each in order], np.bool_)
    if unknown[used].any():
        concerned = np.zeros(len(data), np.bool_)
        concerned[events.record[values.spread(unknown, missing=False)[events.record]]] = True
        number = counted(int(np.count_nonzero(concerned)), "event")
        raise Refused(
            f"{variable} is not a grade in {number}",
            f"{data.name}, {listed(subjects_of(data, concerned))}",
            "grades are 1 to 5 (0: no event), with or without the word Grade, or MILD, MODERATE, SEVERE",
        )
    if len(kinds) > 1:
        raise Refused(
            f"{variable} has grades and severities, which have no order",
            data.name,
            "correct the data, or give another variable with --grade (grade=)",
        )
    ranked = sorted({order[code] for code in used})
    names = tuple(name for *_, name in ranked)
    has_missing = bool((codes < 0).any())
    place = {each: number + has_missing for number, each in enumerate(ranked)}
    by_value = np.array([place.get(each, 0) for each in order], dtype=np.intp)
    found = values.spread(by_value, missing=0)[events.record]
    return Grades(variable, (MISSING, *names) if has_missing else names, found)


def _order(value: object) -> tuple[str, float, str] | None:
    """Kind, place and name of a grade; values of one place are one grade."""
    if not isinstance(value, str):
        number = float(value)  # type: ignore[arg-type]  # a numeric variable
        return ("grade", number, f"{number:.15g}") if number in _GRADES else None
    text = " ".join(value.split()).upper()
    numbered = _NUMBERED.match(text)
    if numbered is not None:
        return "grade", float(numbered[1]), numbered[1]
    return ("severity", float(_SEVERITIES.index(text)), text) if text in _SEVERITIES else None
