"""The two tables: estimates at times, and one row of summaries for each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from .....schemas.study.dataset import Dataset
from .....schemas.study.variable import Variable
from ...conf_type import ConfType
from ...estimators import Estimates, aligned, quantiles, restricted_mean
from .comparison import LogRankEntry
from .groups import Group, Grouped

QUANTILES: Mapping[str, float] = {"q25": 0.25, "median": 0.5, "q75": 0.75}
"""Columns of the summary, and the share of subjects with the event."""


def estimates_table(subjects: Grouped, at: Sequence[float], conf_type: ConfType, unit: str) -> Dataset:
    """Estimates at some times for each group, or at each time of its subjects where none is given.

    Parameters
    ----------
    subjects : Grouped
    at : sequence of float
        In the unit of the durations.
    conf_type : ConfType
    unit : str
    """
    exact = aligned(at, subjects.moments)
    parts = [(each, each.curve.at(exact) if at else each.curve.steps) for each in subjects.groups]
    frame = pd.concat([_estimates(estimates, at, conf_type) for _, estimates in parts], ignore_index=True)
    frame.insert(0, "group", _texts(subjects, [len(estimates.time) for _, estimates in parts]))
    counted = "up to and with the time" if at else "at the time"
    at_risk = "time >= t" if subjects.entry is None else "entry < t <= time"
    variables = (
        _group(subjects),
        Variable("time", f"Time, {unit}", "Num", key_sequence=2),
        Variable("at_risk", f"Subjects at risk ({at_risk})", "Num", data_type="integer"),
        Variable("events", f"Events {counted}", "Num", data_type="integer"),
        Variable("censored", f"Censored {counted}", "Num", data_type="integer"),
        Variable("survival", "Survival, Kaplan-Meier", "Num"),
        Variable("std_error", "Standard error of survival, Greenwood", "Num"),
        Variable("lower", f"Lower 95% limit of survival, {conf_type}", "Num"),
        Variable("upper", f"Upper 95% limit of survival, {conf_type}", "Num"),
        Variable("beyond_last", "After the last time of the group", "Num", data_type="boolean"),
    )
    return Dataset("KM", frame, variables, "Kaplan-Meier estimates", carries=frozenset({"label"}))


def _estimates(estimates: Estimates, at: Sequence[float], conf_type: ConfType) -> pd.DataFrame:
    lower, upper = estimates.limits(conf_type)
    return pd.DataFrame(
        {
            "time": np.asarray(at, np.float64) if at else estimates.time,  # as the user gave them
            "at_risk": estimates.at_risk.astype(np.int64),
            "events": estimates.events.astype(np.int64),
            "censored": estimates.censored.astype(np.int64),
            "survival": estimates.survival,
            "std_error": estimates.std_error,
            "lower": lower,
            "upper": upper,
            "beyond_last": estimates.beyond_last,
        }
    )


def summary_table(
    subjects: Grouped, tests: Sequence[LogRankEntry], conf_type: ConfType, tau: float | None, unit: str
) -> Dataset:
    """A row for each group: counts, quartiles, follow-up, the restricted mean and the tests of the arms.

    Parameters
    ----------
    subjects : Grouped
    tests : sequence of LogRankEntry
        Without strata, then with strata; their figures are in the rows of the arms.
    conf_type : ConfType
    tau : float or None
        Time to which the mean is restricted; without it there is no mean.
    unit : str
    """
    exact = None if tau is None else float(aligned([tau], subjects.moments)[0])
    rows = [
        {
            "n": len(each.time),
            "events": int(np.count_nonzero(each.event)),
            "censored": int(np.count_nonzero(~each.event)),
            **_quantiles(each, conf_type),
            **_mean(each, exact),
            **({} if each.is_total else _figures(tests)),
            "conf_type": str(conf_type),
        }
        for each in subjects.groups
    ]
    variables = tuple(_summary_variables(tests, conf_type, tau, unit))
    frame = pd.DataFrame(rows).reindex(columns=[each.name for each in variables])
    frame.insert(0, "group", _texts(subjects, [1] * len(rows)))
    return Dataset(
        "KM_SUMMARY",
        frame,
        (_group(subjects), *variables),
        "Kaplan-Meier summary",
        carries=frozenset({"label"}),
    )


def _quantiles(group: Group, conf_type: ConfType) -> Mapping[str, float]:
    shares = list(QUANTILES.values())
    of_time = quantiles(group.curve, shares, conf_type)
    of_follow_up = quantiles(group.follow_up, [QUANTILES["median"]], conf_type)
    found = zip((*QUANTILES, "follow_up"), (*of_time, *of_follow_up), strict=True)
    return {
        f"{name}{ending}": float(value)
        for name, values in found
        for ending, value in zip(("", "_lower", "_upper"), values, strict=True)
    }


def _mean(group: Group, tau: float | None) -> Mapping[str, float | bool]:
    if tau is None:
        return {}
    found = restricted_mean(group.curve, tau)
    return {"rmean": found.mean, "rmean_std_error": found.std_error, "rmean_beyond_last": found.beyond_last}


def _figures(tests: Sequence[LogRankEntry]) -> Mapping[str, float | None]:
    return {
        f"{_prefix(test)}_{name}": value
        for test in tests
        for name, value in (("chisq", test.chi_square), ("df", test.df), ("p", test.p))
    }


def _prefix(test: LogRankEntry) -> str:
    return "stratified" if test.strata else "logrank"


def _summary_variables(
    tests: Sequence[LogRankEntry], conf_type: ConfType, tau: float | None, unit: str
) -> Iterator[Variable]:
    limits = f"95% limit, {conf_type}"
    yield Variable("n", "Subjects", "Num", data_type="integer")
    yield Variable("events", "Events", "Num", data_type="integer")
    yield Variable("censored", "Censored", "Num", data_type="integer")
    for name, label in (
        ("q25", f"Time to event, 25% of subjects, {unit}"),
        ("median", f"Median time to event, {unit}"),
        ("q75", f"Time to event, 75% of subjects, {unit}"),
        ("follow_up", f"Median follow-up (reverse KM), {unit}"),
    ):
        yield Variable(name, label, "Num")
        yield Variable(f"{name}_lower", f"{name}: lower {limits}", "Num")
        yield Variable(f"{name}_upper", f"{name}: upper {limits}", "Num")
    if tau is not None:
        yield Variable("rmean", f"Mean restricted to {tau:.15g} {unit}", "Num")
        yield Variable("rmean_std_error", "Standard error of rmean, Greenwood", "Num")
        yield Variable(
            "rmean_beyond_last", f"{tau:.15g} is after the group's last time", "Num", data_type="boolean"
        )
    for test in tests:
        prefix, kind = _prefix(test), "Stratified log-rank" if test.strata else "Log-rank"
        yield Variable(f"{prefix}_chisq", f"{kind}: chi-square", "Num")
        yield Variable(f"{prefix}_df", f"{kind}: degrees of freedom", "Num")
        yield Variable(f"{prefix}_p", f"{kind}: p-value", "Num")
    yield Variable("conf_type", "Type of the confidence limits", "Char", length=len(conf_type))


def _group(subjects: Grouped) -> Variable:
    longest = max(len(each.name.encode()) for each in subjects.groups)
    return Variable("group", "Group", "Char", length=longest, key_sequence=1)


def _texts(subjects: Grouped, lengths: Sequence[int]) -> pd.Series:
    """The name of each group, so many times."""
    names = pd.Index([each.name for each in subjects.groups], dtype=object)
    return pd.Series(pd.Categorical.from_codes(np.repeat(np.arange(len(names)), lengths), names))
