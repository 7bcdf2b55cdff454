"""SAS: PROC LIFETEST and, for Fine-Gray, PROC PHREG with EVENTCODE=; cause-specific Cox."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ...arms import Arms
from ..model import Model
from ..sas import literal, opening
from .fits import fitted, numbered, others


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For an arm, or a file, that no SAS literal can hold.
    """
    lines = [
        *opening(file, frame, model),
        "",
        *_incidences(frame, model),
    ]
    if model.arms is not None:
        lines += ["", *_models(frame, model, model.arms)]
    return "\n".join(lines) + "\n"


def _incidences(frame: pd.DataFrame, model: Model) -> Iterator[str]:
    (endpoint,) = model.endpoints
    codes = " ".join(str(number) for number, _ in fitted(frame, model) or numbered(model))
    yield "/* One analysis for each cause; ERROR=DELTA is the variance of R's survfit. */"
    if model.arms is not None:
        yield "/* The arms are compared by Gray's test. */"
    yield "proc lifetest data=t error=delta conftype=loglog alpha=0.05;"
    yield f"  time {endpoint.end}*{endpoint.event}(0) / eventcode={codes};"
    if model.arms is not None:
        yield f"  strata {model.arms.variable};"
    yield "run;"


def _models(frame: pd.DataFrame, model: Model, arms: Arms) -> Iterator[str]:
    (endpoint,) = model.endpoints
    arm, response = arms.variable, f"{endpoint.end}*{endpoint.event}"
    fitted_to = f"  class {arm} (ref={literal(arms.levels[0])}) / param=ref order=internal;"
    yield f"/* {model.on_order} */"
    for number, _ in fitted(frame, model):
        censored = ", ".join(map(str, (0, *others(model, number))))
        yield f"/* Cause-specific, status {number}: subjects with another cause are censored at it. */"
        yield "proc phreg data=t;"
        yield fitted_to
        yield f"  model {response}({censored}) = {arm} / ties=efron risklimits alpha=0.05;"
        if model.strata:
            yield f"  strata {' '.join(model.strata)};"
        yield "run;"
    if model.strata:
        yield "/* Fine-Gray within strata is not in this program: R's finegray and coxph have it. */"
        return
    for number, _ in fitted(frame, model):
        yield f"/* Fine-Gray, status {number}; the covariance is the sandwich estimate. */"
        yield "proc phreg data=t;"
        yield fitted_to
        yield f"  model {response}(0) = {arm} / eventcode={number} ties=breslow risklimits alpha=0.05;"
        yield "run;"
