"""Treatment and events before consent, records long before treatment."""

import numpy as np
import pandas as pd

DAY = np.timedelta64(1, "D")


def consented(trial, days=-10):
    day = (pd.to_datetime(trial.adsl.TRTSDT) + pd.Timedelta(days=days)).dt.strftime("%Y-%m-%d")
    trial.others["DM"] = pd.DataFrame({"USUBJID": trial.adsl.USUBJID, "RFICDTC": day})
    return trial.others["DM"]


class TestConsent:
    def test_treated_before_it(self, trial):
        demographics = consented(trial)
        assert trial.findings("SL018") == []
        demographics.loc[3, "RFICDTC"] = "2099-01-01"
        assert trial.told("SL018") == [("warning", 1)]
        demographics.loc[3, "RFICDTC"] = ""
        assert trial.findings("SL018") == []

    def test_consent_in_adsl_comes_first(self, trial):
        consented(trial, 10)
        trial.adsl["RFICDT"] = trial.adsl.TRTSDT
        assert trial.findings("SL018") == []
        trial.adsl.loc[5, "RFICDT"] = trial.adsl.loc[5, "TRTSDT"] + DAY
        assert trial.told("SL018") == [("warning", 1)]

    def test_a_partial_date_that_may_be_earlier(self, trial):
        demographics = consented(trial)
        demographics.loc[0, "RFICDTC"] = str(pd.Timestamp(trial.adsl.TRTSDT.iloc[0]).year)
        assert trial.findings("SL018") == []

    def test_events_before_it(self, trial):
        consented(trial)
        assert trial.findings("AE053") == []
        trial.adae.loc[4, "ASTDT"] = trial.adsl.TRTSDT.iloc[0] - 20 * DAY
        assert trial.told("AE053") == [("warning", 1)]
        trial.adae.loc[4, "ASTDTF"] = "Y"
        assert trial.findings("AE053") == []

    def test_a_study_that_collects_earlier_events(self, trial):
        consented(trial)
        trial.adae.loc[[0, 4, 8], "ASTDT"] = trial.adsl.TRTSDT.iloc[0] - 20 * DAY
        assert trial.findings("AE053") == []


class TestLongBefore:
    def test_an_event_in_an_earlier_year(self, trial):
        assert trial.findings("XD069") == []
        trial.adae.loc[4, "ASTDT"] = trial.adsl.TRTSDT.iloc[0] - 366 * DAY
        assert trial.told("XD069") == [("warning", 1)]

    def test_a_sample_in_an_earlier_year(self, trial):
        count = len(trial.adsl)
        frame = trial.adsl[["USUBJID", "TRTSDT"]].assign(PARAMCD="HGB", AVAL=1.0, ADT=trial.adsl.TRTSDT)
        trial.others["ADLB"] = frame
        frame.loc[7, "ADT"] = trial.adsl.TRTSDT.iloc[0] - 800 * DAY
        assert trial.told("XD069") == [("warning", 1)]
        frame["ADTF"] = np.where(np.arange(count) == 7, "Y", None)
        assert trial.findings("XD069") == []

    def test_history_that_many_have(self, trial):
        frame = trial.adsl[["USUBJID", "TRTSDT"]].assign(PARAMCD="DIAG", AVAL=1.0)
        frame["ADT"] = trial.adsl.TRTSDT - 800 * DAY
        trial.others["ADMH"] = frame
        assert trial.findings("XD069") == []
