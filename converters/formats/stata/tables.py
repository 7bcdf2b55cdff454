"""Tables for Stata 14 and later (UTF-8), by pyreadstat; pandas reads them back, cell by cell.

Texts that a program compares are numbers from 1 with value labels, in the order that the table has them.
Dates are given to pyreadstat as Stata's numbers with a format: those in seconds it would write as 1970. The
same table gives the same bytes: a file has the first of January 1960 instead of the minute of its writing.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
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
_LONGEST_VALUE_LABEL = 32_000
_LARGEST = 8.988465674311579e307
_BEFORE_STAMP, _STAMP = b"<timestamp>\x11", b"01 Jan 1960 00:00"
_EPOCH = np.datetime64("1960-01-01", "us")
_FORMATS = {Shape.DATE: "%td", Shape.DATETIME: "%tc"}
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
    import pyreadstat

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
    terms = {
        name: {float(place): each for place, each in enumerate(texts, 1)}
        for name, texts in style.coded.items()
    }
    labels = {each.name: shortened(each.label) for each in dataset.variables}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.dta"
        pyreadstat.write_dta(
            frame,
            str(path),
            version=14,
            file_label=shortened(dataset.label),
            column_labels=list(labels.values()),
            variable_value_labels=terms,
            variable_format={name: _FORMATS[shape] for name, shape in shapes.items() if shape in _FORMATS},
        )
        content = _without_time(path.read_bytes())
    _require_same(io.BytesIO(content), output, frame, labels, terms)
    stream.write(content)


def _as_stata_has_it(column: pd.Series, shape: Shape) -> pd.Series:
    """Texts, "" for a missing one; numbers, bytes for truth values; days or milliseconds from 1960."""
    match shape:
        case Shape.TEXT:
            return column.astype(object).where(column.notna(), "")
        case Shape.TRUTH if not column.hasnans:
            return pd.Series(column.to_numpy(dtype=np.int8))
        case Shape.DATE | Shape.DATETIME:
            return pd.Series((stamps_of(column).astype("datetime64[us]") - _EPOCH) / _UNITS[shape])
        case _:
            return pd.Series(columns.numbers(column))


def _without_time(content: bytes) -> bytes:
    """The same table gives the same bytes."""
    start = content.index(_BEFORE_STAMP) + len(_BEFORE_STAMP)
    return content[:start] + _STAMP + content[start + len(_STAMP) :]


def _numbered(column: pd.Series, texts: Sequence[str]) -> pd.Series:
    codes = pd.Categorical(column.astype(object), categories=list(texts)).codes
    return pd.Series(np.where(codes >= 0, codes + 1.0, np.nan))


def shortened(label: str) -> str:
    """As much of a label as the format holds in any encoding, no character cut in two."""
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _require_same(
    content: io.BytesIO,
    output: Output,
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    terms: Mapping[str, Mapping[float, str]],
) -> None:
    """By pandas, which reads the format by code of its own."""
    back = pd.read_stata(content, convert_dates=False, convert_categoricals=False)
    content.seek(0)
    with StataReader(content) as reader:
        found_labels = reader.variable_labels()
    same_names = list(back) == list(frame)
    wrong = [name for name in map(str, frame) if name in back and not _equal(frame[name], back[name])]
    if terms and same_names:
        content.seek(0)
        shown = pd.read_stata(content, columns=list(terms))
        wrong += [name for name in terms if not _equal(frame[name].map(terms[name]), shown[name])]
    if wrong or not same_names or found_labels != labels:
        raise UnwritableOutput(
            "the table reads back otherwise than it was written, and is not kept",
            f"{output.path}: {', '.join(wrong) or 'names and labels'}",
            "write it as .csv or .parquet",
        )


def _equal(written: pd.Series, back: pd.Series) -> bool:
    if columns.is_character(written):
        found, expected = (each.astype(object).where(each.notna(), "") for each in (back, written))
        return bool(np.array_equal(found.to_numpy(), expected.to_numpy()))
    found_numbers, numbers = (each.to_numpy(dtype=np.float64) for each in (back, written))
    return bool(np.array_equal(found_numbers, numbers, equal_nan=True))


def _in_style(style: TableStyle) -> Writer:
    return Writer(partial(_breaches, style), partial(_plan, style), _in_style)


TABLES = _in_style(TableStyle())
