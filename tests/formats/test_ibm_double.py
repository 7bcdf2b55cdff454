"""IBM doubles against exact rational arithmetic."""

import math
import string
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xpt_bytes import exact_value, ibm, missing

from adamgate.converters.formats.xpt.ibm_double import decode_ibm_doubles

TAGS = [*string.ascii_uppercase, "_"]
MARKS = {ord(tag) for tag in (*TAGS, ".")}


def decode(*stored):
    return decode_ibm_doubles(np.frombuffer(b"".join(stored), np.uint8).reshape(len(stored), -1))


def nearest(raw):
    """Python's own conversion of an exact fraction, which rounds to nearest, ties to even."""
    value = exact_value(raw)
    return value.numerator / value.denominator


def is_missing(raw):
    return not any(raw[1:]) and raw[0] in MARKS


@given(st.integers(2, 8).flatmap(lambda length: st.binary(min_size=length, max_size=length)))
@example(bytes.fromhex("7fffffffffffffff"))  # the largest: 16^63 less one unit
@example(bytes.fromhex("ffffffffffffffff"))
@example(bytes.fromhex("0000000000000001"))  # the smallest, unnormalised
@example(bytes.fromhex("0010000000000000"))  # the smallest normalised
@example(bytes.fromhex("4100000000000001"))  # unnormalised, and the first byte is an A
@example(bytes.fromhex("41000001"))
@example(bytes.fromhex("4110"))
@example(bytes.fromhex("41ffffffffffffff"))  # rounds up into the next binary exponent
@example(bytes.fromhex("4180000000000004"))  # a tie that goes down to even
@example(bytes.fromhex("418000000000000c"))  # a tie that goes up to even
@example(bytes.fromhex("4180000000000005"))  # just above a tie
def test_any_bytes_become_the_nearest_double(raw):
    decoded = decode(raw)
    if is_missing(raw):
        assert math.isnan(decoded.values[0])
    else:
        assert decoded.values[0] == nearest(raw)
        assert decoded.special.size == 0


@given(st.floats(min_value=1e-70, max_value=1e70), st.booleans())
def test_a_double_that_ibm_holds_comes_back_bit_by_bit(value, negative):
    value = -value if negative else value
    raw = ibm(value)
    if exact_value(raw) == value:  # 56 bits hold all of 53 within these exponents
        assert decode(raw).values[0] == value
    else:
        pytest.fail(f"{value!r} was not stored exactly")


@pytest.mark.parametrize("length", range(2, 9))
def test_whole_numbers_of_every_length(length):
    values = [v for v in (0, 1, -1, 2, 255, 4096, 19000, -6000) if exact_value(ibm(v, length)) == v]
    assert len(values) >= 5
    assert decode(*(ibm(v, length) for v in values)).values.tolist() == values


@pytest.mark.parametrize("length", range(2, 9))
def test_missing_values_of_every_length(length):
    decoded = decode(missing(".", length), ibm(1, length), *(missing(tag, length) for tag in TAGS))
    assert np.isnan(decoded.values).tolist() == [True, False] + [True] * 27
    assert decoded.special.tolist() == list(range(2, 29))
    assert decoded.tags.tolist() == TAGS


def test_no_other_first_byte_marks_a_missing_value():
    others = [byte for byte in range(256) if byte not in MARKS]
    decoded = decode(*(bytes([byte]).ljust(8, b"\0") for byte in others))
    assert (decoded.values == 0).all()
    assert decoded.special.size == 0


def test_negative_zero_is_a_zero():
    decoded = decode(bytes.fromhex("8000000000000000"))
    assert struct.pack(">d", decoded.values[0]) == struct.pack(">d", -0.0)


def test_a_strided_view_is_decoded_and_left_alone():
    rows = np.frombuffer(b"".join(b"xyz" + ibm(i, 5) + b"pq" for i in range(100)), np.uint8).reshape(100, 10)
    assert decode_ibm_doubles(rows[:, 3:8]).values.tolist() == list(range(100))
    assert bytes(rows[7]) == b"xyz" + ibm(7, 5) + b"pq"


def test_nothing_to_decode():
    decoded = decode_ibm_doubles(np.empty((0, 8), np.uint8))
    assert decoded.values.shape == decoded.special.shape == decoded.tags.shape == (0,)
