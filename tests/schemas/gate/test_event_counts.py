"""Subjects and events per parameter and arm, counted another way."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.gate.event_counts import MOST_ARMS, MOST_PARAMETERS, ArmCount, EventCount, event_counts

RECORD = st.tuples(
    st.sampled_from(["A1", "B2", "C3", "D4"]),
    st.sampled_from(["OS", "PFS"]),
    st.sampled_from([0.0, 1.0, 2.0, None]),
    st.sampled_from(["Placebo", "Active", ""]),
)
NUMBERS = {"Placebo": 9.0, "Active": 1.0, "": None}


def study_of(frame: pd.DataFrame, adsl: pd.DataFrame | None = None) -> ag.Study:
    datasets = [ag.Dataset.from_frame(frame, "ADTTE")]
    if adsl is not None:
        datasets.append(ag.Dataset.from_frame(adsl, "ADSL"))
    return ag.Study.of(*datasets)


@pytest.mark.slow
@given(st.lists(RECORD, min_size=1))
def test_the_counts_are_those_of_distinct_subjects(records):
    frame = pd.DataFrame(records, columns=["USUBJID", "PARAMCD", "CNSR", "TRTP"])
    frame["CNSR"] = frame["CNSR"].astype(float)
    frame["TRTPN"] = frame["TRTP"].map(NUMBERS).astype(float)
    found = {each.parameter: each for each in event_counts(study_of(frame), naming_arms=True)}
    judged = frame.dropna(subset=["CNSR"])
    with_cnsr = judged if len(judged) else frame.iloc[:0]
    assert set(found) == set(with_cnsr["PARAMCD"])
    for name, records_of in with_cnsr.groupby("PARAMCD"):
        each = found[name]
        assert each.subjects == records_of["USUBJID"].nunique()
        assert each.events == records_of.loc[records_of["CNSR"] == 0, "USUBJID"].nunique()
        if not (frame["TRTP"] != "").any():
            assert each.arms == ()
            continue
        assert each.arms == tuple(
            ArmCount(
                arm,
                of_arm["USUBJID"].nunique(),
                of_arm.loc[of_arm["CNSR"] == 0, "USUBJID"].nunique(),
            )
            for arm in ("Active", "Placebo", "")
            if len(of_arm := records_of[records_of["TRTP"] == arm])
        )


def test_the_arm_of_adsl_serves_where_the_dataset_has_none():
    frame = pd.DataFrame({"USUBJID": ["A", "B", "C"], "PARAMCD": "OS", "CNSR": [0.0, 0.0, 1.0]})
    adsl = pd.DataFrame({"USUBJID": ["B", "A"], "TRT01P": ["P", "X"], "TRT01PN": [0.0, 1.0]})
    assert list(event_counts(study_of(frame, adsl), naming_arms=True)) == [
        EventCount(
            "ADTTE", "OS", 3, 2, "TRT01P", (ArmCount("P", 1, 1), ArmCount("X", 1, 1), ArmCount("", 1, 0))
        )
    ]


@pytest.mark.parametrize("change", [{"CNSR": ["0", "1", "x"]}, {"CNSR": None}, {"USUBJID": None}])
def test_what_cannot_be_counted_is_not(change):
    columns = {"USUBJID": ["A", "B", "C"], "PARAMCD": ["OS"] * 3, "CNSR": [0.0, 0.0, 1.0]} | change
    kept = {name: values for name, values in columns.items() if values is not None}
    assert list(event_counts(study_of(pd.DataFrame(kept)), naming_arms=True)) == []


def test_what_is_no_parameter_or_arm_is_not_listed():
    n = MOST_PARAMETERS + 1
    frame = pd.DataFrame(
        {"USUBJID": ["A", "B"] * n, "PARAMCD": [f"P{i // 2}" for i in range(2 * n)], "CNSR": 0.0}
    )
    assert list(event_counts(study_of(frame), naming_arms=True)) == []
    arms = pd.DataFrame(
        {
            "USUBJID": [f"U{i}" for i in range(60)],
            "PARAMCD": "OS",
            "CNSR": 0.0,
            "TRTP": [f"T{i}" for i in range(60)],
        }
    )
    assert MOST_ARMS < 60
    assert [each.arms for each in event_counts(study_of(arms), naming_arms=True)] == [()]
    named = arms.assign(TRTP="U1")
    assert "U1" not in str(list(event_counts(study_of(named), naming_arms=True)))


def test_arms_are_named_only_where_values_may_be():
    frame = pd.DataFrame({"USUBJID": ["A", "B"], "PARAMCD": "OS", "CNSR": 0.0, "TRTP": ["Placebo", ""]})
    (counts,) = ag.validate(study_of(frame)).events
    assert counts.arms == (ArmCount(None, 1, 1), ArmCount("", 1, 1))
    (counts,) = ag.validate(study_of(frame), show_values=True).events
    assert counts.arms == (ArmCount("Placebo", 1, 1), ArmCount("", 1, 1))
