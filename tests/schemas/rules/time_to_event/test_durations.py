"""AVAL against its dates, its unit, and dates against each other."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

DAY = pd.Timedelta("1D")


class TestDurationAgainstDates:
    def test_a_shifted_date(self, trial):
        trial.adtte.loc[3, "ADT"] += DAY
        found = trial.finding("TTE007")
        assert (str(found.severity), found.records) == ("error", 1)
        assert (
            found.sentence
            == "OS: AVAL differs from ADT - STARTDT + 1 (days), the formula of the other records"
        )
        assert found.examples[0].keys["USUBJID"] == "S1-004"

    def test_the_formula_is_inferred_all_the_same(self, trial):
        trial.adtte.loc[3, "ADT"] += DAY
        inferred = trial.report("TTE007").inferred
        assert ("OS", "AVAL", "AVAL = ADT - STARTDT + 1 (days)") in {
            (each.parameter, each.subject, each.statement) for each in inferred
        }

    def test_a_day_in_unrounded_months(self, trial):
        trial.adtte.loc[trial.of("PFS")[3], "ADT"] -= DAY
        assert trial.finding("TTE007").sentence.startswith(
            "PFS: AVAL differs from (ADT - STARTDT + 1) / 30.4375 (months)"
        )

    def test_months_of_one_decimal_are_right(self, trial):
        trial.adtte["AVAL"] = trial.adtte.AVAL.round(1)
        assert trial.findings("TTE007") == []

    def test_records_without_a_date_are_left_out(self, trial):
        trial.adtte.loc[[0, 1], "ADT"] = pd.NaT
        trial.adtte.loc[2, "AVAL"] = np.nan
        assert trial.findings("TTE007") == []

    @pytest.mark.parametrize("records", [4, 12, 20])
    def test_a_parameter_partly_in_days(self, trial, records):
        of_pfs = trial.of("PFS")[:records]
        trial.adtte.loc[of_pfs, "AVAL"] *= 30.4375
        trial.adtte["AVAL"] = trial.adtte.AVAL.round(6)
        found = trial.finding("TTE007")
        assert (str(found.severity), found.records) == ("error", records)
        assert found.sentence.startswith("PFS: two units in one parameter: ")
        assert "(days)" in found.sentence
        assert "(months" in found.sentence

    def test_few_in_days_say_what_they_follow(self, trial):
        trial.adtte.loc[trial.of("PFS")[:2], "AVAL"] *= 30.4375
        trial.adtte["AVAL"] = trial.adtte.AVAL.round(6)
        found = trial.finding("TTE007")
        assert found.records == 2
        assert found.sentence.startswith(
            "PFS: AVAL follows ADT - STARTDT + 1 (days); the other records follow "
        )

    def test_two_ways_of_counting_the_first_day_need_a_person(self, trial):
        trial.adtte.loc[trial.of("OS")[:12], "AVAL"] -= 1
        found = trial.finding("TTE007")
        assert (str(found.severity), found.records) == ("warning", 12)
        assert "two formulas in one parameter" in found.sentence

    def test_no_formula_is_one_warning_about_the_parameter(self, trial):
        of_os = trial.of("OS")
        trial.adtte.loc[of_os, "AVAL"] = np.random.default_rng(1).random(len(of_os)) * 50
        found = trial.finding("TTE007")
        assert (str(found.severity), found.records) == ("warning", 0)
        assert found.sentence == "OS: no formula derives AVAL from ADT and STARTDT on 95% of 40 records"

    def test_a_formula_that_holds_too_rarely_is_named(self, trial):
        of_os = trial.of("OS")[:8]
        trial.adtte.loc[of_os, "AVAL"] = [1.5, 77.3, 900.1, 3.7, 12.9, 0.3, 44.4, 8.8]
        assert trial.finding("TTE007").sentence.endswith("the closest, ADT - STARTDT + 1 (days), fits 32")

    def test_several_off_by_one_decimal_need_a_person(self, trial):
        trial.adtte = pd.concat([trial.adtte] * 2, ignore_index=True)
        trial.adtte["AVAL"] = trial.adtte.AVAL.round(2)
        trial.adtte.loc[trial.of("PFS")[:3], "AVAL"] += 0.01
        assert trial.told("TTE007") == [("warning", 3)]

    def test_one_off_by_one_decimal_is_an_error(self, trial):
        trial.adtte["AVAL"] = trial.adtte.AVAL.round(2)
        trial.adtte.loc[trial.of("PFS")[5], "AVAL"] += 0.01
        assert trial.told("TTE007") == [("error", 1)]

    def test_hours_are_not_judged_by_dates(self, trial):
        trial.adtte["AVALU"] = np.where(trial.adtte.PARAMCD == "OS", "HOURS", "MONTHS")
        trial.adtte.loc[trial.of("OS"), "AVAL"] = np.linspace(1, 99, 40)
        report = trial.report("TTE007")
        assert report.findings == ()
        assert {each.parameter for each in report.inferred} == {"PFS"}

    def test_raised_zero_days_are_a_design(self, trial):
        of_os = trial.of("OS")
        trial.adtte.loc[of_os, "AVAL"] -= 1
        trial.adtte.loc[of_os[:8], "ADT"] = trial.adtte.loc[of_os[:8], "STARTDT"]
        trial.adtte.loc[of_os[:8], "AVAL"] = 0.5
        report = trial.report("TTE007")
        assert report.findings == ()
        assert "AVAL = ADT - STARTDT (days), 0.5 if both dates are equal" in {
            each.statement for each in report.inferred
        }

    def test_dates_may_be_sas_numbers(self, trial):
        epoch = pd.Timestamp("1960-01-01")
        for variable in ("ADT", "STARTDT"):
            trial.adtte[variable] = (trial.adtte[variable] - epoch) / DAY
        trial.adtte.loc[3, "ADT"] += 1
        assert trial.told("TTE007") == [("error", 1)]

    def test_it_does_not_apply_without_an_origin(self, trial):
        trial.adtte = trial.adtte.drop(columns="STARTDT")
        (outcome,) = trial.report("TTE007").outcomes
        assert (str(outcome.status), outcome.reason) == ("not applicable", "STARTDT is not present")

    def test_many_faulty_parameters_are_told_together(self, trial):
        first = trial.adtte.iloc[:25]
        parts = [first.assign(PARAMCD=f"P{number:02d}", AVAL=first.AVAL) for number in range(30)]
        trial.adtte = pd.concat(parts, ignore_index=True)
        trial.adtte["CNSR"] = trial.adtte.CNSR.where(trial.adtte.index % 25 > 0)
        found = trial.findings("TTE010")
        assert len(found) == 20
        assert found[-1].sentence.startswith("P") or found[0].sentence.startswith("11 further")
        assert sum(each.records for each in found) == 30


class TestUnitOfDuration:
    def unstated(self, trial):
        trial.adtte["PARAM"] = trial.adtte.PARAM.str.replace(r" \(.*\)", "", regex=True)

    def test_nowhere_but_in_the_dates(self, trial):
        self.unstated(trial)
        assert [(str(each.severity), each.sentence) for each in trial.findings("TTE008")] == [
            ("note", "OS: unit of AVAL is not stated; ADT and STARTDT give days"),
            ("note", "PFS: unit of AVAL is not stated; ADT and STARTDT give months"),
        ]

    def test_nowhere_at_all(self, trial):
        self.unstated(trial)
        trial.adtte = trial.adtte.drop(columns="STARTDT")
        assert trial.told("TTE008") == [("warning", 0), ("warning", 0)]

    def test_avalu_is_enough(self, trial):
        self.unstated(trial)
        trial.adtte["AVALU"] = np.where(trial.adtte.PARAMCD == "OS", "DAYS", "mo")
        assert trial.findings("TTE008") == []

    def test_avalu_against_param(self, trial):
        trial.adtte = trial.adtte.drop(columns="ADT")
        trial.adtte["AVALU"] = "DAYS"
        found = trial.finding("TTE008")
        assert (str(found.severity), found.sentence) == (
            "error",
            "PFS: unit of AVAL is inconsistent: AVALU states days, PARAM states months",
        )

    def test_avalu_against_itself(self, trial):
        trial.adtte["AVALU"] = np.where(trial.adtte.PARAMCD == "OS", "DAYS", "MONTHS")
        trial.adtte.loc[0, "AVALU"] = "MONTHS"
        assert "AVALU states days and months" in trial.finding("TTE008").sentence

    def test_stated_against_the_dates(self, trial):
        trial.adtte["PARAM"] = trial.adtte.PARAM.str.replace("Days", "Months")
        assert trial.finding("TTE008").sentence == (
            "OS: unit of AVAL is inconsistent: PARAM states months, ADT and STARTDT give days"
        )

    def test_spellings_of_one_unit_agree(self, trial):
        trial.adtte["AVALU"] = np.where(trial.adtte.PARAMCD == "OS", "DAY", "MONTH")
        trial.adtte.loc[0, "AVALU"] = "d"
        assert trial.findings("TTE008") == []

    def test_hours_are_a_unit(self, trial):
        self.unstated(trial)
        trial.adtte["AVALU"] = "HOURS"
        assert trial.findings("TTE008") == []

    def test_three_records_prove_nothing(self, trial):
        trial.adtte = trial.adtte.iloc[:3]
        trial.adtte["PARAM"] = "Overall Survival (Months)"
        assert trial.findings("TTE008") == []


class TestFormulasOfFewUse:
    """Rounding up, rare constants, and what other parameters show."""

    def test_study_weeks(self, trial):
        own = trial.of("OS")
        frame = trial.adtte
        frame.loc[own, "AVAL"] = np.ceil(((frame.ADT - frame.STARTDT).dt.days[own] + 1) / 7)
        frame.loc[own, "PARAM"] = "Overall Survival (Weeks)"
        assert trial.report("TTE007", "TTE008").findings == ()
        frame.loc[own[7], "AVAL"] += 4
        assert trial.told("TTE007") == [("error", 1)]

    def test_the_constant_of_another_parameter(self, trial):
        frame = trial.adtte
        days = (frame.ADT - frame.STARTDT).dt.days + 1
        frame["AVAL"] = np.where(frame.PARAMCD.eq("PFS"), (days / 29.3).round(1), frame.AVAL)
        small = frame[frame.PARAMCD.eq("PFS")].tail(6).assign(PARAMCD="DOR", PARAM="Response (Months)")
        trial.adtte = small
        assert [each.parameter for each in trial.findings("TTE007")] == ["DOR"]
        trial.adtte = pd.concat([frame, small], ignore_index=True)
        assert trial.findings("TTE007") == []
        trial.adtte.loc[trial.of("DOR"), "AVAL"] += [0.0, 3.1, -2.4, 0.9, 1.7, -4.2]
        assert [each.parameter for each in trial.findings("TTE007")] == ["DOR"]

    def test_a_constant_that_nobody_uses_is_not_offered(self, trial):
        own = trial.of("PFS")
        days = (trial.adtte.ADT - trial.adtte.STARTDT).dt.days[own]
        noise = np.where(np.arange(len(own)) % 5 < 2, 3.0, 0.0)
        trial.adtte.loc[own, "AVAL"] = (days / 29.3).round(1) + noise * np.arange(len(own))
        message = trial.finding("TTE007").message
        assert "no formula" in message
        assert "closest" not in message


class TestTimesOfDay:
    """AVAL from ADTM and STARTDTM, where dates alone do not give it."""

    @pytest.fixture
    def timed(self, trial):
        frame = trial.adtte
        minutes = pd.to_timedelta(np.arange(len(frame)) * 37 % 1440, unit="min")
        frame["STARTDTM"] = frame.STARTDT + pd.Timedelta("9h")
        frame["ADTM"] = frame.ADT + minutes
        own = trial.of("OS")
        frame.loc[own, "AVAL"] = (frame.ADTM - frame.STARTDTM)[own].dt.total_seconds() / 86_400
        return trial

    def test_parts_of_days(self, timed):
        report = timed.report("TTE007", "TTE008")
        assert report.findings == ()
        statements = {(each.parameter, each.statement) for each in report.inferred}
        assert ("OS", "AVAL = ADTM - STARTDTM (days)") in statements

    def test_hours(self, timed):
        own = timed.of("OS")
        timed.adtte.loc[own, "AVAL"] *= 24
        timed.adtte.loc[own, "PARAM"] = "Overall Survival (Hours)"
        assert timed.report("TTE007", "TTE008").findings == ()
        timed.adtte.loc[own, "PARAM"] = "Overall Survival (Days)"
        assert "ADTM and STARTDTM give hours" in timed.finding("TTE008").message

    def test_a_unit_from_times_names_them(self, timed):
        timed.adtte.loc[timed.of("OS"), "PARAM"] = "Overall Survival (Weeks)"
        assert "ADTM and STARTDTM give days" in timed.finding("TTE008").message

    def test_a_wrong_record_is_named(self, timed):
        timed.adtte.loc[timed.of("OS")[4], "AVAL"] += 1.25
        found = timed.finding("TTE007")
        assert (str(found.severity), found.records, found.parameter) == ("error", 1, "OS")
        assert "ADTM - STARTDTM (days)" in found.message

    def test_without_times_no_formula_is_found(self, timed):
        timed.adtte = timed.adtte.drop(columns=["ADTM"])
        assert timed.told("TTE007") == [("warning", 0)]

    def test_times_that_are_text_do_not_count(self, timed):
        timed.adtte["ADTM"] = timed.adtte.ADTM.astype(str)
        assert timed.told("TTE007") == [("warning", 0)]


class TestDatesAgainstEachOther:
    def test_end_before_start(self, trial):
        trial.adtte.loc[0, "STARTDT"] = trial.adtte.loc[0, "ADT"] + DAY
        assert trial.told("TTE017") == [("error", 1)]

    def test_the_same_day_and_no_day(self, trial):
        trial.adtte.loc[0, "STARTDT"] = trial.adtte.loc[0, "ADT"]
        trial.adtte.loc[1, "STARTDT"] = pd.NaT
        assert trial.findings("TTE017") == []

    def test_end_after_the_cut_off(self, trial):
        trial.adtte["DCUTDT"] = trial.adtte.ADT.max()
        assert trial.findings("TTE018") == []
        trial.adtte["DCUTDT"] -= DAY
        assert trial.told("TTE018") == [("error", 1)]


class TestUnknownUnit:
    def test_a_plural_in_brackets_is_the_unit(self, trial):
        trial.adtte.loc[trial.adtte.PARAMCD == "OS", "AVALU"] = "Day(s)"
        assert trial.report("TTE007", "TTE008").findings == ()

    def test_a_text_that_is_no_unit_is_said_and_the_dates_are_still_judged(self, trial):
        trial.adtte.loc[trial.adtte.PARAMCD == "OS", "AVALU"] = "STUDY UNITS"
        trial.adtte.loc[trial.of("OS")[3], "AVAL"] += 40
        found = {each.rule_id: each for each in trial.report("TTE007", "TTE008").findings}
        assert (str(found["TTE008"].severity), found["TTE008"].records) == ("warning", 0)
        assert found["TTE008"].sentence == "OS: AVALU is not a known unit"
        assert (str(found["TTE007"].severity), found["TTE007"].records) == ("error", 1)

    def test_hours_in_param_are_a_statement(self, trial):
        trial.adtte = trial.adtte.drop(columns="STARTDT")
        trial.adtte.loc[trial.adtte.PARAMCD == "OS", "PARAM"] = "Overall Survival (hours)"
        assert [each.sentence for each in trial.findings("TTE008") if each.sentence.startswith("OS")] == []


class TestSiblings:
    """What other parameters prove is tried on one of few records."""

    def small(self, trial, parameter, records):
        """A parameter of few records with the durations of another one, the first of them ten days off."""
        own = trial.adtte.loc[trial.of(parameter)[:records]].assign(
            PARAMCD="DOR", PARAM="Duration of Response"
        )
        step = 10.0 if parameter == "OS" else 10 / 30.4375
        own.loc[own.index[0], "AVAL"] += step
        trial.adtte = pd.concat([trial.adtte, own], ignore_index=True)

    @pytest.mark.parametrize("parameter", ["OS", "PFS"])
    @pytest.mark.parametrize("records", [5, 12])
    def test_the_one_exception_is_named(self, trial, parameter, records):
        self.small(trial, parameter, records)
        assert trial.told("TTE007") == [("error", 1)]
        assert trial.finding("TTE007").parameter == "DOR"

    def test_without_a_sibling_that_proves_it(self, trial):
        self.small(trial, "OS", 12)
        trial.adtte = trial.adtte[trial.adtte.PARAMCD.eq("DOR")].reset_index(drop=True)
        assert trial.told("TTE007") == [("warning", 0)]

    @pytest.mark.slow
    def test_cases(self, shared):
        report = ag.validate(ag.read(shared / "cases" / "gate" / "M10-small-parameter"))
        assert [(each.rule_id, str(each.severity), each.records) for each in report.findings] == [
            ("TTE007", "error", 1)
        ]


class TestConstantsDiffer:
    def test_days_and_months_are_different_units(self, trial):
        assert trial.findings("TTE032") == []

    def months(self, trial, constant):
        own = trial.adtte.loc[trial.of("PFS")].assign(PARAMCD="TTP", PARAM="Time to Progression (Months)")
        own["AVAL"] = ((own.ADT - own.STARTDT).dt.days + 1) / constant
        trial.adtte = pd.concat([trial.adtte, own], ignore_index=True)

    @pytest.mark.parametrize(
        ("constant", "told"), [(30.4375, []), (30.44, [("note", 0)]), (30, [("note", 0)])]
    )
    def test_months(self, trial, constant, told):
        self.months(trial, constant)
        assert trial.told("TTE032") == told

    def test_only_some_add_a_day(self, trial):
        trial.adtte.loc[trial.of("OS"), "AVAL"] -= 1
        assert trial.told("TTE032") == [("note", 0)]
        assert "only some parameters add one day" in trial.finding("TTE032").sentence

    @pytest.mark.slow
    def test_case(self, shared):
        report = ag.validate(ag.read(shared / "cases" / "gate" / "M15-constants-differ"))
        assert [(each.rule_id, str(each.severity)) for each in report.findings] == [("TTE032", "note")]
