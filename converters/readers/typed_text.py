"""Text into numbers, dates, datetimes and times, told value by value where it does not fit.

Everything here works on arrays of (preferably distinct) values and changes none: what is not plainly
a number or a real calendar date is marked as wrong, and the caller keeps the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.dataset import SpecialMissing
from ..sas_formats import Kind, dates_of, datetimes_of
from .text_column import TextColumn

Mask = NDArray[np.bool_]

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_MANTISSA_NOT_ZERO = r"^[+-]?[0.]*[1-9]"
_SPECIAL_MISSING = r"^\.[A-Za-z_]$"
_MORE_THAN_17_DIGITS = r"^[+-]?0*\.?0*[1-9](\.?\d){17,}"
_MORE_THAN_15_DIGITS = r"^-?0*\.?0*[1-9](\.?\d){15,}"
_PLAIN_NUMBER = r"^(0|-?[1-9]\d*|-?0\.\d*[1-9]\d*|0\.0+|-?[1-9]\d*\.\d+)$"

_DATES = (
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
    r"(?P<day>\d{1,2})-?(?P<month>[A-Za-z]{3})-?(?P<year>\d{4})",
)
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,6})0*)?)?"
_FORMS = {
    Kind.DATE: _DATES,
    Kind.DATETIME: (rf"{_DATES[0]}[T ]{_CLOCK}", rf"{_DATES[1]}[: ]{_CLOCK}"),
    Kind.TIME: (_CLOCK,),
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EMPTY = {
    Kind.DATE: np.datetime64("NaT", "s"),
    Kind.DATETIME: np.datetime64("NaT", "us"),
    Kind.TIME: np.float64("nan"),
    Kind.NUMBER: np.float64("nan"),
}

STAMPS_OF: Mapping[Kind, Callable[[NDArray[np.float64]], NDArray[Any] | None]] = MappingProxyType(
    {Kind.DATE: dates_of, Kind.DATETIME: datetimes_of}
)
"""SAS's numbers into dates and datetimes; None where they count none."""

TIME_FORMAT = "TIME8."
"""Of times whose source names no format: without one, seconds are plain numbers."""

ROUNDED = "has more digits than a number in SAS or here can hold; rounded"


@dataclass(frozen=True, slots=True)
class Typed:
    """What texts stand for.

    Attributes
    ----------
    values : ndarray of float64, datetime64[s] or datetime64[us]
        NaN or NaT where a text is blank, ".", a special missing, or wrong.
    wrong : ndarray of bool
        Texts that do not fit.
    tags : ndarray of str
        "A" to "Z" or "_" where a text is a special missing such as ".A", else "".
    """

    values: NDArray[Any]
    wrong: Mask
    tags: NDArray[np.str_]

    def special_missing(self, column: TextColumn) -> SpecialMissing | None:
        """The special missing values of the column whose texts these are."""
        if not (self.tags != "").any():
            return None
        tags = column.spread(self.tags)
        records = np.flatnonzero(tags != "").astype(np.int64)
        return SpecialMissing(records, tags[records])


def typed(texts: pa.Array, kind: Kind) -> Typed:
    """What `texts` stand for as numbers, dates (ISO 8601 or 15OCT2012), datetimes or times.

    Parameters
    ----------
    texts : pyarrow array of large_string
    kind : Kind
        Times become seconds from midnight.
    """
    trimmed = pc.utf8_trim(texts.fill_null(""), " ")
    tagged = _matching(trimmed, _SPECIAL_MISSING)
    empty = tagged | _mask(pc.is_in(trimmed, pa.array(["", "."], trimmed.type)))
    if kind is Kind.NUMBER:
        values, fits = _numbers(trimmed)
    else:
        values, fits = _stamps(trimmed, kind)
    tags = np.full(len(texts), "", dtype="<U1")
    if tagged.any():
        letters = pc.utf8_upper(pc.utf8_slice_codeunits(trimmed.filter(pa.array(tagged)), 1))
        tags[tagged] = letters.to_numpy(zero_copy_only=False).astype("<U1")
    return Typed(values, ~(fits | empty), tags)


def beyond_double(texts: pa.Array) -> Mask:
    """Numbers written with more digits (17) than a double tells apart."""
    return _matching(texts.fill_null(""), _MORE_THAN_17_DIGITS)


