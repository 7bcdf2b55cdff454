"""How AVAL of a time to an event is made from times of day: ADTM and STARTDTM, in hours or parts of days."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from ..study.columns import Mask, Numbers
from .duration import NOISE, UNROUNDED, decimals_of
from .duration_inference import HOLDS
from .time_unit import DAYS_PER_WEEK, TimeUnit

_SECONDS_PER_DAY = 86_400.0

_UNITS: tuple[tuple[TimeUnit | str, float], ...] = (
    (TimeUnit.DAYS, _SECONDS_PER_DAY),
    ("hours", 3600.0),
    ("minutes", 60.0),
    ("seconds", 1.0),
    (TimeUnit.WEEKS, DAYS_PER_WEEK * _SECONDS_PER_DAY),
)
_WAYS = {"rounded": np.rint, "truncated": np.floor, "rounded up": np.ceil}

_ENOUGH = 4
"""Fewer records show nothing."""


@dataclass(frozen=True, slots=True)
class TimedFormula:
    """A way to make AVAL from ADTM and STARTDTM.

    Attributes
    ----------
    unit : TimeUnit or str
        "hours", "minutes" and "seconds" beside days and weeks.
    seconds : float
        Of one unit.
    decimals : int or None
        AVAL is rounded to so many; None when it is not rounded.
    way : str
        How it is rounded.
    """

    unit: TimeUnit | str
    seconds: float
    decimals: int | None = None
    way: str = "rounded"

    def gives(self, aval: Numbers, elapsed: Numbers) -> Mask:
        """Records whose AVAL the formula gives, of the seconds elapsed; False where anything is missing."""
        durations = elapsed / self.seconds
        noise = NOISE * np.maximum(1.0, np.abs(durations))
        if self.decimals is None:
            return np.abs(durations - aval) <= noise
        scale = 10.0**self.decimals
        if self.way == "rounded":  # a half may be rounded either way
            return np.abs(durations - aval) <= 0.5 / scale + noise
        slack = noise if self.way == "truncated" else -noise
        return np.abs(_WAYS[self.way]((durations + slack) * scale) / scale - aval) <= noise

    def __str__(self) -> str:
        if self.decimals is None:
            return f"ADTM - STARTDTM ({self.unit})"
        places = f"{self.decimals} decimal{'' if self.decimals == 1 else 's'}"
        return f"ADTM - STARTDTM ({self.unit}, {self.way} to {places if self.decimals else 'whole numbers'})"


@dataclass(frozen=True, eq=False)
class TimedInference:
    """What times of day say about AVAL of one parameter.

    Attributes
    ----------
    formula : TimedFormula
        Holds on at least 95% of the records with AVAL and both times.
    exceptions : ndarray of bool, shape (n_records,)
        Such records that it does not give.
    """

    formula: TimedFormula
    exceptions: Mask


def infer_timed_duration(aval: Numbers, elapsed: Numbers) -> TimedInference | None:
    """Find the formula that makes AVAL of one parameter from its times.

    Parameters
    ----------
    aval : ndarray of float, shape (n,)
    elapsed : ndarray of float, shape (n,)
        Seconds from STARTDTM to ADTM, NaN where either is missing.

    Returns
    -------
    TimedInference or None
        None where no formula holds, or where less than half of the records have times.
    """
    filled, judged = ~np.isnan(aval), ~np.isnan(aval) & ~np.isnan(elapsed)
    records = np.count_nonzero(judged)
    if records < max(_ENOUGH, np.count_nonzero(filled) / 2):
        return None
    places = np.sort(decimals_of(aval[judged]))[int(HOLDS * (records - 1))]
    decimals = None if places == UNROUNDED else int(places)
    ways = tuple(_WAYS) if decimals is not None else ("rounded",)
    tried = [TimedFormula(unit, seconds, decimals, way) for (unit, seconds), way in product(_UNITS, ways)]
    given = [formula.gives(aval[judged], elapsed[judged]) for formula in tried]
    best = int(np.argmax([np.count_nonzero(each) for each in given]))
    if np.count_nonzero(given[best]) < HOLDS * records:
        return None
    exceptions = np.zeros(len(aval), dtype=np.bool_)
    exceptions[np.flatnonzero(judged)[~given[best]]] = True
    return TimedInference(tried[best], exceptions)
