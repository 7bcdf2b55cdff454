"""The table: estimates by group, cause and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.study.dataset import Dataset
from .....schemas.study.variable import Variable
from ...aalen_johansen import Incidence
from ...conf_type import ConfType
from ...estimators import aligned
from .groups import RivalGroup, RivalGroups

NAIVE = "one_minus_km"


def incidence_table(
    subjects: RivalGroups, at: Sequence[float], conf_type: ConfType, unit: str, *, naive: bool
) -> Dataset:
    """Estimates at some times, or at each time of a group where none is given.

    Parameters
    ----------
    subjects : RivalGroups
    at : sequence of float
        In the unit of the durations.
    conf_type : ConfType
    unit : str
    naive : bool
        Add 1 - Kaplan-Meier, with subjects who have another cause censored at it.
    """
    exact = aligned(at, subjects.time)
    found = list(subjects.estimates(exact))
    frame = pd.concat([_estimates(each, at, conf_type) for _, _, each in found], ignore_index=True)
    lengths = [len(each.time) for _, _, each in found]
    names, causes = [each.name for each in subjects.groups], list(subjects.groups[0].causes)
    group = [place for place in range(len(names)) for _ in causes]
    frame.insert(0, "group", _texts(names, group, lengths))
    frame.insert(1, "cause", _texts(causes, [number - 1 for _, number, _ in found], lengths))
    if naive:
        frame[NAIVE] = np.concatenate([_naive(of, number, exact) for of, number, _ in found])
    variables = tuple(_variables(names, causes, at, conf_type, unit=unit, naive=naive))
    return Dataset("CUMINC", frame, variables, "Cumulative incidence", carries=frozenset({"label"}))


def _estimates(estimates: Incidence, at: Sequence[float], conf_type: ConfType) -> pd.DataFrame:
    lower, upper = estimates.limits(conf_type)
    return pd.DataFrame(
        {
            "time": np.asarray(at, np.float64) if at else estimates.time,  # as the user gave them
            "at_risk": estimates.at_risk.astype(np.int64),
            "events": estimates.events.astype(np.int64),
            "incidence": estimates.incidence,
            "std_error": estimates.std_error,
            "lower": lower,
            "upper": upper,
            "beyond_last": estimates.beyond_last,
        }
    )


def _naive(group: RivalGroup, cause: int, at: np.ndarray[tuple[int], np.dtype[np.float64]]) -> object:
    curve = group.censoring_others(cause)
    return 1.0 - (curve.at(at) if len(at) else curve.steps).survival


def _variables(
    names: Sequence[str],
    causes: Sequence[str],
    at: Sequence[float],
    conf_type: ConfType,
    *,
    unit: str,
    naive: bool,
) -> Iterator[Variable]:
    counted = "up to and with the time" if at else "at the time"
    yield Variable("group", "Group", "Char", length=_longest(names), key_sequence=1)
    yield Variable("cause", "Cause of the event", "Char", length=_longest(causes), key_sequence=2)
    yield Variable("time", f"Time, {unit}", "Num", key_sequence=3)
    yield Variable("at_risk", "Subjects at risk (time >= t)", "Num", data_type="integer")
    yield Variable("events", f"Events {counted}", "Num", data_type="integer")
    yield Variable("incidence", "Cumulative incidence, Aalen-Johansen", "Num")
    yield Variable("std_error", "Standard error of incidence (survfit)", "Num")
    yield Variable("lower", f"Lower 95% limit of incidence, {conf_type}", "Num")
    yield Variable("upper", f"Upper 95% limit of incidence, {conf_type}", "Num")
    yield Variable("beyond_last", "After the last time of the group", "Num", data_type="boolean")
    if naive:
        yield Variable(NAIVE, "1 - Kaplan-Meier, other causes censored", "Num")


def _longest(texts: Sequence[str]) -> int:
    return max(len(each.encode()) for each in texts)


def _texts(names: Sequence[str], codes: Sequence[int], lengths: Sequence[int]) -> pd.Series:
    """The name of each part, so many times."""
    index = pd.Index(list(names), dtype=object)
    return pd.Series(pd.Categorical.from_codes(np.repeat(np.asarray(codes), lengths), index))
