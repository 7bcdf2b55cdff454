"""Columns that have other values in some spans of their records: what parameters set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from ....schemas.study import columns
from ..column_values import texts

Spans: TypeAlias = Sequence[tuple[slice, str | float | pd.Series]]
"""Records from one to another, each with one value or that of each record."""
TEXT, NUMBER, DATE = "text", "a number", "a date"
_NONE = -1


def kind_of(given: str | float | pd.Series) -> str:
    """What a value or a column is: text, a number or a date; empty where it is missing."""
    if not isinstance(given, pd.Series):
        return TEXT if isinstance(given, str) else "" if np.isnan(given) else NUMBER
    if columns.missing(given).all():
        return ""
    return TEXT if columns.is_character(given) else DATE if columns.is_date(given) else NUMBER


def _with_texts(column: pd.Series | None, length: int, spans: Spans) -> pd.Series:
    """A column of text with other values in some spans."""
    values: dict[str, int] = {}

    def coded(given: str | float | pd.Series) -> Any:
        if not isinstance(given, pd.Series):
            return values.setdefault(given, len(values)) if isinstance(given, str) else _NONE
        distinct = columns.distinct(given)
        own = np.array([values.setdefault(str(each), len(values)) for each in distinct], dtype=np.intp)
        return distinct.spread(own, missing=_NONE)

    codes = np.full(length, _NONE, dtype=np.intp)
    if column is not None:
        codes[:] = coded(column)
    for span, given in spans:
        codes[span] = coded(given)
    return texts(codes, values)


def _with_numbers(column: pd.Series | None, length: int, spans: Spans) -> pd.Series:
    """A column of numbers with other values in some spans."""
    numbers = np.full(length, np.nan) if column is None else columns.numbers(column).copy()
    for span, given in spans:
        numbers[span] = columns.numbers(given) if isinstance(given, pd.Series) else given
    return pd.Series(numbers)


def _with_dates(column: pd.Series | None, length: int, spans: Spans) -> pd.Series:
    """A column of dates or datetimes with other values in some spans."""
    candidates = [column, *(each for _, each in spans)]
    dated = [each for each in candidates if isinstance(each, pd.Series) and columns.is_date(each)]
    found = np.full(length, np.datetime64("NaT"), dtype=np.result_type(*(each.to_numpy() for each in dated)))
    if column is not None:
        found[:] = column.to_numpy()
    for span, each in spans:
        is_dated = isinstance(each, pd.Series) and columns.is_date(each)
        found[span] = each.to_numpy() if is_dated else np.datetime64("NaT")  # type: ignore[union-attr]
    return pd.Series(found)


_FILLED: Mapping[str, Callable[..., pd.Series]] = {
    TEXT: _with_texts,
    NUMBER: _with_numbers,
    DATE: _with_dates,
}
"""What fills a column, by what it is."""


def filled_column(kind: str, column: pd.Series | None, length: int, spans: Spans) -> pd.Series:
    """A column of text, numbers or dates with other values in some spans of its records."""
    return _FILLED[kind](column, length, spans)
