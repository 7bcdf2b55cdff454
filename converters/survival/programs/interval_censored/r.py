"""R's survival: `Surv` (type interval2), `survfit`, `survreg`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model, unused_name
from ..r import opening
from ..r_words import name_in_formula
from .fits import CensoredFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    fits = model.family_as(CensoredFits)
    return "\n".join([*opening(file, frame, model), "", *_fits(fits, frame, model)]) + "\n"


def _fits(fits: CensoredFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    left, right, lower = map(name_in_formula, (fits.left, fits.right, unused_name("lower", frame.columns)))
    arm = "1" if model.arms is None else name_in_formula(model.arms.variable)
    strata = "".join(f" + factor({name_in_formula(each)})" for each in model.strata)
    response = f'Surv({lower}, {right}, type = "interval2")'
    yield "# What begins at 0 is left-censored: survreg takes no time of 0."
    yield f"t${lower} <- ifelse(t${left} == 0, NA, t${left})"
    yield f"curve <- survfit({response} ~ {arm}, data = t)"
    yield "print(curve)"
    yield "# Accelerated failure time: a coefficient above 0 is a longer time."
    yield f'weibull <- survreg({response} ~ {arm}{strata}, data = t, dist = "weibull")'
    yield "print(summary(weibull))"
