"""The records of a source that a variable may be of: between two dates, imputed ones moved to bounds.

A variable is of the one that is first or last by date, or lowest or highest by a value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ....schemas.study.columns import Days, Mask, Numbers
from ....schemas.study.partial_dates import PartialDates
from ..clock_times import DAY, clock_times, filled
from ..dated_records import DatedRecords
from .declared import Declared
from .record_values import judge_missing, values_of
from .ways import is_extreme


@dataclass(frozen=True, eq=False)
class Candidates:
    """Dated records of a source.

    Attributes
    ----------
    records : DatedRecords
    known : ndarray of int8, shape (n_dated,)
        Parts of the time that are known.
    seconds : ndarray of float, shape (n_dated,)
        Since midnight, as imputed; 0 where no time is declared.
    values : ndarray of float, shape (n_dated,), or None
        What decides instead of the date, the least first.
    """

    records: DatedRecords
    known: NDArray[np.int8]
    seconds: Numbers
    values: Numbers | None = None

    @cached_property
    def deciding(self) -> DatedRecords:
        """The records with what decides in the place of the date: date and time, or the value."""
        if self.values is not None:
            return replace(self.records, day=self.values)
        if not self.seconds.any():
            return self.records
        return replace(self.records, day=self.records.day + self.seconds / DAY)


def candidates(declared: Declared, source: str) -> Candidates | None:
    """The records of a source that count; None where it does not fit, which is noted."""
    records = declared.table.dated(source)
    limits = limits_of(declared)
    bounds = bounds_of(declared)
    if records is None or limits is None or bounds is None:
        return None
    if any(bounds) and records.lacks.any():
        records = _moved(declared, records, *bounds)
    inside = within(declared, records, limits)
    if not inside.all():
        records = records.among(inside)
    if is_extreme(declared.variable):
        return _valued(declared, records)
    if not declared.variable.time:
        return Candidates(records, *_no_times(records))
    return Candidates(records, *_times(records, declared.variable.time))


def _valued(declared: Declared, records: DatedRecords) -> Candidates | None:
    """Records that have a value, which decides."""
    values = values_of(declared, records.dataset, records.record)
    if values is None:
        return None
    missing = np.isnan(values)
    judge_missing(declared, records.subject[missing])
    if missing.any():
        records, values = records.among(~missing), values[~missing]
    return Candidates(records, *_no_times(records), values if declared.variable.take == "lowest" else -values)


def limits_of(declared: Declared) -> tuple[Days, Days] | None:
    """The first and the last day that count, per subject; None where they are not dates, which is noted."""
    found = []
    for key, unlimited in (("since", -np.inf), ("until", np.inf)):
        named = getattr(declared.variable, key)
        days = declared.days(named, key) if named else np.full(len(declared.table), unlimited)
        if days is None:
            return None
        if named:
            effect = f"{named} is missing: no record counts"
            declared.effect(key, named, effect, np.isnan(days))
        found.append(days)
    return found[0], found[1]


def within(declared: Declared, records: DatedRecords, limits: tuple[Days, Days]) -> Mask:
    """Records whose date counts for their subject."""
    variable, (since, until) = declared.variable, limits
    if not (variable.since or variable.until):
        return np.ones(len(records.record), dtype=np.bool_)
    inside: Mask = (records.day >= since[records.subject]) & (records.day <= until[records.subject])
    limited = " to ".join(filter(None, (variable.since, variable.until)))
    effect = f"with records of {records.name} that do not count"
    declared.effect("since, until", limited, effect, declared.table.subjects(records.subject[~inside]))
    return inside


def bounds_of(declared: Declared) -> tuple[list[Days], list[Days]] | None:
    """Dates that imputed dates are not before and not after; None where one is no date, which is noted."""
    found: list[list[Days]] = []
    for key in ("not_before", "not_after"):
        days = [declared.days(each, key) for each in getattr(declared.variable, key)]
        if any(each is None for each in days):
            return None
        found.append([each for each in days if each is not None])
    return found[0], found[1]


def _moved(declared: Declared, records: DatedRecords, lows: list[Days], highs: list[Days]) -> DatedRecords:
    """Records with imputed dates moved to bounds, where they may have been that day."""
    source = records.source
    (open_,) = np.nonzero(records.lacks)
    if not records.dataset.is_character(source.date):
        return records
    texts = PartialDates.of(records.dataset, source.date, source.date_forms)[records.record[open_]]
    subject = records.subject[open_]
    moved = texts.imputed(
        cast("Any", source.impute),
        up_to=cast("Any", source.impute_up_to or "day"),
        not_before=[each[subject] for each in lows],
        not_after=[each[subject] for each in highs],
    )
    day = records.day.copy()
    day[open_] = moved.days
    effect = f"with an imputed date of {records.name} moved"
    bounds = declared.table.subjects(subject[moved.moved])
    declared.effect("not_before, not_after", "declared", effect, bounds)
    return replace(records, day=day)


def _no_times(records: DatedRecords) -> tuple[NDArray[np.int8], Numbers]:
    nothing = np.zeros(len(records.record))
    return nothing.astype(np.int8), nothing


def _times(records: DatedRecords, method: str) -> tuple[NDArray[np.int8], Numbers]:
    source, data = records.source, records.dataset
    precision = (
        PartialDates.of(data, source.date, source.date_forms).precision
        if data.is_character(source.date)
        else np.zeros(len(data), dtype=np.int8)
    )
    known, seconds = clock_times(data, source.date, precision)
    known, seconds = known[records.record], seconds[records.record]
    return known, filled(known, seconds) if method == "last" else seconds
