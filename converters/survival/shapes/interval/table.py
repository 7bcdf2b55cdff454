"""Interval-censored times: the event lies between the last assessment without it and its own day.

Lindsey JC, Ryan LM. Tutorial in biostatistics: methods for interval-censored data. Stat Med 1998;17:219-238.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .....schemas.conditions.grammar import compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Codes, Days, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from .....schemas.wording import counted, did_you_mean
from ...programs.interval_censored.fits import CensoredFits
from ...programs.model import Model
from ...records import LeftOut, with_subject_level
from ...subjects import listed, records_of_subjects, subjects_of
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..dates import written_days
from ..day_axis import DayAxis
from ..one_record.table import COLUMNS as OF_SUBJECTS
from ..one_record.table import REFUSES, arms, require_analysable, require_events
from . import IntervalOptions

__all__ = [
    "REFUSES",
    "arms",
    "build",
    "columns_of",
    "conventions",
    "model",
    "of_records",
    "require_analysable",
]

INTERVAL, EXACT, RIGHT = TYPES = ("interval", "exact", "right")


def columns_of(options: IntervalOptions) -> tuple[TableColumn, ...]:
    """What every table has, before arm and covariates."""
    last = f"last {options.assessments}.{_date(options)} before the event"
    return (
        OF_SUBJECTS[0],
        TableColumn(
            Variable("left", "Last time known to be without the event", "Num"),
            f"{last}, or 0; the duration where exact or censored",
            is_duration=True,
        ),
        TableColumn(
            Variable("right", "First time known to be with the event", "Num"),
            "duration of events; missing where censored",
            is_duration=True,
        ),
        TableColumn(
            Variable("type", "Type of censoring", "Char"),
            f"{INTERVAL}, {EXACT} or {RIGHT}: see left and right",
        ),
    )


def _date(options: IntervalOptions) -> str:
    return options.assessments_date or "ADT"


def of_records(options: IntervalOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates, and the variables of the condition on events."""
    exact = compile_expression(options.exact, "exact").variables if options.exact else ()
    return (*options.further, *exact)


def build(analysed: Sequence[Analysed], study: Study, options: IntervalOptions) -> Built:
    """The table of intervals in which the events lie.

    Returns
    -------
    Built
        Its table has a record for each subject with a duration above 0: left and right (float), the event
        is in (left, right], or at right where they are equal; right is missing for the censored.

    Raises
    ------
    ConfigurationError
        When the assessments, or a variable, are not present.
    Refused
        When nobody has time at risk, or the condition on events is not determined for one.
    """
    (one,) = analysed
    frame = subjects_of_table(one, options.further)
    event, duration = frame["event"].to_numpy(), frame["duration"].to_numpy()
    exact = event & _is_exact(one, event, options)
    between = event & ~exact & (duration > 0)
    axis = DayAxis.of(one)
    _require_origin(axis, between, one.data)
    found = _assessments(one, axis, study, options)
    last = found.last_times(axis)
    _require_ascending(last, duration, between, one.data)
    table = pd.DataFrame(
        {
            "USUBJID": frame["USUBJID"],
            "left": np.where(between, last, duration),
            "right": np.where(event, duration, np.nan),
            "type": pd.Categorical.from_codes(
                np.select([between, exact], [0, 1], 2), pd.Index(TYPES, dtype=object)
            ),
        }
    )
    further = frame.drop(columns=["USUBJID", "duration", "event", "CNSR", "reason"])
    stays = duration > 0
    if not stays.any():
        raise Refused(
            f"no {one.records.paramcd} records remain: every duration is 0", one.data.name, "correct the data"
        )
    table = pd.concat([table, further], axis=1).loc[stays].reset_index(drop=True)
    subjects = frame.loc[stays].reset_index(drop=True)
    require_events(subjects["CNSR"].to_numpy(), one.records, options)
    label = f"{one.data.name} {one.records.paramcd}, one record per subject with interval-censored times"
    return Built(
        table_of(table, columns_of(options), analysed, label),
        (subjects,),
        tuple(_left_out(one.data, ~stays)),
        one.arms,
        conventions=tuple(_counted(found, between, last, axis)),
    )


def _is_exact(one: Analysed, event: Mask, options: IntervalOptions) -> Mask:
    """Records that the condition on events selects."""
    if options.exact is None:
        return np.zeros(len(event), dtype=np.bool_)
    truth = compile_expression(options.exact, "exact").truth(one.data)
    unknown = event & ~truth.true & ~truth.false
    if unknown.any():
        raise Refused(
            "the condition of exact events is undetermined because a value is missing",
            f"{one.data.name}, {listed(subjects_of(one.data, unknown))}",
            "correct the data, or the condition: missing(X)",
        )
    return truth.true


def _require_origin(axis: DayAxis, between: Mask, data: Dataset) -> None:
    lacking = between & np.isnan(axis.origin)
    if lacking.any():
        raise Refused(
            "STARTDT is missing",
            f"{data.name}, {listed(subjects_of(data, lacking))}",
            "correct the data, or exclude these subjects with a condition",
        )


