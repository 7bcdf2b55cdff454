"""Columns of records that are taken from others, and put below others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from ....schemas.study import columns
from ....schemas.study.columns import Codes
from ..column_values import texts


def taken(column: pd.Series, at: Codes) -> pd.Series:
    """The values at some positions; missing where the position is -1."""
    held = column.array if isinstance(column.dtype, pd.api.extensions.ExtensionDtype) else column.to_numpy()
    if len(column):
        return pd.Series(pd.api.extensions.take(held, at, allow_fill=True), copy=False)
    return pd.Series(pd.api.extensions.take(held, np.full(len(at), -1), allow_fill=True), copy=False)


def missing_like(column: pd.Series, count: int) -> pd.Series:
    """So many missing values of the type of a column."""
    return taken(column, np.full(count, -1, dtype=np.intp))


def stacked(parts: Iterable[pd.Series]) -> pd.Series:
    """Columns of one kind below each other; those that hold nothing take the type of the others."""
    given = list(parts)
    filled = [each for each in given if len(each) and not columns.missing(each).all()]
    if not filled:
        return missing_like(given[0], sum(map(len, given)))
    fitting = [each if _is_filled(each, filled) else missing_like(filled[0], len(each)) for each in given]
    if all(columns.is_character(each) for each in filled):
        return pd.Series(union_categoricals([_categorical(each) for each in fitting]), copy=False)
    return pd.concat(fitting, ignore_index=True)


def _is_filled(column: pd.Series, filled: list[pd.Series]) -> bool:
    return any(column is each for each in filled)


def _categorical(column: pd.Series) -> Any:
    """A column as categories that are objects, as readers have them."""
    distinct = columns.distinct(column)
    return texts(distinct.codes, map(str, distinct)).array


def constants(value: str | float, at: NDArray[np.bool_]) -> pd.Series:
    """One value for some records, missing for the others."""
    if isinstance(value, str):
        return texts(np.where(at, 0, -1).astype(np.int8), [value])
    return pd.Series(np.where(at, value, np.nan), copy=False)
