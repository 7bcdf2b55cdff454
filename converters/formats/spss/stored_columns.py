"""Columns of a dataset as .sav files store them, block by block: see `fixed_width.stored_columns`.

A record is a row of elements of eight bytes: a number is one, a text as many as it needs. Text of more than
255 bytes is stored in parts of 255 bytes with a blank behind each. Every part but the last is declared to
hold 252 of them, so that there may be a part more than is filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ...fixed_width.stored_columns import StoredColumn, Values
from ...fixed_width.stored_texts import StoredTexts
from ...values.arrow_columns import Shape, stamps_of
from ..xpt.text_encoding import distinct_texts, fixed_width
from .display import numbers_of_stamps

ELEMENT = 8
MISSING = -np.finfo(np.float64).max
"""SPSS's system-missing value; the numbers beside it and opposite to it have a meaning of their own, too."""
LOWEST, HIGHEST = np.nextafter(MISSING, 0.0), -MISSING

_LONGEST_PART, _DECLARED = 255, 252
_STAMPS = frozenset({Shape.DATE, Shape.DATETIME})


@dataclass(frozen=True, slots=True)
class TextParts:
    """How a text of so many bytes is stored.

    Attributes
    ----------
    width : int
        Bytes of the longest text.
    widths : tuple of int
        Declared bytes of each part.
    """

    width: int
    widths: tuple[int, ...]

    @classmethod
    def of(cls, width: int) -> TextParts:
        if width <= _LONGEST_PART:
            return cls(width, (width,))
        full = -(-width // _DECLARED) - 1
        return cls(width, (*[_LONGEST_PART] * full, width - full * _DECLARED))

    @property
    def length(self) -> int:
        """Bytes of a record that all parts take."""
        return sum(map(elements, self.widths)) * ELEMENT

    def laid_out(self, texts: pa.Array) -> NDArray[np.void]:
        """Texts without nulls as they are stored, shape (n,)."""
        parts, each = len(self.widths), _LONGEST_PART
        count = len(texts)
        filled = fixed_width(texts, parts * each).view(np.uint8).reshape(count, parts, each)
        rows = np.full((count, parts, each + 1), ord(" "), np.uint8)
        rows[:, :, :each] = filled
        stored = np.ascontiguousarray(rows.reshape(count, -1)[:, : self.length])
        return stored.view(f"V{self.length}")[:, 0]


def elements(width: int) -> int:
    """Elements that a part of so many bytes takes."""
    return -(-width // ELEMENT)


def stored_column(dataset: Dataset, name: str, shape: Shape, parts: TextParts | None) -> StoredColumn:
    """A column without breaches; `parts` of text."""
    return _Numbers(dataset, name, shape) if parts is None else _texts(dataset, name, parts)


class _Numbers:
    length = ELEMENT

    def __init__(self, dataset: Dataset, name: str, shape: Shape) -> None:
        self._dataset, self._name, self._shape = dataset, name, shape

    def block(self, first: int, count: int) -> Values:
        part = self._dataset.part(self._name, first, count)
        numbers = numbers_of_stamps(stamps_of(part)) if self._shape in _STAMPS else columns.numbers(part)
        stored = np.where(np.isnan(numbers), MISSING, numbers).astype("<f8").view(f"V{ELEMENT}")
        return lambda begin, end: stored[begin:end]


def _texts(dataset: Dataset, name: str, parts: TextParts) -> StoredTexts:
    def of_categories(part: pd.Series) -> NDArray[np.void]:
        categories, _ = distinct_texts(part)
        texts = pa.concat_arrays([categories, pa.array([""], pa.large_string())])
        fits = pc.less_equal(pc.binary_length(texts), parts.width)
        return parts.laid_out(pc.if_else(fits, texts, ""))

    def of_records(part: pd.Series) -> NDArray[np.void]:
        return parts.laid_out(distinct_texts(part)[0])

    return StoredTexts(dataset, name, parts.length, of_categories, of_records)
