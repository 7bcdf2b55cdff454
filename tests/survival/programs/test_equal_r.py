"""The written programs, run on the written files, against R on data that it gets another way."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from trials import LEVELS, MODELS, Case, case_of

pytestmark = pytest.mark.slow

# Each response and its formula are written out here, not made from the models that the programs are made of.
RESPONSES = {
    "one-record": {"": "Surv(duration, event)"},
    "delayed-entry": {"": "Surv(entry, duration, event)"},
    "person-time": {"": "Surv(start, stop, event)"},
    "wide": {"_OS": "Surv(OS_duration, OS_event)", "_PFS": "Surv(PFS_duration, PFS_event)"},
}
SHAPES = {name: RESPONSES.get(name.partition(",")[0], RESPONSES["one-record"]) for name in MODELS}
COMPARED = [name for name in MODELS if "no arm" not in name]
LATE = ("delayed-entry", "person-time")

INDEPENDENT = r"""
suppressMessages(library(survival))
d <- read.delim("independent.tsv", colClasses = "character", na.strings = "<missing>", quote = "")
for (n in grep("duration|entry|start|stop|ISS", names(d), value = TRUE)) d[[n]] <- as.numeric(d[[n]])
for (n in grep("event", names(d), value = TRUE)) d[[n]] <- d[[n]] == "True"
arms <- c("Placebo", "Low", "High & 'é'")
d$arm <- match(d$TRT01P, arms)
d$within <- if (STRATIFIED) ifelse(is.na(d$ISS), NA, paste(d$REGION, d$ISS)) else "all"
d$arm2 <- as.numeric(d$arm == 2); d$arm3 <- as.numeric(d$arm == 3)
# Log-rank from the counts at each time: it knows late entries, which survdiff does not.
by_hand <- function(y, arm, within) {
  begin <- if (ncol(y) == 3) y[, 1] else rep(-1, nrow(y)); end <- y[, ncol(y) - 1]
  died <- y[, ncol(y)] == 1
  u <- numeric(3); v <- matrix(0, 3, 3)
  for (s in unique(within)) for (t in sort(unique(end[died & within == s]))) {
    at <- within == s & begin < t & end >= t
    n <- as.numeric(table(factor(arm[at], 1:3)))
    k <- as.numeric(table(factor(arm[at & end == t & died], 1:3)))
    N <- sum(n); D <- sum(k); u <- u + k - D * n / N
    if (N > 1) v <- v + D * (N - D) / (N - 1) * (diag(n / N) - outer(n, n) / N^2)
  }
  drop(u[-1] %*% solve(v[-1, -1]) %*% u[-1])
}
show <- function(name, x) cat(name, paste(sprintf("%.17g", x), collapse = " "), "\n")
analyse <- function(suffix, y) {
  used <- !is.na(d$arm) & !is.na(d$within) & !is.na(y)
  if (ncol(y) == 2)
    show(paste0("survdiff", suffix), survdiff(y ~ arm + strata(within), d, subset = used)$chisq)
  show(paste0("log_rank", suffix), by_hand(unclass(y)[used, ], d$arm[used], d$within[used]))
  cox <- coxph(y ~ arm2 + arm3 + strata(within), d, subset = used, ties = "efron")
  show(paste0("coef", suffix), coef(cox)); show(paste0("se", suffix), sqrt(diag(vcov(cox))))
  for (a in 1:3) {
    km <- survfit(y ~ 1, d, subset = used_arm(a), conf.type = "log-log", se.fit = TRUE)
    at <- km$n.event > 0 & km$surv > 0 & km$surv < 1
    show(paste0("time", suffix, a), km$time[at]); show(paste0("surv", suffix, a), km$surv[at])
    show(paste0("lower", suffix, a), km$lower[at]); show(paste0("upper", suffix, a), km$upper[at])
  }
}
used_arm <- function(a) which(d$arm == a)
"""


def numbers(shown: str) -> dict[str, list[float]]:
    lines = (line.split() for line in shown.splitlines())
    return {name: list(map(float, values)) for name, *values in lines}


@pytest.fixture(scope="module")
def independent(run_r, tmp_path_factory):
    """R's own answers, from a file of tabs that no writer of the product made; once for all tools."""

    @cache
    def answers(name: str) -> dict[str, list[float]]:
        folder = tmp_path_factory.mktemp("independent")
        case_of(name).frame.to_csv(
            folder / "independent.tsv",
            sep="\t",
            index=False,
            na_rep="<missing>",
            quoting=3,
            float_format="%.17g",
        )
        calls = [f"analyse('{suffix}', with(d, {response}))" for suffix, response in SHAPES[name].items()]
        stratified = "TRUE" if "stratified" in name else "FALSE"
        return numbers(run_r(folder, "\n".join([INDEPENDENT.replace("STRATIFIED", stratified), *calls])))

    return answers


