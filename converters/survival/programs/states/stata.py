"""Stata: `stset`, `sts list` and `stcox` of each transition."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model
from ..stata import base_of, opening
from .fits import StateFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For a file whose name Stata would expand, or arms that are numbers of another kind than those of
        factor variables.
    """
    fits = model.family_as(StateFits)
    lines = [
        *opening(file, frame, model),
        "",
        "* Stata has no estimate of state occupation: use the layout r. Ties are Breslow's, as in R.",
    ]
    for place in range(len(fits.pairs)):
        lines += ["", *_transition(fits, frame, model, place)]
    return "\n".join(lines) + "\n"


def _transition(fits: StateFits, frame: pd.DataFrame, model: Model, place: int) -> Iterator[str]:
    """One transition; the others from its state are censored. States are numbers with value labels."""
    number, (origin, target) = place + 1, fits.pairs[place]
    at_risk, made = (
        (f"{fits.number} == {number}", f"{fits.status} == 1")
        if fits.by_transition
        else (f"{fits.origin} == {origin + 1}", f"{fits.target} == {target + 2}")
    )
    yield f"* Transition {number}: the others from its state are censored."
    times = f"id({model.subject}) time0({fits.start}) origin(time 0) exit(time .)"
    yield f"stset {fits.stop} if {at_risk}, failure({made}) {times}"
    by_arm = "" if model.arms is None else f" by({model.arms.variable})"
    yield f"sts list, cumhaz{by_arm}"
    if model.arms is not None:
        strata = f" strata({' '.join(model.strata)})" if model.strata else ""
        arm = f"ib{base_of(frame, model.arms)}.{model.arms.variable}"
        yield f"stcox {arm}, breslow{strata} vce(cluster {model.subject}) noadjust level(95)"
