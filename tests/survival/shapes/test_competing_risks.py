"""Competing risks: each subject's first event and its cause, row by row, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rivals import DEATH, PROGRESSION, SCAN, SUBJECTS, study

import adamgate as ag

WORKED = Path(__file__).parent / "worked" / "competing-risks.csv"
CAUSES = [f"progression: EVNTDESC == '{PROGRESSION}'", f"death: EVNTDESC == '{DEATH}'"]


@pytest.fixture(scope="module")
def trial():
    return study()


def by_cause(trial, cause=CAUSES, **more):
    return ag.competing_risks(trial, "PFS", cause, gate=False, **more)


def against(trial, competing="OS", **more):
    return ag.competing_risks(trial, "PFS", competing=competing, gate=False, **more)


def rows(table):
    return list(
        table.frame[["USUBJID", "duration", "status", "cause"]]
        .astype(object)
        .itertuples(index=False, name=None)
    )


def policies(table):
    return {each.policy: each.subjects for each in table.codebook.policies}


# a competing parameter


def test_the_rows_are_those_worked_out_by_hand(trial):
    table = against(trial, competing_after_censoring="event", arm="TRT01P")
    known = pd.read_csv(WORKED)
    assert list(table.frame.columns) == list(known.columns)
    found = table.frame.astype({name: known[name].dtype for name in known})
    pd.testing.assert_frame_equal(found, known)


def test_each_rule_is_counted_also_where_it_applied_to_nobody(trial):
    table = against(trial, competing_after_censoring="event")
    assert policies(table) == {
        "OS event on the day of the own event (the own event counts)": 1,
        "OS event before the own event (the OS event counts)": 1,
        "OS event on the day of the own censoring (the event counts)": 1,
        "OS event after the own censoring (the event counts)": 1,
        "without a record of OS": 1,
    }
    nobody = against(trial, where="USUBJID == 'R-01'")
    assert set(policies(nobody).values()) == {0}
    assert [(each.cause, each.subjects) for each in nobody.codebook.causes] == [("PFS", 1), ("OS", 0)]


def test_an_event_after_the_own_censoring_needs_a_policy(trial):
    with pytest.raises(ag.Refused, match="OS events after the censoring of PFS: 1") as caught:
        against(trial)
    assert "R-05" in caught.value.where
    assert "--competing-after-censoring" in caught.value.advice
    censored = against(trial, competing_after_censoring="censor")
    assert ("R-05", 40.0, 0, "censored") in rows(censored)
    assert policies(censored)["OS event after the own censoring (censored)"] == 1
    # Nobody is concerned: nothing has to be said.
    assert len(against(trial, where="USUBJID != 'R-05'").frame) == 8


def test_the_record_that_counts_gives_the_reason(trial):
    table = against(trial, competing_after_censoring="event")
    reasons = {(each.cnsr, each.reason, each.event): each.subjects for each in table.codebook.reasons}
    assert reasons == {(0, DEATH, True): 5, (0, PROGRESSION, True): 2, (1, SCAN, False): 2}
    assert (table.codebook.counts.events, table.codebook.counts.censored) == (7, 2)


def test_dates_tell_days_apart_that_a_rounded_aval_does_not():
    # 3.3 months are the days 100 and 101.
    course = {"R-01": ("A", (100, 1, SCAN), (101, 0)), "R-02": ("A", (90, 0, PROGRESSION), (95, 0))}
    rounded = {"AVAL": [3.3, 3.3, 3.0, 3.1], "PARAM": ["PFS (Months)", "OS (Months)"] * 2}
    with pytest.raises(ag.Refused, match="OS events after the censoring of PFS: 1"):
        against(study(course, **rounded))


def test_another_origin_is_counted_from_the_own_startdt():
    course = {"R-01": ("A", (50, 1, SCAN), (80, 0)), "R-02": ("A", (90, 0, PROGRESSION), (95, 0))}
    start = np.datetime64("2020-01-01", "s") + np.array([0, 10, 0, 10]) * np.timedelta64(1, "D")
    later = study(course, STARTDT=start, AVAL=[50.0, 70.0, 90.0, 85.0])
    table = against(later, competing_after_censoring="event")
    assert rows(table)[0] == ("R-01", 80.0, 2, "OS")
    undated = study(course, STARTDT=start, AVAL=[50.0, 70.0, 90.0, 85.0], ADT=np.datetime64("NaT", "s"))
    with pytest.raises(ag.Refused, match="different STARTDT, and ADT is missing"):
        against(undated, competing_after_censoring="event", aval_unit="days")


def test_without_dates_the_durations_are_compared(trial):
    frame = trial["ADTTE"].frame.drop(columns=["ADT", "STARTDT"])
    undated = ag.Study.of(trial["ADSL"], ag.Dataset.from_frame(frame, "ADTTE"))
    options = {"competing_after_censoring": "event"}
    assert rows(against(undated, **options)) == rows(against(trial, **options))


def test_another_unit_is_the_same_for_both(trial):
    table = against(trial, competing_after_censoring="event", unit="weeks")
    days = against(trial, competing_after_censoring="event")
    np.testing.assert_array_equal(table.frame["duration"], days.frame["duration"] / 7)


def test_several_competing_records_need_a_condition(trial):
    frame = trial["ADTTE"].frame
    twice = frame[frame["PARAMCD"] == "OS"].assign(ANL01FL=None)
    both = pd.concat([frame.assign(ANL01FL="Y"), twice], ignore_index=True)
    several = ag.Study.of(trial["ADSL"], ag.Dataset.from_frame(both, "ADTTE"))
    options = {"where": "ANL01FL == 'Y'", "competing_after_censoring": "event"}
    with pytest.raises(ag.Refused, match="several OS records"):
        against(several, **options)
    chosen = against(several, "OS: ANL01FL == 'Y'", **options)
    assert rows(chosen) == rows(against(trial, competing_after_censoring="event"))


def test_subjects_who_are_not_selected_are_not_judged(trial):
    frame = trial["ADTTE"].frame
    wrong = frame.assign(AVAL=frame["AVAL"].mask((frame["USUBJID"] == "R-10"), -1.0))
    damaged = ag.Study.of(trial["ADSL"], ag.Dataset.from_frame(wrong, "ADTTE"))
    assert len(against(damaged, competing_after_censoring="event").frame) == 9
    own = frame.assign(AVAL=frame["AVAL"].mask((frame["USUBJID"] == "R-01") & (frame["PARAMCD"] == "OS"), -1))
    with pytest.raises(ag.Refused, match="AVAL is negative"):
        against(ag.Study.of(trial["ADSL"], ag.Dataset.from_frame(own, "ADTTE")))


# causes by conditions


def test_causes_are_numbered_in_the_order_declared(trial):
    table = by_cause(trial)
    assert rows(table) == [
        ("R-01", 50.0, 1, "progression"),
        ("R-02", 60.0, 2, "death"),
        ("R-03", 60.0, 0, "censored"),
        ("R-04", 60.0, 0, "censored"),
        ("R-05", 40.0, 0, "censored"),
        ("R-06", 90.0, 1, "progression"),
        ("R-07", 90.0, 0, "censored"),
        ("R-08", 1.0, 1, "progression"),
        ("R-09", 0.0, 0, "censored"),
    ]
    turned = by_cause(trial, CAUSES[::-1])
    assert [each[2] for each in rows(turned)] == [[0, 2, 1][each[2]] for each in rows(table)]


def test_a_cause_may_claim_censored_records_by_adsl(trial):
    died = [CAUSES[0], "death: EVNTDESC == 'Death' or (CNSR == 1 and DTHFL == 'Y')"]
    table = by_cause(trial, died)
    assert [each[:1] for each in rows(table) if each[3] == "death"] == [
        ("R-02",),
        ("R-03",),
        ("R-05",),
        ("R-07",),
    ]
    death = table.codebook.causes[1]
    assert (death.subjects, death.censored_by_cnsr) == (4, 3)
    assert table.codebook.counts.censored == 2


def test_censored_records_that_a_condition_leaves_undetermined_are_counted(trial):
    table = by_cause(trial, [CAUSES[0], "death: EVNTDESC == 'Death' or DTHFL == 'Y' and CNSR == 1"])
    assert [each.undetermined for each in table.codebook.causes] == [0, 2]  # DTHFL is missing


@pytest.mark.parametrize(
    ("cause", "said", "listed"),
    [
        (CAUSES[:1], "an event without a cause in 1 record", "R-02 (EVNTDESC 'Death': 1)"),
        ([*CAUSES, "any: CNSR == 0"], "several causes in 4 records", "EVNTDESC 'Progression': 3"),
        ([*CAUSES, "old: AGE > 60 and CNSR == 1", "late: AVAL > 80 and CNSR == 1"], "several causes", "R-07"),
    ],
)
def test_each_event_has_exactly_one_cause(trial, cause, said, listed):
    with pytest.raises(ag.Refused, match=said) as caught:
        by_cause(trial, cause)
    assert listed in caught.value.where


def test_no_event_of_any_cause(trial):
    options = {"cause": CAUSES, "where": "CNSR == 1"}
    with pytest.raises(ag.Refused, match="no events of any cause"):
        by_cause(trial, **options)
    assert by_cause(trial, **options, allow_no_events=True).frame["status"].eq(0).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "the causes are not known"),
        ({"cause": CAUSES, "competing": "OS"}, "both give the causes"),
        ({"cause": CAUSES, "competing_after_censoring": "event"}, "needs a competing parameter"),
        ({"competing": "OS", "competing_after_censoring": "none"}, "competing_after_censoring"),
        ({"competing": "PFS"}, "cannot compete with itself"),
        ({"competing": "OSS"}, "OSS is not present"),
        ({"competing": "OS:"}, "a name or a condition is missing"),
        ({"cause": ["EVNTDESC == 'Death'"]}, "is not a cause with a condition"),
        ({"cause": ["EVNTDESC == 'A: B'"]}, "is not a cause with a condition"),
        ({"cause": ["death:"]}, "is not a cause with a condition"),
        ({"cause": [": CNSR == 0"]}, "is not a cause with a condition"),
        ({"cause": ["a\nb: CNSR == 0"]}, "is not a cause with a condition"),
        ({"cause": ["a: CNSR == 0", "A: CNSR == 1"]}, "is given twice"),
        ({"cause": ["Censored: CNSR == 0"]}, "is what the table calls records without an event"),
        ({"cause": ["a: CNSR = 0"]}, "="),
        ({"cause": ["a: CNSSR == 0"]}, "CNSSR is not present"),
        ({"cause": CAUSES, "covariates": ["status"]}, "name of a standard column"),
    ],
)
def test_what_cannot_be_meant(trial, options, said):
    with pytest.raises(ag.ConfigurationError, match=said):
        ag.competing_risks(trial, "PFS", gate=False, **options)


def test_a_name_with_a_colon_in_its_condition(trial):
    frame = trial["ADTTE"].frame
    changed = frame.assign(EVNTDESC=frame["EVNTDESC"].replace(DEATH, "Death: any"))
    table = by_cause(
        ag.Study.of(trial["ADSL"], ag.Dataset.from_frame(changed, "ADTTE")),
        [CAUSES[0], "death: EVNTDESC == 'Death: any'"],
    )
    assert [each.cause for each in table.codebook.causes] == ["progression", "death"]


def test_the_codebook_says_what_the_numbers_are(trial):
    document = by_cause(trial, arm="TRT01P").codebook.document()
    columns = {each["name"]: each for each in document["columns"]}
    assert columns["status"]["source"] == (
        "0 censored, 1 progression (EVNTDESC == 'Progression'), 2 death (EVNTDESC == 'Death')"
    )
    assert columns["status"]["type"] == "integer"
    assert [columns[name]["label"] for name in ("status", "cause")] == [
        "Number of the cause, 0 if censored",
        "Cause of the event",
    ]
    assert "status is 0 where the subject is censored" in document["polarity"]
    assert [each["subjects"] for each in document["causes"]] == [3, 1]
    assert "policies" not in document


# what must always hold

COURSES = st.lists(
    st.tuples(
        st.tuples(st.integers(0, 30), st.integers(0, 1)),
        st.one_of(st.none(), st.tuples(st.integers(0, 30), st.integers(0, 1))),
    ),
    min_size=1,
    max_size=15,
)


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 25 // 100)
@given(courses=COURSES, policy=st.sampled_from(["event", "censor"]), random=st.randoms(use_true_random=False))
def test_the_first_event_counts_in_any_order_of_the_rows(courses, policy, random):
    subjects = {
        f"R-{number:02}": ("A", (*pfs, PROGRESSION if pfs[1] == 0 else SCAN), os)
        for number, (pfs, os) in enumerate(courses)
    }
    subjects["R-99"] = ("A", (31, 1, SCAN), (31, 1))  # OS is present
    options = {"competing_after_censoring": policy, "allow_no_events": True, "aval_unit": "days"}
    table = against(study(subjects), **options)
    for (usubjid, duration, status, cause), (_, pfs, os) in zip(rows(table), subjects.values(), strict=True):
        ends = [(pfs[0], 0 if pfs[1] == 0 else 2, 1 - pfs[1])]
        if os and os[1] == 0 and not (policy == "censor" and os[0] > pfs[0]):
            ends.append((os[0], 1, 2))
        if len(ends) > 1 and status == 2 and os[0] > pfs[0]:  # follow-up goes on to the event
            assert policy == "event"
            assert pfs[1] == 1
            assert duration == os[0]
            continue
        first = min(ends)
        assert (duration, status) == (first[0], first[2]), usubjid
        assert cause == ["censored", "PFS", "OS"][status]
    shuffled = list(subjects)
    random.shuffle(shuffled)
    again = against(study({name: subjects[name] for name in shuffled}), **options)
    assert sorted(rows(again)) == sorted(rows(table))
    assert policies(again) == policies(table)


def test_every_subject_with_a_record_is_in_the_table(trial):
    assert set(by_cause(trial).frame["USUBJID"]) == {name for name, each in SUBJECTS.items() if each[1]}
