"""What of a dataset a .sav file cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, shape_of_column, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output
from .display import AFTER_LAST_DAY, FIRST_DAY, are_held
from .names import LONGEST_NAME, is_name
from .stored_columns import HIGHEST, LOWEST
from .texts import SurveyedTexts

LONGEST_LABEL, LONGEST_DATASET_LABEL = 255, 64
"""Bytes."""
MOST_RECORDS = 2**31 - 1


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset that SPSS cannot hold."""
    dataset = output.dataset
    found = list(unfit(dataset))
    yield from found
    if found:
        return
    yield from (Breach(dataset.name, message) for message in _faults_of_dataset(dataset))
    for variable in dataset.variables:
        for message in _faults(dataset, variable):
            yield Breach(dataset.name, message, variable.name)


def _faults_of_dataset(dataset: Dataset) -> Iterator[str]:
    if not dataset.variables:
        yield "has no variables"
    if len(dataset) > MOST_RECORDS:
        yield f"has {len(dataset):,} records; the most are {MOST_RECORDS:,}"
    yield from _faults_of_label(dataset.label, LONGEST_DATASET_LABEL)


def _faults(dataset: Dataset, variable: Variable) -> Iterator[str]:
    if not is_name(variable.name):
        yield (
            "is not a name in SPSS: a letter or @ first, then letters, digits and _ . @ # $, "
            f"at most {LONGEST_NAME}, no full stop last, no reserved word"
        )
    yield from _faults_of_label(variable.label, LONGEST_LABEL)
    column = dataset[variable.name]
    for message, record in _faults_of_values(column, shape_of_column(column, variable)):
        yield f"{message} (first in record {record})"


def _faults_of_label(label: str, most: int) -> Iterator[str]:
    size = len(label.encode())
    if size > most:
        yield f"has a label of {size} bytes; at most {most}"
    if "\0" in label:
        yield "has a label with a NUL character"
    if label.endswith(" "):
        yield "has a label with trailing blanks"


def _faults_of_values(column: pd.Series, shape: Shape) -> Iterator[tuple[str, int]]:
    """Each with the first record that has it, from 1."""
    if shape is Shape.TEXT:
        yield from SurveyedTexts.of(column).faults.items()
        return
    for message, records in _stamps(column) if shape in _STAMPS else _numbers(column):
        if records.any():
            yield message, int(records.argmax()) + 1


_STAMPS = frozenset({Shape.DATE, Shape.DATETIME})
_Judgement = Iterator[tuple[str, NDArray[np.bool_]]]


def _numbers(column: pd.Series) -> _Judgement:
    numbers = columns.numbers(column)
    infinite = np.isinf(numbers)
    yield "contains infinite numbers", infinite
    yield (
        "contains numbers that mean missing, lowest or highest in SPSS",
        ((numbers <= LOWEST) | (numbers >= HIGHEST)) & ~infinite,
    )


def _stamps(column: pd.Series) -> _Judgement:
    stamps = stamps_of(column)
    seconds = stamps.astype("datetime64[s]")
    outside = ~np.isnat(stamps) & ((seconds < FIRST_DAY) | (seconds >= AFTER_LAST_DAY))
    yield "contains dates before 1582-10-15 or after 9999-12-31", outside
    kept = np.where(outside, np.datetime64("NaT"), stamps)
    yield (
        "contains datetimes with more decimals of a second than a double of seconds from 1582 holds",
        ~are_held(kept),
    )
