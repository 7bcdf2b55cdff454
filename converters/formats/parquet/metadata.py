"""How a dataset's metadata lies in an Arrow schema, and so in a Parquet file.

Under the schema's key ``adamgate``, one JSON object::

    {"layout": 1, "name": "ADTTE", "label": "…", "class": "…", "subclass": "…",
     "created": "2024-05-01T12:00:00", "modified": null,
     "carries": ["format", "label", "length"], "attributes": {…}}

Under each field's own keys, as plain text, absent when empty: ``label``, ``type`` ("Char" or "Num"),
``length``, ``format``, ``informat``, ``key_sequence``, ``data_type``, ``target_data_type``, ``item_oid``
(as in `Variable`), and ``special_missing``, a JSON object::

    {"records": {"A": [3, 17], "_": [4]}, "nulls": 2868718463}

with the positions, counted from 0, of each special missing value, where the column holds null, and a
checksum (CRC-32 of the packed null mask, first record in the highest bit) by which a reader notices that
another tool has filtered or sorted the records and left the metadata as they were.

Files that others made are read with as much of this as they have: a ``label`` key, in fields and in the
schema, is the common part.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, cast

import numpy as np
import orjson
import pyarrow as pa

from ....schemas.standards.requirement import VariableType
from ....schemas.study.columns import Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import MetadataKind, SpecialMissing, Variable

KEY = b"adamgate"
_LAYOUT = 1
_SPECIAL = b"special_missing"
_TEXTS = ("label", "format", "informat", "data_type", "target_data_type", "item_oid")
_NUMBERS = ("length", "key_sequence")
_TAGS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_KINDS: tuple[MetadataKind, ...] = ("label", "length", "format")


@dataclass(frozen=True, slots=True)
class DatasetMetadata:
    """What a schema says about the dataset as a whole.

    Attributes
    ----------
    name : str
        Empty when the file does not say.
    ours : bool
        Whether the file has this module's layout: then its column types are what they mean.
    """

    name: str = ""
    label: str = ""
    declared_class: str = ""
    declared_subclass: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    carries: frozenset[MetadataKind] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    ours: bool = False


def with_metadata(schema: pa.Schema, dataset: Dataset) -> pa.Schema:
    """The schema with all that is known about the dataset and its variables."""
    described = [
        arrow.with_metadata(_field_metadata(dataset, variable) or None)
        for arrow, variable in zip(schema, dataset.variables, strict=True)
    ]
    return pa.schema(described, metadata={KEY: orjson.dumps(dataset_document(dataset))})


def is_writable(dataset: Dataset) -> bool:
    """Whether all metadata are JSON and valid Unicode; attributes may hold anything."""
    try:
        orjson.dumps(dataset_document(dataset))
        for variable in dataset.variables:
            _field_metadata(dataset, variable)
            variable.name.encode()
    except (TypeError, UnicodeError):
        return False
    return True


def dataset_metadata(schema: pa.Schema) -> DatasetMetadata:
    """What a schema says about its dataset.

    Raises
    ------
    ValueError
        When the key is present and does not hold what this module writes.
    """
    metadata = schema.metadata or {}
    if KEY not in metadata:
        return DatasetMetadata(label=_decoded(metadata, "label"), carries=_carried(schema))
    return told_of_dataset(metadata[KEY])


def told_of_dataset(document: bytes) -> DatasetMetadata:
    """What such a JSON object says of a dataset.

    Raises
    ------
    ValueError
        When it does not hold what this module writes.
    """
    told = orjson.loads(document)
    if not isinstance(told, dict) or told.get("layout") != _LAYOUT:
        raise ValueError(f"its metadata under {KEY.decode()!r} do not have the layout {_LAYOUT}")
    try:
        return DatasetMetadata(
            name=str(told["name"]),
            label=str(told["label"]),
            declared_class=str(told["class"]),
            declared_subclass=str(told["subclass"]),
            created=_time(told["created"]),
            modified=_time(told["modified"]),
            carries=frozenset(kind for kind in _KINDS if kind in told["carries"]),
            attributes=dict(told["attributes"]),
            ours=True,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"its metadata under {KEY.decode()!r} are damaged: {error}") from error


def told_type(arrow: pa.Field) -> VariableType | None:
    """Char or Num, where a field says so."""
    told = _decoded(arrow.metadata or {}, "type")
    return cast("VariableType", told) if told in {"Char", "Num"} else None


def variable_of(arrow: pa.Field, variable_type: VariableType) -> Variable:
    """The variable that a field describes; what others put under a number's key and is none, is left out."""
    metadata = arrow.metadata or {}
    texts: dict[str, Any] = {key: _decoded(metadata, key) for key in _TEXTS}
    numbers: dict[str, Any] = {
        key: int(text) for key in _NUMBERS if (text := _decoded(metadata, key)).isdecimal()
    }
    return Variable(name=arrow.name, type=variable_type, **texts, **numbers)


