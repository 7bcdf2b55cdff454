"""Kaplan-Meier tables with delayed entry: rows by hand, who is excluded, risk sets that empty, bad input."""

from __future__ import annotations

import json
import math
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from dozen import DAY_1, day, study
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.reports.kaplan_meier_summary import render_kaplan_meier

# Responders among the dozen, at risk after their response: S-01, S-04, S-06 to S-08, S-10, S-11 and S-13.
# On day 61 S-10 dies while S-08 is at risk, S-13 is censored, and S-07 enters: it is at risk after that day.
ROWS = """\
group,time,at_risk,events,censored,survival
A,91,2,1,0,0.5
A,120,1,0,1,0.5
B,61,2,1,0,0.5
B,120,3,0,1,0.5
B,121,2,1,0,0.25
B,366,1,0,1,0.25
C,31,2,0,1,1
C,61,1,0,1,1
all,31,3,0,1,1
all,61,5,1,1,0.8
all,91,5,1,0,0.64
all,120,4,0,2,0.64
all,121,2,1,0,0.32
all,366,1,0,1,0.32
"""
AT = """\
group,time,at_risk,events,censored,survival,beyond_last
A,0,0,0,0,1,False
A,31,1,0,0,1,False
A,32,2,0,0,1,False
A,100,1,1,0,0.5,False
A,121,0,1,1,0.5,True
"""


def study_of(subjects) -> ag.Study:
    """ADTTE of subjects with an arm, the day of response, and the day and CNSR of OS."""
    names, arms, responses, days, cnsr = zip(*subjects, strict=True)
    frame = pd.DataFrame(
        {
            "STUDYID": "S",
            "USUBJID": [f"S-{name}" for name in names],
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (Days)",
            "AVAL": np.array(days, dtype=float),
            "CNSR": np.array(cnsr, dtype=float),
            "STARTDT": DAY_1,
            "ADT": [day(each) for each in days],
            "RSPDT": [day(each) for each in responses],
            "TRT01P": pd.Series(arms, dtype=object),
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))


@pytest.fixture
def dozen() -> ag.Study:
    return study()


def made(study, **options) -> ag.KaplanMeierTables:
    return ag.kaplan_meier(study, "OS", gate=False, **{"by": "TRT01P", "entry": "RSPDT", **options})


def told(tables: ag.KaplanMeierTables) -> list[str]:
    return [line.strip() for line in render_kaplan_meier(tables, 400).splitlines()]


def row(tables: ag.KaplanMeierTables, group: str) -> pd.Series:
    return tables.summary.frame.set_index("group").loc[group]


def require_rows(tables: ag.KaplanMeierTables, text: str) -> None:
    expected = pd.read_csv(StringIO(text))
    found = tables.estimates.frame.astype({"group": object})
    found = found[found["group"].isin(set(expected["group"]))].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        found[list(expected)],
        expected.astype({"group": object}),
        check_dtype=False,
        rtol=1e-12,
    )


def test_the_curve_worked_out_by_hand(dozen):
    require_rows(made(dozen), ROWS)


def test_at_a_time_those_are_at_risk_who_entered_before_it(dozen):
    tables = made(dozen, at=[0, 31, 32, 100, 121])
    require_rows(tables, AT)
    assert tables.estimates.variable("at_risk").label == "Subjects at risk (entry < t <= time)"


def test_the_summary_worked_out_by_hand(dozen):
    tables = made(dozen, tau=100)
    everybody = row(tables, "all")
    assert (everybody["n"], everybody["events"], everybody["censored"]) == (8, 3, 5)
    assert (everybody["q25"], everybody["median"]) == (91, 121)
    # From time 0, although S-04 and S-06 are the first to enter: 1 to day 61, 0.8 to day 91, 0.64 to day 100.
    assert everybody["rmean"] == pytest.approx(61 + 0.8 * 30 + 0.64 * 9)
    # Censored at 31 of 3 at risk, at 61 of 5, at 120 twice of 4: 2/3, 8/15, 4/15.
    assert everybody["follow_up"] == 120
    assert row(tables, "A")["median"] == 105.5, "1/2 from 91 to the end: the middle of the piece"
    assert math.isnan(row(tables, "C")["median"])


def test_the_log_rank_test_worked_out_by_hand(dozen):
    (tested,) = made(dozen).codebook.tests
    # At 61 two of A, two of B and one of C are at risk, and one of B dies; at 91 two of A and three of B, and
    # one of A dies; at 121 two of B, and one dies.
    assert [each.observed for each in tested.arms] == [1, 2, 0]
    assert [each.expected for each in tested.arms] == pytest.approx([2 / 5 + 2 / 5, 2 / 5 + 3 / 5 + 1, 1 / 5])
    assert "log-rank test with delayed entry: " in " ".join(told(made(dozen)))


