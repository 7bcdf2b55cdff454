"""IBM doubles against exact rational arithmetic."""

import math
import string
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from xpt_bytes import exact_value, ibm, missing

from adamgate.converters.formats.xpt.ibm_double import (
    big_endian,
    bytes_needed,
    decode_ibm_doubles,
    encode_ibm_doubles,
    marked_missing,
    negative_zeros,
    out_of_range,
)

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


def encoded(values, length=8):
    return big_endian(encode_ibm_doubles(np.array(values, np.float64)), length)


in_range = st.floats(min_value=16.0**-65, max_value=np.nextafter(16.0**63, 0)).flatmap(
    lambda size: st.sampled_from([size, -size])
)


@given(st.lists(in_range | st.just(0.0), min_size=1))
@example([16.0**-65, np.nextafter(16.0**63, 0), 1.0, 1 / 3, 2.0**-260, 6e-79, 7.2e75])
def test_doubles_are_stored_exactly(values):
    stored = encoded(values)
    assert not out_of_range(np.array(values)).any()
    for raw, value in zip(stored, values, strict=True):
        assert exact_value(raw.tobytes()) == Fraction(value)
        assert raw.tobytes() == ibm(value), "normalised: the leading digit is not zero"
    assert decode_ibm_doubles(stored).values.tolist() == values


@given(st.lists(st.floats()))
def test_numbers_are_out_of_range_where_rational_arithmetic_says_so(values):
    least, most = Fraction(16) ** -65, Fraction(16) ** 63
    expected = [
        not math.isnan(each) and (math.isinf(each) or (each != 0 and not least <= abs(Fraction(each)) < most))
        for each in values
    ]
    assert out_of_range(np.array(values, np.float64)).tolist() == expected


@given(st.integers(-(2**53), 2**53), st.integers(-40, 20))
def test_the_bytes_a_number_needs_lose_nothing(number, power):
    value = np.array([number * 2.0**power])
    words = encode_ibm_doubles(value)
    needed = bytes_needed(words)
    assert decode_ibm_doubles(big_endian(words, needed)).values == value
    if needed > 2:
        assert decode_ibm_doubles(big_endian(words, needed - 1)).values != value


def test_missing_values_and_zeros_are_stored_as_sas_does():
    assert encoded([np.nan, -np.nan, 0.0]).tobytes() == missing() * 2 + bytes(8)
    assert big_endian(marked_missing(np.array([*TAGS])), 8).tobytes() == b"".join(map(missing, TAGS))
    back = decode_ibm_doubles(big_endian(marked_missing(np.array([*TAGS])), 8))
    assert back.tags.tolist() == TAGS
    assert math.copysign(1, decode_ibm_doubles(encoded([-0.0])).values[0]) == -1
    assert negative_zeros(np.array([0.0, -0.0, -1.0, np.nan])).tolist() == [False, True, False, False]
