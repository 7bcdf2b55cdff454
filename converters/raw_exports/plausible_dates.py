"""Dates that are most likely read wrongly: days are counted from several beginnings, 60 years apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Distinct, Mask
from .raw_dates import form_name, number_reader


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The dates that numbers of another form give, if they are read in this one.

    Attributes
    ----------
    first, end : str
        ISO 8601; the end is not among them.
    said, other : str
        In words, and the form that they most likely have.
    """

    first: str
    end: str
    said: str
    other: str


_DOUBTS = {
    "sas date": _Doubt("2050", ":", "after 2049", "excel"),
    "sas datetime": _Doubt("1960-01-01", "1960-01-02", "on 1 January 1960", "sas date"),
    "excel": _Doubt("", "1971", "before 1971", "sas date"),
    "excel 1904": _Doubt("", "1975", "before 1975", "sas date"),
}
"""What numbers for dates of 1990 to 2030 become in the wrong form."""


@dataclass(frozen=True, eq=False)
class DoubtfulNumbers:
    """Numbers that most likely have another form.

    Attributes
    ----------
    records : ndarray of bool
    what, advice : str
    """

    records: Mask
    what: str
    advice: str


def doubtful_numbers(column: Distinct, forms: Sequence[str]) -> DoubtfulNumbers | None:
    """Numbers that all are dates as those of another form would be."""
    for form in forms:
        reader = number_reader(form)
        if reader is None:
            continue
        doubt = _DOUBTS[form_name(form)]
        found = [reader(value) for value in column]
        dates = [each for each in found if each is not None]
        if dates and all(doubt.first <= each < doubt.end for each in dates):
            read = np.fromiter((each is not None for each in found), np.bool_, len(found))
            return DoubtfulNumbers(
                column.spread(read, missing=False),
                f'all numbers are dates {doubt.said}, as "{doubt.other}" read as "{form}" would be,',
                f'declare "{doubt.other}"; if the dates are right, declare years',
            )
    return None


def has_year(date: str) -> bool:
    """Whether the year of a date is known."""
    return date[:4].isdigit()


def is_outside(date: str, years: tuple[int, ...]) -> bool:
    """Whether a date has another year; one of an unknown year has none."""
    first, last = years
    return has_year(date) and not first <= int(date[:4]) <= last
