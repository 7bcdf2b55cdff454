"""Columns of a dataset as SAS transport files store them, block by block.

Categories are encoded once and taken by code; numbers and other texts are encoded block by block.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...fixed_width.stored_columns import StoredColumn, Values
from ...fixed_width.stored_texts import StoredTexts
from ...values.arrow_columns import Shape
from ...values.special_in_order import SpecialInOrder
from .ibm_double import big_endian, encode_ibm_doubles, marked_missing
from .survey import sas_numbers
from .text_encoding import TextEncoding, distinct_texts, fixed_width, texts_of_categories, without_blanks


def stored_column(
    dataset: Dataset, variable: Variable, shape: Shape, length: int, encoding: TextEncoding
) -> StoredColumn:
    """A column that a survey found nothing wrong with, in so many bytes."""
    if shape is Shape.TEXT:
        return _texts(dataset, variable.name, length, encoding)
    return _Numbers(dataset, variable.name, shape, length)


class _Numbers:
    def __init__(self, dataset: Dataset, name: str, shape: Shape, length: int) -> None:
        self.length = length
        self._dataset, self._name, self._shape = dataset, name, shape
        self._special = SpecialInOrder.of(dataset.special_missing.get(name))

    def block(self, first: int, count: int) -> Values:
        words = encode_ibm_doubles(sas_numbers(self._dataset.part(self._name, first, count), self._shape))
        records, tags = self._special.within(first, count)
        words[records] = marked_missing(tags)
        stored = np.ascontiguousarray(big_endian(words, self.length)).view(f"V{self.length}")[:, 0]
        return lambda begin, end: stored[begin:end]


def _texts(dataset: Dataset, name: str, length: int, encoding: TextEncoding) -> StoredTexts:
    def of_categories(part: pd.Series) -> NDArray[np.void]:
        stripped = without_blanks(encoding.encoded(texts_of_categories(part.cat.categories)).fill_null(""))
        fits = pc.less_equal(pc.binary_length(stripped), length)
        blank = np.frombuffer(b" " * length, f"V{length}")
        return np.concatenate([fixed_width(pc.if_else(fits, stripped, ""), length), blank])

    def of_records(part: pd.Series) -> NDArray[np.void]:
        texts, _ = distinct_texts(part)
        return fixed_width(encoding.encoded(texts), length)

    return StoredTexts(dataset, name, length, of_categories, of_records)
