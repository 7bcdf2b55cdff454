"""Python's lifelines: CSV or Parquet.

Its pages: `KaplanMeierFitter` (entry; its intervals are on the log(-log) scale), `multivariate_logrank_test`,
`CoxPHFitter` (strata, entry_col; its ties are Efron's). It has no log-rank test of strata or late entries:
the program brings its own, of the same numbers at risk and the same variance as R's survdiff.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..arms import Arms
from .model import EndpointColumns, Model
from .python import HEAD, statements, text, texts

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
        '"""Kaplan-Meier, log-rank and Cox by lifelines; run it in the folder of the file."""',
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
            lines += ["", *_comparison(endpoint, model, model.arms)]
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
    if model.arms is not None and not own:
        yield "from lifelines.statistics import multivariate_logrank_test"


def _kaplan_meier(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    km, end, event = endpoint.called("km"), text(endpoint.end), text(endpoint.event)
    yield f"observed = t.dropna(subset={texts(endpoint.columns)}).astype({{{event}: bool}})"
    entry = ""
    if endpoint.begin:
        begin = f"of[{text(endpoint.begin)}]"
        yield "# At risk after its entry: lifelines has a subject at risk at that time, too."
        entry = f", entry=numpy.where({begin} > 0, numpy.nextafter({begin}, numpy.inf), 0.0)"
    if model.arms is None:
        yield 'by_arm = [("all", observed)]'
    else:
        yield f"by_arm = observed.groupby({text(model.arms.variable)}, observed=True)"
    yield f"{km} = {{}}"
    yield "for arm, of in by_arm:"
    yield "    fitter = KaplanMeierFitter(alpha=0.05, label=str(arm))"
    yield f"    {km}[arm] = fitter.fit(of[{end}], of[{event}]{entry})"
    yield f"    print(pandas.concat([{km}[arm].survival_function_, {km}[arm].confidence_interval_], axis=1))"


def _comparison(endpoint: EndpointColumns, model: Model, arms: Arms) -> Iterator[str]:
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
    yield f'arms = pandas.get_dummies(compared[{arm}], prefix={arm}, prefix_sep="=", dtype=float).iloc[:, 1:]'
    options = [f"duration_col={end}", f"event_col={event}"]
    if endpoint.begin:
        options.append(f"entry_col={text(endpoint.begin)}")
    if model.strata:
        options.append(f"strata={texts(model.strata)}")
    yield f"fitted = compared[{texts((*endpoint.columns, *model.strata))}].join(arms)"
    yield f"{cox} = CoxPHFitter(alpha=0.05).fit(fitted, {', '.join(options)})"
    yield f"{cox}.print_summary()"
