"""The columns of a dataset as vectors of R's, with the attributes by which R and haven know them.

=================  =============================================  ====================
The column         In R                                           Missing
=================  =============================================  ====================
text               character                                      NA; a blank stays ""
ordered category   factor                                         NA
numbers            double                                         NA, tagged NA
dates              Date, a double of days                         NA, tagged NA
datetimes          POSIXct in UTC, a double of seconds            NA, tagged NA
times              hms and difftime, a double of seconds          NA, tagged NA
truth values       logical                                        NA
whole numbers      integer; double beyond its range               NA
=================  =============================================  ====================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, joined_bytes, shape_of, stamps_of, text_array
from ...values.sas_formats import FormatKind, kind_of
from ...values.special_in_order import SpecialInOrder
from ..holds import VALUE_LABELS
from .xdr import (
    MISSING_INTEGER,
    MISSING_REAL,
    TAG_STEP,
    Kind,
    SmallVector,
    integers,
    serialised_texts,
    strings,
)

BytesOfRecords = Callable[[pd.Series, int], Any]
"""The bytes of some records, given these and the position of the first."""

_TAGGED = re.compile(r"\.([A-Z_])")
_LARGEST_INTEGER = 2**31 - 1
_PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Vector:
    """One variable as it is written.

    Attributes
    ----------
    name : str
    kind : Kind
    attributes : mapping of str to SmallVector
    block : callable
    """

    name: str
    kind: Kind
    attributes: Mapping[str, SmallVector]
    block: BytesOfRecords


def vector_of(dataset: Dataset, variable: Variable) -> Vector:
    """A variable of a dataset without breaches."""
    shape = shape_of(dataset, variable)
    described = {
        name: strings(text)
        for name, text in (
            ("label", variable.label),
            ("format.sas", variable.format),
            ("informat.sas", variable.informat),
        )
        if text
    }
    if variable.length is not None:
        described["length.sas"] = integers(variable.length)
    special = SpecialInOrder.of(dataset.special_missing.get(variable.name))
    of_shape = _OF_SHAPE[shape]
    kind, attributes, block = of_shape(dataset, variable, special)
    labels = labels_of(dataset, variable.name)
    if labels:
        described["labels"] = _labels(labels, kind)
        if not attributes and kind in _LABELLED:
            attributes = {"class": strings("haven_labelled", "vctrs_vctr", _LABELLED[kind])}
    return Vector(variable.name, kind, described | attributes, block)


_LABELLED = {Kind.REAL: "double", Kind.STRING: "character"}
_Made = tuple[Kind, dict[str, SmallVector], BytesOfRecords]


def labels_of(dataset: Dataset, variable: str) -> Mapping[str, str]:
    """Value labels of a variable, by value as a text."""
    told = dataset.attributes.get(VALUE_LABELS)
    labels = told.get(variable) if isinstance(told, Mapping) else None
    if not isinstance(labels, Mapping):
        return {}
    return {str(value): str(label) for value, label in labels.items()}


def number_of_label(value: str) -> float | None:
    """The number that has a label; None where it is none. A special missing value is NaN."""
    if _TAGGED.fullmatch(value):
        return np.nan
    try:
        return None if "_" in value else float(value)  # "1_0" is 10 to Python alone
    except ValueError:
        return None


def _labels(labels: Mapping[str, str], kind: Kind) -> SmallVector:
    """Values named by their labels."""
    if kind is Kind.STRING:
        return SmallVector(kind, list(labels), list(labels.values()))
    values = list(labels)
    numbers = np.array([number_of_label(each) for each in values], float)
    tagged = [(place, match[1]) for place, each in enumerate(values) if (match := _TAGGED.fullmatch(each))]
    places, tags = (
        np.array([place for place, _ in tagged], np.int64),
        np.array([tag for _, tag in tagged], "U1"),
    )
    return SmallVector(Kind.REAL, _reals(numbers, places, tags), list(labels.values()))


def _reals(numbers: NDArray[np.float64], records: NDArray[np.int64], tags: NDArray[np.str_]) -> NDArray[Any]:
    """Doubles as R stores them: NaN as NA, which has a letter where `tags` has one for a record."""
    bits = numbers.astype("<f8").view("<i8")
    bits[np.isnan(numbers)] = MISSING_REAL
    letters = np.char.lower(tags).astype("<U1").view("<u4").astype(np.int64)
    bits[records] = MISSING_REAL + (letters << TAG_STEP)
    return bits.byteswap().view(">f8")


def _numbers(_: Dataset, variable: Variable, special: SpecialInOrder) -> _Made:
    is_time = kind_of(variable.format) is FormatKind.TIME
    classes = {"class": strings("hms", "difftime"), "units": strings("secs")} if is_time else {}

    def block(part: pd.Series, first: int) -> Any:
        return _reals(columns.numbers(part), *special.within(first, len(part))).data

    return Kind.REAL, classes, block


def _dates(_dataset: Dataset, _variable: Variable, special: SpecialInOrder) -> _Made:
    def block(part: pd.Series, first: int) -> Any:
        days = stamps_of(part).astype("datetime64[D]")
        numbers = np.where(np.isnat(days), np.nan, days.astype(np.int64))
        return _reals(numbers, *special.within(first, len(part))).data

    return Kind.REAL, {"class": strings("Date")}, block


def _datetimes(_dataset: Dataset, _variable: Variable, special: SpecialInOrder) -> _Made:
    def block(part: pd.Series, first: int) -> Any:
        return _reals(seconds_of(stamps_of(part)), *special.within(first, len(part))).data

    return Kind.REAL, {"class": strings("POSIXct", "POSIXt"), "tzone": strings("UTC")}, block


def seconds_of(stamps: NDArray[Any]) -> NDArray[np.float64]:
    """Seconds from 1970; NaT becomes NaN."""
    ticks = stamps.astype("datetime64[us]").astype(np.int64)
    return np.where(np.isnat(stamps), np.nan, ticks / _PER_SECOND)


def are_held(stamps: NDArray[Any]) -> NDArray[np.bool_]:
    """Datetimes that come back from a double of seconds to the microsecond."""
    ticks = stamps.astype("datetime64[us]").astype(np.int64)
    whole = np.floor(seconds := ticks / _PER_SECOND)
    back = whole.astype(np.int64) * _PER_SECOND + np.rint((seconds - whole) * _PER_SECOND).astype(np.int64)
    held: NDArray[np.bool_] = np.isnat(stamps)
    held |= back == ticks
    return held


def _texts(dataset: Dataset, variable: Variable, special: SpecialInOrder) -> _Made:
    none = dataset.part(variable.name, 0, 0)
    if isinstance(none.dtype, pd.CategoricalDtype) and none.dtype.ordered:
        return _factor(dataset, variable, special)

    def block(part: pd.Series, _: int) -> Any:
        array = text_array(part)
        if not pa.types.is_dictionary(array.type):
            return joined_bytes(serialised_texts(array))
        values = array.dictionary.cast(pa.large_string())
        table = serialised_texts(pa.concat_arrays([values, pa.nulls(1, pa.large_string())]))
        return joined_bytes(table.take(array.indices.fill_null(len(values))))

    return Kind.STRING, {}, block


def _factor(dataset: Dataset, variable: Variable, _: SpecialInOrder) -> _Made:
    levels = list(dataset[variable.name].cat.categories)

    def block(part: pd.Series, _: int) -> Any:
        codes = pd.Categorical(part.astype(object), categories=levels).codes.astype(np.int64)
        return np.where(codes < 0, MISSING_INTEGER, codes + 1).astype(">i4").data

    return Kind.INTEGER, {"levels": strings(*levels), "class": strings("factor")}, block


def _truth(_dataset: Dataset, _variable: Variable, _special: SpecialInOrder) -> _Made:
    return Kind.LOGICAL, {}, lambda part, _: _whole(part).data


def _whole_numbers(dataset: Dataset, variable: Variable, special: SpecialInOrder) -> _Made:
    numbers = columns.numbers(dataset[variable.name])
    if (np.abs(numbers) > _LARGEST_INTEGER).any():
        return _numbers(dataset, variable, special)
    return Kind.INTEGER, {}, lambda part, _: _whole(part).data


def _whole(part: pd.Series) -> NDArray[Any]:
    numbers = columns.numbers(part)
    return np.where(np.isnan(numbers), MISSING_INTEGER, numbers).astype(">i4")


_OF_SHAPE: Mapping[Shape, Callable[[Dataset, Variable, SpecialInOrder], _Made]] = {
    Shape.TEXT: _texts,
    Shape.NUMBER: _numbers,
    Shape.DATE: _dates,
    Shape.DATETIME: _datetimes,
    Shape.TRUTH: _truth,
    Shape.WHOLE: _whole_numbers,
}