def test_who_is_excluded_is_counted_as_in_the_table_with_delayed_entry(dozen):
    tables = made(dozen)
    table = ag.delayed_entry(dozen, "OS", "RSPDT", arm="TRT01P", gate=False)
    assert tables.codebook.records.selection.left_out == table.codebook.selection.left_out
    assert [(each.records, each.reason.split(",")[0]) for each in table.codebook.selection.left_out] == [
        (12, "other parameters"),
        (2, "no entry date"),
        (3, "entry at or after the end of follow-up"),
    ]
    assert (
        "excluded: 3 records (entry at or after the end of follow-up, 3 subjects: S-02, S-03, S-09)"
        in told(tables)
    )


def test_the_codebook_names_the_entry(dozen, tmp_path):
    *_, path = made(dozen, at=[61]).write(tmp_path / "km.csv")
    codebook = json.loads(path.read_text(encoding="utf-8"))
    assert codebook["entry"] == "RSPDT"
    conventions = " ".join(codebook["conventions"])
    assert "entry < t <= time" in conventions
    assert "whose time is t or later" not in conventions
    sources = {each["name"]: each["source"] for each in codebook["columns"]}
    assert sources["at_risk"] == "entry, AVAL and CNSR"
    assert sources["time"] == "AVAL"
    assert codebook["risk_sets"][0] == {
        "group": "B",
        "nobody_at_risk": [[0, 40]],
        "n_intervals": 1,
        "survival_zero_from": None,
        "follow_up_zero_from": None,
    }


def test_without_entries_there_is_nothing_of_them(dozen):
    tables = made(dozen, entry=None)
    assert (tables.codebook.entry, tables.codebook.risk_sets) == (None, ())
    assert row(tables, "all")["n"] == 13
    assert "entry" not in " ".join(tables.codebook.conventions)
    assert "delayed entry" not in " ".join(told(tables))


def test_a_risk_set_that_an_event_empties_is_named():
    tables = made(study_of([("1", "A", 1, 3, 0), ("2", "A", 5, 9, 0), ("3", "A", 6, 11, 1)]))
    steps = tables.estimates.frame.query("group == 'A'")
    assert steps["survival"].tolist() == [0, 0, 0]
    assert steps["at_risk"].tolist() == [1, 2, 1]
    assert steps[["std_error", "lower", "upper"]].isna().all(axis=None)
    (arm, everybody) = tables.codebook.risk_sets
    assert (arm.group, everybody.group) == ("A", "all")
    assert arm.nobody_at_risk == ((3, 5),)
    assert (arm.survival_zero_from, arm.follow_up_zero_from) == (3, None)
    lines = told(tables)
    assert "A: nobody at risk over (3, 5] days; the curve is flat there" in lines
    assert "A: survival is 0 from 3 days, where the risk set empties; later entries do not change it" in lines


def test_who_enters_when_the_risk_set_empties_comes_too_late():
    tables = made(study_of([("1", "A", 1, 5, 0), ("2", "A", 5, 9, 0)]), by=None)
    (entry,) = tables.codebook.risk_sets
    assert (entry.n_intervals, entry.survival_zero_from) == (0, 5)


def test_a_risk_set_that_a_censoring_empties_leaves_the_curve_flat():
    tables = made(study_of([("1", "A", 1, 3, 1), ("2", "A", 5, 9, 0), ("3", "A", 6, 11, 1)]), by=None)
    assert tables.estimates.frame["survival"].tolist() == [1, 0.5, 0.5]
    (entry,) = tables.codebook.risk_sets
    assert (entry.survival_zero_from, entry.follow_up_zero_from) == (None, 3)
    assert "all: the curve of the follow-up is 0 from 3 days, where the risk set empties" in " ".join(
        told(tables)
    )


def test_an_arm_without_a_subject_who_enters_is_named():
    subjects = [("1", "A", 1, 8, 0), ("2", "B", 2, 9, 0), ("3", "C", None, 7, 0), ("4", "C", 5, 5, 0)]
    tables = made(study_of(subjects))
    assert list(tables.summary.frame["group"]) == ["A", "B", "all"]
    assert "C: no subjects, not in the tables" in told(tables)
    (tested,) = tables.codebook.tests
    assert (tested.df, tested.subjects, tested.arms[2].expected) == (1, 2, 0)


