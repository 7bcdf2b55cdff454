"""IBM hexadecimal floating point, as SAS transport files store numbers, to IEEE doubles.

An IBM double is a sign bit, seven bits of exponent to base 16 with a bias of 64, and 56 bits of fraction:
(-1)^sign * fraction * 2^-56 * 16^(exponent - 64). SAS may store only its first two to seven bytes; the
others are zero. A missing value has a zero fraction and a first byte of ".", "_" or "A" to "Z".

Source: IBM System/370 Principles of Operation, "Hexadecimal Floating-Point Instructions"; SAS technical
paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FRACTION = np.uint64((1 << 56) - 1)
_FRACTION_BITS = 56
_PLAIN_MISSING = ord(".")
_MISSING_BYTES = b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _weights() -> NDArray[np.float64]:
    """What one unit of fraction is worth, by the first byte: all are powers of two, exact in a double."""
    first = np.arange(256)
    sign = np.where(first & 0x80, -1.0, 1.0)
    weights: NDArray[np.float64] = np.ldexp(sign, 4 * ((first & 0x7F) - 64) - _FRACTION_BITS)
    return weights


_WEIGHT = _weights()
_MARKS_MISSING = np.isin(np.arange(256), np.frombuffer(_MISSING_BYTES, np.uint8))


@dataclass(frozen=True, slots=True)
class DecodedDoubles:
    """Numbers of one variable.

    Attributes
    ----------
    values : ndarray of float64, shape (n,)
        The double nearest to each stored number, ties to even; NaN where missing.
    special : ndarray of int64
        Positions of special missing values, ascending.
    tags : ndarray of str
        "A" to "Z" or "_" for each of `special`.
    """

    values: NDArray[np.float64]
    special: NDArray[np.int64]
    tags: NDArray[np.str_]


def decode_ibm_doubles(stored: NDArray[np.uint8]) -> DecodedDoubles:
    """Decode big-endian IBM doubles.

    Parameters
    ----------
    stored : ndarray of uint8, shape (n, length)
        The bytes of each number, length 2 to 8; a strided view will do.
    """
    first = stored[:, 0]
    words = _words(stored)
    words &= _FRACTION
    # The one rounding happens here, in the machine's conversion of a 56-bit integer.
    values = words.view(np.int64).astype(np.float64)
    no_fraction = np.flatnonzero(values == 0.0)
    values *= _WEIGHT[first]
    missing = no_fraction[_MARKS_MISSING[first[no_fraction]]]
    values[missing] = np.nan
    marks = first[missing]
    special = marks != _PLAIN_MISSING
    tags = marks[special].astype(np.uint32).view("U1")
    return DecodedDoubles(values, missing[special].astype(np.int64), tags)


def _words(stored: NDArray[np.uint8]) -> NDArray[np.uint64]:
    length = stored.shape[1]
    if length == 8:
        big_endian: NDArray[Any] = stored.view(">u8")[:, 0]
    else:
        padded = np.zeros((len(stored), 8), np.uint8)
        padded[:, :length] = stored
        big_endian = padded.view(">u8")[:, 0]
    return big_endian.astype(np.uint64)


SMALLEST, BEYOND = 16.0**-65, 16.0**63
"""The least size of a normalised number but zero, and the least that is too large."""
LENGTHS = range(2, 9)
"""Bytes of a stored number."""

_MANTISSA = np.uint64((1 << 52) - 1)
_ZERO = np.array(-0.0).view(np.uint64)[()]


def _heads() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Sign, exponent and leading bit, and how far the mantissa is shifted, by a double's first 12 bits.

    A double is m * 2^e with 53 bits of m; as f * 16^(x - 64) * 2^-56 its f is m shifted by 0 to 3, so that
    its 56 bits hold all of m.
    """
    first = np.arange(4096)
    exponent = (first & 0x7FF) - 1075
    shift = exponent & 3
    sixteens = 64 + (exponent - shift + _FRACTION_BITS) // 4
    fits = (sixteens >= 0) & (sixteens < 128)
    head = (np.where(fits, sixteens, 0).astype(np.uint64) << np.uint64(56)) | (
        np.where(fits, 1, 0).astype(np.uint64) << (52 + shift).astype(np.uint64)
    )
    return head | (first >= 2048).astype(np.uint64) << np.uint64(63), shift.astype(np.uint64)


_HEAD, _SHIFT = _heads()


def encode_ibm_doubles(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Doubles as IBM doubles, each the same number: 56 bits of fraction hold all 53 of a double.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        None is `out_of_range`.

    Returns
    -------
    ndarray of uint64, shape (n,)
        In the machine's byte order; NaN is a missing value, to be marked by `marked_missing`.
    """
    bits = values.view(np.uint64)
    first = (bits >> np.uint64(52)).view(np.int64)
    words = bits & _MANTISSA
    words <<= _SHIFT.take(first, mode="clip")
    words |= _HEAD.take(first, mode="clip")
    missing = np.isnan(values)
    if missing.any():
        words[missing] = _PLAIN_MISSING << 56
    return words


def marked_missing(tags: NDArray[np.str_]) -> NDArray[np.uint64]:
    """Special missing values as IBM doubles: "A" to "Z" or "_"."""
    return np.array([ord(tag) for tag in tags], np.uint64) << np.uint64(56)


def big_endian(words: NDArray[np.uint64], length: int) -> NDArray[np.uint8]:
    """The first bytes of IBM doubles as files store them, shape (n, length)."""
    return words.astype(">u8").view(np.uint8).reshape(-1, 8)[:, :length]


def out_of_range(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers an IBM double does not hold: infinite, too large, or so small that bits are lost."""
    sizes = np.abs(values)
    unfit: NDArray[np.bool_] = (sizes >= BEYOND) | ((sizes < SMALLEST) & (sizes != 0))
    return unfit


def negative_zeros(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers are -0.0. Its bytes, 80 and zeros, are a missing value by the program in TS-140."""
    zeros: NDArray[np.bool_] = values.view(np.uint64) == _ZERO
    return zeros


def bytes_needed(words: NDArray[np.uint64]) -> int:
    """How many bytes hold all bits of these IBM doubles, at least `LENGTHS.start`."""
    used = int(np.bitwise_or.reduce(words)) if words.size else 0
    return next((length for length in LENGTHS if used & ((1 << 8 * (8 - length)) - 1) == 0), LENGTHS.stop - 1)
