"""The columns of a dataset as Arrow arrays: what every writer starts from.

=============  =======================  ==========================================
The column     In Arrow                 Missing
=============  =======================  ==========================================
text           dictionary or string     null; a blank stays a blank
numbers        double                   null
dates          date32                   null
datetimes      timestamp[us], no zone   null
=============  =======================  ==========================================
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ...schemas import columns
from ...schemas.dataset import Dataset, Variable
from ..sas_formats import Kind, kind_of
from .protocol import Breach

_EXACT = 2.0**53


class Shape(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "numbers"
    DATE = "dates"
    DATETIME = "datetimes"


def shape_of(dataset: Dataset, variable: Variable) -> Shape:
    """What a variable's column holds, by its own type and, for dates, its format.

    A stamp without a date or datetime format is a date where its unit is the second, as the readers
    have it. A stamp with a part of a day is never a date.
    """
    column = dataset[variable.name]
    if not columns.is_date(column):
        # An empty text column may stand for a number: nothing says otherwise.
        is_text = columns.is_character(column)
        empty_number = variable.type == "Num" and is_text and bool(dataset.missing(variable.name).all())
        return Shape.TEXT if is_text and not empty_number else Shape.NUMBER
    kind = kind_of(variable.format)
    is_date = kind is Kind.DATE or (
        kind is not Kind.DATETIME and np.datetime_data(_stamps(column).dtype)[0] == "s"
    )
    return Shape.DATE if is_date and _whole_days(_stamps(column)) else Shape.DATETIME


def breaches(dataset: Dataset) -> Iterator[Breach]:
    """What no writer can take: columns that are no text, number or date, or not what they are declared."""
    for variable in dataset.variables:
        message = _fault(dataset, variable)
        if message:
            yield Breach(dataset.name, message, variable.name)


def breaches_of_text(dataset: Dataset) -> Iterator[Breach]:
    """What CSV and Dataset-JSON cannot take beyond that: infinities, years of other than four digits."""
    if not dataset.variables:
        yield Breach(dataset.name, "has no variables")
    for variable in dataset.variables:
        column = dataset[variable.name]
        if columns.is_date(column):
            years = _stamps(column).astype("datetime64[Y]").astype(np.int64) + 1970
            if ((years < 1) | (years > 9999))[column.notna().to_numpy()].any():
                yield Breach(dataset.name, "holds dates outside the years 1 to 9999", variable.name)
        elif not columns.is_character(column) and np.isinf(dataset.numbers(variable.name)).any():
            yield Breach(dataset.name, "holds infinite numbers", variable.name)


def arrow_column(dataset: Dataset, variable: Variable) -> pa.Array:
    """One column of a dataset without breaches, of `len(dataset)` values."""
    column = dataset[variable.name]
    match shape_of(dataset, variable):
        case Shape.TEXT:
            return _text(column)
        case Shape.NUMBER:
            return pa.array(dataset.numbers(variable.name), from_pandas=True)
        case Shape.DATE:
            return pa.array(_stamps(column).astype("datetime64[D]"), type=pa.date32())
        case Shape.DATETIME:
            return pa.array(_stamps(column).astype("datetime64[us]"), type=pa.timestamp("us"))


def special_missing_tags(dataset: Dataset, variable: Variable) -> pa.Array | None:
    """The tags of a variable's special missing values, null for all other records; None without any."""
    special = dataset.special_missing.get(variable.name)
    if special is None or not len(special.records):
        return None
    tags = np.full(len(dataset), None, dtype=object)
    tags[special.records] = special.tags.astype(object)
    return pa.array(tags, type=pa.large_string())


def _text(column: pd.Series) -> pa.Array:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        array = pa.array(column, from_pandas=True, type=pa.large_string())
        return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    # Values that no record has (any more) are not given away.
    used = column.cat.remove_unused_categories().cat
    codes = used.codes.to_numpy().astype(np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=codes < 0), pa.array(used.categories.to_numpy(dtype=object), type=pa.string())
    )


def _fault(dataset: Dataset, variable: Variable) -> str:
    column = dataset[variable.name]
    special = dataset.special_missing.get(variable.name)
    if special is not None and not _fits(special.records, ~dataset.missing(variable.name)):
        return "special missing values are recorded where there is a value or no record"
    if columns.is_date(column):
        return _fault_of_stamps(column, variable)
    if columns.is_character(column):
        return _fault_of_text(dataset, variable)
    if variable.type == "Char":
        return "is declared Char and holds numbers"
    return _fault_of_numbers(column)


def _fits(records: NDArray[np.int64], filled: columns.Mask) -> bool:
    return not len(records) or (records.max() < len(filled) and not filled[records].any())


def _fault_of_stamps(column: pd.Series, variable: Variable) -> str:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "holds datetimes with a time zone, which SAS data do not have"
    if variable.type == "Char":
        return "is declared Char and holds dates"
    stamps = _stamps(column)
    if not np.array_equal(stamps, stamps.astype("datetime64[us]"), equal_nan=True):
        return "holds datetimes finer than a microsecond"
    kind = kind_of(variable.format)
    if kind is Kind.TIME or (kind is Kind.DATE and not _whole_days(stamps)):
        return f"holds datetimes under the {kind} format {variable.format}"
    return ""


def _fault_of_text(dataset: Dataset, variable: Variable) -> str:
    if variable.type == "Num" and not dataset.missing(variable.name).all():
        return "is declared Num and holds text"
    try:
        _text(dataset[variable.name])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return "holds values that are neither text nor numbers"
    except UnicodeError:
        return "holds text that is not valid Unicode"
    return ""


def _fault_of_numbers(column: pd.Series) -> str:
    try:
        exact = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        return "holds values that are neither text nor numbers"
    if pd.api.types.is_integer_dtype(column.dtype) and np.nanmax(np.abs(exact), initial=0) > _EXACT:
        return "holds whole numbers beyond 2**53, which a double does not hold exactly"
    return ""


def _stamps(column: pd.Series) -> NDArray[np.datetime64]:
    return column.to_numpy()


def _whole_days(stamps: NDArray[np.datetime64]) -> bool:
    present = stamps[~np.isnat(stamps)]
    return bool((present.astype("datetime64[D]") == present).all())
