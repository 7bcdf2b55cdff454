"""Tables for Stata 14 and later: what a .dta file has of one, read back by pandas cell by cell.

Texts that a program compares are numbers from 1 with value labels, in the order that the table has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from pandas.io.stata import StataReader

from ....schemas.errors import UnwritableOutput
from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ...values.arrow_columns import Shape, shape_of, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from .display import numbers_of_stamps
from .metadata import LONGEST_VALUE_LABEL
from .unfit import fault_of_values
from .written_file import write_dta

_LONGEST_LABEL = 80
"""Bytes, as in every release of the format."""


def _breaches(style: TableStyle, output: Output) -> Iterator[Breach]:
    dataset = output.dataset
    yield from unfit(dataset)
    for variable in dataset.variables:
        if message := fault_of_values(dataset[variable.name], variable):
            yield Breach(dataset.name, message, variable.name)
    for name, texts in style.coded.items():
        if any(len(each.encode()) > LONGEST_VALUE_LABEL for each in texts):
            yield Breach(dataset.name, f"contains a text of more than {LONGEST_VALUE_LABEL:,} bytes", name)


def _plan(style: TableStyle, outputs: Sequence[Output]) -> list[PlannedFile]:
    return [
        PlannedFile(each.path, partial(_write, style, each), check=partial(_require_same, style, each))
        for each in outputs
    ]


def _write(style: TableStyle, output: Output, stream: BinaryIO) -> None:
    write_dta(replace(output, dataset=_as_table(output.dataset)), stream, _terms(style), style.coded, {})


def _as_table(dataset: Dataset) -> Dataset:
    """With labels that every Stata shows; without a time."""
    variables = tuple(replace(each, label=shortened(each.label)) for each in dataset.variables)
    return dataset.replace(label=shortened(dataset.label), variables=variables, created=None, modified=None)


def _terms(style: TableStyle) -> Mapping[str, Mapping[int, str]]:
    return {name: dict(enumerate(texts, 1)) for name, texts in style.coded.items()}


def shortened(label: str) -> str:
    """As much of a label as the format holds in any encoding, no character cut in two."""
    return label.encode()[:_LONGEST_LABEL].decode(errors="ignore")


def _require_same(style: TableStyle, output: Output, path: Path) -> None:
    """By pandas, which reads the format by code of its own."""
    dataset, terms = output.dataset, _terms(style)
    back = pd.read_stata(path, convert_dates=False, convert_categoricals=False)
    with StataReader(path) as reader:
        found_labels = reader.variable_labels()
    names = [each.name for each in dataset.variables]
    labels = {each.name: shortened(each.label) for each in dataset.variables}
    same_names = list(back) == names
    plain = [name for name in names if same_names and name not in terms]
    wrong = [name for name in plain if not _equal(dataset, name, back[name])]
    if terms and same_names:
        shown = pd.read_stata(path, columns=list(terms))
        wrong += [name for name in terms if not _same_texts(dataset[name], shown[name])]
    if wrong or not same_names or found_labels != labels:
        raise UnwritableOutput(
            "the table reads back otherwise than it was written, and is not kept",
            f"{output.path}: {', '.join(wrong) or 'names and labels'}",
            "write it as .csv or .parquet",
        )


def _equal(dataset: Dataset, name: str, back: pd.Series) -> bool:
    shape, written = shape_of(dataset, dataset.variable(name)), dataset[name]
    if shape is Shape.TEXT:
        return _same_texts(written, back)
    is_stamp = shape in {Shape.DATE, Shape.DATETIME}
    numbers = numbers_of_stamps(stamps_of(written), shape) if is_stamp else columns.numbers(written)
    return bool(np.array_equal(back.to_numpy(dtype=np.float64), numbers, equal_nan=True))


def _same_texts(written: pd.Series, back: pd.Series) -> bool:
    found, expected = (_texts(each) for each in (back, written))
    return bool(np.array_equal(found, expected))


def _texts(column: pd.Series) -> Any:
    return column.astype(object).where(column.notna(), "").to_numpy()


def in_style(style: TableStyle) -> Writer:
    return Writer(partial(_breaches, style), partial(_plan, style), in_style)


TABLES = in_style(TableStyle())