def has_special_missing(arrow: pa.Field) -> bool:
    return _SPECIAL in (arrow.metadata or {})


def special_missing_of(arrow: pa.Field, missing: Mask) -> SpecialMissing:
    """The special missing values that a field's metadata keeps.

    Parameters
    ----------
    missing : ndarray of bool
        Where the column holds null.

    Raises
    ------
    ValueError
        When they belong to other records than these.
    """
    told = orjson.loads(arrow.metadata[_SPECIAL])
    try:
        by_tag, checksum = dict(told["records"]), told["nulls"]
        places = [np.asarray(part, dtype=np.int64).ravel() for part in by_tag.values()]
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("not written in the layout of adamgate") from error
    records = np.concatenate([*places, np.empty(0, np.int64)])
    tags = np.repeat(np.array(list(by_tag), dtype=np.str_), [len(part) for part in places])
    fits = bool(((records >= 0) & (records < len(missing))).all()) and bool(missing[records].all())
    if not fits or checksum != _checksum(missing) or not set(by_tag) <= _TAGS:
        raise ValueError("the records are not those described by the metadata")
    order = np.argsort(records, kind="stable")
    return SpecialMissing(records[order], tags[order])


def dataset_document(dataset: Dataset) -> dict[str, Any]:
    """The JSON object of a dataset."""
    return {
        "layout": _LAYOUT,
        "name": dataset.name,
        "label": dataset.label,
        "class": dataset.declared_class,
        "subclass": dataset.declared_subclass,
        "created": dataset.created and dataset.created.isoformat(),
        "modified": dataset.modified and dataset.modified.isoformat(),
        "carries": sorted(dataset.carries),
        "attributes": dict(dataset.attributes),
    }


def _field_metadata(dataset: Dataset, variable: Variable) -> dict[bytes, bytes]:
    told = {
        part.name.encode(): str(value).encode()
        for part in fields(variable)
        if part.name != "name" and (value := getattr(variable, part.name)) not in ("", None)
    }
    special = dataset.special_missing.get(variable.name)
    if special is not None and len(special.records):
        records = {
            tag: special.records[special.tags == tag].tolist() for tag in np.unique(special.tags).tolist()
        }
        told[_SPECIAL] = orjson.dumps(
            {"records": records, "nulls": _checksum(dataset[variable.name].isna().to_numpy(dtype=np.bool_))}
        )
    return told


def _checksum(missing: Mask) -> int:
    return zlib.crc32(np.packbits(missing).tobytes())


def _carried(schema: pa.Schema) -> frozenset[MetadataKind]:
    return frozenset(
        kind for kind in _KINDS if any(kind.encode() in (arrow.metadata or {}) for arrow in schema)
    )


def _decoded(metadata: Mapping[bytes, bytes], key: str) -> str:
    return metadata.get(key.encode(), b"").decode("utf-8", "replace")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
