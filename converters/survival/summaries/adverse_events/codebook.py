"""What a table of adverse events means: how its figures are defined, and who and what is behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from .....schemas.gate.report import Report
from .....schemas.glance import Glance, Glanced, Row
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.wording import counted
from ...codebook import (
    ArmOrderEntry,
    ColumnEntry,
    InputEntry,
    arm_order_entry,
    column_type,
    input_entries,
    versions,
)
from ...gate_entry import GateEntry
from ...records import LeftOut, SubjectsLeftOut
from . import AdverseEventOptions, Measure
from .rates import DAYS_PER_YEAR, LEVEL
from .tabled import Tabled, groups_of
from .terms import ANY, MISSING

SCHEMA_VERSION = "1.0"

_ROWS = (
    f"first row: events of any term ({ANY!r}); then each term within its parents, blank above its level",
    f"a term that is missing in the data is the row {MISSING!r}, the last within its parents",
    "each subject counts once in a row, also with several events, and once in each term",
)
_PERIODS = ("a subject is in the denominator of each arm that it has in a treatment period",)
_COMPETING = (
    "event is 1 for the first event of the term, 2 for death before it, 0 for censoring at the end",
    "death on or before the end ends the time at risk; an event on the day of death counts as an event",
)
_AT_RISK = (
    "time at risk: from the start to the end, both days counted; a missing date of the end is ignored",
    "events outside the time at risk do not count and are excluded by reason",
)
CONVENTIONS: Mapping[Measure, tuple[str, ...]] = {
    Measure.INCIDENCE: (*_ROWS, "percent = 100 * subjects / denominator"),
    Measure.WORST_GRADE: (
        *_ROWS,
        "each subject counts at the highest grade of its events in the row; a missing grade is the lowest",
        "events: all events of the grade, so that grades add up to the events of the row",
        "percent = 100 * subjects / denominator",
    ),
    Measure.EAIR: (
        *_ROWS,
        *_AT_RISK,
        "exposure-adjusted incidence rate = subjects / person_years",
        "a subject with an event is at risk up to and with the day of the first one in the row",
    ),
    Measure.EAER: (*_ROWS, *_AT_RISK, "exposure-adjusted event rate = events / person_years"),
    Measure.TIME_TO_FIRST: (
        *_ROWS[:2],
        *_AT_RISK,
        "one record per subject and term; the first day at risk is day 1, and the duration of an event on it",
        "event is true for the first event of the term; a subject without one is censored at the end",
    ),
}
"""How the figures of each measure are defined."""


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """One arm, or all of them together, and events of any term.

    Attributes
    ----------
    arm : str
    subjects : int
        The denominator.
    with_event : int
    events : int
    """

    arm: str
    subjects: int
    with_event: int
    events: int


@dataclass(frozen=True, slots=True)
class AtRiskEntry:
    """When subjects are at risk.

    Attributes
    ----------
    start, end, event_date : str
    competing : str or None
        As the user gave them.
    """

    start: str
    end: str
    event_date: str
    competing: str | None


@dataclass(frozen=True, slots=True)
class RateEntry:
    """How rates are made.

    Attributes
    ----------
    per : float
        Person-years that rates are per.
    days_per_year : float
    interval : str
        Type of the limits.
    conf_level : float
    """

    per: float
    days_per_year: float
    interval: str
    conf_level: float


@dataclass(frozen=True, slots=True)
class AdverseEventSelection:
    """What was asked for, and what was left out.

    Attributes
    ----------
    where, population : str or None
    left_out : tuple of LeftOut
        Records of adverse events.
    subjects_left_out : tuple of SubjectsLeftOut
        Subjects in ADSL.
    """

    where: str | None
    population: str | None
    left_out: tuple[LeftOut, ...]
    subjects_left_out: tuple[SubjectsLeftOut, ...]


@dataclass(frozen=True, slots=True, repr=False)
class AdverseEventCodebook(Glanced):
    """Everything a reader of a table of adverse events must know.

    Attributes
    ----------
    dataset : str
    measure : str
        "incidence", "worst-grade", "eair" or "eaer".
    by : tuple of str
    arm : str or None
        The variable of the events' arm.
    period : str or None
        The variable of the events' treatment period.
    denominators : tuple of str
        The variables of the arms of the subjects that events are counted over, by period.
    subjects, events, terms : int
        Subjects counted over, events counted, terms of all levels.
    columns : tuple of ColumnEntry
    arms : tuple of ArmCounts
    arm_order : ArmOrderEntry or None
    grade : str or None
        The variable of the grade.
    at_risk : AtRiskEntry or None
    rates : RateEntry or None
    conventions : tuple of str
    selection : AdverseEventSelection
    gate : GateEntry
    inputs : tuple of InputEntry
    versions : mapping of name to version
    """

    dataset: str
    measure: str
    by: tuple[str, ...]
    arm: str | None
    period: str | None
    denominators: tuple[str, ...]
    subjects: int
    events: int
    terms: int
    columns: tuple[ColumnEntry, ...]
    arms: tuple[ArmCounts, ...]
    arm_order: ArmOrderEntry | None
    grade: str | None
    at_risk: AtRiskEntry | None
    rates: RateEntry | None
    conventions: tuple[str, ...]
    selection: AdverseEventSelection
    gate: GateEntry
    inputs: tuple[InputEntry, ...]
    versions: Mapping[str, str]

    def _glance(self) -> Glance:
        rows = self.at_a_glance()
        return Glance((f"Codebook of {self.subject}",), rows, len(rows))

    @property
    def subject(self) -> str:
        """What the table is about: "ADAE by AEBODSYS, AEDECOD"."""
        return f"{self.dataset} by {', '.join(self.by)}"

    def at_a_glance(self) -> list[Row]:
        """What a notebook shows of it."""
        return [
            ("measure", self.measure),
            ("subjects", f"{self.subjects:,}"),
            ("events", f"{self.events:,} of {counted(self.terms, 'term')}"),
            ("gate", self.gate.verdict),
        ]

    def document(self) -> dict[str, Any]:
        """The codebook as JSON knows it; the same for the same data, without any clock."""
        return {"schema_version": SCHEMA_VERSION, "summary": "adverse-events", **asdict(self)}


def codebook_of(
    table: Dataset, tabled: Tabled, options: AdverseEventOptions, *, study: Study, report: Report | None
) -> AdverseEventCodebook:
    """The codebook of a table.

    Parameters
    ----------
    table : Dataset
    tabled : Tabled
        What it was made from.
    options : AdverseEventOptions
        Variables as the data spell them.
    study : Study
    report : Report or None
        The gate's; None when it was not run.
    """
    population, events = tabled.population, tabled.events
    arms = population.treatments.arms
    measure = Measure(options.measure)
    return AdverseEventCodebook(
        dataset=events.data.name,
        measure=str(measure),
        by=options.by,
        arm=options.arm,
        period=options.period,
        denominators=tuple(f"ADSL.{name}" for name in population.treatments.variables.values()),
        subjects=int(np.count_nonzero(population.counted)),
        events=len(events),
        terms=len(tabled.terms) - 1,
        columns=tuple(_columns(table, tabled, options)),
        arms=tuple(_arms(tabled, options)),
        arm_order=None if arms is None else replace(arm_order_entry(arms), reference=None),
        grade=None if tabled.grades is None else tabled.grades.variable,
        at_risk=_at_risk(options) if measure.needs_time_at_risk else None,
        rates=RateEntry(options.per, DAYS_PER_YEAR, options.interval, LEVEL) if measure.is_rate else None,
        conventions=tuple(_conventions(options)),
        selection=AdverseEventSelection(
            options.where, options.population, events.left_out, population.left_out
        ),
        gate=GateEntry.of(report),
        inputs=tuple(input_entries(study)),
        versions=versions(),
    )


def _conventions(options: AdverseEventOptions) -> Iterator[str]:
    measure = Measure(options.measure)
    if options.competing is None:
        yield from CONVENTIONS[measure]
    else:
        yield from (*CONVENTIONS[measure][:-1], *_COMPETING)
    if options.period is not None:
        yield from _PERIODS


def _at_risk(options: AdverseEventOptions) -> AtRiskEntry:
    return AtRiskEntry(options.start or "", options.end or "", options.event_date, options.competing)


def _arms(tabled: Tabled, options: AdverseEventOptions) -> Iterator[ArmCounts]:
    population, events = tabled.population, tabled.events
    groups, n_arms = groups_of(population, total=options.total), len(population.treatments.groups)
    pairs = np.unique(events.group * len(population.adsl) + events.subject) // len(population.adsl)
    with_event = [*np.bincount(pairs, minlength=n_arms), len(np.unique(events.subject))]
    n_events = [*np.bincount(events.group, minlength=n_arms), len(events)]
    for place, arm in enumerate(groups):
        counts = (population.denominators[place], with_event[place], n_events[place])
        yield ArmCounts(arm, *map(int, counts))


def _columns(table: Dataset, tabled: Tabled, options: AdverseEventOptions) -> Iterator[ColumnEntry]:
    data, variables = tabled.events.data.name, tabled.population.treatments.variables
    who = ", ".join(f"ADSL.{name}" for name in variables.values()) or "all subjects in ADSL"
    sources = {
        "arm": who,
        "denominator": who,
        "grade": f"{data}.{tabled.grades.variable}" if tabled.grades else "",
        "USUBJID": "ADSL.USUBJID",
        "duration": f"{data}.{options.event_date} - ADSL.{options.start} + 1, or to {options.end}",
        "person_years": f"ADSL.{options.start} and {options.end}, in days / {DAYS_PER_YEAR}",
    }
    for each in table.variables:
        column = table[each.name]
        source = (
            f"{data}.{each.name}" if each.name in options.by else sources.get(each.name, f"{data}, {who}")
        )
        yield ColumnEntry(each.name, column_type(column), each.label, source, int(column.isna().sum()))
