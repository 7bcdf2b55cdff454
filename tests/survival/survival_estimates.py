"""Figures of the package survival of PyPI, under the names that `r_estimates` gives those of R.

It is written in Rust, and follows R's definitions; its log-rank test takes late entries, which R's does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pytest
from r_estimates import CONF_TYPES, PROBABILITIES, SHARES_OF_TAU

Figures = Iterator[tuple[str, list[float]]]


def survival_figures(
    sets: Mapping[str, pd.DataFrame], taus: Mapping[str, float]
) -> Mapping[tuple[str, str], np.ndarray]:
    """What survival says of each set: (set, figure) to its values, as `r_estimates.r_figures`."""
    pytest.importorskip("survival")
    found: dict[tuple[str, str], np.ndarray] = {}
    for name, frame in sets.items():
        time, event = frame["time"].to_numpy(float), frame["event"].to_numpy(bool).astype(float)
        parts = [(name, _of_curve(time, event, None, taus[name])), (name, _compared(frame, time, event))]
        if frame["entry"].notna().all():
            parts.append(
                (f"{name} entry", _of_curve(time, event, frame["entry"].to_numpy(float), taus[name]))
            )
        for called, figures in parts:
            found |= {(called, figure): np.array(values, float) for figure, values in figures}
    return found


def _of_curve(time: np.ndarray, event: np.ndarray, entry: np.ndarray | None, tau: float) -> Figures:
    from survival import surv_analysis as survival

    for kind in CONF_TYPES:
        fit = survival.survfitkm(time, event, start=entry, conf_type=kind)
        yield f"lower {kind}", fit.lower
        yield f"upper {kind}", fit.upper
        yield f"quantile {kind}", _quantiles(fit)
        times = tau * np.array(SHARES_OF_TAU)
        at = survival.summary_survfit(fit, times=times, extend=True)
        # As R it counts, between times of the curve, who enters until the next.
        at_risk = at.n_risk if entry is None else [((entry < t) & (time >= t)).sum() for t in times]
        yield (
            f"at {kind}",
            [
                *at_risk,
                *np.cumsum(at.n_event),
                *np.cumsum(at.n_censor),
                *at.surv,
                *at.std_err,
                *at.lower,
                *at.upper,
            ],
        )
        reverse = survival.survfitkm(time, 1 - event, start=entry, conf_type=kind)
        yield f"follow-up {kind}", _quantiles(reverse)
    yield "time", fit.time
    yield "at_risk", fit.n_risk
    yield "events", fit.n_event
    yield "censored", fit.n_censor
    yield "survival", fit.surv
    yield "std_error", survival.summary_survfit(fit, censored=True).std_err
    if tau >= min(fit.time):
        mean = survival.survmean(fit, rmean=repr(tau))
        yield "rmean", [*mean.rmean, *mean.se_rmean]


def _quantiles(fit: object) -> list[float]:
    from survival import surv_analysis as survival

    # The share of 0 as in `r_estimates`.
    found = survival.quantile_survfit(fit, [0.0, *PROBABILITIES])
    return [each for row in (found.quantile, found.lower, found.upper) for each in row[0][1:]]


def _compared(frame: pd.DataFrame, time: np.ndarray, event: np.ndarray) -> Figures:
    from survival import surv_analysis as survival

    group, stratum = (pd.factorize(frame[each])[0].astype(float) for each in ("group", "stratum"))
    if group.max() < 1:
        return
    entry = frame["entry"].to_numpy(float)
    for start, ending in ((None, ""), (entry, " entry")):
        if start is not None and np.isnan(start).any():
            continue
        for figure, strata in (("logrank", None), ("stratified", stratum)):
            try:
                test = survival.survdiff(time, event, group, start=start, strata=strata)
            except RuntimeError as error:
                if "singular" not in str(error):
                    raise
                continue  # as R: a group cannot be compared with the others
            yield f"{figure}{ending}", [test.chisq, test.df, test.pvalue]
