"""Severity and grade: text and number, and events without a grade."""

import numpy as np
import pytest

SCALES = {
    "AE028": ("AESEV", ["MILD", "MODERATE", "SEVERE"]),
    "AE029": ("ASEV", ["Mild", "Moderate", "Severe"]),
    "AE030": ("AETOXGR", ["1", "2", "3"]),
    "AE031": ("ATOXGR", ["GRADE 1", "GRADE 2", "Grade 3"]),
}


@pytest.fixture(params=SCALES)
def scaled(trial, request):
    text, values = SCALES[request.param]
    trial.adae = trial.adae.assign(**{text: values * 4, f"{text}N": [1.0, 2.0, 3.0] * 4})
    return trial, request.param, text


class TestNumber:
    def test_clean(self, scaled):
        trial, rule, _ = scaled
        assert trial.findings(rule) == []

    def test_another(self, scaled):
        trial, rule, text = scaled
        trial.adae.loc[[0, 1], f"{text}N"] = [2.0, 1.0]
        found = trial.finding(rule)
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 2, f"{text}N")

    def test_the_scale_upside_down(self, scaled):
        trial, rule, text = scaled
        trial.adae[f"{text}N"] = 4 - trial.adae[f"{text}N"]
        assert trial.told(rule) == [("error", 8)]

    @pytest.mark.parametrize("side", ["", "N"])
    def test_one_is_missing(self, scaled, side):
        trial, rule, text = scaled
        trial.adae.loc[0, text + side] = np.nan if side else None
        assert trial.told(rule) == [("error", 1)]

    def test_all_numbers_are_missing(self, scaled):
        trial, rule, text = scaled
        trial.adae[f"{text}N"] = np.nan
        assert trial.findings(rule) == []

    def test_a_text_that_has_no_number(self, scaled):
        trial, rule, text = scaled
        trial.adae.loc[[0, 3], text] = "NOT GRADED"
        trial.adae.loc[[0, 3], f"{text}N"] = np.nan
        assert trial.findings(rule) == []

    def test_a_text_of_the_sponsor_has_one_number(self, scaled):
        trial, rule, text = scaled
        trial.adae.loc[[0, 3], text] = "VERY SEVERE"
        trial.adae.loc[[0, 3], f"{text}N"] = 7.0
        assert trial.findings(rule) == []
        trial.adae.loc[3, f"{text}N"] = 8.0
        assert trial.told(rule) == [("error", 2)]

    def test_scales_are_not_compared(self, trial):
        trial.adae = trial.adae.assign(AETOXGR="1", AETOXGRN=1.0, ATOXGR="GRADE 4", ATOXGRN=4.0)
        trial.adae = trial.adae.assign(AESEV="SEVERE", AESEVN=3.0, ASEV="MILD", ASEVN=1.0)
        assert trial.report(*SCALES).findings == ()

    def test_a_grade_that_was_read_as_a_number(self, trial):
        trial.adae = trial.adae.assign(AETOXGR=1.0, AETOXGRN=1.0)
        assert trial.findings("AE030") == []
        trial.adae.loc[0, "AETOXGRN"] = 2.0
        assert trial.told("AE030") == [("error", 1)]


class TestNoGrade:
    def test_one_of_the_emergent(self, trial):
        trial.adae = trial.adae.assign(TRTEMFL=["Y", None] * 6, AETOXGR=[None, None, *["3"] * 10])
        found = trial.finding("AE027")
        assert (str(found.severity), found.records, found.variables[0]) == ("warning", 1, "AETOXGR")

    def test_a_study_that_records_severity(self, trial):
        trial.adae = trial.adae.assign(TRTEMFL="Y", AETOXGR=None, AESEV="MILD")
        assert trial.findings("AE027") == []

    def test_another_grading(self, trial):
        trial.adae = trial.adae.assign(TRTEMFL="Y", AETOXGR=[None, *["3"] * 11], ASTCTGR=["2", *[None] * 11])
        assert trial.findings("AE027") == []


class TestSeverityAndGrade:
    @pytest.fixture
    def rated(self, trial):
        trial.adae = trial.adae.assign(
            AETOXGR=["1", "2", "3", "4", "5", "1"] * 2,
            AESEV=["MILD", "MODERATE", "SEVERE", "SEVERE", "SEVERE", "MILD"] * 2,
        )
        return trial

    def test_an_exception(self, rated):
        assert rated.findings("AE046") == []
        rated.adae.loc[2, "AESEV"] = "MILD"
        found = rated.finding("AE046")
        assert (str(found.severity), found.records, found.variables) == ("note", 1, ("AESEV", "AETOXGR"))

    def test_independent_assessments(self, rated):
        rated.adae["AESEV"] = ["MILD", "MILD", "MODERATE", "SEVERE"] * 3
        assert rated.findings("AE046") == []

    def test_grade_of_a_number_and_words(self, rated):
        rated.adae["AETOXGR"] = rated.adae.AETOXGR.astype(float)
        assert rated.findings("AE046") == []
        rated.adae["AETOXGR"] = "GRADE " + rated.adae.AETOXGR.astype(int).astype(str)
        assert rated.findings("AE046") == []

    def test_other_pairs_are_not_compared(self, rated):
        rated.adae = rated.adae.rename(columns={"AESEV": "ASEV"})
        assert "no grade is present with its severity" in rated.reason("AE046")


class TestRangeOfGrades:
    @pytest.mark.parametrize("grade", ["6", "GRADE 7", "-1", "2.5"])
    def test_text(self, trial, grade):
        trial.adae["AETOXGR"] = ["0", "1", "Grade 5", "NOT GRADED"] * 3
        assert trial.findings("AE047") == []
        trial.adae.loc[3, "AETOXGR"] = grade
        assert trial.told("AE047") == [("warning", 1)]

    def test_number(self, trial):
        trial.adae["ATOXGRN"] = [np.nan, 0, 5, 9] * 3
        assert trial.told("AE047") == [("warning", 3)]
