"""A change of unit never changes which value is analysed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary
from adamgate.converters.survival import aval_formula
from adamgate.schemas.errors import Refused
from adamgate.schemas.evidence.duration import UNROUNDED, decimals_of
from adamgate.schemas.evidence.duration_inference import infer_duration

START = np.datetime64("2020-01-15", "s")
DAYS = np.arange(20, 1220, 29, dtype=float)
UNITS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
MADE_WITH = [
    ("days", 1.0),
    ("weeks", 7.0),
    *(("months", days) for days in (30.4375, 30.44, 365 / 12, 30.42, 30.4, 30.0, 28.0, 365.2425 / 12)),
    *(("years", days) for days in (365.25, 365.0, 365.2425)),
]


def records(aval, days=None, unit="months", paramcd="OS", offset=1):
    """A parameter whose dates are `days` apart, counted with the offset; without dates where days is None."""
    aval = np.asarray(aval, dtype=float)
    elapsed = np.full(len(aval), np.nan) if days is None else np.asarray(days, dtype=float) - offset
    return pd.DataFrame(
        {
            "USUBJID": [f"S-{number:03}" for number in range(len(aval))],
            "PARAMCD": paramcd,
            "AVAL": aval,
            "AVALU": unit.upper(),
            "STARTDT": START,
            "ADT": START + elapsed.astype("timedelta64[D]"),
            "CNSR": np.arange(len(aval), dtype=float) % 2,
        }
    )


def study_of(*parameters):
    frame = pd.concat(parameters, ignore_index=True)
    return ag.Study.of(ag.Dataset.from_frame(frame.astype({"ADT": "datetime64[s]"}), "ADTTE"))


def table(study, unit, **options):
    return ag.survival(study, "OS", unit=unit, gate=False, **options)


def durations(study, unit, **options):
    return table(study, unit, **options).frame["duration"].to_numpy()


# Unrounded: AVAL times its own constant, whatever the dates say


@pytest.fixture(scope="module")
def day_28(shared: Path):
    """60 subjects; two deaths are set to day 28 by design, and waived."""
    return shared / "cases" / "gate" / "S1-unit-changes-data"


@pytest.mark.parametrize(
    ("unit", "expected"), [(None, 28), ("days", 28), ("weeks", 4), ("months", 28 / 30.4375)]
)
def test_a_value_set_by_design_is_the_same_in_every_unit(day_28, unit, expected):
    made = ag.survival(ag.read(day_28), "TTREC", unit=unit, gate=False)
    by_design = made.frame["reason"] == "Set to day 28"
    assert made.frame.loc[by_design, "duration"].tolist() == [expected, expected]
    assert made.codebook.time.aval_exceptions == 2
    assert (made.codebook.time.from_aval, made.codebook.time.from_dates) == (60, 0)
    assert "  2 records do not follow the formula; AVAL is kept" in render_summary(made.codebook)


@pytest.mark.parametrize("constant", [30.4375, 30.44, 365 / 12, 28.0])
def test_months_by_design_keep_their_days(constant):
    """28 days in months of any length are 28 days and 4 weeks, exactly."""
    aval = DAYS / constant
    aval[5] = 28 / constant
    study = study_of(records(aval, DAYS))
    assert durations(study, "days").tolist() == [28.0 if n == 5 else days for n, days in enumerate(DAYS)]
    assert durations(study, "weeks")[5] == 4
    time = table(study, "days").codebook.time
    assert time.aval_days_per_unit == constant
    assert (time.aval_days_per_unit_found_by, time.aval_exceptions) == ("the dates ADT and STARTDT", 1)


@pytest.mark.slow
@given(
    made_with=st.sampled_from(MADE_WITH),
    target=st.sampled_from(sorted(UNITS)),
    days=st.lists(st.integers(1, 4000), min_size=25, max_size=60, unique=True),
    by_design=st.sets(st.integers(0, 24), max_size=1),
    offset=st.sampled_from([0, 1]),
    dated=st.booleans(),
)
def test_an_unrounded_aval_is_the_same_time_in_every_unit(made_with, target, days, by_design, offset, dated):
    unit, constant = made_with
    analysed = np.array(days, dtype=float)
    analysed[list(by_design)] = 4321.0
    study = study_of(records(analysed / constant, days if dated else None, unit, offset=offset))
    found = durations(study, target)
    if target == unit:
        assert found.tolist() == (analysed / constant).tolist()
        return
    assert found.tolist() == (analysed / UNITS[target]).tolist()
    assert np.array_equal(np.argsort(found, kind="stable"), np.argsort(analysed, kind="stable"))


def unrounded(value):
    """The value, or a seventh more where it has few decimals."""
    return value if decimals_of(np.array([value]))[0] == UNROUNDED else value + 1 / 7


@pytest.mark.slow
@given(
    aval=st.lists(st.floats(0, 5000).map(unrounded), min_size=2, max_size=40),
    unit=st.sampled_from(sorted(UNITS)),
    target=st.sampled_from(sorted(UNITS)),
)
def test_no_unit_changes_the_order(aval, unit, target):
    """However an unrounded AVAL was made: who is longer stays longer, but for the last digits."""
    aval = np.array(aval)
    found = durations(study_of(records(aval, unit=unit)), target)
    order = np.argsort(aval, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    longer = np.diff(aval[order]) > 1e-8 * np.maximum(1, aval[order][1:])
    assert (np.diff(found[order])[longer] > 0).all()


# Rounded: by its digits where they tell the day, else by the dates, else refused


@pytest.mark.parametrize(
    ("unit", "constant", "decimals"), [("months", 30.4375, 2), ("years", 365.25, 3), ("weeks", 7, 1)]
)
def test_decimals_that_leave_one_day_tell_it(unit, constant, decimals):
    """No record needs to follow the dates, and one needs no dates: the digits say 28 days."""
    analysed = DAYS.copy()
    analysed[5] = 28
    parameter = records((analysed / constant).round(decimals), DAYS, unit)
    parameter.loc[7, "ADT"] = pd.NaT
    made = table(study_of(parameter), "days")
    assert made.frame["duration"].tolist() == analysed.tolist()
    assert made.codebook.time.duration == f"round(AVAL * {constant:g})".replace("30.4375", f"{constant}")
    assert (made.codebook.time.aval_exceptions, made.codebook.time.from_dates) == (1, 0)


def test_completed_hundredths_of_a_month_tell_their_day():
    cut = np.floor(DAYS / 30.4375 * 100) / 100
    made = table(study_of(records(cut, DAYS)), "days")
    assert made.frame["duration"].tolist() == DAYS.tolist()
    assert made.codebook.time.duration == "ceil(AVAL * 30.4375)"


def coarse(**changes):
    """Months with one decimal, some changed: {"AVAL": {5: 1.7}}."""
    parameter = records((DAYS / 30.4375).round(1), DAYS)
    for name, values in changes.items():
        for record, value in values.items():
            parameter.loc[record, name] = value
    return study_of(parameter)


def test_months_with_one_decimal_are_counted_from_the_dates():
    made = table(coarse(), "weeks")
    assert made.frame["duration"].tolist() == (DAYS / 7).tolist()
    assert (made.codebook.time.from_aval, made.codebook.time.from_dates) == (0, len(DAYS))


REFUSED = {
    "by design": ({"AVAL": {5: 1.7, 6: 1.7}}, "2 records do not follow its formula"),
    "no date": ({"ADT": {5: pd.NaT}}, "1 record has no ADT or STARTDT"),
    "no dates": ({"ADT": {5: pd.NaT}, "STARTDT": {5: pd.NaT, 6: pd.NaT}}, "2 records have no ADT or STARTDT"),
    "both": (
        {"AVAL": {5: 1.7}, "ADT": {6: pd.NaT}},
        "1 record does not follow its formula and 1 record has no ADT or STARTDT",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_rounded_aval_that_no_date_makes_is_refused(case):
    changes, reason = REFUSED[case]
    with pytest.raises(Refused) as caught:
        table(coarse(**changes), "days")
    assert caught.value.what == f"OS cannot be converted to days: AVAL is rounded, and {reason}"
    assert "S-005" in caught.value.where
    assert "--unit months" in caught.value.advice
    assert "--where" in caught.value.advice


def test_what_a_refusal_advises_works():
    study = coarse(AVAL={5: 1.7, 6: 1.7})
    assert durations(study, "months")[5] == 1.7
    kept = durations(study, "days", where="USUBJID not in ('S-005', 'S-006')")
    assert kept.tolist() == np.delete(DAYS, [5, 6]).tolist()


def test_an_exception_with_all_its_digits_is_kept_and_counted():
    made = table(coarse(AVAL={5: 28 / 30.4375}), "days")
    assert made.codebook.time.from_dates == len(DAYS) - 1
    assert made.frame["duration"][5] == 28
    said = render_summary(made.codebook)
    assert "but round(AVAL * 30.4375) for 1 other record" in made.codebook.time.duration
    assert "  1 record does not follow the formula; AVAL is kept" in said


def test_a_value_that_stands_for_no_day_is_refused():
    parameter = records((DAYS / 30.4375).round(2), DAYS)
    parameter.loc[5, "AVAL"] = 12.0
    with pytest.raises(Refused, match="1 record does not follow its formula"):
        table(study_of(parameter), "days")
    assert table(study_of(parameter), "months").frame["duration"][5] == 12


def months_between(days):
    """Completed calendar months and the share of the last one, by another way than the product's."""
    end = pd.DatetimeIndex(START + np.asarray(days, dtype="timedelta64[D]"))
    start = pd.Timestamp(START)
    months = np.array([(e.year - 2020) * 12 + e.month - 1 - (e.day < 15) for e in end])
    reached = [start + pd.DateOffset(months=int(m)) for m in months]
    following = [start + pd.DateOffset(months=int(m) + 1) for m in months]
    return months + [(e - r) / (f - r) for e, r, f in zip(end, reached, following, strict=True)]


