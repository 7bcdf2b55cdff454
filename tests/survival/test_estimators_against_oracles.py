"""The estimators against R's package survival: curves, three kinds of limits, quantiles, means, log-rank."""

from __future__ import annotations

import subprocess

import pytest
from checked_estimates import check, random_sets, taus_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from r_estimates import r_figures

from adamgate.converters.survival.log_rank import chi_square_tail

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
