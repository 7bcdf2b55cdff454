"""The log-rank test over columns of numpy, stratified or not.

It follows R's ``survdiff`` and equals its figures to 1e-9
(`tests/survival/test_estimators_against_oracles.py`). Times are merged by `estimators.merged_times` first.

References
----------
Mantel N. Evaluation of survival data and two new rank order statistics arising in its consideration. Cancer
Chemother Rep 1966;50:163-170. Therneau TM. A package for survival analysis in R: ``survdiff``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Mask, Numbers
from .estimators import require_times

_RANK = 1e-10
"""Share of the greatest singular value below which one is 0."""
_CELLS = 4_000_000
"""Event times by groups that are held at once."""


@dataclass(frozen=True, eq=False, slots=True)
class LogRank:
    """The log-rank test of groups.

    Attributes
    ----------
    observed, expected : ndarray of float, shape (n_groups,)
        Events.
    chi_square : float
        Missing where no two groups can be compared.
    df : int
        Groups with a subject at risk at an event, less 1; less still where strata do not connect them.
    p : float
    strata : ndarray of int
        Numbers of those in which two groups are at risk at an event: the others compare nothing.
    """

    observed: Numbers
    expected: Numbers
    chi_square: float
    df: int
    p: float
    strata: Codes


def log_rank(
    time: Numbers,
    event: Mask,
    group: Codes,
    stratum: Codes | None = None,
    entry: Numbers | None = None,
    *,
    groups: int,
) -> LogRank:
    """The log-rank test, stratified where strata are given, as R's ``survdiff``.

    Parameters
    ----------
    time, event, entry
        As for `kaplan_meier`, of all groups.
    group : ndarray of int, shape (n_records,)
        Numbers of the groups, from 0.
    stratum : ndarray of int, shape (n_records,), optional
        Numbers of the strata, from 0: events are compared within each.
    groups : int
        How many groups there are, some of them without a record maybe.

    Raises
    ------
    ValueError
        For times that `kaplan_meier` does not take.
    """
    require_times(time, entry)
    stratum = np.zeros(len(time), dtype=np.intp) if stratum is None else stratum
    grid, place = np.unique(time, return_inverse=True)
    moments = len(grid) + 1
    block = (stratum * groups + group) * moments  # a stretch of numbers for each group of a stratum
    ends = np.sort(block + place)
    # The first moment at which a record is at risk; in its stretch as many begin as end.
    entries = None if entry is None else np.sort(block + np.searchsorted(grid, entry, side="right"))
    of_events, deaths = np.unique((stratum * moments + place)[event], return_counts=True)
    observed = np.bincount(group[event], minlength=groups).astype(np.float64)
    expected, variance = np.zeros(groups), np.zeros((groups, groups))
    comparing = np.zeros(int(stratum.max(initial=0)) + 1, dtype=np.bool_)
    for some in np.array_split(np.arange(len(of_events)), 1 + len(of_events) * groups // _CELLS):
        of_stratum, moment = np.divmod(of_events[some], moments)
        starts = (of_stratum[:, None] * groups + np.arange(groups)) * moments
        here = starts + moment[:, None]
        begun = (
            np.searchsorted(ends, starts + moments)
            if entries is None
            else np.searchsorted(entries, here, side="right")
        )
        at_risk = (begun - np.searchsorted(ends, here)).astype(np.float64)
        comparing[of_stratum[np.count_nonzero(at_risk, axis=1) > 1]] = True
        together, dead = at_risk.sum(axis=1), deaths[some]
        expected += (dead / together) @ at_risk
        share = at_risk / together[:, None]
        weight = dead * (together - dead) / np.maximum(together - 1, 1)
        variance += np.diag(weight @ share) - (share * weight[:, None]).T @ share
    return _compared(observed, expected, variance, np.flatnonzero(comparing))


def _compared(observed: Numbers, expected: Numbers, variance: NDArray[np.float64], strata: Codes) -> LogRank:
    judged = expected > 0
    excess = (observed - expected)[judged]
    # The excesses add up to 0, within strata too: the rank is that of what can be compared.
    solution, _, rank, _ = np.linalg.lstsq(variance[np.ix_(judged, judged)], excess, rcond=_RANK)
    df = int(rank)
    chi_square = float(excess @ solution) if df else math.nan
    return LogRank(observed, expected, chi_square, df, chi_square_tail(chi_square, df), strata)


def chi_square_tail(x: float, df: int) -> float:
    """The probability that a chi-square variable of so many degrees of freedom exceeds x.

    A finite sum of positive terms, as df is a whole number; missing where x is missing or df is 0.
    """
    if df < 1 or math.isnan(x):
        return math.nan
    half = max(x, 0.0) / 2
    if half == 0:
        return 1.0
    # Powers 0, 1, 2, … of half of it, or 1/2, 3/2, … after the tail of one degree of freedom.
    start, lowest = (math.erfc(math.sqrt(half)), 0.5) if df % 2 else (0.0, 0.0)
    terms = (
        math.exp(power * math.log(half) - half - math.lgamma(power + 1))
        for power in (lowest + number for number in range(df // 2))
    )
    return min(math.fsum([start, *terms]), 1.0)
