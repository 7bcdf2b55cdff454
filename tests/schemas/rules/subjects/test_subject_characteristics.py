"""Ages, age groups and missing characteristics."""

import numpy as np
import pytest

from adamgate.schemas.rules.subjects.subject_characteristics import _limits


class TestAge:
    @pytest.mark.parametrize(
        ("age", "unit", "faults"),
        [
            (-1, "YEARS", 1),
            (0, "YEARS", 0),
            (120, "YEARS", 0),
            (121, "YEARS", 1),
            (300, "DAYS", 0),
            (-1, "DAYS", 1),
            (1500, "MONTHS", 1),
            (300, None, 0),
        ],
    )
    def test_limits(self, trial, age, unit, faults):
        trial.adsl = trial.adsl.assign(AGE=61.0, AGEU=unit)
        trial.adsl.loc[3, "AGE"] = age
        assert trial.told("SL014") == [("warning", 1)] * faults

    def test_without_a_unit_ages_are_years_if_most_can_be(self, trial):
        trial.adsl["AGE"] = [-1.0, 300.0] + [61.0] * 38
        assert trial.told("SL014") == [("warning", 1)] * 2
        trial.adsl["AGE"] = [-1.0, 12.0] + [300.0] * 38
        assert trial.told("SL014") == [("warning", 1)]


class TestAgeGroup:
    @pytest.mark.parametrize(
        ("text", "inside", "outside"),
        [
            ("<65", (0, 64), (65,)),
            ("<=64", (64, 64.5), (65,)),
            ("≤ 64 years", (64,), (65,)),
            (">=65", (65,), (64,)),
            (">80", (81, 80.5), (80,)),
            ("65-80", (65, 80), (64, 81)),
            ("18 to 64 years", (18, 64), (17, 65)),
            ("Adults (18 - 64)", (18, 64), (17, 65)),
            (">=65 to <75", (65, 74), (64, 75)),
            ("65 - <75", (65, 74), (64, 75)),
            (">= 65 and < 75", (65, 74), (64, 75)),
            ("75+", (75,), (74,)),
            ("75 years and older", (75,), (74,)),
            ("under 18", (17,), (18,)),
        ],
    )
    def test_stated_limits(self, text, inside, outside):
        low, high = _limits(text)
        assert all(low <= age < high for age in inside)
        assert not any(low <= age < high for age in outside)

    @pytest.mark.parametrize("text", ["Adults", "<6 months", "28 days to 23 months", "Group 2"])
    def test_no_limits_in_years(self, text):
        assert _limits(text) is None

    def test_a_subject_in_the_wrong_group(self, trial):
        age = np.arange(40) + 40.0
        trial.adsl = trial.adsl.assign(AGE=age, AGEGR1=np.where(age < 65, "<65", ">=65"))
        assert trial.findings("SL015") == []
        trial.adsl.loc[3, "AGEGR1"] = ">=65"
        assert trial.told("SL015") == [("warning", 1)]

    def test_groups_of_another_age(self, trial):
        age = np.arange(40) + 40.0
        trial.adsl = trial.adsl.assign(AGE=age, AGEGR1=np.where(age < 65, "<30", ">=90"))
        assert trial.findings("SL015") == []

    def test_ages_in_months(self, trial):
        trial.adsl = trial.adsl.assign(AGE=30.0, AGEU="MONTHS", AGEGR1=["<18"] * 30 + [">=18"] * 10)
        assert trial.findings("SL015") == []

    def test_no_group_is_said(self, trial):
        trial.adsl["AGE"] = 61.0
        assert "no age group" in trial.reason("SL015")


class TestMissing:
    def test_of_an_analysed_subject(self, trial):
        trial.adsl = trial.adsl.assign(SEX="F", AGE=61.0)
        trial.adsl.loc[0, ["SEX", "AGE"]] = [None, np.nan]
        assert trial.told("SL016") == [("note", 1), ("note", 1)]

    def test_of_a_screen_failure(self, trial):
        trial.adsl = trial.adsl.assign(SEX="F")
        trial.adsl.loc[0, ["SEX", "SAFFL", "RANDFL"]] = [None, "N", "N"]
        assert trial.findings("SL016") == []
