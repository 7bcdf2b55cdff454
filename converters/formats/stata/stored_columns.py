"""Columns of a dataset as .dta files store them, block by block: see `fixed_width.stored_columns`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ...fixed_width.stored_columns import StoredColumn, Values
from ...fixed_width.stored_texts import StoredTexts
from ...values.arrow_columns import Shape, plain_texts, stamps_of
from ...values.special_in_order import SpecialInOrder
from .display import DISPLAYED, numbers_of_stamps
from .layout import LONG_TEXT
from .long_texts import references
from .numbers import STORED, stored_doubles

LONGEST_TEXT = 2_045
"""Bytes that a text takes in the records themselves."""

_CODES = {"f8": 65526, "i1": 65530, LONG_TEXT: 32768}
_OF_NUMBERS, _OF_LONG_TEXTS, _OF_CODES = "%10.0g", "%9s", "%20.0g"
_WIDEST_DISPLAY = 244


@dataclass(frozen=True, slots=True)
class StataColumn:
    """One variable as the head of the file has it.

    Attributes
    ----------
    kind : str
        As in `layout.DtaField`.
    column : StoredColumn
    display : str
    """

    kind: str
    column: StoredColumn
    display: str

    @property
    def code(self) -> int:
        return _CODES.get(self.kind, self.column.length)


def described(
    dataset: Dataset, name: str, shape: Shape, coded: Sequence[str] | None, place: int
) -> StataColumn:
    """A column without breaches; `coded` are the texts that it has value labels for; `place` from 1."""
    if coded is not None:
        return StataColumn("f8", _Codes(dataset, name, coded), _OF_CODES)
    match shape:
        case Shape.TEXT:
            return _described_text(dataset, name, place)
        case Shape.TRUTH:
            return StataColumn("i1", _Truth(dataset, name), _OF_NUMBERS)
        case _:
            return StataColumn("f8", _Numbers(dataset, name, shape), DISPLAYED.get(shape, _OF_NUMBERS))


def _described_text(dataset: Dataset, name: str, place: int) -> StataColumn:
    width = longest_text(dataset[name])
    if width > LONGEST_TEXT:
        return StataColumn(LONG_TEXT, _References(dataset, name, place), _OF_LONG_TEXTS)
    width = max(1, width)
    return StataColumn("", _texts(dataset, name, width), f"%{min(width, _WIDEST_DISPLAY)}s")


def longest_text(column: pd.Series) -> int:
    """Bytes of the longest text of a column; categories that no record has may be longer."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        lengths = pc.binary_length(_texts_of(column.cat.categories)).to_numpy(zero_copy_only=False)
        return int(lengths[np.unique(codes[codes >= 0])].max(initial=0))
    return int(pc.max(pc.binary_length(plain_texts(column))).as_py() or 0)


def _texts_of(categories: pd.Index[Any]) -> pa.Array:
    return pa.array(categories.to_numpy(dtype=object), pa.large_string())


class _Numbers:
    length = 8

    def __init__(self, dataset: Dataset, name: str, shape: Shape) -> None:
        self._dataset, self._name, self._shape = dataset, name, shape
        self._special = SpecialInOrder.of(dataset.special_missing.get(name))

    def block(self, first: int, count: int) -> Values:
        part = self._dataset.part(self._name, first, count)
        is_stamp = self._shape in DISPLAYED
        numbers = numbers_of_stamps(stamps_of(part), self._shape) if is_stamp else columns.numbers(part)
        stored = stored_doubles(numbers, *self._special.within(first, count))
        return lambda begin, end: stored[begin:end]


class _Truth:
    length = 1

    def __init__(self, dataset: Dataset, name: str) -> None:
        self._dataset, self._name = dataset, name

    def block(self, first: int, count: int) -> Values:
        numbers = columns.numbers(self._dataset.part(self._name, first, count))
        stored = np.where(np.isnan(numbers), STORED["i1"].missing, numbers).astype(np.int8).view("V1")
        return lambda begin, end: stored[begin:end]


class _Codes:
    """Texts that are numbers from 1 with value labels."""

    length = 8

    def __init__(self, dataset: Dataset, name: str, texts: Sequence[str]) -> None:
        self._dataset, self._name, self._texts = dataset, name, list(texts)

    def block(self, first: int, count: int) -> Values:
        part = self._dataset.part(self._name, first, count)
        codes = pd.Categorical(part.astype(object), categories=self._texts).codes
        numbers = np.where(codes >= 0, codes + 1.0, np.nan)
        stored = stored_doubles(numbers, np.empty(0, np.int64), np.empty(0, "U1"))
        return lambda begin, end: stored[begin:end]


def _texts(dataset: Dataset, name: str, length: int) -> StoredTexts:
    def of_categories(part: pd.Series) -> NDArray[np.void]:
        texts = _texts_of(part.cat.categories)
        fits = pc.less_equal(pc.binary_length(texts), length)
        return np.concatenate([_filled_up(pc.if_else(fits, texts, ""), length), np.zeros(1, f"V{length}")])

    def of_records(part: pd.Series) -> NDArray[np.void]:
        return _filled_up(plain_texts(part), length)

    return StoredTexts(dataset, name, length, of_categories, of_records)


def _filled_up(texts: pa.Array, width: int) -> NDArray[np.void]:
    """Texts with NUL up to so many bytes, shape (n,)."""
    _, _, data = pc.ascii_rpad(texts, width, "\0").buffers()
    if data is None or not len(texts):
        return np.empty(0, f"V{width}")
    return np.frombuffer(data, f"V{width}", len(texts))


class _References:
    """Where the long texts of records are."""

    length = 8

    def __init__(self, dataset: Dataset, name: str, place: int) -> None:
        self._dataset, self._name, self._place = dataset, name, place

    def block(self, first: int, count: int) -> Values:
        texts = plain_texts(self._dataset.part(self._name, first, count))
        filled = pc.greater(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
        stored = references(self._place, first, filled)
        return lambda begin, end: stored[begin:end]


def described_columns(
    dataset: Dataset, shapes: Mapping[str, Shape], coded: Mapping[str, Sequence[str]]
) -> list[StataColumn]:
    """All variables, in order."""
    return [
        described(dataset, each.name, shapes[each.name], coded.get(each.name), place)
        for place, each in enumerate(dataset.variables, start=1)
    ]
