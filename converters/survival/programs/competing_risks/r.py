"""R's survival, and cmprsk where it is installed.

Help pages of survival: `Surv` (a factor whose first level is the censoring), `survfit.formula`, `coxph`,
`finegray`; of cmprsk `crr`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from ..model import Model
from ..r import opening
from ..r_words import name_in_formula as in_formula
from ..r_words import quoted as text
from .fits import CauseFits, fitted

_ON_CRR = (
    "# crr of cmprsk has the same coefficients unless a censoring ties with an event; its standard errors",
    "# are others, as they count that the censoring distribution is estimated.",
)


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [*opening(file, frame, model), *_estimates(model)]
    if model.arms is not None:
        lines += _models(frame, model, in_formula(model.arms.variable))
    return "\n".join(lines) + "\n"


def _estimates(model: Model) -> Iterator[str]:
    causes, (end, status) = model.family_as(CauseFits).causes, _response(model)
    labels = ", ".join(text(each) for each in ("censored", *causes))
    arm = "1" if model.arms is None else in_formula(model.arms.variable)
    yield "# Surv takes the first level of a factor for the censoring."
    yield f"t$cause <- factor(t${status}, levels = 0:{len(causes)}, labels = c({labels}))"
    yield ""
    yield "# Aalen-Johansen; the variance is survfit's infinitesimal jackknife, which is the delta method."
    yield f'cuminc <- survfit(Surv({end}, cause) ~ {arm}, data = t, conf.type = "log-log")'
    yield "print(summary(cuminc))"


def _models(frame: pd.DataFrame, model: Model, arm: str) -> Iterator[str]:
    strata = [in_formula(each) for each in model.strata]
    complete = " & ".join(f"!is.na(t${each})" for each in (arm, *strata))
    yield from ("", f"compared <- t[{complete}, ]")
    yield "# Cause-specific: subjects with another cause are censored at it."
    yield from _cause_specific(frame, model, arm, _stratified(strata))
    yield ""
    yield "# Fine-Gray by finegray and coxph: Breslow's ties, robust standard errors by subject."
    if strata:
        yield "# The censoring distribution is that of each stratum. crr of cmprsk has no strata."
    yield from _fine_gray(frame, model, arm, strata)
    if not strata:
        yield from _ON_CRR
        yield from _crr(frame, model, arm)


def _stratified(strata: Sequence[str]) -> str:
    return f" + strata({', '.join(strata)})" if strata else ""


def _cause_specific(frame: pd.DataFrame, model: Model, arm: str, stratified: str) -> Iterator[str]:
    end, status = _response(model)
    for number, name in fitted(frame, model):
        response = f"Surv({end}, {status} == {number})"
        yield f"# {text(name)}"
        yield f'cox_{number} <- coxph({response} ~ {arm}{stratified}, data = compared, ties = "efron")'
        yield f"print(summary(cox_{number}))"


def _fine_gray(frame: pd.DataFrame, model: Model, arm: str, strata: Sequence[str]) -> Iterator[str]:
    end, _ = _response(model)
    kept, stratified = " + ".join([arm, "USUBJID", *strata]), _stratified(strata)
    for number, name in fitted(frame, model):
        yield f"# {text(name)}"
        yield f"weighted <- finegray(Surv({end}, cause) ~ {kept}{stratified}, compared, etype = {text(name)})"
        yield f"fine_gray_{number} <- coxph("
        yield f"  Surv(fgstart, fgstop, fgstatus) ~ {arm}{stratified}, data = weighted, weights = fgwt,"
        yield '  ties = "breslow", cluster = USUBJID'
        yield ")"
        yield f"print(summary(fine_gray_{number}))"


def _crr(frame: pd.DataFrame, model: Model, arm: str) -> Iterator[str]:
    end, status = _response(model)
    yield 'if (requireNamespace("cmprsk", quietly = TRUE)) {'
    yield f"  arms <- model.matrix(~ {arm}, compared)[, -1, drop = FALSE]"
    for number, _ in fitted(frame, model):
        options = f"failcode = {number}, cencode = 0"
        yield f"  crr_{number} <- cmprsk::crr(compared${end}, compared${status}, arms, {options})"
        yield f"  print(summary(crr_{number}))"
    yield "}"


def _response(model: Model) -> tuple[str, str]:
    """The duration and the status."""
    (endpoint,) = model.endpoints
    return in_formula(endpoint.end), in_formula(endpoint.event)
