"""Python's lifelines on intervals: Cox models, and the mean number of events where they recur.

lifelines takes late entries, and no robust errors with them: `CoxPHFitter` leaves the entries out of these,
and `CoxTimeVaryingFitter` has none. The program brings its own, of the score residuals of R's survival.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from .....schemas.study import columns
from ..model import EndpointColumns, Model
from ..python import HEAD, statements, text, texts
from .fits import CoxFit, RecurrentFits

_OWN_ERRORS = '''

def robust_errors(cox, begin, end, event, x, stratum, subject):
    """Standard errors of a Cox model with Efron's ties, the intervals of a subject together."""
    begin, end, event, stratum = map(numpy.asarray, (begin, end, event, stratum))
    x = numpy.asarray(x, float)
    weight, residual = numpy.exp((x - x.mean(axis=0)) @ cox.params_.to_numpy()), numpy.zeros_like(x)
    for each in numpy.unique(stratum):
        for time in numpy.unique(end[(stratum == each) & event]):
            at_risk = numpy.flatnonzero((stratum == each) & (begin < time) & (end >= time))
            dies = event[at_risk] & (end[at_risk] == time)
            w, z, d = weight[at_risk], x[at_risk], dies.sum()
            for share in numpy.arange(d) / d:
                own = w * numpy.where(dies, 1 - share, 1.0)
                excess = z - own @ z / own.sum()
                residual[at_risk] += (dies / d - own / own.sum())[:, None] * excess
    by_subject = pandas.DataFrame(residual).groupby(numpy.asarray(subject)).sum().to_numpy()
    influence = by_subject @ cox.variance_matrix_.to_numpy()
    return pandas.Series(numpy.sqrt((influence**2).sum(axis=0)), cox.params_.index)


def show(cox, errors):
    z = cox.params_ / errors
    p = 2 * scipy.stats.norm.sf(abs(z))
    shown = {"coef": cox.params_, "exp(coef)": cox.hazard_ratios_, "robust se": errors, "p": p}
    print(pandas.DataFrame(shown))
'''


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        f'"""{model.title} by lifelines; run it in the folder of the file."""',
        "",
        HEAD,
        *_imports(model),
        "",
        *statements(file, frame, model),
        *_fits(frame, model),
    ]
    return "\n".join(lines) + "\n"


def _imports(model: Model) -> Iterator[str]:
    """What the program imports, and its own functions."""
    fits = model.family_as(RecurrentFits)
    cox_fits = fits.cox_fits(model)
    clustered = any(fit.clustered for fit in cox_fits)
    yield "import numpy"
    yield "import pandas"
    if clustered:
        yield "import scipy.stats"
    fitters = ["CoxPHFitter"] * bool(cox_fits) + ["NelsonAalenFitter"] * (fits.recurrence is not None)
    yield f"from lifelines import {', '.join(fitters)}"
    if cox_fits:
        yield "from lifelines.exceptions import ConvergenceError"
    if clustered:
        yield _OWN_ERRORS


def _fits(frame: pd.DataFrame, model: Model) -> Iterator[str]:
    """The statements that analyse the table."""
    fits, (times,) = model.family_as(RecurrentFits), model.endpoints
    cox_fits = fits.cox_fits(model)
    yield f"observed = t.astype({{{text(times.event)}: bool}})"
    if fits.recurrence is not None:
        yield from ("", *_mean_events(times, model))
    if not cox_fits:
        return
    arm = [] if model.arms is None else [model.arms.variable]
    yield ""
    yield f"compared = observed.dropna(subset={texts((*arm, *model.strata, *fits.covariates))})"
    yield f"x = compared[{texts((*arm, *fits.covariates))}].copy()"
    if arm:
        yield f"# {model.on_order} Ties are Efron's."
        yield f"x[{text(arm[0])}] = x[{text(arm[0])}].cat.remove_unused_categories()"
    yield 'x = pandas.get_dummies(x, prefix_sep="=", drop_first=True, dtype=float)'
    # By default lifelines stops as soon as the fourth digit, at times, is still on its way.
    yield 'as_exact_as_it_can = {"precision": 1e-12, "r_precision": 1e-14}'
    for fit in cox_fits:
        yield from ("", *_cox(fit, frame, model))


def _mean_events(times: EndpointColumns, model: Model) -> Iterator[str]:
    begin, arm = text(times.begin), "" if model.arms is None else text(model.arms.variable)
    yield "# The mean number of events of a subject, by Nelson and Aalen. A subject is at risk after"
    yield "# the start of an interval: lifelines has it at risk at that time, too."
    yield f"by_arm = observed.groupby({arm}, observed=True)" if arm else 'by_arm = [("all", observed)]'
    yield "mean_events = {}"
    yield "for arm, of in by_arm:"
    yield f"    entry = numpy.where(of[{begin}] > 0, numpy.nextafter(of[{begin}], numpy.inf), 0.0)"
    yield "    fitter = NelsonAalenFitter(nelson_aalen_smoothing=False)"
    yield f"    fitter.fit(of[{text(times.end)}], of[{text(times.event)}], entry=entry, label=str(arm))"
    yield f"    times = numpy.unique(of.loc[of[{text(times.event)}], {text(times.end)}])"
    yield "    mean_events[arm] = fitter.cumulative_hazard_.loc[times]"
    yield "    print(mean_events[arm])"


def _cox(fit: CoxFit, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    begin, end, event = fit.times.columns
    options = [f"duration_col={text(end)}", f"event_col={text(event)}", f"entry_col={text(begin)}"]
    if fit.strata:
        options.append(f"strata={texts(fit.strata)}")
    # Of categories lifelines would have strata without any record.
    of_text = [f"{text(each)}: object" for each in fit.strata if columns.is_character(frame[each])]
    plain = f".astype({{{', '.join(of_text)}}})" if of_text else ""
    yield f"# {fit.title}."
    yield f"fitted = compared[{texts((*fit.times.columns, *fit.strata))}]{plain}.join(x)"
    yield "try:"
    yield f"    {fit.name} = CoxPHFitter(alpha=0.05).fit("
    yield f"        fitted, {', '.join(options)},"
    yield "        fit_options=as_exact_as_it_can"
    yield "    )"
    if fit.clustered:
        stratum = f"compared.groupby({texts(fit.strata)}, observed=True).ngroup()"
        times = ", ".join(f"fitted[{text(each)}]" for each in fit.times.columns)
        yield f"    {fit.name}_errors = robust_errors("
        yield f"        {fit.name}, {times}, x,"
        yield f"        {stratum if fit.strata else 'numpy.zeros(len(x))'}, compared[{text(model.subject)}]"
        yield "    )"
        yield f"    show({fit.name}, {fit.name}_errors)"
    else:
        yield f"    {fit.name}.print_summary()"
    yield "except ConvergenceError as refusal:  # as where an arm is at risk at no event"
    yield "    print(refusal)"
