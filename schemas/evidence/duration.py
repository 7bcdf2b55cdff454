"""How AVAL of a time to an event is made from its dates: the formula, its unit and its rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask, Numbers
from .time_unit import TimeUnit

NOISE = 1e-9
"""Relative difference that double precision and text exports leave in an unrounded AVAL."""

MAX_DECIMALS = 8
UNROUNDED = np.int8(MAX_DECIMALS + 1)
"""Stands for the number of decimals of a value that carries more than `MAX_DECIMALS`."""


@dataclass(frozen=True, slots=True)
class DurationFormula:
    """A way to make AVAL from ADT and STARTDT.

    Attributes
    ----------
    unit : TimeUnit
    days_per_unit : float or None
        None counts calendar months; what remains of the last one is a share of that month's days.
    offset : {0, 1}
        Days added before the division: 1 counts both the first and the last day.
    decimals : int or None
        AVAL is rounded to so many; None when it is not rounded. Whole days need no rounding.
    truncated : bool
        AVAL is cut instead of rounded, as in completed months.
    same_day : float or None
        AVAL where ADT equals STARTDT, if it was raised above zero.
    rounded_up : bool
        AVAL is rounded up, as in study weeks: day 8 is in week 2.
    """

    unit: TimeUnit
    days_per_unit: float | None
    offset: int = 0
    decimals: int | None = None
    truncated: bool = False
    same_day: float | None = None
    rounded_up: bool = False

    def durations(self, adt: Numbers, startdt: Numbers) -> Numbers:
        """Durations in the formula's unit, before any rounding.

        Parameters
        ----------
        adt, startdt : ndarray of float, shape (n,)
            Days since any one day; calendar months need days since 1970-01-01. NaN where missing.

        Returns
        -------
        ndarray of float, shape (n,)
        """
        if self.days_per_unit is None:
            durations = _calendar_months(startdt, adt + self.offset)
        else:
            durations = (adt - startdt + self.offset) / self.days_per_unit
        return durations if self.same_day is None else np.where(adt == startdt, self.same_day, durations)

    def holds(self, aval: Numbers, adt: Numbers, startdt: Numbers) -> Mask:
        """Records whose AVAL is what the formula gives; False where anything is missing."""
        return self.gives(aval, self.durations(adt, startdt), decimals_of(aval))

    def gives(self, aval: Numbers, durations: Numbers, decimals: NDArray[np.int8]) -> Mask:
        """The same, where the durations and the decimals that AVAL carries are known."""
        within = self._within(aval, durations)
        return within & (decimals <= (self.decimals or 0)) if self.rounds else within

    def carries(self, aval: Numbers) -> Mask:
        """Records whose AVAL has no more decimals than the formula leaves."""
        if self.decimals is None:
            return np.ones(len(aval), dtype=np.bool_)
        return decimals_of(aval) <= self.decimals

    def misses(self, aval: Numbers, adt: Numbers, startdt: Numbers) -> Numbers:
        """How far AVAL is from the formula, in units of its last decimal."""
        step = 10.0 ** -(self.decimals or 0)
        return np.abs(self.durations(adt, startdt) - aval) / step

    def days_from(self, aval: Numbers) -> Numbers:
        """Days that AVAL alone stands for, those of the offset among them.

        An unrounded AVAL is multiplied by `days_per_unit`. A rounded one stands for whole days, and for
        known ones only while its decimals leave a single number of them: 2 decimals of a month do, 1 does
        not.

        Parameters
        ----------
        aval : ndarray of float, shape (n,)
            In the formula's unit; it need not follow the formula.

        Returns
        -------
        ndarray of float, shape (n,)
            NaN where AVAL does not tell; everywhere for calendar months, which have no factor.
        """
        if self.days_per_unit is None:
            return np.full(len(aval), np.nan)
        days = scaled_to_days(aval, self.days_per_unit)
        if not self.rounds:
            return days
        carried = decimals_of(aval)
        step = 10.0 ** -np.maximum(carried, self.decimals or 0).astype(np.float64)
        noise = NOISE * np.maximum(1.0, np.abs(aval))
        nothing = np.zeros_like(step)
        below, above = (nothing, step) if self.truncated else (step / 2, step / 2)
        if self.rounded_up:
            below, above = step - 2 * noise, nothing
        fewest = np.ceil((aval - below - noise) * self.days_per_unit)
        most = np.floor((aval + above + noise) * self.days_per_unit)
        whole = np.where(fewest == most, fewest, np.nan)
        if self.same_day is not None:  # a value that somebody chose, not one that was rounded
            whole = np.where(np.isnan(whole) & (aval == self.same_day), days, whole)
        return np.where(carried == UNROUNDED, days, whole)

    def _within(self, aval: Numbers, durations: Numbers) -> Mask:
        short = durations - aval
        noise = NOISE * np.maximum(1.0, np.abs(durations))
        if not self.rounds:
            return np.abs(short) <= noise
        step = 10.0 ** -(self.decimals or 0)
        if self.truncated:
            return (short >= -noise) & (short <= step + noise)
        if self.rounded_up:
            return (short <= noise) & (short > -step + noise)
        return np.abs(short) <= step / 2 + noise

    @property
    def rounds(self) -> bool:
        """Whether AVAL lost digits; whole days did not."""
        return self.decimals is not None and self.unit is not TimeUnit.DAYS

    @property
    def tells_day(self) -> bool:
        """Whether the decimals of AVAL leave a single number of whole days."""
        return self.days_per_unit is not None and (
            not self.rounds or self.days_per_unit * 10.0 ** -(self.decimals or 0) < 1
        )

    def __str__(self) -> str:
        days = "ADT - STARTDT + 1" if self.offset else "ADT - STARTDT"
        if self.days_per_unit is None:
            formula = f"calendar months from STARTDT to ADT{' + 1' if self.offset else ''}"
        elif self.unit is TimeUnit.DAYS:
            formula = f"{days} (days"
        else:
            formula = f"({days}) / {constant_text(self.days_per_unit)} ({self.unit}"
        if self.rounds:
            how = "truncated" if self.truncated else "rounded up" if self.rounded_up else "rounded"
            places = f"{self.decimals} decimal{'' if self.decimals == 1 else 's'}"
            rounding = f"{how} to {places if self.decimals else 'whole numbers'}"
            formula += f" ({rounding})" if self.days_per_unit is None else f", {rounding})"
        elif self.days_per_unit is not None:
            formula += ")"
        return formula if self.same_day is None else f"{formula}, {self.same_day:g} if both dates are equal"


def scaled_to_days(aval: Numbers, days_per_unit: float) -> Numbers:
    """AVAL times the days of its unit.

    A product within `NOISE` of a whole number of days is that number: AVAL was made from whole days, and
    the division lost no more than its last digits. Days themselves stay as they are.
    """
    if days_per_unit == 1:
        return aval
    days = aval * days_per_unit
    whole = np.rint(days)
    return np.where(np.abs(days - whole) <= NOISE * np.maximum(1.0, np.abs(days)), whole, days)


def decimals_of(values: Numbers) -> NDArray[np.int8]:
    """Decimals that each value carries; `UNROUNDED` when more than `MAX_DECIMALS`."""
    places = np.full(len(values), UNROUNDED, dtype=np.int8)
    open_ = np.flatnonzero(np.isfinite(values))
    for decimals in range(MAX_DECIMALS + 1):
        if not len(open_):
            break
        scaled = values[open_] * 10.0**decimals
        whole = np.abs(scaled - np.rint(scaled)) <= 1e-12 + 4e-15 * np.abs(scaled)
        places[open_[whole]] = decimals
        open_ = open_[~whole]
    return places


def _calendar_months(start: Numbers, end: Numbers) -> Numbers:
    """Calendar months from `start` to `end`, both in days since 1970-01-01.

    Whole months run from day of month to the same day, or to the last day of a shorter month; the rest
    is a share of the days of the month it lies in.
    """
    months = _months_since_epoch(end) - _months_since_epoch(start)
    months -= _months_later(start, months) > end
    reached = _months_later(start, months)
    return months + (end - reached) / (_months_later(start, months + 1) - reached)


def _months_since_epoch(days: Numbers) -> Numbers:
    return _as_dates(days).astype("datetime64[M]").astype(np.int64).astype(np.float64)


def _months_later(days: Numbers, months: Numbers) -> Numbers:
    dates = _as_dates(days)
    month = dates.astype("datetime64[M]")
    day_of_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months.astype("timedelta64[M]")
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    later: Numbers = (first + np.minimum(day_of_month, length - 1)).astype(np.float64)
    return later


def _as_dates(days: Numbers) -> NDArray[np.datetime64]:
    return days.astype(np.int64).astype("datetime64[D]")


def constant_text(days: float) -> str:
    """A constant as a formula shows it."""
    return "(365 / 12)" if days == 365 / 12 else f"{days:.10g}"
