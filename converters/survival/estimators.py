"""Survival estimators over columns of numpy: Kaplan-Meier, its quantiles and its restricted mean.

They follow R's package survival and equal its figures to 1e-9, but for one thing: where the survival is 1 the
log-log limits are 1, not missing (`tests/survival/test_estimators_against_oracles.py`). Times are merged by
`merged_times` first, over all groups at once as in R.

References
----------
Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am Stat Assoc 1958;53:457-481.
Therneau TM. A package for survival analysis in R: ``survfit``, ``quantile.survfit``, ``aeqSurv``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Mask, Numbers
from .conf_type import ConfType

LEVEL = 0.95
"""Of confidence limits."""
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""1.5e-8: R's tolerance for equal times, and for a survival that is exactly a quantile's."""


def merged_times(*times: Numbers) -> tuple[Numbers, ...]:
    """Times with those that differ only by rounding made equal, as R's ``aeqSurv``.

    Parameters
    ----------
    *times : ndarray of float
        Such as ends and entries of the same records; all are finite.

    Returns
    -------
    tuple of ndarray
        Each time is the earliest of the neighbouring times that are one with it.
    """
    distinct = np.unique(np.concatenate(times))
    if not len(distinct):
        return times
    kept = distinct[np.concatenate([[True], np.diff(distinct) > _gap(distinct)])]
    return tuple(kept[np.searchsorted(kept, each, side="right") - 1] for each in times)


def aligned(asked: Sequence[float] | Numbers, times: Numbers) -> Numbers:
    """Times that are asked for: one that differs from a time of the data only by rounding is that time.

    Parameters
    ----------
    asked : sequence of float
    times : ndarray of float
        Of the data, merged by `merged_times`.
    """
    distinct, wanted = np.unique(times), np.asarray(asked, dtype=np.float64)
    after = np.searchsorted(distinct, wanted).clip(max=len(distinct) - 1)
    before = (after - 1).clip(min=0)
    is_nearer = np.abs(distinct[before] - wanted) < np.abs(distinct[after] - wanted)
    near = distinct[np.where(is_nearer, before, after)]
    return np.where(np.abs(near - wanted) <= _gap(distinct), near, wanted)


def _gap(distinct: Numbers) -> float:
    """The gap up to which neighbouring times are one: 1.5e-8, or that share of their mean."""
    return TOLERANCE * max(1.0, float(np.abs(distinct).mean()))


@dataclass(frozen=True, eq=False, slots=True)
class Estimates:
    """A Kaplan-Meier curve at some times.

    Attributes
    ----------
    time : ndarray of float, shape (n,)
    at_risk, events, censored : ndarray of int, shape (n,)
    survival : ndarray of float, shape (n,)
    std_error : ndarray of float, shape (n,)
        Of the survival, by Greenwood; missing where the survival is 0.
    log_std_error : ndarray of float, shape (n,)
        Of the logarithm of the survival; infinite where that is 0.
    beyond_last : ndarray of bool, shape (n,)
        Times after the last one of the data, whose values are carried forward.
    """

    time: Numbers
    at_risk: Codes
    events: Codes
    censored: Codes
    survival: Numbers
    std_error: Numbers
    log_std_error: Numbers
    beyond_last: Mask

    def limits(self, conf_type: ConfType, level: float = LEVEL) -> tuple[Numbers, Numbers]:
        """Lower and upper confidence limits of the survival: 1 where it is 1, missing where it is 0."""
        z = NormalDist().inv_cdf(0.5 + level / 2)
        inner = (self.survival > 0) & (self.survival < 1)
        lower, upper = (np.where(self.survival == 1, 1.0, np.nan) for _ in range(2))
        lower[inner], upper[inner] = LIMITS[conf_type](self.survival[inner], z * self.log_std_error[inner])
        return lower, upper


def _plain(survival: Numbers, width: Numbers) -> tuple[Numbers, Numbers]:
    half = survival * width
    return np.maximum(survival - half, 0.0), np.minimum(survival + half, 1.0)


