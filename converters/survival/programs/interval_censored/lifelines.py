"""Python's lifelines: `fit_interval_censoring` of KaplanMeierFitter, WeibullFitter and WeibullAFTFitter."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..model import Model
from ..python import HEAD, compared_arms, statements, text, texts
from .fits import CensoredFits


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        f'"""{model.title} by lifelines; run it in the folder of the file."""',
        "",
        HEAD,
        "import numpy",
        "import pandas",
        "from lifelines import KaplanMeierFitter, WeibullAFTFitter, WeibullFitter",
        "",
        *statements(file, frame, model),
        "",
        *_fits(model.family_as(CensoredFits), model),
    ]
    return "\n".join(lines) + "\n"


def _fits(fits: CensoredFits, model: Model) -> Iterator[str]:
    left, right = text(fits.left), text(fits.right)
    arm = "" if model.arms is None else text(model.arms.variable)
    yield "# A right limit that is missing is a censoring."
    yield f"observed = t.fillna({{{right}: numpy.inf}})"
    yield f"by_arm = observed.groupby({arm}, observed=True)" if arm else 'by_arm = [("all", observed)]'
    yield "curve = {}"
    yield "for arm, of in by_arm:"
    yield "    fitter = KaplanMeierFitter(label=str(arm))"
    yield f"    curve[arm] = fitter.fit_interval_censoring(of[{left}], of[{right}])"
    yield "    print(curve[arm].survival_function_)"
    yield ""
    yield "# Accelerated failure time: a coefficient above 0 is a longer time."
    if model.arms is None:
        yield "fitter = WeibullFitter(alpha=0.05)"
        yield f"weibull = fitter.fit_interval_censoring(observed[{left}], observed[{right}])"
        yield "weibull.print_summary()"
        return
    yield f"# {model.on_order}"
    yield f"compared = observed.dropna(subset={texts((model.arms.variable, *model.strata))})"
    yield from compared_arms(arm)
    parts = ["arms", *(_factor(each) for each in model.strata)]
    yield f"fitted = pandas.concat([compared[{texts((fits.left, fits.right))}], {', '.join(parts)}], axis=1)"
    yield f"weibull = WeibullAFTFitter(alpha=0.05).fit_interval_censoring(fitted, {left}, {right})"
    yield "weibull.print_summary()"


def _factor(name: str) -> str:
    column = f"compared[{text(name)}].astype(str)"
    return f'pandas.get_dummies({column}, prefix={text(name)}, prefix_sep="=", dtype=float).iloc[:, 1:]'
