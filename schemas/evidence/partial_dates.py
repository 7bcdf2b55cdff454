"""What a partial date leaves open: ISO 8601 texts without a day or month, and dates imputed from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Days, Mask
from ..study.dataset import Dataset


class DatePart(IntEnum):
    """The largest part of a date that was not collected, with all after it; ordered by size."""

    UNREADABLE = -1
    NONE = 0
    DAY = 1
    MONTH = 2
    YEAR = 3


FLAGS = {"D": DatePart.DAY, "M": DatePart.MONTH, "Y": DatePart.YEAR}
"""Date imputation flags: day; month and day; the whole date."""

_DATE = re.compile(r"(\d{4}|-)(?:-(\d\d|-)(?:-(\d\d|-))?)?\Z")


@dataclass(frozen=True, eq=False)
class Spans:
    """The days that each record's date may have been.

    Attributes
    ----------
    first, last : ndarray of float, shape (n_records,)
        Days since 1970-01-01, both ends included; infinite where even the year is open, NaN where there
        is no date.
    lacks : ndarray of int8, shape (n_records,)
        The `DatePart` that was not collected.
    """

    first: Days
    last: Days
    lacks: NDArray[np.int8]

    @property
    def open(self) -> Mask:
        """Records whose date is only partly known."""
        return self.lacks > DatePart.NONE

    def exclude(self, days: Days) -> Mask:
        """Records whose date cannot have been that day; False where either is missing."""
        return (days < self.first) | (days > self.last)


def collected(data: Dataset, variable: str) -> Spans:
    """Days that a collected text (--DTC) allows; a missing text allows all and lacks the year."""
    distinct = data.distinct(variable)
    known: dict[str, tuple[DatePart, float, float]] = {}
    read = [_remembered(str(value).partition("T")[0], known) for value in distinct]
    table = np.array(read, dtype=np.float64).reshape(-1, 3)
    return Spans(
        first=distinct.spread(table[:, 1], missing=-np.inf),
        last=distinct.spread(table[:, 2], missing=np.inf),
        lacks=distinct.spread(table[:, 0].astype(np.int8), missing=DatePart.YEAR),
    )


def _remembered(text: str, known: dict[str, tuple[DatePart, float, float]]) -> tuple[DatePart, float, float]:
    """Datetimes are many, their dates few."""
    if text not in known:
        known[text] = _span(text)
    return known[text]


def _span(text: str) -> tuple[DatePart, float, float]:
    date = _DATE.match(text)
    if date is None:
        return DatePart.UNREADABLE, np.nan, np.nan
    year, month, day = (None if part in {None, "-"} else part for part in date.groups())
    if year is None:
        return DatePart.YEAR, -np.inf, np.inf
    try:
        if month is None:
            return DatePart.MONTH, *_bounds(np.datetime64(year, "Y"))
        if day is None:
            return DatePart.DAY, *_bounds(np.datetime64(f"{year}-{month}", "M"))
        return DatePart.NONE, *_bounds(np.datetime64(f"{year}-{month}-{day}", "D"))
    except ValueError:  # no such day, as the 31st of June
        return DatePart.UNREADABLE, np.nan, np.nan


def _bounds(period: np.datetime64) -> tuple[float, float]:
    first = period.astype("datetime64[D]").astype(np.int64)
    last = (period + 1).astype("datetime64[D]").astype(np.int64) - 1
    return float(first), float(last)


def analysed(data: Dataset, date: str, flag: str, text: str) -> Spans:
    """Days that an analysis date may stand for, by its imputation flag, else by the collected text.

    Parameters
    ----------
    data : Dataset
    date, flag, text : str
        As "ASTDT", "ASTDTF", "AESTDTC". The flag and the text need not be present; the text counts where the
        flag is missing. An unknown flag says nothing, so the date may be any day.
    """
    days = data.days(date)
    lacks = np.zeros(len(data), dtype=np.int8)
    if text in data and data.is_character(text):
        by_text = collected(data, text).lacks
        lacks = np.where(data.filled(text) & (by_text > DatePart.NONE), by_text, lacks)
    if flag in data:
        flags = data.distinct(flag)
        parts = np.array([FLAGS.get(str(value), DatePart.YEAR) for value in flags], dtype=np.int8)
        by_flag = flags.spread(parts, missing=DatePart.NONE)
        lacks = np.where(by_flag > DatePart.NONE, by_flag, lacks)
    first, last = days.copy(), days.copy()
    for part, unit in ((DatePart.DAY, "M"), (DatePart.MONTH, "Y")):
        own = np.flatnonzero((lacks == part) & np.isfinite(days))
        period = days[own].astype(np.int64).astype("datetime64[D]").astype(f"datetime64[{unit}]")
        first[own] = period.astype("datetime64[D]").astype(np.int64)
        last[own] = (period + 1).astype("datetime64[D]").astype(np.int64) - 1
    whole = (lacks == DatePart.YEAR) & ~np.isnan(days)
    first[whole], last[whole] = -np.inf, np.inf
    return Spans(first, last, lacks)
