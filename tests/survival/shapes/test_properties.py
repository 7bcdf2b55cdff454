"""What must hold of every shape for any study."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

pytestmark = pytest.mark.slow

DAY_1 = np.datetime64("2020-01-01", "s")
SUBJECTS = st.lists(
    st.tuples(
        st.integers(0, 400),  # day of the end of follow-up; 0 is the day before STARTDT
        st.sampled_from([0, 1, 2]),  # CNSR
        st.one_of(st.none(), st.integers(-20, 420)),  # day of response
        st.sampled_from(["A", "B", None]),
        st.booleans(),  # in ADSL
    ),
    min_size=2,
    max_size=25,
)
LANDMARK, CUTS = 90, [30, 90]
MAKERS: dict[str, Callable[[Study], ag.AnalysisTable]] = {
    "one-record": lambda study: ag.survival(study, "OS", gate=False, allow_no_events=True, arm="TRTP"),
    "wide": lambda study: ag.wide(study, ["OS"], gate=False, allow_no_events=True),
    "delayed-entry": lambda study: ag.delayed_entry(study, "OS", "RSPDT", gate=False, allow_no_events=True),
    "landmark": lambda study: ag.landmark(study, "OS", LANDMARK, ["RSPDT"], gate=False, allow_no_events=True),
    "person-time": lambda study: ag.person_time(study, "OS", CUTS, gate=False, allow_no_events=True),
}


def day(number: int | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if number is None else DAY_1 + np.timedelta64(number - 1, "D")


def study(subjects: list[tuple], order: list[int]) -> Study:
    names = [f"S-{number:02}" for number in order]
    rows = [subjects[number] for number in order]
    adtte = pd.DataFrame(
        {
            "USUBJID": names,
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (Days)",
            "AVAL": [float(row[0]) for row in rows],
            "CNSR": [float(row[1]) for row in rows],
            "STARTDT": DAY_1,
            "ADT": [day(row[0]) for row in rows],
            "TRTP": [row[3] for row in rows],
        }
    )
    known = [(name, row) for name, row in zip(names, rows, strict=True) if row[4]]
    adsl = pd.DataFrame(
        {"USUBJID": [name for name, _ in known], "RSPDT": [day(row[2]) for _, row in known]}
    ).astype({"RSPDT": "datetime64[s]"})
    return Study.of(Dataset.from_frame(adsl, "ADSL"), Dataset.from_frame(adtte, "ADTTE"))


def made(shape: str, subjects: list[tuple], order: list[int]) -> ag.AnalysisTable | str:
    try:
        return MAKERS[shape](study(subjects, order))
    except ag.Refused as refused:
        return refused.what


def as_rows(table: ag.AnalysisTable) -> pd.DataFrame:
    keys = [name for name in ("USUBJID", "interval") if name in table.frame]
    return table.frame.astype({"USUBJID": object}).sort_values(keys).reset_index(drop=True)


@pytest.mark.parametrize("shape", MAKERS)
@given(subjects=SUBJECTS, random=st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(shape, subjects, random):
    order = list(range(len(subjects)))
    first = made(shape, subjects, order)
    random.shuffle(order)
    second = made(shape, subjects, order)
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    pd.testing.assert_frame_equal(as_rows(first), as_rows(second), check_categorical=False, check_dtype=False)


@pytest.mark.parametrize("shape", MAKERS)
@given(subjects=SUBJECTS)
def test_every_record_is_in_the_table_or_counted(shape, subjects):
    table = made(shape, subjects, list(range(len(subjects))))
    if isinstance(table, str):
        return
    codebook, frame = table.codebook, table.frame
    left_out = sum(each.records for each in codebook.selection.left_out)
    assert codebook.counts.subjects + left_out == len(subjects)
    event = "OS_event" if shape == "wide" else "event"
    assert int(frame[event].sum()) == codebook.counts.events
    own = {f"S-{number:02}": row for number, row in enumerate(subjects)}
    assert codebook.counts.events <= sum(row[1] == 0 for row in own.values())


# Columns of the event, the end and the begin of a record; the begin of a subject's time is 0 without one.
INTERVALS = {
    "one-record": ("event", "duration", None),
    "wide": ("OS_event", "OS_duration", None),
    "delayed-entry": ("event", "duration", "entry"),
    "landmark": ("event", "duration", None),
    "person-time": ("event", "stop", "start"),
}


@pytest.mark.parametrize("shape", MAKERS)
@given(subjects=SUBJECTS)
def test_events_and_person_time_are_those_of_the_subjects(shape, subjects):
    table = made(shape, subjects, list(range(len(subjects))))
    if isinstance(table, str):
        return
    event, end, begin = INTERVALS[shape]
    length = table.frame[end] - (0 if begin is None else table.frame[begin])
    if shape not in ("one-record", "wide"):
        assert (length > 0).all(), "no interval is without length"
    by_subject = pd.DataFrame({"days": length, "events": table.frame[event].astype(float)}).groupby(
        table.frame["USUBJID"].astype(str)
    )
    found = by_subject.sum().to_dict("index")
    known = {}
    for number, (last, cnsr, response, _, in_adsl) in enumerate(subjects):
        before = 0
        if shape == "landmark":
            before = LANDMARK
        elif shape == "delayed-entry":
            # On day 1, STARTDT itself, or earlier: from the origin on.
            before = np.inf if response is None or not in_adsl else 0 if response <= 1 else response
        stays = in_adsl if shape == "wide" else last >= 0 if shape == "one-record" else last > before
        if stays:
            known[f"S-{number:02}"] = {"days": last - before, "events": float(cnsr == 0)}
    assert found == known


@given(subjects=SUBJECTS)
def test_entries_and_landmarks_come_from_the_past(subjects):
    order = list(range(len(subjects)))
    late, after = made("delayed-entry", subjects, order), made("landmark", subjects, order)
    if not isinstance(late, str):
        assert (late.frame["entry"] < late.frame["duration"]).all()
        assert (late.frame["entry"] >= 0).all()
    if isinstance(after, str):
        return
    for row in after.frame.itertuples():
        end, _, response, _, known = subjects[int(str(row.USUBJID)[2:])]
        assert row.duration == end - LANDMARK > 0
        assert row.RSPDT_by_landmark == (known and response is not None and response <= LANDMARK)


# events that recur, and a covariate that changes

FOLLOWED = st.lists(
    st.tuples(
        st.integers(0, 60),  # last day at risk; 0 is the day before the first
        st.lists(st.integers(-2, 65), max_size=6),  # days of events
        st.lists(st.tuples(st.integers(-5, 65), st.integers(0, 3)), max_size=6),  # days and values
    ),
    min_size=1,
    max_size=8,
)


def recurrent(subjects: list[tuple], order: list[int], random=None) -> Study:
    names = [f"S-{number:02}" for number in range(len(subjects))]
    adsl = [(names[number], DAY_1, day(subjects[number][0])) for number in order]
    events = [(names[number], day(each)) for number in order for each in subjects[number][1]]
    values = [
        (names[number], day(each[0]), float(each[1])) for number in order for each in subjects[number][2]
    ]
    if random is not None:
        random.shuffle(events)
        random.shuffle(values)
    times = {
        "TRTSDT": "datetime64[s]",
        "EOSDT": "datetime64[s]",
        "ASTDT": "datetime64[s]",
        "ADT": "datetime64[s]",
    }
    frames = {
        "ADSL": pd.DataFrame(adsl, columns=["USUBJID", "TRTSDT", "EOSDT"]),
        "ADAE": pd.DataFrame(events, columns=["USUBJID", "ASTDT"]),
        "ADLB": pd.DataFrame(values, columns=["USUBJID", "ADT", "AVAL"]).astype({"AVAL": float}),
    }
    typed = {
        name: frame.astype({"USUBJID": object} | {each: times[each] for each in frame if each in times})
        for name, frame in frames.items()
    }
    return Study.of(*(Dataset.from_frame(frame, name) for name, frame in typed.items()))


def intervals(trial: Study, before_first: str = "missing") -> ag.AnalysisTable | str:
    changing = {"name": "ALT", "dataset": "ADLB", "same_day": "mean", "before_first": before_first}
    try:
        return ag.counting_process(
            trial,
            events="ADAE",
            start="TRTSDT",
            end="EOSDT",
            outside="drop",
            allow_no_events=True,
            gate=False,
            time_varying=[changing],
        )
    except ag.Refused as refused:
        return refused.what


@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(subjects=FOLLOWED, random=st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_no_interval(subjects, random):
    order = list(range(len(subjects)))
    first = intervals(recurrent(subjects, order))
    random.shuffle(order)
    second = intervals(recurrent(subjects, order, random))
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    pd.testing.assert_frame_equal(as_rows(first), as_rows(second), check_categorical=False, check_dtype=False)


@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(subjects=FOLLOWED)
def test_events_person_time_and_values_are_those_of_the_subjects(subjects):
    table = intervals(recurrent(subjects, list(range(len(subjects)))))
    followed = {f"S-{number:02}": each for number, each in enumerate(subjects) if each[0] > 0}
    if isinstance(table, str):
        assert not any(each[2] for each in followed.values())
        return
    frame = table.frame.astype({"USUBJID": object})
    assert set(frame["USUBJID"]) == set(followed)
    for name, own in frame.groupby("USUBJID"):
        end, events, values = followed[name]
        inside = [each for each in events if 0 < each <= end]
        assert own["events"].sum() == len(inside), "no event is lost"
        assert own.loc[own["event"], "stop"].tolist() == sorted(set(inside))
        assert (own["stop"] - own["start"]).sum() == own["stop"].iloc[-1] == end, "nor a day"
        assert (own["start"] < own["stop"]).all()
        assert own["start"].tolist() == [0, *own["stop"].iloc[:-1]]
        assert own["interval"].tolist() == list(range(1, len(own) + 1))
        assert own["event_number"].tolist() == [
            1 + sum(each <= at for each in set(inside)) for at in own["start"]
        ]
        for at, value, gap in zip(own["start"], own["ALT"], own["gap_start"], strict=True):
            assert gap == at - max([each for each in inside if each <= at], default=0)
            known = [each for each, _ in values if each <= at]
            last = [amount for each, amount in values if known and each == max(known)]
            assert (value == pytest.approx(np.mean(last))) if last else np.isnan(value)
    left_out = table.codebook.selection.left_out
    outside = sum(each.records for each in left_out if each.reason.startswith("ADAE"))
    assert frame["events"].sum() + outside == sum(len(each[1]) for each in subjects), "events in, events out"


@settings(max_examples=settings.default.max_examples * 30 // 100)
@given(subjects=FOLLOWED, random=st.randoms(use_true_random=False))
def test_records_of_a_parameter_give_what_dates_give(subjects, random):
    subjects = [each for each in subjects if each[0] > 0]
    rows = [(number, each, 0.0) for number, own in enumerate(subjects) for each in own[1]]
    rows += [(number, own[0], 1.0) for number, own in enumerate(subjects)]
    random.shuffle(rows)
    adtte = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:02}" for number, _, _ in rows],
            "PARAMCD": "AE",
            "PARAM": "Event (Days)",
            "AVAL": [float(each) for _, each, _ in rows],
            "CNSR": [cnsr for _, _, cnsr in rows],
            "STARTDT": DAY_1,
            "ADT": [day(each) for _, each, _ in rows],
        }
    )
    recurs = ag.Declarations(endpoints={"AE": ag.Endpoint(recurrent=True)})
    options = {"outside": "drop", "allow_no_events": True, "gate": False}
    if not rows:
        return
    try:
        trial = Study.of(Dataset.from_frame(adtte, "ADTTE")).declaring(recurs)
        found = ag.counting_process(trial, "AE", **options)
        dated = recurrent(subjects, list(range(len(subjects))))
        other = ag.counting_process(dated, events="ADAE", start="TRTSDT", end="EOSDT", **options)
    except ag.Refused as refused:
        pytest.fail(str(refused))
    pd.testing.assert_frame_equal(as_rows(found), as_rows(other), check_categorical=False, check_dtype=False)
    assert found.codebook.counts == other.codebook.counts


@settings(max_examples=settings.default.max_examples * 40 // 100)
@given(subjects=FOLLOWED)
def test_what_is_dropped_before_a_first_value_is_counted(subjects):
    trial = recurrent(subjects, list(range(len(subjects))))
    whole, part = intervals(trial), intervals(trial, "drop")
    if isinstance(whole, str) or isinstance(part, str):
        return
    known = whole.frame[whole.frame["ALT"].notna()].drop(columns="interval").reset_index(drop=True)
    pd.testing.assert_frame_equal(
        part.frame.drop(columns="interval").astype({"USUBJID": object}), known.astype({"USUBJID": object})
    )
    dropped = [
        each for each in part.codebook.selection.left_out if each.reason.startswith("intervals before")
    ]
    assert dropped[0].records == len(whole.frame) - len(known)
    assert part.codebook.counts.events == known["events"].sum()
    assert part.codebook.counts.subjects == known["USUBJID"].nunique()
