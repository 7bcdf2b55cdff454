"""Dates of ADSL that origins and visit schedules count from: of text, and imputed as a whole."""

import dataclasses

import pandas as pd
import pytest
from pfs import SOURCES, STOPS, pfs, results, study_of

import adamgate as ag

SUBJECTS = {"S1-01": {"seen": (56,), "death": 100}, "S1-02": {"seen": (56,), "alive": 60}}


def derived(stops=STOPS, endpoint=None, **columns):
    """PFS of the subjects, with other columns of ADSL."""
    study = study_of(SUBJECTS)
    adsl = ag.Dataset.from_frame(study["ADSL"].frame.assign(**columns), "ADSL")
    what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs(**(endpoint or {}))}, SOURCES, stops)
    return ag.derive(ag.Study.of(adsl, study["ADRS"]), what)


def refused(**given):
    with pytest.raises(ag.DerivationRefused) as wrong:
        derived(**given)
    return wrong.value.problems


def test_an_origin_of_complete_texts_is_that_of_dates():
    found, expected = (each["ADTTE"].frame for each in (derived(RANDDT="2024-01-01"), derived()))
    pd.testing.assert_frame_equal(found, expected)


def test_a_partial_origin_is_refused():
    problem = refused(RANDDT=["2024-01-01", "2024-01"])[-1]
    assert problem.what == "RANDDT of ADSL is not a complete date of 1 subject"
    assert (problem.where, problem.subjects) == ("[endpoint.PFS] origin", ("S1-02",))


def test_visits_that_count_from_something_else_are_refused():
    stops = {"MISSED": dataclasses.replace(STOPS["MISSED"], visits_from="ARM")}
    (problem,) = refused(stops=stops, endpoint={"stops": ("MISSED",)}, ARM="A")
    assert problem.what == "ARM of ADSL is not a complete date of 2 subjects"
    assert problem.where == "[stop.MISSED] visits_from"


def test_visits_of_an_event_count_from_something():
    stops = {"MISSED": dataclasses.replace(STOPS["MISSED"], visits_from="TRTSDT")}
    (problem,) = refused(stops=stops, endpoint={"stops": ("MISSED",)}, TRTSDT=pd.NaT)
    assert problem.what == "TRTSDT is missing for 1 subject with an event"
    assert (problem.where, problem.subjects) == ("[stop.MISSED] visits_from", ("S1-01",))


def test_a_date_that_is_imputed_as_a_whole_may_be_any():
    study = derived(DTHDTF=["Y", None])
    assert results(study)["S1-01"] == (101, 0, "Death")
    ((duration,),) = (each.durations for each in study.record.ranges)
    assert (duration.lowest, duration.highest) == (-float("inf"), float("inf"))