def _log(survival: Numbers, width: Numbers) -> tuple[Numbers, Numbers]:
    logarithm = np.log(survival)
    return np.exp(logarithm - width), np.exp(np.minimum(logarithm + width, 0.0))


def _log_log(survival: Numbers, width: Numbers) -> tuple[Numbers, Numbers]:
    logarithm = np.log(survival)
    twice, half = np.log(-logarithm), width / logarithm
    return np.exp(-np.exp(twice - half)), np.exp(-np.exp(twice + half))


LIMITS: Mapping[ConfType, Callable[[Numbers, Numbers], tuple[Numbers, Numbers]]] = {
    ConfType.LOG_LOG: _log_log,
    ConfType.LOG: _log,
    ConfType.PLAIN: _plain,
}


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """A Kaplan-Meier curve.

    Attributes
    ----------
    subjects : int
    steps : Estimates
        At each time with an event or a censored subject, with those of that time.
    """

    subjects: int
    steps: Estimates
    _ends: Numbers
    _entries: Numbers | None

    def at(self, times: Sequence[float] | Numbers) -> Estimates:
        """The curve at given times, with all events and censored subjects up to and with each.

        Parameters
        ----------
        times : sequence of float
            From 0; see `aligned`.
        """
        steps, asked = self.steps, np.asarray(times, dtype=np.float64)
        step = np.searchsorted(steps.time, asked, side="right") - 1

        def carried(values: NDArray[Any], start: float) -> Any:
            return np.where(step < 0, np.asarray(start, values.dtype), values[step])

        return Estimates(
            time=asked,
            at_risk=_at_risk(asked, self._ends, self._entries),
            events=carried(np.cumsum(steps.events), 0),
            censored=carried(np.cumsum(steps.censored), 0),
            survival=carried(steps.survival, 1),
            std_error=carried(steps.std_error, 0),
            log_std_error=carried(steps.log_std_error, 0),
            beyond_last=asked > steps.time[-1],
        )


