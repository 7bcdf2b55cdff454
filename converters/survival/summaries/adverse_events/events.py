"""The adverse events that are counted: whose they are, when, and all that are not counted with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .....schemas.conditions.dates import days_of
from .....schemas.conditions.grammar import Expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.subjects import adsl_record, of_each
from .....schemas.standards.structure import Structure
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import LeftOut, with_subject_level
from ...subjects import listed, subjects_of
from .population import Population

_WIDER = "widen the condition or the population, or use --allow-no-events (allow_no_events=True)"


@dataclass(frozen=True, eq=False)
class Events:
    """The events to count.

    Attributes
    ----------
    data : Dataset
        All records.
    record : ndarray of int, shape (n_events,)
        Positions of the events among them.
    subject : ndarray of int, shape (n_events,)
        Position of the subject in ADSL.
    left_out : tuple of LeftOut
        All other records, each under the first reason that applies.
    day : ndarray of float, shape (n_events,), or None
        Day of the time at risk on which the event starts, the first being 1.
    """

    data: Dataset
    record: Codes
    subject: Codes
    left_out: tuple[LeftOut, ...]
    day: Numbers | None = None

    def __len__(self) -> int:
        return len(self.record)


def require_adverse_events(study: Study) -> Dataset:
    """The dataset of adverse events.

    Raises
    ------
    Refused
        When the study does not have one, or several, or it lacks USUBJID.
    """
    candidates = [each for each in study if each.name == "ADAE" or Structure.ADAE in each.structure.lineage]
    names = ", ".join(dataset.name for dataset in study) or "the study is empty"
    if not candidates:
        raise Refused("the study has no dataset of adverse events", names, "give ADAE")
    if len(candidates) > 1:
        found = ", ".join(each.name for each in candidates)
        raise Refused("several datasets have adverse events", found, "give only the file for this table")
    if "USUBJID" not in candidates[0]:
        raise Refused("USUBJID is not present", candidates[0].name, "correct the data")
    return candidates[0]


def require_variable(data: Dataset, name: str, option: str) -> str:
    """A variable as the dataset spells it.

    Raises
    ------
    ConfigurationError
        When it is not present.
    """
    if name not in data:
        raise ConfigurationError(
            f"{name} is not present in {data.name}", f"{option}, {data.name}", did_you_mean(name, data.names)
        )
    return data.variable(name).name


def events_of(
    data: Dataset,
    study: Study,
    population: Population,
    *,
    condition: Expression | None,
    event_date: str | None = None,
) -> Events:
    """The events of a population.

    Parameters
    ----------
    data : Dataset
        As `require_adverse_events` gives it.
    study : Study
        For variables of ADSL in the condition.
    population : Population
    condition : Expression or None
        Events for which it is not true are left out.
    event_date : str or None
        Where only events within the time at risk count: the date on which they start.

    Raises
    ------
    ConfigurationError
        When a variable is not present, the date is not one, or the condition compares what cannot be
        compared.
    Refused
        When an event that is to be counted does not have a date.
    """
    subject = adsl_record(data, population.adsl)
    kept = np.ones(len(data), np.bool_)
    left_out: list[LeftOut] = []
    for reason, passing in _steps(data, study, subject, population, condition):
        _drop(reason, passing, kept, left_out)
    day = None
    if event_date is not None and population.at_risk is not None:
        date, at_risk = days_of(data, event_date), population.at_risk
        _require_dates(data, event_date, kept & np.isnan(date))
        day = date - of_each(at_risk.start, subject, unknown=np.nan) + 1
        _drop(f"{event_date} is before the start of the time at risk", ~(day < 1), kept, left_out)
        last = of_each(at_risk.days, subject, unknown=np.nan)
        _drop(f"{event_date} is after the end of the time at risk", ~(day > last), kept, left_out)
        day = day[kept]
    record = np.flatnonzero(kept)
    return Events(data, record, subject[record], tuple(left_out), day)


def _drop(reason: str, passing: Mask, kept: Mask, left_out: list[LeftOut]) -> None:
    dropped = int(np.count_nonzero(kept & ~passing))
    if dropped:
        left_out.append(LeftOut(reason, dropped))
    kept &= passing


def _steps(
    data: Dataset, study: Study, subject: Codes, population: Population, condition: Expression | None
) -> Iterator[tuple[str, Mask]]:
    """Why a record may be left out, and the records that stay."""
    yield "USUBJID is missing", data.filled("USUBJID")
    yield "the subject is not in ADSL", subject >= 0
    yield "the subject is not counted", of_each(population.counted, subject, unknown=False)
    if condition is not None:
        joined, _ = with_subject_level(data, study, condition.variables)
        truth = condition.truth(joined)
        yield "the condition is false", ~truth.false
        yield "the condition is undetermined because a value is missing", truth.true


def _require_dates(data: Dataset, event_date: str, undated: Mask) -> None:
    if undated.any():
        events = counted(int(np.count_nonzero(undated)), "event")
        raise Refused(
            f"{event_date} is missing in {events}: a rate needs the day of each event",
            f"{data.name}, {listed(subjects_of(data, undated))}",
            f'impute the date, or exclude these events: --where "... and not missing({event_date})"',
        )


def require_events(events: Events) -> None:
    """Refuse a table in which nothing is counted.

    Raises
    ------
    Refused
    """
    if not len(events):
        reasons = "; ".join(f"{each.records} excluded ({each.reason})" for each in events.left_out)
        raise Refused(
            "no events remain to be counted", f"{events.data.name}, {reasons or 'no records'}", _WIDER
        )


def require_same_arms(events: Events, population: Population, arm: str) -> None:
    """Refuse events whose arm is not that of their subject in ADSL: they belong to another denominator.

    Raises
    ------
    Refused
    """
    data, variable = events.data, population.variable
    if variable is None or arm not in data:
        return
    own, theirs = data.distinct(arm), population.adsl.distinct(variable)
    given = own.spread(own.positions_in(theirs), missing=-1)[events.record]
    differs = given != theirs.codes[events.subject]
    if not differs.any():
        return
    concerned = np.zeros(len(data), np.bool_)
    concerned[events.record[differs]] = True
    missing = counted(int(np.count_nonzero(concerned & data.missing(arm))), "event")
    raise Refused(
        f"{arm} differs from {variable} of the subject in ADSL",
        f"{data.name}, {counted(int(np.count_nonzero(differs)), 'event')} ({arm} is missing in {missing}) of "
        f"{listed(subjects_of(data, concerned))}",
        "correct the data, or exclude these events with a condition",
    )
