"""Python's lifelines: CSV or Parquet.

Its pages: `KaplanMeierFitter` (entry; its intervals are on the log(-log) scale), `multivariate_logrank_test`,
`CoxPHFitter` (strata, entry_col; its ties are Efron's). It has no log-rank test of strata or late entries:
the program brings its own, of the same numbers at risk and the same variance as R's survdiff.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ....schemas.study import columns
from ..arms import Arms
from .model import EndpointColumns, Model
from .python import HEAD, compared_arms, statements, text, texts

_OWN_LOG_RANK = '''

def log_rank_test(begin, end, event, arm, stratum):
    """Log-rank test of arms within strata, each record at risk after begin, to end: chi-square, df, p."""
    begin, end, event, stratum = map(numpy.asarray, (begin, end, event, stratum))
    codes, arms = arm.cat.codes.to_numpy(), len(arm.cat.categories)
    excess, expected, variance = numpy.zeros(arms), numpy.zeros(arms), numpy.zeros((arms, arms))
    for each in numpy.unique(stratum):
        within = stratum == each
        for time in numpy.unique(end[within & event]):
            at_risk = numpy.bincount(codes[within & (begin < time) & (end >= time)], minlength=arms)
            events = numpy.bincount(codes[within & event & (end == time)], minlength=arms)
            n, d, share = at_risk.sum(), events.sum(), at_risk / at_risk.sum()
            excess += events - d * share
            expected += d * share
            if n > 1:
                variance += d * (n - d) / (n - 1) * (numpy.diag(share) - numpy.outer(share, share))
    df = numpy.count_nonzero(expected) - 1
    chi_square = excess @ numpy.linalg.pinv(variance) @ excess
    return {"chi_square": float(chi_square), "df": int(df), "p": float(scipy.stats.chi2.sf(chi_square, df))}
'''


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = [
        f'"""{model.title} by lifelines; run it in the folder of the file."""',
        "",
        HEAD,
        *_imports(model),
    ]
    if _has_own_log_rank(model):
        lines += [_OWN_LOG_RANK]
    lines += ["", *statements(file, frame, model)]
    for endpoint in model.endpoints:
        lines += ["", *_kaplan_meier(endpoint, model)]
        if model.arms is not None:
            lines += ["", *_comparison(endpoint, frame, model, model.arms)]
    return "\n".join(lines) + "\n"


def _has_own_log_rank(model: Model) -> bool:
    return model.arms is not None and bool(model.needs)


def _imports(model: Model) -> Iterator[str]:
    late = any(each.begin for each in model.endpoints)
    own = _has_own_log_rank(model)
    if late or own:
        yield "import numpy"
    yield "import pandas"
    if own:
        yield "import scipy.stats"
    fitters = "KaplanMeierFitter" if model.arms is None else "CoxPHFitter, KaplanMeierFitter"
    yield f"from lifelines import {fitters}"
    refusals = ["ConvergenceError"] * (model.arms is not None) + ["StatError"] * late
    if refusals:
        yield f"from lifelines.exceptions import {', '.join(refusals)}"
    if model.arms is not None and not own:
        yield "from lifelines.statistics import multivariate_logrank_test"


def _kaplan_meier(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    km, end, event = endpoint.called("km"), text(endpoint.end), text(endpoint.event)
    arm = "" if model.arms is None else text(model.arms.variable)
    yield f"observed = t.dropna(subset={texts(endpoint.columns)}).astype({{{event}: bool}})"
    curves = "observed"
    if model.subject:
        curves = "subjects"
        first = f', {arm}: "first"' if arm else ""
        ends = f'{text(endpoint.begin)}: "min", {end}: "max", {event}: "max"{first}'
        yield "# The curve of intervals is that of their subjects, of whom lifelines takes one record each."
        yield f"subjects = observed.groupby({text(model.subject)}, as_index=False).agg({{{ends}}})"
    yield f"by_arm = {curves}.groupby({arm}, observed=True)" if arm else f'by_arm = [("all", {curves})]'
    yield f"{km} = {{}}"
    yield "for arm, of in by_arm:"
    yield "    fitter = KaplanMeierFitter(alpha=0.05, label=str(arm))"
    yield from (f"    {line}" for line in _fit(endpoint, km))
    yield f"    print(pandas.concat([{km}[arm].survival_function_, {km}[arm].confidence_interval_], axis=1))"


def _fit(endpoint: EndpointColumns, km: str) -> Iterator[str]:
    fit = f"{km}[arm] = fitter.fit(of[{text(endpoint.end)}], of[{text(endpoint.event)}]"
    if not endpoint.begin:
        yield f"{fit})"
        return
    begin = f"of[{text(endpoint.begin)}]"
    yield "# At risk after the entry: lifelines has a subject at risk at that time, too."
    yield f"entry = numpy.where({begin} > 0, numpy.nextafter({begin}, numpy.inf), 0.0)"
    yield "try:"
    yield f"    {fit}, entry=entry)"
    yield "except StatError as refusal:  # at some time nobody is at risk any more"
    yield "    print(arm, refusal)"
    yield "    continue"


def _comparison(endpoint: EndpointColumns, frame: pd.DataFrame, model: Model, arms: Arms) -> Iterator[str]:
    log_rank, cox = map(endpoint.called, ("log_rank", "cox"))
    arm, end, event = text(arms.variable), text(endpoint.end), text(endpoint.event)
    yield f"compared = observed.dropna(subset={texts((arms.variable, *model.strata))})"
    if model.needs:
        begin = f"compared[{text(endpoint.begin)}]" if endpoint.begin else "numpy.full(len(compared), -1.0)"
        by_strata = f"compared.groupby({texts(model.strata)}, observed=True).ngroup()"
        yield f"begin = {begin}"
        yield f"stratum = {by_strata if model.strata else 'numpy.zeros(len(compared))'}"
        of = f"begin, compared[{end}], compared[{event}], compared[{arm}], stratum"
        yield f"{log_rank} = log_rank_test({of})"
        yield f"print({log_rank})"
    else:
        of = f"compared[{end}], compared[{arm}], compared[{event}]"
        yield f"{log_rank} = multivariate_logrank_test({of})"
        yield f"{log_rank}.print_summary()"
    yield ""
    yield f"# {model.on_order} Ties are Efron's."
    yield from compared_arms(arm)
    # By default lifelines stops as soon as the fourth digit, at times, is still on its way.
    options = [f"duration_col={end}", f"event_col={event}", "fit_options=as_exact_as_it_can"]
    if endpoint.begin:
        options.append(f"entry_col={text(endpoint.begin)}")
    if model.strata:
        options.append(f"strata={texts(model.strata)}")
    # Of categories lifelines would have strata without any record.
    of_text = [f"{text(each)}: object" for each in model.strata if columns.is_character(frame[each])]
    plain = f".astype({{{', '.join(of_text)}}})" if of_text else ""
    yield f"fitted = compared[{texts((*endpoint.columns, *model.strata))}]{plain}.join(arms)"
    yield 'as_exact_as_it_can = {"precision": 1e-12, "r_precision": 1e-14}'
    yield "try:"
    yield f"    {cox} = CoxPHFitter(alpha=0.05).fit(fitted, {', '.join(options)})"
    yield f"    {cox}.print_summary()"
    yield "except ConvergenceError as refusal:  # as where an arm is at risk at no event"
    yield "    print(refusal)"