def product_limit(
    time: Numbers, event: Mask, entry: Numbers | None = None, subject: Codes | None = None
) -> Curve:
    """The Kaplan-Meier curve of one group.

    Parameters
    ----------
    time : ndarray of float, shape (n_records,)
        Ends of the observation, from 0, merged by `merged_times`.
    event : ndarray of bool, shape (n_records,)
    entry : ndarray of float, shape (n_records,), optional
        Where the observation begins (left truncation), before its end: a record is at risk at t where
        entry < t <= time. Without it a record is at risk from the origin on, at time 0 too.
    subject : ndarray of int, shape (n_records,), optional
        Whose person-time a record is, where a subject has several: an end where the next record of the
        subject begins is no censoring.

    Raises
    ------
    ValueError
        For no record, a time that is missing, infinite or negative, or an entry that is not before its end.
    """
    if not len(time):
        raise ValueError("a curve needs a record")
    require_times(time, entry)
    ends = np.sort(time)
    entries = None if entry is None else np.sort(entry)
    grid, place = np.unique(time, return_inverse=True)
    events = np.bincount(place[event], minlength=len(grid))
    goes_on = np.zeros(len(time), dtype=np.bool_)
    if entry is not None and subject is not None:
        goes_on = _goes_on(time, entry, subject)
    censored = np.bincount(place[~event & ~goes_on], minlength=len(grid))
    shown = (events > 0) | (censored > 0)
    grid, events, censored = grid[shown], events[shown], censored[shown]
    at_risk = _at_risk(grid, ends, entries)
    left = at_risk - events
    survival = np.cumprod(left / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # where none is left: infinite, and 0 * infinite
        log_std_error = np.sqrt(np.cumsum(events / at_risk / left, dtype=np.float64))
        std_error = survival * log_std_error
    steps = Estimates(
        grid, at_risk, events, censored, survival, std_error, log_std_error, np.zeros(len(grid), np.bool_)
    )
    subjects = len(time) if subject is None else len(np.unique(subject))
    return Curve(subjects, steps, ends, entries)


def require_times(time: Numbers, entry: Numbers | None) -> None:
    """Refuse times of which no estimate can be made.

    Raises
    ------
    ValueError
    """
    if not (np.isfinite(time) & (time >= 0)).all():
        raise ValueError("a time is missing, infinite or negative")
    if entry is not None and not (entry < time).all():
        raise ValueError("an entry is missing or not before its end")


def _goes_on(time: Numbers, entry: Numbers, subject: Codes) -> Mask:
    """Records whose subject has another one that begins where they end."""
    order = np.lexsort((time, subject))
    following = (subject[order[1:]] == subject[order[:-1]]) & (entry[order[1:]] == time[order[:-1]])
    goes_on = np.zeros(len(time), dtype=np.bool_)
    goes_on[order[:-1]] = following
    return goes_on


def _at_risk(times: Numbers, ends: Numbers, entries: Numbers | None) -> Codes:
    """Records that have begun before each time and not ended before it; ends and entries are sorted."""
    begun = len(ends) if entries is None else np.searchsorted(entries, times, side="left")
    return begun - np.searchsorted(ends, times, side="left")


def quantiles(
    curve: Curve, probabilities: Sequence[float], conf_type: ConfType, level: float = LEVEL
) -> NDArray[np.float64]:
    """Times by which shares of the subjects had the event, with limits, as R's ``quantile.survfit``.

    Parameters
    ----------
    curve : Curve
    probabilities : sequence of float
        Shares with the event, above 0 and below 1: 0.5 for the median.
    conf_type : ConfType
    level : float

    Returns
    -------
    ndarray of float, shape (n_probabilities, 3)
        Quantile, lower and upper limit; missing where the curve or its limit does not go so far. Where a
        curve is flat at exactly 1 - p it is the middle of the flat piece, also of the last one.
    """
    lower, upper = curve.steps.limits(conf_type, level)
    columns = [
        _crossings(curve.steps.time, heights, probabilities)
        for heights in (curve.steps.survival, lower, upper)
    ]
    return np.column_stack(columns)


def _crossings(times: Numbers, heights: Numbers, probabilities: Sequence[float]) -> Numbers:
    """R's ``findq``. A limit may rise again: then, as in R, the height next to the share counts."""
    x, fallen = np.append(0.0, times), np.append(0.0, 1.0 - heights)
    p = np.asarray(probabilities, dtype=np.float64)
    height, first = np.unique(fallen, return_index=True)  # each with the first time that has it
    last = int(first.argmax())
    known = np.count_nonzero(~np.isnan(height))  # what is missing comes last
    reached = np.append(x[first[:known]], np.nan)
    at_least = reached[np.searchsorted(height[:known] + TOLERANCE, p)]
    more = reached[np.searchsorted(height[:known] - TOLERANCE, p)]
    found: Numbers = (at_least + more) / 2
    if last < known:
        to_the_end = np.abs(p - height[last]) < TOLERANCE
        found[to_the_end] = (at_least[to_the_end] + times[-1]) / 2
    return found


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The mean time free of the event up to a time.

    Attributes
    ----------
    mean : float
        The area under the curve from 0 to the time.
    std_error : float
        By Greenwood, as R's ``summary.survfit``.
    beyond_last : bool
        Whether the time is after the last one of the data: the survival is then carried forward.
    """

    mean: float
    std_error: float
    beyond_last: bool


def restricted_mean(curve: Curve, tau: float) -> RestrictedMean:
    """The area under a curve up to a time.

    Parameters
    ----------
    curve : Curve
    tau : float
        Above 0; see `aligned`.
    """
    steps = curve.steps
    until = steps.time <= tau
    edges = np.concatenate([[0.0], steps.time[until], [tau]])
    areas = np.diff(edges) * np.append(1.0, steps.survival[until])
    after = np.cumsum(areas[::-1])[::-1][1:]  # from each step to tau
    events, at_risk = steps.events[until], steps.at_risk[until].astype(np.float64)
    left = at_risk - events
    hazard = np.divide(events, at_risk * left, out=np.zeros_like(left), where=left > 0)
    std_error = math.sqrt(float((after**2 * hazard).sum()))
    return RestrictedMean(float(areas.sum()), std_error, bool(tau > steps.time[-1]))
