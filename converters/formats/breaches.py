"""What no writer can take, because SAS data do not have it, and what no text format can.

A dataset that a reader made has none of this, but for years after 9999; frames of other makes may.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import SpecialMissing, Variable
from ..values.arrow_columns import Shape, are_whole_days, enough_of, shape_of_column, stamps_of, text_array
from ..values.sas_formats import FormatKind, kind_of
from . import Format
from .format import Breach
from .holds import FOUND, Holds

_EXACT = 2**53
_LONGEST = 2**31 - 1
_TAGS = np.array(["_", *ascii_uppercase])
_NO_SAS_VALUES = "contains values that are not text or numbers"
_NOT_ALL_TEXT = "contains text and values that are not text"


def breaches(dataset: Dataset) -> Iterator[Breach]:
    """Columns that are no text, number or date, or not what they are declared to be; variables without a
    name, lengths that are none, records without a variable."""
    yield from _breaches_of_metadata(dataset)
    for variable in dataset.variables:
        if message := _fault(dataset, variable, _judged(dataset, variable)):
            yield Breach(dataset.name, message, variable.name, in_all=True)


def _judged(dataset: Dataset, variable: Variable) -> pd.Series:
    """What of a column must be seen to judge it."""
    has_special = variable.name in dataset.special_missing
    return dataset[variable.name] if has_special else enough_of(dataset, variable)


def breaches_of_data(dataset: Dataset, form: Format) -> Iterator[Breach]:
    """Data that the format has no place for: special missing values."""
    if Holds.SPECIAL_MISSING in form.holds:
        return
    for name in FOUND[Holds.SPECIAL_MISSING](dataset):
        special = dataset.special_missing[name]
        tags, counts = np.unique(special.tags, return_counts=True)
        listed = ", ".join(f".{tag} {count}" for tag, count in zip(tags, counts, strict=True))
        first = int(special.records.min()) + 1
        yield Breach(
            dataset.name, f"contains special missing values: {listed} (first in record {first})", name
        )


def breaches_of_text(dataset: Dataset) -> Iterator[Breach]:
    """Those, or else what CSV and JSON cannot write: infinities, years of other than four digits."""
    if not dataset.variables:
        yield Breach(dataset.name, "has no variables")
    unfit = list(_breaches_of_metadata(dataset))
    in_text: list[Breach] = []
    for variable in dataset.variables:
        is_unfit, message = _fault_for_text(dataset, variable, dataset[variable.name])
        if message:
            breach = Breach(dataset.name, message, variable.name, in_all=is_unfit)
            (unfit if is_unfit else in_text).append(breach)
    yield from unfit or in_text


def _breaches_of_metadata(dataset: Dataset) -> Iterator[Breach]:
    if not _is_unicode(dataset.name, dataset.label, dataset.declared_class, dataset.declared_subclass):
        yield Breach(dataset.name, "its name, label or class is not valid Unicode", in_all=True)
    if not dataset.variables and len(dataset):
        yield Breach(dataset.name, "has records but no variables", in_all=True)
    for place, each in enumerate(dataset.variables, start=1):
        if not each.name.strip():
            yield Breach(dataset.name, f"variable {place} has no name", in_all=True)
        if not _is_unicode(each.name, each.label, each.format, each.informat):
            yield Breach(
                dataset.name,
                f"the name, label or format of variable {place} is not valid Unicode",
                in_all=True,
            )
        elif each.length is not None and not 0 < each.length <= _LONGEST:
            yield Breach(
                dataset.name,
                f"has a length of {each.length}; lengths are 1 to {_LONGEST}",
                each.name,
                in_all=True,
            )


def _is_unicode(*texts: str) -> bool:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _fault(dataset: Dataset, variable: Variable, column: pd.Series) -> str:
    special = dataset.special_missing.get(variable.name)
    if special is not None and (message := _fault_of_special(special, variable, columns.missing(column))):
        return message
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "contains datetimes with a time zone, which SAS does not support"
    if columns.is_date(column):
        return _fault_of_stamps(variable, column)
    if columns.is_character(column):
        return _fault_of_text(variable, column)
    if variable.type == "Char" and not columns.missing(column).all():
        return f"is declared Char but contains numbers{_first(~columns.missing(column))}"
    return _fault_of_numbers(column)


def _fault_for_text(dataset: Dataset, variable: Variable, column: pd.Series) -> tuple[bool, str]:
    """Whether no writer can take a column, and why none or no text format can; else no message."""
    message = _fault(dataset, variable, column)
    return bool(message), message or _fault_in_text(variable, column)


def _fault_of_special(special: SpecialMissing, variable: Variable, missing: columns.Mask) -> str:
    records = special.records
    if not len(records):
        return ""
    if variable.type == "Char":
        return "is declared Char but has special missing values"
    if records.min() < 0 or records.max() >= len(missing) or not missing[records].all():
        return "special missing values are given for a record that has a value, or is not present"
    if len(np.unique(records)) < len(records):
        return "two special missing values are given for one record"
    wrong = ~np.isin(special.tags, _TAGS)
    if wrong.any():
        return f"has a special missing value other than .A to .Z and ._{_first(wrong, records)}"
    return ""


def _first(wrong: NDArray[np.bool_], records: NDArray[np.int64] | None = None) -> str:
    """The place of the first record that is wrong, as messages name it; nothing where none is.

    A category may be wrong that no record has, and a datetime too far for microseconds.
    """
    if not wrong.any():
        return ""
    place = int(np.argmax(wrong))
    return f" (first in record {(place if records is None else int(records[place])) + 1})"


def _fault_of_stamps(variable: Variable, column: pd.Series) -> str:
    if variable.type == "Char" and not columns.missing(column).all():
        return f"is declared Char but contains dates{_first(~columns.missing(column))}"
    stamps = stamps_of(column)
    if _are_finer_than_a_microsecond(stamps):
        finer = ~np.isnat(stamps) & (stamps != stamps.astype("datetime64[us]"))
        return f"contains datetimes with more than 6 decimals of a second{_first(finer)}"
    kind = kind_of(variable.format)
    if kind is FormatKind.TIME or (kind is FormatKind.DATE and not are_whole_days(stamps)):
        return f"contains datetimes, but has the {kind} format {variable.format}"
    return ""


def _are_finer_than_a_microsecond(stamps: NDArray[np.datetime64]) -> bool:
    """By the values that have a finer unit, else by the range of microseconds."""
    suspects = stamps
    if stamps.size and np.datetime_data(stamps.dtype)[0] != "ns":
        suspects = np.array([np.fmin.reduce(stamps), np.fmax.reduce(stamps)])
    return not np.array_equal(suspects, suspects.astype("datetime64[us]"), equal_nan=True)


def _fault_of_text(variable: Variable, column: pd.Series) -> str:
    if variable.type == "Num" and not columns.missing(column).all():
        return f"is declared Num but contains text{_first(~columns.missing(column))}"
    values = pd.Series(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else column
    if pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
        texts = np.array([isinstance(each, str) for each in column], np.bool_)
        return f"{_NOT_ALL_TEXT}{_first(~texts & ~columns.missing(column))}"
    try:
        text_array(values)
    except UnicodeError:
        return "contains text that is not valid Unicode"
    return ""


def _fault_of_numbers(column: pd.Series) -> str:
    if pd.api.types.is_complex_dtype(column.dtype):
        return _NO_SAS_VALUES
    try:
        column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        return _NO_SAS_VALUES
    if pd.api.types.is_integer_dtype(column.dtype):
        beyond = ((column > _EXACT) | (column < -_EXACT)).to_numpy(dtype=np.bool_, na_value=False)
        if beyond.any():
            return f"contains integers beyond 2**53, which a double cannot hold exactly{_first(beyond)}"
    return ""


def _fault_in_text(variable: Variable, column: pd.Series) -> str:
    match shape_of_column(column, variable):
        case Shape.NUMBER:
            infinite = np.isinf(columns.numbers(column))
            return f"contains infinite numbers{_first(infinite)}" if infinite.any() else ""
        case Shape.DATE | Shape.DATETIME:
            stamps = stamps_of(column)
            years = stamps.astype("datetime64[Y]").astype(np.int64) + 1970
            outside = ~np.isnat(stamps) & ((years < 1) | (years > 9999))
            return f"contains dates outside the years 1 to 9999{_first(outside)}" if outside.any() else ""
        case _:
            return ""
