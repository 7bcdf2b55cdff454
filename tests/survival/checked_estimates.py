"""Many small data sets at once, and the comparison of the estimators with what an oracle says of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from r_estimates import CONF_TYPES, PROBABILITIES, SHARES_OF_TAU, same

from adamgate.converters.survival.conf_type import ConfType
from adamgate.converters.survival.estimators import (
    Curve,
    merged_times,
    product_limit,
    quantiles,
    restricted_mean,
)
from adamgate.converters.survival.log_rank import log_rank

DAY = 30.4375
NEAR = 1e-8


@st.composite
def random_sets(draw: st.DrawFn) -> pd.DataFrame:
    """Records with ties, plateaus, times of zero, times that are equal but for rounding, delayed entry."""
    size = draw(st.integers(1, 30))
    unit = draw(st.sampled_from([1.0, DAY, 365.25]))
    days = draw(st.lists(st.integers(0, draw(st.sampled_from([3, 12, 400]))), min_size=size, max_size=size))
    jitter = draw(st.lists(st.sampled_from([0.0, 0.0, NEAR, -NEAR / 3]), min_size=size, max_size=size))
    time = np.array(days) / unit
    time = np.abs(time + np.where(time > 0, np.array(jitter) * np.maximum(1.0, time), 0.0))
    share = draw(st.sampled_from([0.1, 0.5, 0.9]))
    event = np.array(draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))) < share
    early = np.array(draw(st.lists(st.integers(0, 12), min_size=size, max_size=size))) / unit
    entry = np.where(early < time - 1e-3, early, 0.0)
    # A subject with a duration of 0 cannot enter before its end.
    entry = entry if (time > 1e-3).all() else np.full(size, np.nan)
    labels = [draw(st.lists(st.integers(0, most), min_size=size, max_size=size)) for most in (2, 1)]
    return pd.DataFrame(
        {"time": time, "event": event, "entry": entry, "group": labels[0], "stratum": labels[1]}
    )


def check_curve(curve: Curve, name: str, known, tau: float) -> None:
    steps = curve.steps
    for figure in ("time", "at_risk", "events", "censored", "survival", "std_error"):
        assert same(getattr(steps, figure), known[name, figure]), (name, figure)
    for kind in CONF_TYPES:
        lower, upper = steps.limits(ConfType(kind))
        for figure, mine in (("lower", lower), ("upper", upper)):
            expected = known[name, f"{figure} {kind}"]
            assert same(mine, np.where(steps.survival == 1, 1.0, expected)), (name, figure, kind)
        mine = quantiles(curve, PROBABILITIES, ConfType(kind))
        assert same(mine.T.ravel(), known[name, f"quantile {kind}"]), (name, kind)
    if (name, "rmean") in known:
        mean = restricted_mean(curve, tau)
        assert same([mean.mean, mean.std_error], known[name, "rmean"]), name
    at = curve.at(tau * np.array(SHARES_OF_TAU))
    for kind in CONF_TYPES:
        mine = np.concatenate(
            [at.at_risk, at.events, at.censored, at.survival, at.std_error, *at.limits(ConfType(kind))]
        )
        expected = known[name, f"at {kind}"]
        at_one = np.tile(at.survival == 1, 7) & np.isnan(expected)  # limits, which R has missing
        assert same(mine, np.where(at_one, 1.0, expected)), (name, kind)


def check_follow_up(curve: Curve, name: str, known) -> None:
    for kind in CONF_TYPES:
        mine = quantiles(curve, PROBABILITIES, ConfType(kind))
        assert same(mine.T.ravel(), known[name, f"follow-up {kind}"]), (name, kind)


def taus_of(sets: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Until when the mean of each set is restricted: no time of the data."""
    return {
        name: float(np.round(frame["time"].max() * 0.8 + 0.5, 3) + 0.000137) for name, frame in sets.items()
    }


def check(
    sets: Mapping[str, pd.DataFrame],
    taus: Mapping[str, float],
    known: Mapping[tuple[str, str], np.ndarray],
) -> int:
    """Compare all figures that an oracle gives; the number of log-rank tests among them."""
    tests = 0
    for name, frame in sets.items():
        event = frame["event"].to_numpy(bool)
        (time,) = merged_times(frame["time"].to_numpy(float))
        check_curve(product_limit(time, event), name, known, taus[name])
        check_follow_up(product_limit(time, ~event), name, known)
        late = frame["entry"].notna().all()
        if late:
            end, entry = merged_times(frame["time"].to_numpy(float), frame["entry"].to_numpy(float))
            check_curve(product_limit(end, event, entry), f"{name} entry", known, taus[name])
            check_follow_up(product_limit(end, ~event, entry), f"{name} entry", known)
        group, stratum = (np.unique(frame[each], return_inverse=True)[1] for each in ("group", "stratum"))
        for figure, strata in (("logrank", None), ("stratified", stratum)):
            tests += _check_log_rank((time, event, group, strata), known, (name, figure))
            if late:
                tests += _check_log_rank((end, event, group, strata, entry), known, (name, f"{figure} entry"))
    return tests


def _check_log_rank(
    columns: tuple, known: Mapping[tuple[str, str], np.ndarray], named: tuple[str, str]
) -> bool:
    """Whether an oracle has this test, of time, event, group, stratum and entry."""
    found = known.get(named)
    if found is None:  # it fails: a group cannot be compared with the others
        return False
    tested = log_rank(*columns, groups=int(columns[2].max()) + 1)
    if found[1] < 1:  # R gives 0 where nothing can be compared
        assert tested.df == 0, named
        return False
    if tested.df < found[1]:
        # Strata or late entries keep arms apart: their variance is 0 but for rounding, of which R and the
        # package of PyPI make a chi-square with a degree of freedom for each arm.
        assert columns[3] is not None or len(columns) > 4, named
        return False
    assert same([tested.chi_square, tested.df, tested.p], found), named
    return True
