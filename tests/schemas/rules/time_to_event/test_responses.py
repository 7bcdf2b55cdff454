"""Endpoints that rest on assessments: response, progression, new therapy, missed visits."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


@pytest.fixture
def assessed(trial):
    """ADRS with a response of ten subjects on day 20, and their duration of response."""
    free = trial.adtte.loc[trial.of("PFS")[:10]]
    start = free.STARTDT + 20 * DAY
    trial.others["ADRS"] = pd.DataFrame(
        {"USUBJID": free.USUBJID, "PARAMCD": "OVR", "PARAM": "Response", "ADT": start, "AVALC": "PR"}
    )
    found = free.assign(PARAMCD="DOR", PARAM="Duration of Response", STARTDT=start)
    trial.adtte = pd.concat([trial.adtte, found], ignore_index=True)
    return trial


def assess(trial, subject, day, value, **more):
    record = {"USUBJID": subject, "PARAMCD": "OVR", "PARAM": "Response", "ADT": day, "AVALC": value}
    adrs = trial.others.get("ADRS")
    trial.others["ADRS"] = pd.concat([adrs, pd.DataFrame([record | more])], ignore_index=True)


class TestResponders:
    def test_all_responded(self, assessed):
        assert assessed.findings("XD007") == []

    def test_one_did_not(self, assessed):
        assessed.others["ADRS"].loc[assessed.others["ADRS"].USUBJID == "S1-003", "AVALC"] = "SD"
        assert assessed.told("XD007") == [("error", 1)]

    def test_a_parameter_of_response(self, assessed):
        assessed.others["ADRS"]["AVALC"] = "Y"
        assert assessed.told("XD007") == [("error", 10)]
        assessed.others["ADRS"]["PARAMCD"] = "RSP"
        assert assessed.findings("XD007") == []

    @pytest.mark.parametrize(
        ("variable", "value", "other"),
        [("RSPFL", "Y", "N"), ("RSPDT", pd.Timestamp("2024-03-01"), pd.NaT), ("BOR", "sCR", "SD")],
    )
    def test_by_adsl(self, assessed, variable, value, other):
        del assessed.others["ADRS"]
        assessed.adsl[variable] = value
        assert assessed.findings("XD007") == []
        assessed.adsl.loc[2, variable] = other
        assert assessed.told("XD007") == [("error", 1)]

    def test_one_that_shows_a_response_is_enough(self, assessed):
        assessed.adsl["RSPFL"] = "N"
        assert assessed.findings("XD007") == []

    def test_nothing_says_who_responded(self, trial):
        assert trial.reason("XD007") == "no response data in ADRS or ADSL"

    def test_an_unknown_subject_has_another_finding(self, assessed):
        del assessed.others["ADRS"]
        assessed.adsl = assessed.adsl.assign(RSPFL="Y").drop(index=2)
        assert assessed.findings("XD007") == []


class TestProgressionCensored:
    def censored(self, trial):
        return trial.adtte.loc[trial.of("PFS")[1]]  # S1-002

    @pytest.mark.parametrize(("days", "told"), [(0, 1), (-10, 1), (1, 0)])
    def test_on_or_before_the_day_of_censoring(self, trial, days, told):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT + days * DAY, "PD")
        assert trial.told("XD011") == [("warning", 1)] * told

    def test_a_progression_before_the_start(self, trial):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.STARTDT, "PD")
        assert trial.findings("XD011") == []

    def test_a_progression_that_is_an_event(self, trial):
        own = trial.adtte.loc[trial.of("PFS")[0]]
        assess(trial, own.USUBJID, own.ADT, "PD")
        assert trial.findings("XD011") == []

    def test_a_yes_of_another_parameter(self, trial):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "Y", PARAMCD="RSP")
        assert trial.findings("XD011") == []
        assess(trial, own.USUBJID, own.ADT, "Y", PARAMCD="PD")
        assert trial.told("XD011") == [("warning", 1)]

    @pytest.mark.parametrize(
        "text", ["Start of new anti-cancer therapy", "Two or more missed assessments", "No baseline"]
    )
    def test_a_stated_reason(self, trial, text):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "PD")
        trial.adtte.loc[own.name, "CNSDTDSC"] = text
        assert trial.findings("XD011") == []

    def test_another_evaluator(self, trial):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "PD", RSEVAL="INVESTIGATOR")
        trial.adtte["PARAM"] = trial.adtte.PARAM.where(trial.adtte.PARAMCD != "PFS", "PFS by BICR")
        assert trial.findings("XD011") == []
        trial.declare(endpoints={"PFS": Endpoint(evaluator="Investigator")})
        assert trial.told("XD011") == [("warning", 1)]

    @pytest.mark.parametrize(
        ("param", "told"),
        [
            ("Target Lesion Response", 0),
            ("Non-Target Lesion Response by Investigator", 0),
            ("New Lesions", 0),
            ("Overall Response from Target and Non-Target Lesions", 1),
            ("Response", 1),
        ],
    )
    def test_the_lesions_of_one_kind(self, trial, param, told):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "PD", PARAMCD="XRESP", PARAM=param)
        assert trial.told("XD011") == [("warning", 1)] * told

    def test_a_parameter_that_the_events_do_not_follow(self, trial):
        """Its progressions are before most events, those of another parameter are on their dates."""
        free = trial.adtte.loc[trial.of("PFS")]
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "PD", PARAMCD="PET", PARAM="Response by PET")
        assert trial.told("XD011") == [("warning", 1)]
        for each in free[free.CNSR.eq(0)].itertuples():
            assess(trial, each.USUBJID, each.ADT - 9 * DAY, "PD", PARAMCD="PET", PARAM="Response by PET")
        assert trial.told("XD011") == [("warning", 1)]  # it may be a rule of the events, too
        for each in free[free.CNSR.eq(0)].itertuples():
            assess(trial, each.USUBJID, each.ADT, "PD")
        assert trial.findings("XD011") == []
        assess(trial, own.USUBJID, own.ADT, "PD")
        assert trial.told("XD011") == [("warning", 1)]

    def test_an_assessment_that_no_flag_selects(self, trial):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "SD", ANL01FL="Y")
        assess(trial, own.USUBJID, own.ADT, "PD", ANL01FL=None)
        assert trial.findings("XD011") == []
        assess(trial, own.USUBJID, own.ADT, "PD", ANL01FL="Y")
        assert trial.told("XD011") == [("warning", 1)]

    def test_two_evaluators_and_none_is_named(self, trial):
        own = self.censored(trial)
        assess(trial, own.USUBJID, own.ADT, "PD", RSEVAL="INVESTIGATOR")
        assess(trial, "S1-030", own.ADT, "PD", RSEVAL="INDEPENDENT ASSESSOR")
        assert trial.findings("XD011") == []


class TestDeclaredOnly:
    def test_new_therapy(self, trial):
        trial.adsl["NEWTDT"] = trial.adtte.STARTDT[0] + 30 * DAY
        assert trial.reason("XD012") == "no new therapy date is declared"
        trial.declare(endpoints={"PFS": Endpoint(new_therapy="NEWTDT")})
        events = int((trial.adtte.loc[trial.of("PFS"), "CNSR"] == 0).sum())
        assert trial.told("XD012") == [("warning", events)]

    def test_an_event_on_the_day_of_the_new_therapy(self, trial):
        trial.adsl["NEWTDT"] = trial.adtte.loc[trial.of("PFS"), "ADT"].to_numpy()
        trial.declare(endpoints={"PFS": Endpoint(new_therapy="NEWTDT")})
        assert trial.findings("XD012") == []

    def test_missed_assessments(self, trial):
        own = trial.adtte.loc[trial.of("PFS")[0]]
        assess(trial, own.USUBJID, own.ADT, "PD")
        assert "no maximum gap between assessments is declared" in trial.reason("XD013")
        trial.adtte = trial.adtte.loc[[own.name]]
        trial.declare(endpoints={"PFS": Endpoint(gap=60)})
        assert trial.told("XD013") == [("warning", 1)]  # nothing since STARTDT, 69 days before
        assess(trial, own.USUBJID, own.ADT - 61 * DAY, "SD")
        assert trial.told("XD013") == [("warning", 1)]
        assess(trial, own.USUBJID, own.ADT - 30 * DAY, "NE")
        assert trial.told("XD013") == [("warning", 1)]
        assess(trial, own.USUBJID, own.ADT - 60 * DAY, "SD")
        assert trial.findings("XD013") == []

    def test_assessments_of_others_fill_no_gap(self, trial):
        own = trial.of("PFS")
        for subject in trial.adtte.USUBJID[own]:
            assess(trial, subject, trial.adtte.STARTDT[own[0]] + 60 * DAY, "SD")
        trial.adtte = trial.adtte.loc[own]
        trial.declare(endpoints={"PFS": Endpoint(gap=0)})
        events = trial.adtte.CNSR == 0
        assert trial.told("XD013") == [("warning", int(np.count_nonzero(events)))]
