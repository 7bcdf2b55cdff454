"""Records are put in order as by a sort of all keys, the first one first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.derivations.record_order import record_order


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=30), st.sampled_from([1, 2**20, 2**31]))
def test_the_order_is_that_of_a_stable_sort(rows, apart):
    keys = [np.array([row[at] for row in rows], dtype=np.intp) * apart for at in range(3)]
    found = record_order(keys, len(rows))
    expected = np.lexsort(keys[::-1]) if rows else np.arange(0)
    assert (np.arange(len(rows)) if found is None else found).tolist() == expected.tolist()
    assert (found is None) == (expected.tolist() == list(range(len(rows))))


def test_without_keys_records_stay_as_they_are():
    assert record_order([], 3) is None