def _require_ascending(last: Numbers, duration: Numbers, between: Mask, data: Dataset) -> None:
    """Refuse durations that contradict the order of dates, as AVAL that is rounded."""
    wrong = between & ~(last < duration)
    if wrong.any():
        raise Refused(
            "AVAL contradicts the dates: an assessment on an earlier day is not before the event",
            f"{data.name}, {listed(subjects_of(data, wrong))}",
            "use --unit days, correct the data, or exclude these subjects with a condition",
        )


@dataclass(frozen=True, eq=False)
class _Assessments:
    """Assessments without the event, of subjects of the table.

    Attributes
    ----------
    subject : ndarray of int, shape (n_dates,)
        Record of the table's parameter.
    day : ndarray of float, shape (n_dates,)
        From time 0.
    undated, of_others, undetermined : int
        Selected records without a date, and of other subjects; records whose condition lacks a value.
    """

    subject: Codes
    day: Days
    undated: int
    of_others: int
    undetermined: int

    def before(self, axis: DayAxis) -> Mask:
        """Assessments after time 0 and before the day of the end of their subject."""
        end = np.where(np.isnan(axis.end), np.rint(axis.durations * axis.days_per_unit), axis.end)
        before: Mask = (self.day > 0) & (self.day < end[self.subject])
        return before

    def last_times(self, axis: DayAxis) -> Numbers:
        """The last of each subject before its end; 0 where there is none."""
        last, before = np.zeros(len(axis.durations)), self.before(axis)
        np.maximum.at(last, self.subject[before], self.day[before])
        return last / axis.days_per_unit


def _assessments(one: Analysed, axis: DayAxis, study: Study, options: IntervalOptions) -> _Assessments:
    if options.assessments not in study:
        raise ConfigurationError(
            f"dataset {options.assessments} is not present",
            "assessments",
            did_you_mean(options.assessments, study.datasets),
        )
    dataset = study[options.assessments]
    if "USUBJID" not in dataset:
        raise Refused("USUBJID is not present", dataset.name, "correct the data")
    chosen, undetermined = np.ones(len(dataset), dtype=np.bool_), 0
    if options.assessments_where:
        condition = compile_expression(options.assessments_where, "assessments_where")
        truth = condition.truth(with_subject_level(dataset, study, condition.variables)[0])
        chosen, undetermined = truth.true, int(np.count_nonzero(~truth.true & ~truth.false))
    if not chosen.any():
        raise ConfigurationError(
            f"no record of {dataset.name} is an assessment",
            f"assessments_where: {options.assessments_where or 'no records'}",
            "correct the condition",
        )
    subject = records_of_subjects(dataset, one.data)
    days = written_days(dataset, _date(options))
    own = chosen & (subject >= 0)
    dated = own & ~np.isnan(days)
    return _Assessments(
        subject[dated],
        days[dated] - axis.origin[subject[dated]],
        int(np.count_nonzero(own & ~dated)),
        int(np.count_nonzero(chosen & ~own)),
        undetermined,
    )


def _left_out(data: Dataset, zero: Mask) -> Iterator[LeftOut]:
    if zero.any():
        yield LeftOut(
            f"duration is 0: no time at risk, {listed(subjects_of(data, zero))}", int(np.count_nonzero(zero))
        )


def _counted(found: _Assessments, between: Mask, last: Numbers, axis: DayAxis) -> Iterator[str]:
    """What became of every assessment: the parts add up to the whole."""
    dated, used = len(found.day), int(np.count_nonzero(found.before(axis)))
    early = int(np.count_nonzero(found.day <= 0))
    parts = {
        "before the end of follow-up": used,
        "at or before time 0": early,
        "on or after the end of follow-up": dated - used - early,
        "without a date": found.undated,
        "of other subjects": found.of_others,
    }
    shown = ", ".join(f"{number} {words}" for words, number in parts.items())
    yield (
        f"{counted(sum(parts.values()), 'assessment')}: {shown}; {found.undetermined} not selected because a "
        "value of the condition is missing"
    )
    number = int(np.count_nonzero(between & (last == 0)))
    yield f"{counted(number, 'interval')} from 0: no assessment is before the event"
    yield f"AVAL kept though ADT and STARTDT do not give it: {counted(axis.differing, 'subject')}"


def model(options: IntervalOptions) -> Model:
    """The time to the event, known to an interval."""
    return Model((), options.strata, family=CensoredFits())


def conventions(_: Sequence[Analysed], options: IntervalOptions) -> Iterator[str]:
    where = f" where {options.assessments_where}" if options.assessments_where else ""
    yield f"assessments without the event: {options.assessments}.{_date(options)}{where}, counted as AVAL"
    yield f"{INTERVAL}: the event is in (left, right]; left is the last assessment on an earlier day, or 0"
    exact = f": events where {options.exact}" if options.exact else ": no event, as no condition was given"
    yield f"{EXACT}: the event is at left, which equals right{exact}"
    yield f"{RIGHT}: the subject is censored at left; right is missing"
