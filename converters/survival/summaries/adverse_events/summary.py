"""Tables of adverse events, from a study to its codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from .....schemas.conditions.dates import DateExpression, compile_date, days_of
from .....schemas.conditions.grammar import Expression, compile_expression
from .....schemas.errors import ConfigurationError, Refused
from .....schemas.gate.validate import GateOptions
from .....schemas.kinds import checked
from .....schemas.options import options_of
from .....schemas.standards.versions import Standards
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from ....writing.inputs import inputs_of
from ...gate_run import gate_report
from ...judged import ADVERSE_EVENTS, require_judged
from ...subjects import naming_subjects
from . import AdverseEventOptions, Measure
from .codebook import codebook_of
from .events import (
    events_of,
    require_adverse_events,
    require_events,
    require_numeric,
    require_variable,
)
from .grades import grade_variable, grades_of
from .population import population_of, require_subject_level, with_time_at_risk
from .table import build, require_other_names
from .tabled import Tabled, groups_of
from .terms import terms_of
from .treatments import arm_variables
from .written import AdverseEventTable


def adverse_events(
    study: Study,
    by: Sequence[str],
    *,
    arm: str | None = None,
    period: str | None = None,
    population: str | None = None,
    where: str | None = None,
    measure: str = "incidence",
    total: bool = False,
    grade: str | None = None,
    start: str | None = None,
    end: str | None = None,
    competing: str | None = None,
    event_date: str = "ASTDT",
    per: float = 100,
    interval: str = "exact",
    arm_order: Sequence[str] = (),
    allow_no_events: bool = False,
    gate: bool | GateOptions = True,
    standards: Standards | None = None,
    show_keys: bool = True,
) -> AdverseEventTable:
    """Incidence or rates of adverse events by term and arm, over the subjects in ADSL.

    Parameters
    ----------
    study : Study
        With ADAE and ADSL. Not changed.
    by : sequence of str
        Variables of the terms, the highest level first: ``["AEBODSYS", "AEDECOD"]``.
    arm : str, optional
        Treatment variable of the events. TRTA is counted over TRT01A in ADSL, TRTP over TRT01P; any other
        variable must be in ADSL. Its order is that of its numbered variable (TRT01AN for TRT01A). Arms
        without events are kept. Without it, all subjects are one group.
    period : str, optional
        Treatment period of an event, such as "APERIOD": the arm of an event of period 2 is TRT02A in ADSL.
        Each subject is in the denominator of every arm that it has in a period. Not with rates and times,
        whose time at risk is one for all periods: make a table of each period, with ``arm="TRT02A"`` and the
        dates of the period as `start` and `end`.
    population : str, optional
        Population flag in ADSL, such as "SAFFL"; subjects without Y are not counted.
    where : str, optional
        Condition that selects events, never subjects, on variables of ADAE or ADSL: ``"TRTEMFL == 'Y'"``.
        Events for which it is false or undetermined are excluded.
    measure : {"incidence", "worst-grade", "eair", "eaer", "time-to-first"}
        What is counted: subjects with an event; subjects at their highest grade; the exposure-adjusted
        incidence rate (subjects with an event over the time to the first event or the end); the
        exposure-adjusted event rate (all events over all observed time). Or, for survival tools, the time to
        the first event: one record for each subject and term.
    total : bool
        Add an arm "all" with all subjects.
    grade : str, optional
        Grade or severity for "worst-grade" (default: AETOXGR, else AESEV).
    start : str, optional
        ADSL date on which the time at risk starts, such as "TRTSDT"; for rates and
        times.
    end : str, optional
        Last day at risk, from dates in ADSL: ``"min(TRTEDT + 30, LSTALVDT, DCUTDT)"``. Missing dates in
        `min` are ignored. Start and end both count as a day.
    competing : str, optional
        Date of death in ADSL, such as "DTHDT", which competes with the first event: `event` is then 0, 1, or
        2 for death.
    event_date : str
        Date of the event; events outside the time at risk do not count in a rate or time.
    per : float
        Person-years that rates are per; a year is 365.25 days.
    interval : {"exact", "normal", "log-normal", "byar"}
        Type of the 95% limits of a rate, whose events are taken as a Poisson count: Garwood (1936), as R's
        ``poisson.test``; n ± z √n; n exp(± z / √n); Byar's approximation with n + ½ (Rothman and Boice 1979).
        With 0 events normal and log-normal limits are missing, and the lower limit of the others is 0.
    arm_order : sequence of str
        All arms in their order.
    allow_no_events : bool
        Give a table without any event, too.
    gate, standards, show_keys
        As of `survival`.

    Returns
    -------
    AdverseEventTable
        Columns: the variables of `by` (missing above the level of a term; the first row is "any", a term that
        is missing in the data "(missing)"); grade, with "worst-grade"; arm; subjects; denominator; percent;
        events. With rates person_years, rate, lower and upper in place of percent. Times have USUBJID, arm,
        duration in days, event and reason.

    Raises
    ------
    ConfigurationError
        An option refers to something that is not present, or contradicts the data or another option.
    GateRefused
        The study has errors, or a rule could not be run.
    Refused
        ADAE was not checked by the rules for adverse events. Also without the gate: ADAE or ADSL is not
        present, ADSL has several records for a subject, the arm of an event differs from that in ADSL, a
        value is not a grade, an event has no date for a rate, or nothing remains to be counted.

    Examples
    --------
    >>> study = ag.read("safety")
    >>> table = ag.adverse_events(study, by=["AEDECOD"], arm="TRTA", population="SAFFL")
    >>> table.frame[table.frame["arm"] == "Active"]
        AEDECOD     arm  subjects  denominator    percent  events
    0       any  Active         2            3  66.666667       4
    2   Fatigue  Active         0            3   0.000000       0
    4  Headache  Active         2            3  66.666667       3
    6    Nausea  Active         1            3  33.333333       1
    >>> rates = ag.adverse_events(study, ["AEDECOD"], measure="eaer", start="TRTSDT", end="LSTALVDT")
    >>> rates.frame[["AEDECOD", "events", "person_years"]].round(3).head(1)
      AEDECOD  events  person_years
    0     any       7         1.988
    """
    study = Study.given(study)
    options = _checked(
        by=by,
        arm=arm,
        period=period,
        population=population,
        where=where,
        measure=measure,
        total=total,
        grade=grade,
        start=start,
        end=end,
        competing=competing,
        event_date=event_date,
        per=per,
        interval=interval,
        arm_order=arm_order,
        allow_no_events=allow_no_events,
    )
    data, adsl = require_adverse_events(study), require_subject_level(study)
    wanted = _Wanted.of(study, data, adsl, options)
    tabled = None
    with naming_subjects(show_keys), suppress(Refused):  # of data that are refused the gate says more
        tabled = wanted.tabled()
    report = gate_report(study, gate, standards, show_keys=show_keys)
    if report is not None:
        require_judged(data, report, ADVERSE_EVENTS)
    with naming_subjects(show_keys):
        tabled = tabled or wanted.tabled()
    table = build(tabled, wanted.options)
    described = codebook_of(table, tabled, wanted.options, study=study, report=report)
    return AdverseEventTable(table, described, report, inputs_of(study))


_USED: Mapping[str, Sequence[Measure]] = {
    "grade": (Measure.WORST_GRADE,),
    "competing": (Measure.TIME_TO_FIRST,),
    "period": (Measure.INCIDENCE, Measure.WORST_GRADE),
    "total": tuple(each for each in Measure if each is not Measure.TIME_TO_FIRST),
}
"""Options that some measures alone use: the time at risk is one for all periods, a subject has one record."""
_INSTEAD: Mapping[str, str] = {
    "period": "omit it and make a table of each period: --arm TRT02A --start TR02SDT --end TR02EDT "
    '--where "APERIOD == 2"',
}
"""What to do in place of an option that a measure does not use, where it is more than to omit it."""


def _checked(**given: Any) -> AdverseEventOptions:
    """The options, each of its kind; what is left out has its default.

    Raises
    ------
    ConfigurationError
        For a value of another kind, and where an option is given that the measure does not use.
    """
    kinds = {each.name: each for each in options_of(AdverseEventOptions)}
    values: dict[str, Any] = {
        name: value if value is None else checked(value, kinds[name].kind, name, kinds[name].flag)
        for name, value in given.items()
    }
    options = AdverseEventOptions(**values)
    if not options.by:
        raise ConfigurationError("no variable of terms is given", "by", "use --by AEBODSYS,AEDECOD")
    measure = Measure(options.measure)
    for name in ("start", "end"):
        if measure.needs_time_at_risk and values[name] is None:
            raise ConfigurationError(
                f"{measure} needs the time at risk: {name} is not given",
                f"measure, {name}",
                'use --start TRTSDT --end "min(TRTEDT + 30, LSTALVDT)"',
            )
        if not measure.needs_time_at_risk and values[name] is not None:
            raise ConfigurationError(
                f"{measure} does not use {name}", f"measure, {name}", "use --measure eair or eaer, or omit it"
            )
    for name, used in _USED.items():
        if getattr(options, name) and measure not in used:
            advice = _INSTEAD.get(name, f"use --measure {' or '.join(map(str, used))}, or omit it")
            raise ConfigurationError(f"{measure} does not use {name}", f"measure, {name}", advice)
    needing = [name for name in ("period", "total", "arm_order") if getattr(options, name)]
    if options.arm is None and needing:
        raise ConfigurationError(
            f"{needing[0]} needs an arm", needing[0], "give the variable with --arm (arm=)"
        )
    return options


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is to be tabled; the options have variables as the data spell them."""

    study: Study
    data: Dataset
    adsl: Dataset
    options: AdverseEventOptions
    denominators: Mapping[int, str]
    condition: Expression | None
    end: DateExpression | None

    @classmethod
    def of(cls, study: Study, data: Dataset, adsl: Dataset, options: AdverseEventOptions) -> _Wanted:
        """Understand the options before anything is counted.

        Raises
        ------
        ConfigurationError
        """
        measure, arm, period = Measure(options.measure), options.arm, options.period
        denominators: Mapping[int, str] = {}
        by = tuple(dict.fromkeys(require_variable(data, name, "by") for name in options.by))
        require_other_names(by, options)
        if arm is not None:
            denominators = arm_variables(adsl, data, arm, by_period=period is not None)
            if arm.upper() not in map(str.upper, denominators.values()):
                arm = require_variable(data, arm, "arm")
        if period is not None:
            period = require_numeric(data, period, "period")
        if measure is Measure.WORST_GRADE:
            options = replace(options, grade=grade_variable(data, options.grade))
        if measure.needs_time_at_risk:
            options = replace(options, event_date=require_variable(data, options.event_date, "event_date"))
            days_of(data, options.event_date)
        return cls(
            study,
            data,
            adsl,
            replace(options, by=by, arm=arm, period=period),
            denominators,
            compile_expression(options.where) if options.where is not None else None,
            compile_date(options.end) if options.end is not None else None,
        )

    def tabled(self) -> Tabled:
        """Subjects, events and terms.

        Raises
        ------
        ConfigurationError
            When an option contradicts the data.
        Refused
            When the data cannot make the table.
        """
        options = self.options
        population = population_of(
            self.study,
            self.adsl,
            flag=options.population,
            variables=self.denominators,
            arm_order=options.arm_order,
        )
        groups_of(population, total=options.total)
        if options.start is not None and self.end is not None:
            population = with_time_at_risk(population, options.start, self.end, options.competing)
        events = events_of(
            self.data,
            self.study,
            population,
            condition=self.condition,
            arm=options.arm,
            period=options.period,
            event_date=options.event_date if self.end is not None else None,
        )
        if not options.allow_no_events:
            require_events(events)
        grades = grades_of(events, options.grade) if options.grade is not None else None
        return Tabled(population, events, terms_of(self.data, events.record, options.by), grades)
