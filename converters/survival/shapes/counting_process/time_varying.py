"""Values of covariates that change during follow-up, as they were measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .....schemas.conditions.grammar import compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.subjects import adsl_record
from .....schemas.study import columns
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import LeftOut, with_subject_level
from ...subjects import listed, subjects_of
from ..dates import origins_of, times_since, written_days
from . import TimeVarying
from .follow_up import FollowUp, dataset_named

_BEFORE_DAY_1 = -0.5
"""Where a baseline of day 1 stands among days after STARTDT: after all earlier days."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Values of one covariate, in order of subject and day.

    Attributes
    ----------
    covariate : TimeVarying
    data : Dataset
    record : ndarray of int, shape (n_values,)
        Position of each value among the records of the data.
    subject : ndarray of int, shape (n_values,)
    day : ndarray of float, shape (n_values,)
        After STARTDT, by which the values are ordered.
    time : ndarray of float, shape (n_values,)
        After which the value holds.
    left_out : tuple of LeftOut
        All other records.
    """

    covariate: TimeVarying
    data: Dataset
    record: Codes
    subject: Codes
    day: Numbers
    time: Numbers
    left_out: tuple[LeftOut, ...]


def measured(covariate: TimeVarying, follow_up: FollowUp, study: Study) -> Measured:
    """The values of a covariate that the subjects of a table have.

    Raises
    ------
    ConfigurationError
        When the dataset, or a variable of it, is not present.
    Refused
        When a value does not have a date, or no subject has a value.
    """
    data = dataset_named(study, covariate.dataset, f"time_varying {covariate.name}, dataset")
    _require_variables(covariate, data)
    one = follow_up.subjects
    subject = adsl_record(data, one.data)
    kept, left_out = np.ones(len(data), dtype=np.bool_), []
    for reason, passing in _steps(covariate, data, study, subject):
        dropped = int(np.count_nonzero(kept & ~passing))
        if dropped:
            left_out.append(LeftOut(f"{covariate.name} of {data.name}: {reason}", dropped))
        kept &= passing
    date = written_days(data, covariate.date)
    undated = kept & np.isnan(date)
    if undated.any():
        raise Refused(
            f"{covariate.date} is missing or partial for {counted(int(np.count_nonzero(undated)), 'value')} "
            f"of {covariate.name}",
            f"{data.name}, {listed(subjects_of(data, undated))}",
            f'correct the data, or exclude them: where = "... and not missing({covariate.date})"',
        )
    record = np.flatnonzero(kept)
    if not len(record):
        raise Refused(
            f"no subject of the table has a value of {covariate.name}",
            "; ".join(f"{each.records} records: {each.reason}" for each in left_out) or data.name,
            "correct the condition (where), or omit the covariate",
        )
    subject, date = subject[record], date[record]
    has_value = np.zeros(len(one.data), dtype=np.bool_)
    has_value[subject] = True
    start = origins_of(one, has_value)[subject]
    day, time = date - start, times_since(start, date, one)
    if covariate.before_first == "baseline":
        is_baseline = data.equals("ABLFL", "Y")[record] & (day == 0)
        day, time = np.where(is_baseline, _BEFORE_DAY_1, day), np.where(is_baseline, 0.0, time)
    order = _in_order(subject, day)
    return Measured(covariate, data, record[order], subject[order], day[order], time[order], tuple(left_out))


def _require_variables(covariate: TimeVarying, data: Dataset) -> None:
    needed = [covariate.value, covariate.date] + ["ABLFL"] * (covariate.before_first == "baseline")
    for name in needed:
        if name not in data:
            raise ConfigurationError(
                f"{name} is not present in {data.name}",
                f"time_varying {covariate.name}, {data.name}",
                did_you_mean(name, data.names),
            )
    if columns.is_date(data[covariate.value]):
        raise ConfigurationError(
            f"{covariate.value} is a date",
            f"time_varying {covariate.name}, {data.name}",
            "give a variable of numbers or texts",
        )
    if data.is_character(covariate.value) and covariate.same_day in ("mean", "min", "max"):
        raise ConfigurationError(
            f"{covariate.value} is character, and has no {covariate.same_day}",
            f"time_varying {covariate.name}, same_day",
            "use first or last",
        )


def _steps(covariate: TimeVarying, data: Dataset, study: Study, subject: Codes) -> Iterator[tuple[str, Mask]]:
    if covariate.where:
        condition = compile_expression(covariate.where)
        joined, _ = with_subject_level(data, study, condition.variables)
        truth = condition.truth(joined)
        yield "the condition is false", ~truth.false
        yield "the condition is undetermined because a value is missing", truth.true
    yield "the subject is not in the table", subject >= 0
    yield f"{covariate.value} is missing", data.filled(covariate.value)


def _in_order(subject: Codes, day: Numbers) -> Codes:
    """By subject and day; records of one day as they are in the data."""
    key = subject * np.int64(2**32) + np.rint(2 * day).astype(np.int64)
    return np.arange(len(key)) if (np.diff(key) >= 0).all() else np.argsort(key, kind="stable")
