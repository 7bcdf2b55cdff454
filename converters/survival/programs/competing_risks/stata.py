"""Stata: `stcox` for cause-specific Cox, `stcrreg` for Fine-Gray."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ...arms import Arms
from ..model import Model
from ..stata import base_of, opening
from .fits import fitted, others


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For a file whose name Stata would expand, or arms that are numbers of another kind than those of
        factor variables.
    """
    lines = [
        *opening(file, frame, model),
        "* Cumulative incidence without a model: Stata does not have it; R, SAS and adamgate cuminc have.",
    ]
    if model.arms is None:
        lines.append("* Models compare arms, and the table has one group.")
    else:
        for number, _ in fitted(frame, model):
            lines += ["", *_compared(number, frame, model, model.arms)]
    return "\n".join(lines) + "\n"


def _compared(number: int, frame: pd.DataFrame, model: Model, arms: Arms) -> Iterator[str]:
    (endpoint,) = model.endpoints
    arm, strata = f"ib{base_of(frame, arms)}.{arms.variable}", ""
    if model.strata:
        strata = f" strata({' '.join(model.strata)})"
    yield f"stset {endpoint.end}, failure({endpoint.event} == {number}) origin(time 0)"
    yield f"* {model.on_order}"
    yield f"* Cause-specific, status {number}: subjects with another cause are censored at it."
    yield f"stcox {arm}, efron{strata} level(95)"
    rivals = others(model, number)
    if strata:
        yield "* Fine-Gray within strata: stcrreg does not have it; R's finegray and coxph have."
    elif rivals:
        yield "* Fine-Gray: ties are Breslow's."
        compete = " ".join(map(str, rivals))
        yield f"stcrreg {arm}, compete({endpoint.event} == {compete}) level(95)"
