"""Cells of a spreadsheet as text: text as it was typed, the rest in one written form for each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

EXACT = 2.0**53
"""Whole numbers below it are exact."""
DIGITS = 1e15
"""Of longer whole numbers a spreadsheet drops digits."""
CERTAIN = (1900, 3)
"""Year and month: spreadsheets count a day before it that never was."""
DATES = frozenset({date, datetime})


def number_text(value: float) -> str:
    """A number in the shortest form that reads back to it; whole ones without a decimal point."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < EXACT):
        return str(int(value))
    return repr(value)


def time_text(value: time) -> str:
    return value.isoformat().rstrip("0") if value.microsecond else value.isoformat()


def datetime_text(value: datetime) -> str:
    return f"{value.date().isoformat()}T{time_text(value.time())}"


def duration_text(value: timedelta) -> str:
    """Hours, minutes and seconds; hours may be more than a day has."""
    sign = "-" if value < timedelta(0) else ""
    seconds, micro = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    fraction = f".{micro:06}".rstrip("0") if micro else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


_TEXTS: Mapping[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    int: number_text,
    float: number_text,
    datetime: datetime_text,
    date: date.isoformat,
    time: time_text,
    timedelta: duration_text,
}

KINDS: Mapping[type, tuple[str, str]] = {
    datetime: ("datetime", "2024-01-31T10:30:00"),
    date: ("date", "2024-01-31"),
    time: ("time", "10:30:00"),
    timedelta: ("duration", "30:00:00"),
    bool: ("truth value", "TRUE and FALSE"),
}
"""What cells that hold neither text nor a number are called, and how they are written."""


def texts_of(values: Sequence[Any]) -> tuple[list[str], Counter[type]]:
    """The cells of one column as texts, and how many are of each kind that is not text."""
    kinds = Counter(map(type, values))
    kinds.pop(str, None)
    if not kinds:
        return list(values), kinds
    return [_TEXTS[type(value)](value) for value in values], kinds


def is_uncertain(value: Any) -> bool:
    """Whether a date is before the day from which spreadsheets count right."""
    return isinstance(value, date) and (value.year, value.month) < CERTAIN


def lost_digits(value: Any) -> bool:
    """Whether a number may have had more digits than a spreadsheet keeps."""
    return isinstance(value, float) and value.is_integer() and abs(value) >= DIGITS
