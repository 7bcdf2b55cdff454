"""The table of adverse events: rows of terms and arms with what is counted of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .....schemas.errors import ConfigurationError
from .....schemas.study.columns import Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.variable import Variable
from . import AdverseEventOptions, Measure, RateInterval
from .counts import Occurrences, by_grade, days_after_event, incidence, occurrences
from .first_events import first_event_columns, first_events
from .grades import Grades
from .rates import DAYS_PER_YEAR, limits
from .tabled import Tabled, groups_of
from .terms import MISSING


def made_columns(options: AdverseEventOptions) -> tuple[Variable, ...]:
    """The columns after those of the terms."""
    measure, per = Measure(options.measure), f"{options.per:.15g} person-years"
    if measure is Measure.TIME_TO_FIRST:
        return tuple(first_event_columns(competing=options.competing is not None))
    counts = (
        Variable("subjects", _SUBJECTS[measure], "Num", data_type="integer"),
        Variable("denominator", "Subjects of the arm", "Num", data_type="integer"),
        Variable("percent", "Subjects, % of the denominator", "Num"),
        Variable("events", "Events", "Num", data_type="integer"),
    )
    arm = Variable("arm", "Arm", "Char")
    if measure is Measure.WORST_GRADE:
        return Variable("grade", "Grade", "Char"), arm, *counts
    if not measure.is_rate:
        return arm, *counts
    return (
        arm,
        *(each for each in counts if each.name != "percent"),
        Variable("person_years", "Person-years at risk", "Num"),
        Variable("rate", f"{_RATES[measure]}, per {per}", "Num"),
        Variable("lower", f"Lower 95% limit of the rate, {options.interval}", "Num"),
        Variable("upper", f"Upper 95% limit of the rate, {options.interval}", "Num"),
    )


_SUBJECTS: Mapping[Measure, str] = {
    Measure.INCIDENCE: "Subjects with an event",
    Measure.WORST_GRADE: "Subjects with this highest grade",
    Measure.EAIR: "Subjects with an event in the time at risk",
    Measure.EAER: "Subjects with an event in the time at risk",
}
_RATES: Mapping[Measure, str] = {
    Measure.EAIR: "Subjects with an event",
    Measure.EAER: "Events",
}


def require_other_names(by: Sequence[str], options: AdverseEventOptions) -> None:
    """Refuse a variable of terms that has the name of another column; SAS sees no difference in case.

    Raises
    ------
    ConfigurationError
    """
    made = {each.name.upper() for each in made_columns(options)}
    for name in by:
        if name.upper() in made:
            raise ConfigurationError(
                f"{name} is the name of a standard column of the table", f"by, {name}", "give other variables"
            )


def build(tabled: Tabled, options: AdverseEventOptions) -> Dataset:
    """The table.

    Parameters
    ----------
    tabled : Tabled
        With grades, or time at risk, where the measure needs them.
    options : AdverseEventOptions
        Variables as the data spell them.

    Returns
    -------
    Dataset of n_terms * n_grades * n_arms records
        Terms, each within its parents and blank above its level, the first row `any`; grade; arm; counts. Of
        times to the first event n_terms * n_subjects records.
    """
    measure = Measure(options.measure)
    columns = first_events(tabled) if measure is Measure.TIME_TO_FIRST else _counts(tabled, options)
    (n_records,) = {len(each) for each in columns.values()}
    columns = {**_terms(tabled, options.by, n_records), **columns}
    described = [*(tabled.events.data.variable(name) for name in options.by), *made_columns(options)]
    frame = pd.DataFrame({each.name: columns[each.name] for each in described})
    variables = tuple(_described(each, frame[each.name], place) for place, each in enumerate(described, 1))
    return Dataset("AE", frame, variables, f"Adverse events, {measure}", carries=frozenset({"label"}))


def _counts(tabled: Tabled, options: AdverseEventOptions) -> Mapping[str, Any]:
    """The columns of a row for each term, grade and arm, beside those of the terms."""
    population, measure = tabled.population, Measure(options.measure)
    groups, n_arms = groups_of(population, total=options.total), len(population.treatments.groups)
    found = occurrences(tabled.events, tabled.terms, population, total=len(groups) > n_arms)
    denominator = population.denominators[: len(groups)]
    if measure.is_rate:
        counts = _rates(found, tabled, options)
    elif tabled.grades is not None:
        counts = _worst(found, tabled.grades, denominator)
    else:
        counts = _incidence(found, denominator)
    grades = (
        [""] if tabled.grades is None else [tabled.grades.names[place] for place in _shown(tabled.grades)]
    )
    rows = len(tabled.terms) * len(grades)
    return {
        "grade": _texts(np.tile(np.repeat(np.arange(len(grades)), len(groups)), len(tabled.terms)), grades),
        "arm": _texts(np.tile(np.arange(len(groups)), rows), groups),
        "denominator": np.tile(denominator, rows),
        **{name: values.reshape(-1) for name, values in counts.items()},
    }


Figures = Mapping[str, NDArray[Any]]


def _incidence(found: Occurrences, denominator: NDArray[Any]) -> Figures:
    subjects = incidence(found)
    return {"subjects": subjects, "percent": _ratio(100.0 * subjects, denominator), "events": found.events}


def _worst(found: Occurrences, grades: Grades, denominator: NDArray[Any]) -> Figures:
    subjects, events = by_grade(found, grades.of_event, len(grades.names))
    shown = list(_shown(grades))
    subjects, events = subjects[:, shown], events[:, shown]
    return {"subjects": subjects, "percent": _ratio(100.0 * subjects, denominator), "events": events}


def _shown(grades: Grades) -> Iterator[int]:
    """Places of the grades in the order of rows: the missing one, below all others, last."""
    yield from (place for place, name in enumerate(grades.names) if name != MISSING)
    yield from (place for place, name in enumerate(grades.names) if name == MISSING)


def _rates(found: Occurrences, tabled: Tabled, options: AdverseEventOptions) -> Figures:
    at_risk, day = tabled.population.at_risk, tabled.events.day
    if at_risk is None or day is None:
        raise ValueError("the time at risk was not asked for")
    subjects, events = incidence(found), found.events
    days = np.broadcast_to(tabled.population.observed_days[: found.n_groups], subjects.shape)
    numerator = events
    if Measure(options.measure) is Measure.EAIR:
        days, numerator = days - days_after_event(found, day, at_risk.days), subjects
    years = days / DAYS_PER_YEAR
    lower, upper = limits(numerator.reshape(-1).astype(np.float64), RateInterval(options.interval))
    return {
        "subjects": subjects,
        "events": events,
        "person_years": years,
        "rate": _ratio(options.per * numerator, years),
        "lower": _ratio(options.per * lower.reshape(years.shape), years),
        "upper": _ratio(options.per * upper.reshape(years.shape), years),
    }


def _ratio(over: NDArray[Any], under: NDArray[Any]) -> Numbers:
    """A quotient; missing where an arm has nobody, or no time."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Numbers = np.where(np.asarray(under) > 0, over / under, np.nan)
    return found


def _terms(tabled: Tabled, by: Sequence[str], n_records: int) -> Mapping[str, pd.Categorical]:
    """The columns of the terms, each of them for as many records as any other."""
    each_term = n_records // len(tabled.terms)
    columns = {}
    for place, name in enumerate(by):
        codes, texts = pd.factorize(tabled.terms.labels[:, place], use_na_sentinel=True)
        columns[name] = _texts(np.repeat(codes, each_term), texts)
    return columns


def _texts(codes: NDArray[np.intp], texts: Sequence[str] | NDArray[np.object_]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, pd.Index(texts, dtype=object))


def _described(variable: Variable, column: pd.Series, place: int) -> Variable:
    """A variable with the length that its texts need; texts are keys."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return variable
    longest = max((len(str(each).encode()) for each in column.cat.categories), default=1)
    return Variable(variable.name, variable.label, "Char", length=longest, key_sequence=place)
