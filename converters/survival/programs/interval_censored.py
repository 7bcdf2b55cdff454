"""Interval-censored times: the nonparametric curve, and a Weibull model of accelerated failure time.

An event is in (left, right], at right where both are equal; a missing right is a censoring at left. Strata
are factors of the model: a model of accelerated failure time has no strata as Cox has. Help pages of R's
survival: `Surv` (type interval2), `survfit.formula`, `survreg`; of lifelines: `KaplanMeierFitter` and
`WeibullAFTFitter` (fit_interval_censoring). `manuals` has those of SAS and Stata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ....schemas.study import columns
from .model import Model, Need, unused_name
from .python import compared_arms, text, texts
from .r_words import name_in_formula
from .sas import literal
from .stata import base_of


@dataclass(frozen=True, slots=True)
class IntervalFits:
    """The columns of a table of interval-censored times."""

    left: str = "left"
    right: str = "right"
    type: str = "type"

    @property
    def title(self) -> str:
        return "Interval-censored times"

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset({Need.INTERVAL_CENSORING})

    @property
    def coded(self) -> Mapping[str, tuple[str, ...]]:
        return {}

    def renamed(self, names: Mapping[str, str]) -> IntervalFits:
        own = {each: getattr(self, each) for each in ("left", "right", "type")}
        return replace(self, **{each: names.get(name, name) for each, name in own.items()})

    def statements(self, tool: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
        by_tool = {"r": _in_r, "sas": _in_sas, "stata": _in_stata, "lifelines": _in_lifelines}
        yield from by_tool[tool](self, frame, model)


def _in_r(fits: IntervalFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    left, right, lower = map(name_in_formula, (fits.left, fits.right, unused_name("lower", frame.columns)))
    arm = "1" if model.arms is None else name_in_formula(model.arms.variable)
    strata = "".join(f" + factor({name_in_formula(each)})" for each in model.strata)
    response = f'Surv({lower}, {right}, type = "interval2")'
    yield "# What begins at 0 is left-censored: survreg takes no time of 0."
    yield f"t${lower} <- ifelse(t${left} == 0, NA, t${left})"
    yield f"curve <- survfit({response} ~ {arm}, data = t)"
    yield "print(curve)"
    yield "# Accelerated failure time: a coefficient above 0 is a longer time."
    yield f'weibull <- survreg({response} ~ {arm}{strata}, data = t, dist = "weibull")'
    yield "print(summary(weibull))"


def _in_sas(fits: IntervalFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
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


def _in_stata(fits: IntervalFits, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    effects = [] if model.arms is None else [f"ib{base_of(frame, model.arms)}.{model.arms.variable}"]
    effects += [f"i.{each}" for each in model.strata]
    of = f"{' '.join(effects)}, interval({fits.left} {fits.right})".lstrip()
    if model.arms is not None:
        yield f"* {model.on_order}"
    yield "* Accelerated failure time: a coefficient above 0 is a longer time."
    yield f"stintreg {of} distribution(weibull) time level(95)"
    if model.arms is not None and not (frame[fits.type] == "exact").any():
        yield "* Proportional hazards; it needs Stata 17."
        yield f"version 17: stintcox {of} level(95)"


def _in_lifelines(fits: IntervalFits, _: pd.DataFrame, model: Model) -> Iterator[str]:
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
