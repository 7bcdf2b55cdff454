"""A text and its number."""

import numpy as np
import pandas as pd
import pytest


def _numbered(frame, text):
    return frame.assign(**{f"{text}N": pd.factorize(frame[text])[0] + 1.0})


class TestTextAndNumber:
    def test_of_an_arm(self, trial):
        trial.adsl = _numbered(trial.adsl, "TRT01P")
        assert trial.findings("XD041") == []
        trial.adsl.loc[5, "TRT01PN"] = 1.0
        assert trial.told("XD041") == [("error", 1)]
        assert trial.finding("XD041").sentence == "TRT01P and TRT01PN are not one-to-one"

    @pytest.mark.parametrize("text", ["AGEGR1", "RACE", "REGION1"])
    def test_of_a_subject(self, trial, text):
        trial.adsl = _numbered(trial.adsl.assign(**{text: ["one", "two", "three", "one"] * 10}), text)
        assert trial.findings("XD041") == []
        trial.adsl.loc[5, f"{text}N"] = 3.0
        assert trial.told("XD041") == [("warning", 1)]

    def test_a_copy_of_adsl_is_checked_in_adsl(self, trial):
        trial.adsl = _numbered(trial.adsl.assign(RACE=["one", "two"] * 20), "RACE")
        trial.adsl.loc[5, "RACEN"] = 1.0
        own = trial.adsl.set_index("USUBJID")
        for name in ("RACE", "RACEN"):
            trial.adtte[name] = trial.adtte.USUBJID.map(own[name])
        assert [each.dataset for each in trial.findings("XD041")] == ["ADSL"]

    def test_of_a_record_where_adsl_has_no_number(self, trial):
        trial.adtte = _numbered(trial.adtte, "TRTP")
        trial.adtte.loc[0, "TRTPN"] = 2.0
        assert trial.told("XD041") == [("error", 1)]

    def test_of_a_record_where_adsl_has_it_another_rule_compares(self, trial):
        trial.adsl = _numbered(trial.adsl, "TRT01P")
        trial.adtte = _numbered(trial.adtte, "TRTP")
        trial.adtte.loc[0, "TRTPN"] = 2.0
        assert trial.findings("XD041") == []
        assert trial.told("XD014") == [("error", 1)]

    def test_screen_failures_without_a_number(self, trial):
        trial.adsl = _numbered(trial.adsl, "TRT01P")
        trial.adsl.loc[:2, ["TRT01P", "TRT01PN"]] = ["Screen Failure", np.nan]
        assert trial.findings("XD041") == []

    def test_unscheduled_visits(self, trial):
        trial.adae = trial.adae.assign(AVISIT="Unscheduled", AVISITN=np.arange(12) + 0.1)
        assert trial.findings("XD041") == []

    def test_names_that_end_in_n_by_chance(self, trial):
        trial.adsl = trial.adsl.assign(
            REGIO=["one", "two"] * 20, REGION=["north", "south", "west", "east"] * 10
        )
        assert trial.findings("XD041") == []

    def test_two_that_are_equally_frequent(self, trial):
        trial.adsl = trial.adsl.assign(RACE="one", RACEN=[1.0, 2.0] * 20)
        assert trial.told("XD041") == [("warning", 40)]


class TestArmOfOthers:
    def test_exchanged_throughout(self, trial):
        trial.adsl["ARM"] = trial.adsl.TRT01P
        assert trial.findings("SL017") == []
        trial.adsl["TRT01P"] = trial.adsl.ARM.map({"Active": "Placebo", "Placebo": "Active"})
        assert trial.told("SL017") == [("warning", 40)]

    def test_texts_of_their_own(self, trial):
        trial.adsl["ARM"] = trial.adsl.TRT01P.map({"Active": "Arm B", "Placebo": "Arm A"})
        assert trial.findings("SL017") == []

    def test_several_periods(self, trial):
        trial.adsl["ARM"] = trial.adsl.TRT01P.map({"Active": "Placebo", "Placebo": "Active"})
        trial.adsl["TRT02P"] = trial.adsl.ARM
        assert "several periods" in trial.reason("SL017")


class TestArmOfDemographics:
    @pytest.fixture
    def collected(self, trial):
        """ADSL without an arm of its own; DM has both."""
        trial.others["DM"] = pd.DataFrame(
            {"USUBJID": trial.adsl.USUBJID, "ARM": trial.adsl.TRT01P, "ACTARM": trial.adsl.TRT01A}
        )
        return trial

    def test_treatments_of_the_arms_of_dm(self, collected):
        assert collected.findings("SL017") == []

    def test_exchanged_throughout(self, collected):
        collected.adsl["TRT01A"] = collected.adsl.TRT01A.map({"Active": "Placebo", "Placebo": "Active"})
        found = collected.finding("SL017")
        assert (str(found.severity), found.records, found.variables) == ("warning", 40, ("TRT01A",))
        assert found.sentence == "TRT01A differs from ACTARM of DM, but is ACTARM of other subjects"

    def test_arm_and_treatment_exchanged_together(self, collected):
        collected.adsl["ARM"] = collected.adsl.TRT01P
        collected.adsl.loc[:3, ["ARM", "TRT01P"]] = "Placebo"
        assert [each.variables for each in collected.findings("SL017")] == [("ARM",)]
        assert collected.told("SL017") == [("warning", 4)]

    def test_arms_with_other_names_in_dm(self, collected):
        collected.others["DM"]["ACTARM"] = collected.adsl.TRT01A.map({"Active": "B", "Placebo": "A"})
        assert collected.findings("SL017") == []

    def test_subjects_without_an_arm_or_not_in_dm(self, collected):
        collected.others["DM"].loc[:4, "ACTARM"] = None
        collected.others["DM"] = collected.others["DM"].iloc[:30]
        assert collected.findings("SL017") == []

    def test_dm_without_subjects(self, collected):
        collected.others["DM"] = collected.others["DM"].drop(columns="USUBJID")
        assert "DM.USUBJID" in collected.reason("SL017")
