"""Treatment by record and by subject, arms, and notes about follow-up."""

import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


class TestNoTreatment:
    @pytest.mark.parametrize("variable", ["TRTA", "TRT01P", "ARM", "ACTARMCD", "TRTSEQP", "TR01AG1"])
    def test_any_treatment_will_do(self, trial, variable):
        trial.adtte = trial.adtte.rename(columns={"TRTP": variable})
        assert trial.findings("TTE023") == []

    def test_none(self, trial):
        trial.adtte = trial.adtte.drop(columns="TRTP").assign(TRTSDT=trial.adtte.STARTDT, TRTDUR=1.0)
        assert trial.told("TTE023") == [("warning", 0)]


class TestArms:
    def test_an_arm_without_records(self, trial):
        trial.adtte = trial.adtte[(trial.adtte.TRTP != "Active") | (trial.adtte.PARAMCD != "PFS")]
        assert trial.finding("XD015").sentence == "PFS: no records for 1 of 2 arms"

    def test_of_a_central_endpoint_it_is_an_error(self, trial):
        trial.adtte = trial.adtte[trial.adtte.TRTP != "Active"]
        assert trial.told("XD015") == [("error", 0), ("error", 0)]
        assert trial.findings("XD004") == []

    def test_of_another_parameter(self, trial):
        trial.adtte = trial.adtte.assign(PARAMCD="TTCRS", PARAM="Time to CRS (Days)")
        trial.adtte = trial.adtte[trial.adtte.TRTP != "Placebo"]
        assert trial.told("XD015") == [("warning", 0)]

    def test_of_a_parameter_of_few(self, trial):
        response = trial.adtte.assign(PARAMCD="DOR", PARAM="Duration of Response")
        trial.adtte = response[response.TRTP != "Placebo"]
        assert trial.told("XD015") == [("note", 0)]
        trial.adtte = trial.adtte.assign(PARAMCD="TTX", PARAM="Time to Transplant").iloc[:6]
        assert trial.told("XD015") == [("note", 0)]

    def test_screen_failure_is_no_arm(self, trial):
        trial.adsl.loc[:3, ["SAFFL", "RANDFL", "TRT01P"]] = ["N", "N", "Screen Failure"]
        trial.adtte = trial.adtte[~trial.adtte.USUBJID.isin(trial.adsl.USUBJID[:4])]
        assert trial.findings("XD015") == trial.findings("SL010") == []

    def test_an_arm_nobody_was_treated_in(self, trial):
        trial.adsl.loc[trial.adsl.TRT01P == "Active", ["TRTSDT", "SAFFL"]] = [pd.NaT, "N"]
        assert trial.finding("SL010").sentence == "no treated subjects in 1 arm"

    def test_treated_otherwise_is_counted(self, trial):
        assert trial.findings("SL011") == []
        trial.adsl.loc[:2, "TRT01A"] = "Placebo"
        trial.adsl.loc[20, "TRT01A"] = ""
        assert trial.told("SL011") == [("note", 3)]


class TestEarlyCensoring:
    def test_an_arm_that_leaves(self, trial):
        leaving = (trial.adtte.TRTP == "Active") & (trial.adtte.CNSR > 0) & (trial.adtte.PARAMCD == "OS")
        trial.adtte.loc[leaving, "AVAL"] = 2.0
        assert trial.finding("TTE026").sentence == (
            "OS: censored within the first quartile of durations: 75% in one arm, 0% in the others"
        )

    def test_arms_alike(self, trial):
        assert trial.findings("TTE026") == []

    def test_small_arms_are_not_compared(self, trial):
        leaving = (trial.adtte.TRTP == "Active") & (trial.adtte.CNSR > 0)
        trial.adtte.loc[leaving, "AVAL"] = 2.0
        trial.adtte = trial.adtte[trial.adtte.USUBJID < "S1-030"]
        assert trial.findings("TTE026") == []

    def test_early_events_are_no_censoring(self, trial):
        early = trial.adtte.TRTP == "Active"
        trial.adtte.loc[early, ["AVAL", "CNSR"]] = [2.0, 0]
        assert trial.findings("TTE026") == []


class TestFollowUp:
    @pytest.mark.parametrize("day", [0, 1])
    def test_many_at_the_start(self, trial, day):
        own = trial.of("PFS")[1:9]
        trial.adtte.loc[own, ["ADT", "CNSR"]] = [trial.adtte.STARTDT[0] + day * DAY, 1]
        assert trial.told("TTE024") == [("note", 8)]

    def test_a_few_or_later(self, trial):
        own = trial.of("PFS")
        trial.adtte.loc[own[:4], ["ADT", "CNSR"]] = [trial.adtte.STARTDT[0], 1]
        trial.adtte.loc[own[5:20], ["ADT", "CNSR"]] = [trial.adtte.STARTDT[0] + 2 * DAY, 1]
        assert trial.findings("TTE024") == []

    def test_events_on_the_first_day(self, trial):
        trial.adtte.loc[trial.of("PFS"), ["ADT", "CNSR"]] = [trial.adtte.STARTDT[0], 0]
        assert trial.findings("TTE024") == []

    def test_imputed_dates_are_counted(self, trial):
        trial.adtte["ADTF"] = ""
        assert trial.findings("TTE025") == []
        trial.adtte.loc[[0, 5, 50], "ADTF"] = "D"
        assert [each.sentence for each in trial.findings("TTE025")] == [
            "OS: ADT is imputed on 2 records",
            "PFS: ADT is imputed on 1 record",
        ]


class TestDeclaredPopulation:
    def test_of_the_study(self, trial):
        trial.adtte = trial.adtte[trial.adtte.USUBJID != "S1-007"]
        trial.declare(population="SAFFL")
        assert trial.told("XD004") == [("error", 0)] * 2

    def test_of_a_parameter_whatever_share_has_records(self, trial):
        trial.adtte = trial.adtte.iloc[:30]
        trial.declare(endpoints={"OS": Endpoint(population="RANDFL")})
        assert trial.told("XD004") == [("error", 0)]
        assert trial.finding("XD004").sentence == "OS: 10 of 40 subjects with RANDFL = Y have no record"

    def test_of_the_study_is_not_that_of_a_subset(self, trial):
        trial.adtte = trial.adtte.iloc[:30]
        trial.declare(population="SAFFL")
        assert trial.told("XD004") == [("warning", 0)]  # of overall survival, which every subject should have
