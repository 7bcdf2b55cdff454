"""The rank-sum test of two groups (Wilcoxon 1945; Mann and Whitney 1947), over columns of numpy.

It follows R's ``wilcox.test`` and equals its p-values (`tests/survival/test_rank_sum.py`): exact if both
groups have fewer than 50 values and no two values are equal, else the normal approximation with the variance
corrected for ties and a correction for continuity.

References
----------
Mann HB, Whitney DR. On a test of whether one of two random variables is stochastically larger than the
other. Ann Math Stat 1947;18:50-60. Lehmann EL. Nonparametrics: Statistical Methods Based on Ranks. 1975.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Numbers

_EXACT_BELOW = 50
"""Values of each group from which on the normal approximation is used, as in R."""


@dataclass(frozen=True, slots=True)
class RankSum:
    """The rank-sum test of two groups.

    Attributes
    ----------
    statistic : float
        Pairs in which the first group has the larger value; equal ones count one half. NaN without a pair.
    p : float
        Two-sided; NaN where a group is empty, or all values are equal.
    method : str
        "exact", or "normal approximation with continuity correction".
    """

    statistic: float
    p: float
    method: str


def rank_sum(first: Numbers, second: Numbers) -> RankSum:
    """Test whether one of two groups tends to have larger values.

    Parameters
    ----------
    first, second : ndarray of float
        Values without missing ones, in any order.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return RankSum(np.nan, np.nan, "")
    _, place, count = np.unique(np.concatenate([first, second]), return_inverse=True, return_counts=True)
    ranks = np.cumsum(count) - (count - 1) / 2
    statistic = float(ranks[place.reshape(-1)[:n]].sum() - n * (n + 1) / 2)
    if n < _EXACT_BELOW and m < _EXACT_BELOW and len(count) == n + m:
        return RankSum(statistic, _exact(statistic, n, m), "exact")
    ties = float((count.astype(np.float64) ** 3 - count).sum())
    p = _approximate(statistic - n * m / 2, n, m, ties)
    return RankSum(statistic, p, "normal approximation with continuity correction")


def _exact(statistic: float, n: int, m: int) -> float:
    """Twice the smaller tail of the distribution of the statistic, which is symmetric."""
    tail = int(min(statistic, n * m - statistic))
    ways = _ways(n, m)
    return min(2 * float(ways[: tail + 1].sum() / ways.sum()), 1.0)


def _ways(n: int, m: int) -> Numbers:
    """How many choices of `n` among `n` + `m` ranks give each value of the statistic."""
    ways = np.zeros((n + 1, n * m + 1))
    ways[0, 0] = 1
    for rank in range(n + m):
        # as the size-th of the chosen, a rank is above (rank - size) of the others
        for size in range(min(n, rank + 1), max(0, rank - m), -1):
            above = rank - size + 1
            ways[size, above:] += ways[size - 1, : n * m + 1 - above]
    found: Numbers = ways[n]
    return found


def _approximate(from_mean: float, n: int, m: int, ties: float) -> float:
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return math.nan
    z = (abs(from_mean) - 0.5 * (from_mean != 0)) / math.sqrt(variance)
    return min(math.erfc(z / math.sqrt(2)), 1.0)