def test_calendar_months_have_no_factor():
    aval = months_between(DAYS)
    study = study_of(records(aval, DAYS, offset=0))
    assert table(study, "months").codebook.time.days_per_unit is None
    assert durations(study, "days").tolist() == DAYS.tolist()
    aval[5] += 1
    with pytest.raises(Refused, match="calendar months, which have no fixed length, and 1 record does not"):
        table(study_of(records(aval, DAYS, offset=0)), "weeks")


@pytest.mark.parametrize("other", [30.0, 1.0])
def test_two_formulas_in_one_parameter_are_not_taken_for_one(other):
    """4 of 100 unrounded records are in months of 30 days, or in days: they are not months of 30.4375."""
    days = np.arange(20, 1220, 12, dtype=float)
    aval = days / 30.4375
    aval[[3, 40, 60, 80]] = days[[3, 40, 60, 80]] / other
    study = study_of(records(aval, days))
    with pytest.raises(Refused, match="different formulas, and 4 records do not follow") as caught:
        table(study, "days")
    assert "on others" in caught.value.where


def test_a_selection_with_a_formula_of_its_own():
    days = np.tile(DAYS, 10)
    constant = np.where(np.arange(len(days)) < 18, 30.44, 30.4375)
    study = study_of(records(days / constant, days))
    chosen = ", ".join(f"'S-{number:03}'" for number in range(18))
    made = table(study, "days", where=f"USUBJID in ({chosen})")
    assert made.frame["duration"].tolist() == days[:18].tolist()
    assert made.codebook.time.aval_days_per_unit == 30.44


