"""R's survival, and cmprsk where it is installed.

Help pages of survival: `Surv` (a factor whose first level is the censoring), `survfit.formula`, `coxph`,
`finegray`; of cmprsk `crr`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model
from ..r import _reading as reading_statements
from ..r_words import name_in_formula as in_formula
from ..r_words import quoted as text
from .causes import fitted

_WHICH_FINE_GRAY = (
    "# Fine-Gray by finegray and coxph: Breslow's ties, robust standard errors by subject.",
    "# crr of cmprsk, below, has the same coefficients unless a censoring ties with an event; its standard",
    "# errors are others, as they count that the censoring distribution is estimated.",
)


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        "# Cumulative incidence, cause-specific Cox, Fine-Gray by R; run it in the folder of the file.",
        "library(survival)",
        "",
    ]
    if model.arms is not None:
        lines.append(f"# {model.on_order}")
    lines += [*reading_statements(file, frame, model), *_estimates(model)]
    if model.arms is not None:
        lines += _models(frame, model, in_formula(model.arms.variable))
    return "\n".join(lines) + "\n"


def _estimates(model: Model) -> Iterator[str]:
    (endpoint,) = model.endpoints
    end, status = in_formula(endpoint.end), in_formula(endpoint.event)
    labels = ", ".join(text(each) for each in ("censored", *model.causes))
    arm = "1" if model.arms is None else in_formula(model.arms.variable)
    yield "# Surv takes the first level of a factor for the censoring."
    yield f"t$cause <- factor(t${status}, levels = 0:{len(model.causes)}, labels = c({labels}))"
    yield ""
    yield "# Aalen-Johansen; the variance is survfit's infinitesimal jackknife, which is the delta method."
    yield f'cuminc <- survfit(Surv({end}, cause) ~ {arm}, data = t, conf.type = "log-log")'
    yield "print(summary(cuminc))"


def _models(frame: pd.DataFrame, model: Model, arm: str) -> Iterator[str]:
    (endpoint,) = model.endpoints
    end, status = in_formula(endpoint.end), in_formula(endpoint.event)
    strata = [in_formula(each) for each in model.strata]
    stratified = f" + strata({', '.join(strata)})" if strata else ""
    kept = " + ".join([arm, "USUBJID", *strata])
    complete = " & ".join(f"!is.na(t${each})" for each in (arm, *strata))
    causes = fitted(frame, model)
    yield ""
    yield f"compared <- t[{complete}, ]"
    yield "# Cause-specific: subjects with another cause are censored at it."
    for number, name in causes:
        yield f"# {_commented(name)}"
        yield (
            f"cox_{number} <- coxph(Surv({end}, {status} == {number}) ~ {arm}{stratified}, data = compared, "
            'ties = "efron")'
        )
        yield f"print(summary(cox_{number}))"
    yield ""
    yield from _WHICH_FINE_GRAY
    for number, name in causes:
        yield f"# {_commented(name)}"
        yield (
            f"weighted_{number} <- finegray(Surv({end}, cause) ~ {kept}{stratified}, data = compared, "
            f"etype = {text(name)})"
        )
        yield (
            f"fine_gray_{number} <- coxph(Surv(fgstart, fgstop, fgstatus) ~ {arm}{stratified}, "
            f'data = weighted_{number}, weights = fgwt, ties = "breslow", cluster = USUBJID)'
        )
        yield f"print(summary(fine_gray_{number}))"
    if strata:
        yield "# crr has no strata."
        return
    yield 'if (requireNamespace("cmprsk", quietly = TRUE)) {'
    yield f"  arms <- model.matrix(~ {arm}, compared)[, -1, drop = FALSE]"
    for number, _ in causes:
        yield (
            f"  crr_{number} <- cmprsk::crr(compared${end}, compared${status}, arms, failcode = {number}, "
            "cencode = 0)"
        )
        yield f"  print(summary(crr_{number}))"
    yield "}"


def _commented(name: str) -> str:
    """A text of the user as a comment, in one line and in ASCII."""
    return text(name)
