"""Which value of a covariate holds when: one for each day, and none that no interval can have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.errors import Refused
from .....schemas.study import columns
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.wording import counted
from ...records import LeftOut
from ...subjects import listed, subjects_of
from ..analysed import encoded
from . import REFUSE
from .intervals import Axis, AxisPlaces, Intervals
from .time_varying import Measured

_SEQUENCE = re.compile(r"[A-Z]{2}SEQ\Z")


@dataclass(frozen=True, eq=False)
class Changes:
    """When a covariate takes a value, and which; one value at a time.

    Attributes
    ----------
    key : ndarray of int, shape (n_changes,)
        Subject and place on the axis as one number, ascending.
    values : ndarray of float, shape (n_changes,), or Series
    left_out : tuple of LeftOut
        Values that are never used.
    said : tuple of str
        What its policies came to, in sentences.
    """

    name: str
    key: AxisPlaces
    values: Numbers | pd.Series
    left_out: tuple[LeftOut, ...]
    said: tuple[str, ...]

    def during(self, intervals: Intervals, n_places: int) -> tuple[pd.Series, Mask]:
        """The value that holds in each interval, and whether there is one."""
        at = np.searchsorted(self.key, intervals.from_key, side="right") - 1
        known = (at >= 0) & (self.key[at] // n_places == intervals.subject) if len(self.key) else at >= 0
        if isinstance(self.values, pd.Series):
            codes = np.where(known, self.values.cat.codes.to_numpy()[at] if len(self.key) else -1, -1)
            texts = self.values.cat.categories.to_numpy(dtype=object)
            return encoded(texts, codes.astype(np.intp)), known
        if not len(self.key):
            return pd.Series(np.full(len(intervals), np.nan)), known
        return pd.Series(np.where(known, self.values[at], np.nan)), known


def changes(of: Measured, axis: Axis, end: Numbers) -> Changes:
    """The values that hold during follow-up.

    Parameters
    ----------
    of : Measured
    axis : Axis
        With the times of the values.
    end : ndarray of float, shape (n_subjects,)

    Raises
    ------
    Refused
        When several values of a day hold, unless the covariate says which.
    """
    covariate, name = of.covariate, f"{of.covariate.name} of {of.data.name}"
    place = axis.places(of.time)
    late = place >= axis.places(end)[of.subject]
    # Of values at or before time 0 the last day's hold: those of earlier days never do.
    group_start = np.flatnonzero(_differs(of.subject, of.day))
    group = np.cumsum(_differs(of.subject, of.day)) - 1
    next_in_force = np.append(
        (of.subject[group_start[1:]] == of.subject[group_start[:-1]]) & (place[group_start[1:]] == 0), False
    )[: len(group_start)]
    superseded = ~late & (next_in_force[group] if len(group) else late)
    used = ~late & ~superseded
    left_out = (
        LeftOut(f"{name}: on or after the last day, not used", int(np.count_nonzero(late))),
        LeftOut(f"{name}: replaced before time 0, not used", int(np.count_nonzero(superseded))),
    )
    record, key = of.record[used], of.subject[used] * np.int64(len(axis)) + place[used]
    first = np.flatnonzero(np.diff(group[used], prepend=-1))
    sizes = np.diff(np.append(first, len(record)))
    several = sizes > 1
    said = []
    if several.any() and covariate.same_day == REFUSE:
        at = np.zeros(len(of.data), dtype=np.bool_)
        at[record[np.repeat(several, sizes)]] = True
        raise Refused(
            f"{covariate.name} has several values on one day",
            f"{of.data.name}, {listed(subjects_of(of.data, at))}",
            'say which holds: same_day = "first", "last", "mean", "min" or "max"',
        )
    if covariate.same_day != REFUSE:
        days = counted(int(np.count_nonzero(several)), "day")
        said.append(f"{covariate.name}: {covariate.same_day} of several values on {days}")
    values, unordered = _one_each(of, record, first, sizes)
    if unordered:
        said.append(
            f"{covariate.name}: on {counted(unordered, 'day')} the order of the records decides: "
            "no ADTM, ATM, ASEQ or --SEQ does"
        )
    return Changes(covariate.name, key[first], values, left_out, tuple(said))


def _differs(subject: Codes, day: Numbers) -> Mask:
    differs: Mask = (np.diff(subject, prepend=-1) != 0) | (np.diff(day, prepend=np.nan) != 0)
    return differs


def _one_each(
    of: Measured, record: Codes, first: Codes, sizes: NDArray[np.intp]
) -> tuple[Numbers | pd.Series, int]:
    """The value of each day, and on how many days the order of the records chose it."""
    policy, variable = of.covariate.same_day, of.covariate.value
    unordered = 0
    if policy in ("first", "last") and (sizes > 1).any():
        record, unordered = _ordered_within_days(of.data, record, sizes)
    chosen = record[first + sizes - 1] if policy == "last" else record[first]
    if of.data.is_character(variable):
        described = of.data.distinct(variable)
        texts = pd.Index([*map(str, described.values)], dtype=object)
        return pd.Series(pd.Categorical.from_codes(described.codes[chosen], texts)), unordered
    numbers = of.data.numbers(variable)
    if policy in _STATISTICS and len(first):
        ordered = numbers[record]
        if (sizes > 1).any():  # a sum depends on the order in which it is made
            ordered = ordered[np.lexsort((ordered, np.repeat(np.arange(len(sizes)), sizes)))]
        return _STATISTICS[policy](ordered, first, sizes), 0
    return numbers[chosen], unordered


_STATISTICS: Mapping[str, Callable[[Numbers, Codes, Codes], Numbers]] = {
    "mean": lambda values, first, sizes: np.add.reduceat(values, first) / sizes,
    "min": lambda values, first, _: np.minimum.reduceat(values, first),
    "max": lambda values, first, _: np.maximum.reduceat(values, first),
}


def _ordered_within_days(data: Dataset, record: Codes, sizes: NDArray[np.intp]) -> tuple[Codes, int]:
    """Records in the order of time and sequence within their days, and the days that this leaves tied.

    A variable counts for a day where all values of the day have it.
    """
    several = np.flatnonzero(np.repeat(sizes > 1, sizes))
    some, day = record[several], np.repeat(np.arange(len(sizes)), sizes)[several]
    keys = []
    for name in _sequence_variables(data):
        own = _as_numbers(data, name)[some]
        incomplete = np.bincount(day, weights=np.isnan(own), minlength=len(sizes))[day] > 0
        keys.append(np.where(incomplete, 0.0, own))
    order = np.lexsort((*reversed(keys), day))
    same = np.diff(day[order]) == 0
    for key in keys:
        same &= np.diff(key[order]) == 0
    ordered = record.copy()
    ordered[several] = some[order]
    return ordered, len(np.unique(day[order][1:][same]))


def _sequence_variables(data: Dataset) -> list[str]:
    named = [name for name in ("ADTM", "ATM", "ASEQ") if name in data]
    numbered = [name for name in data.names if _SEQUENCE.match(name)]
    return [each for each in (*named, *numbered) if not data.is_character(each)]


def _as_numbers(data: Dataset, name: str) -> Numbers:
    column = data[name]
    if not columns.is_date(column):
        return data.numbers(name)
    moments = column.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
