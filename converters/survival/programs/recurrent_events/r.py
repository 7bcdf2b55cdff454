"""R's survival: `coxph` (cluster, ties), `survfit` (id), `strata`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import EndpointColumns, Model
from ..r import opening
from ..r_words import name_in_formula
from .fits import RecurrentFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    return "\n".join([*opening(file, frame, model), *_fits(model)]) + "\n"


def _fits(model: Model) -> Iterator[str]:
    """Cox models, and the mean number of events where they recur."""
    fits = model.family_as(RecurrentFits)
    (times,), subject = model.endpoints, name_in_formula(model.subject)
    arm = [] if model.arms is None else [name_in_formula(model.arms.variable)]
    if fits.recurrence is not None:
        yield from ("", "# The mean number of events of a subject, by Nelson and Aalen.")
        yield f"mean_events <- survfit({_response(times)} ~ {arm[0] if arm else 1}, data = t, id = {subject})"
        yield 'print(summary(mean_events)[c("strata", "time", "n.risk", "n.event", "cumhaz", "std.chaz")])'
    terms = " + ".join([*arm, *map(name_in_formula, fits.covariates)])
    for fit in fits.cox_fits(model):
        strata = f" + strata({', '.join(map(name_in_formula, fit.strata))})" if fit.strata else ""
        cluster = f", cluster = {subject}" if fit.clustered else ""
        errors = "; robust errors, the intervals of a subject together" if fit.clustered else ""
        yield from ("", f"# {fit.title}{errors}.")
        formula = f"{_response(fit.times)} ~ {terms}{strata}"
        yield f'{fit.name} <- coxph({formula}, data = t, ties = "efron"{cluster})'
        yield f"print(summary({fit.name}))"


def _response(times: EndpointColumns) -> str:
    return f"Surv({', '.join(map(name_in_formula, times.columns))})"
