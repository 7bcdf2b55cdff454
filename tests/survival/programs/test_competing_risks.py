"""Programs of tables with competing risks: what stands in them, and what they give on real trials.

R answers twice: by our program of our file, and from what haven read of the data, coded in its own way.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_manuals import keys_of_sas

import adamgate as ag
from adamgate.converters.survival.programs.manuals import SAS, STATA

SUFFIXES = {"lifelines": "parquet", "scikit-survival": "csv", "r": "csv", "sas": "xpt", "stata": "dta"}
PYTHON = {"lifelines": "lifelines", "scikit-survival": "sksurv"}
HOSTILE = ['relapse "é"', "death $x `y`"]


@pytest.fixture(scope="module")
def small():
    """Sixty subjects with ties, three arms and hostile names."""
    random, n = np.random.default_rng(7), 60
    adtte = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:02}" for number in range(n)],
            "PARAMCD": "DFS",
            "PARAM": "Disease-free survival (days)",
            "AVAL": np.floor(random.exponential(12, n)),
            "CNSR": (random.random(n) < 0.3).astype(float),
            "KIND": random.choice(["R", "D"], n),
            "TRTP": random.choice(["A & 'b'", "B", "C"], n),
            "REGION": random.choice(["NA", "EU"], n),
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"))


def table_of(small, cause=None, **more):
    causes = cause or [
        f"{name}: CNSR == 0 and KIND == '{kind}'" for name, kind in zip(HOSTILE, "RD", strict=True)
    ]
    return ag.competing_risks(small, "DFS", [each.replace('"', "") for each in causes], gate=False, **more)


def program_of(table, tool, folder: Path, stem: str = "dfs") -> str:
    *_, program = table.write(folder / f"{stem}.{SUFFIXES[tool]}", tool)
    return program.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("tool", SUFFIXES)
def test_the_program(tool, small, tmp_path, snapshot):
    assert program_of(table_of(small, arm="TRTP"), tool, tmp_path) == snapshot


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("strata", [(), ("REGION",)])
@pytest.mark.parametrize("tool", ["sas", "stata"])
def test_each_statement_has_a_manual_page(tool, strata, small, tmp_path):
    for number, arm in enumerate((None, "TRTP")):
        text = program_of(
            table_of(small, arm=arm, strata=strata if arm else ()), tool, tmp_path, f"t{number}"
        )
        if tool == "sas":
            assert set(keys_of_sas(text)) <= set(SAS)
            continue
        for line in text.splitlines():
            assert not line or line.startswith("*") or any(re.match(rf"{key}\b", line) for key in STATA), line


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
def test_a_tool_without_a_model_says_so_and_names_those_that_have_it(small, tmp_path):
    table = table_of(small, arm="TRTP")
    for tool in PYTHON:
        said = program_of(table, tool, tmp_path, tool.replace("-", ""))
        assert f"Fine-Gray models: {tool} does not have them; R, SAS and Stata have." in said
    assert any("Fine-Gray" in each for each in table.codebook.shape.conventions)
    stratified = table_of(small, arm="TRTP", strata=["REGION"])
    assert "stcrreg does not have it; R's finegray and coxph have" in program_of(
        stratified, "stata", tmp_path
    )
    with pytest.raises(ag.ConfigurationError, match="strata in a Cox model"):
        program_of(stratified, "scikit-survival", tmp_path)


def test_a_cause_that_nobody_has_is_in_no_model(small, tmp_path):
    causes = ["event: CNSR == 0", "loss: KIND == 'X'"]
    text = program_of(table_of(small, causes, arm="TRTP"), "r", tmp_path)
    assert "cox_1 <-" in text
    assert "cox_2" not in text
    assert 'labels = c("censored", "event", "loss")' in text


@pytest.mark.slow
@pytest.mark.parametrize("tool", PYTHON)
def test_causes_that_arms_or_all_subjects_lack(tool, small, tmp_path, run_python):
    pytest.importorskip(PYTHON[tool])
    causes = ["none: KIND == 'X'", "late: KIND == 'R' and TRTP != 'B' and CNSR == 0"]
    table = table_of(small, [*causes, "other: CNSR == 0 and (KIND == 'D' or TRTP == 'B')"], arm="TRTP")
    program = program_of(table, tool, tmp_path, "few")
    shown = run_python(tmp_path, program + "\nprint('COMPLETE', sorted({key[1] for key in incidence}))\n")
    assert shown.splitlines()[-1].startswith("COMPLETE [")
    assert shown.splitlines()[-1].endswith("2, 3]")
    if tool == "scikit-survival":
        assert "B: events of fewer than two causes" in shown


# real trials, in R

CARTITUDE = ["progression: EVNTDESC == 'Disease progression'", "death: EVNTDESC == 'Death'"]
PILOT = ["event: CNSR == 0", "death: CNSR == 1 and DTHFL == 'Y'"]
SHOW = """
show <- function(name, x) cat("#", name, "=", paste(sprintf("%.17g", x), collapse = " "), "\\n")
"""
OF_PROGRAM = """
for (k in CAUSES) {
  cox <- get(paste0("cox_", k)); fg <- get(paste0("fine_gray_", k))
  stopifnot(identical(cox$method, "efron"), identical(fg$method, "breslow"))
  show(paste0("CASE cox ", k), c(coef(cox), sqrt(diag(vcov(cox)))))
  show(paste0("CASE fine-gray ", k), c(coef(fg), sqrt(diag(vcov(fg)))))
  if (!STRATIFIED) {
    crr <- get(paste0("crr_", k)); show(paste0("CASE crr ", k), c(crr$coef, sqrt(diag(crr$var))))
  }
}
for (k in 1:2) show(paste0("CASE incidence ", k), c(cuminc$pstate[, k + 1], cuminc$std.err[, k + 1]))
"""
INDEPENDENT = """
suppressMessages({ library(survival); library(haven) })
analyse <- function(case, d, causes, strata = NULL) {
  x <- model.matrix(~ arm, d)[, -1, drop = FALSE]
  d$id <- seq_len(nrow(d)); d$within <- if (is.null(strata)) 1 else as.numeric(factor(strata))
  for (k in causes) {
    cox <- coxph(Surv(d$AVAL, d$what == k) ~ x + strata(d$within), ties = "efron")
    show(paste(case, "cox", k), c(coef(cox), sqrt(diag(vcov(cox)))))
    first <- factor(d$what, c(0, k, 3 - k))
    w <- finegray(Surv(AVAL, first) ~ id + strata(within), data = cbind(d, first = first))
    fg <- coxph(Surv(w$fgstart, w$fgstop, w$fgstatus) ~ x[w$id, ] + strata(d$within[w$id]), weights = w$fgwt,
      ties = "breslow", robust = TRUE, cluster = w$id)
    show(paste(case, "fine-gray", k), c(coef(fg), sqrt(diag(vcov(fg)))))
    if (is.null(strata)) {
      crr <- cmprsk::crr(d$AVAL, d$what, x, failcode = k)
      show(paste(case, "crr", k), c(crr$coef, sqrt(diag(crr$var))))
    }
  }
  for (k in 1:2) {
    parts <- lapply(levels(d$arm), function(a) survfit(Surv(AVAL, factor(what, 0:2)) ~ 1, d[d$arm == a, ]))
    show(paste(case, "incidence", k), c(unlist(lapply(parts, function(f) f$pstate[, k + 1])),
      unlist(lapply(parts, function(f) f$std.err[, k + 1]))))
    estimates <- cmprsk::cuminc(d$AVAL, d$what, d$arm)
    times <- as.numeric(quantile(d$AVAL, c(0.1, 0.3, 0.5, 0.8), type = 1))
    at <- cmprsk::timepoints(estimates, times)$est
    show(paste(case, "times"), times)
    for (a in levels(d$arm)) show(paste(case, "cmprsk", k, match(a, levels(d$arm))), at[paste(a, k), ])
    one <- etm::etmCIF(Surv(AVAL, what != 0) ~ arm, d, etype = what, failcode = 1)
    for (a in seq_along(levels(d$arm)))
      show(paste(case, "etm", k, a), etm::trprob(one[[a]], paste("0", k), times))
  }
}
d <- subset(read_xpt("CARTITUDE/adtte.xpt"), PARAMCD == "PFS")
s <- read_xpt("CARTITUDE/adsl.xpt"); s <- s[match(d$USUBJID, s$USUBJID), ]
d$what <- ifelse(d$CNSR != 0, 0, ifelse(d$EVNTDESC == "Death", 2, 1)); d$arm <- factor(s$SEX)
analyse("cartitude", as.data.frame(d), 1:2)
analyse("stratified", as.data.frame(d), 1:2, s$PENTAFL)
d <- read_xpt("PILOT/adtte.xpt")
s <- read_xpt("PILOT/adsl.xpt"); s <- s[match(d$USUBJID, s$USUBJID), ]
d$what <- ifelse(d$CNSR == 0, 1, ifelse(s$DTHFL == "Y", 2, 0))
d$arm <- factor(d$TRTP, c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"))
analyse("pilot", as.data.frame(d), 1)
"""


def numbers(shown: str) -> dict[str, np.ndarray]:
    lines = (line[2:].split(" = ") for line in shown.splitlines() if line.startswith("# ") and " = " in line)
    return {name: np.array([float(each) for each in values.split()]) for name, values in lines}


@pytest.fixture(scope="module")
def cases(root, shared):
    """Tables by the name that R has for them, and the causes of which models are compared."""
    cartitude = ag.read(root / "fixtures" / "cartitude1")
    adam = shared / "data" / "cdiscpilot" / "adam"
    pilot = ag.read([adam / "adtte.xpt", adam / "adsl.xpt"])
    strata = ["PENTAFL"]
    return {
        "cartitude": (cartitude, "PFS", CARTITUDE, {"arm": "SEX"}, "1:2"),
        "stratified": (cartitude, "PFS", CARTITUDE, {"arm": "SEX", "strata": strata}, "1:2"),
        "pilot": (pilot, "TTDE", PILOT, {"arm": "TRTP"}, "1"),  # the two deaths are of one arm
    }


@pytest.fixture(scope="module")
def independent(root, shared, run_r, tmp_path_factory):
    """R's own answers."""
    folder = tmp_path_factory.mktemp("independent")
    places = {"CARTITUDE": root / "fixtures" / "cartitude1", "PILOT": shared / "data" / "cdiscpilot" / "adam"}
    code = SHOW + INDEPENDENT
    for name, place in places.items():
        code = code.replace(f"{name}/", f"{place}/")
    return numbers(run_r(folder, code))


@pytest.mark.slow
@pytest.mark.one_version
def test_the_programs_of_r(cases, independent, run_r, small, tmp_path):
    hostile = {"stratified": ["REGION"], "plain": []}
    parts = [
        SHOW,
        *(
            program_of(table_of(small, arm="TRTP", strata=strata), "r", tmp_path, f"hostile_{name}")
            for name, strata in hostile.items()
        ),
    ]
    for name, (study, paramcd, causes, options, models) in cases.items():
        table = ag.competing_risks(study, paramcd, causes, **options)
        own = OF_PROGRAM.replace("CASE", name).replace("CAUSES", models)
        program = program_of(table, "r", tmp_path, name)
        parts += [program, own.replace("STRATIFIED", str("strata" in options).upper())]
    found = numbers(run_r(tmp_path, "\n".join(parts)))
    compared = [name for name in independent if name in found]
    assert len(compared) == len(found) == 19
    for name in compared:
        exact = {"crr": 1e-6}.get(name.split()[1], 1e-9)
        np.testing.assert_allclose(found[name], independent[name], rtol=exact, atol=1e-12, err_msg=name)


@pytest.mark.slow
@pytest.mark.one_version
def test_the_table_of_incidences(cases, independent):
    for name, (study, paramcd, causes, options, _) in cases.items():
        table = ag.cumulative_incidence(study, paramcd, causes, by=options["arm"], total=False)
        of = table.estimates.frame.groupby("cause", observed=True, sort=False)
        for number, (_, frame) in enumerate(of, 1):
            known = independent[f"{name} incidence {number}"]
            np.testing.assert_allclose(
                [*frame["incidence"], *frame["std_error"]], known, rtol=1e-9, atol=1e-12
            )
        times = independent[f"{name} times"].tolist()
        at = ag.cumulative_incidence(study, paramcd, causes, by=options["arm"], total=False, at=times)
        arms = list(dict.fromkeys(at.estimates.frame["group"]))
        for (group, cause), frame in at.estimates.frame.groupby(
            ["group", "cause"], observed=True, sort=False
        ):
            place = 1 + [each.split(":")[0] for each in causes].index(cause), 1 + arms.index(group)
            for package in ("cmprsk", "etm"):
                known = independent[f"{name} {package} {place[0]} {place[1]}"]
                np.testing.assert_allclose(frame["incidence"], known, rtol=1e-9, atol=1e-12)


IN_PYTHON = """
for status in CAUSES:
    fitted = cox[status]
    found = [*fitted.params_, *fitted.standard_errors_] if hasattr(fitted, "params_") else fitted.coef_
    print("#", "cox", status, "=", *(repr(float(each)) for each in found))
"""
IN_SCIKIT_SURVIVAL = """
for (arm, status), frame in incidence.items():
    print("#", arm, status, "=", *(repr(float(each)) for each in frame.to_numpy().T.ravel()))
"""
IN_LIFELINES = """
for (arm, status), frame in incidence.items():
    print("#", arm, status, "=", repr(float(frame.iloc[-1, 0])))
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize(
    ("tool", "more"), [("scikit-survival", IN_SCIKIT_SURVIVAL), ("lifelines", IN_LIFELINES)]
)
def test_the_programs_of_python(tool, more, cases, independent, run_python, tmp_path):
    pytest.importorskip(PYTHON[tool])
    study, paramcd, causes, options, _ = cases["cartitude"]
    program = program_of(ag.competing_risks(study, paramcd, causes, **options), tool, tmp_path)
    found = numbers(run_python(tmp_path, program + IN_PYTHON.replace("CAUSES", "(1, 2)") + more))
    table = ag.cumulative_incidence(study, paramcd, causes, by="SEX", total=False).estimates.frame
    for number in (1, 2):
        known = independent[f"cartitude cox {number}"][: len(found[f"cox {number}"])]
        np.testing.assert_allclose(found[f"cox {number}"], known, rtol=1e-5)
    names = [each.split(":")[0] for each in causes]
    for (arm, cause), frame in table.groupby(["group", "cause"], observed=True, sort=False):
        incidence = found[f"{arm} {names.index(cause) + 1}"]
        if tool == "lifelines":  # ties are moved apart
            np.testing.assert_allclose(incidence, frame["incidence"].iloc[-1], rtol=1e-2)
            continue
        known = frame[["incidence", "lower", "upper"]]
        some = (known["incidence"] > 0).to_numpy()
        found_at = incidence.reshape(3, -1)[:, some]
        np.testing.assert_allclose(found_at, known[some].to_numpy().T, rtol=1e-9)
