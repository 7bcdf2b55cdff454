"""How adverse events end: death, cut-off, outcome."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


class TestEndAfterDeath:
    def test_end_after_death(self, trial):
        trial.adae.loc[2, "AENDT"] = trial.adsl.loc[0, "DTHDT"] + 9 * DAY
        assert trial.told("AE042") == [("warning", 1)]
        assert trial.findings("AE023") == []

    def test_on_the_day_of_death(self, trial):
        trial.adae.loc[2, "AENDT"] = trial.adsl.loc[0, "DTHDT"]
        assert trial.findings("AE042") == []

    def test_an_imputed_date_of_death_is_a_note(self, trial):
        trial.adsl["DTHDTF"] = np.where(trial.adsl.DTHFL.eq("Y"), "D", None)
        trial.adae.loc[2, "AENDT"] = trial.adsl.loc[0, "DTHDT"] + DAY
        assert trial.told("AE042") == [("note", 1)]

    def test_an_imputed_end_that_may_be_earlier(self, trial):
        trial.adae["AENDTF"] = None
        death = trial.adsl.loc[0, "DTHDT"]
        trial.adae.loc[2, ["AENDT", "AENDTF"]] = [death + DAY, "M"]
        assert trial.findings("AE042") == []

    def test_other_rules_report_fatal_and_later_events(self, trial):
        trial.adae["AEOUT"] = "RECOVERED/RESOLVED"
        death = trial.adsl.loc[0, "DTHDT"]
        trial.adae.loc[2, "AENDT"] = death + DAY
        trial.adae.loc[2, "AEOUT"] = "FATAL"
        trial.adae.loc[1, ["ASTDT", "AENDT"]] = [death + DAY, death + 3 * DAY]
        assert trial.findings("AE042") == []
        assert trial.told("AE022") == [("warning", 1)]
        assert trial.told("AE023") == [("error", 1)]


class TestEndAfterCutOff:
    @pytest.fixture
    def cut(self, trial):
        trial.adsl["DCUTDT"] = trial.adae.AENDT.max()
        return trial

    def test_later_end(self, cut):
        assert cut.findings("AE043") == []
        cut.adae.loc[11, "AENDT"] += 5 * DAY
        assert cut.told("AE043") == [("note", 1)]

    def test_start_after_it_is_reported_by_another_rule(self, cut):
        cut.adae.loc[11, ["ASTDT", "AENDT"]] += 5 * DAY
        assert cut.findings("AE043") == []

    def test_without_a_cut_off(self, trial):
        assert "no data cut-off" in trial.reason("AE043")


class TestResolvedWithoutEnd:
    @pytest.mark.parametrize(
        "outcome", ["RECOVERED/RESOLVED", "Resolved", "RECOVERED/RESOLVED WITH SEQUELAE"]
    )
    def test_no_end(self, trial, outcome):
        trial.adae["AEOUT"] = outcome
        assert trial.findings("AE044") == []
        trial.adae.loc[[1, 4], "AENDT"] = pd.NaT
        assert trial.told("AE044") == [("note", 2)]

    def test_ongoing(self, trial):
        trial.adae["AEOUT"] = "RECOVERING/RESOLVING"
        trial.adae.loc[1, "AENDT"] = pd.NaT
        assert trial.findings("AE044") == []

    def test_an_end_known_by_month(self, trial):
        trial.adae["AEOUT"] = "RECOVERED/RESOLVED"
        trial.adae["AEENDTC"] = "2024-01"
        trial.adae.loc[1, "AENDT"] = pd.NaT
        assert trial.findings("AE044") == []
