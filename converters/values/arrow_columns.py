"""The columns of a dataset as Arrow arrays: what every writer starts from.

=============  =======================  ==========================================
The column     In Arrow                 Missing
=============  =======================  ==========================================
text           dictionary or string     null; a blank stays a blank
numbers        double                   null
dates          date32                   null
datetimes      timestamp[us], no zone   null
truth values   bool                     null
whole numbers  int64                    null
=============  =======================  ==========================================

What a column holds is decided once, over all of it; then its values are taken part by part.

Truth values and whole numbers stay such where a variable is declared as them and its column holds nothing
else: so have the tables that are made here. What readers make are numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable
from ...schemas.word import Word
from .sas_formats import FormatKind, kind_of


class Shape(Word):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "numbers"
    DATE = "dates"
    DATETIME = "datetimes"
    TRUTH = "truth values"
    WHOLE = "whole numbers"


_DECLARED = {("boolean", "b"): Shape.TRUTH, ("integer", "i"): Shape.WHOLE}
"""By the declared type of a variable and the kind of its column's dtype."""


def shape_of(dataset: Dataset, variable: Variable) -> Shape:
    """What a variable's column holds: by its own type; for dates by the format too; else as declared.

    A stamp without a date or datetime format is a date where its unit is the second, as the readers
    have it. A stamp with a part of a day is never a date.
    """
    return shape_of_column(enough_of(dataset, variable), variable)


def enough_of(dataset: Dataset, variable: Variable) -> pd.Series:
    """A column without its records where its type alone says what it holds, so that none are fetched."""
    none = dataset.part(variable.name, 0, 0)
    return none if _says_all(none.dtype, variable) else dataset[variable.name]


def _says_all(dtype: Any, variable: Variable) -> bool:
    """Whether every column of a type holds what the variable is declared to hold."""
    if variable.type == "Char":
        return isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow"
    return bool(dtype == np.float64)


def shape_of_column(column: pd.Series, variable: Variable) -> Shape:
    """The same of a column that was fetched already."""
    held = Shape.TEXT if columns.is_character(column) else Shape.NUMBER
    declared = Shape.TEXT if variable.type == "Char" else Shape.NUMBER
    if columns.is_date(column) and declared is Shape.NUMBER:
        return _shape_of_stamps(stamps_of(column), kind_of(variable.format))
    kind = getattr(column.dtype, "kind", "")  # a nullable type of pandas has one as numpy's have
    if isinstance(column.dtype, np.dtype | pd.BooleanDtype | pd.Int64Dtype) and (
        (variable.data_type, kind) in _DECLARED
    ):
        return _DECLARED[variable.data_type, kind]
    # A column without any value is what it is declared to be.
    return declared if held is not declared and columns.missing(column).all() else held


def _shape_of_stamps(stamps: NDArray[np.datetime64], kind: FormatKind) -> Shape:
    in_seconds = np.datetime_data(stamps.dtype)[0] == "s"
    may_be_dates = kind is FormatKind.DATE or (kind is not FormatKind.DATETIME and in_seconds)
    return Shape.DATE if may_be_dates and are_whole_days(stamps) else Shape.DATETIME


def arrow_column(dataset: Dataset, variable: Variable) -> pa.Array:
    """One column of a dataset without breaches, of `len(dataset)` values."""
    column = dataset[variable.name]
    return _array(column, shape_of_column(column, variable))


def arrow_part(dataset: Dataset, variable: Variable, shape: Shape, first: int, count: int) -> pa.Array:
    """Some records of it, from position `first` on; `shape` is that of the whole column.

    All parts have one type, an empty one too. A dictionary holds the values of its part.
    """
    return _array(dataset.part(variable.name, first, count), shape)


def _array(column: pd.Series, shape: Shape) -> pa.Array:
    match shape:
        case Shape.TEXT:
            return text_array(column)
        case Shape.NUMBER:
            return pa.array(columns.numbers(column), from_pandas=True)
        case Shape.DATE:
            return pa.array(stamps_of(column).astype("datetime64[D]"), type=pa.date32())
        case Shape.DATETIME:
            return pa.array(stamps_of(column).astype("datetime64[us]"), type=pa.timestamp("us"))
        case Shape.TRUTH:
            return pa.array(column, type=pa.bool_())
        case Shape.WHOLE:
            return pa.array(column, type=pa.int64())