# Where the records themselves show no formula


def length_of(study, unit="days"):
    time = table(study, unit).codebook.time
    return time.aval_days_per_unit, time.aval_days_per_unit_found_by


@pytest.mark.parametrize("constant", [30.44, 365 / 12, 30.0, 28.0])
@pytest.mark.parametrize("decimals", [None, 4, 2])
def test_the_digits_of_aval_show_its_month_without_any_date(constant, decimals):
    aval = DAYS / constant if decimals is None else (DAYS / constant).round(decimals)
    study = study_of(records(aval))
    assert length_of(study) == (constant, "AVAL (values are whole days)")
    if decimals is None:
        assert durations(study, "days").tolist() == DAYS.tolist()
    assert f"a month of AVAL is {constant:.10g} days (from AVAL (values" in render_summary(
        table(study, "days").codebook, 200
    )


@pytest.mark.parametrize("records_", [3, 12])
def test_few_unrounded_records_show_an_unusual_month_by_their_dates(records_):
    days = DAYS[:records_]
    study = study_of(records(days / 29.3, days))
    assert durations(study, "days").tolist() == days.tolist()
    assert length_of(study) == (29.3, "the dates ADT and STARTDT")


def test_one_exception_in_few_records_does_not_hide_the_month():
    """Below 95% nothing is inferred, and 30.4375 would still be wrong."""
    days = DAYS[:8].copy()
    aval = days / 30.44
    aval[3] = 28 / 30.44
    made = table(study_of(records(aval, days)), "days")
    assert made.frame["duration"][3] == 28
    assert made.codebook.time.aval_days_per_unit == 30.44
    assert made.codebook.time.aval_exceptions == 1


