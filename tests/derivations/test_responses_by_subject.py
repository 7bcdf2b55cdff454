"""Derived responses equal what is derived again subject by subject, whatever the order of records."""

from datetime import date, timedelta

import pandas as pd
import pytest
import responses_by_subject as by_subject
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag

START = date(2020, 1, 20)
ORDERS = {"RECIST 1.1": by_subject.RECIST, "IMWG": by_subject.IMWG}
FLAGS = ("ANL01FL", "ANL02FL")


def subjects_of(order):
    day = st.integers(-2, 12).map(lambda week: str(START + timedelta(7 * week)))
    text = st.one_of(day, day, day, day.map(lambda each: each[:7]))
    return st.lists(
        st.fixed_dictionaries(
            {
                "RANDDT": st.sampled_from([START, START, START, START + timedelta(14), None]),
                "RS": st.lists(st.tuples(text, st.sampled_from(order[:-1])), max_size=8),
            }
        ),
        min_size=1,
        max_size=5,
    )


RULES = st.fixed_dictionaries(
    {
        "stable_after": st.sampled_from([0, 14, 42]),
        "confirm_after": st.sampled_from([0, 1, 14, 28]),
        "confirm_within": st.sampled_from([None, 28, 56]),
        "not_evaluable_between": st.integers(0, 2),
        "stable_between": st.integers(0, 1),
        "lesser_after_better": st.sampled_from(["stable", "lesser"]),
    }
)


def study_of(subjects, seed=None):
    names = [f"S1-{number:02}" for number in range(len(subjects))]
    adsl = pd.DataFrame({"STUDYID": "S1", "USUBJID": names})
    adsl["RANDDT"] = pd.to_datetime([each["RANDDT"] for each in subjects])
    rows = [
        (name, text, term, float(number))
        for name, each in zip(names, subjects, strict=True)
        for number, (text, term) in enumerate(each["RS"], 1)
    ]
    rs = pd.DataFrame(rows, columns=["USUBJID", "RSDTC", "RSSTRESC", "RSSEQ"])
    rs = rs.astype({"USUBJID": str, "RSDTC": str, "RSSTRESC": str, "RSSEQ": float})
    if seed is not None:
        adsl, rs = (each.sample(frac=1, random_state=seed) for each in (adsl, rs))
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(rs, "RS"))


def specification_of(terms, rules):
    order = ORDERS[terms]
    responses = by_subject.RESPONSES[order]
    benefit = (*responses, *(each for each in by_subject.STABLE if each in order))
    stable = {"stable_from": "RANDDT", "stable_after": rules["stable_after"]}
    used = {"param": "P", "of": "OVR", "flags": FLAGS, "without": "keep"}
    return ag.Specification(
        {"ADRS": ag.Responses()},
        sources={
            "RS": ag.DerivationSource(
                dataset="RS", date="RSDTC", impute="last", order=("RSSEQ",), may_be_empty=True
            )
        },
        responses={
            "OVR": ag.ResponseAssessments(param="P", source="RS", value="RSSTRESC", terms=terms),
            "PD": ag.FirstResponse(param="P", of="OVR", flags=FLAGS[:1], values=("PD",), without="keep"),
            "RSP": ag.FirstResponse(values=responses, **used),
            "CRSP": ag.FirstResponse(values=responses, **{**rules, **stable}, **used),
            "CCB": ag.FirstResponse(values=benefit, **{**rules, **stable}, **used),
            "BOR": ag.BestResponse(without_value="MISSING", **stable, **used),
            "CBOR": ag.BestResponse(without_value="MISSING", **{**rules, **stable}, **used),
            "LSTA": ag.LastResponse(param="P", of="OVR", flags=FLAGS[:1], without="keep"),
        },
        response_flags={
            "ANL01FL": ag.ResponseFlag(on_or_after="RANDDT", one_per_date="worst"),
            "ANL02FL": ag.ResponseFlag(to_first="PD"),
        },
    )


def expected_of(subject, order, rules):
    responses = by_subject.RESPONSES[order]
    benefit = (*responses, *by_subject.STABLE)
    unconfirmed = {"stable_after": rules["stable_after"]}
    return {
        "PD": by_subject.progression(subject, order),
        "RSP": by_subject.first(subject, order, responses, {"stable_after": 0}),
        "CRSP": by_subject.first(subject, order, responses, rules),
        "CCB": by_subject.first(subject, order, benefit, rules),
        "BOR": by_subject.best(subject, order, unconfirmed),
        "CBOR": by_subject.best(subject, order, rules),
        "LSTA": by_subject.last(subject, order),
    }


def cells(record):
    """What is compared of a record; None where missing."""
    values = (record[name] for name in ("AVALC", "ADT", "ADTF", "SRCSEQ", *FLAGS) if name in record)
    found = [None if pd.isna(each) else each for each in values]
    found[1] = found[1] and found[1].date()
    return found if "ADTF" in record else [*found[:2], None, *found[2:]]


def wanted(value, assessment):
    if assessment is None:
        return [value, None, None, None, None, None]
    flags = ["Y" if assessment[name] else None for name in FLAGS]
    return [value, assessment["day"], assessment["ADTF"], assessment["seq"], *flags]


def compare(terms, subjects, rules, seed):
    order, what = ORDERS[terms], specification_of(terms, rules)
    frame = ag.derive(study_of(subjects), what)["ADRS"].frame
    for number, subject in enumerate(subjects):
        records = frame[frame["USUBJID"] == f"S1-{number:02}"]
        for paramcd, (value, assessment) in expected_of(subject, order, rules).items():
            (record,) = records[records["PARAMCD"] == paramcd].to_dict("records")
            assert cells(record) == wanted(value, assessment), (paramcd, subject)
        overall = records[records["PARAMCD"] == "OVR"].to_dict("records")
        again = by_subject.assessed(subject, order)
        assert [cells(each) for each in overall] == [wanted(each["term"], each) for each in again]
        assert list(records["ASEQ"]) == list(range(1, len(records) + 1))
    permuted = ag.derive(study_of(subjects, seed), what)["ADRS"].frame
    pd.testing.assert_frame_equal(frame, permuted)


@pytest.mark.slow
@settings(max_examples=max(10, settings.default.max_examples // 4))
@given(subjects=subjects_of(by_subject.RECIST), rules=RULES, seed=st.integers(0, 99))
def test_recist(subjects, rules, seed):
    compare("RECIST 1.1", subjects, rules, seed)


@pytest.mark.slow
@settings(max_examples=max(10, settings.default.max_examples // 4))
@given(subjects=subjects_of(by_subject.IMWG), rules=RULES, seed=st.integers(0, 99))
def test_imwg(subjects, rules, seed):
    compare("IMWG", subjects, rules, seed)
