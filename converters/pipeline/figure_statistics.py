"""What a published figure may be of records: a value, a count, a statistic of a variable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted


def _number(statistic: Callable[..., np.floating]) -> Callable[[Dataset, Mask, str], float]:
    """A statistic of the values of a numeric variable that are not missing; missing if there are none."""

    def computed(data: Dataset, records: Mask, variable: str) -> float:
        values = data.numbers(variable)[records]
        values = values[~np.isnan(values)]
        return float(statistic(values)) if len(values) else math.nan

    return computed


def _value(data: Dataset, records: Mask, variable: str) -> float | str:
    """The value of the only record; a text that is a number, as CSV files have it, is that number."""
    (chosen,) = np.nonzero(records)
    if len(chosen) != 1:
        raise ValueError(f"{counted(len(chosen), 'record')} of {data.name} meet the condition, not one")
    if not data.is_character(variable):
        return float(data.numbers(variable)[chosen[0]])
    if data.missing(variable)[chosen[0]]:
        return math.nan
    text = str(data[variable].iloc[int(chosen[0])])
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _subjects(data: Dataset, records: Mask, _: str) -> float:
    return _distinct(data, records, "USUBJID")


def _distinct(data: Dataset, records: Mask, variable: str) -> float:
    codes = data.distinct(variable).codes[records]
    return float(len(np.unique(codes[codes >= 0])))


STATISTICS: Mapping[str, Callable[[Dataset, Mask, str], float | str]] = {
    "value": _value,
    "records": lambda _data, records, _variable: float(records.sum()),
    "subjects": _subjects,
    "distinct": _distinct,
    "median": _number(np.median),
    "mean": _number(np.mean),
    "min": _number(np.min),
    "max": _number(np.max),
    "sum": _number(np.sum),
}
WITHOUT_VARIABLE = ("records", "subjects")
OF_TEXTS = ("value", "distinct", *WITHOUT_VARIABLE)
"""Statistics for which a variable need not be numeric."""
