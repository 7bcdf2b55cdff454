"""Python's lifelines: Aalen-Johansen and cause-specific Cox. It does not have Fine-Gray models.

Its pages: `AalenJohansenFitter` (jitter_level, seed), `CoxPHFitter` (strata; its ties are Efron's).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .....schemas.study import columns
from ...arms import Arms
from ..model import Model
from ..python import HEAD, compared_arms, statements, text, texts
from .fits import fitted, numbered


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    fitters = "AalenJohansenFitter" if model.arms is None else "AalenJohansenFitter, CoxPHFitter"
    lines = [
        f'"""{model.title} by lifelines; run it in the folder of the file."""',
        "",
        "# Fine-Gray models: lifelines does not have them; R, SAS and Stata have.",
        HEAD,
        "import pandas",
        f"from lifelines import {fitters}",
    ]
    if model.arms is not None:
        lines.append("from lifelines.exceptions import ConvergenceError")
    lines += ["", *statements(file, frame, model), "", *_incidences(model)]
    if model.arms is not None:
        lines += ["", *_cause_specific(frame, model, model.arms)]
    return "\n".join(lines) + "\n"


def _incidences(model: Model) -> Iterator[str]:
    (endpoint,) = model.endpoints
    end, status = text(endpoint.end), text(endpoint.event)
    names = ", ".join(f"{number}: {text(name)}" for number, name in numbered(model))
    by_arm = (
        '[("all", t)]' if model.arms is None else f"t.groupby({text(model.arms.variable)}, observed=True)"
    )
    yield "# lifelines moves tied times apart at random: estimates differ from those of R, SAS and Stata a"
    yield "# little, and from run to run without a seed."
    yield f"causes = {{{names}}}"
    yield "incidence = {}"
    yield f"for arm, of in {by_arm}:"
    yield "    for status, cause in causes.items():"
    yield "        fitter = AalenJohansenFitter(jitter_level=1e-9, seed=1, alpha=0.05)"
    yield f"        fitter.fit(of[{end}], of[{status}], event_of_interest=status)"
    yield "        incidence[arm, status] = fitter.cumulative_density_"
    yield '        print(arm, cause, sep=", ")'
    yield "        print(pandas.concat([fitter.cumulative_density_, fitter.confidence_interval_], axis=1))"


def _cause_specific(frame: pd.DataFrame, model: Model, arms: Arms) -> Iterator[str]:
    (endpoint,) = model.endpoints
    arm, end, status = text(arms.variable), text(endpoint.end), text(endpoint.event)
    yield f"# {model.on_order} Ties are Efron's."
    yield "# Cause-specific: subjects with another cause are censored at it."
    yield f"compared = t.dropna(subset={texts((arms.variable, *model.strata))})"
    yield from compared_arms(arm)
    of_text = [f"{text(each)}: object" for each in model.strata if columns.is_character(frame[each])]
    plain = f".astype({{{', '.join(of_text)}}})" if of_text else ""
    strata = f", strata={texts(model.strata)}" if model.strata else ""
    yield f"fitted = compared[{texts((endpoint.end, *model.strata))}]{plain}.join(arms)"
    yield 'as_exact_as_it_can = {"precision": 1e-12, "r_precision": 1e-14}'
    yield "cox = {}"
    yield f"for status in {[number for number, _ in fitted(frame, model)]}:"
    yield "    print(causes[status])"
    yield f"    of_cause = fitted.assign(event=compared[{status}] == status)"
    yield "    try:"
    yield (
        f'        cox[status] = CoxPHFitter(alpha=0.05).fit(of_cause, duration_col={end}, event_col="event", '
        f"fit_options=as_exact_as_it_can{strata})"
    )
    yield "        cox[status].print_summary()"
    yield "    except ConvergenceError as refusal:  # as where an arm is at risk at no event"
    yield "        print(refusal)"
