"""Events of another parameter that compete with those of the table's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from .....schemas.conditions.grammar import Expression, compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.time_unit import TimeUnit
from .....schemas.study.columns import Codes, Days, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from ...codebook import PolicyEntry
from ...records import dataset_with, only, select
from ...subjects import listed, subjects_of
from ...time_scale import time_scale
from ..analysed import Analysed, subjects_of_table
from ..dates import not_before, times_of
from ..one_record.table import require_usable
from . import CENSOR, EVENT, CompetingRisksOptions

OWN, COMPETING = 1, 2
"""The status of an event of the table's own parameter, and of the competing one."""


@dataclass(frozen=True, slots=True)
class CompetingParameter:
    """The parameter whose events compete, and which of its records count."""

    paramcd: str
    condition: Expression | None = None

    @classmethod
    def given(cls, text: str, own: str) -> CompetingParameter:
        """ "OS", or "OS: ANL01FL == 'Y'".

        Raises
        ------
        ConfigurationError
        """
        paramcd, colon, condition = (each.strip() for each in text.partition(":"))
        if not paramcd or (colon and not condition):
            raise ConfigurationError(
                f"a name or a condition is missing in {text!r}",
                "competing",
                "give a parameter, such as OS, or a parameter, a colon and a condition",
            )
        if paramcd == own:
            raise ConfigurationError(
                f"{paramcd} cannot compete with itself", "competing", "give another parameter, such as OS"
            )
        return cls(paramcd, compile_expression(condition) if colon else None)

    @property
    def words(self) -> str:
        """ "CNSR == 0 of OS where ANL01FL == 'Y'"."""
        which = f" where {self.condition.text}" if self.condition else ""
        return f"CNSR == 0 of {self.paramcd}{which}"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What happened first to each subject.

    Attributes
    ----------
    frame : DataFrame
        The subjects of the own parameter; duration, event, CNSR and reason are of the record that counts.
    status : ndarray of int, shape (n_subjects,)
        0, `OWN` or `COMPETING`.
    policies : tuple of PolicyEntry
    """

    frame: pd.DataFrame = field(repr=False)
    status: Codes
    policies: tuple[PolicyEntry, ...]


@dataclass(frozen=True, eq=False)
class _Competing:
    """The competing events, for each subject of the table.

    Attributes
    ----------
    known : ndarray of bool
        Subjects with a record of the parameter.
    event : ndarray of bool
    time : ndarray of float
        Of the event, on the time axis of the table; NaN where there is none.
    day : ndarray of float
        Days since 1970-01-01; NaN where the date is missing.
    reason : Series
    """

    known: Mask
    event: Mask
    time: Numbers
    day: Days
    reason: pd.Series


def first_outcomes(
    parameter: CompetingParameter, one: Analysed, study: Study, options: CompetingRisksOptions
) -> Outcomes:
    """The first of the own event, the competing event and the own censoring, for each subject.

    On one day the own event comes first, then the competing event, then the censoring.

    Raises
    ------
    Refused
        When a competing event is after the own censoring and the options do not say what it is; when the
        records of the other parameter cannot be analysed, or begin on another day and have no date.
    """
    frame = subjects_of_table(one, options.further)
    rival = _competing(parameter, one, study, options)
    own = frame["event"].to_numpy()
    earlier, same = _order(one, rival)
    later = rival.event & ~earlier & ~same
    after_censoring = later & ~own
    _require_policy(after_censoring, parameter, one, options)
    counts_later = after_censoring & (options.competing_after_censoring == EVENT)
    chosen = rival.event & (earlier | (same & ~own) | counts_later)
    status: Codes = np.where(chosen, COMPETING, np.where(own, OWN, 0))
    frame["duration"] = np.where(chosen, rival.time, frame["duration"].to_numpy())
    frame["event"] = status > 0
    frame["CNSR"] = np.where(chosen, 0, frame["CNSR"].to_numpy())
    frame["reason"] = frame["reason"].astype(object).mask(chosen, rival.reason)
    other = parameter.paramcd
    counted = {
        f"{other} event on the day of the own event (the own event counts)": same & own,
        f"{other} event before the own event (the {other} event counts)": earlier & own,
        f"{other} event on the day of the own censoring (the event counts)": same & ~own,
        f"{other} event after the own censoring{_outcome(options)}": after_censoring,
        f"without a record of {other}": ~rival.known,
    }
    return Outcomes(frame, status, tuple(_policies(counted)))


def _policies(counted: dict[str, Mask]) -> Iterator[PolicyEntry]:
    for policy, having in counted.items():
        yield PolicyEntry(policy, int(np.count_nonzero(having)))


def _outcome(options: CompetingRisksOptions) -> str:
    """What an event after the own censoring is; there is none where nothing was said."""
    return {EVENT: " (the event counts)", CENSOR: " (censored)"}.get(
        options.competing_after_censoring or "", ""
    )


def _require_policy(
    after: Mask, parameter: CompetingParameter, one: Analysed, options: CompetingRisksOptions
) -> None:
    if options.competing_after_censoring is None and after.any():
        number = int(np.count_nonzero(after))
        raise Refused(
            f"{parameter.paramcd} events after the censoring of {one.records.paramcd}: {number:,}",
            f"{one.data.name}, {listed(subjects_of(one.data, after))}",
            "use --competing-after-censoring event (competing_after_censoring=), if follow-up goes on to the "
            "event, or censor",
        )


def _order(one: Analysed, rival: _Competing) -> tuple[Mask, Mask]:
    """Which competing events are before the end of the own record, and which on its day.

    By the dates where both are known: a rounded AVAL is the same on several days.
    """
    own_day, own_time = _days(one.data, "ADT"), one.scale.durations
    dated = ~np.isnan(own_day) & ~np.isnan(rival.day)
    reached = not_before(rival.time, own_time)
    not_later = not_before(own_time, rival.time)
    earlier = np.where(dated, rival.day < own_day, ~reached) & rival.event
    same = np.where(dated, rival.day == own_day, reached & not_later) & rival.event
    return earlier, same


def _competing(
    parameter: CompetingParameter, one: Analysed, study: Study, options: CompetingRisksOptions
) -> _Competing:
    dataset = dataset_with(study, parameter.paramcd)
    selected = select(dataset, study, parameter.paramcd, condition=parameter.condition)
    records = replace(selected, data=only(selected.data, _of_subjects(selected.data, one.data)))
    if not len(records.data):
        nowhere, never = np.zeros(len(one.data), np.bool_), np.full(len(one.data), np.nan)
        return _Competing(nowhere, nowhere, never, never, pd.Series(None, range(len(never)), object))
    require_usable(records)
    aval_unit = None if options.aval_unit is None else TimeUnit(options.aval_unit)
    theirs = Analysed(records, time_scale(records, one.scale.unit, aval_unit), None)
    frame, place = subjects_of_table(theirs, ()), _places(one.data, records.data)

    def of_subject(values: Numbers) -> Numbers:
        return np.append(values, np.nan)[place]

    event = of_subject(frame["event"].to_numpy(np.float64)) == 1
    day, start = (of_subject(_days(records.data, name)) for name in ("ADT", "STARTDT"))
    return _Competing(
        known=place >= 0,
        event=event,
        time=_times(parameter, one, of_subject(theirs.scale.durations), event=event, day=day, start=start),
        day=day,
        reason=frame["reason"].astype(object).reindex(place).reset_index(drop=True),
    )


def _times(
    parameter: CompetingParameter, one: Analysed, duration: Numbers, *, event: Mask, day: Days, start: Days
) -> Numbers:
    """The durations where both parameters begin on one day; else the dates, counted from the own STARTDT."""
    own = _days(one.data, "STARTDT")
    elsewhere = event & ~((own == start) | (np.isnan(own) & np.isnan(start)))
    times = np.where(event, duration, np.nan)
    if not elsewhere.any():
        return times
    undated = elsewhere & np.isnan(day)
    if undated.any():
        raise Refused(
            f"{parameter.paramcd} and {one.records.paramcd} have different STARTDT, and ADT is missing",
            f"{one.data.name}, {listed(subjects_of(one.data, undated))}",
            "correct the data: the time of the event is counted from STARTDT to ADT",
        )
    times = np.where(elsewhere, times_of(np.where(elsewhere, day, np.nan), one), times)
    before = elsewhere & ((day < own) | (times < 0))
    if before.any():
        raise Refused(
            f"{parameter.paramcd} event before STARTDT of {one.records.paramcd}",
            f"{one.data.name}, {listed(subjects_of(one.data, before))}",
            "correct the data, or exclude these subjects with a condition",
        )
    return times


def _days(data: Dataset, name: str) -> Days:
    """A date of the records; missing where the data do not have it."""
    if name not in data or data.is_character(name):
        return np.full(len(data), np.nan)
    return data.days(name)


def _of_subjects(theirs: Dataset, mine: Dataset) -> Mask:
    """Records of the subjects of the table, and those that name no subject, which are refused."""
    known, wanted = theirs.distinct("USUBJID"), mine.distinct("USUBJID")
    found: Mask = known.spread(known.positions_in(wanted) >= 0, missing=True)
    return found


def _places(mine: Dataset, theirs: Dataset) -> Codes:
    """For each subject of the table its record of the other parameter, -1 without one."""
    known, wanted = theirs.distinct("USUBJID"), mine.distinct("USUBJID")
    record_of = np.full(len(known) + 1, -1, dtype=np.intp)
    record_of[known.codes] = np.arange(len(theirs))
    found: Codes = wanted.spread(record_of[wanted.positions_in(known)], missing=-1)
    return found
