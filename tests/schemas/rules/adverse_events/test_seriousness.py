"""Serious and fatal adverse events."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")
CRITERIA = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE")


@pytest.fixture
def serious(trial):
    """No event is serious; of the subjects, the first one dies in the trial."""
    trial.adae = trial.adae.assign(AESER="N", **dict.fromkeys(CRITERIA, "N"))
    return trial


@pytest.fixture
def fatal(trial):
    """The last event of the first subject is fatal by every sign and ends on the day of death."""
    trial.adae = trial.adae.assign(
        AESDTH=[None, None, "Y"] + ["N"] * 9,
        AEOUT=["RECOVERED/RESOLVED"] * 2 + ["FATAL"] + ["RECOVERED/RESOLVED"] * 9,
        AETOXGR=["1", "GRADE 2", "GRADE 5"] + ["3"] * 9,
    )
    trial.adae.loc[2, "AENDT"] = trial.adsl.loc[0, "DTHDT"]
    return trial


@pytest.mark.parametrize("other", [None, "3"])
def test_grade_5_of_any_variable_is_fatal(fatal, other):
    fatal.adae["AETOXGR"] = fatal.adae["AETOXGR"].where(fatal.adae["AESDTH"] == "Y", other)
    fatal.adae["ATOXGR"] = fatal.adae["AETOXGR"]
    fatal.adae.loc[5, "ATOXGR"] = "GRADE 5"
    found = fatal.finding("AE020")
    assert (str(found.severity), found.records) == ("warning", 1)
    assert "ATOXGR" in found.variables
    assert fatal.told("AE021") == [("error", 1)]
    fatal.adae.loc[5, "ATOXGR"] = "GRADE 4"
    assert fatal.findings("AE020") == []


class TestCriteria:
    def test_without_one(self, serious):
        assert serious.findings("AE018") == []
        serious.adae.loc[0, "AESER"] = "Y"
        found = serious.finding("AE018")
        assert (str(found.severity), found.records, found.variables[0]) == ("warning", 1, "AESER")

    @pytest.mark.parametrize("criterion", CRITERIA)
    def test_one_is_enough(self, serious, criterion):
        serious.adae.loc[0, ["AESER", criterion]] = "Y"
        assert serious.findings("AE018") == []
        assert serious.findings("AE019") == []

    @pytest.mark.parametrize("legacy", ["AESCAN", "AESOD"])
    def test_older_ones_do_not_count(self, serious, legacy):
        serious.adae[legacy] = "Y"
        assert serious.findings("AE019") == []
        serious.adae.loc[0, "AESER"] = "Y"
        assert serious.told("AE018") == [("warning", 1)]

    def test_a_criterion_that_was_left_out_may_be_the_reason(self, serious):
        serious.adae = serious.adae.drop(columns="AESLIFE").assign(AESER="Y")
        assert serious.findings("AE018") == []

    @pytest.mark.parametrize("criterion", CRITERIA)
    def test_a_criterion_that_makes_nothing_serious(self, serious, criterion):
        serious.adae.loc[[0, 1], criterion] = "Y"
        serious.adae.loc[1, "AESER"] = None
        found = serious.finding("AE019")
        assert (str(found.severity), found.records) == ("warning", 2)


class TestSigns:
    def test_together(self, fatal):
        assert fatal.findings("AE020") == []

    @pytest.mark.parametrize(
        ("variable", "value"), [("AESDTH", "N"), ("AESDTH", None), ("AEOUT", "UNKNOWN"), ("AETOXGR", "4")]
    )
    def test_one_denies(self, fatal, variable, value):
        fatal.adae.loc[2, variable] = value
        assert fatal.told("AE020") == [("warning", 1)]

    @pytest.mark.parametrize("variable", ["AEOUT", "AETOXGR"])
    def test_a_missing_one_says_nothing(self, fatal, variable):
        fatal.adae.loc[2, variable] = None
        assert fatal.findings("AE020") == []

    def test_a_numeric_grade(self, fatal):
        fatal.adae["AETOXGRN"] = [1.0, 2.0, 5.0] + [3.0] * 9
        fatal.adae = fatal.adae.drop(columns="AETOXGR")
        assert fatal.findings("AE020") == []
        fatal.adae.loc[5, "AETOXGRN"] = 5.0
        assert fatal.told("AE020") == [("warning", 1)]

    def test_severity_is_no_grade(self, fatal):
        fatal.adae = fatal.adae.drop(columns="AETOXGR").assign(AESEV="SEVERE")
        assert fatal.findings("AE020") == []


class TestDeath:
    def test_known(self, fatal):
        assert fatal.findings("AE021") == []

    def test_not_known(self, fatal):
        fatal.adsl.loc[0, ["DTHFL", "DTHDT"]] = None
        found = fatal.finding("AE021")
        assert (str(found.severity), found.records) == ("error", 1)

    def test_without_a_date(self, fatal):
        fatal.adsl = fatal.adsl.drop(columns="DTHDT")
        assert fatal.findings("AE021") == []

    def test_a_death_that_no_event_explains(self, fatal):
        fatal.adae = fatal.adae.assign(AESDTH="N", AEOUT=None, AETOXGR="1")
        assert fatal.findings("AE021") == []

    def test_a_subject_whom_adsl_does_not_know(self, fatal):
        fatal.adsl = fatal.adsl.drop(index=0)
        assert fatal.findings("AE021") == []

    def test_the_events_may_have_it_themselves(self, fatal):
        fatal.adsl = fatal.adsl.drop(columns=["DTHFL", "DTHDT"])
        fatal.adae["DTHFL"] = ["Y"] * 3 + [None] * 9
        assert fatal.findings("AE021") == []
        fatal.adae["DTHFL"] = None
        assert fatal.told("AE021") == [("error", 1)]


class TestDayOfDeath:
    def test_the_fatal_event_ends_then(self, fatal):
        assert fatal.findings("AE022") == []
        fatal.adae.loc[2, "AENDT"] -= DAY
        assert fatal.told("AE022") == [("warning", 1)]

    def test_or_nobody_knows_when(self, fatal):
        fatal.adae.loc[2, "AENDT"] = pd.NaT
        assert fatal.findings("AE022") == []

    def test_or_in_the_month_of_death(self, fatal):
        fatal.adae.loc[2, "AENDT"] = fatal.adsl.loc[0, "DTHDT"].replace(day=1)
        fatal.adae["AENDTF"] = [None, None, "D", *[None] * 9]
        assert fatal.findings("AE022") == []

    def test_an_imputed_day_of_death(self, fatal):
        fatal.adae.loc[2, "AENDT"] -= DAY
        fatal.adsl["DTHDTF"] = ["D", *[None] * 39]
        assert fatal.told("AE022") == [("note", 1)]

    def test_other_events_end_when_they_do(self, fatal):
        assert (fatal.adae.AENDT[:2] != fatal.adsl.DTHDT[0]).all()
        assert fatal.findings("AE022") == []

    def test_an_event_after_it(self, fatal):
        fatal.adae.loc[0, "ASTDT"] = fatal.adsl.loc[0, "DTHDT"]
        assert fatal.findings("AE023") == []
        fatal.adae.loc[0, "ASTDT"] += DAY
        assert fatal.told("AE023") == [("error", 1)]
        fatal.adae.loc[0, "ASTDTF"] = "M"
        assert fatal.findings("AE023") == []

    def test_the_day_that_the_events_have_comes_first(self, fatal):
        fatal.adae["DTHDT"] = fatal.adae.AENDT.where(fatal.adae.index == 2, np.datetime64("NaT", "s"))
        fatal.adsl.loc[0, "DTHDT"] += DAY
        assert fatal.findings("AE022") == []
