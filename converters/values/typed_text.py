"""Text into numbers, dates, datetimes and times; what does not fit is marked, value by value.

Everything here works on arrays of (preferably distinct) values and changes none: what is not certainly
a number or a real calendar date is marked as wrong, and the caller keeps the text. `written_numbers` and
`written_stamps` say in which forms values are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study.columns import Mask
from ...schemas.study.variable import SpecialMissing
from ...schemas.wording import plain
from .reading_notes import Told
from .sas_formats import FormatKind, dates_of, datetimes_of
from .text_column import TextColumn
from .written_forms import Remark, Written, mask_of, matching
from .written_numbers import read_numbers
from .written_stamps import read_stamps

_NOTHING = pa.array(["", "."], pa.large_string())
_SPECIAL_MISSING = r"^\.[A-Za-z_]$"
_MORE_THAN_17_DIGITS = r"^[+-]?0*\.?0*[1-9](\.?\d){17,}"
_MORE_THAN_15_DIGITS = r"^-?0*\.?0*[1-9](\.?\d){15,}"
_PLAIN_NUMBER = r"^(0|-?[1-9]\d*|-?0\.\d*[1-9]\d*|0\.0+|-?[1-9]\d*\.\d+)$"

STAMPS_OF: Mapping[FormatKind, Callable[[NDArray[np.float64]], NDArray[Any] | None]] = MappingProxyType(
    {FormatKind.DATE: dates_of, FormatKind.DATETIME: datetimes_of}
)
"""SAS's numbers into dates and datetimes; None where they count none."""

TIME_FORMAT = "TIME8."
"""Of times whose source names no format: without one, seconds are plain numbers."""

_STAMP_SUFFIXES = {"DTM": FormatKind.DATETIME, "DT": FormatKind.DATE, "TM": FormatKind.TIME}

ROUNDED = "has more digits than a double can hold; rounded"

_SHAPE_WIDTH = 24
_A = {
    FormatKind.NUMBER: "a number",
    FormatKind.DATE: "a date",
    FormatKind.DATETIME: "a datetime",
    FormatKind.TIME: "a time",
}
_READ = {
    FormatKind.NUMBER: "12.5, 1e-3",
    FormatKind.DATE: "2020-01-31, 20200131, 31JAN2020, 31-Jan-2020 and similar",
    FormatKind.DATETIME: "2020-01-31T08:30:00, 31JAN2020:08:30:00 and similar",
    FormatKind.TIME: "08:30, 08:30:15, 08:30:15 PM",
}


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
    kind : FormatKind
        What the values are: as asked for, but datetimes where dates have a time of day.
    remarks, doubts : tuple of Remark
        Forms other than the usual ones, and why texts do not fit, where that is known.
    """

    values: NDArray[Any]
    wrong: Mask
    tags: NDArray[np.str_]
    kind: FormatKind
    remarks: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()

    def special_missing(self, column: TextColumn) -> SpecialMissing | None:
        """The special missing values of the column whose texts these are."""
        if not (self.tags != "").any():
            return None
        tags = column.spread(self.tags)
        records = np.flatnonzero(tags != "").astype(np.int64)
        return SpecialMissing(records, tags[records])


def kind_by_name(name: str) -> FormatKind:
    """What a numeric variable of this name holds by ADaM's naming: ADT dates, ADTM datetimes, ATM times."""
    suffixes = (kind for suffix, kind in _STAMP_SUFFIXES.items() if name.upper().endswith(suffix))
    return next(suffixes, FormatKind.NUMBER)


def typed(
    texts: pa.Array, kind: FormatKind, *, date_order: str | None = None, decimal: str | None = None
) -> Typed:
    """What `texts` stand for as numbers, dates, datetimes or times.

    Parameters
    ----------
    texts : pyarrow array of large_string
    kind : FormatKind
        Times become seconds from midnight.
    date_order : {"dmy", "mdy"} or None
        How 03/04/2020 is to be read; None where nobody says.
    decimal : {".", ","} or None
        What separates decimals; None to read a comma only where it is certain.
    """
    trimmed = pc.utf8_trim(texts.fill_null(""), " ")
    tagged = _special_missing(trimmed)
    empty = tagged | mask_of(pc.is_in(trimmed, _NOTHING))
    filled = trimmed.filter(pa.array(~empty)) if empty.any() else trimmed
    written, found = _written(filled, kind, date_order, decimal)
    tags = np.full(len(texts), "", dtype="<U1")
    if tagged.any():
        letters = pc.utf8_upper(pc.utf8_slice_codeunits(trimmed.filter(pa.array(tagged)), 1))
        tags[tagged] = letters.to_numpy(zero_copy_only=False).astype("<U1")
    return Typed(
        _among(~empty, written.values),
        _among(~empty, ~written.fits),
        tags,
        found,
        tuple(Remark(each.message, _among(~empty, each.where)) for each in written.remarks),
        tuple(Remark(each.message, _among(~empty, each.where)) for each in written.doubts),
    )


