"""Texts as records of fixed width store them: categories once, taken by code; others block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study.dataset import Dataset
from .stored_columns import Values

StoredPart = Callable[[pd.Series], NDArray[np.void]]
"""Stored values of some records of a variable."""


class StoredTexts:
    """A text variable as a `StoredColumn`.

    Parameters
    ----------
    dataset : Dataset
    name : str
        Of the variable.
    length : int
        Bytes of a value.
    of_categories : callable
        The stored value of each category, and behind them that of a missing value. A category that no record
        has may be one that is not stored.
    of_records : callable
        The stored value of each record, where texts are not categories.
    """

    def __init__(
        self, dataset: Dataset, name: str, length: int, of_categories: StoredPart, of_records: StoredPart
    ) -> None:
        self.length = length
        self._dataset, self._name = dataset, name
        self._of_categories, self._of_records = of_categories, of_records
        self._categories: pd.Index[Any] | None = None
        self._table = np.empty(0, f"V{length}")

    def block(self, first: int, count: int) -> Values:
        part = self._dataset.part(self._name, first, count)
        if not isinstance(part.dtype, pd.CategoricalDtype):
            stored = self._of_records(part)
            return lambda begin, end: stored[begin:end]
        if part.cat.categories is not self._categories:
            self._categories = part.cat.categories
            self._table = self._of_categories(part)
        table, codes = self._table, part.cat.codes.to_numpy()
        # -1, a missing value, is the last place of the table.
        return lambda begin, end: table.take(codes[begin:end], mode="wrap")
