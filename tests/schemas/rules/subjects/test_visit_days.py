"""Visits of a subject that are shifted against those of all others."""

import numpy as np
import pandas as pd
import pytest

DAYS = {"Screening": -14, "Baseline": 0, "Week 4": 28, "Week 8": 56, "Week 12": 84}


@pytest.fixture
def visits(trial):
    """Five visits of each subject, within some days of the plan."""
    rng = np.random.default_rng(5)
    frame = trial.adsl[["USUBJID", "TRTSDT"]].merge(pd.DataFrame({"AVISIT": list(DAYS)}), how="cross")
    day = frame.AVISIT.map(DAYS) + np.where(frame.AVISIT.eq("Baseline"), 0, rng.integers(-3, 4, len(frame)))
    frame = frame.assign(PARAMCD="HGB", AVAL=140.0, ADT=frame.TRTSDT + pd.to_timedelta(day, unit="D"))
    frame["ADT"] = frame["ADT"].astype("datetime64[s]")
    trial.others["ADLB"] = frame
    return trial


def own(visits):
    frame = visits.others["ADLB"]
    return frame.USUBJID.eq(frame.USUBJID.iloc[12])


def moved(visits, days, where=True):
    frame = visits.others["ADLB"]
    frame.loc[own(visits) & where, "ADT"] += pd.Timedelta(days=days)


@pytest.mark.parametrize("days", [-365, -30, 31, 365])
def test_a_wrong_start_of_treatment(visits, days):
    assert visits.findings("XD070") == []
    visits.adsl["TRTSDT"] = visits.adsl.TRTSDT.astype("datetime64[s]")
    frame = visits.others["ADLB"]
    subject = frame.USUBJID.iloc[12]
    visits.adsl.loc[visits.adsl.USUBJID.eq(subject), "TRTSDT"] += pd.Timedelta(days=days)
    del frame["TRTSDT"]
    assert visits.told("XD070") == [("warning", 5)]
    assert visits.finding("XD070").variables == ("ADT", "AVISIT", "TRTSDT")


def test_late_visits_after_one_in_time(visits):
    moved(visits, 40, visits.others["ADLB"].AVISIT.isin(["Week 8", "Week 12"]))
    assert visits.findings("XD070") == []


def test_one_visit_on_another_day(visits):
    moved(visits, 200, visits.others["ADLB"].AVISIT.eq("Week 8"))
    assert visits.findings("XD070") == []


def test_visits_without_a_usual_day(visits):
    frame = visits.others["ADLB"]
    frame["ADT"] += pd.to_timedelta(np.random.default_rng(2).integers(0, 400, len(frame)), unit="D")
    assert visits.findings("XD070") == []


def test_derived_records_and_no_start(visits):
    moved(visits, 31)
    visits.others["ADLB"]["DTYPE"] = "LOCF"
    assert visits.findings("XD070") == []
    visits.others["ADLB"]["TRTSDT"] = np.datetime64("NaT", "s")
    assert visits.reason("XD070") == "TRTSDT has no value"
