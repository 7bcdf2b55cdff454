"""Dates of raw files, in declared forms, to ISO 8601; what is not known stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.study.date_texts import MONTH_NAMES
from ...schemas.wording import one_line
from .steps import REFUSED, ValueStep

_LONG_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST"),
    *("SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_MONTHS = {name: f"{at:02}" for names in (MONTH_NAMES, _LONG_MONTHS) for at, name in enumerate(names, 1)}
_PERCENT = {
    "%Y": "YYYY",
    "%b": "MMM",
    "%B": "MMMM",
    "%m": "MM",
    "%d": "DD",
    "%H": "hh",
    "%M": "mm",
    "%S": "ss",
}
_TOKENS = {
    "YYYY": ("year", r"\d{4}"),
    "MMMM": ("month", "|".join(_LONG_MONTHS)),
    "MMM": ("month", "|".join(MONTH_NAMES)),
    "MM": ("month", r"\d\d"),
    "DD": ("day", r"\d\d"),
    "hh": ("hour", r"\d\d"),
    "mm": ("minute", r"\d\d"),
    "ss": ("second", r"\d\d"),
}
_TOKEN = re.compile("(YYYY|MMMM|MMM|MM|DD|hh|mm|ss)")
_DATE_PARTS = ("year", "month", "day")
_TIME_PARTS = ("hour", "minute", "second")
_ONE_DIGIT = frozenset({"month", "day", "hour"})
"""Parts that may have one digit between marks: 5-JAN-2024, 9:05."""

_ABOVE = {"day": "month", "month": "year", "hour": "day", "minute": "hour", "second": "minute"}
_EXAMPLE = 'write forms such as "DD-MMM-YYYY", "YYYY-MM-DD hh:mm" or "%d%b%Y"; or "sas date", "excel"'
_TIME_EXAMPLE = 'write "hh:mm", "hh:mm:ss" or "sas time"'
_SAS_EPOCH = datetime(1960, 1, 1)
_LAST_SERIAL_DAY = 2_958_465
"""9999-12-31 in Excel; of SAS dates, which begin later, none is beyond it."""

_COMPLETE = re.compile(r"\d{4}-\d\d-\d\d(?:T|$)", re.ASCII)

UNKNOWN_DATE = ""
"""What the step gives for a date of which nothing is known."""


def date_step(forms: Sequence[str], unknown: Iterable[str], place: str) -> ValueStep:
    """A step that reads dates in these forms: as ISO 8601, `UNKNOWN_DATE`, or refused.

    A text that two forms read as different dates is refused, too.

    Raises
    ------
    ConfigurationError
        For a form that is not one.
    """
    words = tuple(each.upper() for each in unknown)
    readers = [_reader(form, words, place) for form in forms]

    def step(value: Any) -> Any:
        if isinstance(value, datetime):
            return iso_of(value)
        if isinstance(value, str) and value.upper() in words:
            return UNKNOWN_DATE
        found = {each for reader in readers if (each := reader(value)) is not None}
        return found.pop() if len(found) == 1 else REFUSED

    return step


def time_step(forms: Sequence[str], unknown: Iterable[str], place: str) -> ValueStep:
    """A step that reads times in these forms: as "hh:mm", "hh:mm:ss", or refused."""
    words = tuple(each.upper() for each in unknown)
    readers = [_time_reader(form, words, place) for form in forms]

    def step(value: Any) -> Any:
        if isinstance(value, str) and value.upper() in words:
            return UNKNOWN_DATE
        found = {each for reader in readers if (each := reader(value)) is not None}
        return found.pop() if len(found) == 1 else REFUSED

    return step


def iso_of(value: datetime) -> str:
    """A date, or a datetime, of a file that has such values: seconds are the unit of dates."""
    text = value.isoformat()
    return text[:10] if getattr(value, "unit", "us") == "s" else text


def number_reader(form: str) -> ValueStep | None:
    """What reads the numbers of a form that counts days or seconds; None for a form of texts."""
    return _NUMBERS.get(form_name(form))


def form_name(form: str) -> str:
    """The name of a form of numbers, in small letters."""
    return " ".join(form.lower().split())


def _reader(form: str, unknown: tuple[str, ...], place: str) -> ValueStep:
    return number_reader(form) or _Form.compiled(form, unknown, place).date


def _time_reader(form: str, unknown: tuple[str, ...], place: str) -> ValueStep:
    if form_name(form) == "sas time":
        return _sas_time
    return _Form.compiled(form, unknown, place, time_only=True).time


@dataclass(frozen=True)
class _Form:
    """A form of dates or times, compiled."""

    pattern: re.Pattern[str]
    unknown: tuple[str, ...]

    @classmethod
    def compiled(cls, form: str, unknown: tuple[str, ...], place: str, *, time_only: bool = False) -> _Form:
        plain = form
        for directive, token in _PERCENT.items():
            plain = plain.replace(directive, token)
        pieces = _TOKEN.split(plain)
        parts = [_TOKENS[each][0] for each in pieces[1::2]]
        expected = _TIME_PARTS if time_only else (*_DATE_PARTS, *_TIME_PARTS)
        first = "hour" if time_only else "year"
        between = "".join(pieces[::2])
        sound = first in parts and len(set(parts)) == len(parts) and set(parts) <= set(expected)
        if (
            not sound
            or _has_gap(parts, time_only=time_only)
            or re.search(r"[A-Za-z0-9%]", between.replace("T", ""))
        ):
            what = f"{one_line(form, 40)} is not a form of {'times' if time_only else 'dates'}"
            raise ConfigurationError(what, place, _TIME_EXAMPLE if time_only else _EXAMPLE)
        has_marks = bool(between)
        words = "".join(f"|{re.escape(each)}" for each in sorted(unknown, key=len, reverse=True))
        text = "".join(
            re.escape(each) if at % 2 == 0 else _group(each, words, has_marks)
            for at, each in enumerate(pieces)
        )
        return cls(re.compile(text, re.ASCII | re.IGNORECASE), unknown)

    def _parts(self, value: Any) -> dict[str, str] | None:
        """The parts of a text that are known, as digits; None where it is not of this form."""
        match = self.pattern.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return None
        written = {name: each.upper() for name, each in match.groupdict().items()}
        return {
            name: _MONTHS.get(each, each.zfill(2))
            for name, each in written.items()
            if each not in self.unknown
        }

    def date(self, value: Any) -> str | None:
        parts = self._parts(value)
        if parts is None:
            return None
        day = _iso_date(parts.get("year"), parts.get("month"), parts.get("day"))
        clock = _iso_time(*(parts.get(each) for each in _TIME_PARTS))
        if day is None or clock is None:
            return None
        return f"{day}T{clock}" if clock and len(day) == 10 else day

    def time(self, value: Any) -> str | None:
        parts = self._parts(value)
        return None if parts is None else _iso_time(*(parts.get(each) for each in _TIME_PARTS))


def _has_gap(parts: Sequence[str], *, time_only: bool) -> bool:
    """Whether a part is named without the one above it."""
    above = {lower: upper for lower, upper in _ABOVE.items() if not (time_only and lower == "hour")}
    return any(above.get(each, each) not in parts for each in parts)


def _group(token: str, unknown: str, has_marks: bool) -> str:
    name, text = _TOKENS[token]
    if has_marks and text == r"\d\d" and name in _ONE_DIGIT:
        text = r"\d\d?"
    return f"(?P<{name}>{text}{unknown})"


def _iso_date(year: str | None, month: str | None, day: str | None) -> str | None:
    """ISO 8601 with hyphens for unknown parts before known ones; "" if none is known, None if no such day."""
    try:
        date(int(year or 2000), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return f"{year or '-'}-{month or '-'}-{day}"
    if month:
        return f"{year or '-'}-{month}"
    return year or UNKNOWN_DATE


def _iso_time(hour: str | None, minute: str | None, second: str | None) -> str | None:
    """As much of a time as is known from the hour on; "" if nothing, None if there is no such time."""
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    known = []
    for each in (hour, minute, second):
        if each is None:
            break
        known.append(each)
    return ":".join(known)


def _serial(value: Any) -> float | None:
    """A number of a file, or its text."""
    if isinstance(value, str):
        if re.fullmatch(r"-?\d+(?:\.\d+)?", value, re.ASCII) is None:
            return None
        return float(value)
    return float(value) if isinstance(value, int | float) else None


def _sas_date(value: Any) -> str | None:
    days = _serial(value)
    if days is None or not days.is_integer() or abs(days) > _LAST_SERIAL_DAY:
        return None
    return _iso(_SAS_EPOCH, timedelta(days=days), whole_days=True)


def _sas_datetime(value: Any) -> str | None:
    seconds = _serial(value)
    if seconds is None or not seconds.is_integer() or abs(seconds) > _LAST_SERIAL_DAY * 86_400:
        return None
    return _iso(_SAS_EPOCH, timedelta(seconds=seconds), whole_days=False)


def _sas_time(value: Any) -> str | None:
    """Seconds since midnight; as a text without zeros in front, which 0905 for 9:05 has."""
    seconds = _serial(value)
    if seconds is None or not seconds.is_integer() or not 0 <= seconds < 86_400:
        return None
    if isinstance(value, str) and re.match(r"0\d", value):
        return None
    return _iso(_SAS_EPOCH, timedelta(seconds=seconds), whole_days=False)[11:]  # type: ignore[index]


def _excel(value: Any, epoch: datetime, least: float) -> str | None:
    """A serial of Excel; its fraction is the time. Day 60 of the system of 1900 does not exist."""
    days = _serial(value)
    if days is None or not least <= days < _LAST_SERIAL_DAY + 1:
        return None
    seconds = round(days * 86_400)
    return _iso(epoch, timedelta(seconds=seconds), whole_days=days.is_integer())


def _iso(epoch: datetime, since: timedelta, *, whole_days: bool) -> str | None:
    try:
        found = epoch + since
    except OverflowError:
        return None
    return found.date().isoformat() if whole_days else found.isoformat()


_NUMBERS: dict[str, ValueStep] = {
    "sas date": _sas_date,
    "sas datetime": _sas_datetime,
    "excel": lambda value: _excel(value, datetime(1899, 12, 30), 61),
    "excel 1904": lambda value: _excel(value, datetime(1904, 1, 1), 0),
}


def study_day(day: str | None, first: str | None) -> float | None:
    """The study day of a date: the first is day 1, and there is no day 0; None if a date is not complete."""
    one, other = _ordinal(day), _ordinal(first)
    if one is None or other is None:
        return None
    return float(one - other + (1 if one >= other else 0))


@lru_cache(100_000)
def _ordinal(text: str | None) -> int | None:
    if text is None or _COMPLETE.match(text) is None:
        return None
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return None
