"""Which adverse events count as treatment-emergent."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.declarations import Declarations

FIRST = pd.Timestamp("2024-01-15")
LAST = pd.Timestamp("2024-01-22")
DAY = pd.Timedelta("1D")


@pytest.fixture
def treated(trial):
    """Events on days 1 to 12 of subjects who were treated for 8 days; all are treatment-emergent."""
    trial.adae = trial.adae.assign(TRTSDT=FIRST, TRTEDT=LAST, SAFFL="Y", TRTEMFL="Y")
    return trial


def told(trial, rule, **declared):
    report = judge(trial.study(), rules={rule}, declarations=Declarations(**declared))
    assert not report.not_run
    return [(str(each.severity), each.records) for each in report.findings]


class TestCannotBe:
    def test_treated_subjects(self, treated):
        assert treated.findings("AE006") == []

    def test_no_treatment(self, treated):
        treated.adae.loc[0, "TRTSDT"] = pd.NaT
        found = treated.finding("AE006")
        assert (found.records, "TRTSDT" in found.variables) == (1, True)

    def test_not_in_the_safety_population(self, treated):
        treated.adae.loc[[0, 1], "SAFFL"] = ["N", None]
        assert treated.told("AE006") == [("error", 2)]

    def test_ended_before(self, treated):
        treated.adae.loc[0, "AENDT"] = FIRST - DAY
        assert treated.told("AE006") == [("error", 1)]

    def test_ended_before_as_imputed(self, treated):
        treated.adae.loc[0, "AENDT"] = pd.Timestamp("2024-01-01")
        treated.adae["AENDTF"] = ["D", *[None] * 11]
        assert treated.told("AE006") == [("warning", 1)]

    def test_adsl_tells_where_the_events_do_not(self, treated):
        treated.adae = treated.adae.drop(columns=["TRTSDT", "SAFFL"])
        treated.adsl["TRTSDT"] = FIRST
        assert treated.findings("AE006") == []
        treated.adsl.loc[0, ["SAFFL"]] = "N"
        assert treated.told("AE006") == [("error", 3)]

    def test_a_subject_whom_adsl_does_not_know(self, treated):
        treated.adae = treated.adae.drop(columns=["TRTSDT", "SAFFL"])
        treated.adsl["TRTSDT"] = FIRST
        treated.adae.loc[0, "USUBJID"] = "S9-999"
        assert treated.findings("AE006") == []


class TestPeriods:
    def test_a_period_without_the_study(self, treated):
        treated.adae["TREM01FL"] = "Y"
        assert treated.findings("AE007") == []
        treated.adae.loc[0, "TRTEMFL"] = None
        found = treated.finding("AE007")
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, "TREM01FL")

    def test_the_study_without_a_period(self, treated):
        treated.adae["TREM02FL"] = None
        assert treated.findings("AE007") == []


class TestBeforeTreatment:
    def test_a_day_before(self, treated):
        treated.adae.loc[0, "ASTDT"] = FIRST - DAY
        assert told(treated, "AE008") == [("warning", 1)]
        assert told(treated, "AE008", window_days=30) == [("error", 1)]

    def test_worsening_is_declared(self, treated):
        treated.adae.loc[0, "ASTDT"] = FIRST - DAY
        assert told(treated, "AE008", window_days=30, worsening=True) == []

    @pytest.mark.parametrize(
        ("start", "flag", "found"),
        [
            ("2024-01-01", "D", []),
            ("2024-01-01", "M", []),
            ("2001-01-01", "Y", []),
            ("2023-12-01", "D", [("warning", 1)]),
            ("2023-01-01", "M", [("warning", 1)]),
        ],
    )
    def test_an_imputed_start_may_cover_the_first_dose(self, treated, start, flag, found):
        treated.adae.loc[0, "ASTDT"] = pd.Timestamp(start)
        treated.adae.loc[0, "ASTDTF"] = flag
        assert told(treated, "AE008") == found

    def test_a_collected_date_without_a_day_says_so_too(self, treated):
        treated.adae.loc[0, "ASTDT"] = pd.Timestamp("2024-01-01")
        treated.adae["AESTDTC"] = ["2024-01", *treated.adae.ASTDT.dt.strftime("%Y-%m-%d")[1:]]
        assert told(treated, "AE008") == []

    def test_a_missing_start_and_a_null_flag_are_policies(self, treated):
        treated.adae.loc[0, "ASTDT"] = pd.NaT
        treated.adae.loc[1, ["ASTDT", "TRTEMFL"]] = [FIRST - DAY, None]
        assert told(treated, "AE008") == []


class TestWindow:
    def test_what_the_flags_are_consistent_with_is_said(self, treated):
        (inferred,) = treated.report("AE009").inferred
        assert inferred.statement == "TRTEMFL is Y up to 4 days after the last dose"

    @pytest.mark.parametrize(("window", "late"), [(4, []), (3, [("error", 1)]), (0, [("error", 4)])])
    def test_exceptions_from_a_declared_one(self, treated, window, late):
        assert told(treated, "AE009", window_days=window) == late

    def test_nothing_is_judged_without_a_declaration(self, treated):
        treated.adae["TRTEDT"] = FIRST - 400 * DAY
        assert told(treated, "AE009") == []

    def test_subjects_still_treated(self, treated):
        treated.adae["TRTEDT"] = pd.NaT
        assert told(treated, "AE009", window_days=0) == []

    def test_an_imputed_start_that_may_have_been_in_time(self, treated):
        treated.adae.loc[11, "ASTDTF"] = "D"
        assert told(treated, "AE009", window_days=3) == []


class TestNotEmergent:
    @pytest.mark.parametrize("other", [None, "N", ""])
    def test_between_first_and_last_dose(self, treated, other):
        treated.adae.loc[[0, 7], "TRTEMFL"] = other
        assert told(treated, "AE010") == [("warning", 2)]

    def test_after_the_last_dose_only_a_declaration_tells(self, treated):
        treated.adae.loc[9, "TRTEMFL"] = None
        assert told(treated, "AE010") == []
        assert told(treated, "AE010", window_days=1) == []
        assert told(treated, "AE010", window_days=30) == [("error", 1)]

    def test_before_the_first_dose_by_time(self, treated):
        treated.adae.loc[0, "TRTEMFL"] = None
        treated.adae["ASTDTM"] = treated.adae.ASTDT + pd.Timedelta("8h")
        treated.adsl["TRTSDTM"] = FIRST + pd.Timedelta("9h")
        assert told(treated, "AE010") == []
        treated.adsl["TRTSDTM"] = FIRST + pd.Timedelta("7h")
        assert told(treated, "AE010") == [("warning", 1)]

    def test_an_imputed_start_that_may_have_been_before(self, treated):
        treated.adae.loc[3, ["TRTEMFL", "ASTDTF"]] = [None, "D"]
        assert told(treated, "AE010") == []

    def test_outside_the_safety_population_and_without_an_end_of_treatment(self, treated):
        treated.adae["TRTEMFL"] = None
        treated.adae["SAFFL"] = "N"
        assert told(treated, "AE010") == []
        treated.adae = treated.adae.assign(SAFFL="Y", TRTEDT=np.datetime64("NaT", "s"))
        assert told(treated, "AE010") == []
