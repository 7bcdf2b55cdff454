"""Imputed dates of adverse events and their flags."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.evidence.partial_dates import DatePart, analysed, collected
from adamgate.schemas.study.dataset import Dataset

SIDES = {"AE036": ("ASTDT", "ASTDTF", "AESTDTC"), "AE037": ("AENDT", "AENDTF", "AEENDTC")}


@pytest.fixture(params=SIDES)
def collecting(trial, request):
    """The first three dates were imputed from a month, a year and nothing."""
    date, flag, text = SIDES[request.param]
    trial.adae[text] = ["2024-01", "2024", "", *trial.adae[date].dt.strftime("%Y-%m-%dT%H:%M")[3:]]
    trial.adae[flag] = ["D", "M", "Y", *[None] * 9]
    return trial, request.param, (date, flag, text)


def test_parts_of_a_split_event_keep_the_text_of_the_whole(collecting):
    trial, rule, (date, *_) = collecting
    rule = {"AE036": "AE038", "AE037": "AE039"}[rule]
    assert trial.findings(rule) == []
    trial.adae.loc[[6, 7], ["USUBJID", "AESEQ"]] = trial.adae.loc[6, ["USUBJID", "AESEQ"]].tolist()
    trial.adae["ASEQ"] = np.arange(1.0, 13)
    trial.adae.loc[7, date] += pd.Timedelta(days=40)
    found = trial.finding(rule)
    assert (str(found.severity), found.records, found.variables[0]) == ("note", 1, date)
    trial.adae["ASEQ"] = 1.0
    assert trial.told(rule) == [("warning", 1)]


class TestFlag:
    def test_clean(self, collecting):
        trial, rule, _ = collecting
        assert trial.findings(rule) == []

    @pytest.mark.parametrize("record", [0, 1, 2])
    def test_imputed_without(self, collecting, record):
        trial, rule, (_, flag, _) = collecting
        trial.adae.loc[record, flag] = None
        found = trial.finding(rule)
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 1, flag)

    def test_imputed_without_the_variable(self, collecting):
        trial, rule, (_, flag, _) = collecting
        trial.adae = trial.adae.drop(columns=flag)
        assert trial.told(rule) == [("error", 3)]

    @pytest.mark.parametrize(("record", "other"), [(0, "M"), (1, "D"), (1, "Y"), (2, "M"), (5, "D")])
    def test_another_than_the_text_lacks(self, collecting, record, other):
        trial, rule, (_, flag, _) = collecting
        trial.adae.loc[record, flag] = other
        assert trial.told(rule) == [("error", 1)]

    def test_unknown(self, collecting):
        trial, rule, (_, flag, _) = collecting
        trial.adae.loc[0, flag] = "d"
        assert trial.told(rule) == [("error", 1)]

    def test_a_date_that_stayed_missing_has_none(self, collecting):
        trial, rule, (date, flag, _) = collecting
        trial.adae.loc[:2, date] = pd.NaT
        assert trial.told(rule) == [("error", 3)]
        trial.adae.loc[:2, flag] = None
        assert trial.findings(rule) == []

    def test_without_the_collected_text_a_flag_is_judged_by_itself(self, collecting):
        trial, rule, (date, flag, text) = collecting
        trial.adae = trial.adae.drop(columns=text)
        assert trial.findings(rule) == []
        trial.adae.loc[0, flag] = "X"
        trial.adae.loc[1, date] = pd.NaT
        assert trial.told(rule) == [("error", 1), ("error", 1)]

    def test_a_text_that_is_no_date(self, collecting):
        trial, rule, (_, _, text) = collecting
        trial.adae.loc[0, text] = "UNKNOWN"
        assert trial.findings(rule) == []


@pytest.mark.parametrize(("rule", "side"), [("AE038", "AE036"), ("AE039", "AE037")])
def test_a_day_that_the_text_does_not_allow(trial, rule, side):
    date, _, text = SIDES[side]
    trial.adae[text] = ["2024-01", "2024", "", *trial.adae[date].dt.strftime("%Y-%m-%d")[3:]]
    assert trial.findings(rule) == []
    trial.adae[text] = ["2024-02", "2023", "", "2024-01-01", *trial.adae[date].dt.strftime("%Y-%m-%d")[4:]]
    found = trial.finding(rule)
    assert (str(found.severity), found.records, found.variables[0]) == ("warning", 3, date)


def test_the_end_of_what_has_not_ended(trial):
    trial.adae["AEOUT"] = ["NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED"] * 6
    assert trial.told("AE040") == [("note", 6)]
    trial.adae.loc[::2, "AENDT"] = pd.NaT
    assert trial.findings("AE040") == []


class TestPartialDates:
    @pytest.mark.parametrize(
        ("text", "lacks", "first", "last"),
        [
            ("2024-02-29", DatePart.NONE, "2024-02-29", "2024-02-29"),
            ("2024-02-29T10:30", DatePart.NONE, "2024-02-29", "2024-02-29"),
            ("2024-02", DatePart.DAY, "2024-02-01", "2024-02-29"),
            ("2024-12", DatePart.DAY, "2024-12-01", "2024-12-31"),
            ("2023", DatePart.MONTH, "2023-01-01", "2023-12-31"),
            ("2023---15", DatePart.MONTH, "2023-01-01", "2023-12-31"),
        ],
    )
    def test_what_a_text_leaves_open(self, text, lacks, first, last):
        spans = collected(Dataset.from_frame(pd.DataFrame({"X": [text]}), "ADAE"), "X")
        assert spans.lacks[0] == lacks
        assert spans.first[0] == np.datetime64(first, "D").astype(int)
        assert spans.last[0] == np.datetime64(last, "D").astype(int)

    @pytest.mark.parametrize("text", ["", None, "--02-15"])
    def test_without_a_year_it_may_be_any_day(self, text):
        frame = pd.DataFrame({"X": [text, "2024"]})
        spans = collected(Dataset.from_frame(frame, "ADAE"), "X")
        assert (spans.lacks[0], spans.first[0], spans.last[0]) == (DatePart.YEAR, -np.inf, np.inf)

    @pytest.mark.parametrize("text", ["2023-02-29", "2024-13", "15JAN2024", "2024-01-01/2024-01-05"])
    def test_what_is_no_date_says_nothing(self, text):
        spans = collected(Dataset.from_frame(pd.DataFrame({"X": [text]}), "ADAE"), "X")
        assert spans.lacks[0] == DatePart.UNREADABLE
        assert not spans.exclude(np.zeros(1)).any()

    def test_the_flag_comes_before_the_text(self):
        frame = pd.DataFrame(
            {
                "ASTDT": pd.to_datetime(["2024-02-10"] * 4 + [None]),
                "ASTDTF": ["D", "M", None, "?", "D"],
                "AESTDTC": ["2024", "2024-02-10", "2024", "2024", "2024-02"],
            }
        )
        spans = analysed(Dataset.from_frame(frame, "ADAE"), "ASTDT", "ASTDTF", "AESTDTC")
        assert list(spans.lacks) == [
            DatePart.DAY,
            DatePart.MONTH,
            DatePart.MONTH,
            DatePart.YEAR,
            DatePart.DAY,
        ]
        assert list(spans.last[:3] - spans.first[:3] + 1) == [29, 366, 366]
        assert np.isinf(spans.first[3])
        assert np.isnan(spans.first[4])
