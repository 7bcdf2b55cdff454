"""Models of several states and of interval-censored times: our programs, and R on tables made another way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

CARTITUDE = Path(__file__).parents[3] / "fixtures" / "cartitude1"
TRANSITIONS = [
    "alive -> progressed: PFS: EVNTDESC == 'Disease progression'",
    "alive, progressed -> dead: OS",
]
SHOW = """
show <- function(name, x)
  for (n in seq_along(x)) cat("# ", name, n, " ", sprintf("%.17g", x[n]), "\\n", sep = "")
"""
OF_STATES = """
at <- rowSums(states$n.event) > 0
show("time", states$time[at])
for (s in c("alive", "progressed", "dead")) {
  show(paste0("p_", s), states$pstate[at, states$states == s])
  show(paste0("se_", s), states$std.err[at, states$states == s])
}
show("coef", coef(cox)); show("se", sqrt(diag(vcov(cox))))
"""
# By tmerge from what haven reads; a Cox model of each transition on its own records.
INDEPENDENT = """
suppressMessages({library(survival); library(haven); library(etm)})
tte <- as.data.frame(read_xpt(XPT_TTE)); sl <- as.data.frame(read_xpt(XPT_SL))
os <- tte[tte$PARAMCD == "OS", ]; pd <- tte[tte$PARAMCD == "PFS" & tte$EVNTDESC == "Disease progression", ]
os$end <- as.numeric(os$ADT - os$STARTDT + 1) / 30.4375
pd$time <- as.numeric(pd$ADT - pd$STARTDT + 1) / 30.4375
os$SEX <- factor(sl$SEX[match(os$USUBJID, sl$USUBJID)], levels = c("F", "M"))
base <- os[c("USUBJID", "SEX", "end", "CNSR")]
d <- tmerge(base, base, id = USUBJID, died = event(end, as.numeric(CNSR == 0)))
d <- tmerge(d, pd, id = USUBJID, progressed = event(time), was = tdc(time))
d$from_state <- factor(ifelse(d$was == 1, "progressed", "alive"), levels = c("alive", "progressed", "dead"))
d$to_state <- factor(ifelse(d$died == 1, "dead", ifelse(d$progressed == 1, "progressed", "censored")),
  levels = c("censored", "alive", "progressed", "dead"))
check <- survcheck(Surv(tstart, tstop, to_state) ~ 1, data = d, id = USUBJID, istate = from_state)
stopifnot(check$flag == 0)
states <- survfit(Surv(tstart, tstop, to_state) ~ SEX, data = d, id = USUBJID, istate = from_state)
coefs <- ses <- c()
for (x in list(c("alive", "progressed"), c("alive", "dead"), c("progressed", "dead"))) {
  fit <- coxph(Surv(tstart, tstop, to_state == x[2]) ~ SEX, data = d[d$from_state == x[1], ],
    ties = "breslow", cluster = USUBJID)
  coefs <- c(coefs, coef(fit)); ses <- c(ses, sqrt(diag(vcov(fit))))
}
cox <- list(coefficients = coefs, var = diag(ses^2)); class(cox) <- "coxph"
"""
BY_ETM = """
ours <- read.csv("states.csv", stringsAsFactors = FALSE)
ours$id <- as.numeric(factor(ours$USUBJID)); ours$entry <- ours$start; ours$exit <- ours$stop
ours$from <- ours$from_state; ours$to <- ifelse(ours$to_state == "censored", "cens", ours$to_state)
tra <- matrix(FALSE, 3, 3); tra[1, 2] <- tra[1, 3] <- tra[2, 3] <- TRUE
worst <- 0
for (sex in c("F", "M")) {
  some <- ours[ours$SEX == sex, c("id", "from", "to", "entry", "exit")]
  prob <- etm(some, c("alive", "progressed", "dead"), tra, "cens", 0)
  arm <- states[which(c("F", "M") == sex), ]
  own <- summary(arm, times = prob$time)$pstate
  their <- t(sapply(seq_along(prob$time), function(n) prob$est[1, , n]))
  worst <- max(worst, abs(own - their[, match(states$states, c("alive", "progressed", "dead"))]))
}
show("etm", worst)
"""


def shown(text: str) -> dict[str, float]:
    lines = (line[2:].split() for line in text.splitlines() if line.startswith("# "))
    return {name: float(value) for name, value in (each for each in lines if len(each) == 2)}


def states(**more) -> ag.AnalysisTable:
    names = ["alive", "progressed", "dead"]
    given = {"param": "OS", "states": names, "transitions": TRANSITIONS, "arm": "SEX", "reference": "F"}
    return ag.table(ag.read(CARTITUDE), "multi-state", **given, **more)


def test_three_states(run_r: Callable[[Path, str], str], tmp_path: Path):
    files = {name: repr(str(CARTITUDE / f"{name}.xpt")) for name in ("adtte", "adsl")}
    independent = INDEPENDENT.replace("XPT_TTE", files["adtte"]).replace("XPT_SL", files["adsl"])
    *_, program = states().write(tmp_path / "states.csv", "r")
    ours = shown(run_r(tmp_path, program.read_text(encoding="utf-8") + SHOW + OF_STATES))
    known = shown(run_r(tmp_path, independent + SHOW + OF_STATES + BY_ETM))
    assert known.pop("etm1") < 1e-9, "Aalen-Johansen by etm, from our file"
    assert list(ours) == list(known)
    assert len(ours) > 600
    different = [each for each in known if not np.isclose(ours[each], known[each], rtol=1e-9, atol=1e-12)]
    assert different == []
    *_, program = states(form="transitions").write(tmp_path / "transitions.csv", "r")
    code = 'show("coef", sapply(cox, coef)); show("se", sapply(cox, function(x) sqrt(vcov(x))))\n'
    by_transition = shown(run_r(tmp_path, program.read_text(encoding="utf-8") + SHOW + code))
    assert len(by_transition) == 6
    assert all(np.isclose(value, known[each], rtol=1e-9) for each, value in by_transition.items())


ASSESSED = """
show("coef", coef(weibull)); show("scale", weibull$scale); show("se", sqrt(diag(vcov(weibull))))
for (n in 1:2) { show(paste0("time", n, "_"), curve[n]$time); show(paste0("surv", n, "_"), curve[n]$surv) }
"""
BY_HAND = """
library(survival)
d <- read.csv("subjects.csv"); seen <- read.csv("assessments.csv")
last <- sapply(seq_len(nrow(d)), function(i) {
  days <- seen$day[seen$id == d$id[i] & seen$day < d$day[i]]; if (length(days)) max(days) else NA })
