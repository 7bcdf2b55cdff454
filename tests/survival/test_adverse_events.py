"""Adverse events of a dozen subjects with what goes wrong: every row is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag

NERV, GI = "NERVOUS SYSTEM", "GASTROINTESTINAL"


def days(*given: float | None) -> np.ndarray:
    """Days of January 2020 and after, from 1."""
    first, none = np.datetime64("2020-01-01", "s"), np.datetime64("NaT", "s")
    found = [none if pd.isna(n) else first + np.timedelta64(int(n) - 1, "D") for n in given]
    return np.array(found, dtype="datetime64[s]")


# subject, arm, number, SAFFL, TRTSDT, TRTEDT, DCUTDT
SUBJECTS = [
    ("P1", "Placebo", 1.0, "Y", 1, 8, None),  # 10 days; two events on one day
    ("P2", "Placebo", 1.0, "Y", 1, 18, 99),  # 20 days; no event
    ("P3", "Placebo", 1.0, "Y", 1, 18, 5),  # 5 days to the cut-off; an event after it
    ("P4", "Placebo", 1.0, "Y", None, 18, 99),  # no start
    ("L1", "Low", 2.0, "Y", 1, 28, 99),  # 30 days; an event on the first
    ("L2", "Low", 2.0, "Y", 1, 28, 99),  # 30 days; a term that is missing
    ("L3", "Low", 2.0, "Y", 1, 28, 99),  # 30 days; an event on the last
    ("L4", "Low", 2.0, "Y", 9, 28, 7),  # the cut-off is before the start
    ("L5", "Low", 2.0, "Y", 1, None, None),  # no end
    ("H1", "High", 3.0, "Y", 1, 98, 999),  # an arm without events
    ("H2", "High", 3.0, "Y", 1, 98, 999),
    ("N1", "High", 3.0, "N", 1, 98, 999),  # not in the population
    ("M1", None, None, "Y", 1, 98, 999),  # no arm
]
# subject, arm, class, term, grade, day, TRTEMFL
EVENTS = [
    ("P1", "Placebo", NERV, "HEADACHE", "1", 3, "Y"),
    ("P1", "Placebo", NERV, "HEADACHE", "2", 3, "Y"),
    ("P1", "Placebo", GI, "NAUSEA", None, 8, "Y"),
    ("P3", "Placebo", NERV, "HEADACHE", "3", 6, "Y"),
    ("P4", "Placebo", NERV, "DIZZINESS", "1", 4, "Y"),
    ("L1", "Low", NERV, "HEADACHE", "4", 1, "Y"),
    ("L1", "Low", NERV, "HEADACHE", "1", -2, "Y"),
    ("L2", "Low", GI, None, "1", 10, "Y"),
    ("L3", "Low", NERV, "HEADACHE", "1", 30, "Y"),
    ("L3", "Low", NERV, "HEADACHE", "1", 30, "N"),
    ("L3", "Low", NERV, "HEADACHE", "1", 30, None),
    ("N1", "High", NERV, "HEADACHE", "1", 5, "Y"),
    ("M1", None, NERV, "HEADACHE", "1", 5, "Y"),
    ("Z9", "High", NERV, "HEADACHE", "1", 5, "Y"),
    (None, "High", NERV, "HEADACHE", "1", 5, "Y"),
]
OPTIONS: dict[str, Any] = {
    "by": ["AEBODSYS", "AEDECOD"],
    "arm": "TRTA",
    "population": "SAFFL",
    "where": "TRTEMFL == 'Y'",
    "gate": False,
}
RATES: dict[str, Any] = {"start": "TRTSDT", "end": "min(TRTEDT + 2, DCUTDT)"}


def study_of(
    subjects: list[tuple] | pd.DataFrame | None = None, events: list[tuple] | pd.DataFrame | None = None
) -> ag.Study:
    adsl, adae = subjects, events
    if not isinstance(adsl, pd.DataFrame):
        columns = zip(*(SUBJECTS if subjects is None else subjects), strict=True)
        names = ("USUBJID", "TRT01A", "TRT01AN", "SAFFL", "TRTSDT", "TRTEDT", "DCUTDT")
        adsl = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)))
        for name in names[4:]:
            adsl[name] = days(*adsl[name])
    if not isinstance(adae, pd.DataFrame):
        columns = zip(*(EVENTS if events is None else events), strict=True)
        names = ("USUBJID", "TRTA", "AEBODSYS", "AEDECOD", "AETOXGR", "ASTDT", "TRTEMFL")
        adae = pd.DataFrame(dict(zip(names, map(list, columns), strict=True)))
        adae["ASTDT"] = days(*adae["ASTDT"])
    return ag.Study.of(ag.Dataset.from_frame(adae, "ADAE"), ag.Dataset.from_frame(adsl, "ADSL"))


def made(study: ag.Study | None = None, **changed: Any) -> ag.AdverseEventTable:
    return ag.adverse_events(study or study_of(), **{**OPTIONS, **changed})


def rows(table: ag.AdverseEventTable, *columns: str) -> list[tuple]:
    chosen = table.frame[list(columns)].astype(object)
    return [tuple(None if pd.isna(each) else each for each in row) for row in chosen.to_numpy()]


def left_out(table: ag.AdverseEventTable) -> dict[str, int]:
    return {each.reason: each.records for each in table.codebook.selection.left_out}


def subjects_left_out(table: ag.AdverseEventTable) -> dict[str, int]:
    return {each.reason: each.subjects for each in table.codebook.selection.subjects_left_out}


def test_incidence():
    found = made()
    assert rows(found, "AEBODSYS", "AEDECOD", "arm", "subjects", "denominator", "events") == [
        ("any", None, "Placebo", 3, 4, 5),
        ("any", None, "Low", 3, 5, 4),
        ("any", None, "High", 0, 2, 0),
        (GI, None, "Placebo", 1, 4, 1),
        (GI, None, "Low", 1, 5, 1),
        (GI, None, "High", 0, 2, 0),
        (GI, "NAUSEA", "Placebo", 1, 4, 1),
        (GI, "NAUSEA", "Low", 0, 5, 0),
        (GI, "NAUSEA", "High", 0, 2, 0),
        (GI, "(missing)", "Placebo", 0, 4, 0),
        (GI, "(missing)", "Low", 1, 5, 1),
        (GI, "(missing)", "High", 0, 2, 0),
        (NERV, None, "Placebo", 3, 4, 4),
        (NERV, None, "Low", 2, 5, 3),
        (NERV, None, "High", 0, 2, 0),
        (NERV, "DIZZINESS", "Placebo", 1, 4, 1),
        (NERV, "DIZZINESS", "Low", 0, 5, 0),
        (NERV, "DIZZINESS", "High", 0, 2, 0),
        (NERV, "HEADACHE", "Placebo", 2, 4, 3),
        (NERV, "HEADACHE", "Low", 2, 5, 3),
        (NERV, "HEADACHE", "High", 0, 2, 0),
    ]
    assert found.frame["percent"].tolist()[:3] == [75.0, 60.0, 0.0]


def test_nothing_is_left_out_without_being_counted():
    found = made()
    assert left_out(found) == {
        "USUBJID is missing": 1,
        "the subject is not in ADSL": 1,
        "the subject is not counted": 2,
        "the condition is false": 1,
        "the condition is undetermined because a value is missing": 1,
    }
    assert subjects_left_out(found) == {"SAFFL is not Y": 1, "TRT01A is missing": 1}
    assert sum(left_out(found).values()) + found.codebook.events == len(EVENTS)
    assert sum(subjects_left_out(found).values()) + found.codebook.subjects == len(SUBJECTS)


def test_all_arms_together():
    found = made(total=True, by=["AEBODSYS"])
    assert rows(found, "AEBODSYS", "arm", "subjects", "denominator", "events") == [
        ("any", "Placebo", 3, 4, 5),
        ("any", "Low", 3, 5, 4),
        ("any", "High", 0, 2, 0),
        ("any", "all", 6, 11, 9),
        (GI, "Placebo", 1, 4, 1),
        (GI, "Low", 1, 5, 1),
        (GI, "High", 0, 2, 0),
        (GI, "all", 2, 11, 2),
        (NERV, "Placebo", 3, 4, 4),
        (NERV, "Low", 2, 5, 3),
        (NERV, "High", 0, 2, 0),
        (NERV, "all", 5, 11, 7),
    ]
    without = made(arm=None, by=["AEBODSYS"])
    assert rows(without, "AEBODSYS", "arm", "subjects", "denominator", "events") == [
        ("any", "all", 7, 12, 10),
        (GI, "all", 2, 12, 2),
        (NERV, "all", 6, 12, 8),
    ], "without an arm, M1 counts"


def test_the_worst_grade_counts_each_subject_once():
    found = made(measure="worst-grade", by=["AEBODSYS"])
    assert found.codebook.grade == "AETOXGR"
    of_placebo = found.frame[found.frame["arm"] == "Placebo"]
    shown = of_placebo[["AEBODSYS", "grade", "subjects", "events"]].astype(object).to_numpy().tolist()
    assert shown == [
        ["any", "1", 1, 2],  # P4; P1 has a 1 too
        ["any", "2", 1, 1],  # P1
        ["any", "3", 1, 1],  # P3
        ["any", "4", 0, 0],
        ["any", "(missing)", 0, 1],  # P1's nausea: below the others
        [GI, "1", 0, 0],
        [GI, "2", 0, 0],
        [GI, "3", 0, 0],
        [GI, "4", 0, 0],
        [GI, "(missing)", 1, 1],
        [NERV, "1", 1, 2],
        [NERV, "2", 1, 1],
        [NERV, "3", 1, 1],
        [NERV, "4", 0, 0],
        [NERV, "(missing)", 0, 0],
    ]


@pytest.mark.parametrize(
    ("given", "order"),
    [
        (["SEVERE", "mild", "Moderate"], ["MILD", "MODERATE", "SEVERE"]),
        (["Grade 3", "GRADE 1", "2"], ["1", "2", "3"]),
        ([5.0, 0.0, 2.0], ["0", "2", "5"]),
    ],
)
def test_grades_are_ordered_by_their_meaning(given, order):
    events = [(*EVENTS[n][:4], grade, *EVENTS[n][5:]) for n, grade in enumerate(given)]
    found = made(study_of(events=events), measure="worst-grade")
    assert found.frame["grade"].unique().tolist() == order
    assert int(found.frame.loc[found.frame["AEBODSYS"] == "any", "subjects"].sum()) == 1


def test_what_is_no_grade_is_refused_with_its_subjects():
    events = [(*each[:4], "BAD" if each[0] == "P3" else each[4], *each[5:]) for each in EVENTS]
    with pytest.raises(ag.Refused, match="AETOXGR is not a grade in 1 event") as refused:
        made(study_of(events=events), measure="worst-grade")
    assert refused.value.where == "ADAE, 1 subject: P3"
    assert "BAD" not in str(refused.value)
    for outside in (6.0, 2.5, -1.0, "6", "10", "2.5"):
        given = [(*each[:4], outside if each[0] == "P3" else each[4] and type(outside)(each[4]), *each[5:])
                 for each in EVENTS]  # fmt: skip
        with pytest.raises(ag.Refused, match="AETOXGR is not a grade in 1 event") as refused:
            made(study_of(events=given), measure="worst-grade")
        assert "1 to 5" in refused.value.advice
    mixed = [(*each[:4], "MILD" if each[0] == "P3" else each[4], *each[5:]) for each in EVENTS]
    with pytest.raises(ag.Refused, match="grades and severities"):
        made(study_of(events=mixed), measure="worst-grade")


def test_a_numeric_variable_of_the_standard_is_not_taken_for_a_grade():
    adae = study_of()["ADAE"].frame.assign(AESEQ=1.0, CRSGR=2.0, ASEVN=3.0)
    study = study_of(events=adae)
    with pytest.raises(ag.ConfigurationError, match=r"^AESEQ is not a grade or severity") as wrong:
        made(study, measure="worst-grade", grade="aeseq")
    assert "AETOXGR" in wrong.value.advice
    for own in ("CRSGR", "ASEVN"):
        assert made(study, measure="worst-grade", grade=own).codebook.grade == own


def test_rates_over_the_time_to_the_first_event():
    found = made(measure="eair", by=["AEDECOD"], **RATES)
    days_at_risk = (found.frame["person_years"] * 365.25).round(9)
    known = found.frame.assign(days=days_at_risk)
    shown = known[["AEDECOD", "arm", "subjects", "denominator", "events", "days"]]
    assert shown.astype(object).to_numpy().tolist() == [
        ["any", "Placebo", 1, 3, 3, 3 + 20 + 5],
        ["any", "Low", 3, 3, 3, 1 + 10 + 30],
        ["any", "High", 0, 2, 0, 200],
        ["HEADACHE", "Placebo", 1, 3, 2, 3 + 20 + 5],
        ["HEADACHE", "Low", 2, 3, 2, 1 + 30 + 30],
        ["HEADACHE", "High", 0, 2, 0, 200],
        ["NAUSEA", "Placebo", 1, 3, 1, 8 + 20 + 5],
        ["NAUSEA", "Low", 0, 3, 0, 90],
        ["NAUSEA", "High", 0, 2, 0, 200],
        ["(missing)", "Placebo", 0, 3, 0, 35],
        ["(missing)", "Low", 1, 3, 1, 30 + 10 + 30],
        ["(missing)", "High", 0, 2, 0, 200],
    ]
    assert found.frame["rate"].tolist()[:3] == pytest.approx([36525 / 28, 3 * 36525 / 41, 0], rel=1e-12)
    assert left_out(found)["ASTDT is after the end of the time at risk"] == 1
    assert left_out(found)["ASTDT is before the start of the time at risk"] == 1
    assert left_out(found)["the subject is not counted"] == 3
    assert subjects_left_out(found) == {
        "SAFFL is not Y": 1,
        "TRT01A is missing": 1,
        "TRTSDT is missing": 1,
        "every date of the end is missing: TRTEDT, DCUTDT": 1,
        "the end is before TRTSDT": 1,
    }
    assert sum(left_out(found).values()) + found.codebook.events == len(EVENTS)
    assert sum(subjects_left_out(found).values()) + found.codebook.subjects == len(SUBJECTS)


def test_rates_of_all_events_over_all_observed_time():
    found = made(measure="eaer", by=["AEDECOD"], total=True, per=1, **RATES)
    known = found.frame.assign(days=(found.frame["person_years"] * 365.25).round(9))
    of_any = known[known["AEDECOD"] == "any"]
    assert of_any[["arm", "subjects", "events", "days"]].astype(object).to_numpy().tolist() == [
        ["Placebo", 1, 3, 35],
        ["Low", 3, 3, 90],
        ["High", 0, 0, 200],
        ["all", 4, 6, 325],
    ]
    assert of_any["rate"].tolist() == pytest.approx([3 * 365.25 / 35, 3 * 365.25 / 90, 0, 6 * 365.25 / 325])


@pytest.mark.parametrize(("interval", "defined"), [("exact", True), ("byar", True), ("normal", False),
                                                   ("log-normal", False)])  # fmt: skip
def test_limits_without_an_event(interval, defined):
    found = made(measure="eair", by=["AEDECOD"], interval=interval, **RATES).frame
    without = found[found["subjects"] == 0]
    assert (without["rate"] == 0).all()
    assert without["upper"].notna().all() == defined
    assert without[["lower", "upper"]].notna().any(axis=None) == defined
    assert found[found["subjects"] > 0][["lower", "upper"]].notna().all(axis=None)
    if defined:
        assert (without["lower"] == 0).all()


def test_an_arm_without_time_at_risk_is_kept():
    subjects = [(*each[:4], None if each[1] == "High" else each[4], *each[5:]) for each in SUBJECTS]
    found = made(study_of(subjects), measure="eair", by=["AEDECOD"], **RATES).frame
    of_high = found[found["arm"] == "High"]
    assert len(of_high) == len(found) / 3
    assert (of_high[["denominator", "person_years"]] == 0).all(axis=None)
    assert of_high[["rate", "lower", "upper"]].isna().all(axis=None)


def test_a_variable_with_a_value_for_each_subject_has_no_arms():
    subjects = [(f"S{n:04}", *SUBJECTS[0][1:]) for n in range(1001)]
    with pytest.raises(ag.ConfigurationError, match="1,001 values, a table has at most 1,000 arms"):
        made(study_of(subjects), arm="USUBJID")


def test_an_arm_that_differs_is_refused_with_its_subjects():
    events = [(each[0], "High" if each[0] == "P1" else each[1], *each[2:]) for each in EVENTS]
    with pytest.raises(ag.Refused, match="TRTA differs from TRT01A of the subject in ADSL") as refused:
        made(study_of(events=events))
    assert refused.value.where == "ADAE, 3 events (TRTA is missing in 0 events) of 1 subject: P1"
    found = made(study_of(events=events), where="TRTEMFL == 'Y' and TRTA != 'High'")
    assert found.codebook.events == 9 - 3
    nobody = [(each[0], None if each[0] == "P1" else each[1], *each[2:]) for each in EVENTS]
    with pytest.raises(ag.Refused) as refused:
        made(study_of(events=nobody), show_keys=False)
    assert refused.value.where == "ADAE, 3 events (TRTA is missing in 3 events) of 1 subject"


def test_an_event_without_a_date_makes_no_rate():
    events = [(*each[:5], None if each[0] == "L2" else each[5], each[6]) for each in EVENTS]
    with pytest.raises(ag.Refused, match="ASTDT is missing in 1 event") as refused:
        made(study_of(events=events), measure="eair", **RATES)
    assert "L2" in refused.value.where
    where = "TRTEMFL == 'Y' and not missing(ASTDT)"
    assert made(study_of(events=events), measure="eair", where=where, **RATES).codebook.events == 5
    assert made(study_of(events=events)).codebook.events == 9, "only a rate needs the date"


def test_the_order_of_the_arms():
    assert made().codebook.arm_order.found_by == "TRT01AN"
    given = made(arm_order=["High", "Low", "Placebo"])
    assert given.frame["arm"].tolist()[:3] == ["High", "Low", "Placebo"]
    numbered = study_of()["ADSL"].frame.drop(columns="TRT01AN")
    study = study_of(subjects=numbered)
    by_name = made(study)
    assert by_name.frame["arm"].tolist()[:3] == ["High", "Low", "Placebo"]
    assert by_name.codebook.arm_order.found_by is None
    direct = made(arm="TRT01A")
    assert direct.frame.equals(made().frame), "ADAE does not have TRT01A"


@pytest.mark.parametrize(
    ("changed", "message", "advice"),
    [
        ({"by": ["AEDECODE"]}, "AEDECODE is not present in ADAE", "AEDECOD"),
        ({"by": []}, "no variable of terms", "--by"),
        ({"by": ["ASTDT"]}, "ASTDT is a date", "terms"),
        ({"arm": "TRTX"}, "TRTX is not present in ADAE or ADSL", "TRTA"),
        ({"arm": "TRTP"}, "TRTP is not present in ADAE or ADSL", "TRTA"),
        ({"arm": "AETOXGR"}, "AETOXGR is not present in ADSL", ""),
        ({"population": "SAFFLX"}, "SAFFLX is not present in ADSL", "SAFFL"),
        ({"population": "TRT01A"}, "TRT01A is not a population flag", "SAFFL"),
        ({"where": "TRTEM == 'Y'"}, "TRTEM is not present", "TRTEMFL"),
        ({"measure": "rate"}, "'rate' is not a value of measure", "eair"),
        ({"interval": "exakt"}, "'exakt' is not a value of interval", "exact"),
        ({"per": 0}, "0 is not a value of per", "greater than 0"),
        ({"grade": "AESEV"}, "incidence does not use grade", "worst-grade"),
        ({"start": "TRTSDT"}, "incidence does not use start", "eair"),
        ({"measure": "eair", "end": "TRTEDT"}, "start is not given", "--start"),
        ({"measure": "eaer", "start": "TRTSDT"}, "end is not given", "--end"),
        ({"measure": "worst-grade", "grade": "AETOX"}, "AETOX is not present in ADAE", "AETOXGR"),
        ({"measure": "worst-grade", "grade": "TRTA"}, "TRTA is not a grade or severity", "use AETOXGR"),
        ({"measure": "worst-grade", "grade": "ASTDT"}, "ASTDT is not a grade or severity", "AETOXGR"),
        ({"measure": "eair", "start": "TRTSD", "end": "TRTEDT"}, "TRTSD is not present in ADSL", "TRTSDT"),
        ({"measure": "eair", "start": "TRT01AN", "end": "TRTEDT"}, "TRT01AN is not a date", "TRTSDT"),
        ({"measure": "eair", "start": "TRTSDT", "end": "LSTALVDT"}, "LSTALVDT is not present", ""),
        ({"measure": "eair", "event_date": "ASTDTM", **RATES}, "ASTDTM is not present in ADAE", "ASTDT"),
        ({"arm": None, "total": True}, "total needs an arm", "--arm"),
        ({"by": ["TRTA"], "arm": "TRTA", "arm_order": ["X"]}, "'X' is not an arm of the table", ""),
        ({"arm_order": ["Low", "High"]}, "the order of the arms is not valid", "every arm"),
    ],
)
def test_an_option_that_names_what_is_not_there(changed: dict, message: str, advice: str):
    with pytest.raises(ag.ConfigurationError) as wrong:
        made(**changed)
    assert message in str(wrong.value)
    assert advice in wrong.value.advice


def test_studies_that_cannot_make_a_table():
    study = study_of()
    with pytest.raises(ag.Refused, match="ADSL is not present"):
        made(ag.Study.of(study["ADAE"]))
    with pytest.raises(ag.Refused, match="no dataset of adverse events"):
        made(ag.Study.of(study["ADSL"]))
    with pytest.raises(ag.Refused, match="ADSL has several records per subject") as refused:
        made(study_of(subjects=[*SUBJECTS, SUBJECTS[0]]))
    assert refused.value.where == "1 subject: P1"
    with pytest.raises(ag.Refused, match="USUBJID is missing in 1 record"):
        made(study_of(subjects=[*SUBJECTS, (None, *SUBJECTS[0][1:])]))
    with pytest.raises(ag.Refused, match="a name of the table: any"):
        made(study_of(events=[*EVENTS, ("P1", "Placebo", "any", "X", "1", 3, "Y")]))
    with pytest.raises(ag.Refused, match="no subject remains"):
        made(study_of(subjects=[(*each[:3], "N", *each[4:]) for each in SUBJECTS]))


def test_a_table_without_events_is_asked_for():
    with pytest.raises(ag.Refused, match="no events remain") as refused:
        made(where="TRTEMFL == 'Q'")
    assert "10 excluded (the condition is false)" in refused.value.where
    found = made(where="TRTEMFL == 'Q'", allow_no_events=True)
    assert rows(found, "AEBODSYS", "arm", "subjects", "denominator", "events") == [
        ("any", "Placebo", 0, 4, 0),
        ("any", "Low", 0, 5, 0),
        ("any", "High", 0, 2, 0),
    ]
    rates = made(where="TRTEMFL == 'Q'", allow_no_events=True, measure="eair", **RATES)
    assert (rates.frame["person_years"] * 365.25).round(9).tolist() == [35, 90, 200]
    graded = made(where="TRTEMFL == 'Q'", allow_no_events=True, measure="worst-grade")
    assert len(graded.frame) == 0


@pytest.mark.slow
def test_the_gate_comes_first():
    with pytest.raises(ag.GateRefused):
        made(gate=True)
    study = study_of()
    other = ag.Study.of(study["ADAE"].replace(declared_class="ADAM OTHER"), study["ADSL"])
    every = {"severities": dict.fromkeys(ag.rule_book(), "note")}
    with pytest.raises(ag.Refused, match="ADAE was not checked by the rules for adverse events"):
        made(other, gate=every)
    with pytest.raises(ag.Refused, match=r"deselected: adverse_events \(ignore AE\)"):
        made(study, gate={**every, "ignore": ["AE"]})
    assert made(study, gate=every).codebook.gate.verdict == "passed"


def test_labels_and_codebook(tmp_path):
    found = made(measure="eair", **RATES)
    table, beside = found.write(tmp_path / "ae.parquet")
    again = ag.read(table)["AE"]
    assert again.variable("rate").label == "Subjects with an event, per 100 person-years"
    assert again.variable("upper").label == "Upper 95% limit of the rate, exact"
    assert again.frame["AEBODSYS"].iloc[0] == "any"
    document = found.codebook.document()
    assert document["at_risk"]["end"] == "min(TRTEDT + 2, DCUTDT)"
    assert document["denominators"] == ("ADSL.TRT01A",)
    assert beside.name == "ae.codebook.json"
    assert [each["arm"] for each in document["arms"]] == ["Placebo", "Low", "High"]


# Times to the first event

OF_TIMES = {"measure": "time-to-first", "by": ["AEDECOD"], **RATES}


def test_times_to_the_first_event():
    found = made(**OF_TIMES)
    columns = ("AEDECOD", "USUBJID", "arm", "duration", "event", "reason")
    known = rows(found, *columns)
    assert len(known) == 4 * 8, "any and three terms of eight subjects"
    assert known[:8] == [
        ("any", "P1", "Placebo", 3, True, "First event"),
        ("any", "P2", "Placebo", 20, False, "End of the time at risk"),
        ("any", "P3", "Placebo", 5, False, "End of the time at risk"),
        ("any", "L1", "Low", 1, True, "First event"),
        ("any", "L2", "Low", 10, True, "First event"),
        ("any", "L3", "Low", 30, True, "First event"),
        ("any", "H1", "High", 100, False, "End of the time at risk"),
        ("any", "H2", "High", 100, False, "End of the time at risk"),
    ]
    of_headache = [row[1:5] for row in known if row[0] == "HEADACHE"]
    assert of_headache[:6] == [
        ("P1", "Placebo", 3, True),
        ("P2", "Placebo", 20, False),
        ("P3", "Placebo", 5, False),
        ("L1", "Low", 1, True),
        ("L2", "Low", 30, False),
        ("L3", "Low", 30, True),
    ]
    assert found.frame["event"].dtype == np.bool_


def test_death_competes_with_the_first_event():
    adsl = study_of()["ADSL"].frame
    died = {"P1": 3, "P2": 20, "P3": 6, "L1": 99, "L2": 9, "L3": 30, "H1": 100, "H2": 0}
    adsl = adsl.assign(DTHDT=days(*(died.get(each) for each in adsl["USUBJID"])))
    found = made(study_of(subjects=adsl), competing="DTHDT", **OF_TIMES)
    of_any = found.frame[found.frame["AEDECOD"] == "any"]
    assert rows(found, "USUBJID", "duration", "event", "reason")[: len(of_any)] == [
        ("P1", 3, 1, "First event"),  # on the day of death
        ("P2", 20, 2, "Death before an event"),  # on the last day
        ("P3", 5, 0, "End of the time at risk"),  # died after it
        ("L1", 1, 1, "First event"),
        ("L2", 9, 2, "Death before an event"),  # its event is after death
        ("L3", 30, 1, "First event"),
        ("H1", 100, 2, "Death before an event"),
    ]
    assert subjects_left_out(found)["DTHDT is before TRTSDT"] == 1
    assert left_out(found)["ASTDT is after the end of the time at risk"] == 3, "P1's nausea, P3, L2"
    assert found.codebook.at_risk.competing == "DTHDT"
    assert any("2 for death" in each for each in found.codebook.conventions)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"competing": "DTHDT"}, "DTHDT is not present in ADSL"),
        ({"competing": "DTHDT", "measure": "eair"}, "eair does not use competing"),
        ({"total": True}, "time-to-first does not use total"),
        ({"end": None}, "end is not given"),
        ({"by": ["USUBJID"]}, "USUBJID is the name of a standard column"),
    ],
)
def test_wrong_times(changed: dict, message: str):
    with pytest.raises(ag.ConfigurationError, match=message):
        made(**{**OF_TIMES, **changed})


# Treatment periods

CROSSOVER = pd.DataFrame(
    {
        "USUBJID": ["C1", "C2", "C3", "C4"],
        "TRT01A": ["Drug", "Placebo", "Drug", "Drug"],
        "TRT01AN": [2.0, 1.0, 2.0, 2.0],
        "TRT02A": ["Placebo", "Drug", "Drug", None],
        "TRT02AN": [1.0, 2.0, 2.0, np.nan],
        "SAFFL": ["Y"] * 4,
    }
)
OF_PERIODS = pd.DataFrame(
    {
        "USUBJID": ["C1", "C1", "C2", "C3", "C3"],
        "TRTA": ["Drug", "Placebo", "Drug", "Drug", "Drug"],
        "APERIOD": [1.0, 2.0, 2.0, 1.0, 2.0],
        "AEDECOD": ["HEADACHE"] * 5,
        "TRTEMFL": ["Y"] * 5,
    }
)


def crossed(events: pd.DataFrame = OF_PERIODS, **changed: Any) -> ag.AdverseEventTable:
    return made(study_of(CROSSOVER, events), **{"by": ["AEDECOD"], "period": "APERIOD", **changed})


def test_periods_have_denominators_of_their_own_arms():
    found = crossed(total=True)
    assert rows(found, "AEDECOD", "arm", "subjects", "denominator", "events") == [
        ("any", "Placebo", 1, 2, 1),
        ("any", "Drug", 3, 4, 4),
        ("any", "all", 3, 4, 5),
        ("HEADACHE", "Placebo", 1, 2, 1),
        ("HEADACHE", "Drug", 3, 4, 4),
        ("HEADACHE", "all", 3, 4, 5),
    ]
    assert found.codebook.denominators == ("ADSL.TRT01A", "ADSL.TRT02A")
    assert found.codebook.arm_order.found_by == "TRT01AN, TRT02AN"


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({"TRT02AN": None}, "TRT02AN is not present"),
        ({"TRT01AN": None}, "TRT01AN is not present"),
        ({"TRT01AN": None, "TRT02AN": None}, "TRT01AN, TRT02AN are not present"),
        ({"TRT02AN": ["1", "2", "2", None]}, "TRT02AN is not numeric"),
        ({"TRT02AN": [2.0, 1.0, 1.0, np.nan]}, "TRT01AN, TRT02AN do not give each arm one number"),
    ],
)
def test_why_the_arms_of_periods_have_no_order(changed, lacking):
    subjects = CROSSOVER.assign(**changed)
    subjects = subjects.drop(columns=[name for name, values in changed.items() if values is None])
    order = made(study_of(subjects, OF_PERIODS), by=["AEDECOD"], period="APERIOD").codebook.arm_order
    assert (order.levels, order.found_by, order.lacking) == (("Drug", "Placebo"), None, lacking)


def test_without_periods_an_event_of_the_second_is_refused():
    with pytest.raises(ag.Refused, match="TRTA differs from TRT01A") as refused:
        crossed(period=None)
    assert "C1, C2" in refused.value.where
    assert "--period APERIOD" in refused.value.advice


def test_an_event_of_no_period_is_refused():
    events = OF_PERIODS.assign(APERIOD=[1.0, 2.0, np.nan, 1.0, 3.0])
    with pytest.raises(
        ag.Refused, match="APERIOD is missing, or not a period of ADSL, in 2 events"
    ) as refused:
        crossed(events)
    assert refused.value.where == "ADAE, 2 subjects: C2, C3"
    other = OF_PERIODS.assign(APERIOD=1.0)
    with pytest.raises(ag.Refused, match="TRTA differs from TRT01A, TRT02A"):
        crossed(other)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"period": "APERIODC"}, "APERIODC is not present"),
        ({"period": "AEDECOD"}, "AEDECOD is not numeric"),
        ({"arm": "SAFFL"}, "ADSL does not have the arms of periods for SAFFL"),
        ({"arm": None}, "period needs an arm"),
        ({"measure": "eair", "start": "TRTSDT", "end": "TRTEDT"}, "eair does not use period"),
    ],
)
def test_wrong_periods(changed: dict, message: str):
    with pytest.raises(ag.ConfigurationError, match=message):
        crossed(**changed)


def test_rates_of_one_period():
    """As the message about --period says: the arm and the dates of the period."""
    with pytest.raises(ag.ConfigurationError, match="eair does not use period") as wrong:
        crossed(measure="eair", start="TRTSDT", end="TRTEDT")
    assert '--arm TRT02A --start TR02SDT --end TR02EDT --where "APERIOD == 2"' in wrong.value.advice
    adsl = CROSSOVER.assign(TR02SDT=days(11, 11, 11, None), TR02EDT=days(20, 15, 30, None))
    adae = OF_PERIODS.assign(ASTDT=days(2, 12, 15, 3, 11))
    found = made(
        study_of(adsl, adae),
        by=["AEDECOD"],
        arm="TRT02A",
        start="TR02SDT",
        end="TR02EDT",
        where="APERIOD == 2",
        measure="eair",
    )
    at_risk = found.frame.assign(days=(found.frame["person_years"] * 365.25).round(9))
    assert at_risk[["AEDECOD", "arm", "subjects", "denominator", "days"]].astype(
        object
    ).to_numpy().tolist() == [
        ["any", "Placebo", 1, 1, 2],  # C1, to the day of the event
        ["any", "Drug", 2, 2, 5 + 1],  # C2 and C3
        ["HEADACHE", "Placebo", 1, 1, 2],
        ["HEADACHE", "Drug", 2, 2, 5 + 1],
    ]
    assert subjects_left_out(found) == {"TRT02A is missing": 1}


# What must always hold

TERMS = st.sampled_from([("A", "a"), ("A", "b"), ("B", "b"), ("B", None), (None, "a")])


@st.composite
def studies(draw: Callable) -> ag.Study:
    n = draw(st.integers(1, 6))
    arms = [draw(st.sampled_from(["X", "Y", "Z"])) for _ in range(n)]
    numbers = {"X": 3.0, "Y": 1.0, "Z": 2.0}
    dates = st.one_of(st.none(), st.integers(1, 40))
    subjects = [
        (f"S{k}", arm, numbers[arm], draw(st.sampled_from("YYN")), draw(dates), draw(dates), draw(dates))
        for k, arm in enumerate(arms)
    ]
    subjects.append(("S9", "X", 3.0, "Y", 1, 20, 20))
    arm_of = {each[0]: each[1] for each in subjects}
    who = st.sampled_from([*arm_of, "gone"])
    events = [("S9", "X", "A", "a", "1", 2, "Y")]
    for subject in draw(st.lists(who, max_size=12)):
        term = draw(TERMS)
        grade, day = draw(st.sampled_from([None, "1", "2", "5"])), draw(st.integers(1, 45))
        events.append(
            (subject, arm_of.get(subject, "X"), *term, grade, day, draw(st.sampled_from(["Y", "Y", None])))
        )
    return study_of(subjects, events)


MEASURES = [{"measure": "incidence"}, {"measure": "worst-grade"}, {"measure": "eair", **RATES},
            {"measure": "eaer", **RATES}]  # fmt: skip


@pytest.mark.slow
@given(studies(), st.randoms(use_true_random=False), st.sampled_from(MEASURES))
def test_the_order_of_records_changes_nothing(study: ag.Study, random: Any, measure: dict):
    shuffled = [
        each.frame.sample(frac=1, random_state=random.randrange(1000)).reset_index(drop=True)
        for each in (study["ADSL"], study["ADAE"])
    ]
    one, other = made(study, total=True, **measure), made(study_of(*shuffled), total=True, **measure)
    pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)


@pytest.mark.slow
@given(studies())
def test_sums_hold(study: ag.Study):
    found, graded = made(study, total=True), made(study, total=True, measure="worst-grade")
    frame = found.frame.astype({"AEBODSYS": object, "AEDECOD": object, "arm": object})
    assert (frame["subjects"] <= frame[["events", "denominator"]].min(axis=1)).all()
    by_arm = frame[frame["arm"] != "all"].groupby(["AEBODSYS", "AEDECOD"], dropna=False, sort=False)
    total = frame[frame["arm"] == "all"].set_index(["AEBODSYS", "AEDECOD"])
    for name in ("subjects", "denominator", "events"):
        assert by_arm[name].sum().tolist() == total[name].tolist()
    of_any = total["events"].iloc[0]
    assert of_any == found.codebook.events
    is_class = total.index.get_level_values(1).isna()
    assert total["events"][is_class][1:].sum() == of_any
    assert total["events"][~is_class].sum() == of_any
    assert sum(left_out(found).values()) + of_any == len(study["ADAE"])
    assert sum(subjects_left_out(found).values()) + found.codebook.subjects == len(study["ADSL"])
    keys = ["AEBODSYS", "AEDECOD", "arm"]
    summed = graded.frame.astype(dict.fromkeys(keys, object)).groupby(keys, dropna=False, sort=False)
    assert summed["subjects"].sum().tolist() == frame["subjects"].tolist()
    assert summed["events"].sum().tolist() == frame["events"].tolist()


@pytest.mark.slow
@given(studies())
def test_time_at_risk_is_that_of_a_count_by_hand(study: ag.Study):
    adsl, adae = study["ADSL"].frame.set_index("USUBJID"), study["ADAE"].frame
    end = pd.concat([adsl["TRTEDT"] + pd.Timedelta(days=2), adsl["DCUTDT"]], axis=1).min(axis=1)
    length = (end - adsl["TRTSDT"]).dt.days + 1
    length = length[(adsl["SAFFL"] == "Y") & (length >= 1)]
    eair = made(study, by=["AEDECOD"], measure="eair", allow_no_events=True, **RATES).frame
    eaer = made(study, by=["AEDECOD"], measure="eaer", allow_no_events=True, **RATES).frame
    times = made(study, allow_no_events=True, **OF_TIMES).frame
    summed = times.groupby(["AEDECOD", "arm"], observed=True, sort=False)[["duration", "event"]].sum()
    for row in eair[eair["denominator"] > 0].itertuples():
        duration, n_events = summed.loc[(row.AEDECOD, row.arm)]
        assert (row.person_years * 365.25, row.subjects) == (pytest.approx(duration, abs=1e-9), n_events)
    for table, is_first in ((eair, True), (eaer, False)):
        for row in table.itertuples():
            expected, subjects, events = 0, 0, 0
            for subject, observed in length[adsl["TRT01A"][length.index] == row.arm].items():
                own = adae[(adae["USUBJID"] == subject) & (adae["TRTEMFL"] == "Y")]
                if row.AEDECOD != "any":
                    own = own[own["AEDECOD"].fillna("(missing)") == row.AEDECOD]
                day = (own["ASTDT"] - adsl.loc[subject, "TRTSDT"]).dt.days + 1
                day = day[(day >= 1) & (day <= observed)]
                subjects, events = subjects + bool(len(day)), events + len(day)
                expected += day.min() if is_first and len(day) else observed
            assert (row.subjects, row.events) == (subjects, events)
            assert row.person_years * 365.25 == pytest.approx(expected, abs=1e-9)
