"""R's survival: `survcheck`, `survfit` (id, istate), `coxph` of several states."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model
from ..r import opening
from ..r_words import name_in_formula, quoted
from .fits import StateFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    fits = model.family_as(StateFits)
    of_table = _transitions(fits, model) if fits.by_transition else _states(fits, model)
    return "\n".join([*opening(file, frame, model), "", *of_table]) + "\n"


def _strata(model: Model) -> str:
    return f" + strata({', '.join(map(name_in_formula, model.strata))})" if model.strata else ""


def _states(fits: StateFits, model: Model) -> Iterator[str]:
    origin, target, subject = (name_in_formula(each) for each in (fits.origin, fits.target, model.subject))
    yield "# Censoring is the first level: what is not a state."
    yield f"t${origin} <- factor(t${origin}, levels = c({', '.join(map(quoted, fits.states))}))"
    levels = ", ".join(map(quoted, (fits.censored, *fits.states)))
    yield f"t${target} <- factor(t${target}, levels = c({levels}))"
    response = f"Surv({name_in_formula(fits.start)}, {name_in_formula(fits.stop)}, {target})"
    of_subjects = f"data = t, id = {subject}, istate = {origin}"
    yield f"check <- survcheck({response} ~ 1, {of_subjects})"
    yield "print(check$transitions)"
    yield "stopifnot(check$flag == 0)"
    arm = "1" if model.arms is None else name_in_formula(model.arms.variable)
    yield ""
    yield "# State occupation by Aalen-Johansen, with standard errors by the infinitesimal jackknife."
    yield f'states <- survfit({response} ~ {arm}, {of_subjects}, conf.type = "log-log")'
    yield "print(states)"
    if model.arms is not None:
        yield ""
        yield "# A hazard ratio for each transition. Of several states coxph has Breslow's ties only."
        options = f'{of_subjects}, ties = "breslow", robust = TRUE'
        yield f"cox <- coxph({response} ~ {arm}{_strata(model)}, {options})"
        yield "print(summary(cox))"


def _transitions(fits: StateFits, model: Model) -> Iterator[str]:
    start, stop, status, number = map(name_in_formula, (fits.start, fits.stop, fits.status, fits.number))
    response = f"Surv({start}, {stop}, {status})"
    arm = "" if model.arms is None else name_in_formula(model.arms.variable)
    yield "# Cumulative hazards of each transition by Nelson-Aalen."
    yield f"hazards <- survfit({response} ~ {number}{f' + {arm}' if arm else ''}, data = t)"
    yield "print(hazards)"
    if arm:
        transitions = f"seq_len({len(fits.pairs)})"
        options = f'cluster = {name_in_formula(model.subject)}, ties = "breslow"'
        yield ""
        yield "# A hazard ratio for each transition; ties as in a multi-state coxph."
        yield f"cox <- lapply({transitions}, function(k) coxph({response} ~ {arm}{_strata(model)},"
        yield f"  data = t[t${number} == k, ], {options}))"
        yield "print(lapply(cox, summary))"
