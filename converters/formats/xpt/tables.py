"""Tables for SAS as version 5 transport files, by pyreadstat; what it wrote is read back cell by cell.

Names have at most 8 characters and labels 40 bytes: who plans a table repairs the names and says so.
pyreadstat cuts what is too long, takes numbers beyond a SAS double for missing and writes a date of seconds
as 1970: such texts and numbers are refused before, dates are given to it as SAS numbers with a format. Texts
are UTF-8. Instead of the hour in which it was written a file has the first of January 1960.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from ....schemas.errors import UnwritableOutput
from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, shape_of, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output, ReadOptions, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from .reader import read_xpt

MEMBER = "TABLE"
"""The name of the dataset in the file."""

_LONGEST_LABEL = 40
_LONGEST_TEXT = 200
_SMALLEST, _LARGEST = 16.0**-65, (1 - 16.0**-14) * 16.0**63
_EPOCH = np.datetime64("1960-01-01", "us")
_FORMATS = {Shape.DATE: "E8601DA10.", Shape.DATETIME: "E8601DT26.6"}
_STAMP = b"01JAN60:00:00:00"
_STAMPS_AT = (144, 160, 464, 480)
"""When library and member were made and changed: two each, in cards of 80 bytes."""


def _breaches(output: Output) -> Iterator[Breach]:
    dataset = output.dataset
    yield from unfit(dataset)
    for variable in dataset.variables:
        if message := _fault(dataset, variable):
            yield Breach(dataset.name, message, variable.name)


def _fault(dataset: Dataset, variable: Variable) -> str:
    shape = shape_of(dataset, variable)
    if shape is Shape.TEXT:
        texts = dataset.distinct(variable.name).values
        longest = max((len(str(each).encode()) for each in texts), default=0)
        return (
            f"contains text of {longest} bytes; the most are {_LONGEST_TEXT}"
            if longest > _LONGEST_TEXT
            else ""
        )
    if shape is Shape.NUMBER:
        sizes = np.abs(columns.numbers(dataset[variable.name]))
        sizes = sizes[~np.isnan(sizes) & (sizes != 0)]
        if ((sizes > _LARGEST) | (sizes < _SMALLEST)).any():
            return "contains numbers outside the range of SAS transport files"
    return ""


def _plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(each.path, partial(_write, each)) for each in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    import pyreadstat

    dataset = output.dataset
    shapes = {each.name: shape_of(dataset, each) for each in dataset.variables}
    frame = pd.DataFrame({name: _as_sas_has_it(dataset[name], shape) for name, shape in shapes.items()})
    labels = [shortened(each.label) for each in dataset.variables]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xpt"
        pyreadstat.write_xport(
            frame,
            str(path),
            file_label=shortened(dataset.label),
            column_labels=labels,
            table_name=MEMBER,
            file_format_version=5,
            variable_format={name: _FORMATS[shape] for name, shape in shapes.items() if shape in _FORMATS},
        )
        content = _without_time(path.read_bytes())
        path.write_bytes(content)
        _require_same(path, output.path, frame, labels)
    stream.write(content)


def _as_sas_has_it(column: pd.Series, shape: Shape) -> pd.Series:
    """Texts, "" for a missing one; numbers, as SAS counts days and seconds from 1960."""
    if shape is Shape.TEXT:
        return column.astype(object).where(column.notna(), "")
    if shape in _FORMATS:
        since = stamps_of(column).astype("datetime64[us]") - _EPOCH
        unit = np.timedelta64(1, "D" if shape is Shape.DATE else "s")
        return pd.Series(since / unit)
    return pd.Series(columns.numbers(column))


def shortened(label: str) -> str:
    """As much of a label as the format holds, no character cut in two."""
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _without_time(content: bytes) -> bytes:
    """The same table gives the same bytes."""
    changed = bytearray(content)
    for place in _STAMPS_AT:
        changed[place : place + len(_STAMP)] = _STAMP
    return bytes(changed)


def _require_same(path: Path, shown: Path, frame: pd.DataFrame, labels: Sequence[str]) -> None:
    (back,) = read_xpt(path, ReadOptions(encoding="utf-8"))
    wrong = [name for name in map(str, frame) if name not in back or not _equal(frame[name], back, name)]
    described = [(each.name, each.label) for each in back.variables]
    if wrong or described != list(zip(frame.columns, labels, strict=True)) or len(back) != len(frame):
        raise UnwritableOutput(
            "the table reads back otherwise than it was written, and is not kept",
            f"{shown}: {', '.join(wrong) or 'names and labels'}",
            "write it as .csv or .parquet",
        )


def _equal(written: pd.Series, back: Dataset, name: str) -> bool:
    if written.dtype == object:
        found = back[name]
        if not columns.is_character(found):
            return False
        texts = found.astype(object).where(found.notna(), "")
        return bool((texts.to_numpy() == written.to_numpy()).all())
    if back.is_character(name):
        return False
    found_numbers = _as_sas_has_it(back[name], shape_of(back, back.variable(name)))
    return bool(np.array_equal(found_numbers.to_numpy(), written.to_numpy(), equal_nan=True))


def _in_style(_: TableStyle) -> Writer:
    return TABLES


TABLES = Writer(_breaches, _plan, _in_style)
