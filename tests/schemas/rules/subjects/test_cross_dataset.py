"""Subjects, deaths, populations and cut-offs across datasets."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.declarations import Endpoint

DAY = pd.Timedelta("1D")


class TestSubjects:
    def test_twice_in_adsl(self, trial):
        trial.adsl = pd.concat([trial.adsl, trial.adsl.iloc[:2]], ignore_index=True)
        assert trial.told("SL001") == [("error", 4)]

    def test_missing_identifiers_are_no_repetition(self, trial):
        trial.adsl.loc[[0, 1], "USUBJID"] = ""
        assert trial.findings("SL001") == []

    def test_a_subject_of_two_studies_in_iadsl(self, trial):
        pooled = [trial.adsl.assign(STUDYID=study) for study in ("ONE", "TWO")]
        trial.others["IADSL"] = pd.concat(pooled, ignore_index=True)
        assert trial.findings("SL001") == []
        trial.others["IADSL"].loc[0, "STUDYID"] = "TWO"
        found = trial.finding("SL001")
        assert (found.dataset, found.records, str(found.severity)) == ("IADSL", 2, "error")
        assert "IADSL" in found.message

    def test_iadsl_is_judged_as_subject_level(self, trial):
        trial.others["IADSL"] = trial.adsl.copy()
        trial.others["IADSL"].loc[0, "TRTEDT"] = trial.adsl.TRTSDT[0] - DAY
        assert {each.dataset for each in trial.report("SL002", "SL003", "SL004").findings} == {"IADSL"}

    def test_not_in_adsl(self, trial):
        trial.adsl = trial.adsl.iloc[1:]
        found = trial.findings("XD001")
        assert [(each.dataset, each.records, str(each.severity)) for each in found] == [
            ("ADTTE", 2, "error"),
            ("ADAE", 3, "error"),
        ]
        assert {each.sentence for each in found} == {"USUBJID is not in ADSL"}

    @pytest.mark.parametrize(
        "write",
        [
            str.lower,
            lambda text: " " + text,
            lambda text: text.replace("-0", "-"),
            lambda t: t.replace("-", "- "),
        ],
    )
    def test_in_adsl_under_another_spelling(self, trial, write):
        trial.adtte["USUBJID"] = trial.adtte.USUBJID.map(write)
        (found,) = [each for each in trial.findings("XD001") if each.dataset == "ADTTE"]
        assert "differs only in blanks, case or leading zeros" in found.sentence

    def test_trailing_blanks_carry_no_meaning(self, trial):
        trial.adtte["USUBJID"] += "  "
        assert trial.findings("XD001") == []

    def test_leading_zeros_of_another_number_do_not_match(self, trial):
        trial.adtte["USUBJID"] = trial.adtte.USUBJID.str.replace("-0", "-1")
        (found,) = [each for each in trial.findings("XD001") if each.dataset == "ADTTE"]
        assert found.sentence == "USUBJID is not in ADSL"

    def test_no_identifier(self, trial):
        trial.adtte.loc[0, "USUBJID"] = None
        assert [each.sentence for each in trial.findings("XD001")] == [
            "USUBJID is missing; the subject cannot be found in ADSL"
        ]

    def test_subjects_of_unused_categories_are_not_there(self, trial):
        subjects = trial.adsl.USUBJID
        trial.adsl = trial.adsl.assign(USUBJID=pd.Categorical(subjects, subjects)).iloc[1:]
        assert [each.records for each in trial.findings("XD001")] == [2, 3]

    def test_an_adsl_without_identifiers(self, trial):
        trial.adsl = trial.adsl.drop(columns="USUBJID")
        assert {each.sentence for each in trial.findings("XD001")} == {"USUBJID is not present in ADSL"}


class TestDeaths:
    def test_an_event_without_a_death(self, trial):
        trial.adsl.loc[[0, 4], ["DTHFL", "DTHDT"]] = [None, pd.NaT]
        assert trial.told("XD002") == [("error", 2)]

    def test_a_death_without_a_date_is_a_death(self, trial):
        trial.adsl["DTHDT"] = pd.NaT
        assert trial.findings("XD002") == trial.findings("XD003") == []

    def test_a_death_on_another_day(self, trial):
        trial.adsl.loc[0, "DTHDT"] += DAY
        assert trial.told("XD002") == [("error", 1)]

    @pytest.mark.parametrize("flagged", ["adsl", "adtte"])
    def test_an_imputed_day_needs_a_person(self, trial, flagged):
        trial.adsl.loc[0, "DTHDT"] += DAY
        if flagged == "adsl":
            trial.adsl["DTHDTF"] = ["D"] + [""] * 39
        else:
            trial.adtte["ADTF"] = ["D"] + [""] * 79
        assert trial.told("XD002") == [("warning", 1)]

    def test_a_death_that_is_censored(self, trial):
        trial.adtte.loc[[0, 4], "CNSR"] = 1
        assert trial.told("XD003") == [("error", 2)]

    def test_a_later_death_is_a_note(self, trial):
        trial.adtte.loc[0, "CNSR"] = 1
        trial.adtte.loc[0, "ADT"] -= DAY
        assert trial.told("XD003") == [("note", 1)]

    def test_progression_is_no_death(self, trial):
        trial.adsl = trial.adsl.assign(DTHFL=None, DTHDT=pd.NaT)
        trial.adtte = trial.adtte.loc[trial.of("PFS")]
        assert trial.findings("XD002") == []

    def test_an_adsl_without_deaths_is_said(self, trial):
        trial.adsl = trial.adsl.drop(columns=["DTHFL", "DTHDT"])
        report = trial.report("XD002", "XD003")
        assert report.findings == ()
        reason = "neither ADSL.DTHFL nor ADSL.DTHDT is present"
        assert {(each.status, each.reason) for each in report.outcomes} == {("not applicable", reason)}


class TestPopulation:
    def test_a_lost_subject(self, trial):
        trial.adtte = trial.adtte[trial.adtte.USUBJID != "S1-007"]
        assert [(str(each.severity), each.sentence) for each in trial.findings("XD004")] == [
            ("warning", "OS: 1 of 40 subjects with SAFFL = Y has no record"),
            ("warning", "PFS: 1 of 40 subjects with SAFFL = Y has no record"),
        ]

    @pytest.mark.parametrize(("lost", "told"), [(5, [("warning", 0)]), (8, [("warning", 0)]), (25, [])])
    def test_several_lost_subjects(self, trial, lost, told):
        trial.adtte = trial.adtte.drop(index=trial.of("PFS")[:lost])
        assert trial.told("XD004") == told

    @pytest.mark.slow
    def test_cases(self, shared):
        for case, parameter in (("M22-lost-subjects", "OS"), ("30-events-lost", "TTDE")):
            found = ag.validate(ag.read(shared / "cases" / "gate" / case)).findings
            own = [(str(each.severity), each.parameter) for each in found if each.rule_id == "XD004"]
            assert own == [("warning", parameter)]

    def test_a_subset_endpoint_is_not_judged(self, trial):
        trial.adtte = trial.adtte[trial.adtte.PARAMCD == "PFS"].iloc[:30]
        trial.adtte = trial.adtte.assign(PARAMCD="TTR", PARAM="Time to Recovery")
        assert trial.told("XD004") == [("note", 0)]
        trial.adsl["SYMPTOMS"] = ["YES"] * 30 + ["NO"] * 10
        assert trial.findings("XD004") == []

    @pytest.mark.parametrize("defining", ["EVALFL", "RECOVDT", "COHORT"])
    def test_a_subset_that_adsl_defines(self, trial, defining):
        trial.adtte = trial.adtte[trial.of("PFS")[0] <= trial.adtte.index].iloc[:36]
        trial.adtte = trial.adtte.assign(PARAMCD="TTR", PARAM="Time to Recovery")
        assert trial.told("XD004") == [("warning", 0)]
        values = {"EVALFL": ["Y", None], "RECOVDT": [trial.adsl.TRTSDT[0], pd.NaT], "COHORT": ["1", "2"]}
        inside, outside = values[defining]
        trial.adsl[defining] = [inside] * 36 + [outside] * 4
        assert trial.findings("XD004") == []

    @pytest.mark.parametrize("paramcd", ["OS", "PFS"])
    def test_several_lost_below_95_percent(self, trial, paramcd):
        lost = trial.adsl.USUBJID[[1, 6, 7, 20, 33]]
        trial.adtte = trial.adtte[~(trial.adtte.PARAMCD.eq(paramcd) & trial.adtte.USUBJID.isin(lost))]
        assert trial.told("XD004") == [("warning", 0)]
        assert trial.finding("XD004").sentence == f"{paramcd}: 5 of 40 subjects with SAFFL = Y have no record"

    def test_who_is_lost_is_said_where_values_are_wanted(self, trial):
        trial.adtte = trial.adtte[trial.adtte.USUBJID.ne("S1-007")]
        report = ag.validate(trial.study(), select="XD004", show_values=True)
        assert all(each.values == "S1-007" for each in report.findings)

    def test_a_whole_site(self, trial):
        trial.adsl["SITEID"] = ["01"] * 30 + ["02"] * 6 + ["03"] * 4
        trial.adtte = trial.adtte[~trial.adtte.USUBJID.isin(trial.adsl.USUBJID[30:36])]
        assert trial.told("XD004") == [("error", 0), ("error", 0)]
        assert trial.findings("XD004")[0].sentence.endswith("have no record, among them all of 1 site")

    def test_a_whole_site_or_arm_of_a_declared_parameter(self, trial):
        trial.adsl["SITEID"] = ["01"] * 30 + ["02"] * 6 + ["03"] * 4
        own = trial.of("PFS")
        trial.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["TTFT", "Time to First Treatment (Months)"]
        at_site = trial.adtte.USUBJID.isin(trial.adsl.USUBJID[30:36]) & trial.adtte.PARAMCD.eq("TTFT")
        everybody = trial.adtte
        trial.adtte = everybody[~at_site]
        assert trial.told("XD004") == [("warning", 0)]
        trial.declare(endpoints={"TTFT": Endpoint(origin="TRTSDT")})
        assert trial.told("XD004") == [("error", 0)]
        trial.adtte = everybody[~(everybody.PARAMCD.eq("TTFT") & everybody.TRTP.eq("Active"))]
        assert (trial.told("XD004"), trial.told("XD015")) == ([], [("error", 0)])

    def test_the_untreated_are_no_part_of_the_treated(self, trial):
        trial.adsl.loc[0, "SAFFL"] = "N"
        trial.adtte = trial.adtte[trial.adtte.USUBJID != "S1-001"]
        assert trial.findings("XD004") == []

    def test_screen_failures_are_no_population(self, trial):
        failures = trial.adsl.iloc[:20].assign(SAFFL="N", RANDFL="")
        failures["USUBJID"] = "X" + failures.USUBJID
        trial.adsl = pd.concat([trial.adsl, failures], ignore_index=True)
        assert trial.findings("XD004") == []

    def test_all_subjects_where_there_are_no_flags(self, trial):
        trial.adsl = trial.adsl.drop(columns=["SAFFL", "RANDFL"])
        trial.adtte = trial.adtte[trial.adtte.USUBJID != "S1-007"]
        assert trial.findings("XD004")[0].sentence == "OS: 1 of 40 subjects in ADSL has no record"


class TestCutOff:
    def test_after_it(self, trial):
        trial.adsl["DCUTDT"] = trial.adtte.ADT.max()
        assert trial.findings("XD005") == []
        trial.adsl["DCUTDT"] -= DAY
        assert trial.told("XD005") == [("error", 1)]

    def test_none_is_said(self, trial):
        report = trial.report("XD005")
        reason = "no data cut-off in TS (TSPARMCD = DCUTDTC) or ADSL (USUBJID with DCUTDT, CUTOFFDT, …)"
        assert [(each.status, each.reason) for each in report.outcomes] == [("not applicable", reason)]


def test_without_adsl_nothing_is_judged_and_the_reason_stands(trial):
    trial.adsl = trial.adsl.rename(columns={"USUBJID": "SUBJID"})
    report = trial.report("XD002", "XD003", "XD004", "XD005")
    assert report.findings == ()
    assert {each.status for each in report.outcomes} == {"not applicable"}
    assert all("USUBJID" in each.reason for each in report.outcomes)


class TestNothingToJudge:
    def test_sdtm_alone(self):
        study = ag.Study.of(ag.Dataset.from_frame(pd.DataFrame({"USUBJID": ["1"], "AETERM": ["x"]}), "AE"))
        report = ag.validate(study)
        assert [each.rule_id for each in report.findings] == ["XD020"]
        assert report.refuses(ag.Severity.ERROR)

    def test_analysis_data_beside_it(self, trial):
        assert trial.findings("XD020") == []


class TestSubjectsNotRecords:
    def test_a_subject_twice_in_adsl_has_its_record(self, trial):
        trial.adsl = pd.concat([trial.adsl, trial.adsl.iloc[:1]], ignore_index=True)
        assert trial.findings("XD004") == []

    def test_overall_survival_of_half_the_subjects_is_a_note(self, trial):
        half = set(trial.adsl.USUBJID[:20])
        trial.adtte = trial.adtte[trial.adtte.USUBJID.isin(half)]
        found = [(str(each.severity), each.sentence) for each in trial.findings("XD004")]
        assert found == [
            (
                "note",
                "OS: 20 of 40 subjects with SAFFL = Y have no record; no population in ADSL matches better",
            )
        ]


class TestDeclaredParameters:
    def test_a_misspelt_one_is_an_error_with_the_nearest(self, trial):
        trial.declare(endpoints={"OSS": Endpoint(role="OS"), "PFS": Endpoint(role="PFS")})
        found = trial.finding("XD021")
        assert str(found.severity) == "error"
        assert found.sentence == "OSS: declared, but not in any time-to-event dataset; did you mean OS?"

    def test_those_that_are_there_pass(self, trial):
        trial.declare(endpoints={"OS": Endpoint(role="OS")})
        assert trial.findings("XD021") == []

    def test_nothing_declared_is_not_applicable(self, trial):
        assert "no parameter is declared" in trial.reason("XD021")
