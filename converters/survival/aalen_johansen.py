"""Cumulative incidence of competing events over columns of numpy: the Aalen-Johansen estimator.

Estimates, standard errors and limits are those of R's ``survfit`` with a factor of events, to 1e-9, but for
one thing: where the incidence is 0 both limits are 0, not missing. Its variance, the infinitesimal jackknife,
is the delta method of Dinse and Larson: with S the survival before each time, d events of any cause and d_k
of this one among Y at risk, and F the incidence,

    var F(t) = sum over s <= t of
        S^2 d_k (Y - d_k) / Y^3 - 2 S d_k / Y^2 (F(t) - F(s)) + d / (Y (Y - d)) (F(t) - F(s))^2

References
----------
Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov chains based on censored
observations. Scand J Stat 1978;5:141-150.
Dinse GE, Larson MG. A note on semi-Markov models for partially censored data. Biometrika 1986;73:379-386.
Therneau TM. A package for survival analysis in R: ``survfit``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Mask, Numbers
from .conf_type import ConfType
from .estimators import LEVEL, LIMITS, require_times


@dataclass(frozen=True, eq=False, slots=True)
class Incidence:
    """The cumulative incidence of one cause at some times.

    Attributes
    ----------
    time : ndarray of float, shape (n,)
    at_risk, events : ndarray of int, shape (n,)
        Subjects whose time is `time` or later; events of the cause.
    incidence, std_error : ndarray of float, shape (n,)
    beyond_last : ndarray of bool, shape (n,)
        Times after the last one of the data, whose values are carried forward.
    """

    time: Numbers
    at_risk: Codes
    events: Codes
    incidence: Numbers
    std_error: Numbers
    beyond_last: Mask

    def limits(self, conf_type: ConfType, level: float = LEVEL) -> tuple[Numbers, Numbers]:
        """Lower and upper confidence limits: 0 where the incidence is 0; log-log has none where it is 1."""
        z = NormalDist().inv_cdf(0.5 + level / 2)
        has_limits = self.incidence > 0
        if conf_type is ConfType.LOG_LOG:
            has_limits &= self.incidence < 1
        lower, upper = (np.where(self.incidence > 0, np.nan, 0.0) for _ in range(2))
        estimate = self.incidence[has_limits]
        width = z * self.std_error[has_limits] / estimate
        lower[has_limits], upper[has_limits] = LIMITS[conf_type](estimate, width)
        return lower, upper


@dataclass(frozen=True, eq=False, slots=True)
class IncidenceCurve:
    """The cumulative incidence of one cause.

    Attributes
    ----------
    steps : Incidence
        At each time of the data, with the events of that time.
    """

    steps: Incidence
    _ends: Numbers

    def at(self, times: Sequence[float] | Numbers) -> Incidence:
        """The curve at given times, with all events up to and with each."""
        steps, asked = self.steps, np.asarray(times, dtype=np.float64)
        step = np.searchsorted(steps.time, asked, side="right") - 1

        def carried(values: NDArray[Any]) -> Any:
            return np.where(step < 0, np.asarray(0, values.dtype), values[step])

        return Incidence(
            time=asked,
            at_risk=len(self._ends) - np.searchsorted(self._ends, asked, side="left"),
            events=carried(np.cumsum(steps.events)),
            incidence=carried(steps.incidence),
            std_error=carried(steps.std_error),
            beyond_last=asked > steps.time[-1],
        )


def aalen_johansen(time: Numbers, status: Codes, causes: int) -> tuple[IncidenceCurve, ...]:
    """The cumulative incidence of each cause in one group.

    Parameters
    ----------
    time : ndarray of float, shape (n_subjects,)
        Ends of the observation, from 0, merged by `estimators.merged_times`. All are at risk from the origin.
    status : ndarray of int, shape (n_subjects,)
        0 where censored, else the number of the cause.
    causes : int
        How many there are, also those without an event here.

    Returns
    -------
    tuple of IncidenceCurve
        By cause, in their order.

    Raises
    ------
    ValueError
        For no subject, a time that is missing, infinite or negative, or a status that is not a cause.
    """
    if not len(time):
        raise ValueError("a curve needs a subject")
    require_times(time, None)
    if ((status < 0) | (status > causes)).any():
        raise ValueError("a status is not 0 or the number of a cause")
    ends = np.sort(time)
    grid, place = np.unique(time, return_inverse=True)
    at_risk = len(ends) - np.searchsorted(ends, grid, side="left")
    by_status = np.bincount(status * len(grid) + place, minlength=(causes + 1) * len(grid))
    events = by_status.reshape(causes + 1, len(grid))[1:]
    of_any = events.sum(axis=0)
    before = np.append(1.0, np.cumprod(1.0 - of_any / at_risk)[:-1])
    curves = []
    for own in events:
        increase = before * own / at_risk
        incidence, error = np.cumsum(increase), _std_error(increase, before, own, of_any, at_risk)
        is_certain = (at_risk == of_any) & (np.cumsum(of_any - own) == 0)
        incidence[is_certain], error[is_certain] = 1.0, 0.0  # but for rounding
        steps = Incidence(grid, at_risk, own, incidence, error, np.zeros(len(grid), np.bool_))
        curves.append(IncidenceCurve(steps, ends))
    return tuple(curves)


def _std_error(increase: Numbers, before: Numbers, own: Codes, of_any: Codes, at_risk: Codes) -> Numbers:
    """The root of the variance, which is summed from time to time.

    With a, b and c the factors of the formula, the sums of a, of b + 2 a (F(t) - F(s)) and of c + b (F(t) -
    F(s)) + a (F(t) - F(s))^2 over s <= t follow from those of the time before and the increase of F. Nothing
    large cancels, as it would in a polynomial of F. Where an event of all at risk ends the curve, no later
    incidence differs: a is 0.
    """
    y, d = at_risk.astype(np.float64), of_any.astype(np.float64)
    a = np.divide(d, y * (y - d), out=np.zeros_like(y), where=y > d)
    b = -2 * before * own / y**2
    c = before**2 * own * (y - own) / y**3
    curvature = _sums_before(a)
    slope = _sums_before(b + 2 * curvature * increase)
    variance: Numbers = np.cumsum(c + (slope + curvature * increase) * increase)
    error: Numbers = np.sqrt(np.maximum(variance, 0.0))
    return error


def _sums_before(summands: Numbers) -> Numbers:
    """The sum of all earlier summands, at each of them."""
    return np.append(0.0, np.cumsum(summands)[:-1])
