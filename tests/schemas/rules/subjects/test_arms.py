"""Treatments of records against those of their subjects, in every dataset, and arms merged without a key."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


@pytest.fixture
def coded(trial):
    """With numbers of the arms everywhere, and treatments in ADAE."""
    number = trial.adsl.TRT01P.map({"Active": 1.0, "Placebo": 2.0})
    trial.adsl = trial.adsl.assign(TRT01PN=number, TRT01AN=number)
    trial.adtte = trial.adtte.assign(TRTPN=number.tolist() * 2)
    arm = trial.adae.USUBJID.map(trial.adsl.set_index("USUBJID").TRT01A)
    trial.adae = trial.adae.assign(TRTA=arm, TRTAN=arm.map({"Active": 1.0, "Placebo": 2.0}), TRTEMFL="Y")
    return trial


class TestAnotherTreatment:
    def test_of_one_record(self, trial):
        trial.adtte.loc[0, "TRTP"] = "Placebo"
        assert trial.told("XD014") == [("warning", 1)]
        assert trial.finding("XD014").sentence == "TRTP differs from TRT01P in ADSL"

    def test_actual_treatment(self, trial):
        trial.adsl.loc[0, "TRT01A"] = "Placebo"
        trial.adtte["TRTA"] = trial.adtte.TRTP
        assert trial.told("XD014") == [("warning", 2)]

    def test_a_crossover(self, trial):
        trial.adsl["TRT02P"] = np.where(trial.adsl.TRT01P == "Active", "Placebo", "Active")
        trial.adtte["TRTP"] = trial.adsl.TRT02P.tolist() * 2
        assert trial.findings("XD014") == []
        trial.adtte["APERIOD"] = 2.0
        assert trial.findings("XD014") == []
        trial.adtte["APERIOD"] = 1.0
        assert trial.told("XD014") == [("warning", 80)]
        sentence = "TRTP differs from the treatment of the period (TRT01P, TRT02P) in ADSL"
        assert trial.finding("XD014").sentence == sentence
        trial.adtte["TRTP"] = "Other"
        del trial.adtte["APERIOD"]
        assert trial.finding("XD014").sentence == "TRTP differs from TRT01P and TRT02P in ADSL"

    def test_adsl_without_treatments(self, trial):
        trial.adsl = trial.adsl.drop(columns=["TRT01P", "TRT01A"])
        trial.adae["TRTA"] = "Active"
        assert trial.reason("XD014") == "ADSL.TRT01A is not present"


class TestNumbers:
    def test_all_alike(self, coded):
        assert coded.findings("XD014") == []

    def test_coded_the_other_way_round(self, coded):
        coded.adtte["TRTPN"] = 3 - coded.adtte.TRTPN
        assert coded.told("XD014") == [("warning", 80)]
        assert coded.finding("XD014").sentence == "TRTPN differs from TRT01PN in ADSL"

    def test_of_the_other_arm_on_a_record(self, coded):
        coded.adtte.loc[3, "TRTPN"] = 3 - coded.adtte.TRTPN[3]
        assert coded.told("XD014") == [("error", 1)]

    def test_text_and_number_of_the_other_arm_are_one_fault(self, coded):
        coded.adtte.loc[0, ["TRTP", "TRTPN"]] = ["Placebo", 2.0]
        assert coded.told("XD014") == [("warning", 1)]
        assert coded.finding("XD014").variables == ("TRTP",)

    def test_numbers_alone(self, coded):
        coded.adtte = coded.adtte.drop(columns="TRTP")
        coded.adtte.loc[0, "TRTPN"] = 2.0
        assert coded.told("XD014") == [("warning", 1)]

    def test_doses_as_numbers_of_adverse_events_are_a_note(self, coded):
        coded.adae["TRTAN"] = coded.adae.TRTAN.map({1.0: 54.0, 2.0: 0.0})
        assert coded.told("XD014") == [("note", 12)]


class TestEveryDataset:
    def test_adverse_events_of_a_subject(self, coded):
        coded.adae.loc[:2, ["TRTA", "TRTAN"]] = ["Placebo", 2.0]
        found = coded.finding("XD014")
        assert (found.dataset, found.records, found.variables) == ("ADAE", 3, ("TRTA",))

    def test_measurements(self, coded):
        visits = pd.concat([coded.adsl[["USUBJID", "TRT01P"]]] * 2, ignore_index=True)
        visits = visits.rename(columns={"TRT01P": "TRTP"}).assign(PARAMCD="SYSBP", AVAL=120.0)
        coded.others["ADVS"] = visits
        assert coded.findings("XD014") == []
        visits.loc[5, "TRTP"] = "Placebo" if visits.TRTP[5] == "Active" else "Active"
        assert [(each.dataset, each.records) for each in coded.findings("XD014")] == [("ADVS", 1)]

    def test_a_site_with_arms_exchanged(self, coded):
        own = coded.adtte.USUBJID < "S1-009"
        other = coded.adtte.TRTP.map({"Active": "Placebo", "Placebo": "Active"})
        coded.adtte["TRTP"] = coded.adtte.TRTP.mask(own, other)
        coded.adtte["TRTPN"] = coded.adtte.TRTPN.mask(own, 3 - coded.adtte.TRTPN)
        assert coded.told("XD014") == [("warning", 16)]

    def test_dose_at_onset_is_a_note(self, coded):
        coded.adae.loc[::2, "TRTA"] = "Active 20 mg"
        coded.adae = coded.adae.drop(columns="TRTAN")
        assert coded.told("XD014") == [("note", 6)]


class TestBlank:
    @pytest.mark.parametrize("blank", [None, "", "  "])
    def test_of_a_time_to_event(self, coded, blank):
        coded.adtte.loc[[0, 40], "TRTP"] = blank
        assert coded.told("XD014") == [("warning", 2)]
        assert coded.finding("XD014").sentence == "TRTP is missing, but the subject has a treatment in ADSL"

    def test_of_a_treatment_emergent_event(self, coded):
        coded.adae.loc[0, "TRTA"] = None
        assert coded.told("XD014") == [("warning", 1)]

    def test_before_treatment(self, coded):
        coded.adae.loc[:3, ["TRTA", "TRTAN", "TRTEMFL"]] = [None, np.nan, None]
        assert coded.findings("XD014") == []

    def test_by_date_where_no_flag_tells(self, coded):
        coded.adae = coded.adae.drop(columns="TRTEMFL")
        coded.adae.loc[0, ["TRTA", "TRTAN"]] = [None, np.nan]  # on the day of the first dose
        assert coded.findings("XD014") == []
        coded.adae.loc[1, "TRTA"] = None
        assert coded.told("XD014") == [("warning", 1)]
        coded.adsl["TRTEDT"] = coded.adsl.TRTSDT
        assert coded.findings("XD014") == []

    def test_randomized_and_not_treated(self, coded):
        coded.adtte["TRTA"] = coded.adsl.TRT01A.tolist() * 2
        coded.adsl.loc[8, "TRT01A"] = None
        coded.adtte.loc[[8, 48], "TRTA"] = None
        assert coded.findings("XD014") == []

    def test_by_period(self, coded):
        coded.adsl["TRT02P"] = None
        coded.adtte.loc[0, "TRTP"] = None
        assert coded.findings("XD014") == []
        coded.adtte["APERIOD"] = 1.0
        assert coded.told("XD014") == [("warning", 1)]
        coded.adtte.loc[0, "APERIOD"] = 2.0
        coded.adtte["TRTPN"] = np.nan
        assert [each.variables for each in coded.findings("XD014")] == [("TRTPN",)]


class TestOncePerArm:
    def merged(self, trial):
        """Every record of a time to event with each arm."""
        arms = trial.adsl.TRT01P.unique()
        return pd.concat([trial.adtte.assign(TRTP=arm) for arm in arms], ignore_index=True)

    def test_a_merge_without_a_key(self, trial):
        trial.adtte = self.merged(trial)
        assert trial.told("TTE002") == [("error", 80), ("error", 80)]
        assert "one for each arm" in trial.findings("TTE002")[0].sentence
        assert trial.findings("XD014") == []

    def test_arms_by_actual_treatment(self, trial):
        trial.adtte = self.merged(trial).rename(columns={"TRTP": "TRTA"})
        assert trial.told("TTE002") == [("error", 80), ("error", 80)]

    def test_an_analysis_flag_selects_the_right_one(self, trial):
        planned = trial.adtte.TRTP.tolist()
        trial.adtte = self.merged(trial)
        trial.adtte["ANL01FL"] = np.where(planned * 2 == trial.adtte.TRTP, "Y", None)
        assert trial.findings("TTE002") == []

    def test_a_crossover(self, trial):
        trial.adsl["TRT02P"] = np.where(trial.adsl.TRT01P == "Active", "Placebo", "Active")
        trial.adtte = self.merged(trial)
        assert trial.findings("TTE002") == trial.findings("XD014") == []

    def test_pooled_arms(self, trial):
        trial.adtte = pd.concat([trial.adtte, trial.adtte.assign(TRTP="All subjects")], ignore_index=True)
        assert trial.findings("TTE002") == []

    def test_without_treatments_in_adsl(self, trial):
        trial.adtte = self.merged(trial)
        trial.adsl = trial.adsl.drop(columns=["TRT01P", "TRT01A"])
        assert trial.findings("TTE002") == []
