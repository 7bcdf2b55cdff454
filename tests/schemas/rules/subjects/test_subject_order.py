"""The order of a subject's dates."""

import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


class TestAfterDeath:
    @pytest.mark.parametrize("name", ["LSTALVDT", "TRTEDT"])
    def test_alive_later(self, trial, name):
        trial.adsl.loc[[0, 4], name] = trial.adsl.DTHDT + DAY
        assert trial.told("SL012") == [("error", 2)]
        assert trial.finding("SL012").sentence == f"{name} is after DTHDT"

    def test_on_the_day_of_death(self, trial):
        trial.adsl["TRTEDT"] = trial.adsl.DTHDT
        assert trial.findings("SL012") == []

    @pytest.mark.parametrize("flag", ["DTHDTF", "LSTALVDF", "LSTALVDTF"])
    def test_an_imputed_date_needs_a_person(self, trial, flag):
        trial.adsl.loc[0, "LSTALVDT"] += DAY
        trial.adsl[flag] = ["D"] + [None] * 39
        assert trial.told("SL012") == [("warning", 1)]

    def test_treated_after_death_is_one_fault(self, trial):
        trial.adsl.loc[0, ["TRTSDT", "TRTEDT"]] = trial.adsl.DTHDT[0] + DAY
        assert trial.findings("SL012") == []
        assert trial.told("SL004") == [("error", 1)]

    def test_other_dates_may_be_later(self, trial):
        trial.adsl["EOSDT"] = trial.adsl["RFENDT"] = trial.adsl.DTHDT + 9 * DAY
        assert trial.findings("SL012") == []

    def test_datetimes(self, trial):
        trial.adsl["LSTALVDT"] = trial.adsl.LSTALVDT + pd.Timedelta("20h")
        assert trial.findings("SL012") == []


class TestBeforeRandomization:
    def test_treated_too_early(self, trial):
        trial.adsl["RANDDT"] = trial.adsl.TRTSDT
        assert trial.findings("SL013") == []
        trial.adsl.loc[:1, "RANDDT"] += 9 * DAY
        assert trial.told("SL013") == [("warning", 2)]

    def test_a_run_in(self, trial):
        trial.adsl["RANDDT"] = trial.adsl.TRTSDT + 28 * DAY
        trial.adsl.loc[:3, "RANDDT"] = trial.adsl.TRTSDT
        assert trial.findings("SL013") == []

    def test_death(self, trial):
        trial.adsl["RANDDT"] = trial.adsl.TRTSDT
        trial.adsl.loc[0, "RANDDT"] = trial.adsl.DTHDT[0] + DAY
        assert {each.variables[0] for each in trial.findings("SL013")} == {"TRTSDT", "DTHDT"}

    def test_not_randomized(self, trial):
        assert "RANDDT" in trial.reason("SL013")
