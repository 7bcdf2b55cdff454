"""The rank-sum test against R's wilcox.test, and by counting all ways."""

import subprocess
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.survival.rank_sum import rank_sum

SIZES = [
    (1, 1),
    (1, 5),
    (3, 4),
    (10, 12),
    (49, 49),
    (49, 50),
    (32, 65),
    (5, 60),
    (50, 50),
    (7, 30),
    (400, 300),
]
VALUES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=9)


def cases():
    """Groups of many sizes: without ties, with some, with many; one group above the other, too."""
    drawn = np.random.default_rng(4)
    for n, m in SIZES:
        for decimals in (None, 1, 0):
            first, second = drawn.normal(0.4, 1, n), drawn.normal(0, 1, m)
            if decimals is not None:
                first, second = first.round(decimals), second.round(decimals)
            yield first, second
    yield np.arange(6) + 100.0, np.arange(5.0)


@pytest.mark.slow
@pytest.mark.one_version
def test_it_is_what_r_gives(rscript):
    lines = ["options(digits = 17)"]
    for first, second in cases():
        groups = (f"c({','.join(map(repr, each.tolist()))})" for each in (first, second))
        lines += [
            f"r <- suppressWarnings(wilcox.test({','.join(groups)}))",
            "cat(r$statistic, r$p.value, '\\n')",
        ]
    program = "\n".join(lines)
    told = subprocess.run([rscript, "-"], input=program, capture_output=True, text=True, check=True).stdout
    expected = [tuple(map(float, line.replace("NaN", "nan").split())) for line in told.splitlines()]
    found = [rank_sum(first, second) for first, second in cases()]
    assert len(found) == len(expected) == 3 * len(SIZES) + 1
    for own, (statistic, p) in zip(found, expected, strict=True):
        assert own.statistic == statistic
        assert own.p == pytest.approx(p, rel=1e-10, nan_ok=True)
    assert {each.method.partition(" ")[0] for each in found} == {"exact", "normal"}


@given(st.permutations(range(9)), st.integers(1, 8))
def test_the_exact_p_counts_all_choices_of_ranks(ranks, n):
    values = np.array(ranks, dtype=float)
    found = rank_sum(values[:n], values[n:])
    least = n * (n - 1) / 2
    ways = np.array([sum(chosen) - least for chosen in combinations(range(9), n)])
    tails = np.mean(ways <= found.statistic), np.mean(ways >= found.statistic)
    assert found.method == "exact"
    assert found.p == pytest.approx(min(2 * min(tails), 1.0))


@given(VALUES, VALUES)
def test_groups_may_change_places_and_values_their_order_and_scale(first, second):
    one, two = np.array(first), np.array(second)
    found = rank_sum(one, two)
    turned = rank_sum(two, one)
    assert found.statistic + turned.statistic == len(one) * len(two)
    assert turned.p == pytest.approx(found.p, nan_ok=True)
    assert rank_sum(one[::-1] * 2 + 7, two[::-1] * 2 + 7) == found or np.isnan(found.p)
    assert np.isnan(found.p) or 0 <= found.p <= 1


def test_without_values_or_without_a_difference_there_is_no_p():
    assert np.isnan(rank_sum(np.zeros(0), np.ones(3)).p)
    assert np.isnan(rank_sum(np.ones(3), np.ones(4)).p)
    assert rank_sum(np.ones(3), np.ones(4)).statistic == 6