IN_R = """
show <- function(name, x) cat("#", name, paste(sprintf("%.17g", x), collapse = " "), "\\n")
stopifnot(identical(levels(t$TRT01P), c("Placebo", "Low", "High & '\\u00e9'")))
for (s in c(SUFFIXES)) {
  km <- get(paste0("km", s)); cox <- get(paste0("cox", s)); log_rank <- get(paste0("log_rank", s))
  show(paste0("log_rank", s), if (is.numeric(log_rank)) log_rank[["test"]] else log_rank$chisq)
  show(paste0("coef", s), coef(cox)); show(paste0("se", s), sqrt(diag(vcov(cox))))
  stopifnot(identical(km$conf.type, "log-log"), identical(cox$method, "efron"))
  arm <- rep(1:3, km$strata)
  for (a in 1:3) {
    at <- arm == a & km$n.event > 0 & km$surv > 0 & km$surv < 1
    show(paste0("time", s, a), km$time[at]); show(paste0("surv", s, a), km$surv[at])
    show(paste0("lower", s, a), km$lower[at]); show(paste0("upper", s, a), km$upper[at])
  }
}
"""


@pytest.mark.parametrize("name", COMPARED)
def test_r(name, write, run_r, independent, tmp_path):
    path, program = write("r", case_of(name))
    suffixes = ", ".join(json.dumps(suffix) for suffix in SHAPES[name])
    shown = run_r(path.parent, program + IN_R.replace("SUFFIXES", suffixes))
    found = numbers("\n".join(line[2:] for line in shown.splitlines() if line.startswith("# ")))
    known = independent(name)
    for suffix in SHAPES[name]:
        if not name.startswith(LATE):
            assert np.allclose(known[f"log_rank{suffix}"], known[f"survdiff{suffix}"], rtol=1e-9, atol=0)
        assert np.allclose(found[f"log_rank{suffix}"], known[f"log_rank{suffix}"], rtol=1e-9, atol=0)
        for part in ("coef", "se"):
            assert np.allclose(found[part + suffix], known[part + suffix], rtol=1e-9, atol=1e-12)
        for part in ("time", "surv", "lower", "upper"):
            for arm in "123":
                of_arm = f"{part}{suffix}{arm}"
                assert np.allclose(found[of_arm], known[of_arm], rtol=1e-9, atol=0), of_arm


IN_LIFELINES = """
import json
import numpy
found = {}
for s in SUFFIXES:
    cox, log_rank = globals()["cox" + s], globals()["log_rank" + s]
    found["coef" + s], found["se" + s] = list(cox.params_), list(cox.standard_errors_)
    found["names" + s] = list(cox.params_.index)
    own = isinstance(log_rank, dict)
    found["log_rank" + s] = [log_rank["chi_square"] if own else log_rank.test_statistic]
    for arm, km in globals()["km" + s].items():
        table = pandas.concat([km.survival_function_, km.confidence_interval_], axis=1)
        found["km" + s + arm] = table.reset_index().to_numpy().tolist()
print("#" + json.dumps(found))
"""


def found_in(shown: str) -> dict:
    return json.loads(next(line for line in shown.splitlines() if line.startswith("#"))[1:])


