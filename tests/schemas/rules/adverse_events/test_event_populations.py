"""The population of adverse events: who may have records, and who should have some."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate.validate import judge


@pytest.fixture
def everybody(trial):
    """A record of each subject but three."""
    own = trial.adsl.USUBJID[3:]
    trial.adae = pd.DataFrame(
        {"USUBJID": own, "AESEQ": 1.0, "AETERM": "headache", "ASTDT": trial.adsl.TRTSDT[3:], "TRTEMFL": "Y"}
    ).reset_index(drop=True)
    trial.adae.loc[::4, "TRTEMFL"] = None
    trial.adsl["SITEID"] = ["01"] * 24 + ["02"] * 12 + ["03"] * 4
    return trial


def without(trial, subjects):
    trial.adae = trial.adae[~trial.adae.USUBJID.isin(subjects)].reset_index(drop=True)


class TestOutsideThePopulation:
    def test_clean(self, everybody):
        assert everybody.findings("AE050") == []

    def test_one_is_not_in_the_safety_population(self, everybody):
        everybody.adsl.loc[7, "SAFFL"] = "N"  # of S1-008, whose event is not treatment-emergent
        assert everybody.told("AE050") == [("note", 1)]
        everybody.declare(safety_population="SAFFL")
        assert everybody.told("AE050") == [("error", 1)]
        assert everybody.finding("AE050").variables == ("USUBJID", "SAFFL")

    def test_treatment_emergent_ones_have_another_finding(self, everybody):
        everybody.adsl.loc[8, "SAFFL"] = "N"
        assert everybody.findings("AE050") == []
        assert everybody.told("AE006") == [("error", 1)]

    def test_events_of_all_who_were_enrolled(self, everybody):
        everybody.adsl.loc[::4, "SAFFL"] = "N"
        everybody.adae["TRTEMFL"] = None
        assert everybody.findings("AE050") == []

    def test_another_population_is_declared(self, everybody):
        everybody.adsl["TRTFL"] = "Y"
        everybody.adsl.loc[::4, "SAFFL"] = "N"
        everybody.declare(safety_population="TRTFL")
        assert everybody.findings("AE050") == []

    def test_no_population(self, everybody):
        everybody.adsl = everybody.adsl.drop(columns="SAFFL")
        assert "no population of adverse events is declared" in everybody.reason("AE050")

    def test_a_declared_population_that_is_not_present(self, everybody):
        declared = ag.Declarations(safety_population="SAFL")
        report = judge(everybody.study(), declarations=declared, rules={"AE050"})
        assert "SAFL is not a variable in ADSL; did you mean SAFFL" in report.not_run[0].reason
        assert report.refuses()


class TestGroupsWithoutEvents:
    def test_clean(self, everybody):
        assert everybody.findings("AE051") == []

    def test_a_site(self, everybody):
        without(everybody, everybody.adsl.USUBJID[24:36])
        assert everybody.told("AE051") == [("warning", 0)]
        found = everybody.finding("AE051")
        assert (found.sentence, found.variables[0]) == (
            "no adverse events of 1 site (12 subjects)",
            "SITEID",
        )
        assert "02" not in found.sentence

    def test_an_arm(self, everybody):
        without(everybody, everybody.adsl.USUBJID[everybody.adsl.TRT01P.eq("Placebo")])
        assert everybody.finding("AE051").variables[0] == "TRT01P"

    def test_a_small_site(self, everybody):
        everybody.adsl.loc[38:, "SITEID"] = "04"
        without(everybody, everybody.adsl.USUBJID[38:])
        assert everybody.findings("AE051") == []

    def test_few_have_events(self, everybody):
        """Events of special interest, which only some have, and none of a site."""
        without(everybody, everybody.adsl.USUBJID[12:])
        assert everybody.findings("AE051") == []

    def test_an_arm_that_was_not_treated(self, everybody):
        placebo = everybody.adsl.TRT01P.eq("Placebo")
        everybody.adsl.loc[placebo, "SAFFL"] = "N"
        without(everybody, everybody.adsl.USUBJID[placebo])
        assert everybody.findings("AE051") == []


class TestSubjectLost:
    @pytest.fixture
    def sources(self, everybody):
        everybody.others["AE"] = everybody.adae[["USUBJID", "AESEQ", "AETERM"]].copy()
        return everybody

    def test_clean(self, sources):
        assert sources.findings("AE052") == []

    def test_a_subject(self, sources):
        without(sources, ["S1-009"])
        assert sources.told("AE052") == [("warning", 0)]
        assert sources.finding("AE052").sentence == "1 subject with records in AE has none in ADAE"
        report = ag.validate(sources.study(), select="AE052", show_values=True)
        assert [each.values for each in report.findings] == ["S1-009"]

    def test_a_subject_outside_the_population(self, sources):
        sources.adsl.loc[8, "SAFFL"] = "N"
        without(sources, ["S1-009"])
        assert sources.findings("AE052") == []

    def test_emergent_events_only(self, sources):
        sources.adae = sources.adae[sources.adae.TRTEMFL.eq("Y")].reset_index(drop=True)
        assert sources.reason("AE052") == "ADAE has treatment-emergent events only"

    def test_selected_events(self, sources):
        without(sources, sources.adsl.USUBJID[::3])
        assert sources.findings("AE052") == []


def test_sites_are_compared_with_all_others(everybody):
    """Where nearly everybody has events, a site of four without any is not chance; where half have, it is."""
    without(everybody, everybody.adsl.USUBJID[36:])
    assert everybody.told("AE051") == [("warning", 0)]
    without(everybody, everybody.adsl.USUBJID[np.arange(40) % 3 == 0])
    assert everybody.findings("AE051") == []