def _written(
    texts: pa.Array, kind: FormatKind, date_order: str | None, decimal: str | None
) -> tuple[Written, FormatKind]:
    if kind is FormatKind.NUMBER:
        return read_numbers(texts, decimal), kind
    return read_stamps(texts, kind, date_order)


def _among(chosen: Mask, values: NDArray[Any]) -> NDArray[Any]:
    """Values of the chosen texts among all; the others have NaN, NaT or False."""
    if chosen.all():
        return values
    nothing = {"f": np.nan, "M": np.datetime64("NaT"), "b": False}[values.dtype.kind]
    all_of_them = np.full(len(chosen), nothing, dtype=values.dtype)
    all_of_them[chosen] = values
    return all_of_them


def forms_told(meant: Typed, column: TextColumn) -> Iterator[Told]:
    """How the values of a column that fits are written, where it is not in the usual way."""
    for remark in meant.remarks:
        yield Told.of(remark.message, remark.where, column)


def faults_told(meant: Typed, kind: FormatKind, column: TextColumn) -> Iterator[Told]:
    """Why a column is not of the kind it is meant to be: by known reasons, then by the shape of a value that
    no reason explains."""
    unexplained = meant.wrong.copy()
    for doubt in meant.doubts:
        unexplained &= ~doubt.where
        yield Told.of(doubt.message, doubt.where, column)
    if unexplained.any():
        shape = _shape(column.values[int(unexplained.argmax())].as_py())
        message = f"in the form {shape}, not {_A[kind]} (read are {_READ[kind]})"
        yield Told.of(message, unexplained, column)


def _shape(text: str) -> str:
    """A text with its digits and letters hidden: patient values are not printed."""
    hidden = "".join(
        "9" if each.isdigit() else "A" if each.isalpha() else plain(each) for each in text.strip()
    )
    return hidden if len(hidden) <= _SHAPE_WIDTH else f"{hidden[: _SHAPE_WIDTH - 1]}…"


def beyond_double(texts: pa.Array) -> Mask:
    """Numbers written with more digits (17) than a double tells apart."""
    if not _longer_than(17, texts):
        return np.zeros(len(texts), dtype=np.bool_)
    return matching(texts.fill_null(""), _MORE_THAN_17_DIGITS)


def plainly_numbers(texts: pa.Array) -> bool:
    """Whether texts of unknown type are numbers beyond doubt, so that nothing is lost by taking them so.

    Every filled one is written plainly (no leading zero or plus sign, at most 15 significant digits),
    none is padded, and no two texts are one number ("1.1" and "1.10").
    """
    distinct = texts.drop_null().unique()
    dots = _special_missing(distinct) | mask_of(pc.is_in(distinct, _NOTHING))
    filled = distinct.filter(pa.array(~dots)) if dots.any() else distinct
    if not len(filled) or not matching(filled, _PLAIN_NUMBER).all():
        return False
    if _longer_than(15, filled) and matching(filled, _MORE_THAN_15_DIGITS).any():
        return False
    return len(filled) == 1 or len(filled.cast(pa.float64()).unique()) == len(filled)


def _special_missing(texts: pa.Array) -> Mask:
    """Texts that are a special missing value."""
    dotted = mask_of(pc.starts_with(texts, "."))
    return matching(texts, _SPECIAL_MISSING) if dotted.any() else dotted


def _longer_than(characters: int, texts: pa.Array) -> bool:
    """Whether some text may have more characters; for most columns that spares a search."""
    longest = pc.max(pc.binary_length(texts)).as_py()
    return longest is not None and longest > characters
