"""What a dataset has beside its plain values. A format declares which of it it has a place for.

What a format has no place for is left out with a `MetadataNotKept` warning, or refused where it is data: so
nothing is dropped in silence, by whichever writer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...schemas.word import Word

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset

VALUE_LABELS = "value_labels"
"""The attribute that holds the terms of a format catalogue."""


class Holds(Word):
    """One kind of it, in the words of messages."""

    LABELS = "variable labels"
    LENGTHS = "lengths"
    FORMATS = "formats"
    INFORMATS = "informats"
    SPECIAL_MISSING = "special missing values"
    DATASET_LABEL = "dataset label"
    CLASS = "class and subclass"
    TIMES = "creation and modification times"
    KEYS = "key order"
    VALUE_LABELS = "value labels"
    OIDS = "OIDs and declared types"
    ATTRIBUTES = "attributes"


EVERYTHING = frozenset(Holds)
DATA = frozenset({Holds.SPECIAL_MISSING})
"""Kinds that are data: a format without a place for them refuses them."""


def _variables(attribute: str) -> Callable[[Dataset], Collection[str]]:
    return lambda dataset: [each.name for each in dataset.variables if getattr(each, attribute)]


def _with_oids(dataset: Dataset) -> Collection[str]:
    return [
        each.name for each in dataset.variables if each.item_oid or each.data_type or each.target_data_type
    ]


def _attributes(dataset: Dataset) -> Collection[str]:
    return [name for name, value in dataset.attributes.items() if value and name != VALUE_LABELS]


def _value_labels(dataset: Dataset) -> Collection[str]:
    """Names of formats; that of the attribute where it is not a mapping of them."""
    found = dataset.attributes.get(VALUE_LABELS)
    if not found:
        return []
    return list(found) if isinstance(found, Mapping) else [VALUE_LABELS]


FOUND: Mapping[Holds, Callable[[Dataset], Collection[str]]] = MappingProxyType(
    {
        Holds.LABELS: _variables("label"),
        Holds.LENGTHS: _variables("length"),
        Holds.FORMATS: _variables("format"),
        Holds.INFORMATS: _variables("informat"),
        Holds.SPECIAL_MISSING: lambda dataset: [
            name for name, each in dataset.special_missing.items() if len(each.records)
        ],
        Holds.DATASET_LABEL: lambda dataset: [dataset.label] if dataset.label else [],
        Holds.CLASS: lambda dataset: list(filter(None, (dataset.declared_class, dataset.declared_subclass))),
        Holds.TIMES: lambda dataset: [
            word for word, time in (("created", dataset.created), ("modified", dataset.modified)) if time
        ],
        Holds.KEYS: _variables("key_sequence"),
        Holds.VALUE_LABELS: _value_labels,
        Holds.OIDS: _with_oids,
        Holds.ATTRIBUTES: _attributes,
    }
)
"""Where a dataset has some of each kind, by name."""