def test_a_stratum_whose_arms_are_not_at_risk_together_is_named():
    subjects = [("1", "A", 1, 8, 0), ("2", "B", 2, 9, 0), ("3", "A", 1, 7, 0), ("4", "B", 7, 9, 0)]
    both = study_of(subjects)["ADTTE"]
    regions = ag.Dataset.from_frame(both.frame.assign(REGION=["EU", "EU", "US", "US"]), "ADTTE")
    tables = made(ag.Study.of(regions), strata=["REGION"])
    (_, tested) = tables.codebook.tests
    assert [(each.stratum, each.reason, each.subjects) for each in tested.uncompared] == [
        ("REGION=US", "no two arms at risk at an event", 2)
    ]
    assert (
        "strata without a comparison: 1 of 2: REGION=US (no two arms at risk at an event, 2 subjects)"
        in told(tables)
    )


def test_many_intervals_are_counted():
    subjects = [(f"{n:03}", "A", 3 * n + 2, 3 * n + 4, 1) for n in range(120)]
    tables = made(study_of(subjects), by=None, allow_no_events=True)
    (entry,) = tables.codebook.risk_sets
    assert (entry.n_intervals, len(entry.nobody_at_risk)) == (120, 100)
    assert "(13, 14] and 115 more days" in " ".join(told(tables))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("RSPDTT", "RSPDTT is not present.*RSPDT"),
        ("TRT01P", "TRT01P is not a date"),
        ("PSF: EVNTDESC == 'Progression'", "parameter PSF is not present.*PFS"),
        ("OS: CNSRR == 0", "CNSRR is not present.*CNSR"),
        ("OS: CNSR ==", "condition"),
        (":RSPDT", "a name is missing"),
        ("", "not a value of entry"),
        (5, "not a value of entry"),
    ],
)
def test_entries_that_cannot_be(dozen, entry, message):
    with pytest.raises(ag.ConfigurationError, match=f"(?s){message}"):
        made(dozen, entry=entry)


def test_nobody_who_enters_gives_no_table():
    with pytest.raises(ag.Refused, match=r"no subject has an entry before the end of follow-up"):
        made(study_of([("01", "A", 60, 60, 0), ("02", "A", None, 9, 0)]))


def test_an_entry_that_differs_from_the_end_by_rounding_only():
    """R's survfit stops there: the interval has an effective length of 0."""
    frame = study_of([(f"{n:02}", "A", n, 30 + n, 0) for n in range(1, 40)])["ADTTE"].frame
    frame.loc[9, ["AVAL", "ADT"]] = 10 + 5e-7, np.datetime64("NaT", "s")
    near = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))
    for shown in (True, False):
        with pytest.raises(ag.Refused, match="are one time, but for rounding") as refused:
            made(near, show_keys=shown)
        assert ("S-10" in refused.value.where) is shown


@pytest.mark.slow
@settings(max_examples=max(1, settings.default.max_examples // 4))
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(-3, 12), st.integers(2, 15), st.integers(0, 1)),
        min_size=1,
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_order_changes_nothing_and_the_time_at_risk_is_that_of_the_subjects(subjects, random):
    subjects = [(f"{n:02}", *each) for n, each in enumerate(subjects)]
    entering = [each for each in subjects if each[2] < each[3]]
    if not entering:
        return
    shuffled = random.sample(subjects, len(subjects))
    grid = np.arange(16.0)
    one, other = (made(study_of(each), at=grid, allow_no_events=True) for each in (subjects, shuffled))
    for name in ("estimates", "summary"):
        pd.testing.assert_frame_equal(getattr(one, name).frame, getattr(other, name).frame, rtol=1e-12)
    assert one.codebook.risk_sets == other.codebook.risk_sets
    named = {each.group: each for each in one.codebook.risk_sets}
    for group, steps in one.estimates.frame.groupby("group", observed=True):
        own = [each for each in entering if group in (each[1], "all")]
        # Study day d is (d - 1, d]; who enters on day 1 or before it is 0 is at risk from 0 or 1 on.
        entries = [response if response > 1 else 0 for _, _, response, _, _ in own]
        ends = [end for _, _, _, end, _ in own]
        assert steps["at_risk"].sum() == sum(ends) - sum(entries)
        nobody = steps["time"][(steps["at_risk"] == 0) & (steps["time"] > 0) & (steps["time"] <= max(ends))]
        intervals = named[group].nobody_at_risk if group in named else ()
        assert nobody.tolist() == [day for low, high in intervals for day in np.arange(low + 1, high + 1)]
