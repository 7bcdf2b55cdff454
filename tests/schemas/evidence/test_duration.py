"""What AVAL means: units in texts, and the formula that makes AVAL from its dates."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamgate.schemas.evidence.duration import DurationFormula
from adamgate.schemas.evidence.duration_digits import formula_read_by, whole_day_formulas
from adamgate.schemas.evidence.duration_inference import infer_duration
from adamgate.schemas.evidence.time_unit import DAYS_PER_MONTH, DAYS_PER_YEAR, TimeUnit, unit_from_text

START = 19_000.0
SCALES = [
    (TimeUnit.DAYS, 1.0),
    (TimeUnit.WEEKS, 7.0),
    (TimeUnit.MONTHS, 30.4375),
    (TimeUnit.MONTHS, 30.44),
    (TimeUnit.MONTHS, 30.4),
    (TimeUnit.MONTHS, 365 / 12),
    (TimeUnit.MONTHS, 30.0),
    (TimeUnit.YEARS, 365.25),
    (TimeUnit.YEARS, 365.0),
]


def follow_up(records, seed=1, longest=1900):
    """Start and end in days since 1970-01-01, at least a day apart."""
    rng = np.random.default_rng(seed)
    startdt = START + rng.integers(0, 400, records)
    return startdt, startdt + rng.integers(1, longest, records)


def months(startdt, adt):
    return (adt - startdt + 1) / DAYS_PER_MONTH


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("DAYS", TimeUnit.DAYS),
        ("DAY", TimeUnit.DAYS),
        ("d", TimeUnit.DAYS),
        (" Weeks ", TimeUnit.WEEKS),
        ("WEEK", TimeUnit.WEEKS),
        ("MONTHS", TimeUnit.MONTHS),
        ("MO", TimeUnit.MONTHS),
        ("Yrs.", TimeUnit.YEARS),
        ("Overall Survival (Months)", TimeUnit.MONTHS),
        ("Overall Survival (months) by IRC", TimeUnit.MONTHS),
        ("Time to First Dermatologic Event (days)", TimeUnit.DAYS),
        ("28-day mortality (in weeks)", TimeUnit.WEEKS),
        ("Overall Survival [Unit: Years]", TimeUnit.YEARS),
        ("Overall Survival in days", TimeUnit.DAYS),
        ("Overall Survival, Months", TimeUnit.MONTHS),
    ],
)
def test_a_text_states_a_unit(text, unit):
    assert unit_from_text(text) is unit


@pytest.mark.parametrize(
    "text",
    [
        "Month 12 response",
        "28-day mortality",
        "Response at Week 12",
        "Response (Day 28)",
        "Time to Death (Days 1-30)",
        "Alive in 12 months",
        "Progression at 6, 12 months",
        "Overall Survival",
        "Survival (Days) and follow-up (Months)",
        "Domains, end of Monday",
        "HOURS",
        "",
        None,
        12.0,
    ],
)
def test_a_text_states_no_unit(text):
    assert unit_from_text(text) is None


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (DurationFormula(TimeUnit.DAYS, 1.0, 1, 0), "ADT - STARTDT + 1 (days)"),
        (DurationFormula(TimeUnit.MONTHS, 30.4375, 1), "(ADT - STARTDT + 1) / 30.4375 (months)"),
        (
            DurationFormula(TimeUnit.MONTHS, 365 / 12, 0, 1),
            "(ADT - STARTDT) / (365 / 12) (months, rounded to 1 decimal)",
        ),
        (
            DurationFormula(TimeUnit.WEEKS, 7.0, 0, 0, truncated=True),
            "(ADT - STARTDT) / 7 (weeks, truncated to whole numbers)",
        ),
        (
            DurationFormula(TimeUnit.MONTHS, None, 1, 0, truncated=True),
            "calendar months from STARTDT to ADT + 1 (truncated to whole numbers)",
        ),
        (
            DurationFormula(TimeUnit.DAYS, 1.0, 0, 0, same_day=1.0),
            "ADT - STARTDT (days), 1 if both dates are equal",
        ),
    ],
)
def test_a_formula_reads_as_one(formula, text):
    assert str(formula) == text


follow_ups = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 3000)), min_size=1, max_size=60).map(
    lambda pairs: np.array(pairs, dtype=float)
)
rounding = st.one_of(st.none(), st.integers(0, 4))


@given(follow_ups, st.sampled_from(SCALES), st.sampled_from([0, 1]), rounding)
def test_a_formula_in_use_is_found_and_leaves_no_exception(dates, scale, offset, decimals):
    unit, constant = scale
    startdt = START + dates[:, 0]
    adt = startdt + dates[:, 1]
    aval = (adt - startdt + offset) / constant
    if decimals is not None:
        aval = np.round(aval, decimals)
    found = infer_duration(aval, adt, startdt)
    assert found.records == len(aval)
    assert found.explained == len(aval)
    assert not found.exceptions.any()
    assert found.second is None
    assert (unit, constant, offset) in {(f.unit, f.days_per_unit, f.offset) for f in found.fits}
    assert all(formula.holds(aval, adt, startdt).all() for formula in found.fits)


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(
    st.integers(20, 200), st.sampled_from(SCALES), st.sampled_from([0, 1]), st.integers(0, 10**6), st.data()
)
def test_a_shifted_record_is_found_exactly(records, scale, offset, seed, data):
    unit, constant = scale
    startdt, adt = follow_up(records, seed)
    decimals = data.draw(st.sampled_from([None, 2, 3]))
    aval = (adt - startdt + offset) / constant
    aval = aval if decimals is None else np.round(aval, decimals)
    shifted = data.draw(st.integers(0, records - 1))
    days = data.draw(st.integers(7, 300))
    adt[shifted] += days
    found = infer_duration(aval, adt, startdt)
    assert np.flatnonzero(found.exceptions).tolist() == [shifted]
    assert found.unit is unit
    assert (constant, offset) in {(f.days_per_unit, f.offset) for f in found.fits}


@pytest.mark.slow
@given(st.permutations(range(30)), st.integers(0, 1000))
def test_the_order_of_the_records_does_not_matter(order, seed):
    startdt, adt = follow_up(30, seed)
    aval = np.round(months(startdt, adt), 1)
    aval[3] += 5
    order = np.array(order)
    straight, mixed = (
        infer_duration(aval, adt, startdt),
        infer_duration(aval[order], adt[order], startdt[order]),
    )
    assert mixed.fits == straight.fits
    assert (mixed.exceptions == straight.exceptions[order]).all()


def test_a_day_too_many_is_an_exception_in_days():
    startdt, adt = follow_up(20)
    aval = adt - startdt + 1
    aval[7] += 1
    found = infer_duration(aval, adt, startdt)
    assert found.fits == (DurationFormula(TimeUnit.DAYS, 1.0, 1, 0),)
    assert np.flatnonzero(found.exceptions).tolist() == [7]


@pytest.mark.parametrize("half", [-1, 1])
def test_a_half_may_be_rounded_either_way(half):
    startdt, adt = follow_up(40)
    exact = (adt - startdt) / 30.0
    aval = np.floor(exact * 10 + (0.5 if half > 0 else 0.4999)) / 10
    found = infer_duration(aval, adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.MONTHS, 30.0, 0, 1)
    assert not found.exceptions.any()


def test_months_of_one_decimal_have_no_exceptions_although_many_are_a_day_off():
    startdt, adt = follow_up(254)
    aval = np.round(months(startdt, adt), 1)
    assert np.count_nonzero(np.abs(aval * DAYS_PER_MONTH - (adt - startdt + 1)) > 1) > 50
    found = infer_duration(aval, adt, startdt)
    assert found.unit is TimeUnit.MONTHS
    assert found.formula.decimals == 1
    assert not found.exceptions.any()


def test_a_constant_that_nobody_lists_is_worked_out():
    startdt, adt = follow_up(100)
    found = infer_duration((adt - startdt + 1) / 30.436875, adt, startdt)
    assert found.statement == "AVAL = (ADT - STARTDT + 1) / 30.436875 (months)"
    rounded = infer_duration(np.round((adt - startdt) / 30.43, 2), adt, startdt)
    assert rounded.unit is TimeUnit.MONTHS
    assert not rounded.exceptions.any()


def test_completed_calendar_months_are_found():
    startdt, adt = follow_up(200)
    start, end = (each.astype(int).astype("datetime64[D]") for each in (startdt, adt))
    whole = end.astype("datetime64[M]").astype(int) - start.astype("datetime64[M]").astype(int)
    day = [(each - each.astype("datetime64[M]")).astype(int) for each in (start, end)]
    aval = (whole - (day[1] < day[0])).astype(float)  # as SAS INTCK('MONTH', …, 'C') counts
    found = infer_duration(aval, adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.MONTHS, None, 0, 0, truncated=True)
    assert not found.exceptions.any()


def test_calendar_months_with_a_share_of_the_last_one():
    days = np.array(["2024-01-31", "2024-02-29", "2024-03-15", "2023-12-31"], dtype="datetime64[D]")
    ends = np.array(["2024-02-29", "2024-03-29", "2024-03-30", "2025-01-15"], dtype="datetime64[D]")
    formula = DurationFormula(TimeUnit.MONTHS, None)
    durations = formula.durations(ends.astype(int).astype(float), days.astype(int).astype(float))
    assert durations == pytest.approx([1, 1, 15 / 31, 12 + 15 / 31])


def test_months_cut_instead_of_rounded_are_found():
    startdt, adt = follow_up(100)
    found = infer_duration(np.floor((adt - startdt) / 30.4375), adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.MONTHS, 30.4375, 0, 0, truncated=True)


@given(follow_ups, st.sampled_from([scale for scale in SCALES if scale[1] > 1]), st.sampled_from([0, 1]))
def test_values_rounded_up_are_found(dates, scale, offset):
    _, constant = scale
    startdt = START + dates[:, 0]
    adt = startdt + dates[:, 1]
    aval = np.ceil((adt - startdt + offset) / constant)
    found = infer_duration(aval, adt, startdt)
    assert found.explained == len(aval)
    assert not found.exceptions.any()


def test_study_weeks_are_rounded_up_and_a_shifted_date_is_found():
    days = np.arange(3.0, 403.0, 7.5).round()
    aval, startdt = np.ceil((days + 1) / 7), np.full(len(days), START)
    found = infer_duration(aval, START + days, startdt)
    assert found.statement == "AVAL = (ADT - STARTDT + 1) / 7 (weeks, rounded up to whole numbers)"
    assert not found.exceptions.any()
    days[4] += 21
    assert np.flatnonzero(infer_duration(aval, START + days, startdt).exceptions).tolist() == [4]


def test_the_days_that_a_rounded_up_value_stands_for():
    formula = DurationFormula(TimeUnit.MONTHS, 30.4375, 0, 2, rounded_up=True)
    days = np.arange(1.0, 900.0)
    aval = np.ceil(days / 30.4375 * 100) / 100
    assert formula.holds(aval, START + days, np.full(len(days), START)).all()
    assert formula.days_from(aval).tolist() == days.tolist()


@pytest.mark.parametrize("constant", [365.2425 / 12, 28.0])
def test_a_rare_constant_is_found(constant):
    days = np.arange(200.0, 900.0, 60.0)
    aval, startdt = np.round(days / constant, 2), np.full(len(days), START)
    found = infer_duration(aval, START + days, startdt)
    assert constant in {formula.days_per_unit for formula in found.fits}


def test_a_constant_proven_elsewhere_is_tried_first():
    days = np.array([31.0, 75.0, 122.0, 200.0])
    aval, startdt = np.round(days / 29.3, 1), np.full(4, START)
    assert not infer_duration(aval, START + days, startdt).fits
    found = infer_duration(aval, START + days, startdt, ((TimeUnit.MONTHS, 29.3),))
    assert found.formula == DurationFormula(TimeUnit.MONTHS, 29.3, 0, 1)


def test_zero_days_that_were_raised_to_one_are_a_formula_of_their_own():
    startdt, adt = follow_up(60)
    adt[:9] = startdt[:9]
    found = infer_duration(np.maximum(adt - startdt, 1), adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.DAYS, 1.0, 0, 0, same_day=1.0)
    assert not found.exceptions.any()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_two_units_in_one_parameter_are_told_apart(share):
    startdt, adt = follow_up(100)
    in_days = np.arange(100) < share * 100
    aval = np.where(in_days, adt - startdt + 1, months(startdt, adt))
    found = infer_duration(aval, adt, startdt)
    assert not found.fits
    assert found.unit is None
    assert {found.closest.unit, found.second.unit} == {TimeUnit.DAYS, TimeUnit.MONTHS}
    minority = in_days if found.closest.unit is TimeUnit.MONTHS else ~in_days
    assert (found.exceptions == minority).all()


def test_rounded_months_beside_unrounded_ones_in_days_per_year():
    startdt, adt = follow_up(100)
    years = np.arange(100) % 5 == 0
    aval = np.where(years, (adt - startdt) / DAYS_PER_YEAR, np.round(months(startdt, adt), 1))
    found = infer_duration(aval, adt, startdt)
    assert found.closest == DurationFormula(TimeUnit.MONTHS, 30.4375, 1, 1)
    assert found.second == DurationFormula(TimeUnit.YEARS, 365.25, 0, None)
    assert (found.exceptions == years).all()


def test_a_few_records_in_days_are_exceptions_and_their_formula_is_known():
    startdt, adt = follow_up(100)
    aval = months(startdt, adt)
    aval[[5, 50, 95]] = (adt - startdt + 1)[[5, 50, 95]]
    found = infer_duration(aval, adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.MONTHS, 30.4375, 1, None)
    assert np.flatnonzero(found.exceptions).tolist() == [5, 50, 95]
    assert found.second == DurationFormula(TimeUnit.DAYS, 1.0, 1, 0)


def test_values_that_follow_no_formula():
    startdt, adt = follow_up(100)
    found = infer_duration(np.random.default_rng(4).random(100) * 50, adt, startdt)
    assert found.fits == ()
    assert found.closest is None
    assert found.statement == "no formula reproduces AVAL"
    assert not found.exceptions.any()


def test_one_record_proves_what_it_can():
    found = infer_duration(np.array([31.0]), np.array([START + 30]), np.array([START]))
    assert found.fits == (DurationFormula(TimeUnit.DAYS, 1.0, 1, 0),)
    assert infer_duration(np.array([77.7]), np.array([START + 30]), np.array([START])).fits == ()


def test_durations_of_zero_prove_no_unit():
    dates = np.full(30, START)
    found = infer_duration(np.zeros(30), dates, dates)
    assert {formula.unit for formula in found.fits} == set(TimeUnit)
    assert found.unit is None
    assert "or " in found.statement
    assert "more" in found.statement


def test_records_without_a_value_or_a_date_take_no_part():
    startdt, adt = follow_up(30)
    aval = adt - startdt
    aval[0], adt[1], startdt[2] = np.nan, np.nan, np.nan
    found = infer_duration(aval, adt, startdt)
    assert found.records == 27
    assert not found.judged[:3].any()
    assert not found.exceptions.any()


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300])
def test_no_formula_gives_an_impossible_value(value):
    startdt, adt = follow_up(30)
    aval = adt - startdt
    aval[4] = value
    found = infer_duration(aval, adt, startdt)
    assert found.unit is TimeUnit.DAYS
    assert np.flatnonzero(found.exceptions).tolist() == [4]
    assert infer_duration(adt - startdt, np.full(30, value), startdt).records == 0


def test_one_record_that_another_constant_gives_is_doubtful():
    rivals = 0
    for seed in range(40):
        startdt, adt = follow_up(60, seed)
        found = infer_duration(np.round((adt - startdt) / 30.43, 1), adt, startdt)
        assert np.count_nonzero(found.exceptions) == (found.rival is not None)
        rivals += found.rival is not None
    assert rivals


def test_nothing_to_judge():
    empty = infer_duration(np.array([]), np.array([]), np.array([]))
    assert (empty.records, empty.fits, empty.closest) == (0, (), None)
    missing = np.full(3, np.nan)
    assert infer_duration(missing, missing, missing).fits == ()


def test_many_records_are_judged_as_few_are():
    startdt, adt = follow_up(150_000)
    aval = np.round(months(startdt, adt), 2)
    aval[::1000] += 3
    found = infer_duration(aval, adt, startdt)
    assert found.formula == DurationFormula(TimeUnit.MONTHS, 30.4375, 1, 2)
    assert np.flatnonzero(found.exceptions).tolist() == list(range(0, 150_000, 1000))


@given(follow_ups)
def test_text_exports_of_unrounded_months_still_fit(dates):
    startdt = START + dates[:, 0]
    adt = startdt + dates[:, 1]
    aval = np.array([float(f"{each:.12g}") for each in months(startdt, adt)])
    assume(len(np.unique(aval)) > 3)
    found = infer_duration(aval, adt, startdt)
    assert any(f.days_per_unit == DAYS_PER_MONTH and f.offset == 1 for f in found.fits)
    assert not found.exceptions.any()


# AVAL without its dates


@pytest.mark.parametrize(
    ("formula", "aval", "days"),
    [
        (DurationFormula(TimeUnit.DAYS, 1.0, 1, 0), [28.0, 28.25], [28, 28.25]),
        (DurationFormula(TimeUnit.MONTHS, 30.44, 1), [28 / 30.44, 1.0], [28, 30.44]),
        (DurationFormula(TimeUnit.MONTHS, 30.4375, 1, 2), [0.92, 12.0, 28 / 30.4375], [28, np.nan, 28]),
        (DurationFormula(TimeUnit.MONTHS, 30.4375, 1, 2, truncated=True), [0.91, 0.92], [28, np.nan]),
        (DurationFormula(TimeUnit.MONTHS, 30.4375, 1, 1), [0.9, 0.92], [np.nan, 28]),
        (DurationFormula(TimeUnit.WEEKS, 7.0, 0, 1), [4.0, 4.1], [28, 29]),
        (DurationFormula(TimeUnit.WEEKS, 7.0, 0, 0), [4.0], [np.nan]),
        (DurationFormula(TimeUnit.YEARS, 365.25, 0, 3), [0.077, 0.999, 1.0], [28, 365, np.nan]),
        (DurationFormula(TimeUnit.MONTHS, 30.4375, 0, 2, same_day=0.01), [0.01, 0.03], [0.304375, 1]),
        (DurationFormula(TimeUnit.MONTHS, None, 0), [1.0], [np.nan]),
    ],
)
def test_days_that_aval_alone_stands_for(formula, aval, days):
    assert formula.days_from(np.array(aval)).tolist() == pytest.approx(days, rel=1e-15, nan_ok=True)


@given(follow_ups, st.sampled_from(SCALES), st.sampled_from([0, 1]), rounding, st.booleans())
def test_the_days_of_a_record_that_follows_are_those_of_its_dates(dates, scale, offset, decimals, cut):
    unit, constant = scale
    formula = DurationFormula(unit, constant, offset, decimals, truncated=cut and decimals is not None)
    days = dates[:, 1] + offset
    aval = days / constant
    if decimals is not None:
        shifted = aval * 10**decimals
        aval = (np.floor(shifted) if formula.truncated else np.round(shifted)) / 10**decimals
    found = formula.days_from(aval)
    known = ~np.isnan(found)
    assert found[known].tolist() == days[known].tolist()
    assert known.all() or (decimals is not None and 10**-decimals * constant >= 1)


@pytest.mark.parametrize("scale", [*SCALES[3:], (TimeUnit.MONTHS, 28.0), (TimeUnit.MONTHS, 365.2425 / 12)])
def test_the_digits_of_aval_show_its_constant(scale):
    unit, constant = scale
    startdt, adt = follow_up(60)
    aval = (adt - startdt) / constant
    assert whole_day_formulas(aval, unit) == (DurationFormula(unit, constant),)
    assert whole_day_formulas(np.round(aval, 6), unit) == (DurationFormula(unit, constant, 0, 6),)
    aval[5] = 1 / 3
    assert whole_day_formulas(aval, unit) == (DurationFormula(unit, constant),)


def test_the_digits_of_aval_show_how_it_was_rounded():
    startdt, adt = follow_up(60)
    aval = months(startdt, adt)
    cut = np.floor(aval * 100) / 100
    assert whole_day_formulas(cut, TimeUnit.MONTHS)[0].truncated
    raised = whole_day_formulas(np.append(np.round(aval, 2), 0.01), TimeUnit.MONTHS)[0]
    assert (raised.decimals, raised.truncated, raised.same_day) == (2, False, 0.01)


def test_some_rounded_values_among_unrounded_ones_show_nothing():
    """A third of the months have one decimal: they are not whole days, and are not read as if they were."""
    startdt, adt = follow_up(60)
    aval = months(startdt, adt)
    aval[::3] = np.round(aval[::3], 1)
    assert whole_day_formulas(aval, TimeUnit.MONTHS) == ()
    assert formula_read_by(aval, TimeUnit.MONTHS, DAYS_PER_MONTH).decimals == 1


def test_unrounded_weeks_may_be_whole_numbers():
    assert formula_read_by(np.arange(60) / 7, TimeUnit.WEEKS, 7.0).decimals is None
    assert formula_read_by(np.arange(60.0), TimeUnit.WEEKS, 7.0).decimals == 0


def test_digits_that_show_nothing():
    startdt, adt = follow_up(60)
    aval = months(startdt, adt)
    for unclear in (np.round(aval, 1), aval[:1], np.array([]), np.arange(60.0), np.full(9, np.nan)):
        assert whole_day_formulas(unclear, TimeUnit.MONTHS) == ()
    assert whole_day_formulas(np.random.default_rng(2).random(60) * 50, TimeUnit.MONTHS) == ()


@pytest.mark.parametrize("records", [2, 5])
def test_few_unrounded_records_that_agree_show_an_unlisted_constant(records):
    startdt, adt = follow_up(records)
    found = infer_duration((adt - startdt + 1) / 29.3, adt, startdt)
    assert found.fits == (DurationFormula(TimeUnit.MONTHS, 29.3, 1, None),)
    one_pair = infer_duration(np.full(12, 31 / 29.3), np.full(12, START + 30), np.full(12, START))
    assert one_pair.fits == ()
