"""Limits of an incidence rate, whose events are a Poisson count.

====================  =============================================================================
`exact`               Garwood 1936: quantiles of chi-square with 2n and 2n + 2 degrees of freedom, over
                      2; R's ``poisson.test``
`normal`              n ± z √n; below 0 where n is 3 or less
`log-normal`          n exp(± z / √n)
`byar`                Rothman and Boice 1979: with m = n + ½, m (1 - 1 / (9m) ± z / (3 √m))³; R's
                      ``epitools::pois.byar`` and ``tern::h_incidence_rate_byar``. The lower limit of no
                      event, -0.0016 by the formula, is 0 as the exact one: no rate is below 0
====================  =============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np

from .....schemas.study.columns import Numbers
from . import RateInterval

LEVEL = 0.95
DAYS_PER_YEAR = 365.25
_TAIL = (1 - LEVEL) / 2
Z = NormalDist().inv_cdf(1 - _TAIL)

_ENOUGH = 1e-17
"""Share of a sum below which further terms do not change it."""
_CLOSE = 1e-10
_STEPS = 100


def limits(events: Numbers, interval: RateInterval) -> tuple[Numbers, Numbers]:
    """Lower and upper limits of the mean of Poisson counts.

    Parameters
    ----------
    events : ndarray of float, shape (n,)
        Counts, whole numbers from 0.
    interval : RateInterval

    Returns
    -------
    tuple of two ndarray of float, shape (n,)
        In events, of level `LEVEL`; NaN where the formula is not defined: normal and log-normal of 0.
    """
    counts, place = np.unique(events, return_inverse=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = _FORMULAS[interval](counts)
    return lower[place], upper[place]


def _exact(events: Numbers) -> tuple[Numbers, Numbers]:
    whole = events.astype(np.int64).tolist()
    return np.array([*map(exact_lower, whole)]), np.array([*map(exact_upper, whole)])


def _normal(events: Numbers) -> tuple[Numbers, Numbers]:
    known = np.where(events > 0, events, np.nan)
    return known - Z * np.sqrt(known), known + Z * np.sqrt(known)


def _log_normal(events: Numbers) -> tuple[Numbers, Numbers]:
    known = np.where(events > 0, events, np.nan)
    return known * np.exp(-Z / np.sqrt(known)), known * np.exp(Z / np.sqrt(known))


def _byar(events: Numbers) -> tuple[Numbers, Numbers]:
    above = events + 0.5
    middle, width = 1 - 1 / (9 * above), Z / (3 * np.sqrt(above))
    lower, upper = middle - width, middle + width
    return np.maximum(above * lower * lower * lower, 0.0), above * upper * upper * upper


_FORMULAS: Mapping[RateInterval, Callable[[Numbers], tuple[Numbers, Numbers]]] = {
    RateInterval.EXACT: _exact,
    RateInterval.NORMAL: _normal,
    RateInterval.LOG_NORMAL: _log_normal,
    RateInterval.BYAR: _byar,
}


def exact_lower(count: int) -> float:
    """The mean with which so many events or more have the probability of one tail; 0 for no event."""
    if count == 0:
        return 0.0
    return _root(
        count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3,
        # The probability of so many or more grows by that of one event less.
        lambda mean: (_tail(mean, count, 1), _mass(mean, count - 1)),
    )


def exact_upper(count: int) -> float:
    """The mean with which so many events or fewer have the probability of one tail."""
    above = count + 1
    return _root(
        above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3,
        lambda mean: (_tail(mean, count, -1), -_mass(mean, count)),
    )


def _root(start: float, probability: Callable[[float], tuple[float, float]]) -> float:
    """Where a probability is that of one tail, by Newton's method.

    The logarithm of the probability is concave in the mean, so that after the first step the method comes
    from one side.
    """
    mean = start
    for _ in range(_STEPS):
        found, slope = probability(mean)
        step = math.log(found / _TAIL) * found / slope
        mean, before = max(mean - step, mean / 2), mean
        if abs(mean - before) <= _CLOSE * mean:  # the error of this step is about the square of that
            break
    return mean


def _mass(mean: float, count: int) -> float:
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def _tail(mean: float, count: int, step: int) -> float:
    """The probability of `count` events and more (step 1) or fewer (step -1).

    Summed from the largest term: the mean is on the other side of `count`.
    """
    total, term, at = 0.0, 1.0, count
    while term > _ENOUGH * total:
        total += term
        term *= mean / (at + 1) if step > 0 else at / mean
        at += step
    return _mass(mean, count) * total
