"""The adverse events that are counted: whose they are, when, and all that are not counted with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .....schemas.conditions.dates import days_of
from .....schemas.conditions.grammar import Expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.evidence.arms import periods
from .....schemas.evidence.subjects import adsl_record, of_each
from .....schemas.standards.structure import Structure
from .....schemas.study import columns
from .....schemas.study.columns import Codes, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted, did_you_mean
from ...records import LeftOut, with_subject_level
from ...subjects import listed, subjects_of
from .population import Denominators
from .treatments import ONLY, arm_places

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
    group : ndarray of int, shape (n_events,)
        Place of the subject's arm, in the period of the event, among those of the population.
    left_out : tuple of LeftOut
        All other records, each under the first reason that applies.
    day : ndarray of float, shape (n_events,), or None
        Day of the time at risk on which the event starts, the first being 1.
    """

    data: Dataset
    record: Codes
    subject: Codes
    group: Codes
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


def require_numeric(data: Dataset, name: str, option: str) -> str:
    """A numeric variable as the dataset spells it.

    Raises
    ------
    ConfigurationError
        When it is not present, or not numeric.
    """
    own = require_variable(data, name, option)
    if columns.is_date(data[own]) or (data.is_character(own) and data.filled(own).any()):
        raise ConfigurationError(
            f"{own} is not numeric", f"{option}, {data.name}", "give a variable of numbers"
        )
    return own


def events_of(
    data: Dataset,
    study: Study,
    population: Denominators,
    *,
    condition: Expression | None,
    arm: str | None = None,
    period: str | None = None,
    event_date: str | None = None,
) -> Events:
    """The events of a population.

    Parameters
    ----------
    data : Dataset
        As `require_adverse_events` gives it.
    study : Study
        For variables in ADSL in the condition.
    population : Denominators
    condition : Expression or None
        Events for which it is not true are left out.
    arm, period : str or None
        Variables of the events' arm and period.
    event_date : str or None
        Where only events within the time at risk count: the date on which they start.

    Raises
    ------
    ConfigurationError
        When a variable is not present, the date is not one, or the condition compares what cannot be
        compared.
    Refused
        When an event that is to be counted does not have a date, its period is not one in ADSL, or its arm is
        not that of its subject in ADSL.
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
    group = _groups(data, record, subject[record], population, period)
    if arm is not None and arm in data:
        _require_same_arms(data, record, group, population, arm)
    return Events(data, record, subject[record], group, tuple(left_out), day)


def _drop(reason: str, passing: Mask, kept: Mask, left_out: list[LeftOut]) -> None:
    dropped = int(np.count_nonzero(kept & ~passing))
    if dropped:
        left_out.append(LeftOut(reason, dropped))
    kept &= passing


def _steps(
    data: Dataset, study: Study, subject: Codes, population: Denominators, condition: Expression | None
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
        raise Refused(
            f"{event_date} is missing in {_events(undated)}: the day of each event is needed",
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


def _groups(
    data: Dataset, record: Codes, subject: Codes, population: Denominators, period: str | None
) -> Codes:
    """The arm of the subject of each event, in the event's period."""
    places = population.treatments.place
    if period is None:
        (only,) = places.values()
        return only[subject]
    of_event = data.numbers(period)[record]
    unknown = ~np.isin(of_event, list(places))
    if unknown.any():
        concerned = _among(data, record[unknown])
        raise Refused(
            f"{period} is missing, or not a period of ADSL, in {_events(concerned)}",
            f"{data.name}, {listed(subjects_of(data, concerned))}",
            f"correct {period}, or exclude these events with a condition",
        )
    group = np.full(len(record), -1, np.intp)
    for number, place in places.items():
        of_period = of_event == number
        group[of_period] = place[subject[of_period]]
    return group


def _require_same_arms(
    data: Dataset, record: Codes, group: Codes, population: Denominators, arm: str
) -> None:
    """Refuse events whose arm is not that of their subject in ADSL: they belong to another denominator."""
    treatments = population.treatments
    number = {name: place for place, name in enumerate(treatments.groups)}
    own = arm_places(data, arm, number)[record]
    differs = (own != group) | (own < 0)
    if not differs.any():
        return
    concerned = _among(data, record[differs])
    variables, missing = ", ".join(treatments.variables.values()), _events(concerned & data.missing(arm))
    several = any(number > ONLY for number in periods(population.adsl, arm.upper()))
    by_period = ", or give the treatment period with --period APERIOD" if several else ""
    raise Refused(
        f"{arm} differs from {variables} of the subject in ADSL",
        f"{data.name}, {_events(concerned)} ({arm} is missing in {missing}) of "
        f"{listed(subjects_of(data, concerned))}",
        f"correct the data, or exclude these events with a condition{by_period}",
    )


def _among(data: Dataset, record: Codes) -> Mask:
    """Which records some positions are."""
    found = np.zeros(len(data), np.bool_)
    found[record] = True
    return found


def _events(records: Mask) -> str:
    return counted(int(np.count_nonzero(records)), "event")
