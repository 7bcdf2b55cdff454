"""Time-to-event records: what must be there, once, and with a usable duration."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.rules import rule_book
from adamgate.schemas.severity import Severity
from adamgate.schemas.study.declarations import Endpoint

OURS = [rule_id for rule_id in rule_book() if rule_id.startswith(("TTE", "AE", "XD", "SL"))]


def test_a_clean_trial_has_no_finding(trial):
    report = trial.report(*OURS)
    assert report.findings == ()
    assert {(each.parameter, each.statement) for each in report.inferred if each.subject == "AVAL"} == {
        ("OS", "AVAL = ADT - STARTDT + 1 (days)"),
        ("PFS", "AVAL = (ADT - STARTDT + 1) / 30.4375 (months)"),
    }


def test_a_study_without_records_has_the_one_finding_that_it_has_none(trial):
    trial.adsl, trial.adtte, trial.adae = trial.adsl[:0], trial.adtte[:0], trial.adae[:0]
    assert [each.rule_id for each in trial.report(*OURS).findings] == ["TTE027"]


def test_an_adsl_without_records_knows_nobody(trial):
    trial.adsl = trial.adsl[:0]
    assert {each.rule_id for each in trial.report(*OURS).findings} == {"XD001"}


@pytest.mark.parametrize("order", ["reversed", "mixed"])
def test_the_order_of_the_records_does_not_matter(trial, order):
    trial.adtte.loc[3, "ADT"] += pd.Timedelta("1D")
    trial.adtte.loc[5, "CNSR"] = 0
    trial.adtte.loc[8, "AVAL"] = np.nan
    before = [(each.rule_id, each.sentence, each.records) for each in trial.report(*OURS).findings]
    frame = trial.adtte
    trial.adtte = frame[::-1] if order == "reversed" else frame.sample(frac=1, random_state=1)
    assert [(each.rule_id, each.sentence, each.records) for each in trial.report(*OURS).findings] == before


class TestEssentialVariableAbsent:
    @pytest.mark.parametrize("variable", ["USUBJID", "PARAMCD", "CNSR"])
    def test_each_is_one_finding_and_others_do_not_apply(self, trial, variable):
        trial.adtte = trial.adtte.drop(columns=variable)
        report = trial.report(*OURS)
        errors = [each for each in report.findings if each.severity is Severity.ERROR]
        assert [(each.rule_id, each.variables) for each in errors] == [("TTE001", (variable,))]
        reasons = {o.reason for o in report.outcomes if o.status is Status.NOT_APPLICABLE}
        assert f"{variable} is not present" in reasons

    def test_neither_duration_nor_dates(self, trial):
        trial.adtte = trial.adtte.drop(columns=["AVAL", "STARTDT"])
        assert "neither AVAL" in trial.finding("TTE001").sentence

    def test_dates_stand_for_a_duration(self, trial):
        trial.adtte = trial.adtte.drop(columns="AVAL")
        assert trial.findings("TTE001") == []

    def test_a_duration_stands_for_dates(self, trial):
        trial.adtte = trial.adtte.drop(columns=["ADT", "STARTDT"])
        assert trial.findings("TTE001") == []


def repeated(trial, records=2):
    """The first records of OS once more."""
    again = trial.adtte.iloc[:records]
    trial.adtte = pd.concat([trial.adtte, again], ignore_index=True)
    return trial.adtte.index[-records:]


class TestRepeatedRecord:
    def test_nothing_tells_them_apart(self, trial):
        repeated(trial)
        found = trial.finding("TTE002")
        assert (found.records, found.severity) == (4, "error")
        assert found.sentence == (
            "OS: several records per subject and parameter, none selected by an analysis flag"
        )

    def test_what_may_recur_is_told_how_to_be_declared(self, trial):
        again = repeated(trial)
        trial.adtte.loc[again, "ADT"] += pd.Timedelta("9D")
        trial.adtte.loc[again, "AVAL"] += 9
        found = trial.finding("TTE002")
        assert found.sentence.endswith(
            'AVAL and ADT differ: if the event is recurrent, declare recurrent = ["OS"] in [study]'
        )
        trial.declare(endpoints={"OS": Endpoint(recurrent=True)})
        assert trial.findings("TTE002") == []

    def test_a_number_does_not_excuse(self, trial):
        repeated(trial)
        trial.adtte["ASEQ"] = np.arange(len(trial.adtte))
        assert trial.told("TTE002") == [("error", 4)]

    @pytest.mark.parametrize(
        "variable", ["DTYPE", "BASETYPE", "APERIOD", "TRTP", "TRTA", "PARCAT1", "PARQUAL", "AVISIT", "DCUTDT"]
    )
    def test_a_discriminator_excuses_and_is_named(self, trial, variable):
        again = repeated(trial)
        value = 2.0 if variable == "APERIOD" else "other"
        trial.adtte[variable] = np.where(trial.adtte.index.isin(again), value, None)
        report = trial.report("TTE002")
        assert report.findings == ()
        assert [each.statement for each in report.inferred] == [
            f"several records per subject and parameter, distinguished by {variable}"
        ]

    def test_a_flag_that_leaves_one_is_named(self, trial):
        again = repeated(trial)
        trial.adtte["ANL01FL"] = np.where(trial.adtte.index.isin(again), None, "Y")
        report = trial.report("TTE002")
        assert report.findings == ()
        assert [(each.parameter, each.statement) for each in report.inferred] == [
            ("OS", "one record per subject where ANL01FL = Y")
        ]

    def test_the_second_flag_may_be_the_one(self, trial):
        again = repeated(trial)
        trial.adtte["ANL01FL"] = "Y"
        trial.adtte["ANL02FL"] = np.where(trial.adtte.index.isin(again), "Y", "")
        assert trial.findings("TTE002") == []

    def test_a_subject_flagged_twice(self, trial):
        again = repeated(trial, 5)
        trial.adtte["ANL01FL"] = np.where(trial.adtte.index.isin(again[1:]), "", "Y")
        found = trial.finding("TTE002")
        assert (found.records, found.examples[0].keys["USUBJID"]) == (2, "S1-001")

    def test_a_subject_flagged_nowhere_is_not_analysed(self, trial):
        again = repeated(trial, 5)
        trial.adtte["ANL01FL"] = np.where(trial.adtte.index.isin(again), "", "Y")
        trial.adtte.loc[0, "ANL01FL"] = ""
        assert trial.findings("TTE002") == []

    def test_a_flag_without_effect_excuses_nothing(self, trial):
        repeated(trial)
        trial.adtte["ANL01FL"] = "Y"
        assert trial.told("TTE002") == [("error", 4)]

    def test_a_flag_that_is_never_set_excuses_nothing(self, trial):
        repeated(trial)
        trial.adtte["ANL01FL"] = "N"
        assert trial.told("TTE002") == [("error", 4)]

    def test_parameters_without_censoring_may_repeat(self, trial):
        visits = trial.adtte.iloc[:3].assign(PARAMCD="SIZE", PARAM="Tumour size (mm)", CNSR=np.nan)
        trial.adtte = pd.concat([trial.adtte, visits, visits], ignore_index=True)
        assert trial.findings("TTE002") == []

    def test_flags_select_within_a_discriminator(self, trial):
        again = repeated(trial, 4)
        trial.adtte["AVISIT"] = np.where(trial.adtte.index.isin(again[:2]), "interim", "final")
        trial.adtte["ANL01FL"] = np.where(trial.adtte.index.isin(again[2:]), None, "Y")
        assert trial.findings("TTE002") == []


class TestDurationMissing:
    def test_on_any_record_without_flags(self, trial):
        trial.adtte.loc[[1, 2], "AVAL"] = np.nan
        assert trial.told("TTE003") == [("error", 2)]

    def test_flags_say_what_is_analysed(self, trial):
        trial.adtte["ANL01FL"] = "Y"
        trial.adtte.loc[2, "ANL01FL"] = None
        trial.adtte.loc[[1, 2], "AVAL"] = np.nan
        assert trial.told("TTE003") == [("error", 1), ("warning", 1)]

    def test_not_of_a_parameter_without_censoring(self, trial):
        other = trial.adtte.iloc[:3].assign(PARAMCD="NOTE", PARAM="A note", CNSR=np.nan, AVAL=np.nan)
        trial.adtte = pd.concat([trial.adtte, other], ignore_index=True)
        assert trial.findings("TTE003") == []


class TestParameterNotOneToOne:
    def test_two_texts_of_one_parameter(self, trial):
        trial.adtte.loc[0, "PARAM"] = "Overall survival"
        assert "one PARAMCD has several values of PARAM" in trial.finding("TTE004").sentence

    def test_two_parameters_of_one_text(self, trial):
        trial.adtte["PARAM"] = "Survival (Days)"
        found = trial.finding("TTE004")
        assert (found.sentence, found.records) == ("one PARAM has several values of PARAMCD", 80)

    def test_two_numbers_of_one_parameter(self, trial):
        trial.adtte["PARAMN"] = np.where(trial.adtte.PARAMCD == "OS", 1.0, 2.0)
        trial.adtte.loc[0, "PARAMN"] = 3
        assert "several values of PARAMN" in trial.finding("TTE004").sentence

    def test_a_missing_number_is_none(self, trial):
        trial.adtte["PARAMN"] = np.where(trial.adtte.PARAMCD == "OS", 1.0, np.nan)
        assert trial.findings("TTE004") == []

    def test_unused_categories_do_not_count(self, trial):
        trial.adtte["PARAM"] = pd.Categorical(trial.adtte.PARAM, [*trial.adtte.PARAM.unique(), "Never used"])
        trial.adtte["PARAMCD"] = pd.Categorical(trial.adtte.PARAMCD, ["DOR", "OS", "PFS"])
        assert trial.findings("TTE004") == []


class TestDurationsAtAndBelowZero:
    def test_zero_is_a_note(self, trial):
        trial.adtte.loc[:4, "AVAL"] = 0
        assert trial.told("TTE005") == [("note", 5)]
        assert trial.findings("TTE006") == []

    def test_negative_is_an_error(self, trial):
        trial.adtte.loc[:1, "AVAL"] = -0.5
        assert trial.told("TTE006") == [("error", 2)]
        assert trial.findings("TTE005") == []

    def test_a_change_from_baseline_may_be_negative(self, trial):
        change = trial.adtte.iloc[:3].assign(PARAMCD="CHG", PARAM="Change", CNSR=np.nan, AVAL=-3.0)
        trial.adtte = pd.concat([trial.adtte, change], ignore_index=True)
        assert trial.findings("TTE006") == []


class TestProgressionAfterSurvival:
    def later(self, trial, subject, cnsr):
        record = trial.of("PFS")[subject]
        trial.adtte.loc[record, "ADT"] += pd.Timedelta("31D")
        trial.adtte.loc[[subject, record], "CNSR"] = cnsr

    def test_both_censored_is_a_warning(self, trial):
        self.later(trial, 1, [1, 1])
        assert trial.told("TTE020") == [("warning", 1)]

    @pytest.mark.parametrize("cnsr", [[0, 1], [1, 0], [0, 0]])
    def test_an_event_makes_it_an_error(self, trial, cnsr):
        self.later(trial, 1, cnsr)
        assert trial.told("TTE020") == [("error", 1)]

    def test_another_origin_is_not_compared(self, trial):
        self.later(trial, 1, [0, 0])
        trial.adtte.loc[trial.of("PFS"), "STARTDT"] += pd.Timedelta("1D")
        assert trial.findings("TTE020") == []

    def test_the_same_day_is_right(self, trial):
        trial.adtte.loc[trial.of("PFS"), "ADT"] = trial.adtte.loc[trial.of("OS"), "ADT"].to_numpy()
        assert trial.findings("TTE020") == []

    def test_endpoints_are_known_by_their_text(self, trial):
        self.later(trial, 1, [1, 0])
        trial.adtte["PARAMCD"] = trial.adtte.PARAMCD.map({"OS": "TTDEATH", "PFS": "TTPROG"})
        assert trial.told("TTE020") == [("error", 1)]
        trial.adtte["PARAM"] = trial.adtte.PARAM.str.replace("Survival", "Period")
        assert trial.findings("TTE020") == []

    def test_a_subject_with_several_records_is_left_out(self, trial):
        self.later(trial, 1, [0, 0])
        trial.adtte = pd.concat([trial.adtte, trial.adtte.iloc[[1]]], ignore_index=True)
        assert trial.findings("TTE020") == []


class TestNothingToAnalyse:
    def test_no_records(self, trial):
        trial.adtte = trial.adtte.iloc[:0]
        assert trial.told("TTE027") == [("error", 0)]

    @pytest.mark.parametrize("variable", ["USUBJID", "PARAMCD"])
    def test_a_record_that_says_not_whose_it_is(self, trial, variable):
        trial.adtte.loc[[0, 3], variable] = ""
        found = trial.finding("TTE028")
        assert (str(found.severity), found.records, found.variables) == ("error", 2, (variable,))

    def test_every_record_says_it(self, trial):
        assert trial.findings("TTE027") == trial.findings("TTE028") == []


class TestWrongType:
    @pytest.mark.parametrize("variable", ["AVAL", "CNSR"])
    def test_text_where_numbers_are_needed_is_one_error(self, trial, variable):
        trial.adtte[variable] = trial.adtte[variable].astype(str)
        found = trial.finding("TTE001")
        assert (str(found.severity), found.variables) == ("error", (variable,))
        assert found.sentence == f"{variable} is character; a numeric variable is expected"

    def test_an_infinite_duration(self, trial):
        trial.adtte.loc[0, "AVAL"] = np.inf
        assert trial.finding("TTE006").sentence == "AVAL is infinite"


def test_names_in_small_letters_are_the_same_variables(trial):
    twice = pd.concat([trial.adtte.assign(ANL01FL="Y"), trial.adtte.assign(ANL01FL="")], ignore_index=True)
    trial.adtte = twice.rename(columns=str.lower)
    assert trial.findings("TTE002") == []
