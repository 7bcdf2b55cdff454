"""Stata: `stintreg` and `stintcox`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model
from ..stata import base_of, opening
from .fits import CensoredFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For a file whose name Stata would expand, or arms that are numbers of another kind than those of
        factor variables.
    """
    fits = model.family_as(CensoredFits)
    return "\n".join([*opening(file, frame, model), "", *_fits(fits, frame, model)]) + "\n"


def _fits(fits: CensoredFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    effects = [] if model.arms is None else [f"ib{base_of(frame, model.arms)}.{model.arms.variable}"]
    effects += [f"i.{each}" for each in model.strata]
    of = f"{' '.join(effects)}, interval({fits.left} {fits.right})".lstrip()
    if model.arms is not None:
        yield f"* {model.on_order}"
    yield "* Accelerated failure time: a coefficient above 0 is a longer time."
    yield f"stintreg {of} distribution(weibull) time level(95)"
    if model.arms is not None and not (frame[fits.type] == "exact").any():
        yield "* Proportional hazards; it needs Stata 17."
        yield f"version 17: stintcox {of} level(95)"
