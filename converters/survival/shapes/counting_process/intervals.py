"""Follow-up cut into intervals at events and at changes of covariates: columns of numbers, no data.

Times become places on one axis, those that differ by rounding the same place; a subject and a place make one
whole number. All that follows is sorting and searching such numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.study.columns import Codes, Mask, Numbers
from ...estimators import TOLERANCE

AxisPlaces = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Axis:
    """The times that occur, in order; place 0 is time 0.

    Attributes
    ----------
    times : ndarray of float, shape (n_places,)
    """

    times: Numbers

    @classmethod
    def of(cls, exact: Sequence[Numbers], others: Sequence[Numbers] = ()) -> Axis:
        """An axis with all of these times.

        Parameters
        ----------
        exact : sequence of ndarray
            Of times that differ by rounding, these stay as they are: AVAL before a time that dates give.
        others : sequence of ndarray
            All are finite, as those before; what is below 0 is at place 0.
        """
        kept, more = (np.unique(np.concatenate([[0.0], *map(pd.unique, each)])) for each in (exact, others))
        kept = kept[kept >= 0]
        near = kept[_nearest(kept, more)]
        new = more[(np.abs(near - more) > _gaps(more)) & (more > 0)]
        times = np.sort(np.concatenate([_merged(kept), _merged(new)]))
        return cls(_merged(times))

    def __len__(self) -> int:
        return len(self.times)

    def places(self, times: Numbers) -> AxisPlaces:
        """The place of each time; 0 of those at 0 or before."""
        codes, distinct = pd.factorize(times)
        return _nearest(self.times, distinct)[codes]


def _gaps(times: Numbers) -> Numbers:
    gaps: Numbers = TOLERANCE * np.maximum(1.0, np.abs(times))
    return gaps


def _nearest(times: Numbers, wanted: Numbers) -> AxisPlaces:
    """Where the nearest of some times is, which are in order."""
    after = np.searchsorted(times, wanted).clip(max=len(times) - 1)
    before = (after - 1).clip(min=0)
    is_nearer = np.abs(times[before] - wanted) < np.abs(times[after] - wanted)
    nearest: AxisPlaces = np.where(is_nearer, before, after).astype(np.int64)
    return nearest


def _merged(times: Numbers) -> Numbers:
    """Of neighbours that differ by rounding the first."""
    merged: Numbers = times[np.diff(times, prepend=-np.inf) > _gaps(times)]
    return merged


@dataclass(frozen=True, eq=False)
class Marks:
    """Things that happen to subjects at times, sorted by subject and time; one for each subject and time.

    Attributes
    ----------
    key : ndarray of int, shape (n_marks,)
        Subject and place as one number, ascending.
    count : ndarray of int, shape (n_marks,)
        How many of them happen at once.
    """

    key: AxisPlaces
    count: Codes

    @classmethod
    def of(cls, subject: Codes, place: AxisPlaces, n_places: int) -> Marks:
        """Of things in any order."""
        key = subject.astype(np.int64) * n_places + place
        if (np.diff(key) < 0).any():
            key.sort()
        first = np.flatnonzero(np.diff(key, prepend=-1))
        return cls(key[first], np.diff(np.append(first, len(key))))


@dataclass(frozen=True, eq=False)
class Intervals:
    """The intervals of all subjects, by subject and time.

    Attributes
    ----------
    subject : ndarray of int, shape (n_intervals,)
    start, stop : ndarray of float, shape (n_intervals,)
        A subject is at risk over (start, stop]; no interval has length 0.
    from_key : ndarray of int, shape (n_intervals,)
        Subject and place of the start as one number.
    events : ndarray of int, shape (n_intervals,)
        How many happen at the stop.
    """

    subject: Codes
    start: Numbers
    stop: Numbers
    from_key: AxisPlaces
    events: Codes

    @classmethod
    def of(cls, axis: Axis, end: Numbers, events: Marks, changes: Sequence[AxisPlaces] = ()) -> Intervals:
        """Follow-up from 0 to the end, cut.

        Parameters
        ----------
        axis : Axis
        end : ndarray of float, shape (n_subjects,)
            Greater than 0.
        events : Marks
            After 0, at the end or before it.
        changes : sequence of ndarray of int
            Keys of further cuts, as those of the marks; at 0 they cut nothing. All are before the end.
        """
        n_places = len(axis)
        last = np.arange(len(end), dtype=np.int64) * n_places + axis.places(end)
        key = _distinct([events.key, last, *(each[each % n_places > 0] for each in changes)])
        subject, place = np.divmod(key, n_places)
        is_first = np.diff(subject, prepend=-1) > 0
        stop = axis.times[place]
        stop[np.append(is_first[1:], True)[: len(stop)]] = end
        happening = np.zeros(len(key), dtype=np.intp)
        happening[np.searchsorted(key, events.key)] = events.count
        from_place = np.where(is_first, 0, np.roll(place, 1))
        return cls(
            subject.astype(np.intp),
            axis.times[from_place],
            stop,
            subject * n_places + from_place,
            happening,
        )

    def __len__(self) -> int:
        return len(self.subject)

    @cached_property
    def is_first(self) -> Mask:
        """Whether an interval is its subject's first."""
        first: Mask = np.diff(self.subject, prepend=-1) > 0
        return first

    def number(self) -> Codes:
        """1, 2, … of each subject."""
        return self._since_first(np.arange(len(self))) + 1

    @cached_property
    def event_number(self) -> Codes:
        """1 and the days with an event that the subject had before."""
        event = (self.events > 0).astype(np.intp)
        return self._since_first(np.cumsum(event) - event) + 1

    def since_event(self) -> Numbers:
        """The time of the subject's last event before an interval; 0 before the first."""
        at = np.arange(len(self))
        after_event = np.append(False, self.events[:-1] > 0)[: len(self)]
        renewed = np.where(self.is_first | after_event, at, 0)
        since: Numbers = self.start[np.maximum.accumulate(renewed)]
        return np.where(self.event_number > 1, since, 0.0)

    def entry(self, n_subjects: int) -> Numbers:
        """The start of each subject's first interval; infinite of one without any."""
        entry = np.full(n_subjects, np.inf)
        entry[self.subject[self.is_first]] = self.start[self.is_first]
        return entry

    def only(self, kept: Mask) -> Intervals:
        """Some of them."""
        return Intervals(
            self.subject[kept], self.start[kept], self.stop[kept], self.from_key[kept], self.events[kept]
        )

    def _since_first(self, counted: Codes) -> Codes:
        """What is counted over all intervals, from each subject's first on."""
        first = np.flatnonzero(self.is_first)
        lengths = np.diff(np.append(first, len(self)))
        return counted - np.repeat(counted[first], lengths)


def _distinct(keys: Sequence[AxisPlaces]) -> AxisPlaces:
    """All keys in order, each once."""
    together = np.concatenate(keys)
    together.sort(kind="stable")  # of runs that are in order already
    distinct: AxisPlaces = together[np.diff(together, prepend=-1) > 0]
    return distinct
