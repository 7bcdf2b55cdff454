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
