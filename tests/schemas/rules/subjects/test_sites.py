"""A site whose values of a parameter are those of all other sites times a factor."""

import numpy as np
import pandas as pd
import pytest

FACTORS = [0.001, 0.1, 5.0, 10.0, 18.0, 1000.0]


@pytest.fixture
def sites(trial):
    """Forty subjects at five sites, with hemoglobin at three visits, and an arm effect."""
    rng = np.random.default_rng(7)
    subjects = trial.adsl.USUBJID
    trial.adsl["SITEID"] = [f"{each % 5 + 1:02}" for each in range(len(subjects))]
    visits = pd.DataFrame({"AVISIT": ["Baseline", "Week 4", "Week 8"]})
    frame = pd.DataFrame({"USUBJID": subjects, "SITEID": trial.adsl.SITEID}).merge(visits, how="cross")
    level = np.repeat(rng.normal(0, 0.06, len(subjects)), 3)
    frame["PARAMCD"] = "HGB"
    frame["AVAL"] = np.round(140 * 10 ** (level + rng.normal(0, 0.02, len(frame))), 1)
    trial.others["ADLB"] = frame
    return trial


def at_site(sites, site="03"):
    return sites.others["ADLB"].SITEID.eq(site)


@pytest.mark.parametrize("factor", FACTORS)
def test_a_site_in_another_unit(sites, factor):
    assert sites.findings("XD066") == []
    sites.others["ADLB"].loc[at_site(sites), "AVAL"] *= factor
    (finding,) = sites.findings("XD066")
    assert (str(finding.severity), finding.records, finding.parameter) == ("error", 24, "HGB")
    said = {0.001: "1/1,000 of", 0.1: "1/10 of", 10.0: "10 times", 1000.0: "1,000 times"}
    assert said.get(factor, "times") in finding.message


def test_the_site_is_that_of_adsl(sites):
    sites.others["ADLB"].loc[at_site(sites), "AVAL"] *= 10
    del sites.others["ADLB"]["SITEID"]
    assert sites.told("XD066") == [("error", 24)]
    del sites.adsl["SITEID"]
    assert "SITEID is present neither" in sites.reason("XD066")


def test_the_order_of_records_decides_nothing(sites):
    sites.others["ADLB"].loc[at_site(sites), "AVAL"] *= 10
    before = sites.finding("XD066").fingerprint
    sites.others["ADLB"] = sites.others["ADLB"].sample(frac=1, random_state=3).reset_index(drop=True)
    assert sites.finding("XD066").fingerprint == before


def test_a_smaller_factor_is_a_warning(sites):
    sites.others["ADLB"].loc[at_site(sites), "AVAL"] *= 2.5
    assert sites.told("XD066") == [("warning", 24)]


def test_assays_differ(sites):
    sites.others["ADLB"].loc[at_site(sites), "AVAL"] *= 1.5
    assert sites.findings("XD066") == []


def test_a_site_with_one_subject(sites):
    one = sites.adsl.USUBJID.iloc[0]
    frame = sites.others["ADLB"]
    frame.loc[frame.USUBJID.eq(one), ["SITEID", "AVAL"]] = ["99", 1400.0]
    assert sites.findings("XD066") == []


def test_sites_that_each_are_otherwise(sites):
    frame = sites.others["ADLB"]
    frame["AVAL"] *= frame.SITEID.map({"01": 1, "02": 3, "03": 10, "04": 30, "05": 100})
    assert sites.findings("XD066") == []


def test_wide_values_of_few_subjects(sites):
    rng = np.random.default_rng(11)
    frame = sites.others["ADLB"]
    frame["AVAL"] = np.round(10 ** rng.normal(1, 0.6, len(frame)), 2)
    assert sites.findings("XD066") == []


@pytest.mark.parametrize(
    "values",
    [np.arange(120) % 4, np.tile([-3.0, 5.0], 60), np.zeros(120), np.full(120, np.nan)],
    ids=["a score", "changes", "zero", "missing"],
)
def test_what_is_no_amount(sites, values):
    frame = sites.others["ADLB"]
    frame["AVAL"] = values
    frame.loc[at_site(sites), "AVAL"] *= 10
    assert sites.findings("XD066") == []


def test_an_arm_at_one_site_alone(sites):
    """The dose, not the site, makes the values: as in a study of rising doses."""
    frame = sites.others["ADLB"]
    frame["TRTA"] = np.where(at_site(sites), "100 mg", "10 mg")
    frame.loc[at_site(sites), "AVAL"] *= 10
    assert sites.findings("XD066") == []


def test_empty_and_character_values(sites):
    sites.others["ADLB"] = sites.others["ADLB"].iloc[:0]
    assert sites.findings("XD066") == []
    sites.others["ADLB"] = pd.DataFrame({"USUBJID": ["S1-001"], "PARAMCD": ["X"], "AVAL": ["1"]})
    assert sites.reason("XD066") == "AVAL is character"
