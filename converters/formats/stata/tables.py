"""Tables for Stata, version 14 and later (format 118, UTF-8), by pandas; read back cell by cell.

Texts that a program compares are numbers from 1 with value labels, in the order that the table has them.
Texts of more than 2,045 bytes are strL. The same table gives the same bytes: a file has the first of January
1960 instead of the minute in which it was written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.io.stata import StataReader

from ....schemas.errors import UnwritableOutput
from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, shape_of, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle

_LONGEST_LABEL = 80
_LONGEST_STR = 2045
_LONGEST_VALUE_LABEL = 32_000
_LARGEST = 8.988465674311579e307
_EPOCH = np.datetime64("1960-01-01", "us")
_TIMES: Mapping[Shape, Literal["td", "tc"]] = {Shape.DATE: "td", Shape.DATETIME: "tc"}
_UNITS = {Shape.DATE: np.timedelta64(1, "D"), Shape.DATETIME: np.timedelta64(1, "ms")}


def _breaches(style: TableStyle, output: Output) -> Iterator[Breach]:
    dataset = output.dataset
    yield from unfit(dataset)
    for variable in dataset.variables:
        if message := _fault(dataset, variable):
            yield Breach(dataset.name, message, variable.name)
    for name, texts in style.coded.items():
        if any(len(each.encode()) > _LONGEST_VALUE_LABEL for each in texts):
            yield Breach(dataset.name, f"contains a text of more than {_LONGEST_VALUE_LABEL:,} bytes", name)


def _fault(dataset: Dataset, variable: Variable) -> str:
    shape, column = shape_of(dataset, variable), dataset[variable.name]
    if shape is Shape.NUMBER and (np.abs(columns.numbers(column)) > _LARGEST).any():
        return "contains numbers that Stata takes for missing values"
    if shape is Shape.DATETIME:
        stamps = stamps_of(column)
        if not np.array_equal(stamps, stamps.astype("datetime64[ms]"), equal_nan=True):
            return "contains datetimes with more than 3 decimals of a second"
    return ""


def _plan(style: TableStyle, outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, style, each)) for each in outputs]


def _write(style: TableStyle, output: Output, stream: BinaryIO) -> None:
    dataset = output.dataset
    shapes = {each.name: shape_of(dataset, each) for each in dataset.variables}
    frame = pd.DataFrame(
        {
            name: _numbered(dataset[name], style.coded[name])
            if name in style.coded
            else _as_stata_has_it(dataset[name], shape)
            for name, shape in shapes.items()
        }
    )
    terms: dict[Any, dict[float, str]] = {
        name: {float(place): each for place, each in enumerate(texts, 1)}
        for name, texts in style.coded.items()
    }
    labels = {each.name: shortened(each.label) for each in dataset.variables}
    content = io.BytesIO()
    frame.to_stata(
        content,
        write_index=False,
        version=118,
        time_stamp=datetime(1960, 1, 1),
        data_label=shortened(dataset.label),
        variable_labels=labels,
        value_labels=terms,
        convert_dates={name: _TIMES[shape] for name, shape in shapes.items() if shape in _TIMES},
        convert_strl=[name for name in frame if _is_long(frame[name])],
    )
    expected = {name: _expected(frame[name], shape) for name, shape in shapes.items()}
    _require_same(content, output, expected, labels, terms)
    stream.write(content.getvalue())


def _as_stata_has_it(column: pd.Series, shape: Shape) -> pd.Series:
    """Texts, "" for a missing one; numbers, bytes for truth values; dates as pandas takes them."""
    match shape:
        case Shape.TEXT:
            return column.astype(object).where(column.notna(), "")
        case Shape.TRUTH:
            return pd.Series(column.to_numpy(dtype=np.int8))
        case Shape.WHOLE:
            return pd.Series(column.to_numpy())
        case Shape.DATE | Shape.DATETIME:
            return pd.Series(stamps_of(column))
        case _:
            return pd.Series(columns.numbers(column))


def _numbered(column: pd.Series, texts: Sequence[str]) -> pd.Series:
    codes = pd.Categorical(column.astype(object), categories=list(texts)).codes
    return pd.Series(np.where(codes >= 0, codes + 1.0, np.nan))


def _is_long(column: pd.Series) -> bool:
    return column.dtype == object and any(len(each.encode()) > _LONGEST_STR for each in column.unique())


def shortened(label: str) -> str:
    """As much of a label as the format holds in any encoding, no character cut in two."""
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _expected(written: pd.Series, shape: Shape) -> NDArray[Any]:
    """What Stata has of a column: texts, or numbers; dates count days from 1960, datetimes milliseconds."""
    if shape in _UNITS:
        return np.asarray((stamps_of(written).astype("datetime64[us]") - _EPOCH) / _UNITS[shape])
    return written.to_numpy(dtype=object if written.dtype == object else np.float64)


def _require_same(
    content: io.BytesIO,
    output: Output,
    expected: Mapping[str, NDArray[Any]],
    labels: Mapping[str, str],
    terms: Mapping[str, Mapping[float, str]],
) -> None:
    content.seek(0)
    back = pd.read_stata(content, convert_dates=False, convert_categoricals=False)
    content.seek(0)
    with StataReader(content) as reader:
        found_labels, found_terms = reader.variable_labels(), reader.value_labels()
    same_names = list(back) == list(expected)
    wrong = [name for name in expected if name in back and not _equal(expected[name], back[name])]
    if wrong or not same_names or (found_labels, found_terms) != (labels, terms):
        raise UnwritableOutput(
            "the table reads back otherwise than it was written, and is not kept",
            f"{output.path}: {', '.join(map(str, wrong)) or 'names and labels'}",
            "write it as .csv or .parquet",
        )


def _equal(expected: NDArray[Any], back: pd.Series) -> bool:
    if expected.dtype == object:
        return bool(np.array_equal(back.to_numpy(dtype=object), expected))
    return bool(np.array_equal(back.to_numpy(dtype=np.float64), expected, equal_nan=True))


def _in_style(style: TableStyle) -> Writer:
    return Writer(partial(_breaches, style), partial(_plan, style), _in_style)


TABLES = _in_style(TableStyle())
