"""Every shape on about a dozen subjects, chosen for what goes wrong; each cell was worked out by hand."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dozen import SUBJECTS, study
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary
from adamgate.converters.survival.programs.python import reading_by_adamgate
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

WITHOUT_OS = [usubjid == "S-12" for usubjid in SUBJECTS]


@pytest.fixture(scope="module")
def trial() -> Study:
    return study()


def rows(table: ag.AnalysisTable, *columns: str) -> list[tuple[Any, ...]]:
    frame = table.frame[list(columns)]
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False)]


def left_out(table: ag.AnalysisTable) -> dict[str, int]:
    return {each.reason: each.records for each in table.codebook.selection.left_out}


def subjects_left_out(table: ag.AnalysisTable) -> dict[str, int]:
    return {each.reason: each.subjects for each in table.codebook.selection.subjects_left_out}


def test_delayed_entry(trial):
    table = ag.delayed_entry(trial, "OS", "RSPDT", gate=False, arm="TRT01P", covariates=["AGE"])
    assert list(table.frame.columns) == [
        "USUBJID", "entry", "duration", "event", "CNSR", "reason", "TRT01P", "AGE",
    ]  # fmt: skip
    assert rows(table, "USUBJID", "entry", "duration", "event") == [
        ("S-01", 31.0, 91.0, True),
        ("S-04", 0.0, 31.0, False),  # on STARTDT
        ("S-06", 0.0, 120.0, False),  # before it
        ("S-07", 61.0, 121.0, True),
        ("S-08", 60.0, 120.0, False),
        ("S-10", 40.0, 61.0, True),  # on the day of the entry of S-07, and of the censoring of S-13
        ("S-11", 90.0, 366.0, False),
        ("S-13", 20.0, 61.0, False),
    ]
    assert left_out(table) == {
        "other parameters": 12,
        "no entry date": 2,
        "entry at or after the end of follow-up, 3 subjects: S-02, S-03, S-09": 3,
    }
    assert table.codebook.counts == ag_counts(8, 3)
    assert table.labels["entry"] == "Entry time, days"
    assert "(entry, duration]" in " ".join(table.codebook.shape.conventions)


def ag_counts(subjects: int, events: int) -> object:
    from adamgate.converters.survival.codebook import Counts

    return Counts(subjects, events, subjects - events)


def test_delayed_entry_from_the_record_of_a_parameter(trial):
    table = ag.delayed_entry(trial, "OS", "PFS: EVNTDESC == 'Event'", gate=False, unit="weeks")
    assert rows(table, "USUBJID", "entry", "duration", "event") == [
        ("S-01", 61 / 7, 13.0, True),
        ("S-04", 30 / 7, 31 / 7, False),
        ("S-05", 0.0, 1 / 7, True),  # on STARTDT
        ("S-07", 120 / 7, 121 / 7, True),
    ]
    assert left_out(table) == {
        "other parameters": 12,
        "no entry date": 7,
        "entry at or after the end of follow-up, 2 subjects: S-03, S-14": 2,
    }


def test_landmark(trial):
    table = ag.landmark(trial, "OS", 60, ["RSPDT", "PFS", "PFS:ADT"], gate=False)
    assert rows(
        table, "USUBJID", "duration", "event", "RSPDT_by_landmark", "PFS_by_landmark", "PFS_ADT_by_landmark"
    ) == [
        ("S-01", 31.0, True, True, False, False),
        ("S-06", 60.0, False, True, False, False),
        ("S-07", 61.0, True, False, False, False),  # the day after
        ("S-08", 60.0, False, True, False, False),  # the day itself
        ("S-09", 1.0, False, False, False, True),  # censored: the date, not the event
        ("S-10", 1.0, True, True, False, False),  # no record of PFS
        ("S-11", 306.0, False, False, False, False),
        ("S-13", 1.0, False, True, False, True),
    ]
    assert left_out(table) == {
        "other parameters": 12,
        "event on or before the landmark": 3,
        "censored on or before the landmark": 2,
    }
    assert table.codebook.time.duration == "AVAL - 60"
    with pytest.raises(ag.Refused, match="nobody is at risk after 366 days"):
        ag.landmark(trial, "OS", 366, gate=False)


def test_person_time(trial):
    table = ag.person_time(trial, "OS", [60, 120, 60], gate=False, strata=["REGION1"])
    assert list(table.frame.columns) == ["USUBJID", "start", "stop", "event", "interval", "REGION1"]
    shown = rows(table, "USUBJID", "start", "stop", "event", "interval")
    assert [row for row in shown if row[0] in ("S-01", "S-03", "S-07", "S-08", "S-11")] == [
        ("S-01", 0.0, 60.0, False, 1),
        ("S-01", 60.0, 91.0, True, 2),
        ("S-03", 0.0, 60.0, True, 1),  # a cut belongs to the interval that ends there
        ("S-07", 0.0, 60.0, False, 1),
        ("S-07", 60.0, 120.0, False, 2),
        ("S-07", 120.0, 121.0, True, 3),
        ("S-08", 0.0, 60.0, False, 1),
        ("S-08", 60.0, 120.0, False, 2),
        ("S-11", 0.0, 60.0, False, 1),
        ("S-11", 60.0, 120.0, False, 2),
        ("S-11", 120.0, 366.0, False, 3),
    ]
    assert table.frame["event"].sum() == table.codebook.counts.events == 5
    assert [(each.values, each.counts.subjects, each.counts.events) for each in table.codebook.strata] == [
        (("EU",), 7, 4),
        (("US",), 5, 1),
    ]


def test_a_date_among_strata_is_shown_without_a_time(trial):
    table = ag.survival(trial, "OS", gate=False, strata=["TRTSDT"])
    assert [each.values for each in table.codebook.strata] == [
        ("2020-01-01",),
        (None,),
    ]  # one was never treated
    seen = pd.to_datetime(["2020-01-01 08:30"] * 10 + [None] * 4).astype("datetime64[s]")
    adsl = Dataset.from_frame(trial["ADSL"].frame.assign(SEENDTM=seen), "ADSL")
    with_times = Study.of(adsl, trial["ADTTE"])
    strata = ag.survival(with_times, "OS", gate=False, strata=["SEENDTM"]).codebook.strata
    assert [each.values for each in strata] == [("2020-01-01 08:30:00",), (None,)]


def test_wide(trial):
    table = ag.wide(trial, ["OS", "PFS"], gate=False, population="ITTFL", arm="TRT01P", unit="weeks")
    assert list(table.frame.columns) == [
        "USUBJID",
        *(f"{a}_{b}" for a, b in product(("OS", "PFS"), ("duration", "event", "CNSR", "reason"))),
        "TRT01P",
    ]
    shown = rows(
        table, "USUBJID", "OS_duration", "OS_event", "PFS_duration", "PFS_event", "PFS_CNSR", "TRT01P"
    )
    assert len(shown) == 13
    assert shown[0] == ("S-01", 13.0, True, 61 / 7, True, 0, "A")
    assert shown[9] == ("S-10", 61 / 7, True, None, None, None, "B")
    of_pfs = table.codebook.parameters[1]
    assert (of_pfs.paramcd, of_pfs.counts, of_pfs.subjects_without_record) == ("PFS", ag_counts(12, 6), 1)
    assert table.labels["PFS_duration"] == "PFS: Time to event or censoring, weeks"
    assert (left_out(table), subjects_left_out(table)) == ({}, {"ITTFL is not Y": 1})


def test_wide_tells_subjects_in_adsl_from_records(trial):
    table = ag.wide(trial, ["OS"], gate=False, population="ITTFL", where="AGE < 70")
    assert subjects_left_out(table) == {"ITTFL is not Y": 1, "the condition is not true": 3}
    assert left_out(table)["other parameters"] == 12
    assert sum(left_out(table).values()) + table.codebook.counts.subjects == len(trial["ADTTE"])
    assert sum(subjects_left_out(table).values()) + table.codebook.subjects == len(trial["ADSL"])
    lines = render_summary(table.codebook).splitlines()
    assert "  excluded: 3 subjects in ADSL (the condition is not true)" in lines
    assert "  excluded: 12 records (other parameters)" in lines


def test_missing_events_of_wide_stay_missing_in_every_file(trial, tmp_path):
    table = ag.wide(trial, ["OS"], gate=False)
    for suffix in (".parquet", ".json", ".csv"):
        table.write(tmp_path / f"os{suffix}", overwrite=True)
    assert pd.read_parquet(tmp_path / "os.parquet")["OS_event"].isna().tolist() == WITHOUT_OS
    said = json.loads((tmp_path / "os.codebook.json").read_text())
    assert (said["subjects"], said["counts"]["subjects"]) == (14, 13)
    assert (tmp_path / "os.csv").read_text().splitlines()[12] == "S-12,,,,"
    read = ag.read(tmp_path / "os.json")["OS"].frame
    assert read["OS_event"].isna().tolist() == WITHOUT_OS
    assert 'astype({"OS_event": "boolean"})' in reading_by_adamgate("os.json", table.frame, table.model)


def test_wide_keeps_a_subject_without_any_record(trial):
    shown = rows(ag.wide(trial, ["OS"], gate=False), "USUBJID", "OS_duration", "OS_event", "OS_reason")
    assert len(shown) == 14
    assert shown[11] == ("S-12", None, None, None)
    selected = ag.wide(trial, ["OS"], gate=False, where="AGE >= 70", allow_no_events=True)
    assert [each[0] for each in rows(selected, "USUBJID")] == ["S-11", "S-12", "S-13", "S-14"]
    assert subjects_left_out(selected) == {"the condition is not true": 10}


def test_a_table_without_events_is_refused_also_where_a_shape_excludes_them(trial):
    with pytest.raises(ag.Refused, match="OS has no events"):
        ag.landmark(trial, "OS", 121, gate=False)
    assert len(ag.landmark(trial, "OS", 121, gate=False, allow_no_events=True).frame) == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda s: ag.delayed_entry(s, "OS", "RSPDTX", gate=False), "RSPDTX is not present"),
        (lambda s: ag.delayed_entry(s, "OS", "AGE", gate=False), "AGE is not a date"),
        (lambda s: ag.delayed_entry(s, "OS", "PFSX: CNSR == 0", gate=False), "PFSX is not present"),
        (lambda s: ag.delayed_entry(s, "OS", "PFS: CNSR = 0", gate=False), "cannot be parsed"),
        (lambda s: ag.landmark(s, "OS", 60, ["RSPDTX"], gate=False), "RSPDTX is not present"),
        (lambda s: ag.landmark(s, "OS", 60, ["PFS:ADTX"], gate=False), "ADTX is not present"),
        (lambda s: ag.landmark(s, "OS", 60, [":ADT"], gate=False), "a name is missing"),
        (lambda s: ag.landmark(s, "OS", 60, ["PFS:"], gate=False), "a name is missing"),
        (lambda s: ag.landmark(s, "OS", 60, ["RSPDT", "rspdt"], gate=False), "have the same column name"),
        (lambda s: ag.delayed_entry(s, "OS", ": CNSR == 0", gate=False), "a name is missing"),
        (lambda s: ag.delayed_entry(s, "OS", " ", gate=False), "' ' is not a value of entry"),
        (lambda s: ag.delayed_entry(s, "OS", 3, gate=False), "3 is not a value of entry"),
        (lambda s: ag.landmark(s, "OS", -1, gate=False), "-1 is not a value of landmark"),
        (lambda s: ag.landmark(s, "OS", float("nan"), gate=False), "nan is not a value of landmark"),
        (lambda s: ag.landmark(s, "OS", "6", gate=False), "'6' is not a value of landmark"),
        (lambda s: ag.landmark(s, "OS", 60, [3], gate=False), "is not a value of landmark_status"),
        (lambda s: ag.person_time(s, "OS", [0, 30], gate=False), "is not a value of cut"),
        (lambda s: ag.person_time(s, "OS", [float("inf")], gate=False), "is not a value of cut"),
        (lambda s: ag.person_time(s, "OS", "30", gate=False), "is not a value of cut"),
        (lambda s: ag.person_time(s, "OS", [], gate=False), "is not a value of cut"),
        (lambda s: ag.survival(s, "OS", where="", gate=False), "the condition is empty"),
        (lambda s: ag.survival(s, "OS", arm="TRT01P", reference="", gate=False), "the reference is empty"),
        (lambda s: ag.survival(s, "OS", strata=[" "], gate=False), "the name is empty"),
        (lambda s: ag.wide(s, [], gate=False), "is not a value of param"),
        (lambda s: ag.wide(s, ["OS"], covariates=["ADT"], gate=False), "^ADT is not present in ADSL(?! or)"),
        (lambda s: ag.wide(s, ["OS", "PFSX"], gate=False), "PFSX is not present"),
        (lambda s: ag.wide(s, ["OS"], covariates=["AGEX"], gate=False), "AGEX is not present"),
        (lambda s: ag.survival(s, "OS", strata=["REGIONX"], gate=False), "REGIONX is not present"),
    ],
)
def test_what_is_not_there_is_named(trial, make, message):
    with pytest.raises(ag.ConfigurationError, match=message) as caught:
        make(trial)
    assert caught.value.advice


def test_a_status_that_is_mistyped_is_told_the_nearest_variable(trial):
    with pytest.raises(ag.ConfigurationError) as caught:
        ag.landmark(trial, "OS", 60, ["RSPDTX"], gate=False)
    assert "RSPDT" in caught.value.advice


def test_numbers_of_numpy_and_a_single_cut_are_taken(trial):
    one = ag.person_time(trial, "OS", 30, gate=False).frame
    pd.testing.assert_frame_equal(one, ag.person_time(trial, "OS", np.array([30]), gate=False).frame)
    assert len(ag.landmark(trial, "OS", np.float64(60), gate=False).frame) == 8


def test_data_of_another_type_are_refused(trial):
    adsl, adtte = trial["ADSL"], trial["ADTTE"].frame
    of_pfs = adtte["PARAMCD"] == "PFS"
    pfs = Dataset.from_frame(adtte[of_pfs].assign(CNSR="N"), "ADTTEPFS")
    texts = Study.of(adsl, Dataset.from_frame(adtte[~of_pfs], "ADTTE"), pfs)
    with pytest.raises(ag.Refused, match="CNSR of PFS is not numeric"):
        ag.landmark(texts, "OS", 60, ["PFS"], gate=False)
    started = Study.of(adsl, Dataset.from_frame(adtte.assign(STARTDT="day 1"), "ADTTE"))
    with pytest.raises(ag.Refused, match="STARTDT is not a date"):
        ag.delayed_entry(started, "OS", "RSPDT", gate=False)
    nobody = Dataset.from_frame(adsl.frame.drop(columns="USUBJID"), "ADSL")
    with pytest.raises(ag.Refused, match="USUBJID is not present"):
        ag.wide(Study.of(nobody, trial["ADTTE"]), ["OS"], gate=False)


def test_a_status_given_twice_is_one_column(trial):
    once = ag.landmark(trial, "OS", 60, ["RSPDT", "PFS:ADT"], gate=False)
    twice = ag.landmark(trial, "OS", 60, ["RSPDT", "PFS:ADT", "RSPDT", "PFS : ADT"], gate=False)
    assert list(once.frame.columns)[5:] == ["RSPDT_by_landmark", "PFS_ADT_by_landmark"]
    pd.testing.assert_frame_equal(once.frame, twice.frame)
    assert once.codebook.shape.conventions == twice.codebook.shape.conventions


def test_wide_counts_records_whose_subject_has_no_row(trial):
    adsl, adtte = trial["ADSL"].frame, trial["ADTTE"].frame.assign(ITTFL="Y")
    fewer = adsl[adsl["USUBJID"] != "S-04"].assign(ITTFL=["N", *["Y"] * 12])
    changed = Study.of(Dataset.from_frame(fewer, "ADSL"), Dataset.from_frame(adtte, "ADTTE"))
    table = ag.wide(changed, ["OS", "PFS"], gate=False, population="ITTFL", arm="TRT01P")
    for each in table.codebook.parameters:
        reasons = {one.reason: one.records for one in each.left_out}
        assert (reasons["the subject is not in ADSL"], reasons["the subject is excluded in ADSL"]) == (1, 1)
        assert sum(reasons.values()) + each.counts.subjects == len(adtte)
    sources = {each.name: each.source for each in table.codebook.columns}
    assert (sources["USUBJID"], sources["TRT01P"]) == ("ADSL.USUBJID", "ADSL.TRT01P")


TIMES = st.integers(0, 400)


@pytest.mark.slow
@given(
    st.lists(st.tuples(TIMES, st.sampled_from([0, 1, 2])), min_size=1, max_size=30),
    st.lists(st.floats(0.5, 500), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_person_time_and_events_are_preserved(subjects, cuts, random):
    def made(order: list[int]) -> ag.AnalysisTable:
        frame = pd.DataFrame(
            {
                "USUBJID": [f"S-{number:03}" for number in order],
                "PARAMCD": "OS",
                "PARAM": "Overall Survival (Days)",
                "AVAL": [float(subjects[number][0]) for number in order],
                "CNSR": [float(subjects[number][1]) for number in order],
            }
        )
        return ag.person_time(
            Study.of(Dataset.from_frame(frame, "ADTTE")), "OS", cuts, gate=False, allow_no_events=True
        )

    order = list(range(len(subjects)))
    if not any(aval for aval, _ in subjects):
        with pytest.raises(ag.Refused, match="no OS records remain"):
            made(order)
        return
    frame = made(order).frame
    assert (frame["stop"] > frame["start"]).all()
    lengths = (frame["stop"] - frame["start"]).groupby(frame["USUBJID"]).sum()
    expected = {f"S-{number:03}": aval for number, (aval, _) in enumerate(subjects) if aval}
    assert set(lengths.index) == set(expected)
    assert np.allclose(lengths, [expected[each] for each in lengths.index], rtol=1e-12, atol=0)
    assert frame["event"].sum() == sum(cnsr == 0 and aval > 0 for aval, cnsr in subjects)
    assert set(frame["stop"]) <= {*map(float, cuts), *map(float, expected.values())}
    random.shuffle(order)
    shuffled = made(order).frame.sort_values(["USUBJID", "interval"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        shuffled.astype({"USUBJID": object}),
        frame.sort_values(["USUBJID", "interval"]).reset_index(drop=True).astype({"USUBJID": object}),
    )


def test_wide_of_one_parameter_counts_subjects_without_a_record(trial):
    table = ag.wide(trial, ["OS"], gate=False, where="CNSR == 0", covariates=["AGE"])
    codebook = table.codebook
    assert (codebook.subjects, codebook.counts.subjects) == (14, 6)
    assert codebook.selection.subjects_without_record == 8
    lines = render_summary(codebook).splitlines()
    assert lines[:2] == [
        "ADTTE OS: 14 subjects",
        "ADTTE OS, Overall Survival (Days): 6 subjects, 6 events, 0 censored",
    ]
    assert "  without a record: 8 subjects" in lines


def changed(trial: Study, name: str, **columns: Any) -> Study:
    """The trial with other columns in a dataset; None leaves a column out."""
    frame = trial[name].frame.assign(**{each: it for each, it in columns.items() if it is not None})
    frame = frame.drop(columns=[each for each, it in columns.items() if it is None])
    others = [each for each in trial if each.name != name]
    return Study.of(*others, ag.Dataset.from_frame(frame, name))


def test_person_time_counts_a_missing_covariate_once_per_subject(trial):
    adsl = trial["ADSL"].frame
    lacking = changed(trial, "ADSL", AGE=adsl["AGE"].where(adsl["USUBJID"] != "S-11"))
    table = ag.person_time(lacking, "OS", [60, 120], gate=False, covariates=["AGE"])
    assert table.frame["AGE"].isna().sum() == 3, "intervals"
    assert next(each.missing for each in table.codebook.columns if each.name == "AGE") == 1
    assert "  missing: AGE 1 subject" in render_summary(table.codebook).splitlines()


def test_startdt_is_time_0_where_no_aval_shows_the_first_day(trial):
    unknown = changed(trial, "ADTTE", ADT=None)
    entered = ag.delayed_entry(unknown, "OS", "STARTDT", gate=False)
    assert entered.frame["entry"].tolist() == [0.0] * 12, "all but the one whose time is 0"
    status = ag.landmark(unknown, "OS", 60, ["STARTDT"], gate=False)
    assert status.frame["STARTDT_by_landmark"].all()
    with pytest.raises(ag.Refused, match="do not show whether AVAL counts the first day"):
        ag.delayed_entry(unknown, "OS", "RSPDT", gate=False)
