"""What is new since an earlier report, and that nothing new passes for old."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.gate.baseline import compared
from adamgate.schemas.gate.finding import Standing
from adamgate.schemas.gate.fingerprint import key_hashes, summed
from adamgate.schemas.gate.record_keys import LISTED, RecordKeys


def study_of(negative, *, subjects=30, order=None):
    """OS of some subjects, some with a negative AVAL."""
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S{n:05d}" for n in range(subjects)],
            "PARAMCD": "OS",
            "AVAL": [-1.0 if n in negative else 5.0 for n in range(subjects)],
        }
    )
    if order is not None:
        frame = frame.sample(frac=1, random_state=order)
    return ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))


def report_of(negative, **more):
    return ag.validate(study_of(set(negative), **more), select=["TTE006"])


def beside(now, before):
    return compared(now, ag.Baseline.of(before))


def standing(report):
    return [(str(each.standing), each.new_records) for each in report.findings]


def test_the_same_faults_in_another_order_are_unchanged_and_do_not_refuse():
    report = beside(report_of({1, 2}, order=7), report_of({1, 2}))
    assert standing(report) == [("unchanged", 0)]
    assert not report.refuses(ag.Severity.NOTE)
    assert not report.comparison.fixed


def test_a_record_more_is_new_for_the_difference():
    report = beside(report_of({1, 2, 3}), report_of({1, 2}))
    assert standing(report) == [("new", 1)]
    assert report.refuses()


def test_as_many_records_but_others_are_new():
    assert standing(beside(report_of({1, 4}), report_of({1, 2}))) == [("new", 1)]


def test_a_record_less_is_unchanged():
    report = beside(report_of({2}), report_of({1, 2}))
    assert standing(report) == [("unchanged", 0)]
    assert not report.refuses()


def test_what_is_gone_is_fixed_if_it_was_judged():
    report = beside(report_of(set()), report_of({1, 2}))
    assert [(each.rule_id, each.records) for each in report.comparison.fixed] == [("TTE006", 2)]
    other = ag.validate(study_of(set()), select=["TTE001"])
    away = beside(other, report_of({1, 2}))
    assert not away.comparison.fixed
    assert [each.rule_id for each in away.comparison.not_judged] == ["TTE006"]


def test_what_is_waived_is_not_fixed():
    from datetime import date

    waiver = ag.Waiver("TTE006", "ADTTE", "r", "o", date(2100, 1, 1), {"USUBJID": "S00001"})
    now = ag.validate(study_of({1}), select=["TTE006"], waivers=[waiver])
    report = beside(now, report_of({1}))
    assert not report.comparison.fixed
    assert len(report.comparison.not_judged) == 1


def test_words_do_not_count_but_severity_does():
    before = report_of({1})
    (finding,) = before.findings
    said = replace(before, findings=(replace(finding, message="said otherwise"),))
    assert standing(beside(before, said)) == [("unchanged", 0)]
    light = replace(before, findings=(replace(finding, severity=ag.Severity.NOTE),))
    heavier = beside(before, light)
    assert [each[0] for each in standing(heavier)] == ["new"]
    assert not heavier.comparison.fixed, "it got worse"
    assert standing(beside(light, before)) == [("unchanged", 0)]


def test_another_dataset_or_variable_is_another_finding():
    before = report_of({1})
    (finding,) = before.findings
    for change in ({"dataset": "ADTTEX"}, {"variables": ("ADT",)}, {"rule_id": "TTE005"}):
        other = replace(before, findings=(replace(finding, **change),))
        assert [each[0] for each in standing(beside(before, other))] == ["new"]


def test_a_fault_of_a_dataset_is_known_by_its_parameter_and_cause():
    before = report_of({1})
    whole = replace(
        before.findings[0], records=0, keys=RecordKeys(), examples=(), parameter="OS", cause="3 SAFFL"
    )
    now = replace(before, findings=(whole,))
    assert standing(beside(now, now)) == [("unchanged", 0)]
    reworded = replace(before, findings=(replace(whole, message="said otherwise"),))
    assert standing(beside(reworded, now)) == [("unchanged", 0)]
    for change in ({"cause": "8 SAFFL"}, {"parameter": "PFS"}):
        worse = replace(before, findings=(replace(whole, **change),))
        assert standing(beside(worse, now)) == [("new", None)]
    twice = replace(before, findings=(whole, whole))
    assert [each[0] for each in standing(beside(twice, now))] == ["unchanged", "new"]


def test_more_records_than_are_listed_must_be_exactly_the_same():
    many = set(range(LISTED + 5))
    before = report_of(many, subjects=LISTED + 50)
    assert before.findings[0].keys.listed is None
    assert standing(beside(report_of(many, subjects=LISTED + 50, order=3), before)) == [("unchanged", 0)]
    swapped = (many - {0}) | {LISTED + 9}
    report = beside(report_of(swapped, subjects=LISTED + 50), before)
    assert standing(report) == [("new", None)]
    assert not report.comparison.fixed, "nobody can tell"


def test_a_rule_that_was_not_run_refuses_all_the_same():
    before = report_of({1})
    outcome = replace(before.outcomes[0], status=ag.Status.NOT_RUN, reason="broke")
    assert beside(replace(before, outcomes=(outcome,)), before).refuses(None)


def test_the_refusal_counts_new_findings_only():
    report = beside(report_of({1}), report_of({1}))
    report.raise_for()
    with pytest.raises(ag.GateRefused, match="gate failed: 1 finding, 0 checks not run"):
        beside(report_of({1, 2}), report_of({1})).raise_for()


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_new_records_are_those_that_were_not_there(now, before):
    report = beside(report_of(now), report_of(before))
    if now:
        (finding,) = report.findings
        assert finding.new_records == len(now - before)
        assert (finding.standing is Standing.NEW) == bool(now - before)
    assert bool(report.comparison.fixed) == bool(
        before and not now & before and not (before and now == before)
    )


def test_keys_of_parts_add_up_to_those_of_the_whole():
    data = study_of(set(), subjects=3000)["ADTTE"]
    hashes = key_hashes({key: data[key] for key in ("USUBJID", "PARAMCD")}, len(data))

    def keys(*cut):
        return RecordKeys.of(lambda: summed(hashes[slice(*cut)]))

    assert sum((keys(start, None, 8) for start in range(8)), RecordKeys()) == keys(None)
    assert keys(10) + keys(10, 20) == keys(20)


def test_keys_are_hashed_when_asked_for_and_once():
    asked = []
    keys = RecordKeys.of(lambda: asked.append(1) or summed(np.arange(3, dtype=np.uint64)))
    assert not asked
    assert (len(keys.listed), keys.sums == keys.sums, asked) == (3, True, [1])
    assert pickle.loads(pickle.dumps(keys)) == keys


def test_hashes_do_not_depend_on_how_a_column_is_held():
    texts = ["a", "b ", "é", None, "a"]
    numbers = [1.0, -0.0, np.nan, 2.0, 3.0]
    days = pd.to_datetime(["2020-01-01", None, "2021-05-05", "2020-01-01", "1900-01-01"])

    def hashes(text, number, stamp):
        frame = pd.DataFrame({"USUBJID": text, "ASEQ": number, "ADT": stamp})
        data = ag.Dataset.from_frame(frame, "ADX")
        return key_hashes({key: data[key] for key in ("USUBJID", "ASEQ", "ADT")}, len(data)).tolist()

    plain = hashes(
        pd.Series(texts, dtype=object), pd.Series(numbers), pd.Series(days).astype("datetime64[s]")
    )
    other = hashes(
        pd.Categorical(texts, categories=["é", "unused", "b ", "a"]),
        pd.Series([1, 0, None, 2, 3], dtype="Int64"),
        pd.Series(days).astype("datetime64[us]"),
    )
    assert plain == other
    assert len(set(plain)) == 5
    assert hashes(pd.array(["a", "b", "é", None, "a"], dtype="string[pyarrow]"), numbers, days) == plain
