"""Adverse events: their dates and their identity."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


class TestEndBeforeStart:
    def test_both_complete(self, trial):
        trial.adae.loc[0, "AENDT"] -= 3 * DAY
        assert trial.told("AE001") == [("error", 1)]

    def test_a_flag_says_imputed(self, trial):
        trial.adae.loc[[0, 1], "AENDT"] -= 3 * DAY
        trial.adae.loc[0, "ASTDTF"] = "D"
        assert trial.told("AE001") == [("error", 1), ("warning", 1)]

    def test_a_collected_date_without_a_day_says_imputed(self, trial):
        trial.adae.loc[[0, 1], "AENDT"] -= 3 * DAY
        trial.adae["AEENDTC"] = ["2024-01", "2024-01-14T10:00", *[""] * 10]
        assert trial.told("AE001") == [("error", 1), ("warning", 1)]

    def test_the_same_day_and_no_end(self, trial):
        trial.adae["AENDT"] = trial.adae.ASTDT
        trial.adae.loc[0, "AENDT"] = pd.NaT
        assert trial.findings("AE001") == []


class TestSequenceRepeated:
    def test_within_a_subject(self, trial):
        trial.adae.loc[1, "AESEQ"] = 1
        found = trial.finding("AE002")
        assert (str(found.severity), found.records) == ("error", 2)

    def test_another_subject_may_have_it(self, trial):
        assert trial.findings("AE002") == []

    def test_split_records_have_a_number_of_their_own(self, trial):
        trial.adae["AESEQ"] = 1.0
        trial.adae["ASEQ"] = np.arange(12.0)
        assert trial.told("AE002") == [("note", 12)]

    def test_which_must_be_unique(self, trial):
        trial.adae["AESEQ"] = 1.0
        trial.adae["ASEQ"] = 1.0
        assert trial.told("AE002") == [("error", 12)]

    def test_which_must_be_filled(self, trial):
        trial.adae["AESEQ"] = 1.0
        trial.adae["ASEQ"] = np.nan
        assert trial.told("AE002") == [("error", 12)]

    def test_records_without_a_parent_have_none(self, trial):
        trial.adae["AESEQ"] = np.nan
        assert trial.findings("AE002") == []

    def test_each_event_is_judged_for_itself(self, trial):
        trial.adae["AESEQ"] = [1.0, 1.0, 2.0] * 4
        trial.adae["ASEQ"] = [1.0, 2.0, 3.0] * 3 + [1.0, 1.0, 3.0]
        assert trial.told("AE002") == [("error", 2), ("note", 6)]

    @pytest.mark.parametrize("numbered", [True, False])
    def test_each_analysis_has_its_records(self, trial, numbered):
        """Every event once for each of two analyses, with a number of its own or without."""
        copies = [trial.adae.assign(ANL01FL="Y", ANL02FL=None), trial.adae.assign(ANL01FL=None, ANL02FL="Y")]
        trial.adae = pd.concat(copies, ignore_index=True)
        if numbered:
            trial.adae["ASEQ"] = np.arange(24.0)
        assert trial.findings("AE002") == []
        trial.adae.loc[0, "ANL02FL"] = "Y"  # twice for the second analysis
        assert trial.told("AE002") == [("note" if numbered else "error", 2)]
        trial.adae.loc[0, ["ANL01FL", "ANL02FL"]] = None  # for none
        assert trial.told("AE002") == [("note" if numbered else "error", 2)]


class TestEventRepeated:
    def test_one_event_twice(self, trial):
        trial.adae.loc[1, ["ASTDT", "AENDT"]] = trial.adae.loc[0, ["ASTDT", "AENDT"]]
        assert trial.told("AE041") == [("warning", 2), ("note", 2)]

    @pytest.mark.parametrize(
        "differing", ["AESEV", "AETOXGR", "AESER", "AEREL", "AEOUT", "AEBODSYS", "AENDT"]
    )
    def test_equal_in_term_and_start_only(self, trial, differing):
        trial.adae.loc[1, ["ASTDT", "AENDT"]] = trial.adae.loc[0, ["ASTDT", "AENDT"]]
        if differing == "AENDT":
            trial.adae.loc[1, "AENDT"] += DAY
        else:
            trial.adae[differing] = ["this", "that"] * 6
        assert trial.told("AE041") == [("note", 2)]

    def test_once_in_each_analysis(self, trial):
        events = trial.adae
        trial.adae = pd.concat(
            [events.assign(ANL01FL="Y", ANL02FL=None), events.assign(ANL01FL=None, ANL02FL="Y")],
            ignore_index=True,
        )
        assert trial.findings("AE041") == []
        trial.adae.loc[len(events) + 1, "ANL01FL"] = "Y"
        assert trial.told("AE041") == [("warning", 2), ("note", 2)]

    def test_repeated_outside_of_all_analyses(self, trial):
        trial.adae = pd.concat([trial.adae.assign(ANL01FL="Y"), *[trial.adae.head(1)] * 2], ignore_index=True)
        assert trial.told("AE041") == [("note", 2)]

    def test_another_term_subject_or_day(self, trial):
        trial.adae["AETERM"] = ["headache", "Headache", "tremor"] * 4
        trial.adae["ASTDT"] = trial.adae.ASTDT[0]
        trial.adae.loc[9:, "AETERM"] = "headache"
        trial.adae.loc[9:, "ASTDT"] += DAY * np.arange(3)
        assert trial.findings("AE041") == []

    def test_events_without_a_start_are_not_compared(self, trial):
        trial.adae["ASTDT"] = pd.NaT
        assert trial.findings("AE041") == []


class TestRequiredValues:
    @pytest.fixture
    def known(self, trial):
        trial.adae = trial.adae.assign(AESER=["N"] * 9 + ["Y"] * 3)
        return trial

    def test_missing(self, known):
        assert known.findings("AE045") == []
        known.adae.loc[[0, 1], "AETERM"] = None
        known.adae.loc[3, "AESER"] = ""
        assert {(each.variables, each.records) for each in known.findings("AE045")} == {
            (("AETERM",), 2),
            (("AESER",), 1),
        }

    def test_yes_or_null(self, known):
        known.adae["AESER"] = [None] * 9 + ["Y"] * 3
        assert known.findings("AE045") == []

    def test_known_of_treatment_emergent_events_only(self, known):
        known.adae["TRTEMFL"] = [None] * 3 + ["Y"] * 9
        known.adae.loc[:2, "AESER"] = None
        assert known.findings("AE045") == []
        known.adae.loc[3, "AESER"] = None
        assert known.told("AE045") == [("warning", 4)]

    def test_record_of_a_subject_without_events(self, known):
        known.adae.loc[0, ["AETERM", "AESEQ", "ASTDT", "AENDT", "AESER"]] = [
            None,
            np.nan,
            pd.NaT,
            pd.NaT,
            None,
        ]
        assert known.findings("AE045") == []
