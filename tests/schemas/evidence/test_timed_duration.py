"""AVAL against times of day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.evidence.timed_duration import infer_timed_duration

SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
ROUNDED = {
    "": lambda value: value,
    ", rounded to 2 decimals": lambda value: np.round(value, 2),
    ", cut to 1 decimal": lambda value: np.floor(value * 10 + 1e-9) / 10,
    ", rounded up to whole numbers": np.ceil,
}
elapsed_seconds = st.lists(st.integers(60, 40 * 86_400), min_size=12, max_size=60, unique=True)


@given(elapsed_seconds, st.sampled_from(sorted(SECONDS)), st.sampled_from(sorted(ROUNDED)))
def test_a_unit_and_its_rounding_are_found(seconds, unit, rounding):
    elapsed = np.array(seconds, dtype=float)
    aval = ROUNDED[rounding](elapsed / SECONDS[unit])
    found = infer_timed_duration(aval, elapsed)
    assert found is not None
    assert found.formula.unit == unit
    assert not found.exceptions.any()


@pytest.mark.parametrize("unit", SECONDS)
def test_a_formula_reads_as_one_and_its_exception_is_found(unit):
    elapsed = np.arange(1, 41) * 12_345.0
    aval = elapsed / SECONDS[unit]
    aval[7] *= 1.5
    found = infer_timed_duration(aval, elapsed)
    assert np.flatnonzero(found.exceptions).tolist() == [7]
    assert str(found.formula).startswith(f"ADTM - STARTDTM ({unit}")


def test_values_that_follow_no_time():
    elapsed = np.arange(1, 41) * 12_345.0
    assert infer_timed_duration(np.arange(40.0) ** 1.7, elapsed) is None


def test_too_few_records_or_too_few_times_show_nothing():
    elapsed = np.arange(1, 41) * 12_345.0
    aval = elapsed / 3600
    assert infer_timed_duration(aval[:3], elapsed[:3]) is None
    assert infer_timed_duration(aval, np.where(np.arange(40) < 25, np.nan, elapsed)) is None
    assert infer_timed_duration(aval, np.where(np.arange(40) < 15, np.nan, elapsed)) is not None
