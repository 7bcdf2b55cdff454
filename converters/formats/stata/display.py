"""Stata's display formats of dates and times, and its numbers for them.

Stata counts dates in days, as SAS does, and datetimes in milliseconds, both from 1960-01-01.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...values.arrow_columns import Shape
from ...values.sas_formats import FormatKind, dates_of, sas_days_of

DISPLAYED: Mapping[Shape, str] = MappingProxyType({Shape.DATE: "%td", Shape.DATETIME: "%tc"})
"""How written dates and datetimes are displayed."""

_STAMP = re.compile(r"%-?(?:t(?P<unit>[dcCwmqhb])|d)(?P<shown>.*)", re.DOTALL)
_CLOCK = re.compile(r"(?:[Hh]{2}|MM|mm|SS|ss|\.s{1,3}|[:._ ]|am|AM|a\.m\.|A\.M\.)+")
_OTHER_UNITS = MappingProxyType(
    {
        "C": "datetimes with leap seconds",
        "w": "weeks",
        "m": "months",
        "q": "quarters",
        "h": "half-years",
        "b": "days of a business calendar",
    }
)
_MILLI, _MICROS = 1_000, 1_000
_EPOCH = np.datetime64("1960-01-01", "us")
_FURTHEST = 6_589_335 * 86_400_000.0
"""Milliseconds to the end of the year 19999, where SAS ends."""


def kind_of_display(display: str) -> FormatKind:
    """What a number shown in this format is: of %td a date, of %tc a datetime, of %tcHH:MM:SS a time."""
    match = _STAMP.fullmatch(display)
    unit = match and (match["unit"] or "d")
    if match is None or unit in _OTHER_UNITS:
        return FormatKind.NUMBER
    if unit == "d":
        return FormatKind.DATE
    return FormatKind.TIME if _CLOCK.fullmatch(match["shown"]) else FormatKind.DATETIME


def other_unit(display: str) -> str:
    """What is counted in a number that stays one: "months" of %tm; empty for all other formats."""
    match = _STAMP.fullmatch(display)
    return _OTHER_UNITS.get(match["unit"] or "", "") if match else ""


def stamps_of_numbers(numbers: NDArray[np.float64], kind: FormatKind) -> NDArray[Any] | None:
    """Dates as ``datetime64[s]``, datetimes as ``datetime64[us]``, times as seconds.

    None where a value is not one: a part of a day, beyond the year 19999, not a time of one day.
    """
    if kind is FormatKind.DATE:
        return dates_of(numbers)
    present = numbers[~np.isnan(numbers)]
    if kind is FormatKind.TIME:
        within = not present.size or (present.min() >= 0 and present.max() < 86_400 * _MILLI)
        return numbers / _MILLI if within else None
    if present.size and not (present.min() >= -_FURTHEST and present.max() <= _FURTHEST):
        return None
    return _datetimes(numbers)


def _datetimes(millis: NDArray[np.float64]) -> NDArray[np.datetime64]:
    missing = np.isnan(millis)
    filled = np.where(missing, 0.0, millis)
    whole = np.floor(filled)  # apart from the fraction, so that scaling does not round the sum
    ticks = whole.astype(np.int64) * _MICROS + np.rint((filled - whole) * _MICROS).astype(np.int64)
    stamps: NDArray[np.datetime64] = _EPOCH + ticks.view("timedelta64[us]")
    stamps[missing] = np.datetime64("NaT")
    return stamps


def numbers_of_stamps(stamps: NDArray[Any], shape: Shape) -> NDArray[np.float64]:
    """Days or milliseconds from 1960; NaT becomes NaN."""
    if shape is Shape.DATE:
        return sas_days_of(stamps)
    ticks = (stamps.astype("datetime64[us]") - _EPOCH).astype(np.int64)
    whole, rest = np.divmod(ticks, _MICROS)
    return np.where(np.isnat(stamps), np.nan, whole + rest / _MICROS)


def are_held(stamps: NDArray[Any]) -> NDArray[np.bool_]:
    """Datetimes that come back from a double of milliseconds."""
    back = _datetimes(numbers_of_stamps(stamps, Shape.DATETIME))
    held: NDArray[np.bool_] = np.isnat(stamps)
    held |= back == stamps.astype("datetime64[us]")
    return held
