"""Limits of rates: R's poisson.test, and the formulas of the others in R."""

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.survival.summaries.adverse_events import RateInterval
from adamgate.converters.survival.summaries.adverse_events.rates import exact_lower, exact_upper, limits

IN_R = """
t <- read.csv("counts.csv")
z <- qnorm(0.975)
exact <- t(mapply(function(x, time) poisson.test(x, time)$conf.int, t$events, t$years))
n <- ifelse(t$events == 0, NA, t$events)
a <- t$events + 0.5
found <- data.frame(
  exact.lower = exact[, 1], exact.upper = exact[, 2],
  normal.lower = n / t$years - z * sqrt(n / t$years / t$years),
  normal.upper = n / t$years + z * sqrt(n / t$years / t$years),
  log.normal.lower = exp(log(n / t$years) - z / sqrt(n)),
  log.normal.upper = exp(log(n / t$years) + z / sqrt(n)),
  # Below 0 for no event, where the limit is 0 as the exact one.
  byar.lower = pmax(a * (1 - 1 / (9 * a) - z * sqrt(1 / a) / 3)^3, 0) / t$years,
  byar.upper = a * (1 - 1 / (9 * a) + z * sqrt(1 / a) / 3)^3 / t$years
)
write.csv(format(found, digits = 17, trim = TRUE), "limits.csv", row.names = FALSE, quote = FALSE)
"""


def in_r(rscript: str, folder: Path, events: np.ndarray, years: np.ndarray) -> pd.DataFrame:
    counts = pd.DataFrame({"events": events, "years": [repr(float(each)) for each in years]})
    counts.to_csv(folder / "counts.csv", index=False)
    (folder / "limits.R").write_text(IN_R, encoding="utf-8")
    subprocess.run([rscript, "limits.R"], cwd=folder, check=True, capture_output=True)
    return pd.read_csv(folder / "limits.csv", na_values=["NA"])


def require_same(found: np.ndarray, expected: pd.Series) -> None:
    np.testing.assert_allclose(found, expected.to_numpy(np.float64), rtol=1e-9, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("interval", RateInterval)
def test_limits_are_those_of_r(interval: RateInterval, rscript: str, tmp_path: Path):
    events = np.array([*range(40), 99, 100, 101, 1_000, 12_345, 1_000_000])
    years = np.linspace(0.3, 4_000, len(events))
    known = in_r(rscript, tmp_path, events, years)
    lower, upper = limits(events.astype(np.float64), interval)
    name = str(interval).replace("-", ".")
    require_same(lower / years, known[f"{name}.lower"])
    require_same(upper / years, known[f"{name}.upper"])


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["eair", "eaer"])
@pytest.mark.parametrize("interval", RateInterval)
def test_rates_of_the_pilot_are_those_of_r(measure, interval, shared, rscript, tmp_path):
    adam = shared / "data" / "cdiscpilot" / "adam"
    table = ag.adverse_events(
        ag.read([adam / "adae.xpt", adam / "adsl.xpt"]),
        by=["AEBODSYS", "AEDECOD"],
        arm="TRTA",
        population="SAFFL",
        where="TRTEMFL == 'Y'",
        measure=measure,
        start="TRTSDT",
        end="min(TRTEDT + 30, RFENDT)",
        interval=str(interval),
        gate=False,
    ).frame
    counted = table["subjects" if measure == "eair" else "events"].to_numpy()
    known = in_r(rscript, tmp_path, counted, table["person_years"].to_numpy() / 100)
    name = str(interval).replace("-", ".")
    require_same(table["rate"].to_numpy(), 100 * table[["subjects", "events"][measure == "eaer"]]
                 / table["person_years"])  # fmt: skip
    require_same(table["lower"].to_numpy(), known[f"{name}.lower"])
    require_same(table["upper"].to_numpy(), known[f"{name}.upper"])


@pytest.mark.parametrize("interval", RateInterval)
def test_limits_without_an_event_are_missing_or_from_0(interval: RateInterval):
    lower, upper = limits(np.array([0.0, 1.0]), interval)
    if interval in (RateInterval.EXACT, RateInterval.BYAR):
        assert lower[0] == 0 < upper[0]
        assert lower[1] > 0
    else:
        assert np.isnan([lower[0], upper[0]]).all()


def probability_of_so_many(count: int, mean: float) -> float:
    """Of `count` events or fewer, term by term."""
    terms = np.concatenate([[1.0], np.cumprod(mean / np.arange(1, count + 1))])
    return float(terms.sum() * np.exp(-mean))


@given(st.integers(0, 150))
def test_exact_limits_leave_one_fortieth_in_each_tail(count: int):
    lower, upper = exact_lower(count), exact_upper(count)
    assert lower < count + (count == 0) <= upper
    assert probability_of_so_many(count, upper) == pytest.approx(0.025, rel=1e-10)
    if count:
        assert 1 - probability_of_so_many(count - 1, lower) == pytest.approx(0.025, rel=1e-10)
