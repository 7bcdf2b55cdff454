"""Where nobody of a group is at risk, which delayed entry makes possible before its last time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .....schemas.study.columns import Numbers
from ...estimators import Curve
from .groups import Group

_NAMED = 100
"""Intervals of a group that a codebook names."""


@dataclass(frozen=True, slots=True)
class RiskSetEntry:
    """A group whose risk set is empty before its last time, or was emptied by an event.

    Attributes
    ----------
    group : str
    nobody_at_risk : tuple of pairs of float
        Intervals (after, until] in which nobody is at risk, the one before the first entry among them.
    n_intervals : int
        The first of them are in `nobody_at_risk`.
    survival_zero_from, follow_up_zero_from : float or None
        When an event (or, for the follow-up, a censoring) of all subjects at risk makes the curve 0, before
        the last time of the group.
    """

    group: str
    nobody_at_risk: tuple[tuple[float, float], ...]
    n_intervals: int
    survival_zero_from: float | None
    follow_up_zero_from: float | None


def empty_risk_sets(groups: Iterable[Group]) -> Iterator[RiskSetEntry]:
    """What is to be named of groups with delayed entry; nothing of the others."""
    for each in groups:
        if each.entry is None:
            continue
        after, until = _intervals(each.time, each.entry)
        zero_from = [_zero_from(curve) for curve in (each.curve, each.follow_up)]
        if len(after) or any(time is not None for time in zero_from):
            named = zip(after[:_NAMED].tolist(), until[:_NAMED].tolist(), strict=True)
            yield RiskSetEntry(each.name, tuple(named), len(after), *zero_from)


def _intervals(time: Numbers, entry: Numbers) -> tuple[Numbers, Numbers]:
    """Beginnings and ends of the intervals between time 0 and the last end in which nobody is at risk."""
    moments = np.unique(np.concatenate([[0.0], entry, time]))
    begun = np.searchsorted(np.sort(entry), moments, side="right")
    ended = np.searchsorted(np.sort(time), moments, side="right")
    nobody = np.flatnonzero((begun == ended)[:-1])
    return moments[nobody], moments[nobody + 1]


def _zero_from(curve: Curve) -> float | None:
    steps = curve.steps
    zero = np.flatnonzero(steps.survival[:-1] == 0)
    return float(steps.time[zero[0]]) if len(zero) else None
