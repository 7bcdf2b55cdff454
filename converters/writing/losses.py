"""Metadata that a format has no place for: they are left out, and that is told."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence

from ...schemas.study.dataset import Dataset
from ..formats.format import Output

VALUE_LABELS = "value_labels"


class MetadataNotKept(UserWarning):
    """A file was written that lacks some of its dataset's metadata."""


def _informats(dataset: Dataset) -> Collection[str]:
    return [variable.name for variable in dataset.variables if variable.informat]


def _keys(dataset: Dataset) -> Collection[str]:
    return [variable.name for variable in dataset.variables if variable.key_sequence]


def _class(dataset: Dataset) -> Collection[str]:
    return list(filter(None, (dataset.declared_class, dataset.declared_subclass)))


def _value_labels(dataset: Dataset) -> Collection[str]:
    return list(dataset.attributes.get(VALUE_LABELS, ()))


def _attributes(dataset: Dataset) -> Collection[str]:
    return [name for name, value in dataset.attributes.items() if value and name != VALUE_LABELS]


METADATA: Mapping[str, Callable[[Dataset], Collection[str]]] = {
    "informats": _informats,
    "order of keys": _keys,
    "class and subclass": _class,
    "value labels": _value_labels,
    "attributes": _attributes,
}
"""Kinds of metadata that not every format holds, and where a dataset has them."""

_LISTED = 8


def tell_losses(outputs: Sequence[Output], form: str, drops: Collection[str]) -> None:
    """Warn of what these datasets have and a format drops."""
    for output in outputs:
        lost = {kind: found for kind in drops if (found := METADATA[kind](output.dataset))}
        if lost:
            told = "; ".join(f"{kind} ({_listed(found)})" for kind, found in lost.items())
            message = f"{output.dataset.name}: {form} has no place for {told}; they are left out"
            warnings.warn(message, MetadataNotKept, stacklevel=3)


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_LISTED]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown) + more
