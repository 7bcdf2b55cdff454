"""The data cut-off: where it comes from, and what lies after it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


def last(trial):
    return trial.adtte.ADT.max()


def summary(value):
    return pd.DataFrame({"TSPARMCD": ["TITLE", "DCUTDTC"], "TSVAL": ["A trial", value]})


class TestAfterIt:
    def test_a_declared_one(self, trial):
        trial.declare(cut_off=last(trial).date())
        assert trial.findings("TTE018") == []
        trial.declare(cut_off=(last(trial) - DAY).date())
        assert trial.told("TTE018") == [("error", 1)]

    def test_a_declared_one_takes_the_place_of_others(self, trial):
        trial.adsl["DCUTDT"] = trial.adtte["DCUTDT"] = last(trial) - DAY
        trial.others["TS"] = summary("2020-01-01")
        trial.declare(cut_off=last(trial).date())
        assert trial.findings("TTE018") == trial.findings("XD005") == []
        assert "declared" in trial.reason("XD005")

    def test_none_is_guessed(self, trial):
        assert "no data cut-off is declared" in trial.reason("TTE018")

    def test_that_of_the_trial_summary_before_that_of_adsl(self, trial):
        trial.adsl["DCUTDT"] = last(trial) - 50 * DAY
        trial.others["TS"] = summary(str(last(trial).date()))
        assert trial.findings("XD005") == []
        trial.others["TS"] = summary(f"{(last(trial) - DAY).date()}T23:59")
        assert trial.finding("XD005").sentence == "ADT is after DCUTDTC of TS"

    @pytest.mark.parametrize("value", ["2024", "2024-02", "2024-02-30", "", "unknown"])
    def test_a_date_that_is_none(self, trial, value):
        trial.others["TS"] = summary(value)
        assert "no data cut-off in TS" in trial.reason("XD005")

    def test_a_parameter_that_is_no_time_to_an_event(self, trial):
        trial.adtte.loc[trial.adtte.ADT.eq(last(trial)), "CNSR"] = np.nan
        trial.declare(cut_off=(last(trial) - DAY).date())
        assert trial.findings("TTE018") == []


class TestDeathsInTime:
    def test_a_death_before_the_cut_off_is_an_event(self, trial):
        trial.adtte.loc[0, "CNSR"] = 1
        trial.adtte.loc[0, "ADT"] -= DAY
        assert trial.told("XD003") == [("note", 1)]
        trial.declare(cut_off=trial.adsl.DTHDT[0].date())
        assert trial.told("XD003") == [("error", 1)]
        trial.declare(cut_off=(trial.adsl.DTHDT[0] - DAY).date())
        assert trial.told("XD003") == [("note", 1)]


class TestAnotherCutOff:
    def test_records_of_a_later_state(self, trial):
        trial.adsl["DCUTDT"] = trial.adae.ASTDT.max() - DAY
        assert [(each.dataset, each.records) for each in trial.findings("XD018")] == [("ADAE", 1)]

    def test_imputed_dates_may_lie_later(self, trial):
        trial.adsl["DCUTDT"] = trial.adae.ASTDT.max() - DAY
        trial.adae["ASTDTF"] = "D"
        assert trial.findings("XD018") == []

    def test_a_variable_of_another_cut_off(self, trial):
        trial.adsl["DCUTDT"] = last(trial)
        trial.adae["DCUTDT"] = last(trial) - 30 * DAY
        assert trial.finding("XD018").sentence == "DCUTDT differs from DCUTDT of ADSL"

    def test_against_a_declared_one_it_is_an_error(self, trial):
        trial.declare(cut_off=(trial.adae.ASTDT.max() - DAY).date())
        assert trial.told("XD018") == [("error", 1)]

    def test_none_is_said(self, trial):
        assert "no data cut-off is declared, or present in TS" in trial.reason("XD018")


class TestFarBefore:
    def test_many_who_were_not_seen_for_a_year(self, trial):
        trial.declare(cut_off=date(2027, 1, 1))
        assert trial.told("XD019") == [("note", 30)]

    def test_within_the_year(self, trial):
        trial.declare(cut_off=last(trial).date())
        assert trial.findings("XD019") == []

    def test_a_few_are_no_pattern(self, trial):
        trial.declare(cut_off=(trial.adtte.ADT[6] + 366 * DAY).date())
        assert trial.findings("XD019") == []

    def test_what_looks_like_a_cut_off_is_told(self, trial):
        trial.adtte["ADT"] = trial.adtte.ADT.clip(upper=pd.Timestamp("2024-12-01"))
        report = trial.report("XD019")
        assert report.findings == ()
        (told,) = [each.statement for each in report.inferred if each.subject == "cut-off"]
        assert told.startswith(
            "no data cut-off is stated; likely the last day of censoring: 6 are censored on it"
        )