@pytest.mark.parametrize(
    ("name", "suffix"), [*((name, ".csv") for name in COMPARED), ("wide, stratified", ".parquet")]
)
def test_lifelines(name, suffix, write, run_python, independent):
    pytest.importorskip("lifelines")
    path, program = write("lifelines", case_of(name), suffix=suffix)
    program = f"import warnings\nwarnings.simplefilter('error', FutureWarning)\n{program}"
    found = found_in(
        run_python(path.parent, program + IN_LIFELINES.replace("SUFFIXES", repr([*SHAPES[name]])))
    )
    known = independent(name)
    for suffix in SHAPES[name]:
        assert found[f"names{suffix}"] == ["TRT01P=Low", "TRT01P=High & 'é'"]
        for part in ("log_rank", "coef", "se"):
            assert np.allclose(found[part + suffix], known[part + suffix], rtol=1e-5, atol=0), part
        for number, arm in enumerate(LEVELS, 1):
            curve = pd.DataFrame(found[f"km{suffix}{arm}"], columns=["time", "surv", "lower", "upper"])
            at = curve.set_index("time").loc[known[f"time{suffix}{number}"]]
            for part in ("surv", "lower", "upper"):
                assert np.allclose(at[part], known[f"{part}{suffix}{number}"], rtol=1e-5, atol=0), (arm, part)


IN_SCIKIT_SURVIVAL = """
import json
found = {}
for s in SUFFIXES:
    found["coef" + s] = list(globals()["cox" + s].coef_)
    found["log_rank" + s] = [globals()["log_rank" + s][0]]
    for arm, km in globals()["km" + s].items():
        found["km" + s + arm] = km.reset_index().to_numpy().tolist()
print("#" + json.dumps(found))
"""


@pytest.mark.parametrize("name", ["one-record", "wide"])
def test_scikit_survival(name, write, run_python, independent):
    pytest.importorskip("sksurv")
    path, program = write("scikit-survival", case_of(name))
    code = program + IN_SCIKIT_SURVIVAL.replace("SUFFIXES", repr([*SHAPES[name]]))
    found, known = found_in(run_python(path.parent, code)), independent(name)
    for suffix in SHAPES[name]:
        for part in ("log_rank", "coef"):
            assert np.allclose(found[part + suffix], known[part + suffix], rtol=1e-5, atol=0), part
        for number, arm in enumerate(LEVELS, 1):
            curve = pd.DataFrame(found[f"km{suffix}{arm}"], columns=["time", "surv", "lower", "upper"])
            at = curve.set_index("time").loc[known[f"time{suffix}{number}"]]
            for part in ("surv", "lower", "upper"):
                assert np.allclose(at[part], known[f"{part}{suffix}{number}"], rtol=1e-5, atol=0), (arm, part)


@pytest.mark.parametrize(("tool", "name"), [("r", "no arm"), ("r", "delayed-entry, no arm")])
def test_without_arms_in_r(tool, name, write, run_r):
    path, program = write(tool, case_of(name))
    assert "events" in run_r(path.parent, program)


@pytest.mark.parametrize(
    ("tool", "name"),
    [("lifelines", "no arm"), ("lifelines", "delayed-entry, no arm"), ("scikit-survival", "no arm")],
)
def test_without_arms_in_python(tool, name, write, run_python):
    pytest.importorskip({"lifelines": "lifelines", "scikit-survival": "sksurv"}[tool])
    path, program = write(tool, case_of(name))
    assert "0." in run_python(path.parent, program)


def test_a_risk_set_that_empties_does_not_stop_lifelines(write, run_python):
    pytest.importorskip("lifelines")
    case = case_of("delayed-entry")
    frame = case.frame.copy()
    placebo = np.flatnonzero(frame["TRT01P"] == "Placebo")
    frame.loc[placebo, "entry"] = 3.0
    frame.loc[placebo, "duration"] = frame.loc[placebo, "duration"].clip(lower=4.0)
    frame.loc[placebo[0], ["entry", "duration", "event"]] = [0.0, 1.0, True]
    path, program = write("lifelines", Case(frame, case.model))
    shown = run_python(path.parent, program)
    assert "Placebo There are too few early truncation times" in shown
    assert "chi_square" in shown
    assert "TRT01P=Low" in shown