d$lower <- ifelse(d$how == "PD", last, d$day); d$upper <- ifelse(d$how == "", NA, d$day)
d$arm <- factor(d$arm, levels = c("Placebo", "Drug")); d$region <- factor(d$region)
y <- Surv(d$lower, d$upper, type = "interval2")
curve <- survfit(y ~ arm, data = d)
weibull <- survreg(y ~ arm + region, data = d, dist = "weibull")
"""
IN_LIFELINES = """
for name, value in weibull.params_.items():
    print("#", "".join(name).replace(" ", "_"), repr(float(value)))
"""


@pytest.fixture(scope="module")
def assessed() -> tuple[ag.Study, pd.DataFrame, pd.DataFrame]:
    """A study assessed every 28 days, and the same as plain numbers."""
    random, n = np.random.default_rng(20), 90
    day = np.ceil(random.weibull(1.3, n) * 150).clip(1).astype(int)
    how = random.choice(["PD", "Death", ""], n, p=[0.6, 0.15, 0.25])
    arm, region = random.choice(["Placebo", "Drug"], n), random.choice(["EU", "US"], n)
    plain = pd.DataFrame({"id": range(n), "day": day, "how": how, "arm": arm, "region": region})
    visits = [(each.id, at) for each in plain.itertuples() for at in range(28, each.day + 1, 28)]
    seen = pd.DataFrame(visits, columns=["id", "day"])
    start, one = np.datetime64("2020-01-01", "s"), np.timedelta64(86400, "s")
    adtte = pd.DataFrame(
        {
            "USUBJID": [f"S-{each:03d}" for each in plain["id"]],
            "PARAMCD": "PFS",
            "PARAM": "Progression-Free Survival (Days)",
            "AVAL": day.astype(float),
            "CNSR": (how == "").astype(float),
            "STARTDT": start,
            "ADT": start + (day - 1) * one,
            "EVNTDESC": np.where(how == "", None, how),
            "TRTP": arm,
            "REGION": region,
        }
    )
    adrs = pd.DataFrame(
        {
            "USUBJID": [f"S-{each:03d}" for each in seen["id"]],
            "PARAMCD": "OVR",
            "AVALC": "SD",
            "ADT": start + (seen["day"].to_numpy() - 1) * one,
        }
    )
    study = ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"), ag.Dataset.from_frame(adrs, "ADRS"))
    return study, plain, seen


def intervals(study: ag.Study, **more) -> ag.AnalysisTable:
    exact = "EVNTDESC == 'Death'"
    options = {"arm": "TRTP", "reference": "Placebo", "strata": ["REGION"], "gate": False}
    return ag.table(study, "interval", param="PFS", assessments="ADRS", exact=exact, **options, **more)


def test_interval_censored(assessed, run_r: Callable[[Path, str], str], tmp_path: Path):
    study, plain, seen = assessed
    *_, program = intervals(study).write(tmp_path / "pfs.csv", "r")
    ours = shown(run_r(tmp_path, program.read_text(encoding="utf-8") + SHOW + ASSESSED))
    plain.to_csv(tmp_path / "subjects.csv", index=False)
    seen.to_csv(tmp_path / "assessments.csv", index=False)
    known = shown(run_r(tmp_path, BY_HAND + SHOW + ASSESSED))
    assert list(ours) == list(known)
    assert len(ours) > 60
    assert [each for each in known if not np.isclose(ours[each], known[each], rtol=1e-9, atol=1e-12)] == []


def test_interval_censored_by_lifelines(assessed, run_r, run_python, tmp_path):
    pytest.importorskip("lifelines")
    study, *_ = assessed
    *_, program = intervals(study).write(tmp_path / "l.csv", "lifelines")
    ours = shown(run_python(tmp_path, program.read_text(encoding="utf-8") + IN_LIFELINES))
    *_, program = intervals(study).write(tmp_path / "r.csv", "r")
    known = shown(run_r(tmp_path, program.read_text(encoding="utf-8") + SHOW + ASSESSED))
    found = [ours[each] for each in ("lambda_Intercept", "lambda_TRTP=Drug", "lambda_REGION=US")]
    assert np.allclose(found, [known[f"coef{each}"] for each in (1, 2, 3)], rtol=1e-4, atol=1e-5)
    assert np.isclose(np.exp(-ours["rho_Intercept"]), known["scale1"], rtol=1e-4)
