"""SPSS's formats of dates and times, and its numbers for them.

SPSS counts dates and datetimes in seconds from 1582-10-14, the day before the Gregorian calendar begins, and
times in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...values.arrow_columns import Shape
from ...values.sas_formats import FormatKind, kind_of

FIRST_DAY = np.datetime64("1582-10-15", "us")
AFTER_LAST_DAY = np.datetime64("10000-01-01", "us")

_KINDS: Mapping[str, FormatKind] = MappingProxyType(
    {
        **dict.fromkeys("DATE ADATE EDATE SDATE JDATE QYR MOYR WKYR".split(), FormatKind.DATE),
        **dict.fromkeys("DATETIME YMDHMS".split(), FormatKind.DATETIME),
        **dict.fromkeys("TIME MTIME".split(), FormatKind.TIME),
    }
)
"""By the name of a format; numbers with another format stay numbers."""

_NAME = re.compile(r"([A-Z]+)[0-9.]*")
_W_D = re.compile(r"F?(\d{1,2})\.(\d{0,2})")
_WIDEST, _MOST_DECIMALS = 40, 16
_TEXT, _FIXED, _DATE, _TIME, _DATETIME = 1, 5, 20, 21, 22
_EPOCH = np.datetime64("1582-10-14", "us")
_DAY, _MICROS = 86_400, 1_000_000
_FURTHEST = 580_000_000_000.0
"""Seconds to a day of the year 19961, where SAS comes to its end soon."""


def kind_of_format(spss_format: str) -> FormatKind:
    """What a number shown in this format is: a date of "ADATE10", a number of "F8.2"."""
    match = _NAME.fullmatch(spss_format.upper())
    return _KINDS.get(match[1], FormatKind.NUMBER) if match else FormatKind.NUMBER


def stamps_of_numbers(numbers: NDArray[np.float64]) -> NDArray[np.datetime64] | None:
    """Seconds as ``datetime64[us]``; NaN becomes NaT. None where one is too far to be a datetime."""
    missing = np.isnan(numbers)
    filled = np.where(missing, 0.0, numbers)
    if not (np.abs(filled) <= _FURTHEST).all():
        return None
    whole = np.floor(filled)  # apart from the fraction, so that scaling does not round the sum
    ticks = whole.astype(np.int64) * _MICROS + np.rint((filled - whole) * _MICROS).astype(np.int64)
    stamps: NDArray[np.datetime64] = _EPOCH + ticks.view("timedelta64[us]")
    stamps[missing] = np.datetime64("NaT")
    return stamps


def are_whole_days(numbers: NDArray[np.float64]) -> bool:
    present = numbers[~np.isnan(numbers)]
    return bool(np.isfinite(present).all() and not np.mod(present, _DAY).any())


def numbers_of_stamps(stamps: NDArray[Any]) -> NDArray[np.float64]:
    """Seconds from 1582-10-14; NaT becomes NaN."""
    ticks = (stamps.astype("datetime64[us]") - _EPOCH).astype(np.int64)
    whole, rest = np.divmod(ticks, _MICROS)
    return np.where(np.isnat(stamps), np.nan, whole + rest / _MICROS)


def are_held(stamps: NDArray[Any]) -> NDArray[np.bool_]:
    """Datetimes that come back from a double of seconds."""
    exact = stamps.astype("datetime64[us]")
    back = stamps_of_numbers(numbers_of_stamps(exact))
    held: NDArray[np.bool_] = np.isnat(exact)
    return held if back is None else held | (back == exact)


def format_code(shape: Shape, sas_format: str, width: int) -> int:
    """The format that a variable is shown in, as the file has it: type, width and decimals in one number.

    Parameters
    ----------
    shape : Shape
    sas_format : str
        "TIME8." makes times of numbers, and "8.3" is shown with three decimals.
    width : int
        Bytes of text.
    """
    match shape:
        case Shape.TEXT:
            return _code(_TEXT, min(width, 255), 0)
        case Shape.DATE:
            return _code(_DATE, 11, 0)
        case Shape.DATETIME:
            return _code(_DATETIME, 20, 0)
        case _ if kind_of(sas_format) is FormatKind.TIME:
            return _code(_TIME, 8, 0)
        case _:
            return _code(_FIXED, *_shown_number(sas_format))


def _shown_number(sas_format: str) -> tuple[int, int]:
    match = _W_D.fullmatch(sas_format.strip().upper())
    if match is None:
        return 8, 2
    width, decimals = int(match[1]), int(match[2] or 0)
    return (width, decimals) if decimals < width <= _WIDEST and decimals <= _MOST_DECIMALS else (8, 2)


def _code(kind: int, width: int, decimals: int) -> int:
    return kind << 16 | width << 8 | decimals
