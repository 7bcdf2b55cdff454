"""The estimators by hand: curves whose every figure can be reckoned, and what holds of all of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from adamgate.converters.survival.conf_type import ConfType
from adamgate.converters.survival.estimators import (
    Curve,
    aligned,
    merged_times,
    product_limit,
    quantiles,
    restricted_mean,
)
from adamgate.converters.survival.log_rank import LogRank, chi_square_tail, log_rank

MEDIAN = (0.5,)


def curve(*times: float, censored: tuple[int, ...] = ()) -> Curve:
    """Of subjects with these times; all but those at some places have the event."""
    event = np.ones(len(times), dtype=bool)
    event[list(censored)] = False
    return product_limit(np.array(times, dtype=float), event)


def compare(time, event, group, stratum=None, entry=None, groups: int | None = None) -> LogRank:
    """Of lists or arrays."""
    time, event, group = np.array(time, float), np.array(event, bool), np.array(group, int)
    return log_rank(time, event, group, stratum, entry, groups=groups or int(group.max()) + 1)


def median(of: Curve) -> float:
    return float(quantiles(of, MEDIAN, ConfType.LOG_LOG)[0, 0])


def test_a_dozen_subjects():
    """Events and censored subjects on one day, a death on day 1, a subject never treated: time 0."""
    times = np.array([0, 1, 3, 3, 3, 5, 8, 8, 10, 12, 12, 12], dtype=float)
    event = np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0], dtype=bool)
    steps = product_limit(times, event).steps
    assert steps.time.tolist() == [0, 1, 3, 5, 8, 10, 12]
    assert steps.at_risk.tolist() == [12, 11, 10, 7, 6, 4, 3]
    assert steps.events.tolist() == [0, 1, 2, 0, 2, 0, 1]
    assert steps.censored.tolist() == [1, 0, 1, 1, 0, 1, 2]
    survival = np.cumprod([1, 10 / 11, 8 / 10, 1, 4 / 6, 1, 2 / 3])
    assert steps.survival == pytest.approx(survival, rel=1e-15)
    greenwood = np.cumsum([0, 1 / (11 * 10), 2 / (10 * 8), 0, 2 / (6 * 4), 0, 1 / (3 * 2)])
    assert steps.std_error == pytest.approx(survival * np.sqrt(greenwood), rel=1e-14)


def test_at_given_times_counts_are_cumulative_and_values_are_carried():
    at = curve(2, 4, 4, 6, censored=(1, 3)).at([0, 2, 3.5, 4, 7])
    assert at.at_risk.tolist() == [4, 4, 3, 3, 0]
    assert at.events.tolist() == [0, 1, 1, 2, 2]
    assert at.censored.tolist() == [0, 0, 0, 1, 2]
    assert at.survival == pytest.approx([1, 3 / 4, 3 / 4, 1 / 2, 1 / 2])
    assert at.beyond_last.tolist() == [False, False, False, False, True]


def test_a_time_that_is_asked_for_is_one_of_the_data_but_for_rounding():
    data = np.array([1, 16 + 2e-9, 20, 24])
    assert aligned([0, 1 + 1e-9, 16, 16 + 1e-8, 16.1, 20.0, 24 - 1e-6, 30], data).tolist() == [
        0, 1, 16 + 2e-9, 16 + 2e-9, 16.1, 20, 24 - 1e-6, 30
    ]  # fmt: skip
    at = curve(1, 16 + 2e-9, 20).at(aligned([16], data))
    assert (at.at_risk[0], at.events[0]) == (2, 2)


def test_limits_at_one_and_at_zero():
    steps = curve(1, 2, 3, censored=(0,)).steps
    assert steps.survival.tolist() == [1, 0.5, 0]
    assert steps.std_error[0] == 0
    assert math.isnan(steps.std_error[2])
    for kind in ConfType:
        lower, upper = steps.limits(kind)
        assert (lower[0], upper[0]) == (1, 1)
        assert math.isnan(lower[2])
        assert math.isnan(upper[2])
        assert 0 <= lower[1] < 0.5 < upper[1] <= 1


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (curve(1, 2, 3, 4), 2.5),  # exactly 1/2 from 2 to 3: the middle
        (curve(1, 2, 3, 4, censored=(2, 3)), 3.0),  # from 2 to the last time
        (curve(1, 2, 3, 4, censored=(1, 2, 3)), math.nan),  # not reached
        (curve(1, 2, 3), 2.0),
        (curve(5), 5.0),
        # 6/7 * 5/6 * ... is 1/2 but for rounding, and stays there from 4 to 6.
        (curve(1, 2, 3, 4, 6, 7, 8, 9), 5.0),
        (curve(0, 0, 3), 0.0),
    ],
)
def test_median(of, expected):
    assert median(of) == pytest.approx(expected, nan_ok=True)


def test_a_limit_that_is_not_reached_is_missing():
    lower, upper = quantiles(curve(1, 2, 3, 4), MEDIAN, ConfType.LOG_LOG)[0, 1:]
    assert lower == 1
    assert math.isnan(upper)


def test_restricted_mean():
    of = curve(2, 4, 6, censored=(2,))
    found = restricted_mean(of, 5)
    assert found.mean == pytest.approx(2 + 2 * 2 / 3 + 1 / 3)
    # The areas after each event, squared, by Greenwood's 1/(3*2) and 1/(2*1).
    assert found.std_error == pytest.approx(math.sqrt((2 * 2 / 3 + 1 / 3) ** 2 / 6 + (1 / 3) ** 2 / 2))
    assert not found.beyond_last
    assert restricted_mean(of, 1).mean == 1
    assert restricted_mean(of, 1).std_error == 0
    beyond = restricted_mean(of, 8)
    assert beyond.beyond_last
    assert beyond.mean == pytest.approx(2 + 2 * 2 / 3 + 4 / 3)


def test_delayed_entry_and_a_risk_set_that_empties():
    end = np.array([2, 2, 5, 6], dtype=float)
    entry = np.array([0, 0, 3, 2], dtype=float)
    of = product_limit(end, np.array([True, True, True, False]), entry)
    assert of.steps.at_risk.tolist() == [2, 2, 1]  # who enters at 2 is not at risk at 2
    assert of.steps.survival.tolist() == [0, 0, 0]
    assert of.at([1, 2.5, 3, 3.5]).at_risk.tolist() == [2, 1, 1, 2]


def test_person_time_gives_the_curve_of_the_subjects():
    whole = product_limit(np.array([3.0, 5.0, 8.0]), np.array([True, False, True]))
    cut = product_limit(
        np.array([3, 4, 5, 4, 8], dtype=float),
        np.array([True, False, False, False, True]),
        np.array([0, 0, 4, 0, 4], dtype=float),
        np.array([0, 1, 1, 2, 2]),
    )
    assert cut.subjects == whole.subjects == 3
    for name in ("time", "at_risk", "events", "censored", "survival", "std_error"):
        assert np.array_equal(getattr(cut.steps, name), getattr(whole.steps, name), equal_nan=True), name


def test_neighbouring_times_that_differ_by_rounding_are_one():
    month = 30.4375
    found, entries = merged_times(
        np.array([3 / month, 3 / month + 1e-9, 1.0, 1.0 + 1.4e-8, 1.0 + 2.8e-8, 2.0]), np.array([1.0 - 1e-9])
    )
    assert found[0] == found[1] == 3 / month
    # Each gap is within the tolerance: all are the first.
    assert found[2] == found[3] == found[4] == entries[0] == 1.0 - 1e-9
    assert found[5] == 2.0
    assert [len(each) for each in merged_times(np.array([]))] == [0]


# log-rank


def test_log_rank_by_hand():
    time = np.array([1.0, 2.0, 3.0, 4.0])
    found = compare(time, np.array([True, True, False, True]), np.array([0, 1, 0, 1]))
    expected = 2 / 4 + 1 / 3 + 0
    variance = 1 / 4 + (1 / 3) * (2 / 3)
    assert found.expected == pytest.approx([expected, 3 - expected])
    assert found.observed.tolist() == [1, 2]
    assert found.chi_square == pytest.approx((1 - expected) ** 2 / variance)
    assert found.df == 1
    assert found.p == pytest.approx(math.erfc(math.sqrt(found.chi_square / 2)))


def test_a_group_that_is_never_at_risk_at_an_event_is_not_compared():
    time = np.array([1.0, 2.0, 2.0, 3.0, 3.0, 4.0])
    event = np.array([False, True, False, False, True, True])
    found = compare(time, event, np.array([2, 0, 1, 0, 1, 1]))
    assert found.df == 1
    assert found.expected[2] == 0


@pytest.mark.parametrize(
    ("time", "event", "group"),
    [
        ([1.0, 1.0], [True, True], [0, 1]),  # all die at once
        ([3.0, 2.0], [False, False], [0, 1]),
        ([3.0, 2.0], [True, True], [0, 0]),
    ],
)
def test_nothing_to_compare(time, event, group):
    found = compare(time, event, group)
    assert found.df == 0
    assert math.isnan(found.chi_square)
    assert math.isnan(found.p)


def test_no_record():
    found = compare([], [], [], groups=2)
    assert (found.df, found.observed.tolist()) == (0, [0, 0])
    assert math.isnan(found.p)


def test_strata_that_share_no_arm_are_not_compared_with_each_other():
    time = np.array([1, 2, 3, 4] * 2, dtype=float)
    event = np.ones(8, dtype=bool)
    group = np.array([0, 1, 0, 1, 2, 3, 3, 2])
    found = compare(time, event, group, np.repeat([0, 1], 4))
    apart = [compare(time[some], event[some], group[some] % 2) for some in (slice(0, 4), slice(4, 8))]
    assert found.df == 2
    assert found.chi_square == pytest.approx(sum(each.chi_square for each in apart))


def test_log_rank_with_delayed_entry_counts_who_has_entered():
    time, entry = np.array([2.0, 3.0, 4.0, 5.0]), np.array([0.0, 2.0, 0.0, 2.0])
    found = compare(time, np.ones(4, dtype=bool), np.array([0, 0, 1, 1]), entry=entry)
    # At 2 those who enter at 2 are not at risk; at 3 three are.
    assert found.expected[0] == pytest.approx(1 / 2 + 1 / 3)


@pytest.mark.parametrize(
    ("x", "df", "expected"),
    [
        (3.841458820694124, 1, 0.05),
        (5.991464547107979, 2, 0.05),
        (0.0, 3, 1.0),
        (-1e-17, 1, 1.0),
        (2 * math.log(100), 2, 0.01),
        (5000.0, 7, 0.0),
    ],
)
def test_chi_square_tail(x, df, expected):
    assert chi_square_tail(x, df) == pytest.approx(expected, rel=1e-12)


def test_chi_square_tail_of_nothing():
    assert math.isnan(chi_square_tail(1.0, 0))
    assert math.isnan(chi_square_tail(math.nan, 2))


# what cannot be


@pytest.mark.parametrize(
    ("time", "entry", "fault"),
    [
        ([], None, "needs a record"),
        ([1.0, math.nan], None, "missing"),
        ([-1.0], None, "negative"),
        ([math.inf], None, "infinite"),
        ([2.0], [2.0], "not before its end"),
        ([2.0], [math.nan], "an entry is missing"),
    ],
)
def test_times_that_cannot_be(time, entry, fault):
    end = np.array(time, dtype=float)
    begin = None if entry is None else np.array(entry)
    with pytest.raises(ValueError, match=fault):
        product_limit(end, np.ones(len(end), dtype=bool), begin)


# what always holds

times = arrays.arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 30).map(float))


@given(times, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(time, random):
    size = len(time)
    event = np.array([random.random() < 0.6 for _ in range(size)])
    group = np.array([random.randrange(3) for _ in range(size)])
    order = np.array(random.sample(range(size), size))
    one, other = product_limit(time, event), product_limit(time[order], event[order])
    for name in ("time", "at_risk", "events", "censored", "survival", "std_error"):
        assert np.array_equal(getattr(one.steps, name), getattr(other.steps, name), equal_nan=True)
    first, second = compare(time, event, group), compare(time[order], event[order], group[order])
    assert first.chi_square == pytest.approx(second.chi_square, nan_ok=True)


@given(times, st.randoms(use_true_random=False))
def test_events_and_subjects_are_preserved(time, random):
    event = np.array([random.random() < 0.6 for _ in time])
    steps = product_limit(time, event).steps
    assert steps.events.sum() == event.sum()
    assert steps.events.sum() + steps.censored.sum() == len(time)
    assert (np.diff(steps.survival) <= 0).all()
    end = product_limit(time, event).at([time.max()])
    assert (end.events[0], end.censored[0]) == (event.sum(), (~event).sum())
    # The area under the curve to the last time is the mean time where nobody is censored.
    every = product_limit(time, np.ones(len(time), dtype=bool))
    assert restricted_mean(every, time.max() + 1).mean == pytest.approx(time.mean())


@given(times, st.randoms(use_true_random=False))
def test_observed_and_expected_events_are_as_many(time, random):
    event = np.array([random.random() < 0.6 for _ in time])
    group, stratum = (np.array([random.randrange(most) for _ in time]) for most in (3, 2))
    for strata in (None, stratum):
        found = compare(time, event, group, strata)
        assert found.observed.sum() == event.sum() == pytest.approx(found.expected.sum())
        assert math.isnan(found.p) or 0 <= found.p <= 1
