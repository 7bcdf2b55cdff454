"""The estimators against survival of R and of PyPI: curves, limits, quantiles, means, log-rank."""

from __future__ import annotations

import subprocess

import numpy as np
import pandas as pd
import pytest
from checked_estimates import check, random_sets, taus_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from r_estimates import r_figures
from survival_estimates import survival_figures

from adamgate.converters.survival.log_rank import chi_square_tail, log_rank

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    return tmp_path_factory.mktemp("in_r")


@settings(
    max_examples=max(1, settings.default.max_examples // 20),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a failure names its set: to make it smaller would take R many runs
)
@given(st.lists(random_sets(), min_size=20, max_size=60))
def test_random_sets(rscript, folder, sets):
    named = {f"set {number}": each for number, each in enumerate(sets)}
    taus = taus_of(named)
    check(named, taus, r_figures(rscript, folder, named, taus))


@given(random_sets())
def test_random_sets_by_the_package_of_pypi(records):
    taus = taus_of({"set": records})
    check({"set": records}, taus, survival_figures({"set": records}, taus))


def test_strata_that_keep_the_arms_apart(rscript, folder):
    """A variance that is 0 but for rounding: both oracles make a test of it, with a p of 1."""
    arm = np.array([0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1])
    late = np.isin(np.arange(22), [11, 13, 15])
    event = ~np.isin(np.arange(22), [6, 9, 17, 18, 21])
    records = pd.DataFrame(
        {"time": late.astype(float), "event": event, "entry": np.nan, "group": arm, "stratum": arm}
    )
    sets, taus = {"apart": records}, {"apart": 0.5}
    for known in (r_figures(rscript, folder, sets, taus), survival_figures(sets, taus)):
        chi_square, df, p = known["apart", "stratified"]
        assert (abs(chi_square), df, p) == (pytest.approx(0, abs=1e-9), 1, 1)
        check(sets, taus, known)
    assert log_rank(late.astype(float), event, arm, arm, groups=2).df == 0


def test_chi_square_tail(rscript):
    asked = [(x, df) for x in (1e-6, 0.1, 1.0, 3.84, 25.0, 60.27, 700.0, 1400.0) for df in (1, 2, 3, 8, 51)]
    listed = ", ".join(f"pchisq({x!r}, {df}, lower.tail = FALSE)" for x, df in asked)
    ran = subprocess.run(
        [rscript, "--vanilla", "-e", f"cat(sprintf('%.17g', c({listed})))"],
        capture_output=True,
        text=True,
        check=True,
    )
    known = [float(each) for each in ran.stdout.split()]
    assert [chi_square_tail(x, df) for x, df in asked] == pytest.approx(known, rel=1e-9, abs=0)
