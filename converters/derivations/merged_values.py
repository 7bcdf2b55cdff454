"""One column of values that come from several places: constants, and variables of datasets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...schemas.study import columns
from ...schemas.study.columns import Codes
from .column_values import texts


class ValuePart(NamedTuple):
    """Some records, and their value, or values."""

    at: Codes
    values: str | float | pd.Series


class MixedTypes(TypeError):
    """Texts are to be in one column with numbers or dates, or dates with numbers."""


def merged(n_records: int, parts: Iterable[ValuePart]) -> pd.Series:
    """The column; missing where no part has a value.

    Raises
    ------
    MixedTypes
    """
    used = [each for each in parts if len(each.at) and _is_filled(each.values)]
    kinds = {_kind(each.values) for each in used}
    if kinds == {"date", "datetime"}:
        return _moments(n_records, used, "us")
    if len(kinds) > 1:
        raise MixedTypes
    kind = next(iter(kinds), "text")
    if kind == "text":
        return _texts(n_records, used)
    if kind == "number":
        return _numbers(n_records, used)
    return _moments(n_records, used, "us" if kind == "datetime" else "s")


def _is_filled(values: str | float | pd.Series) -> bool:
    return not (isinstance(values, pd.Series) and columns.missing(values).all())


def _kind(values: str | float | pd.Series) -> str:
    if not isinstance(values, pd.Series):
        return "text" if isinstance(values, str) else "number"
    if columns.is_date(values):
        return "datetime" if columns.is_datetime(values) else "date"
    return "text" if columns.is_character(values) else "number"


def _texts(n_records: int, parts: Sequence[ValuePart]) -> pd.Series:
    known: dict[str, int] = {}
    codes = np.full(n_records, -1, dtype=np.intp)
    for at, values in parts:
        if isinstance(values, pd.Series):
            distinct = columns.distinct(values)
            own = [known.setdefault(str(each), len(known)) for each in distinct]
            codes[at] = distinct.spread(np.array(own, dtype=np.intp), missing=-1)
        else:
            codes[at] = known.setdefault(str(values), len(known))
    return texts(codes, known)


def _numbers(n_records: int, parts: Sequence[ValuePart]) -> pd.Series:
    found = np.full(n_records, np.nan)
    for at, values in parts:
        found[at] = columns.numbers(values) if isinstance(values, pd.Series) else values
    return pd.Series(found)


def _moments(n_records: int, parts: Sequence[ValuePart], unit: str) -> pd.Series:
    found = np.full(n_records, np.datetime64("NaT"), dtype=f"datetime64[{unit}]")
    for at, values in parts:
        found[at] = pd.Series(values).to_numpy(dtype=f"datetime64[{unit}]")
    return pd.Series(found)
