"""What the collected text of a date, or its imputation flag, says of an analysis date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Days, Mask
from ..study.dataset import Dataset
from ..study.date_parts import DateParts, DatePrecision
from ..study.date_texts import read_texts
from ..study.imputation import FLAG_VALUES


class DatePart(IntEnum):
    """The largest part of a date that was not collected, with all after it; ordered by size."""

    UNREADABLE = -1
    NONE = 0
    DAY = 1
    MONTH = 2
    YEAR = 3


FLAGS = {flag: DatePart(level) for level, flag in enumerate(FLAG_VALUES) if flag}
"""Date imputation flags: day; month and day; the whole date."""


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
    """Days that an analysis date may be by its collected text (--DTC); a missing text allows all.

    The day of ``2020---15`` is not kept: programs impute another one (admiral, unless it is to preserve it).
    """
    distinct = data.distinct(variable)
    parts = read_texts(distinct)
    unreadable = parts.precision == DatePrecision.UNREADABLE
    lacks = np.where(unreadable, DatePart.UNREADABLE, parts.lacking).astype(np.int8)
    known = parts.without(parts.lacking)
    return Spans(
        first=distinct.spread(known.lower(), missing=-np.inf),
        last=distinct.spread(known.upper(), missing=np.inf),
        lacks=distinct.spread(lacks, missing=DatePart.YEAR),
    )


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
    own = np.flatnonzero((lacks > DatePart.NONE) & ~np.isnan(days))
    known = DateParts.of_days(days[own]).without(lacks[own])
    first[own], last[own] = known.lower(), known.upper()
    return Spans(first, last, lacks)
