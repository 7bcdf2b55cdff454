"""Year, month and day of dates, as far as they are known, and the days that they allow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Days, Mask

MONTHS = 12
EARLIEST, LATEST = 1, 9999
"""Years that a date may have."""
_ANY_LEAP_YEAR = 2000
_LONGEST_WAIT = 8 * MONTHS
"""Months from one day that a date without a year allows to the next: 29 February, around 1900."""


class DatePrecision(IntEnum):
    """Down to which unit a date is known; ordered from coarse to fine.

    Examples
    --------
    >>> dates = ag.PartialDates.on(np.array([19737.0, np.nan]))
    >>> [ag.DatePrecision(each).name for each in dates.precision]
    ['DAY', 'MISSING']
    """

    UNREADABLE = -2
    MISSING = -1
    NONE = 0
    """Not even the year: ``--03-05``."""
    YEAR = 1
    """The year, not the month: ``2020``, ``2020---15``."""
    MONTH = 2
    DAY = 3
    HOUR = 4
    MINUTE = 5
    SECOND = 6


def first_of_month(year: NDArray[Any], month: NDArray[Any]) -> NDArray[np.int64]:
    """Days since 1970-01-01; a month may be beyond 12."""
    months = (year.astype(np.int64) - 1970) * MONTHS + month.astype(np.int64) - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def length_of_month(year: NDArray[Any], month: NDArray[Any]) -> NDArray[np.int64]:
    return first_of_month(year, month.astype(np.int64) + 1) - first_of_month(year, month)


@dataclass(frozen=True, slots=True, eq=False)
class DateParts:
    """Parts of some dates.

    Attributes
    ----------
    year, month, day : ndarray of int, shape (n,)
        0 where not known.
    precision : ndarray of int8, shape (n,)
        `DatePrecision`; where it is negative, there are no parts.
    """

    year: NDArray[np.int16]
    month: NDArray[np.int8]
    day: NDArray[np.int8]
    precision: NDArray[np.int8]

    @classmethod
    def checked(
        cls, year: NDArray[Any], month: NDArray[Any], day: NDArray[Any], precision: NDArray[Any]
    ) -> DateParts:
        """Parts as they were written; unreadable where no such day exists."""
        some_year, some_month = np.where(year, year, _ANY_LEAP_YEAR), np.where(month, month, 1)
        valid = (
            (some_year >= EARLIEST) & (some_year <= LATEST) & (month >= 0) & (month <= MONTHS) & (day >= 0)
        )
        some_month = np.where(valid, some_month, 1)
        valid &= day <= length_of_month(np.where(valid, some_year, _ANY_LEAP_YEAR), some_month)
        keep = valid & (precision >= DatePrecision.NONE)
        precision = np.where(valid, precision, DatePrecision.UNREADABLE)
        return cls(
            np.where(keep, year, 0).astype(np.int16),
            np.where(keep, month, 0).astype(np.int8),
            np.where(keep, day, 0).astype(np.int8),
            precision.astype(np.int8),
        )

    @classmethod
    def of_days(cls, days: Days) -> DateParts:
        """Those of complete days; a day beyond the years 1 to 9999 is unreadable."""
        first = float(first_of_month(np.array([EARLIEST]), np.array([1]))[0])
        last = float(first_of_month(np.array([LATEST + 1]), np.array([1]))[0]) - 1
        fits = (days >= first) & (days <= last)
        stamps = np.where(fits, days, 0).astype(np.int64).astype("datetime64[D]")
        months = stamps.astype("datetime64[M]")
        years = months.astype("datetime64[Y]")
        return cls(
            np.where(fits, years.astype(np.int64) + 1970, 0).astype(np.int16),
            np.where(fits, (months - years).astype(np.int64) + 1, 0).astype(np.int8),
            np.where(fits, (stamps - months).astype(np.int64) + 1, 0).astype(np.int8),
            np.where(fits, DatePrecision.DAY, DatePrecision.UNREADABLE).astype(np.int8),
        )

    @classmethod
    def joined(cls, parts: list[DateParts]) -> DateParts:
        """Some after others."""
        fields = zip(*((each.year, each.month, each.day, each.precision) for each in parts), strict=True)
        return cls(*map(np.concatenate, fields))

    def __len__(self) -> int:
        return len(self.precision)

    def __getitem__(self, taken: Any) -> DateParts:
        return DateParts(self.year[taken], self.month[taken], self.day[taken], self.precision[taken])

    @property
    def lacking(self) -> NDArray[np.int8]:
        """The highest unit not known: 0 none, 1 day, 2 month, 3 year; shape (n,)."""
        return np.clip(DatePrecision.DAY - self.precision, 0, DatePrecision.DAY).astype(np.int8)

    def without(self, lacking: NDArray[np.int8]) -> DateParts:
        """The same dates known no further than above a unit, numbered as in `lacking`."""
        return DateParts(
            np.where(lacking >= 3, 0, self.year).astype(np.int16),
            np.where(lacking >= 2, 0, self.month).astype(np.int8),
            np.where(lacking >= 1, 0, self.day).astype(np.int8),
            np.minimum(
                self.precision, np.where(lacking > 0, DatePrecision.DAY - lacking, self.precision)
            ).astype(np.int8),
        )

    @property
    def scattered(self) -> Mask:
        """Dates whose days are not all those of one span: a part is known below one that is not."""
        open_year, open_month = self.year == 0, self.month == 0
        known = self.precision >= DatePrecision.NONE
        scattered: Mask = known & ((open_month & (self.day > 0)) | (open_year & (self.month > 0)))
        return scattered

    def lower(self) -> Days:
        """The first day allowed: -inf where the year is not known, NaN where there is no date."""
        days = (
            first_of_month(self.year, np.where(self.month, self.month, 1))
            + np.where(self.day, self.day, 1)
            - 1
        )
        return self._bounded(days, -np.inf)

    def upper(self) -> Days:
        """The last day allowed: inf where the year is not known, NaN where there is no date."""
        month = np.where(self.month, self.month, MONTHS)  # December has every day
        day = np.where(self.day, self.day, length_of_month(self.year, month))
        return self._bounded(first_of_month(self.year, month) + day - 1, np.inf)

    def _bounded(self, days: NDArray[np.int64], without_year: float) -> Days:
        found = np.where(self.year > 0, days.astype(np.float64), without_year)
        return np.where(self.precision < DatePrecision.NONE, np.nan, found)

    def middle(self) -> Days:
        """The 15th of a month, 30 June of a year, as admiral's ``date_imputation = "mid"``; else NaN.

        A day that was collected is kept (``2020---15`` is 2020-06-15); June has no 31st: it is that of July.
        """
        half = MONTHS // 2
        month = np.where(self.month, self.month, np.where(self.day == 31, half + 1, half))
        day = np.where(self.day, self.day, np.where(self.month, 15, 30))
        days = (first_of_month(self.year, month) + day - 1).astype(np.float64)
        return np.where((self.year > 0) & (self.precision >= DatePrecision.NONE), days, np.nan)

    def nearest_allowed(self, bound: Days, step: int) -> Days:
        """The allowed day at a bound, else the nearest one after it (`step` 1) or before it (-1).

        Parameters
        ----------
        bound : ndarray of float, shape (n,)
            Finite; within `lower` and `upper`.
        step : {1, -1}
        """
        found = bound.copy()
        left = np.flatnonzero(self.scattered)
        for ahead in range(_LONGEST_WAIT + 1):
            if not len(left):
                break
            own, at = self[left], bound[left]
            begun = at.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]") + ahead * step
            first = begun.astype("datetime64[D]").astype(np.int64)
            last = (begun + 1).astype("datetime64[D]").astype(np.int64) - 1
            month = begun.astype(np.int64) % MONTHS + 1
            day = np.where(own.day, first + own.day - 1, np.clip(at, first, last))
            fits = ((own.month == 0) | (own.month == month)) & (day <= last) & ((day - at) * step >= 0)
            found[left[fits]] = day[fits]
            left = left[~fits]
        return found

    def conflict(self, other: DateParts) -> Mask:
        """Whether no day is allowed by both."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        differ = np.zeros(len(self), dtype=np.bool_)
        for one, another in pairs:
            differ |= (one > 0) & (another > 0) & (one != another)
        year, month, day = (np.maximum(one, another) for one, another in pairs)
        together = DateParts.checked(year, month, day, np.zeros(len(self), dtype=np.int8))
        impossible: Mask = together.precision == DatePrecision.UNREADABLE
        return differ | impossible
