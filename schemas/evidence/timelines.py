"""Dates of subjects in order: what the first one is from a day on, the last one before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Days, Mask
from ..study.dataset import Dataset
from .subjects import in_adsl

Subjects = NDArray[np.intp]

_SPAN = 1 << 26
"""More than there are days."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Days of subjects.

    Attributes
    ----------
    moments : ndarray of int, shape (n_days,)
        Subject and day as one number each, sorted.
    """

    moments: NDArray[np.int64]

    @classmethod
    def of(cls, subject: Subjects, day: Days) -> Timeline:
        """From subjects, -1 where unknown, and a day of each, NaN where missing."""
        known = (subject >= 0) & ~np.isnan(day)
        return cls(np.sort(_moments(subject[known], day[known])))

    def first_from(self, subject: Subjects, day: Days) -> Days:
        """The first day on or after a day of each subject; NaN where there is none."""
        return self._at(np.searchsorted(self.moments, _moments(subject, day), side="left"), subject)

    def last_before(self, subject: Subjects, day: Days) -> Days:
        """The last day before a day of each subject; NaN where there is none."""
        return self._at(np.searchsorted(self.moments, _moments(subject, day), side="left") - 1, subject)

    def within(self, subject: Subjects, after: Days, until: Days) -> Mask:
        """Whether a subject has a day after one day and on or before another."""
        first = np.searchsorted(self.moments, _moments(subject, after), side="right")
        last = np.searchsorted(self.moments, _moments(subject, until), side="right")
        found: Mask = (subject >= 0) & (last > first)
        return found

    def _at(self, position: NDArray[np.intp], subject: Subjects) -> Days:
        """Days at positions; NaN where the position is another subject's, or none."""
        found = np.append(self.moments, -1)[position]  # -1 stands last: position -1 finds it
        same = (subject >= 0) & (found >= 0) & (found // _SPAN == subject)
        return np.where(same, found % _SPAN - _SPAN // 2, np.nan)


def _moments(subject: Subjects, day: Days) -> NDArray[np.int64]:
    """One number for a subject and a day, which may be missing or endless."""
    limit = _SPAN // 2 - 1
    days = np.clip(np.nan_to_num(day, nan=-limit), -limit, limit).astype(np.int64)
    return subject.astype(np.int64) * _SPAN + days + _SPAN // 2


def subject_in(data: Dataset, other: Dataset) -> Subjects:
    """Each record's subject by its number in another dataset; -1 where that has not got them."""
    return in_adsl(data, other, "USUBJID").codes()


def first_days(subject: Subjects, day: Days, chosen: Mask, n_subjects: int) -> Days:
    """The first day of each subject among some records, by the subject's number; NaN where there is none.

    Parameters
    ----------
    subject : ndarray of int, shape (n_records,)
        Numbers from 0; -1 where unknown.
    day : ndarray of float, shape (n_records,)
    chosen : ndarray of bool, shape (n_records,)
    n_subjects : int

    Returns
    -------
    ndarray of float, shape (n_subjects + 1,)
        The last one, of an unknown subject, is NaN.
    """
    counted = chosen & (subject >= 0) & ~np.isnan(day)
    first = np.full(n_subjects + 1, np.inf)
    np.minimum.at(first, subject[counted], day[counted])
    return np.where(np.isfinite(first), first, np.nan)
