"""Frames that were made elsewhere, as a reader would have made them; what no dataset can hold is refused.

One door, so that no rule, writer or table meets a kind of column that readers do not make.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd

from ..wording import is_unicode, one_line, plain_text
from .columns import is_character
from .variable import MOST_VARIABLES


class UnfitColumn(TypeError):
    """A column holds what no dataset can hold; the message names it."""


def taken(frame: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """The frame with text for names, index 0, 1, 2, … and columns as readers make them.

    Raises
    ------
    UnfitColumn
        For lists, structs, bytes, periods, intervals, durations, complex numbers, numbers that no double
        holds, text that is not Unicode, and whatever else is neither text nor numbers nor dates.
    ValueError
        For columns of several levels, without a name or of one name, or more than `MOST_VARIABLES`.
    """
    names = _names(frame, dataset)
    plain = frame.reset_index(drop=True).set_axis(names, axis=1)
    changed = {}
    for name in names:
        held = plain[name]
        try:
            read = _column(held)
        except UnfitColumn as unfit:
            raise UnfitColumn(f"{one_line(dataset)}: {one_line(name)} {unfit}") from None
        except (
            Exception
        ) as odd:  # of objects whose own methods fail, of memory that is not what its type says
            unread = f"contains values that cannot be read ({type(odd).__name__})"
            raise UnfitColumn(f"{one_line(dataset)}: {one_line(name)} {unread}") from None
        if read is not held:
            changed[name] = read
    return plain.assign(**changed) if changed else plain


def _names(frame: pd.DataFrame, dataset: str) -> list[str]:
    if isinstance(frame.columns, pd.MultiIndex):
        raise ValueError(f"{dataset}: the columns have multi-level names; give each column one name")
    if len(frame.columns) > MOST_VARIABLES:
        raise ValueError(
            f"{dataset}: {len(frame.columns):,} columns, more than the {MOST_VARIABLES:,} variables that a "
            "SAS dataset can hold; split the frame, or use one record per measurement"
        )
    try:
        given: list[Any] = list(frame.columns)
    except UnicodeDecodeError:
        raise ValueError(f"{dataset}: a column name is not a string") from None
    names = [_name(each) for each in given]
    if not all(names):
        raise ValueError(f"{dataset}: the name of column {names.index('') + 1} is not a string, or is empty")
    if len(set(names)) < len(names):
        raise ValueError(f"{dataset}: two columns have the same name")
    return names


def _name(given: Any) -> str:
    """A name as text; empty where it is none."""
    if isinstance(given, str):
        return plain_text(given) if is_unicode(plain_text(given)) else ""
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    return str(given) if whole and abs(given) < _LONGEST_NUMBER else ""


_LONGEST_NUMBER = 10**18


def _column(column: pd.Series) -> pd.Series:
    """One column; the same object where it is as readers make it."""
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return _column(_of_arrow(column))
    if isinstance(dtype, pd.SparseDtype):
        return _column(_like(column, np.asarray(column)))
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):
        raise UnfitColumn(_REFUSED["period" if isinstance(dtype, pd.PeriodDtype) else "interval"])
    if isinstance(dtype, pd.DatetimeTZDtype):
        return cast("pd.Series", column.dt.tz_localize(None))  # what the clock showed
    if isinstance(dtype, pd.CategoricalDtype):
        _of_objects(pd.Series(dtype.categories.to_numpy(dtype=object), dtype=object))
        return column if is_character(column) else _column(_like(column, np.asarray(column)))
    if isinstance(dtype, pd.StringDtype):
        return _require_unicode(column) if dtype.storage == "python" else _require_utf8(column)
    if pd.api.types.is_object_dtype(dtype):
        return _of_objects(column)
    if isinstance(dtype, np.dtype):
        return _of_numpy(column, dtype)
    if not pd.api.types.is_numeric_dtype(dtype):
        raise UnfitColumn(_REFUSED["else"])
    return column


def _of_numpy(column: pd.Series, dtype: np.dtype[Any]) -> pd.Series:
    if dtype.kind == "c":
        raise UnfitColumn(_REFUSED["complex"])
    if dtype.kind == "m":
        raise UnfitColumn(_REFUSED["timedelta"])
    if dtype.kind == "V":
        raise UnfitColumn(_REFUSED["nested"])
    if dtype.kind not in _KINDS:
        raise UnfitColumn(_REFUSED["else"])
    if dtype.kind == "f" and dtype.itemsize != np.dtype(np.float64).itemsize:
        return column.astype(np.float64)
    return column


_KINDS = "biufM"
"""Of numpy: booleans, integers, floats, dates."""


# Arrow, by the names of its types and by what its arrays do themselves: schemas know no file format

_ARROW: tuple[tuple[tuple[str, ...], str], ...] = (
    (("list", "large_list", "fixed_size_list", "struct", "map", "union", "sparse_union"), "nested"),
    (("binary", "large_binary", "fixed_size_binary"), "bytes"),
    (("duration",), "timedelta"),
    (("month_day_nano_interval",), "interval"),
)
_TYPE = re.compile(r"([a-z]+(?:_[a-z]+)*)\d*")
_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def _of_arrow(column: pd.Series) -> pd.Series:
    kind = cast("pd.ArrowDtype", column.dtype).pyarrow_dtype
    stated = _TYPE.match(str(kind))
    name = stated[1] if stated else ""
    refused = next((word for names, word in _ARROW if name in names), None)
    if refused is not None:
        raise UnfitColumn(_REFUSED[refused])
    data: Any = column.array
    data = data.__arrow_array__()
    match name:
        case "dictionary":
            return column.astype(object).astype("category")  # decodes each text
        case "date" | "timestamp" | "time":
            return _of_moments(column, data, kind, name)
        case "decimal":
            return _like(column, data.cast("string").cast("float64").to_numpy())
        case "halffloat" | "float" | "double" | "null":
            return _like(column, data.cast("float64").to_numpy())
        case "bool":
            return column.astype("boolean")
        case "int" | "uint":
            return column.astype("Int64" if name == "int" else "UInt64")
        case "string" | "large_string" | "string_view":
            _require_utf8(column)
            return _like(column, pd.array(data.to_pylist(), dtype="string[pyarrow]"))
        case _:
            raise UnfitColumn(_REFUSED["else"])


def _of_moments(column: pd.Series, data: Any, kind: Any, name: str) -> pd.Series:
    if name == "date":
        return _like(column, data.cast("date32").to_numpy().astype("datetime64[s]"))
    if name == "time":
        ticks = data.cast(f"int{kind.bit_width}").cast("float64", safe=False)
        return _like(column, ticks.to_numpy() / _PER_SECOND[kind.unit])
    if kind.tz is not None:
        return column.astype(pd.DatetimeTZDtype("us", kind.tz))
    return _like(column, data.to_numpy().astype("datetime64[us]"))


# Objects

_Taker = Callable[[pd.Series], pd.Series]


def _of_objects(column: pd.Series) -> pd.Series:
    """Objects by what they are; one of several kinds is text among numbers, or refused."""
    try:
        kind = pd.api.types.infer_dtype(column, skipna=True)
    except ArithmeticError:  # of a decimal that is a signal
        raise UnfitColumn(_REFUSED["number"]) from None
    if kind == "date" and column.map(lambda value: isinstance(value, datetime.datetime)).any():
        kind = "datetime"
    if kind in _REFUSED:
        raise UnfitColumn(_REFUSED[kind])
    return _TAKERS.get(kind, _mixed)(column)


def _require_unicode(column: pd.Series) -> pd.Series:
    if not is_unicode("".join(column.dropna())):
        raise UnfitColumn(_REFUSED["undecoded"])
    return column


def _require_utf8(column: pd.Series) -> pd.Series:
    """Text in the memory of Arrow, which takes whatever bytes a file of its own holds."""
    data: Any = column.array
    try:
        data.__arrow_array__().validate(full=True)
    except ValueError:
        raise UnfitColumn(_REFUSED["undecoded"]) from None
    return column


def _numbers(column: pd.Series) -> pd.Series:
    return _like(column, np.array([_double(value) for value in column], dtype=np.float64))


def _double(value: Any) -> float:
    try:
        double = np.nan if pd.isna(value) else float(value)
    except (ArithmeticError, ValueError):  # too large, or a decimal that is a signal
        raise UnfitColumn(_REFUSED["number"]) from None
    if double != value and (math.isinf(double) or isinstance(value, int | np.integer)):
        raise UnfitColumn(_REFUSED["number"])
    return double


def _whole_numbers(column: pd.Series) -> pd.Series:
    try:
        return column.where(column.notna(), None).astype("Int64")
    except (OverflowError, TypeError, ValueError):
        return _numbers(column)


def _times(column: pd.Series) -> pd.Series:
    """Times of day as seconds."""
    seconds = [
        np.nan
        if pd.isna(value)
        else value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        for value in column
    ]
    return _like(column, np.array(seconds, dtype=np.float64))


def _datetimes(column: pd.Series) -> pd.Series:
    """Datetimes, of those with a time zone what their clock showed."""
    stamps = [None if pd.isna(value) else _clock(value) for value in column]
    return _like(column, np.array(stamps, dtype="datetime64[us]"))


def _dates(column: pd.Series) -> pd.Series:
    """Dates in seconds, the unit that readers give them."""
    days = [None if pd.isna(value) else value for value in column]
    return _like(column, np.array(days, dtype="datetime64[D]").astype("datetime64[s]"))


def _clock(value: Any) -> Any:
    shown = value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value
    return shown.to_datetime64() if isinstance(shown, pd.Timestamp) else shown


def _mixed(column: pd.Series) -> pd.Series:
    """Text among numbers is text to rules and refused by writers; anything else has no meaning here."""
    held = {type(value) for value in column}
    if not all(issubclass(each, _PLAIN) and not issubclass(each, _NO_NUMBERS) for each in held):
        raise UnfitColumn("contains values of several types: convert them all to text, numbers or dates")
    is_text = column.map(lambda value: isinstance(value, str))
    _require_unicode(column[is_text])
    column[~is_text].map(_double)
    return column


_NO_NUMBERS = (np.complexfloating, np.timedelta64)
"""What numpy derives from its numbers."""
_PLAIN = (str, int, float, np.number, np.bool_, Decimal, type(None), type(pd.NA), type(pd.NaT))
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "undecoded": "contains text that is not valid Unicode: decode it again from its bytes",
        "number": "contains numbers that a double cannot hold",
        "else": "contains values that are not text, numbers or dates",
        "nested": "contains lists, structs or maps: use one column per element",
        "bytes": "contains bytes: decode them to text",
        "complex": "contains complex numbers: use two columns for their parts",
        "timedelta": "contains durations: convert them to numbers of days or seconds",
        "timedelta64": "contains durations: convert them to numbers of days or seconds",
        "period": "contains periods: convert them to their start dates, as with dt.to_timestamp()",
        "interval": "contains intervals: use two columns for their bounds",
    }
)
_TAKERS: Mapping[str, _Taker] = MappingProxyType(
    {
        "string": _require_unicode,
        "empty": lambda column: column,
        "boolean": lambda column: column.astype("boolean"),
        "floating": _numbers,
        "integer": _whole_numbers,
        "integer-na": _whole_numbers,
        "mixed-integer-float": _numbers,
        "decimal": _numbers,
        "time": _times,
        "date": _dates,
        "datetime": _datetimes,
        "datetime64": _datetimes,
    }
)


def _like(column: pd.Series, values: Any) -> pd.Series:
    return pd.Series(values, index=column.index, name=column.name)
