"""The data cut-off: where it comes from, and what lies after it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Endpoint

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
        assert trial.finding("XD005").sentence == "ADT is after the data cut-off in TS (TSPARMCD = DCUTDTC)"

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
        assert trial.finding("XD018").sentence == "DCUTDT differs from DCUTDT in ADSL"

    def test_against_a_declared_one_it_is_an_error(self, trial):
        trial.declare(cut_off=(trial.adae.ASTDT.max() - DAY).date())
        assert trial.told("XD018") == [("error", 1)]

    def test_none_is_said(self, trial):
        assert "no data cut-off is declared, or present in TS" in trial.reason("XD018")


class TestOwnCutOff:
    """Interim and final analysis in one dataset: the cut-off on the record comes first."""

    @pytest.fixture
    def interim(self, trial):
        """Overall survival at the final cut-off, and once more at one in between, told apart by DCUTDT."""
        trial.adsl["DCUTDT"] = last(trial)
        early = trial.adsl.DTHDT.min() + 30 * DAY
        final = trial.adtte.assign(DCUTDT=last(trial))
        again = final.loc[trial.of("OS")].assign(DCUTDT=early)
        cut = early < again.ADT
        again.loc[cut, ["CNSR", "EVNTDESC", "CNSDTDSC", "SRCVAR"]] = [1.0, "Alive", "Cut-off", "LSTALVDT"]
        again.loc[cut, "ADT"] = early
        again["AVAL"] = (again.ADT - again.STARTDT).dt.days + 1.0
        trial.adtte = pd.concat([final, again], ignore_index=True)
        return trial

    RULES = ("TTE018", "XD003", "XD005", "XD009", "XD018", "XD019")

    def test_told_apart_by_the_variable(self, interim):
        assert interim.report(*self.RULES).findings == ()

    def test_last_seen_before_the_interim_cut_off(self, interim):
        own = interim.adtte.ADT.eq(interim.adtte.DCUTDT) & interim.adtte.DCUTDT.lt(last(interim))
        assert own.sum() > 5
        interim.adtte.loc[own, "ADT"] -= 3 * DAY
        assert interim.report(*self.RULES).findings == ()

    def test_a_parameter_of_its_own(self, interim):
        own = interim.adtte.DCUTDT.lt(last(interim))
        interim.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["OSIA", "Overall Survival, Interim Analysis (Days)"]
        assert interim.report(*self.RULES).findings == ()
        interim.declare(endpoints={"OSIA": Endpoint(role="OS")})
        assert interim.report(*self.RULES).findings == ()

    def test_named_as_interim_without_a_cut_off(self, interim):
        own = interim.adtte.DCUTDT.lt(last(interim))
        interim.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["OSIA", "Overall Survival at Interim (Days)"]
        interim.adtte = interim.adtte.drop(columns="DCUTDT")
        assert interim.report(*self.RULES).findings == ()
        interim.declare(endpoints={"OSIA": Endpoint(role="OS")})
        assert {str(each.severity) for each in interim.report(*self.RULES).findings} == {"note"}

    def test_a_death_that_the_own_cut_off_includes(self, interim):
        own = interim.adtte.DCUTDT.lt(last(interim)) & interim.adtte.CNSR.eq(0)
        interim.adtte.loc[own.idxmax(), "CNSR"] = 1.0
        interim.adtte.loc[own.idxmax(), "ADT"] -= 2 * DAY
        found = interim.finding("XD003")
        assert (str(found.severity), found.records) == ("error", 1)
        assert "DCUTDT on the record" in found.message

    def test_a_date_after_the_own_cut_off(self, interim):
        interim.adtte.loc[interim.adtte.index[-1], "ADT"] += 40 * DAY
        assert ("TTE018", 1) in {(each.rule_id, each.records) for each in interim.report("TTE018").findings}

    def test_an_earlier_cut_off_of_all_records_is_another_state(self, interim):
        interim.adtte = interim.adtte[interim.adtte.DCUTDT.lt(last(interim))].reset_index(drop=True)
        assert [str(each.severity) for each in interim.findings("XD018")] == ["warning"]

    def test_a_later_cut_off_is_another_state(self, interim):
        interim.adtte.loc[0, "DCUTDT"] += 40 * DAY
        assert interim.told("XD018") == [("warning", 1)]

    def test_a_record_after_an_interim_censoring_is_no_fault(self, interim):
        alive = interim.adsl.USUBJID[interim.adsl.DTHDT.isna()].iloc[-1]
        own = interim.adtte.DCUTDT.lt(last(interim))
        interim.others["ADTTEIA"] = interim.adtte[own]
        interim.adtte = interim.adtte[~own]
        visit = pd.DataFrame({"USUBJID": [alive], "ADT": [last(interim)], "PARAMCD": ["V"], "AVAL": [1.0]})
        visit["ADT"] = interim.adtte.ADT[interim.adtte.USUBJID.eq(alive)].max()
        interim.others["ADVS"] = visit
        assert interim.findings("XD010") == []


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
