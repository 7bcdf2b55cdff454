"""Python's scikit-survival: Aalen-Johansen and cause-specific Cox. It does not have Fine-Gray models.

Its pages: `sksurv.nonparametric.cumulative_incidence_competing_risks` (var_type, conf_type),
`sksurv.linear_model.CoxPHSurvivalAnalysis` (ties, alpha).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ...arms import Arms
from ..model import Model
from ..python import HEAD, compared_arms, statements, text
from .fits import fitted, numbered


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        f'"""{model.title} by scikit-survival; run it in the folder of the file."""',
        "",
        "# Fine-Gray models: scikit-survival does not have them; R, SAS and Stata have.",
        HEAD,
        "import pandas",
    ]
    if model.arms is not None:
        lines.append("from sksurv.linear_model import CoxPHSurvivalAnalysis")
    lines.append("from sksurv.nonparametric import cumulative_incidence_competing_risks")
    if model.arms is not None:
        lines.append("from sksurv.util import Surv")
    lines += ["", *statements(file, frame, model), "", *_incidences(model)]
    if model.arms is not None:
        lines += ["", *_cause_specific(frame, model, model.arms)]
    return "\n".join(lines) + "\n"


def _incidences(model: Model) -> Iterator[str]:
    (endpoint,) = model.endpoints
    end, status = text(endpoint.end), text(endpoint.event)
    names = ", ".join(f"{number}: {text(name)}" for number, name in numbered(model))
    yield f"causes = {{{names}}}"
    yield "incidence = {}"
    if model.arms is None:
        yield 'by_arm = [("all", t)]'
    else:
        yield f"by_arm = t.groupby({text(model.arms.variable)}, observed=True)"
    yield "for arm, of in by_arm:"
    yield "    # scikit-survival needs two causes, and an event of each: those of the arm are numbered again."
    yield f"    found = sorted(of.loc[of[{status}] > 0, {status}].unique().tolist())"
    yield "    if len(found) < 2:"
    yield '        print(arm, "events of fewer than two causes", sep=": ")'
    yield "        continue"
    yield "    places = {0: 0} | {each: place for place, each in enumerate(found, 1)}"
    yield "    # This var_type is the variance of R's survfit."
    yield "    time, estimates, limits = cumulative_incidence_competing_risks("
    yield f"        of[{status}].map(places), of[{end}],"
    yield '        conf_level=0.95, conf_type="log-log", var_type="Dinse_Approx"'
    yield "    )"
    yield "    for place, each in enumerate(found, 1):"
    yield "        lower, upper = limits[place]"
    yield '        columns = {"incidence": estimates[place], "lower": lower, "upper": upper}'
    yield "        incidence[arm, each] = pandas.DataFrame(columns, time)"
    yield '        print(arm, causes[each], sep=", ")'
    yield "        print(incidence[arm, each])"


def _cause_specific(frame: pd.DataFrame, model: Model, arms: Arms) -> Iterator[str]:
    (endpoint,) = model.endpoints
    arm, end, status = text(arms.variable), text(endpoint.end), text(endpoint.event)
    yield f"# {model.on_order}"
    yield "# Cause-specific: subjects with another cause are censored at it."
    yield f"compared = t.dropna(subset=[{arm}])"
    yield from compared_arms(arm)
    yield "cox = {}"
    yield f"for status in {[number for number, _ in fitted(frame, model)]}:"
    yield f"    y = Surv.from_arrays(compared[{status}] == status, compared[{end}])"
    yield '    cox[status] = CoxPHSurvivalAnalysis(alpha=0, ties="efron").fit(arms, y)'
    yield "    print(causes[status], pandas.Series(cox[status].coef_, arms.columns))"
