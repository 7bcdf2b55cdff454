"""Units of a duration, and how texts state them."""

from __future__ import annotations

import re

from ..word import Word

DAYS_PER_WEEK = 7.0
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25


class TimeUnit(Word):
    """Unit of a duration."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"

    @property
    def days(self) -> float:
        """Days of one unit as this package converts them: a month is 30.4375, a year 365.25."""
        return _DAYS[self]


_DAYS = {
    TimeUnit.DAYS: 1.0,
    TimeUnit.WEEKS: DAYS_PER_WEEK,
    TimeUnit.MONTHS: DAYS_PER_MONTH,
    TimeUnit.YEARS: DAYS_PER_YEAR,
}

_SPELLINGS = {
    TimeUnit.DAYS: ("d", "day", "days"),
    TimeUnit.WEEKS: ("wk", "wks", "week", "weeks"),
    TimeUnit.MONTHS: ("mo", "mos", "mon", "mth", "mths", "month", "months"),
    TimeUnit.YEARS: ("yr", "yrs", "year", "years"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "minutes": ("min", "mins", "minute", "minutes"),
    "seconds": ("sec", "secs", "second", "seconds"),
    "cycles": ("cycle", "cycles"),
}
"""Units by their spellings; the last ones are those that dates without times cannot give."""
_UNIT_OF = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_ANY_UNIT = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
_PLURAL = re.compile(r"(?<=[A-Z])\(s\)", re.IGNORECASE)
_LABELLED = rf"(?:in\s+|units?\s*[:=]?\s*)?({_ANY_UNIT})\.?"
_WHOLE = re.compile(rf"\s*{_LABELLED}\s*", re.IGNORECASE)
_BRACKETED = re.compile(rf"[(\[]\s*{_LABELLED}\s*[)\]]", re.IGNORECASE)
_AT_THE_END = re.compile(rf"(?:,|\bin)\s*\b({_ANY_UNIT})\.?\s*$", re.IGNORECASE)


def unit_from_text(text: object) -> TimeUnit | None:
    """Unit that a text states.

    Parameters
    ----------
    text : object
        AVALU ("DAYS", "d", "Month(s)") or PARAM ("Overall Survival (Months)", "Time to Death, days").

    Returns
    -------
    TimeUnit or None
        A unit is stated by the whole text, in brackets, or at the end after "in" or a comma. A unit
        elsewhere is not one of AVAL: "Month 12 response", "28-day mortality". None when the text
        states none, two that differ, or one that is not a `TimeUnit` (see `other_unit_in`).
    """
    unit = _stated(text)
    return unit if isinstance(unit, TimeUnit) else None


def other_unit_in(text: object) -> str:
    """Unit that a text states and that dates without times cannot give: "hours", "cycles"; else empty."""
    unit = _stated(text)
    return "" if unit is None or isinstance(unit, TimeUnit) else unit


def _stated(text: object) -> TimeUnit | str | None:
    if not isinstance(text, str):
        return None
    text = _PLURAL.sub("s", text)
    whole = _WHOLE.fullmatch(text)
    stated = [whole[1]] if whole else _BRACKETED.findall(text) or _AT_THE_END.findall(text)
    units = {_UNIT_OF[spelling.lower()] for spelling in stated}
    return units.pop() if len(units) == 1 else None
