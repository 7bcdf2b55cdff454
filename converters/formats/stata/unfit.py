"""What of a dataset a .dta file cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.arrow_columns import Shape, plain_texts, shape_of_column, stamps_of
from ..breaches import breaches as unfit
from ..format import Breach, Output
from . import metadata
from .display import are_held
from .names import LONGEST_NAME, is_name
from .numbers import LARGEST

LONGEST_LABEL = 80
"""Characters."""


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset that Stata cannot hold."""
    dataset = output.dataset
    found = list(unfit(dataset))
    yield from found
    if found:
        return
    for variable in dataset.variables:
        for message in _faults(dataset, variable):
            yield Breach(dataset.name, message, variable.name)
    yield from _faults_of_dataset(dataset)


def _faults(dataset: Dataset, variable: Variable) -> Iterator[str]:
    if not is_name(variable.name):
        yield f"is not a name in Stata: letters, digits and _, at most {LONGEST_NAME}, no reserved word"
    if message := fault_of_label(variable.label):
        yield message
    special = dataset.special_missing.get(variable.name)
    if special is not None and (special.tags == "_").any():
        yield "contains the special missing value ._, which Stata does not have"
    if message := fault_of_values(dataset[variable.name], variable):
        yield message


def fault_of_label(label: str) -> str:
    if len(label) > LONGEST_LABEL:
        return f"has a label of {len(label)} characters; at most {LONGEST_LABEL}"
    return "has a label with a NUL character" if "\0" in label else ""


def fault_of_values(column: pd.Series, variable: Variable) -> str:
    """What of a column no .dta file holds."""
    match shape_of_column(column, variable):
        case Shape.NUMBER | Shape.WHOLE:
            beyond = np.abs(columns.numbers(column)) > LARGEST
            return (
                f"contains numbers that Stata takes for missing values{_first(beyond)}"
                if beyond.any()
                else ""
            )
        case Shape.DATETIME:
            lost = ~are_held(stamps_of(column))
            what = "contains datetimes with more decimals of a second than a double of milliseconds holds"
            return f"{what}{_first(lost)}" if lost.any() else ""
        case Shape.TEXT if columns.is_character(column):
            has_nul = pc.match_substring(plain_texts(column), "\0").to_numpy(zero_copy_only=False)
            return f"contains text with a NUL character{_first(has_nul)}" if has_nul.any() else ""
        case _:
            return ""


def _first(wrong: columns.Mask) -> str:
    return f" (first in record {int(np.argmax(wrong)) + 1})"


def _faults_of_dataset(dataset: Dataset) -> Iterator[Breach]:
    if not dataset.variables:
        yield Breach(dataset.name, "has no variables")
    if message := fault_of_label(dataset.label):
        yield Breach(dataset.name, message)
    try:
        characteristics = metadata.characteristics(dataset, metadata.stata_labels(dataset))
    except (TypeError, UnicodeError):
        yield Breach(dataset.name, "its metadata contain values that are not valid JSON or Unicode")
        return
    for (variable, _), document in characteristics.items():
        if len(document) > metadata.LONGEST:
            name = "" if variable == metadata.DATASET else variable
            yield Breach(dataset.name, f"has metadata of more than {metadata.LONGEST:,} bytes", name)
