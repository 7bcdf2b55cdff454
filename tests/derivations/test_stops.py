"""FDA-style and EMA-style progression-free survival from one set of sources, each stop worked by hand.

Assessments are due every 56 days after randomization (day 0); AVAL is the day plus 1.
"""

from datetime import date

import pytest
from pfs import SOURCES, STOPS, derived, results, study_of

import adamgate as ag

FDA = ("NEWTX", "MISSED")
EMA = ()

EXAMPLES = {
    # subject: what happened; EMA: (AVAL, CNSR, why); FDA: the same
    "progressed": (
        {"seen": (56, 112), "pd": 168},
        (169, 0, "PD"),
        (169, 0, "PD"),
    ),
    "no event": (
        {"seen": (56, 112)},
        (113, 1, "Last assessment"),
        (113, 1, "Last assessment"),
    ),
    "never assessed": (
        {},
        (1, 1, "Randomization"),
        (1, 1, "Randomization"),
    ),
    "therapy, then progression: censored at the assessment before the therapy": (
        {"seen": (56, 112), "therapy": 120, "pd": 168},
        (169, 0, "PD"),
        (113, 2, "New therapy"),
    ),
    "therapy on the day of the progression: the progression counts": (
        {"seen": (56, 112), "therapy": 168, "pd": 168},
        (169, 0, "PD"),
        (169, 0, "PD"),
    ),
    "therapy before any assessment: censored at randomization": (
        {"seen": (56,), "therapy": 20, "pd": 112},
        (113, 0, "PD"),
        (1, 2, "New therapy"),
    ),
    "therapy, no event: same date, reason of the stop": (
        {"seen": (56, 112), "therapy": 120},
        (113, 1, "Last assessment"),
        (113, 2, "New therapy"),
    ),
    "one visit missed (112), then progression: it counts": (
        {"seen": (56,), "pd": 168},
        (169, 0, "PD"),
        (169, 0, "PD"),
    ),
    "two visits missed (112, 168), then progression: censored at day 56": (
        {"seen": (56,), "pd": 224},
        (225, 0, "PD"),
        (57, 3, "Missed visits"),
    ),
    "two visits missed, then death between visits: 240 is nearest to the visit of 224": (
        {"seen": (56,), "death": 240},
        (241, 0, "Death"),
        (57, 3, "Missed visits"),
    ),
    "no assessment at all, death after two visits (56, 112): censored at randomization": (
        {"death": 170},
        (171, 0, "Death"),
        (1, 3, "Missed visits"),
    ),
    "both: therapy at 230 after missed visits (112, 168): the therapy is first, censored at day 56": (
        {"seen": (56,), "therapy": 230, "pd": 280},
        (281, 0, "PD"),
        (57, 2, "New therapy"),
    ),
    "both: missed visits (112, 168) before a progression at 224, therapy later": (
        {"seen": (56,), "pd": 224, "therapy": 230},
        (225, 0, "PD"),
        (57, 3, "Missed visits"),
    ),
}


@pytest.mark.parametrize("what", EXAMPLES)
@pytest.mark.parametrize(("stops", "which"), [(EMA, 1), (FDA, 2)])
def test_each_stop_as_worked_by_hand(what, stops, which):
    example = EXAMPLES[what]
    found = results(derived({"S1-01": example[0], "S1-02": EXAMPLES["progressed"][0]}, stops=stops))
    assert found == {"S1-01": example[which], "S1-02": (169, 0, "PD")}


def test_one_derivation_of_all_is_that_of_each():
    subjects = {f"S1-{number:02}": each[0] for number, each in enumerate(EXAMPLES.values())}
    expected = {f"S1-{number:02}": each[2] for number, each in enumerate(EXAMPLES.values())}
    assert results(derived(subjects, stops=FDA)) == expected


def test_nothing_after_the_cut_off_counts():
    subjects = {
        "event after": {"seen": (56, 112), "pd": 168},
        "event before": {"seen": (56,), "pd": 112},
        "seen later": {"seen": (56, 112, 168)},
        "seen before only": {"seen": (56, 112)},
    }
    found = derived(subjects, cut_off=date(2024, 5, 30), stops=("CUTOFF",))  # day 150
    assert results(found) == {
        "event after": (151, 4, "Data cut-off"),
        "event before": (113, 0, "PD"),
        "seen later": (151, 4, "Data cut-off"),
        "seen before only": (113, 1, "Last assessment"),
    }


