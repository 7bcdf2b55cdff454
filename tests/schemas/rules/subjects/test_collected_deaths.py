"""Deaths and survival status of SDTM against ADSL."""

import numpy as np
import pandas as pd
import pytest

DEATHS = {
    "DD": {"DDTESTCD": "PRCDTH", "DDDTC": "2021-05-01"},
    "DM": {"DTHFL": "Y", "DTHDTC": "2021-05-01"},
    "DS": {"DSDECOD": "DEATH", "DSSTDTC": "2021-05-01"},
    "SS": {"SSTESTCD": "SURVSTAT", "SSSTRESC": "DEAD", "SSDTC": "2021-05-01"},
}


def alive(trial):
    return trial.adsl.USUBJID[trial.adsl.DTHFL.isna()].iloc[0]


def died(trial):
    """A subject who died, and the day."""
    own = trial.adsl[trial.adsl.DTHFL.eq("Y")].iloc[0]
    return own.USUBJID, pd.Timestamp(own.DTHDT)


@pytest.mark.parametrize("domain", DEATHS)
def test_a_death_that_adsl_does_not_have(trial, domain):
    trial.others[domain] = pd.DataFrame([{"USUBJID": alive(trial), **DEATHS[domain]}])
    finding = trial.finding("XD067")
    assert (str(finding.severity), finding.dataset, finding.records) == ("error", domain, 1)


@pytest.mark.parametrize("domain", DEATHS)
def test_a_death_that_adsl_has(trial, domain):
    trial.others[domain] = pd.DataFrame([{"USUBJID": died(trial)[0], **DEATHS[domain]}])
    assert trial.findings("XD067") == []


@pytest.mark.parametrize("domain", DEATHS)
def test_a_subject_who_is_not_in_adsl_or_died_after_the_cut_off(trial, domain):
    trial.others[domain] = pd.DataFrame([{"USUBJID": "S1-999", **DEATHS[domain]}])
    assert trial.findings("XD067") == []
    trial.others[domain]["USUBJID"] = alive(trial)
    trial.adsl["DCUTDT"] = np.datetime64("2021-04-30", "s")
    assert trial.findings("XD067") == []


def test_other_ends_are_no_death(trial):
    subject = alive(trial)
    trial.others["DS"] = pd.DataFrame({"USUBJID": [subject], "DSDECOD": ["COMPLETED"]})
    trial.others["SS"] = pd.DataFrame(
        {"USUBJID": [subject] * 2, "SSTESTCD": ["SURVSTAT", "OTHER"], "SSSTRESC": ["ALIVE", "DEAD"]}
    )
    trial.others["DM"] = pd.DataFrame({"USUBJID": [subject], "DTHFL": [None], "DTHDTC": [""]})
    assert trial.findings("XD067") == []


class TestStatus:
    def status(self, trial, status, days, **more):
        subject, day = died(trial)
        text = (day + pd.Timedelta(days=days)).date().isoformat()
        trial.others["SS"] = pd.DataFrame([{"USUBJID": subject, "SSSTRESC": status, "SSDTC": text, **more}])
        return trial.told("XD068")

    def test_alive_after_death(self, trial):
        assert self.status(trial, "ALIVE", 1) == [("error", 1)]
        assert self.status(trial, "ALIVE", 0) == []
        assert self.status(trial, "ALIVE", -30) == []

    def test_dead_before_death(self, trial):
        assert self.status(trial, "DEAD", -1) == [("error", 1)]
        assert self.status(trial, "DEAD", 0) == []
        assert self.status(trial, "DEAD", 60) == []

    def test_other_tests_and_partial_dates(self, trial):
        assert self.status(trial, "ALIVE", 1, SSTESTCD="OTHER") == []
        self.status(trial, "ALIVE", 1)
        trial.others["SS"]["SSDTC"] = str(died(trial)[1].year)
        assert trial.findings("XD068") == []

    def test_an_imputed_date_of_death_is_a_note(self, trial):
        trial.adsl["DTHDTF"] = np.where(trial.adsl.DTHFL.eq("Y"), "D", None)
        assert self.status(trial, "ALIVE", 1) == [("note", 1)]