@pytest.mark.parametrize(("unit", "constant"), [("weeks", 7), ("months", 30.4375)])
@pytest.mark.parametrize("dated", [True, False])
def test_an_aval_rounded_up_to_whole_numbers_is_refused(unit, constant, dated):
    """Study weeks: the formula for rounded ones gives some of them by chance, and is none."""
    study = study_of(records(np.ceil(DAYS / constant), DAYS if dated else None, unit))
    with pytest.raises(Refused, match=r"cannot be converted to days: AVAL is rounded|cannot be determined"):
        table(study, "days")
    assert table(study, unit).codebook.time.aval_formula is None


def test_the_other_parameters_show_the_month():
    """28-day months with two decimals: five records show nothing, 40 of the sibling do."""
    few = (DAYS[:5] / 28).round(2)
    sibling = records((DAYS / 28).round(2), DAYS, paramcd="PFS")
    study = study_of(records(few), sibling)
    assert length_of(study) == (28, "the other parameters of ADTTE")
    assert durations(study, "days").tolist() == DAYS[:5].tolist()
    with pytest.raises(Refused, match="AVAL is rounded and is not a whole number of days"):
        table(study_of(records(few)), "days")


def test_a_formula_of_the_other_parameters_counts_where_it_gives_aval():
    few, days = (DAYS[:5] / 28).round(1), DAYS[:5]
    sibling = records((DAYS / 28).round(1), DAYS, paramcd="PFS")
    made = table(study_of(records(few, days), sibling), "days")
    assert made.frame["duration"].tolist() == days.tolist()
    assert made.codebook.time.aval_formula == "AVAL = (ADT - STARTDT + 1) / 28 (months, rounded to 1 decimal)"


def test_a_sibling_in_another_unit_shows_nothing():
    few = (DAYS[:5] / 30.4375).round(2)
    siblings = (
        records(DAYS, DAYS, "days", "PFS"),
        records(DAYS / 24, DAYS, "hours", "TTP"),
        records(DAYS / 365, DAYS, "years", "DOR"),
    )
    assert length_of(study_of(records(few), *siblings)) == (30.4375, "assumed")


def test_siblings_that_contradict_each_other_are_refused():
    few = (DAYS[:5] / 30.4375).round(1)
    siblings = (records(DAYS / 30.4375, DAYS, paramcd="PFS"), records(DAYS / 30, DAYS, paramcd="DOR"))
    with pytest.raises(Refused, match="the length of a month of OS cannot be determined") as caught:
        table(study_of(records(few), *siblings), "days")
    assert caught.value.where == "ADTTE, DOR has 30 days; PFS has 30.4375 days"


