"""What the columns of a dataset hold that decides whether and how they are stored, in one pass by blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ....schemas.word import Word
from ...values.arrow_columns import Shape, stamps_of
from ...values.sas_formats import datetimes_of, sas_days_of, sas_seconds_of
from .cards import MARK
from .ibm_double import LENGTHS, bytes_needed, encode_ibm_doubles, negative_zeros, out_of_range
from .text_encoding import TextEncoding, distinct_texts, without_blanks
from .transliteration import transliterated

_BLOCK = 65_536
"""Records."""
_HEADER = f"{MARK.decode()}MEMBER"
"""What begins the next dataset of a version 5 file, which does not state how many records there are."""
_FIRST, _BEYOND = np.datetime64("1582-01-01", "D"), np.datetime64("10000-01-01", "D")


class Unstored(Word):
    """What a column holds that is not stored, in the words of messages."""

    NOT_ENCODED = "text that is not in the encoding"
    NOT_TRANSLITERATED = "text that is not in the encoding, and in no other characters of it either"
    NUL = "text with a NUL character"
    HEADER = "text that reads as the header of another dataset"
    TRAILING_BLANKS = "text with trailing blanks"
    TOO_LONG = "text that is too long"
    OUT_OF_RANGE = "numbers that are out of range"
    NEGATIVE_ZERO = "-0.0"
    EARLY_OR_LATE = "dates outside the years of formats"
    TOO_FINE = "datetimes that are too fine"


@dataclass(slots=True)
class Surveyed:
    """What is known of one column.

    Attributes
    ----------
    needed : int
        Bytes that hold its longest text, or all bits of its numbers.
    faults : dict of Unstored to int
        What is not stored, with the number of the first record, counted from 1.
    """

    needed: int = 0
    faults: dict[Unstored, int] = field(default_factory=dict)

    def take(self, needed: int, faults: Mapping[Unstored, NDArray[np.bool_]], first: int) -> None:
        """What a block of records holds; `first` is the position of its first record."""
        self.needed = max(self.needed, needed)
        for fault, records in faults.items():
            if fault not in self.faults and records.any():
                self.faults[fault] = first + int(records.argmax()) + 1


def survey(
    dataset: Dataset, variable: Variable, shape: Shape, encoding: TextEncoding, longest: int
) -> Surveyed:
    """Look at all records of a column whose values are what `shape` says.

    How many bytes its numbers need is found only where the variable's length is of fewer than all.

    Parameters
    ----------
    dataset : Dataset
    variable : Variable
    shape : Shape
    encoding : TextEncoding
    longest : int
        Most bytes of a text.
    """
    found = Surveyed()
    if shape is Shape.TEXT:
        texts = _Texts(encoding, longest)
        for first, part in blocks(dataset, variable):
            found.take(*texts.judged(part), first)
        found.needed = max(1, found.needed)
    else:
        judged = _JUDGED.get(shape, _numbers)
        is_short = variable.length is not None and variable.length < LENGTHS[-1]
        for first, part in blocks(dataset, variable):
            needed = LENGTHS[-1]
            if is_short:
                needed = bytes_needed(encode_ibm_doubles(sas_numbers(part, shape)))
            found.take(needed, judged(part), first)
        found.needed = max(LENGTHS.start, found.needed)
    return found


def blocks(dataset: Dataset, variable: Variable) -> Iterator[tuple[int, pd.Series]]:
    """A column by blocks, each with the position of its first record."""
    for first in range(0, len(dataset), _BLOCK):
        yield first, dataset.part(variable.name, first, _BLOCK)


class _Texts:
    """Judges texts; categories once, as long as the blocks have the same."""

    def __init__(self, encoding: TextEncoding, longest: int) -> None:
        self._encoding, self._longest = encoding, longest
        self._categories: pd.Index[Any] | None = None
        self._lengths = np.empty(0, np.int64)
        self._faults: dict[Unstored, NDArray[np.bool_]] = {}

    def judged(self, part: pd.Series) -> tuple[int, Mapping[Unstored, NDArray[np.bool_]]]:
        categories = part.cat.categories if isinstance(part.dtype, pd.CategoricalDtype) else None
        if categories is None or categories is not self._categories:
            self._categories = categories
            texts, _ = distinct_texts(part)
            self._lengths, faults = self._of(texts)
            self._faults = {fault: bad for fault, bad in faults.items() if bad.any()}
        if categories is None:
            return int(self._lengths.max(initial=0)), self._faults
        codes = part.cat.codes.to_numpy()
        used = np.zeros(len(categories) + 1, np.bool_)
        used[codes] = True  # of a missing value, -1, the last
        used = used[:-1]
        found = {
            fault: np.append(bad, False)[codes] for fault, bad in self._faults.items() if (bad & used).any()
        }
        return int(self._lengths[used].max(initial=0)), found

    def _of(self, texts: pa.Array) -> tuple[NDArray[np.int64], dict[Unstored, NDArray[np.bool_]]]:
        encoded = self._encoding.encoded(texts)
        stripped = without_blanks(encoded)
        lengths = _array(pc.binary_length(stripped).fill_null(0)).astype(np.int64)
        whole = _array(pc.binary_length(encoded).fill_null(0)).astype(np.int64)
        return lengths, {
            Unstored.NOT_ENCODED: _array(encoded.is_null()),
            Unstored.NOT_TRANSLITERATED: self._not_transliterated(texts, encoded),
            Unstored.NUL: _array(pc.match_substring(texts, "\0")),
            Unstored.HEADER: _array(pc.match_substring(texts, _HEADER)),
            Unstored.TRAILING_BLANKS: (whole > lengths) & (lengths > 0),
            Unstored.TOO_LONG: lengths > self._longest,
        }

    def _not_transliterated(self, texts: pa.Array, encoded: pa.Array) -> NDArray[np.bool_]:
        lost = _array(encoded.is_null())
        for place in np.flatnonzero(lost):
            written = transliterated(texts[int(place)].as_py(), self._encoding.codec)
            lost[place] = self._encoding.bytes_of(written) is None
        return lost


def _array(found: pa.Array) -> NDArray[Any]:
    array: NDArray[Any] = found.to_numpy(zero_copy_only=False)
    return array


Faults = Mapping[Unstored, NDArray[np.bool_]]
"""Which records are not stored, and why."""


def _numbers(part: pd.Series) -> Faults:
    values = np.ascontiguousarray(columns.numbers(part))
    return {Unstored.OUT_OF_RANGE: out_of_range(values), Unstored.NEGATIVE_ZERO: negative_zeros(values)}


def _dates(part: pd.Series) -> Faults:
    return {Unstored.EARLY_OR_LATE: _early_or_late(stamps_of(part))}


def _datetimes(part: pd.Series) -> Faults:
    stamps = stamps_of(part)
    outside = _early_or_late(stamps)
    back = datetimes_of(np.where(outside, np.nan, sas_seconds_of(stamps)))
    faults = {Unstored.EARLY_OR_LATE: outside}
    if back is not None:
        faults[Unstored.TOO_FINE] = ~np.isnat(back) & (back != stamps)
    return faults


def sas_numbers(part: pd.Series, shape: Shape) -> NDArray[np.float64]:
    """Numbers; dates and datetimes as SAS counts them, in days and seconds from 1960."""
    if shape is Shape.DATE:
        return sas_days_of(stamps_of(part))
    if shape is Shape.DATETIME:
        return sas_seconds_of(stamps_of(part))
    return np.ascontiguousarray(columns.numbers(part))


def _early_or_late(stamps: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Outside of what formats show; NaT is neither. By days: nanoseconds do not reach these years."""
    days = stamps.astype("datetime64[D]")
    outside: NDArray[np.bool_] = (days < _FIRST) | (days >= _BEYOND)
    return outside


_JUDGED = {Shape.DATE: _dates, Shape.DATETIME: _datetimes}
