"""Endpoints of progression and response against the first of each in ADRS."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

DAY = pd.Timedelta("1D")
GATE = {
    "M5-second-progression": ("XD030", 3, "ADT"),
    "M5b-progression-without-pd": ("XD030", 4, "ADT"),
    "M6-pfs-censored-at-death": ("XD031", 3, "CNSR"),
    "M11-dor-start": ("XD032", 1, "STARTDT"),
    "M13-responders-lost": ("XD033", 3, "USUBJID"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", GATE)
def test_cases(shared, case):
    rule, records, variable = GATE[case]
    found = [
        each
        for each in ag.validate(ag.read(shared / "cases" / "gate" / case)).findings
        if each.rule_id == rule
    ]
    assert [(str(each.severity), each.records) for each in found] == [("warning", records)]
    assert variable in found[0].variables


@pytest.fixture
def assessed(trial):
    """ADRS with stable disease of everybody, and a progression on the day of each event."""
    free = trial.adtte.loc[trial.of("PFS")]
    stable = free[["USUBJID"]].assign(PARAMCD="OVR", ADT=free.STARTDT + 5 * DAY, AVALC="SD")
    progressed = free[free.CNSR.eq(0)][["USUBJID", "ADT"]].assign(PARAMCD="OVR", AVALC="PD")
    trial.others["ADRS"] = pd.concat([stable, progressed], ignore_index=True)
    return trial


@pytest.fixture
def responding(assessed):
    """Ten subjects with two responses and a duration of response from the first of them."""
    free = assessed.adtte.loc[assessed.of("PFS")[:10]]
    first = free[["USUBJID"]].assign(PARAMCD="OVR", ADT=free.STARTDT + 20 * DAY, AVALC="PR")
    second = first.assign(ADT=first.ADT + 20 * DAY)
    adrs = [assessed.others["ADRS"], first, second]
    assessed.others["ADRS"] = pd.concat(adrs, ignore_index=True)
    duration = free.assign(PARAMCD="DOR", PARAM="Duration of Response", STARTDT=first.ADT)
    assessed.adtte = pd.concat([assessed.adtte, duration], ignore_index=True)
    return assessed


def add(trial, subject, day, value, **more):
    record = {"USUBJID": subject, "PARAMCD": "OVR", "ADT": day, "AVALC": value} | more
    trial.others["ADRS"] = pd.concat([trial.others["ADRS"], pd.DataFrame([record])], ignore_index=True)


def event(trial, number=0):
    own = trial.adtte.loc[trial.of("PFS")]
    return own[own.CNSR.eq(0)].iloc[number]


class TestFirstProgression:
    def test_clean(self, assessed):
        assert assessed.findings("XD030") == []

    @pytest.mark.parametrize(("days", "told"), [(-3, 1), (0, 0), (3, 0)])
    def test_an_earlier_progression(self, assessed, days, told):
        own = event(assessed)
        add(assessed, own.USUBJID, own.ADT + days * DAY, "PD")
        assert assessed.told("XD030") == [("warning", 1)] * told

    def test_before_the_progression_and_without_one(self, assessed):
        adrs = assessed.others["ADRS"]
        own = adrs.index[adrs.AVALC.eq("PD")]
        adrs.loc[own[0], "ADT"] += 9 * DAY
        adrs.loc[own[1], "AVALC"] = "SD"
        assert assessed.told("XD030") == [("warning", 1), ("warning", 1)]
        adrs["ADT"] = adrs.ADT.astype("datetime64[us]") + pd.Timedelta("7h")
        assert assessed.told("XD030") == [("warning", 1), ("warning", 1)]

    @pytest.mark.parametrize(
        ("text", "told"), [("PD", 1), ("PD per RECIST 1.1", 1), ("Clinical PD", 0), ("Updated", 0)]
    )
    def test_pd(self, assessed, text, told):
        own = event(assessed)
        assessed.others["ADRS"].loc[lambda adrs: adrs.USUBJID.eq(own.USUBJID), "AVALC"] = "SD"
        assessed.adtte.loc[own.name, "EVNTDESC"] = text
        assert len(assessed.findings("XD030")) == told

    @pytest.mark.parametrize("text", ["Clinical Progression", "Death", "Symptomatic progression"])
    def test_no_progression_of_an_assessment(self, assessed, text):
        own = event(assessed)
        assessed.others["ADRS"].loc[lambda adrs: adrs.USUBJID.eq(own.USUBJID), "AVALC"] = "SD"
        assessed.adtte.loc[own.name, "EVNTDESC"] = text
        assert assessed.findings("XD030") == []

    def test_from_another_dataset(self, assessed):
        own = event(assessed)
        add(assessed, own.USUBJID, own.ADT - 3 * DAY, "PD")
        assessed.adtte.loc[own.name, "SRCDOM"] = "ADTR"
        assert assessed.findings("XD030") == []

    def test_a_progression_of_target_lesions_or_another_evaluator(self, assessed):
        own = event(assessed)
        add(assessed, own.USUBJID, own.ADT - 3 * DAY, "PD", PARAMCD="TRGRESP")
        add(assessed, own.USUBJID, own.ADT - 3 * DAY, "PD", RSEVAL="INVESTIGATOR")
        assert assessed.findings("XD030") == []

    def test_an_assessment_that_no_flag_selects(self, assessed):
        own = event(assessed)
        assessed.others["ADRS"]["ANL01FL"] = "Y"
        add(assessed, own.USUBJID, own.ADT - 3 * DAY, "PD")
        assert assessed.findings("XD030") == []

    def test_another_definition_of_most(self, assessed):
        adrs = assessed.others["ADRS"]
        adrs.loc[adrs.AVALC.eq("PD"), "ADT"] += 2 * DAY
        assert assessed.findings("XD030") == []

    def test_before_the_start(self, assessed):
        own = event(assessed)
        add(assessed, own.USUBJID, own.STARTDT - 3 * DAY, "PD")
        assert assessed.findings("XD030") == []


class TestCensoredAtDeath:
    def dead(self, trial):
        """A subject who died, censored for progression."""
        own = trial.adtte.loc[trial.of("PFS")]
        died = trial.adsl.set_index("USUBJID").DTHDT
        own = own[own.CNSR.eq(1) & own.USUBJID.map(died).notna()]
        return own.index[0], died[own.USUBJID.iloc[0]]

    @pytest.mark.parametrize(("days", "told"), [(0, 1), (-1, 0)])
    def test_the_day(self, trial, days, told):
        own, died = self.dead(trial)
        trial.adtte.loc[own, "ADT"] = died + days * DAY
        assert trial.told("XD031") == [("warning", 1)] * told

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("Start of new anti-cancer therapy", 0),
            ("Death censored (sensitivity analysis)", 0),
            ("Censored at death", 1),
        ],
    )
    def test_a_stated_reason(self, trial, text, told):
        own, died = self.dead(trial)
        trial.adtte.loc[own, ["ADT", "CNSDTDSC"]] = [died, text]
        assert trial.told("XD031") == [("warning", 1)] * told

    def test_what_a_death_is_may_be_declared(self, trial):
        own, died = self.dead(trial)
        trial.adtte.loc[own, "ADT"] = died
        trial.declare(endpoints={"PFS": ag.Endpoint(deaths="censored")})
        assert trial.findings("XD031") == []
        trial.declare(endpoints={"PFS": ag.Endpoint(deaths="event")})
        assert trial.told("XD031") == [("error", 1)]
        pfs = trial.of("PFS")
        trial.adtte.loc[pfs, ["PARAMCD", "PARAM"]] = ["TTF", "Time to Treatment Failure (Months)"]
        assert trial.findings("XD031") == []
        trial.declare(endpoints={"TTF": ag.Endpoint(deaths="event")})
        assert trial.told("XD031") == [("error", 1)]
        trial.adtte.loc[own, "CNSDTDSC"] = "Start of new anti-cancer therapy"
        assert trial.findings("XD031") == []

    def test_time_to_progression(self, trial):
        own, died = self.dead(trial)
        trial.adtte.loc[own, "ADT"] = died
        pfs = trial.of("PFS")
        trial.adtte.loc[pfs, ["PARAMCD", "PARAM"]] = ["TTP", "Time to Progression (Months)"]
        assert trial.findings("XD031") == []


class TestFirstResponse:
    def test_clean(self, responding):
        assert responding.findings("XD032") == []

    def test_one_starts_later(self, responding):
        responding.adtte.loc[responding.of("DOR")[3], "STARTDT"] += 20 * DAY
        assert responding.told("XD032") == [("warning", 1)]

    def test_all_start_later(self, responding):
        responding.adtte.loc[responding.of("DOR"), "STARTDT"] += 30 * DAY
        assert responding.told("XD032") == [("warning", 10)]

    def test_all_start_at_a_date_of_adsl(self, responding):
        own = responding.of("DOR")
        responding.adtte.loc[own, "STARTDT"] += 30 * DAY
        starts = responding.adtte.loc[own].set_index("USUBJID").STARTDT
        responding.adsl["RSPDT"] = responding.adsl.USUBJID.map(starts)
        assert responding.findings("XD032") == []

    def test_the_first_was_not_confirmed(self, responding):
        own = responding.adtte.loc[responding.of("DOR")[3]]
        responding.adtte.loc[own.name, "STARTDT"] += 20 * DAY
        add(responding, own.USUBJID, own.STARTDT + 10 * DAY, "SD")
        assert responding.findings("XD032") == []

    def test_before_progression_free_survival_starts(self, responding):
        responding.adtte.loc[responding.of("DOR")[3], "STARTDT"] -= 30 * DAY
        assert responding.told("XD032") == [("warning", 1)]


class TestResponderLost:
    def test_clean(self, responding):
        assert responding.findings("XD033") == []

    def test_some_are_lost(self, responding):
        responding.adtte = responding.adtte.drop(index=responding.of("DOR")[:3])
        assert responding.told("XD033") == [("warning", 3)]

    def test_by_adsl(self, responding):
        dated = responding.adtte.loc[responding.of("DOR")].set_index("USUBJID").STARTDT
        responding.adsl["RSPDT"] = responding.adsl.USUBJID.map(dated)
        responding.adtte = responding.adtte.drop(index=responding.of("DOR")[:3])
        del responding.others["ADRS"]
        assert responding.told("XD033") == [("warning", 3)]

    def test_responses_that_were_not_confirmed(self, responding):
        for subject in responding.adsl.USUBJID[15:20]:
            add(responding, subject, np.datetime64("2024-02-10"), "PR")
        assert responding.findings("XD033") == []

    def test_few_responders_are_followed(self, responding):
        responding.adtte = responding.adtte.drop(index=responding.of("DOR")[:7])
        assert responding.findings("XD033") == []

    def test_all_of_an_arm_are_lost(self, responding):
        """Half of the responders have a duration of response: those of one arm."""
        arm = responding.adsl.set_index("USUBJID").TRT01P
        own = responding.adtte.loc[responding.of("DOR")]
        lost = own.index[own.USUBJID.map(arm).eq("Active")]
        assert len(lost) >= len(own) / 2
        responding.adtte = responding.adtte.drop(index=lost)
        assert responding.told("XD033") == [("warning", len(lost))]

    def test_as_many_of_both_arms_are_not_followed(self, responding):
        own = responding.adtte.loc[responding.of("DOR")]
        responding.adtte = responding.adtte.drop(index=own.index[::2].union(own.index[:5]))
        assert responding.findings("XD033") == []

    def test_two_responders_of_an_arm(self, responding):
        """Too few to be a fault of derivation: their responses may not have been confirmed."""
        arm = responding.adsl.set_index("USUBJID").TRT01P
        adrs, own = responding.others["ADRS"], responding.adtte.loc[responding.of("DOR")]
        of_arm = own.index[own.USUBJID.map(arm).eq("Active")]
        few = own.USUBJID[of_arm[2:]]
        responding.others["ADRS"] = adrs[~(adrs.USUBJID.isin(few) & adrs.AVALC.eq("PR"))]
        others = own.index[own.USUBJID.map(arm).ne("Active")][1:]
        no_response = own.USUBJID[others]
        adrs = responding.others["ADRS"]
        responding.others["ADRS"] = adrs[~(adrs.USUBJID.isin(no_response) & adrs.AVALC.eq("PR"))]
        responding.adtte = responding.adtte.drop(index=of_arm.union(others))
        assert responding.findings("XD033") == []
