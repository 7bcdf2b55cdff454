"""Python's scikit-survival: CSV or Parquet. It has neither left truncation nor strata in a Cox model.

Its pages: `sksurv.util.Surv`, `sksurv.nonparametric.kaplan_meier_estimator` (conf_type),
`sksurv.compare.compare_survival`, `sksurv.linear_model.CoxPHSurvivalAnalysis` (ties, alpha, tol).
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..arms import Arms
from .model import EndpointColumns, Model
from .python import HEAD, compared_arms, statements, text, texts


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        f'"""{model.title} by scikit-survival; run it in the folder of the file."""',
        "",
        HEAD,
        "import pandas",
        *_imports(model),
        "",
        *statements(file, frame, model),
    ]
    for endpoint in model.endpoints:
        lines += ["", *_kaplan_meier(endpoint, model)]
        if model.arms is not None:
            lines += ["", *_comparison(endpoint, model, model.arms)]
    return "\n".join(lines) + "\n"


def _imports(model: Model) -> Iterator[str]:
    if model.arms is not None:
        yield "from sksurv.compare import compare_survival"
        yield "from sksurv.linear_model import CoxPHSurvivalAnalysis"
    yield "from sksurv.nonparametric import kaplan_meier_estimator"
    if model.arms is not None:
        yield "from sksurv.util import Surv"


def _kaplan_meier(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    km, end, event = endpoint.called("km"), text(endpoint.end), text(endpoint.event)
    yield f"observed = t.dropna(subset={texts(endpoint.columns)}).astype({{{event}: bool}})"
    if model.arms is None:
        yield 'by_arm = [("all", observed)]'
    else:
        yield f"by_arm = observed.groupby({text(model.arms.variable)}, observed=True)"
    yield f"{km} = {{}}"
    yield "for arm, of in by_arm:"
    yield "    time, survival, (lower, upper) = kaplan_meier_estimator("
    yield f'        of[{event}], of[{end}], conf_level=0.95, conf_type="log-log"'
    yield "    )"
    yield f'    {km}[arm] = pandas.DataFrame({{"survival": survival, "lower": lower, "upper": upper}}, time)'
    yield f'    print(arm, {km}[arm], sep="\\n")'


def _comparison(endpoint: EndpointColumns, model: Model, arms: Arms) -> Iterator[str]:
    log_rank, cox = map(endpoint.called, ("log_rank", "cox"))
    arm, end, event = text(arms.variable), text(endpoint.end), text(endpoint.event)
    yield f"compared = observed.dropna(subset=[{arm}])"
    yield f"y = Surv.from_dataframe({event}, {end}, compared)"
    yield f"{log_rank} = compare_survival(y, compared[{arm}].cat.codes)"
    yield f'print("log-rank", {log_rank})'
    yield ""
    yield f"# {model.on_order}"
    yield from compared_arms(arm)
    yield f'{cox} = CoxPHSurvivalAnalysis(alpha=0, ties="efron").fit(arms, y)'
    yield f"print(pandas.Series({cox}.coef_, arms.columns))"
