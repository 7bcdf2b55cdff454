"""Which length of a month or year AVAL was made with, by its digits alone: it must stand for whole days."""

from __future__ import annotations

import numpy as np

from .duration import NOISE, UNROUNDED, DurationFormula, Numbers, decimals_of
from .duration_inference import HOLDS, SCALES
from .time_unit import TimeUnit

_RARE_SCALES = ((TimeUnit.MONTHS, 28.0), (TimeUnit.MONTHS, 365.2425 / 12), (TimeUnit.YEARS, 365.2425))
"""Constants that are looked for where none in use does it."""

_CHANCE = 1e-6
"""What could happen as rarely as this by chance is taken as shown."""

_LONGEST = 1e4
"""Days of a long follow-up: noise in AVAL is this much larger in days."""


def whole_day_constants(aval: Numbers, unit: TimeUnit) -> frozenset[float]:
    """Days per unit by which AVAL stands for whole numbers of days.

    Parameters
    ----------
    aval : ndarray of float, shape (n,)
        Of one parameter, in `unit`; no dates are needed.

    Returns
    -------
    frozenset of float
        Constants that do so on at least 95% of the distinct values; empty where AVAL is rounded so far, or
        its values are so few, that chance could do it.
    """
    distinct = np.unique(aval[np.isfinite(aval)])
    places = decimals_of(distinct)
    share = np.bincount(places, minlength=int(UNROUNDED) + 1).cumsum() / max(1, len(distinct))
    carried = int(np.argmax(share >= HOLDS))
    decimals = None if carried == UNROUNDED else carried
    if decimals is None:
        distinct = distinct[places == UNROUNDED]
    for scales in (SCALES, _RARE_SCALES):
        formulas = [DurationFormula(each, days, 0, decimals) for each, days in scales if each is unit]
        shown = frozenset(each.days_per_unit for each in formulas if _gives_whole_days(each, distinct))
        if shown:
            return frozenset(days for days in shown if days is not None)
    return frozenset()


def _gives_whole_days(formula: DurationFormula, aval: Numbers) -> bool:
    days = formula.days_from(aval)
    whole = np.count_nonzero(days == np.rint(days))
    return bool(whole >= HOLDS * len(aval) and _chance(formula, len(aval)) < _CHANCE)


def _chance(formula: DurationFormula, values: int) -> float:
    """How often as many values as these, but for one, would be whole days by chance."""
    days = formula.days_per_unit or 1.0
    width = NOISE * _LONGEST if formula.decimals is None else days * 10.0**-formula.decimals
    return float(min(1.0, width)) ** max(0, values - 1)