def plainly_numbers(texts: pa.Array) -> bool:
    """Whether texts of unknown type are numbers beyond doubt, so that nothing is lost by taking them so.

    Every filled one is written plainly (no leading zero or plus sign, at most 15 significant digits),
    none is padded, and no two texts are one number ("1.1" and "1.10").
    """
    distinct = texts.drop_null().unique()
    dots = _matching(distinct, _SPECIAL_MISSING) | _mask(
        pc.is_in(distinct, pa.array(["", "."], distinct.type))
    )
    filled = distinct.filter(pa.array(~dots))
    if not len(filled):
        return False
    plain = _matching(filled, _PLAIN_NUMBER) & ~_matching(filled, _MORE_THAN_15_DIGITS)
    return bool(plain.all()) and len(filled.cast(pa.float64()).unique()) == len(filled)


def _numbers(texts: pa.Array) -> tuple[NDArray[np.float64], Mask]:
    """Numbers, and where there are some; what overflows or vanishes in a double is none."""
    written = _matching(texts, _NUMBER)
    values = _floats(texts, written)
    vanished = (values == 0) & _matching(texts, _MANTISSA_NOT_ZERO)
    fits = written & np.isfinite(values) & ~vanished
    values[~fits] = np.nan
    return values, fits


def _floats(texts: pa.Array, where: Mask) -> NDArray[np.float64]:
    chosen = pc.if_else(pa.array(where), texts, pa.scalar(None, texts.type))
    return np.array(chosen.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _stamps(texts: pa.Array, kind: Kind) -> tuple[NDArray[Any], Mask]:
    values = np.full(len(texts), _EMPTY[kind])
    fits = np.zeros(len(texts), dtype=np.bool_)
    for form in _FORMS[kind]:
        found = _matching(texts, f"^{form}$")
        if not found.any():
            continue
        parts = pc.extract_regex(texts.filter(pa.array(found)), f"^{form}$")
        stamps, real = _stamps_of(parts, kind)
        places = np.flatnonzero(found)[real]
        values[places] = stamps[real]
        fits[places] = True
    return values, fits


def _stamps_of(parts: pa.StructArray, kind: Kind) -> tuple[NDArray[Any], Mask]:
    """Stamps of texts taken apart into year, month, …, and which of them are real."""
    if kind is Kind.DATE:
        days, real = _calendar(parts)
        return days.astype("datetime64[s]"), real
    seconds, micros, on_clock = _clock(parts)
    if kind is Kind.TIME:
        return seconds + micros / 1e6, on_clock
    days, real = _calendar(parts)
    clock = (seconds * 1_000_000 + micros).astype("timedelta64[us]")
    return days.astype("datetime64[us]") + clock, real & on_clock


def _calendar(parts: pa.StructArray) -> tuple[NDArray[np.datetime64], Mask]:
    year, month, day = _whole(parts, "year"), _month(parts), _whole(parts, "day")
    first = np.clip((year - 1970) * 12 + month - 1, -12 * 1970, None).astype("datetime64[M]")
    days_in_month = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    real = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days_in_month)
    return first.astype("datetime64[D]") + (day - 1), real


def _clock(parts: pa.StructArray) -> tuple[NDArray[np.int64], NDArray[np.int64], Mask]:
    """Whole seconds from midnight, microseconds beyond, and which are on a 24-hour clock."""
    hour, minute, second = (_whole(parts, unit) for unit in ("hour", "minute", "second"))
    micros = _whole(parts, "fraction", pad=6)
    return hour * 3600 + minute * 60 + second, micros, (hour < 24) & (minute < 60) & (second < 60)


def _month(parts: pa.StructArray) -> NDArray[np.int64]:
    texts = pc.utf8_upper(parts.field("month"))
    if len(texts) and pc.all(pc.match_substring_regex(texts, r"^\d\d$")).as_py():
        return _whole(parts, "month")
    places = pc.index_in(texts, pa.array(_MONTHS, texts.type)).fill_null(-1)
    return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64) + 1


def _whole(parts: pa.StructArray, name: str, pad: int = 0) -> NDArray[np.int64]:
    digits = parts.field(name)
    if pad:
        digits = pc.utf8_rpad(digits, pad, "0")
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _matching(texts: pa.Array, pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(texts, pattern))


def _mask(booleans: pa.Array) -> Mask:
    return np.array(booleans.to_numpy(zero_copy_only=False), dtype=np.bool_)
