"""What Dataset-JSON v1.1 says about a dataset, checked attribute by attribute.

The tables below restate the standard: which attributes there are, which must be present, and what each may
hold. A document that departs from them is refused with every departure counted; attributes beyond them
are no departure, as the standard's guide allows extensions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ....schemas.study.variable import Variable
from ....schemas.wording import one_line

TEXT_TYPES = frozenset({"string", "URI"})
STAMP_TYPES = frozenset({"date", "datetime", "time"})
NUMBER_TYPES = frozenset({"integer", "float", "double", "decimal", "boolean"})
_DATA_TYPES = TEXT_TYPES | STAMP_TYPES | NUMBER_TYPES
_TARGET_TYPES = frozenset({"integer", "decimal"})

NO_CREATION = datetime(1960, 1, 1)
"""What our writer puts where the standard needs a time of creation and none is known: SAS's epoch."""

_VERSION = re.compile(r"1\.1(\.(0|[1-9]\d*))?", re.ASCII)
_STAMP = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(([+-]([01]\d|2[0-3]):[0-5]\d)|Z)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Attribute:
    """One attribute: whether a value may be given, and how to say what may."""

    allows: Callable[[Any], bool]
    wanted: str
    required: bool = False


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any, least: int) -> bool:
    """A whole number as JSON has it: 5 and 5.0, not true."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and float(value).is_integer() and value >= least


_TEXT = _Attribute(_is_text, "a string")
_NEEDED_TEXT = _Attribute(_is_text, "a string", required=True)
_COUNT = _Attribute(lambda value: _is_whole(value, 1), "a positive integer")


def _stamp(required: bool = False) -> _Attribute:
    return _Attribute(
        lambda value: _is_text(value) and _STAMP.fullmatch(value) is not None,
        "a datetime such as 2024-05-01T12:00:00",
        required,
    )


def _one_of(names: frozenset[str], required: bool = False) -> _Attribute:
    return _Attribute(
        lambda value: _is_text(value) and value in names, f"one of {', '.join(sorted(names))}", required
    )


_SOURCE_SYSTEM = {"name": _NEEDED_TEXT, "version": _NEEDED_TEXT}
_COLUMN = {
    "itemOID": _NEEDED_TEXT,
    "name": _NEEDED_TEXT,
    "label": _NEEDED_TEXT,
    "dataType": _one_of(_DATA_TYPES, required=True),
    "targetDataType": _one_of(_TARGET_TYPES),
    "length": _COUNT,
    "displayFormat": _TEXT,
    "keySequence": _COUNT,
}
_DATASET = {
    "datasetJSONCreationDateTime": _stamp(required=True),
    "datasetJSONVersion": _Attribute(
        lambda value: _is_text(value) and _VERSION.fullmatch(value) is not None,
        "a version of 1.1, such as 1.1.0",
        required=True,
    ),
    "fileOID": _TEXT,
    "dbLastModifiedDateTime": _stamp(),
    "originator": _TEXT,
    "sourceSystem": _Attribute(lambda value: isinstance(value, dict), "an object with name and version"),
    "studyOID": _TEXT,
    "metaDataVersionOID": _TEXT,
    "metaDataRef": _TEXT,
    "itemGroupOID": _NEEDED_TEXT,
    "records": _Attribute(lambda value: _is_whole(value, 0), "a non-negative integer", required=True),
    "name": _NEEDED_TEXT,
    "label": _NEEDED_TEXT,
    "columns": _Attribute(
        lambda value: isinstance(value, list) and all(isinstance(each, dict) for each in value),
        "a list of objects",
        required=True,
    ),
}
_OWN_PLACE = frozenset(
    {
        "datasetJSONCreationDateTime",
        "dbLastModifiedDateTime",
        "datasetJSONVersion",
        "name",
        "label",
        "columns",
        "records",
    }
)
"""What a Dataset has a place for; all others go to its `attributes`."""


def faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Every departure of the metadata from the standard that makes them useless, one sentence each.

    Parameters
    ----------
    document : mapping
        The dataset's object without its rows.
    """
    for place, given, attributes in _objects(document):
        for name, attribute in attributes.items():
            if name not in given:
                if attribute.required:
                    yield f"{place}{name} is not present"
            elif not attribute.allows(given[name]):
                yield f"{place}{name} is not {attribute.wanted}"


def unknown_attributes(document: Mapping[str, Any]) -> Iterator[str]:
    """Attributes that the standard does not have, each once: extensions, or misspelt ones.

    Those of columns are named without their column, as ``columns[].codelist``.
    """
    unknown = (
        f"{re.sub('[0-9]+', '', place)}{one_line(name, 40)}"
        for place, given, attributes in _objects(document)
        for name in given
        if name not in attributes
    )
    yield from dict.fromkeys(unknown)


def _objects(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, _Attribute]]]:
    """The objects of the metadata: the place of each, as it is, and the attributes it may have."""
    yield "", document, _DATASET
    if isinstance(document.get("sourceSystem"), dict):
        yield "sourceSystem.", document["sourceSystem"], _SOURCE_SYSTEM
    columns = document.get("columns")
    for position, column in enumerate(columns if isinstance(columns, list) else []):
        if isinstance(column, dict):
            yield f"columns[{position}].", column, _COLUMN


def variable_of(column: Mapping[str, Any]) -> Variable:
    """The variable that a checked column object describes."""
    data_type, target = column["dataType"], column.get("targetDataType", "")
    length, key = column.get("length"), column.get("keySequence")
    is_number = data_type in NUMBER_TYPES or (data_type in STAMP_TYPES and target == "integer")
    return Variable(
        name=column["name"],
        label=column["label"],
        type="Num" if is_number else "Char",
        length=None if length is None else int(length),
        format=column.get("displayFormat", ""),
        key_sequence=None if key is None else int(key),
        data_type=data_type,
        target_data_type=target,
        item_oid=column["itemOID"],
    )


def attributes_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What only Dataset-JSON has a place for; its writer takes what the standard has, Parquet all of it."""
    return MappingProxyType({name: value for name, value in document.items() if name not in _OWN_PLACE})


def creation_of(document: Mapping[str, Any]) -> datetime | None:
    """When checked metadata were made; None when they say that it is not known."""
    created = time_of(document["datasetJSONCreationDateTime"])
    return None if created == NO_CREATION else created


def time_of(text: str | None) -> datetime | None:
    """A checked datetime; None when there is none, or no such day: the form allows a 30 February."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
