"""Endpoints of one subject that must agree: survival, progression, response."""

import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


def progression_by_death(trial, record=0):
    """The subject of a record died without progression, on the day overall survival has."""
    free = trial.of("PFS")[record]
    for name in ("ADT", "CNSR", "SRCDOM", "SRCVAR"):
        trial.adtte.loc[free, name] = trial.adtte.loc[record, name]
    trial.adtte.loc[free, "EVNTDESC"] = "Death"
    return free


def responses(trial, subjects=10):
    """Duration of response of the first subjects, from day 20 until progression-free survival ends."""
    free = trial.adtte.loc[trial.of("PFS")[:subjects]]
    start = free.STARTDT + 20 * DAY
    found = free.assign(PARAMCD="DOR", PARAM="Duration of Response (Days)", STARTDT=start)
    found["AVAL"] = (found.ADT - start).dt.days + 1.0
    trial.adtte = pd.concat([trial.adtte, found], ignore_index=True)
    return trial.of("DOR")


class TestDeathOfProgression:
    def test_a_death_on_the_same_day(self, trial):
        progression_by_death(trial)
        assert trial.findings("TTE021") == []

    def test_on_another_day(self, trial):
        trial.adtte.loc[progression_by_death(trial), "ADT"] -= DAY
        assert trial.told("TTE021") == [("error", 1)]

    def test_on_another_imputed_day(self, trial):
        free = progression_by_death(trial)
        trial.adtte.loc[free, "ADT"] -= DAY
        trial.adtte["ADTF"] = None
        trial.adtte.loc[free, "ADTF"] = "D"
        assert trial.told("TTE021") == [("warning", 1)]

    def test_a_death_of_somebody_alive(self, trial):
        progression_by_death(trial)
        trial.adtte.loc[0, "CNSR"] = 1
        assert "is censored" in trial.finding("TTE021").sentence

    def test_by_its_source(self, trial):
        free = progression_by_death(trial)
        trial.adtte.loc[free, "ADT"] -= DAY
        trial.adtte.loc[free, "EVNTDESC"] = "PFS event"
        assert trial.told("TTE021") == [("error", 1)]

    @pytest.mark.parametrize("text", ["Progression or death", "Disease Progression"])
    def test_a_text_that_does_not_say_death_alone(self, trial, text):
        free = progression_by_death(trial)
        trial.adtte.loc[free, "ADT"] -= DAY
        trial.adtte.loc[free, "EVNTDESC"] = text
        trial.adtte.loc[free, "SRCVAR"] = "ADT"
        assert trial.findings("TTE021") == []

    def test_a_subject_without_overall_survival(self, trial):
        trial.adtte.loc[progression_by_death(trial), "ADT"] -= DAY
        trial.adtte = trial.adtte.drop(index=0)
        assert trial.findings("TTE021") == []

    def test_by_declared_role(self, trial):
        trial.adtte.loc[progression_by_death(trial), "ADT"] -= DAY
        trial.adtte["PARAM"] = None
        trial.adtte["PARAMCD"] = trial.adtte.PARAMCD.map({"OS": "SURV", "PFS": "FREE"})
        assert trial.findings("TTE021") == []
        trial.declare(endpoints={"SURV": Endpoint(role="OS"), "FREE": Endpoint(role="PFS")})
        assert trial.told("TTE021") == [("error", 1)]


class TestResponseEndsOtherwise:
    def test_the_same_end(self, trial):
        responses(trial)
        assert trial.findings("TTE022") == []

    def test_another_end(self, trial):
        fourth = responses(trial)[3]
        trial.adtte.loc[fourth, "ADT"] += DAY
        assert trial.told("TTE022") == [("error", 1)]

    def test_an_event_that_is_censored_in_the_other(self, trial):
        fourth = responses(trial)[3]
        trial.adtte.loc[fourth, "CNSR"] = 1
        assert trial.told("TTE022") == [("warning", 1)]

    def test_of_several_evaluators_nothing_is_guessed(self, trial):
        fourth = responses(trial)[3]
        trial.adtte.loc[fourth, "ADT"] += DAY
        second = trial.adtte.loc[trial.of("PFS")].assign(PARAMCD="PFSIRC", PARAM="Progression-Free Survival")
        trial.adtte = pd.concat([trial.adtte, second], ignore_index=True)
        assert "same evaluator" in trial.reason("TTE022")
        central = {"PFSIRC": Endpoint(role="PFS", evaluator="IRC"), "DOR": Endpoint(evaluator="IRC")}
        trial.declare(endpoints=central)
        assert trial.finding("TTE022").sentence.startswith("DOR: ADT differs from ADT of PFSIRC")

    def test_of_different_evaluators_nothing_is_compared(self, trial):
        fourth = responses(trial)[3]
        trial.adtte.loc[fourth, "ADT"] += DAY
        trial.declare(endpoints={"PFS": Endpoint(evaluator="INV"), "DOR": Endpoint(evaluator="IRC")})
        assert trial.findings("TTE022") == []


def test_recurrent_parameters_are_declared(trial):
    trial.adtte = pd.concat([trial.adtte, trial.adtte.loc[[0]]], ignore_index=True)
    assert trial.told("TTE002") == [("error", 2)]
    trial.declare(endpoints={"OS": Endpoint(recurrent=True)})
    assert trial.findings("TTE002") == []
