"""Interval-censored times of subjects chosen for what goes wrong, worked out by hand, and of any."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run as run_command
from adamgate.schemas.errors import ConfigurationError

DAY_1 = np.datetime64("2020-01-01", "s")

# subject: last day, what happened ("" is a censoring), days of assessments without progression
SUBJECTS: dict[str, tuple[int, str, list[int | None]]] = {
    "S-01": (80, "PD", [28, 56]),
    "S-02": (80, "PD", []),  # never assessed before
    "S-03": (60, "Death", [28, 56]),  # its day is known
    "S-04": (90, "", [28, 56, 84]),
    "S-05": (56, "PD", [28, 56]),  # an assessment on the day itself is not before it
    "S-06": (40, "PD", [-3, 28, 60, None]),  # before time 0, after the event, without a date
    "S-07": (1, "PD", [0]),  # on the day before STARTDT
    "S-08": (0, "", [28]),  # no time at risk
    "S-09": (30, "PD", [29, 29]),
}


def day(number: int | None) -> np.datetime64:
    return np.datetime64("NaT", "s") if number is None else DAY_1 + np.timedelta64(number - 1, "D")


def study(
    subjects: dict[str, tuple[int, str, list[int | None]]] = SUBJECTS, order: list[int] | None = None
) -> ag.Study:
    names = [list(subjects)[each] for each in order or range(len(subjects))]
    adtte = {
        "USUBJID": names,
        "PARAMCD": "PFS",
        "PARAM": "Progression-Free Survival (Days)",
        "AVAL": [float(subjects[each][0]) for each in names],
        "CNSR": [0.0 if subjects[each][1] else 1.0 for each in names],
        "EVNTDESC": [subjects[each][1] or "Last assessment" for each in names],
        "STARTDT": DAY_1,
        "ADT": [day(subjects[each][0]) for each in names],
    }
    visits = [(each, at, "SD") for each in names for at in subjects[each][2]]
    visits += [(each, subjects[each][0], "PD") for each in names if subjects[each][1] == "PD"] + [
        ("X", 5, "SD")
    ]
    adrs = {
        "USUBJID": [each[0] for each in visits],
        "AVALC": [each[2] for each in visits],
        "ADT": np.array([day(each[1]) for each in visits], dtype="M8[s]"),
    }
    return ag.Study.of(
        ag.Dataset.from_frame(pd.DataFrame(adtte), "ADTTE"), ag.Dataset.from_frame(pd.DataFrame(adrs), "ADRS")
    )


def made(trial: ag.Study, **more: Any) -> ag.AnalysisTable:
    options = {"assessments": "ADRS", "assessments_where": "AVALC != 'PD'", "exact": "EVNTDESC == 'Death'"}
    return ag.table(trial, "interval", param="PFS", gate=False, **options | more)


def rows(table: ag.AnalysisTable) -> list[tuple[Any, ...]]:
    frame = table.frame[["USUBJID", "left", "right", "type"]].astype(object)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False)]


def test_intervals_by_hand():
    table = made(study(), covariates=["STARTDT"])
    assert list(table.frame.columns) == ["USUBJID", "left", "right", "type", "STARTDT"]
    assert rows(table) == [
        ("S-01", 56.0, 80.0, "interval"),
        ("S-02", 0.0, 80.0, "interval"),
        ("S-03", 60.0, 60.0, "exact"),
        ("S-04", 90.0, None, "right"),
        ("S-05", 28.0, 56.0, "interval"),
        ("S-06", 28.0, 40.0, "interval"),
        ("S-07", 0.0, 1.0, "interval"),
        ("S-09", 29.0, 30.0, "interval"),
    ]
    (left_out,) = table.codebook.selection.left_out
    assert left_out.reason == "duration is 0: no time at risk, 1 subject: S-08"
    told = " ".join(table.codebook.shape.conventions)
    assert (
        "18 assessments: 11 before the end of follow-up, 2 at or before time 0, 3 on or after the end of "
        "follow-up, 1 without a date, 1 of other subjects; 0 not selected" in told
    )
    assert "2 intervals from 0: no assessment is before the event" in told
    assert table.codebook.counts.events == 7


def test_without_a_condition_on_events_none_is_exact():
    assert ("S-03", 56.0, 60.0, "interval") in rows(made(study(), exact=None))


def test_times_have_the_unit_of_the_table():
    assert rows(made(study(), unit="weeks"))[0] == ("S-01", 8.0, 80 / 7, "interval")
    assert made(study(), unit="weeks").labels["left"] == "Last time known to be without the event, weeks"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"assessments": "ADSR"}, "dataset ADSR is not present"),
        ({"assessments_date": "ADTX"}, "ADTX is not present in ADRS"),
        ({"assessments_date": "AVALC"}, "AVALC is not a date"),
        ({"assessments_where": "AVALC == 'XX'"}, "no record of ADRS is an assessment"),
        ({"assessments_where": "AVALX == 'XX'"}, "AVALX is not present"),
        ({"exact": "EVNTDSC == 'Death'"}, "EVNTDSC is not present"),
        ({"exact": "EVNTDESC = "}, "is not understood|is not valid|="),
        ({"covariates": ["left"]}, "left is the name of a standard column"),
    ],
)
def test_what_is_declared_wrongly_is_named(wrong, words):
    with pytest.raises((ConfigurationError, ag.Refused), match=words):
        made(study(), **wrong)


def test_an_event_of_which_the_condition_says_nothing_is_refused():
    trial = study()
    frame = trial["ADTTE"].frame.assign(WHY=["PD", None, "Death", None, "PD", "PD", "PD", "PD", "PD"])
    other = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"), trial["ADRS"])
    with pytest.raises(ag.Refused, match=r"undetermined because a value is missing(?s:.*)1 subject: S-02"):
        made(other, exact="WHY == 'Death'")


def test_a_rounded_aval_that_contradicts_the_order_of_dates_is_refused():
    trial = study()
    frame = trial["ADTTE"].frame.copy()
    frame.loc[frame["USUBJID"] == "S-09", "AVAL"] = 28.0  # its assessment is on day 29, its event on day 30
    other = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"), trial["ADRS"])
    with pytest.raises(ag.Refused, match=r"AVAL contradicts the dates(?s:.*)S-09"):
        made(other, aval_unit=None)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ag.write(study(), tmp_path / "adam", to="parquet")
    line = [
        "--shape",
        "interval",
        "--param",
        "PFS",
        "--assessments",
        "adrs",
        "--exact",
        "EVNTDESC == 'Death'",
    ]
    assert run_command(["survival", "adam", "--no-gate", *line, "-o", "x.csv"]) == 0
    assert (tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()[1:4] == [
        "S-01,56,80,interval", "S-02,0,80,interval", "S-03,60,60,exact",
    ]  # fmt: skip
    assert run_command(["survival", "adam", "--no-gate", "--shape", "interval", "--param", "PFS"]) == 2


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.sampled_from(["PD", "Death", ""]),
            st.lists(st.integers(-5, 45), max_size=5),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=settings.default.max_examples // 2)
def test_an_event_is_after_the_last_assessment_before_it(subjects, random):
    named = {f"S-{number}": each for number, each in enumerate(subjects)}
    order = list(range(len(subjects)))
    random.shuffle(order)
    found = {row[0]: row[1:] for row in rows(made(study(named, order), allow_no_events=True))}
    for name, (end, how, days) in named.items():
        last = max([each for each in days if 0 < each < end], default=0)
        known = {"PD": (last, end, "interval"), "Death": (end, end, "exact"), "": (end, None, "right")}
        assert found[name] == known[how]
