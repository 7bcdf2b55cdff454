"""Units: what states them, and how one becomes another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamgate.converters.survival.survival import survival
from adamgate.schemas.errors import ConfigurationError, Refused
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

START = np.datetime64("2020-01-15", "s")
DAYS = np.array([30, 61, 95, 200, 210, 365, 400, 500, 733, 999, 1234, 1500], dtype=float)


def study_of(aval, days=DAYS, offset=1, **columns):
    """Subjects whose dates are `days` apart, counted with the offset."""
    aval = np.asarray(aval, dtype=float)
    frame = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:03}" for number in range(len(aval))],
            "PARAMCD": "OS",
            "PARAM": "Overall Survival",
            "AVAL": aval,
            "STARTDT": START,
            "ADT": START + (np.asarray(days) - offset).astype("timedelta64[D]"),
            "CNSR": np.arange(len(aval), dtype=float) % 2,
        }
    ).assign(**columns)
    return Study.of(Dataset.from_frame(frame.drop(columns=[c for c in frame if frame[c] is None]), "ADTTE"))


def without_dates(study):
    return Study.of(Dataset.from_frame(study["ADTTE"].frame.drop(columns=["ADT", "STARTDT"]), "ADTTE"))


def table(study, **options):
    return survival(study, "OS", gate=False, **options)


# What states the unit


@pytest.mark.parametrize(
    ("columns", "unit", "found_by"),
    [
        ({"AVALU": "DAYS"}, "days", "AVALU"),
        ({"AVALU": "Day ", "PARAM": "Overall Survival (Days)"}, "days", "AVALU"),
        ({"PARAM": "Overall Survival (days)"}, "days", "the text of PARAM"),
        ({"PARAM": "28-day mortality"}, "days", "the dates ADT and STARTDT"),
        ({"AVALU": " "}, "days", "the dates ADT and STARTDT"),
        ({}, "days", "the dates ADT and STARTDT"),
    ],
)
def test_what_states_the_unit(columns, unit, found_by):
    time = table(study_of(DAYS, **columns)).codebook.time
    assert (time.unit, time.aval_unit, time.aval_unit_found_by) == (unit, unit, found_by)
    assert time.aval_formula == "AVAL = ADT - STARTDT + 1 (days)"
    assert (time.offset, time.decimals, time.aval_exceptions) == (1, 0, 0)


@pytest.mark.parametrize(
    ("aval", "unit", "days_per_unit"),
    [
        (DAYS / 30.4375, "months", 30.4375),
        ((DAYS / 30.4375).round(1), "months", None),
        ((DAYS / 30.44).round(4), "months", 30.44),
        ((DAYS / 365.25).round(3), "years", 365.25),
        (DAYS / 7, "weeks", 7.0),
    ],
)
def test_the_dates_prove_every_unit(aval, unit, days_per_unit):
    made = table(study_of(aval))
    assert made.codebook.time.unit == unit
    assert made.codebook.time.days_per_unit == days_per_unit
    assert made.codebook.time.duration == "AVAL"
    assert made.frame["duration"].tolist() == np.asarray(aval).tolist()


def test_the_user_states_what_nothing_else_does():
    study = without_dates(study_of((DAYS / 30.4375).round(1)))
    with pytest.raises(Refused, match="the unit of AVAL for OS is unknown") as caught:
        table(study)
    assert "--aval-unit" in caught.value.advice
    time = table(study, aval_unit="months").codebook.time
    assert (time.unit, time.aval_unit_found_by, time.aval_formula) == ("months", "aval_unit", None)
    assert time.days_per_unit is None


def test_few_rounded_records_prove_nothing():
    short = study_of((DAYS[:4] / 30.4375).round(1), DAYS[:4])
    with pytest.raises(Refused, match="the unit of AVAL for OS is unknown"):
        table(short)
    assert table(short, aval_unit="months").codebook.time.unit == "months"
    assert table(study_of(DAYS[:1], DAYS[:1])).codebook.time.unit == "days"


CONTRADICTIONS = {
    "AVALU against PARAM": {"AVALU": "DAYS", "PARAM": "Overall Survival (Months)"},
    "AVALU against the dates": {"AVALU": "MONTHS"},
    "PARAM against the dates": {"PARAM": "Overall Survival (Weeks)"},
    "two AVALU": {"AVALU": ["DAYS"] * 6 + ["MONTHS"] * 6},
    "AVALU on some records": {"AVALU": ["DAYS"] * 6 + [None] * 6},
    "AVALU is not a unit of time": {"AVALU": "CYCLES"},
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions_in_the_data_are_refused(case, snapshot):
    with pytest.raises(Refused) as caught:
        table(study_of(DAYS, **CONTRADICTIONS[case]))
    assert str(caught.value) == snapshot


@pytest.mark.parametrize("columns", [{}, {"AVALU": "DAYS"}, {"PARAM": "Overall Survival (Days)"}])
def test_the_user_cannot_contradict_the_data(columns):
    with pytest.raises(ConfigurationError, match="contradicts the data"):
        table(study_of(DAYS, **columns), aval_unit="months")
    assert table(study_of(DAYS, **columns), aval_unit="days").codebook.time.unit == "days"


def test_only_the_selected_records_state_the_unit():
    mixed = study_of(
        np.append(DAYS, (DAYS / 30.4375).round(2)),
        np.append(DAYS, DAYS),
        AVALU=["DAYS"] * 12 + ["MONTHS"] * 12,
    )
    with pytest.raises(Refused, match="AVALU does not state one unit"):
        table(mixed)
    made = table(mixed, where="AVALU == 'MONTHS'", unit="days")
    assert made.frame["duration"].tolist() == DAYS.tolist()


# From one unit to another


def test_days_come_from_the_dates_not_from_rounded_months():
    made = table(study_of((DAYS / 30.4375).round(1)), unit="days")
    assert made.frame["duration"].tolist() == DAYS.tolist()
    assert made.codebook.time.duration == "ADT - STARTDT + 1 (days)"
    assert made.codebook.time.aval_formula == (
        "AVAL = (ADT - STARTDT + 1) / 30.4375 (months, rounded to 1 decimal), "
        "or (ADT - STARTDT + 1) / 30.44 (months, rounded to 1 decimal)"
    )


@pytest.mark.parametrize(("unit", "days"), [("weeks", 7), ("months", 30.4375), ("years", 365.25)])
@pytest.mark.parametrize("offset", [0, 1])
def test_other_units_come_from_the_dates_with_the_offset(unit, days, offset):
    made = table(study_of(DAYS, offset=offset), unit=unit)
    assert made.frame["duration"].tolist() == (DAYS / days).tolist()
    assert made.codebook.time.offset == offset
    assert made.codebook.time.days_per_unit == days


def test_without_dates_an_aval_that_tells_its_day_is_converted():
    months = DAYS / 30.4375
    made = table(without_dates(study_of(months, AVALU="MONTHS")), unit="days")
    assert made.frame["duration"].tolist() == DAYS.tolist()
    assert made.codebook.time.duration == "AVAL * 30.4375"
    with pytest.raises(Refused) as caught:
        table(without_dates(study_of(months.round(1), AVALU="MONTHS")), unit="days")
    assert caught.value.what == (
        "OS cannot be converted to days: AVAL is rounded, and 12 records have no ADT or STARTDT"
    )
    assert caught.value.advice == (
        "request the unit of AVAL (--unit months), or provide AVAL unrounded or with ADT and STARTDT"
    )


def test_decimals_that_leave_one_day_need_no_date():
    months = (DAYS / 30.44).round(4)
    made = table(undated(study_of(months, AVALU="MONTHS"), 3), unit="weeks")
    assert made.codebook.time.duration == "round(AVAL * 30.44) / 7"
    assert made.frame["duration"].tolist() == (DAYS / 7).tolist()


def test_a_missing_date_settles_no_guess_about_the_first_day():
    study = undated(study_of((DAYS / 30.4375).round(0), AVALU="MONTHS"), 3)
    with pytest.raises(Refused, match="the dates fit several formulas"):
        table(study, unit="days")


def undated(study, record):
    adt = study["ADTTE"]["ADT"].copy()
    adt[record] = pd.NaT
    return Study.of(Dataset.from_frame(study["ADTTE"].frame.assign(ADT=adt), "ADTTE"))


def test_dates_that_do_not_make_aval_are_not_used():
    aval = np.arange(1.0, 13.0) ** 2
    made = table(study_of(aval, AVALU="DAYS"), unit="weeks")
    assert made.frame["duration"].tolist() == (aval / 7).tolist()
    assert made.codebook.time.aval_formula is None


def test_the_same_unit_leaves_aval_alone():
    months = (DAYS / 30.44).round(4)
    made = table(study_of(months), unit="months")
    assert made.frame["duration"].tolist() == months.tolist()
    assert made.codebook.time.days_per_unit == 30.44


def test_records_that_break_the_formula_are_counted():
    aval = DAYS.copy()
    many = np.tile(DAYS, 4)
    aval = many.copy()
    aval[5] += 3
    made = table(study_of(aval, many), unit="weeks")
    assert made.codebook.time.aval_exceptions == 1
    assert made.frame["duration"].tolist() == (aval / 7).tolist()


def test_a_guess_about_the_first_day_is_refused():
    study = study_of((DAYS / 30.4375).round(0), AVALU="MONTHS")
    with pytest.raises(Refused, match="the dates fit several formulas"):
        table(study, unit="days")
    time = table(study).codebook.time
    assert (time.unit, time.offset, time.decimals) == ("months", None, 0)
    assert ", or " in time.aval_formula


def test_a_negative_duration_that_only_the_dates_show_is_refused():
    many = np.arange(3, 1203, 29, dtype=float)
    many[7] = -1
    with pytest.raises(Refused, match="ADT is before STARTDT") as caught:
        table(study_of(np.abs((many / 30.4375).round(1)), many, AVALU="MONTHS", offset=0), unit="weeks")
    assert "S-007" in caught.value.where


def test_zero_durations_stay_and_are_counted():
    days = np.append(DAYS, [0, 0])
    made = table(study_of(days, days, offset=0), unit="months")
    assert made.frame["duration"].tolist()[-2:] == [0, 0]
    assert made.codebook.zero_durations.subjects == 2
    assert "stset" in made.codebook.zero_durations.effect


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(
    days=st.lists(st.integers(1, 4000), min_size=25, max_size=60, unique=True),
    decimals=st.sampled_from([1, 2, 3]),
    offset=st.sampled_from([0, 1]),
)
def test_days_are_recovered_exactly_from_rounded_months(days, decimals, offset):
    days = np.array(days, dtype=float)
    study = study_of((days / 30.4375).round(decimals), days, offset)
    made = table(study, aval_unit="months")
    assume(made.codebook.time.offset is not None)
    made = table(study, unit="days", aval_unit="months")
    assert made.frame["duration"].tolist() == days.tolist()


def test_an_unknown_avalu_leaves_the_unit_to_the_dates_or_the_user():
    assert table(study_of(DAYS, AVALU="STUDY UNITS")).codebook.time.unit == "days"
    few = study_of((DAYS[:4] / 30.4375).round(1), DAYS[:4], AVALU="STUDY UNITS")
    assert table(few, aval_unit="months").codebook.time.unit == "months"


@pytest.mark.parametrize("columns", [{"AVALU": "HOURS"}, {"PARAM": "Time to death (hours)"}])
def test_hours_are_refused_whatever_the_user_states(columns):
    with pytest.raises(Refused, match="AVAL is in hours"):
        table(study_of(DAYS, **columns), aval_unit="days")
