"""How AVAL was made, by its digits alone: AVAL of whole days stands for them by one length of its unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask, Numbers
from .duration import NOISE, UNROUNDED, DurationFormula, decimals_of, scaled_to_days
from .duration_inference import HOLDS, RARE_SCALES, SCALES
from .time_unit import TimeUnit

_CHANCE = 1e-6
"""What could happen as rarely as this by chance is taken as shown."""

_LONGEST = 1e4
"""Days of a long follow-up: noise in AVAL is this much larger in days."""


def whole_day_formulas(aval: Numbers, unit: TimeUnit) -> tuple[DurationFormula, ...]:
    """Formulas by which AVAL stands for whole numbers of days.

    Parameters
    ----------
    aval : ndarray of float, shape (n,)
        Of one parameter, in `unit`; no dates are needed.

    Returns
    -------
    tuple of DurationFormula
        Those that do so on at least 95% of the distinct values and on equally many, the most usual first;
        their offset is 0, as AVAL holds it. Empty where AVAL is rounded so far, or its values are so few,
        that chance could do it.
    """
    digits = _Digits.of(aval)
    for scales in (SCALES, RARE_SCALES):
        for cut in (False, True):
            tried = [digits.read_by(each, days, cut=cut) for each, days in scales if each is unit]
            shown = [(digits.whole_by(formula), formula) for formula in tried]
            most = max((whole for whole, _ in shown), default=0)
            if most:
                return tuple(formula for whole, formula in shown if whole == most)
    return ()


def formula_read_by(aval: Numbers, unit: TimeUnit, days_per_unit: float) -> DurationFormula:
    """The formula that a constant makes with the decimals of AVAL, whether or not it gives whole days.

    Parameters
    ----------
    aval : ndarray of float, shape (n,)
        Of one parameter, in `unit`.
    days_per_unit : float
    """
    return _Digits.of(aval).read_by(unit, days_per_unit)


@dataclass(frozen=True, eq=False)
class _Digits:
    """Distinct values of AVAL and the decimals that each carries, both of shape (n,)."""

    aval: Numbers
    places: NDArray[np.int8]

    @classmethod
    def of(cls, aval: Numbers) -> _Digits:
        distinct = np.unique(aval[np.isfinite(aval)])
        return cls(distinct, decimals_of(distinct))

    def read_by(self, unit: TimeUnit, days_per_unit: float, *, cut: bool = False) -> DurationFormula:
        """The formula with the fewest decimals that 95% of the values have.

        Values with few decimals are rounded, or happen to have them: 4 unrounded weeks are 28 days. It is
        the latter where more than 5% have all digits and nearly all others are whole days.
        """
        unrounded = self.places == UNROUNDED
        days = scaled_to_days(self.aval, days_per_unit)
        if self._enough(~unrounded):
            carried = self.places
        elif self._enough(unrounded | (days == np.rint(days))):
            return DurationFormula(unit, days_per_unit)
        else:
            carried = self.places[~unrounded]
        share = np.bincount(carried, minlength=int(UNROUNDED)).cumsum() / max(1, len(carried))
        return self._with_raised(DurationFormula(unit, days_per_unit, 0, int(np.argmax(share >= HOLDS)), cut))

    def whole_by(self, formula: DurationFormula) -> int:
        """How many values are whole days by a formula; 0 where not nearly all are, or chance could do it."""
        days = formula.days_from(self.aval)
        whole = (days == np.rint(days)) | (self.aval == formula.same_day)
        telling = whole & (self.places == UNROUNDED) if formula.decimals is None else whole
        shown = self._enough(whole) and _chance(formula, int(np.count_nonzero(telling))) < _CHANCE
        return int(np.count_nonzero(whole)) if shown else 0

    def _enough(self, values: Mask) -> bool:
        return bool(np.count_nonzero(values) >= HOLDS * len(values))

    def _with_raised(self, formula: DurationFormula) -> DurationFormula:
        """The formula with the least value for both dates on one day, where it is less than any day gives."""
        positive = self.aval[self.aval > 0]
        if not formula.rounds or not len(positive) or not np.isnan(formula.days_from(positive[:1])[0]):
            return formula
        raised = float(positive[0])
        return replace(formula, same_day=raised) if raised * (formula.days_per_unit or 1) < 1 else formula


def _chance(formula: DurationFormula, values: int) -> float:
    """How often as many values as these, but for one, would be whole days by chance."""
    days = formula.days_per_unit or 1.0
    width = NOISE * _LONGEST if formula.decimals is None else days * 10.0**-formula.decimals
    return float(min(1.0, width)) ** max(0, values - 1)
