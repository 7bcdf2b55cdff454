"""SAS: PROC ICLIFETEST, PROC LIFEREG and PROC ICPHREG."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .....schemas.study import columns
from ..model import Model, unused_name
from ..sas import literal, opening
from .fits import CensoredFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For an arm, or a file, that no SAS literal can hold.
    """
    fits = model.family_as(CensoredFits)
    return "\n".join([*opening(file, frame, model), "", *_fits(fits, frame, model)]) + "\n"


def _fits(fits: CensoredFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    left, right = fits.left, fits.right
    yield "/* ICLIFETEST uses no time that is exact: it gets an interval without a length that matters. */"
    yield "data curve; set t;"
    yield f"  if {left} = {right} then {left} = {right} * (1 - 1e-9);"
    yield "run;"
    yield "proc iclifetest data=curve method=emicm conftype=loglog alpha=0.05 impute(seed=1);"
    yield f"  time ({left}, {right});"
    if model.arms is not None:
        if model.strata:
            yield f"  strata {' '.join(model.strata)};"
        yield f"  test {model.arms.variable};"
    yield "run;"
    yield ""
    yield "/* What begins at 0 is left-censored. */"
    yield "data t; set t;"
    yield f"  if {left} = 0 then {left} = .;"
    dummies = [*_dummies(frame, model)]
    yield from (f"  {statement}" for _, statement in dummies)
    yield "run;"
    names = "".join(f" {name}" for name, _ in dummies)
    strata = "".join(f" {each}" for each in model.strata)
    yield "/* Accelerated failure time: a coefficient above 0 is a longer time. */"
    yield "proc lifereg data=t;"
    if model.strata:
        yield f"  class{strata};"
    yield f"  model ({left}, {right}) ={names}{strata} / distribution=weibull alpha=0.05;"
    yield "run;"
    if model.arms is not None:
        yield f"/* Proportional hazards with a baseline that is constant by parts. {model.on_order} */"
        yield "proc icphreg data=t;"
        arm, reference = model.arms.variable, literal(model.arms.levels[0])
        yield f"  class {arm} (ref={reference}){strata} / param=ref order=internal;"
        yield f"  model ({left}, {right}) = {arm}{strata} / alpha=0.05;"
        yield "run;"


def _dummies(frame: pd.DataFrame, model: Model) -> Iterator[tuple[str, str]]:
    """A column for each arm but the first, and the statement that makes it: LIFEREG knows no reference."""
    if model.arms is None:
        return
    arm = model.arms.variable
    is_text = columns.is_character(frame[arm])
    for number, level in enumerate(model.arms.levels[1:], 2):
        name = unused_name(f"arm{number}", frame.columns)
        value = literal(level) if is_text else level
        yield name, f"if not missing({arm}) then {name} = ({arm} = {value});"