def text_array(column: pd.Series) -> pa.Array:
    """Text as a dictionary where it is categorical, else as strings.

    Categories that are ordered are kept, in their order.

    Raises
    ------
    UnicodeError
        When it holds half a surrogate pair.
    """
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        codes = column.cat.codes.to_numpy(dtype=np.int32)
        values = pa.array(column.cat.categories.to_numpy(dtype=object), type=pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), values, ordered=True)
    if isinstance(column.dtype, pd.CategoricalDtype):
        occurring, codes = _as_they_occur(column.cat.codes.to_numpy(), len(column.cat.categories))
        values = column.cat.categories.take(occurring).to_numpy(dtype=object)
        indices = pa.array(codes, mask=codes < 0 if codes.size and codes.min() < 0 else None)
        return pa.DictionaryArray.from_arrays(indices, pa.array(values, type=pa.string()))
    if not columns.is_character(column):
        return pa.nulls(len(column), pa.large_string())
    array = pa.array(column, from_pandas=True, type=pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def joined_bytes(array: pa.Array) -> memoryview:
    """The bytes of all values after each other, of an array of large texts or bytes."""
    _, ends, data = array.buffers()
    if data is None or not len(array):
        return memoryview(b"")
    bounds = np.frombuffer(ends, np.int64, array.offset + len(array) + 1)
    return memoryview(data)[int(bounds[array.offset]) : int(bounds[-1])]


def with_nulls(texts: pa.Array, where: pa.Array) -> pa.Array:
    """The same texts or bytes with null in place of some.

    pyarrow's `if_else` with null as one of the two gives other bytes of a part of an array (16 to 20).
    """
    return pc.replace_with_mask(texts, where, pa.scalar(None, texts.type))


def plain_texts(column: pd.Series) -> pa.Array:
    """The texts of records one by one, "" for a missing one."""
    return text_array(column).cast(pa.large_string()).fill_null("")


def _as_they_occur(codes: NDArray[Any], categories: int) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Categories in the order in which they occur, and the codes among those; -1 stays.

    It does not matter then how categories were ordered, and values that no record has (any more) are not
    given away.
    """
    none = len(codes)
    first = np.full(categories + 1, none, np.int32)
    # Backwards, so that the first record of a code is the last that is written; -1 is the last place.
    first[codes[::-1]] = np.arange(none - 1, -1, -1, dtype=np.int32)
    occurring = np.flatnonzero(first[:-1] < none)
    occurring = occurring[np.argsort(first[occurring])]
    moved = np.full(categories + 1, -1, np.int32)
    moved[occurring] = np.arange(len(occurring), dtype=np.int32)
    return occurring, moved.take(codes, mode="wrap")


def special_missing_tags(dataset: Dataset, variable: Variable) -> Callable[[int, int], pa.Array] | None:
    """The tags of a variable's special missing values from a position on, null for all other records.

    None where the variable has no special missing value.
    """
    special = dataset.special_missing.get(variable.name)
    if special is None or not len(special.records):
        return None
    order = np.argsort(special.records, kind="stable")
    records, tags = special.records[order], special.tags[order]

    def part(first: int, count: int) -> pa.Array:
        start, end = np.searchsorted(records, (first, first + count))
        some = np.full(min(count, len(dataset) - first), None, dtype=object)
        some[records[start:end] - first] = tags[start:end].astype(object)
        return pa.array(some, type=pa.large_string())

    return part


def stamps_of(column: pd.Series) -> NDArray[np.datetime64]:
    """Dates or datetimes without a zone, in the unit they have."""
    return column.to_numpy()


def are_whole_days(stamps: NDArray[np.datetime64]) -> bool:
    present = stamps[~np.isnat(stamps)]
    return bool((present.astype("datetime64[D]") == present).all())