def test_calendar_months_of_the_siblings_are_refused():
    sibling = records(months_between(DAYS), DAYS, paramcd="PFS", offset=0)
    with pytest.raises(Refused, match="cannot be determined") as caught:
        table(study_of(records((DAYS[:5] / 30.4375).round(1)), sibling), "days")
    assert "PFS has calendar months" in caught.value.where


def test_a_month_is_assumed_only_where_nothing_contradicts_it_and_that_is_said():
    few = (DAYS[:5] / 30.4375).round(2)
    made = table(study_of(records(few)), "years")
    assert made.frame["duration"].tolist() == (DAYS[:5] / 365.25).tolist()
    assert (made.codebook.time.aval_days_per_unit, made.codebook.time.aval_days_per_unit_found_by) == (
        30.4375,
        "assumed",
    )
    assert "  a month of AVAL is assumed to be 30.4375 days (not shown by the data)" in render_summary(
        made.codebook
    )
    contradicted = records((DAYS[:8] / 26).round(1), DAYS[:8])
    with pytest.raises(Refused, match="the length of a month of OS cannot be determined"):
        table(study_of(contradicted), "days")


@pytest.mark.parametrize("unit", ["days", "weeks"])
def test_days_and_weeks_need_no_evidence(unit):
    aval = np.arange(1.0, 9) ** 2 / UNITS[unit]
    study = study_of(records(aval, DAYS[:8], unit))
    assert length_of(study, "months") == (UNITS[unit], "definition")
    assert durations(study, "years").tolist() == (np.arange(1.0, 9) ** 2 / 365.25).tolist()


def table_or_refusal(study, unit):
    try:
        return table(study, unit)
    except Refused as refusal:
        return refusal


CUT_WITH_THE_FIRST_DAY_OR_ROUNDED_WITHOUT = [day for day in range(1, 61) if day % 3]
"""Study days whose month to 1 decimal is the same either way."""


@pytest.mark.slow
@example(CUT_WITH_THE_FIRST_DAY_OR_ROUNDED_WITHOUT[:20], 1, True, set(), "days")
@given(
    days=st.lists(st.integers(1, 4000), min_size=30, max_size=60, unique=True),
    decimals=st.sampled_from([0, 1, 2, 3]),
    truncated=st.booleans(),
    by_design=st.sets(st.integers(0, 29), max_size=1),
    target=st.sampled_from(sorted(UNITS)),
)
def test_a_rounded_aval_gives_its_exact_days_or_is_refused(days, decimals, truncated, by_design, target):
    dates = np.array(days, dtype=float)
    analysed = dates.copy()
    analysed[list(by_design)] = 5001.0
    months = analysed / 30.4375 * 10**decimals
    aval = (np.floor(months) if truncated else np.round(months)) / 10**decimals
    study = study_of(records(aval, dates))
    found = table_or_refusal(study, target)
    if isinstance(found, Refused):
        assert decimals < 2, "two decimals of a month tell the day"
        assert by_design or "fit several formulas" in found.what
        return
    if target == "months":
        assert found.frame["duration"].tolist() == aval.tolist()
        return
    assume(found.codebook.time.offset is not None)
    assert found.frame["duration"].tolist() == (analysed / UNITS[target]).tolist()


# Each answer is found once


@pytest.mark.parametrize(("unit", "inferences"), [(None, 1), ("months", 1), ("days", 4)])
def test_each_parameter_is_looked_at_once_and_others_only_for_another_unit(monkeypatch, unit, inferences):
    """Few, rounded months: only the other parameters can show their length."""
    asked = []

    def counted(*times, **options):
        asked.append(times)
        return infer_duration(*times, **options)

    monkeypatch.setattr(aval_formula, "infer_duration", counted)
    siblings = (records(DAYS / 28, DAYS, paramcd=paramcd) for paramcd in ("PFS", "DOR", "TTP"))
    table(study_of(records((DAYS[:2] / 28).round(2), DAYS[:2]), *siblings), unit)
    assert len(asked) == inferences