def test_an_event_on_the_day_of_a_stop_may_be_late():
    late = {
        "NEWTX": ag.Stop(source="THERAPY", assessments="TUMOR", same_day="late", set={"EVNTDESC": "Late"})
    }
    subjects = {"S1-01": {"seen": (56, 112), "therapy": 168, "pd": 168}}
    found = derived(subjects, stops=("NEWTX",), declared_stops=late)
    assert results(found) == {"S1-01": (113, 1, "Late")}


def test_a_stop_censors_at_itself():
    withdrawn = {
        "NEWTX": ag.Stop(source="THERAPY", censor_at="stop", always=True, set={"EVNTDESC": "Withdrawn"})
    }
    subjects = {"S1-01": {"seen": (56, 112), "therapy": 150}}
    found = derived(subjects, stops=("NEWTX",), declared_stops=withdrawn)
    assert results(found) == {"S1-01": (151, 1, "Withdrawn")}
    (trace,) = found["ADTTE"].frame[["SRCDOM", "SRCVAR"]].to_numpy().tolist()
    assert trace == ["ADSL", "NEWTXDT"]


def test_the_trace_of_a_stop_is_the_assessment_else_the_origin():
    subjects = {
        "S1-01": {"seen": (56, 112), "therapy": 120, "pd": 168},
        "S1-02": {"seen": (56,), "therapy": 20, "pd": 112},
    }
    frame = derived(subjects, stops=FDA)["ADTTE"].frame
    assert frame["SRCDOM"].tolist() == ["ADRS", "ADSL"]
    assert frame["SRCVAR"].tolist() == ["ADT", "RANDDT"]
    assert frame["SRCSEQ"].fillna(-1).tolist() == [2, -1]


def test_each_stop_is_counted():
    subjects = {f"S1-{number:02}": each[0] for number, each in enumerate(EXAMPLES.values())}
    record = derived(subjects, stops=FDA).record
    assert {each.source: each.records for each in record.decided if each.source in STOPS} == {
        "NEWTX": 4,
        "MISSED": 4,
    }


def of_response(subjects, **stop):
    """Duration of response, with its stop."""
    sources = {
        **SOURCES,
        "RESPONSE": ag.DerivationSource(dataset="ADRS", where="AVALC == 'PR'", date="ADT"),
    }
    ends = {
        "DOR": ag.DerivedEndpoint(
            param="Duration of Response",
            origin_source="RESPONSE",
            with_record="RESPONSE",
            events=("PD",),
            censors=("TUMOR",),
            stops=("STOP",),
        )
    }
    stops = {"STOP": ag.Stop(assessments="TUMOR", set={"CNSR": 2, "EVNTDESC": "Stop"}, **stop)}
    return ag.derive(study_of(subjects), ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, sources, stops))


def test_a_response_after_a_stop_is_not_an_origin():
    subjects = {
        "S1-01": {"seen": (56,), "pr": 112, "pd": 224, "therapy": 100},
        "S1-02": {"seen": (56, 168), "pr": 112, "pd": 224, "therapy": 200},
        "S1-03": {"seen": (56, 168), "pr": 112, "pd": 224},
    }
    found = of_response(subjects, source="THERAPY")
    assert results(found) == {"S1-02": (57, 2, "Stop"), "S1-03": (113, 0, "PD")}


@pytest.mark.parametrize(
    ("visits_from", "expected"),
    [
        ("", (122, 0, "PD")),  # 121 days after the response; due on 56 and 112: one visit missed
        ("RANDDT", (1, 2, "Stop")),  # due on 112 and 168 after randomization: two visits missed
    ],
)
def test_visits_are_due_after_the_origin_or_after_a_variable(visits_from, expected):
    subjects = {"S1-01": {"pr": 80, "pd": 201}, "S1-02": {"seen": (100,), "pr": 56, "pd": 168}}
    found = of_response(subjects, missed_visits_in_a_row=2, visit_days=(56,), visits_from=visits_from)
    assert results(found)["S1-01"] == expected
