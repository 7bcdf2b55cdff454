"""Several keys as one: the order of the records and which are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.derivations.record_order import combined, numbered, order_of


@pytest.mark.parametrize("largest", [3, 2**20, 2**40], ids=["small", "large", "numbered again"])
@pytest.mark.parametrize("seed", range(5))
def test_one_key_has_the_order_of_several(seed, largest):
    chance = np.random.default_rng(seed)
    keys = [chance.choice(chance.integers(0, largest, 4), 200) for _ in range(4)]
    whole = combined(keys, 200)
    assert np.argsort(whole, kind="stable").tolist() == np.lexsort(keys[::-1]).tolist()
    alike = {(*row,): code for *row, code in zip(*keys, whole, strict=True)}
    assert len(set(alike.values())) == len(alike) == len(np.unique(whole))


@given(st.lists(st.integers(0, 3), max_size=30))
def test_records_in_order_stay_as_they_are(key):
    found, expected = order_of(np.array(key, dtype=np.intp)), np.argsort(key, kind="stable").tolist()
    assert (found is None) == (expected == list(range(len(key))))
    assert found is None or found.tolist() == expected


def test_no_keys_and_no_records():
    assert combined([], 3).tolist() == [0, 0, 0]
    assert combined([np.array([], dtype=np.intp)], 0).tolist() == []


def test_records_are_numbered_within_their_subject():
    subject = np.array([1, 0, 1, 0, 1])
    order = np.array([3, 1, 2, 0, 4])
    assert numbered(subject, order).tolist() == [2, 2, 1, 1, 3]
    assert numbered(subject[:0], order[:0]).tolist() == []
    assert numbered(np.array([0, 0, 1]), None).tolist() == [1, 2, 1]
