"""Study days and durations of adverse events against their dates."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")
START = pd.Timestamp("2024-01-20")


@pytest.fixture
def dated(trial):
    """Events from 5 days before the first dose to 6 days after it, with their study days."""
    trial.adae["TRTSDT"] = START
    for day, date in (("ASTDY", "ASTDT"), ("AENDY", "AENDT")):
        elapsed = (trial.adae[date] - START).dt.days
        trial.adae[day] = (elapsed + (elapsed >= 0)).astype(float)
    trial.adae["ADURN"] = 3.0
    trial.adae["ADURU"] = "DAYS"
    return trial


@pytest.mark.parametrize(("rule", "day", "date"), [("AE003", "ASTDY", "ASTDT"), ("AE004", "AENDY", "AENDT")])
class TestStudyDay:
    def test_there_is_a_day_before_and_a_day_one_and_none_between(self, dated, rule, day, date):
        assert {-1.0, 1.0} <= set(dated.adae[day])
        assert dated.findings(rule) == []

    def test_a_shifted_day(self, dated, rule, day, date):
        dated.adae.loc[3, day] += 1
        found = dated.finding(rule)
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, day)

    def test_a_shifted_date(self, dated, rule, day, date):
        dated.adae.loc[3, date] -= DAY
        assert dated.told(rule) == [("error", 1)]

    def test_zero_is_told_once(self, dated, rule, day, date):
        dated.adae.loc[[3, 4], day] = 0
        found = dated.finding(rule)
        assert found.records == 2
        assert "not a valid study day" in found.message

    def test_differences_without_the_first_day_are_wrong_throughout(self, dated, rule, day, date):
        dated.adae[day] = (dated.adae[date] - START).dt.days.astype(float)
        after = int((dated.adae[date] > START).sum())
        assert dated.told(rule) == [("error", 1), ("error", after)]

    def test_the_first_dose_stands_in_adsl(self, dated, rule, day, date):
        dated.adae = dated.adae.drop(columns="TRTSDT")
        dated.adsl["TRTSDT"] = START
        assert dated.findings(rule) == []
        dated.adae.loc[3, day] += 1
        assert dated.told(rule) == [("error", 1)]

    def test_days_that_count_from_randomization(self, dated, rule, day, date):
        dated.adae["RANDDT"] = START
        dated.adae["TRTSDT"] = START + 2 * DAY
        report = dated.report(rule)
        assert report.findings == ()
        assert f"{day} is counted from RANDDT" in {each.statement for each in report.inferred}

    def test_a_missing_day_is_a_policy_and_a_missing_date_is_not(self, dated, rule, day, date):
        dated.adae.loc[3, day] = np.nan
        assert dated.findings(rule) == []
        dated.adae.loc[4, date] = pd.NaT
        assert dated.told(rule) == [("warning", 1)]


class TestDuration:
    def test_both_days_count(self, dated):
        report = dated.report("AE005")
        assert report.findings == ()
        assert [each.statement for each in report.inferred] == ["ADURN = AENDT - ASTDT + 1 (days)"]

    def test_or_one_of_them(self, dated):
        dated.adae["ADURN"] = 2.0
        assert dated.findings("AE005") == []

    def test_an_exception(self, dated):
        dated.adae = pd.concat([dated.adae] * 4, ignore_index=True)
        dated.adae["AENDT"] += pd.to_timedelta(np.arange(48) % 7, "D")
        dated.adae["ADURN"] += np.arange(48) % 7
        assert dated.findings("AE005") == []
        dated.adae.loc[3, "ADURN"] += 1
        found = dated.finding("AE005")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, "ADURN")

    def test_left_empty_where_the_start_was_imputed(self, dated):
        dated.adae.loc[[0, 1], ["ADURN", "ADURU"]] = [np.nan, None]
        dated.adae.loc[[0, 1], "ASTDTF"] = "D"
        assert dated.findings("AE005") == []

    def test_weeks_that_are_days(self, dated):
        dated.adae["AENDT"] += pd.to_timedelta(np.arange(12), "D")
        dated.adae["ADURN"] += np.arange(12)
        dated.adae["ADURU"] = "WEEKS"
        assert dated.told("AE005") == [("error", 12)]

    @pytest.mark.parametrize(("unit", "per_day"), [("HOURS", 24), ("MINUTES", 1440)])
    def test_hours_are_what_the_days_allow(self, dated, unit, per_day):
        dated.adae["ADURU"], dated.adae["ADURN"] = unit, np.linspace(1, 3, 12) * per_day
        assert dated.findings("AE005") == []
        dated.adae.loc[3, "ADURN"] = 3.1 * per_day
        dated.adae.loc[4, "ADURN"] = 0.9 * per_day
        assert dated.told("AE005") == [("error", 2)]

    def test_one_of_few(self, dated):
        dated.adae = dated.adae.iloc[:8].copy()
        dated.adae["AENDT"] += pd.to_timedelta(np.arange(8), "D")
        dated.adae["ADURN"] += np.arange(8)
        dated.adae.loc[3, "ADURN"] = 20
        found = dated.finding("AE005")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, "ADURN")

    def test_a_duration_without_a_date(self, dated):
        dated.adae.loc[3, "AENDT"] = pd.NaT
        assert dated.told("AE005") == [("warning", 1)]

    @pytest.mark.parametrize("unit", ["DAY", "days", "D"])
    def test_how_the_unit_is_spelt_is_a_matter_of_terminology(self, dated, unit):
        dated.adae["ADURU"] = unit
        assert dated.findings("AE005") == []

    def test_no_formula(self, dated):
        dated.adae["ADURN"] = np.arange(12) ** 2 * 3.7 + 0.3
        assert dated.told("AE005") == [("warning", 0)]
