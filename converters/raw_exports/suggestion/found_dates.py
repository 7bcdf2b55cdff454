"""The forms in which the dates of a column are written, found from all of its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ....schemas.study.date_texts import MONTH_NAMES
from ..raw_dates import date_step
from ..steps import REFUSED, ValueStep

_DAYS = (
    *("YYYY-MM-DD", "DD-MMM-YYYY", "DDMMMYYYY", "DD MMM YYYY", "DD/MMM/YYYY", "YYYY/MM/DD", "YYYYMMDD"),
    *("DD/MM/YYYY", "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY", "DD.MM.YYYY"),
)
_TIMES = ("Thh:mm:ss", "Thh:mm", " hh:mm:ss", " hh:mm", ":hh:mm:ss", ":hh:mm")
_PARTIAL = ("YYYY-MM", "MMM-YYYY", "MMM YYYY", "MMMYYYY", "MM/YYYY", "YYYY")
FORMS = (*_DAYS, *(day + time for day in _DAYS for time in _TIMES), *_PARTIAL)

_SERIALS = {"sas date": (10_957, 25_933), "excel": (32_874, 47_848)}
"""Days of 1990 to 2030: the ranges do not overlap."""
_UNKNOWN = frozenset("UN UNK UNKN UNKNOWN NK NKN ND UK XX XXX".split())
_MONTH = re.compile("|".join(MONTH_NAMES), re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[A-Za-z]+")
_MOST_FORMS = 4
_SAMPLE = 200
"""Values by which the next form is chosen; it is then tried with all."""
_TOGETHER = {"DD/MM/YYYY": "MM/DD/YYYY", "DD-MM-YYYY": "MM-DD-YYYY"}


@dataclass(frozen=True, slots=True)
class FoundDates:
    """How dates are written.

    Attributes
    ----------
    forms : tuple of str
        Which together read all values; the one of most values first.
    unknown : tuple of str
        Words for unknown parts, as written.
    or_else : tuple of str
        Forms that read the values as well, but as other dates: only the user knows.
    unread : int
        Distinct values that no form reads.
    """

    forms: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    or_else: tuple[str, ...] = ()
    unread: int = 0


def found_dates(values: Sequence[str]) -> FoundDates | None:
    """The forms of distinct values; None where no form reads any."""
    if not any(map(_DIGIT.search, values)):
        return None
    words = dict.fromkeys(word for value in values for word in _WORD.findall(_MONTH.sub(" ", value)))
    unknown = tuple(word for word in words if word.upper() in _UNKNOWN)
    serial = _serial(values)
    if serial:
        return FoundDates((serial,))
    left, forms = list(values), list[str]()
    while left and len(forms) < _MOST_FORMS:
        sample = left[:_SAMPLE]
        form = max(FORMS, key=lambda each: len(_read(sample, each, unknown)))
        read = _read(left, form, unknown)
        if not read:
            break
        forms.append(form)
        left = [value for value in left if value not in read]
    if not forms:
        return None
    return FoundDates(tuple(forms), unknown, tuple(_or_else(values, forms, unknown)), len(left))


@lru_cache(1024)
def _step(form: str, unknown: tuple[str, ...]) -> ValueStep:
    return date_step([form], unknown, "")


def _read(values: Sequence[str], form: str, unknown: tuple[str, ...]) -> dict[str, str]:
    step = _step(form, unknown)
    read = ((value, step(value)) for value in values)
    return {value: date for value, date in read if date is not REFUSED}


def _or_else(values: Sequence[str], forms: Sequence[str], unknown: tuple[str, ...]) -> list[str]:
    """Forms with day and month exchanged that read every value which the chosen one reads, otherwise."""
    found = []
    for form in forms:
        day = next((each for each in _DAYS if form.startswith(each)), "")
        other = {**_TOGETHER, **{two: one for one, two in _TOGETHER.items()}}.get(day, "")
        if other:
            exchanged = other + form[len(day) :]
            here, there = _read(values, form, unknown), _read(values, exchanged, unknown)
            if here.keys() <= there.keys() and here != {value: there[value] for value in here}:
                found.append(exchanged)
    return found


def _serial(values: Sequence[str]) -> str:
    if not values or not all(re.fullmatch(r"\d{5}", value) for value in values):
        return ""
    numbers = [int(value) for value in values]
    fits = (
        name for name, (first, last) in _SERIALS.items() if first <= min(numbers) and max(numbers) <= last
    )
    return next(fits, "")
