"""What of a dataset a .sav file cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, shape_of, stamps_of
from .. import FORMATS
from ..breaches import breaches as unfit
from ..breaches import breaches_of_data
from ..format import Breach, Output
from ..xpt.survey import Unstored, blocks, survey
from ..xpt.text_encoding import TextEncoding
from .display import AFTER_LAST_DAY, FIRST_DAY, are_held
from .names import LONGEST_NAME, is_name
from .stored_columns import HIGHEST, LOWEST

LONGEST_TEXT = 32_767
LONGEST_LABEL, LONGEST_DATASET_LABEL = 255, 64
MOST_RECORDS = 2**31 - 1
"""All but the last are of bytes."""

_UTF_8 = TextEncoding("utf-8")
_FAULTS_OF_TEXT: Mapping[Unstored, str] = MappingProxyType(
    {
        Unstored.NUL: "contains text with a NUL character",
        Unstored.TRAILING_BLANKS: "contains text with trailing blanks, which SPSS does not keep",
        Unstored.TOO_LONG: f"contains text of {{needed:,}} bytes; the most are {LONGEST_TEXT:,}",
    }
)


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset that SPSS cannot hold."""
    dataset = output.dataset
    found = list(unfit(dataset))
    yield from found
    if found:
        return
    (form,) = (each for each in FORMATS if each.name == "SPSS")
    yield from breaches_of_data(dataset, form)
    yield from (Breach(dataset.name, message) for message in _faults_of_dataset(dataset))
    for variable in dataset.variables:
        for message in _faults(dataset, variable):
            yield Breach(dataset.name, message, variable.name)


def text_width(dataset: Dataset, variable: Variable) -> int:
    """Bytes of the longest text, at least one."""
    return survey(dataset, variable, Shape.TEXT, _UTF_8, LONGEST_TEXT).needed


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
    shape = shape_of(dataset, variable)
    if shape is Shape.TEXT:
        found = survey(dataset, variable, shape, _UTF_8, LONGEST_TEXT)
        for fault, message in _FAULTS_OF_TEXT.items():
            if fault in found.faults:
                yield f"{message.format(needed=found.needed)} (first in record {found.faults[fault]})"
    else:
        yield from _faults_of_values(dataset, variable, shape)


def _faults_of_label(label: str, most: int) -> Iterator[str]:
    size = len(label.encode())
    if size > most:
        yield f"has a label of {size} bytes; at most {most}"
    if "\0" in label:
        yield "has a label with a NUL character"
    if label.endswith(" "):
        yield "has a label with trailing blanks"


def _faults_of_values(dataset: Dataset, variable: Variable, shape: Shape) -> Iterator[str]:
    """The first record of each kind that is not held."""
    found: dict[str, int] = {}
    for first, part in blocks(dataset, variable):
        for message, records in _JUDGED.get(shape, _numbers)(part):
            if message not in found and records.any():
                found[message] = first + int(records.argmax()) + 1
    yield from (f"{message} (first in record {record})" for message, record in found.items())


_Judgement = Iterator[tuple[str, NDArray[np.bool_]]]


def _numbers(part: pd.Series) -> _Judgement:
    numbers = columns.numbers(part)
    infinite = np.isinf(numbers)
    yield "contains infinite numbers", infinite
    yield (
        "contains numbers that mean missing, lowest or highest in SPSS",
        ((numbers <= LOWEST) | (numbers >= HIGHEST)) & ~infinite,
    )


def _stamps(part: pd.Series) -> _Judgement:
    stamps = stamps_of(part)
    seconds = stamps.astype("datetime64[s]")
    outside = ~np.isnat(stamps) & ((seconds < FIRST_DAY) | (seconds >= AFTER_LAST_DAY))
    yield "contains dates before 1582-10-15 or after 9999-12-31", outside
    kept = np.where(outside, np.datetime64("NaT"), stamps)
    yield (
        "contains datetimes with more decimals of a second than a double of seconds from 1582 holds",
        ~are_held(kept),
    )


_JUDGED: Mapping[Shape, Callable[[pd.Series], _Judgement]] = MappingProxyType(
    {Shape.DATE: _stamps, Shape.DATETIME: _stamps}
)
