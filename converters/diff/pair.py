"""Two datasets that are compared: their common variables, and what the columns of these hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.columns import Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.word import Word
from ..values.arrow_columns import Shape, are_whole_days, shape_of, stamps_of
from ..values.sas_formats import FormatKind, kind_of

SAS_EPOCH = np.datetime64("1960-01-01", "D")
_ALL_DOUBLES = 2**53
"""Up to here every integer is a double."""
_LOWER_BITS = 11
"""Of 64 those that a double has no room for."""


class HeldKind(Word):
    """What a column holds, in the words of messages."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"


_KINDS = {Shape.TEXT: HeldKind.TEXT, Shape.DATE: HeldKind.DATE, Shape.DATETIME: HeldKind.DATETIME}

Kinds = tuple[HeldKind, HeldKind]


def is_text_against_number(kinds: Kinds) -> bool:
    """Whether one of them is character and the other numeric."""
    return (kinds[0] is HeldKind.TEXT) is not (kinds[1] is HeldKind.TEXT)


@dataclass(frozen=True, eq=False)
class DatasetPair:
    """Two datasets.

    Attributes
    ----------
    a, b : Dataset
    """

    a: Dataset
    b: Dataset

    @property
    def both(self) -> tuple[Dataset, Dataset]:
        return self.a, self.b

    @cached_property
    def common(self) -> tuple[str, ...]:
        """Names of the variables of both, in capitals, in the order of A."""
        return tuple(name for name in self.a.names if name in self.b)

    @cached_property
    def _kinds(self) -> dict[str, Kinds]:
        return {}

    def kinds(self, name: str) -> Kinds:
        """What a variable holds in A and in B; where one leaves it open, it holds what the other does."""
        if name not in self._kinds:
            in_a, in_b = (_kind(dataset, name) for dataset in self.both)
            if in_a is not in_b:
                if _may_be(in_b, self.a, name):
                    in_a = in_b
                elif _may_be(in_a, self.b, name):
                    in_b = in_a
            self._kinds[name] = in_a, in_b
        return self._kinds[name]


def _kind(dataset: Dataset, name: str) -> HeldKind:
    """Stamps without a part of a day are dates, unless their format says otherwise."""
    variable = dataset.variable(name)
    kind = _KINDS.get(shape_of(dataset, variable), HeldKind.NUMBER)
    if kind is HeldKind.DATETIME and kind_of(variable.format) is not FormatKind.DATETIME:
        return HeldKind.DATE if are_whole_days(stamps_of(dataset[name])) else kind
    return kind


def _may_be(kind: HeldKind, dataset: Dataset, name: str) -> bool:
    """Whether a column that seems to hold something else may hold this: it has no value, or whole days.

    Whole days in seconds, or with a date format, are dates: so have readers them. Special missing values are
    those of numbers.
    """
    column = dataset[name]
    if columns.missing(column).all():
        return kind is not HeldKind.TEXT or tags_of(dataset, name) is None
    if kind is not HeldKind.DATETIME or not columns.is_date(column):
        return False
    are_dates = kind_of(dataset.variable(name).format) is FormatKind.DATE
    return not are_dates and np.datetime_data(stamps_of(column).dtype)[0] != "s"


def sas_numbers(column: pd.Series, *, as_datetimes: bool = False) -> Numbers:
    """Numbers as doubles; dates as SAS has them, in days or in seconds since 1960; NaN where missing."""
    if not columns.is_date(column):
        return columns.numbers(column)
    stamps = column.to_numpy()
    since = stamps - SAS_EPOCH.astype(stamps.dtype)
    found: Numbers = since / np.timedelta64(1, "s" if as_datetimes else "D")
    return found


def beyond_doubles(column: pd.Series) -> Numbers | None:
    """What each integer is more than the double next to it; None where all are doubles.

    Beyond 2**53 several integers have one double: the pair of both is the integer.
    """
    dtype = column.dtype
    kind = getattr(dtype, "kind", "")
    if kind not in ("i", "u") or not len(column):
        return None
    integers = column.to_numpy() if isinstance(dtype, np.dtype) else column.to_numpy(f"{kind}8", na_value=0)
    if int(integers.min()) >= -_ALL_DOUBLES and int(integers.max()) <= _ALL_DOUBLES:
        return None
    # The upper 53 bits are a double; that of the whole may be 2**63, which is no int64.
    upper = integers >> _LOWER_BITS << _LOWER_BITS
    rest: Numbers = upper.astype(np.float64) - integers.astype(np.float64) + (integers - upper)
    return rest if rest.any() else None


def tags_of(dataset: Dataset, name: str) -> NDArray[np.uint8] | None:
    """The letter of each record's special missing value as a number, 0 for none; None where no record has."""
    special = dataset.columns.special_missing(dataset.variable(name).name)
    if special is None or not len(special.records):
        return None
    tags = np.zeros(len(dataset), np.uint8)
    tags[special.records] = [ord(tag) for tag in special.tags]
    return tags
