"""What Stata has no place for, in characteristics that are named ``adamgate``.

That of the dataset (``_dta``) is the JSON object that `parquet.metadata` describes; that of a variable is one
of what `Variable` has beside its name, label and type. Stata shows them with ``char list``, and keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import orjson

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ..holds import VALUE_LABELS
from ..parquet.metadata import DatasetMetadata, dataset_document, told_of_dataset
from .layout import DtaLayout
from .numbers import label_code

DATASET = "_dta"
NAME = "adamgate"
LONGEST = 67_784
"""Bytes of a characteristic."""
LONGEST_VALUE_LABEL = 32_000
_STATA_HAS = frozenset({"name", "label", "type"})

StataLabels = dict[str, dict[int, str]]


def stata_labels(dataset: Dataset) -> StataLabels:
    """Value labels by variable that Stata has a place for: of integers and of .a to .z."""
    told = dataset.attributes.get(VALUE_LABELS)
    if not isinstance(told, Mapping):
        return {}
    numeric = {each.name for each in dataset.variables if each.type == "Num"}
    coded = {
        name: {label_code(str(value)): label for value, label in labels.items()}
        for name, labels in told.items()
        if name in numeric and labels and isinstance(labels, Mapping)
    }
    return {
        name: {code: label for code, label in labels.items() if code is not None}
        for name, labels in coded.items()
        if None not in labels and all(map(_is_a_label, labels.values()))
    }


def _is_a_label(label: object) -> bool:
    return isinstance(label, str) and "\0" not in label and 0 < len(label.encode()) <= LONGEST_VALUE_LABEL


def characteristics(dataset: Dataset, labelled: Mapping[str, object]) -> dict[tuple[str, str], bytes]:
    """The characteristics of a dataset whose variables `labelled` have value labels of Stata's.

    Raises
    ------
    TypeError
        When an attribute is not JSON.
    """
    document = dataset_document(dataset)
    attributes: dict[str, Any] = document["attributes"]
    told = attributes.get(VALUE_LABELS)
    if isinstance(told, Mapping):
        kept = {name: labels for name, labels in told.items() if name not in labelled}
        attributes.pop(VALUE_LABELS)
        document["attributes"] = attributes | ({VALUE_LABELS: kept} if kept else {})
    of_variables = ((each.name, _described(each)) for each in dataset.variables)
    return {
        (DATASET, NAME): orjson.dumps(document),
        **{(name, NAME): orjson.dumps(told) for name, told in of_variables if told},
    }


def _described(variable: Variable) -> dict[str, Any]:
    return {
        each.name: value
        for each in fields(Variable)
        if each.name not in _STATA_HAS and (value := getattr(variable, each.name)) not in ("", None)
    }


def told_of(layout: DtaLayout) -> DatasetMetadata:
    """What the file says of the dataset, where we wrote it.

    Raises
    ------
    ValueError
        When it is damaged.
    """
    document = layout.characteristics.get((DATASET.encode(), NAME.encode()))
    return DatasetMetadata() if document is None else told_of_dataset(document)


def described(variable: Variable, document: bytes | None) -> Variable:
    """The variable with what its characteristic says.

    Raises
    ------
    ValueError
        When it is damaged.
    """
    if document is None:
        return variable
    told = orjson.loads(document)
    known = {each.name: each for each in fields(Variable) if each.name not in _STATA_HAS}
    if not isinstance(told, dict) or not told.keys() <= known.keys():
        raise ValueError("a characteristic is not what adamgate writes")
    for name, value in told.items():
        wanted = int if known[name].default is None else str
        if type(value) is not wanted:
            raise ValueError("a characteristic is not what adamgate writes")
    return Variable(variable.name, variable.label, variable.type, **told)
