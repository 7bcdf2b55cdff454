"""Days of the subjects of a table, and the times that they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....schemas.study.columns import Codes, Days, Numbers
from .analysed import Analysed
from .dates import date_of, days_per_unit, first_day, times_of


@dataclass(frozen=True, eq=False)
class DayAxis:
    """Days counted from time 0, and times as AVAL counts.

    Attributes
    ----------
    origin : ndarray of float, shape (n_subjects,)
        The day of time 0, since 1970-01-01; NaN where STARTDT and ADT are missing.
    end : ndarray of float, shape (n_subjects,)
        The day of which the duration is the time, from the origin; NaN where ADT is missing.
    durations : ndarray of float, shape (n_subjects,)
    days_per_unit : float
    """

    origin: Days
    end: Days
    durations: Numbers
    days_per_unit: float

    @classmethod
    def of(cls, one: Analysed) -> DayAxis:
        """The axis of the subjects of a parameter.

        Raises
        ------
        ConfigurationError
            When ADT is not present, or not a date.
        Refused
            When STARTDT is missing, or the data do not show how AVAL counts.
        """
        adt = date_of(one.data, "ADT")
        times_of(adt, one)  # refuses dates that cannot be counted
        origin = one.data.days("STARTDT") - first_day(one.data, one.scale)
        return cls(origin, adt - origin, one.scale.durations, days_per_unit(one.data, one.scale))

    def times(self, days: Days, subject: Codes) -> Numbers:
        """Times of days from the origin: the duration on the day that it ends, as AVAL may be rounded."""
        return np.where(days == self.end[subject], self.durations[subject], days / self.days_per_unit)

    @property
    def differing(self) -> int:
        """Subjects whose duration is not what their dates give."""
        by_dates = self.end / self.days_per_unit
        return int(np.count_nonzero(np.abs(by_dates - self.durations) > 1e-9 * np.maximum(1, self.durations)))
