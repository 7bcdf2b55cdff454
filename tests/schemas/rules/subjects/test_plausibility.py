"""Values that cannot be: dates outside the study, ages, identifiers."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag


def found(trial, rule):
    return {(each.variables[0], str(each.severity), each.records) for each in trial.findings(rule)}


class TestDatesOutsideTheStudy:
    def test_a_century_early(self, trial):
        assert trial.findings("XD060") == []
        trial.adae.loc[2, "ASTDT"] = pd.Timestamp("1924-01-20")
        trial.adsl.loc[3, "TRTEDT"] = pd.Timestamp("2124-02-20")
        trial.adtte.loc[4, "ADT"] = pd.Timestamp("2003-02-20")
        assert found(trial, "XD060") == {
            ("ASTDT", "warning", 1),
            ("TRTEDT", "warning", 1),
            ("ADT", "warning", 1),
        }

    @pytest.mark.parametrize("day", ["1900-01-01", "1960-01-01", "9999-12-31"])
    def test_placeholder(self, trial, day):
        trial.adsl["LSTALVDT"] = trial.adsl.LSTALVDT.astype("datetime64[s]")
        trial.adsl.loc[[1, 2], "LSTALVDT"] = np.datetime64(day, "s")
        assert [each.records for each in trial.findings("XD060")] == [2]
        assert "placeholder" in trial.finding("XD060").message

    def test_a_whole_variable(self, trial):
        trial.adtte["STARTDT"] = pd.Timestamp("1960-03-01")
        assert found(trial, "XD060") == {("STARTDT", "warning", 80)}

    def test_a_start_of_treatment(self, trial):
        trial.adsl.loc[0, "TRTSDT"] = pd.Timestamp("1924-01-15")
        assert found(trial, "XD060") == {("TRTSDT", "warning", 1)}

    def test_birth_is_long_ago(self, trial):
        trial.adsl["BRTHDT"] = pd.Timestamp("1950-01-01")
        assert trial.findings("XD060") == []

    def test_time_from_diagnosis(self, trial):
        own = trial.of("OS")
        trial.adtte.loc[own, "PARAM"] = "Survival from Diagnosis (Days)"
        trial.adtte.loc[own, "STARTDT"] = pd.Timestamp("1995-01-01")
        assert trial.findings("XD060") == []

    def test_an_imputed_start_of_an_old_condition(self, trial):
        trial.adae.loc[0, ["ASTDT", "ASTDTF"]] = [pd.Timestamp("1980-01-01"), "M"]
        assert trial.findings("XD060") == []
        trial.adae.loc[0, "ASTDT"] = pd.Timestamp("1880-01-01")
        assert found(trial, "XD060") == {("ASTDT", "warning", 1)}

    def test_follow_up_of_decades(self, trial):
        trial.adtte["ADT"] += pd.to_timedelta(np.arange(80) * 120, unit="D")
        assert trial.findings("XD060") == []

    def test_a_historical_cohort(self, trial):
        for frame in (trial.adsl, trial.adtte, trial.adae):
            for name in [each for each in frame if each.endswith("DT")]:
                frame[name] -= pd.Timedelta(days=18_262)
        assert trial.findings("XD060") == []


class TestCollectedDates:
    def test_another_day(self, trial):
        trial.adsl["DTHDTC"] = trial.adsl.DTHDT.dt.strftime("%Y-%m-%dT%H:%M")
        assert trial.findings("XD061") == []
        trial.adsl.loc[0, "DTHDT"] += pd.Timedelta(days=1)
        assert found(trial, "XD061") == {("DTHDT", "warning", 1)}

    def test_partial_and_unreadable_texts(self, trial):
        trial.adsl["DTHDTC"] = trial.adsl.DTHDT.dt.strftime("%Y-%m")
        trial.adsl.loc[4, "DTHDTC"] = "UNKNOWN"
        trial.adsl.loc[8, "DTHDTC"] = None
        assert trial.findings("XD061") == []

    def test_derived_records(self, trial):
        trial.adtte["LBDTC"] = trial.adtte.ADT.dt.strftime("%Y-%m-%d")
        trial.adtte["DTYPE"] = None
        trial.adtte.loc[[0, 1], "ADT"] += pd.Timedelta(days=2)
        assert found(trial, "XD061") == {("ADT", "warning", 2)}
        trial.adtte.loc[[0, 1], "DTYPE"] = "LOCF"
        assert trial.findings("XD061") == []


class TestDatetimes:
    @pytest.fixture
    def timed(self, trial):
        hours = pd.to_timedelta(np.arange(len(trial.adae)) * 2 + 0.5, unit="h") % pd.Timedelta(days=1)
        trial.adae["ASTDTM"] = trial.adae.ASTDT + hours
        trial.adtte["ADTM"] = trial.adtte.ADT + pd.Timedelta(hours=9)
        trial.adsl["TRTSDTM"] = trial.adsl.TRTSDT + pd.Timedelta(hours=8)
        return trial

    def test_another_day(self, timed):
        assert timed.findings("XD064") == []
        timed.adae.loc[3, "ASTDTM"] += pd.Timedelta(days=1)
        timed.adae.loc[4, "ASTDT"] -= pd.Timedelta(days=30)
        timed.adtte.loc[[1, 2], "ADTM"] -= pd.Timedelta(hours=10)
        timed.adsl.loc[0, "TRTSDTM"] += pd.Timedelta(days=1)
        assert found(timed, "XD064") == {
            ("ASTDTM", "warning", 2),
            ("ADTM", "warning", 2),
            ("TRTSDTM", "warning", 1),
        }

    def test_missing_ones(self, timed):
        timed.adae.loc[2, "ASTDTM"] = pd.NaT
        timed.adtte.loc[2, "ADT"] = pd.NaT
        assert timed.findings("XD064") == []

    def test_none(self, trial):
        assert trial.reason("XD064") == "a datetime with its date is not present"


class TestAges:
    @pytest.mark.parametrize(("age", "records"), [(-1, 1), (0, 0), (119, 0), (130, 1), (np.nan, 0)])
    def test_years(self, trial, age, records):
        trial.adsl["AGE"] = 60.0
        trial.adsl.loc[1, "AGE"] = age
        assert sum(each.records for each in trial.findings("SL014")) == records

    @pytest.mark.parametrize(
        ("unit", "age"), [("MONTHS", 300), ("DAYS", 9_000), ("WEEKS", 900), ("HOURS", 4_000)]
    )
    def test_another_unit(self, trial, unit, age):
        trial.adsl = trial.adsl.assign(AGE=float(age), AGEU=unit)
        assert trial.findings("SL014") == []
        trial.adsl["AGEU"] = "YEARS"
        assert trial.told("SL014") == [("warning", 40)]


class TestIdentifiers:
    @pytest.fixture
    def numbered(self, trial):
        number = trial.adsl.USUBJID.str[-3:]
        trial.adsl = trial.adsl.assign(STUDYID="S1", SITEID="S1", SUBJID=number)
        return trial

    def test_one_number_for_two_subjects(self, numbered):
        assert numbered.findings("SL031") == []
        numbered.adsl.loc[1, "SUBJID"] = "001"
        assert found(numbered, "SL031") == {("STUDYID", "warning", 2)}
        assert found(numbered, "SL032") == {("SUBJID", "warning", 1)}

    def test_numbers_again_in_other_sites_and_studies(self, numbered):
        numbered.adsl["SUBJID"] = [f"{each % 20:03d}" for each in range(40)]
        numbered.adsl["SITEID"] = ["01"] * 20 + ["02"] * 20
        assert numbered.findings("SL031") == []
        numbered.adsl["SITEID"] = "01"
        numbered.adsl["STUDYID"] = ["A"] * 20 + ["B"] * 20
        assert numbered.findings("SL031") == []

    def test_subjects_built_in_another_way(self, numbered):
        numbered.adsl["SUBJID"] = [f"X{each}" for each in range(40)]
        assert numbered.findings("SL032") == []

    def test_a_move_to_another_site(self, numbered):
        numbered.adsl["USUBJID"] = [f"T-{each % 2 + 10}-{each:03d}" for each in range(40)]
        numbered.adsl["SITEID"] = [f"{each % 2 + 10}" for each in range(40)]
        numbered.adsl["SUBJID"] = [f"{each:03d}" for each in range(40)]
        assert numbered.findings("SL032") == []
        numbered.adsl.loc[0, "SITEID"] = "11"
        assert found(numbered, "SL032") == {("SITEID", "note", 1)}
        numbered.adsl.loc[0, "SITEID"] = "77"
        assert found(numbered, "SL032") == {("SITEID", "warning", 1)}

    def test_numeric_numbers(self, numbered):
        numbered.adsl["SUBJID"] = numbered.adsl.SUBJID.astype(float)
        assert numbered.findings("SL032") == []


@pytest.mark.slow
def test_the_case_of_a_century(shared):
    report = ag.validate(ag.read(shared / "cases" / "gate" / "M21b-century"))
    assert [(each.rule_id, str(each.severity), each.variables, each.records) for each in report.findings] == [
        ("XD060", "warning", ("ASTDT",), 1)
    ]
