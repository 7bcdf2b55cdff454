"""Adverse events of the CDISC pilot: R's answers at class level, an independent count at term level."""

import subprocess

import pandas as pd
import pytest

import adamgate as ag

TREATED = "TRTEMFL == 'Y'"


@pytest.fixture(scope="module")
def study(shared) -> ag.Study:
    adam = shared / "data" / "cdiscpilot" / "adam"
    return ag.read([adam / "adae.xpt", adam / "adsl.xpt"])


def summary(study: ag.Study, **options) -> pd.DataFrame:
    options = {
        "by": ["AEBODSYS", "AEDECOD"],
        "arm": "TRTA",
        "population": "SAFFL",
        "where": TREATED,
    } | options
    return ag.adverse_events(study, **options).frame


@pytest.mark.slow
def test_incidence_is_that_of_the_reference(study, shared):
    known = pd.read_csv(shared / "reference" / "ae_incidence_soc.csv")
    found = summary(study, by=["AEBODSYS"])
    for level, rows in known.groupby("level"):
        if level == "SERIOUS":
            table = summary(study, by=["AEBODSYS"], where=f"{TREATED} and AESER == 'Y'", total=True)
            table = table[(table["AEBODSYS"] == "any") & (table["arm"] != "all")]
        else:
            table = found[(found["AEBODSYS"] == "any") == (level == "ANY")]
        mine = table.assign(soc=table["AEBODSYS"].astype(str).replace("any", "")).astype({"arm": str})
        both = rows.assign(soc=rows["soc"].fillna("")).merge(
            mine, on=["soc", "arm"], how="outer", suffixes=("_known", ""), indicator=True
        )
        assert (both["_merge"] == "both").all(), level
        assert (both["subjects"] == both["subjects_known"]).all()
        assert (both["events"] == both["events_known"]).all()
        assert (both["denominator"] == both["N"]).all()
        assert both["percent"].to_numpy() == pytest.approx(both["pct"].to_numpy(), rel=1e-12)


@pytest.mark.slow
def test_terms_are_those_of_an_independent_count(study):
    adae, adsl = study["ADAE"].frame, study["ADSL"].frame
    own = adae[adae["TRTEMFL"].astype(object) == "Y"].astype(
        {"AEBODSYS": object, "AEDECOD": object, "TRTA": object, "USUBJID": object}
    )
    denominator = adsl[adsl["SAFFL"] == "Y"].groupby("TRT01A", observed=True)["USUBJID"].nunique()
    keys = ["AEBODSYS", "AEDECOD", "TRTA"]
    expected = own.groupby(keys)["USUBJID"].agg(["nunique", "size"])
    found = summary(study).dropna(subset="AEDECOD").astype({"AEBODSYS": str, "AEDECOD": str, "arm": str})
    terms = own[keys[:2]].drop_duplicates()
    assert len(found) == 3 * len(terms), "each term has each arm"
    found = found.set_index(["AEBODSYS", "AEDECOD", "arm"])
    for key, row in found.iterrows():
        subjects, events = expected.loc[key] if key in expected.index else (0, 0)
        assert (row["subjects"], row["events"]) == (subjects, events), key
        assert row["percent"] == 100 * subjects / denominator[key[2]]
    assert int(found["events"].sum()) == len(own)


def test_the_arms_have_the_order_of_adsl(study):
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    assert summary(study)["arm"].unique().tolist() == arms


def test_the_worst_severity_is_that_of_an_independent_count(study):
    adae = study["ADAE"].frame
    own = adae[adae["TRTEMFL"].astype(object) == "Y"].astype({"TRTA": object, "AEDECOD": object})
    rank = own["AESEV"].astype(object).map({"MILD": 0, "MODERATE": 1, "SEVERE": 2})
    worst = own.assign(rank=rank).groupby(["AEDECOD", "TRTA", "USUBJID"], observed=True)["rank"].max()
    expected = worst.reset_index().groupby(["AEDECOD", "TRTA", "rank"]).size()
    found = summary(study, by=["AEDECOD"], measure="worst-grade")
    found = found[found["AEDECOD"] != "any"].astype({"AEDECOD": str, "arm": str, "grade": str})
    found["rank"] = found["grade"].map({"MILD": 0, "MODERATE": 1, "SEVERE": 2})
    counts = found[found["subjects"] > 0].set_index(["AEDECOD", "arm", "rank"])["subjects"]
    assert counts.sort_index().to_dict() == expected.sort_index().to_dict()


IN_R = """
library(survival)
t <- read.csv("first.csv", colClasses = c(USUBJID = "character"), na.strings = "")
t <- t[t$AEBODSYS == "any", ]
found <- do.call(rbind, lapply(c("ALL", unique(t$arm)), function(arm) {
  own <- if (arm == "ALL") t else t[t$arm == arm, ]
  curve <- function(type) summary(survfit(Surv(duration, event) ~ 1, own, conf.type = type))$table
  data.frame(arm = arm, n = nrow(own), events = sum(own$event), median = curve("log")["median"],
    lcl_loglog = curve("log-log")["0.95LCL"], ucl_loglog = curve("log-log")["0.95UCL"],
    lcl_log = curve("log")["0.95LCL"], ucl_log = curve("log")["0.95UCL"],
    min_time = min(own$duration), max_time = max(own$duration))
}))
write.csv(found, "found.csv", row.names = FALSE)
"""


@pytest.mark.slow
def test_times_to_the_first_event_give_the_published_medians_in_r(study, shared, rscript, tmp_path):
    table = ag.adverse_events(
        study,
        by=["AEBODSYS"],
        arm="TRTA",
        population="SAFFL",
        where=TREATED,
        measure="time-to-first",
        start="TRTSDT",
        end="RFENDT",
    )
    table.write(tmp_path / "first.csv")
    (tmp_path / "first.R").write_text(IN_R, encoding="utf-8")
    subprocess.run([rscript, "first.R"], cwd=tmp_path, check=True, capture_output=True)
    known = pd.read_csv(shared / "reference" / "ae_time_to_first_teae.csv").drop(columns="dataset")
    found = pd.read_csv(tmp_path / "found.csv")
    both = known.merge(found, on="arm", suffixes=("", "_found"), validate="one_to_one")
    assert len(both) == len(known) == 4
    for name in known.columns[1:]:
        assert both[f"{name}_found"].to_numpy() == pytest.approx(both[name].to_numpy(), rel=1e-9), name


@pytest.mark.slow
def test_the_synthetic_study(root):
    found = ag.adverse_events(
        ag.read(root / "fixtures" / "cartitude1"),
        by=["AEDECOD"],
        arm="TRTA",
        population="SAFFL",
        measure="eair",
        where=TREATED,
        start="TRTSDT",
        end="min(LSTALVDT, DCUTDT)",
    )
    assert found.codebook.subjects == 97
    assert found.codebook.gate.verdict == "passed"
    assert (found.frame["lower"] <= found.frame["rate"]).all()
    assert (found.frame["rate"] <= found.frame["upper"]).all()
