"""Every format: a dataset with all that one may have is written, read back and compared with the answers."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.errors import UnwritableOutput
from ...schemas.study.dataset import Dataset
from ..formats import FORMATS, FORMATS_OF_DATABASES
from ..formats.holds import DATA, Holds
from ..reading.read import read
from ..writing.losses import MetadataNotKept
from ..writing.write import write
from .checked_case import CheckedCase, NotRun, failure
from .stored_answers import StoredStudies, stored

FILE = "formats.json"

_EXTRAS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Excel": ("python_calamine", "excel"),
        "DuckDB": ("duckdb", "databases"),
        "SQLite": ("adbc_driver_sqlite", "databases"),
    }
)
"""What a format needs beside the dependencies of adamgate: a module, and the extra that it comes with."""
_SERVERS = {"PostgreSQL": "it needs a server; it is part of what is qualified where it runs"}


def _facts(*names: str) -> Callable[[Dataset], Any]:
    """Facts of all variables."""
    return lambda data: [[getattr(each, name) for name in names] for each in data.variables]


OBSERVED: Mapping[Holds, Callable[[Dataset], Any]] = MappingProxyType(
    {
        Holds.LABELS: _facts("label"),
        Holds.LENGTHS: _facts("length"),
        Holds.FORMATS: _facts("format"),
        Holds.INFORMATS: _facts("informat"),
        Holds.SPECIAL_MISSING: lambda data: {
            name: [each.records.tolist(), each.tags.tolist()] for name, each in data.special_missing.items()
        },
        Holds.DATASET_LABEL: lambda data: data.label,
        Holds.CLASS: lambda data: [data.declared_class, data.declared_subclass],
        Holds.TIMES: lambda data: [
            each.isoformat() if each is not None else None for each in (data.created, data.modified)
        ],
        Holds.KEYS: _facts("key_sequence"),
        Holds.VALUE_LABELS: lambda data: data.attributes.get("value_labels"),
        Holds.OIDS: _facts("data_type", "target_data_type", "item_oid"),
        Holds.ATTRIBUTES: lambda data: data.attributes.get("studyOID"),
    }
)
"""What is compared of each kind of metadata."""


def format_cases(document: Mapping[str, Any] | None = None) -> Iterator[CheckedCase | NotRun]:
    """What every format keeps, reports and refuses, and what is read of the stored files."""
    held = stored(FILE) if document is None else document
    data = reference(held)
    for answer in held["formats"]:
        name, suffix = answer["format"], answer["suffix"]
        subject = f"{name} ({suffix})" if suffix else name
        if reason := _obstacle(name):
            yield NotRun(subject, reason)
            continue
        yield from _written_and_read(data, subject, answer, held["answers"])
    for file in held["files"]:
        if reason := _obstacle(file["format"]):
            yield NotRun(f"{file['format']} ({file['name']})", reason)
            continue
        yield from _stored_file(file)
    known = {each.name for each in (*FORMATS, *FORMATS_OF_DATABASES.values())}
    tried = {each["format"] for each in (*held["formats"], *held["files"])}
    for name in sorted(known - tried):
        yield CheckedCase(name, "answers", ("at least one is stored",), ("none is stored",))


def reference(held: Mapping[str, Any]) -> Dataset:
    """The dataset that is written."""
    data = StoredStudies(held).dataset(0)
    times = {name: pd.Timestamp(held["times"][name]).to_pydatetime() for name in ("created", "modified")}
    return data.replace(attributes=held["attributes"], **times)


def _obstacle(name: str) -> str:
    """Why a format cannot be tried here; empty if it can."""
    module, extra = _EXTRAS.get(name, ("", ""))
    if module and find_spec(module) is None:
        return f"adamgate[{extra}] is not installed"
    return _SERVERS.get(name, "")


def _written_and_read(
    data: Dataset, subject: str, answer: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterator[CheckedCase]:
    holds, suffix = answer["holds"], answer["suffix"]
    refused = [kind for kind in DATA if str(kind) not in holds]
    with tempfile.TemporaryDirectory(prefix="adamgate-qualify-") as folder:
        address = answer.get("address", f"{{folder}}/adx{suffix}").format(folder=folder)
        for kind in refused:
            observed = _refusal(data, address)
            yield CheckedCase(subject, f"{kind} are refused, not lost", ("refused",), (observed,))
        plain = data.replace(special_missing={}) if refused else data
        lost = sorted(str(kind) for kind in Holds if str(kind) not in holds and kind not in DATA)
        try:
            told = _written(plain, address, answer.get("options", {}))
            back = _read_back(address, answer)
        except Exception as error:
            yield CheckedCase(subject, "written and read back", ("the same data",), failure(error))
            return
    yield CheckedCase(subject, "what it cannot hold is reported", tuple(lost), told)
    if isinstance(back, str):
        yield CheckedCase(subject, "contents of the file, SHA-256", (answer["sha256"],), (back,))
        return
    yield CheckedCase(subject, "values, SHA-256", (answers["values"],), (hash_of_values(back),))
    for kind in Holds:
        if str(kind) in holds:
            expected = answers[str(kind)]
            yield CheckedCase(subject, str(kind), (_text(expected),), (_text(OBSERVED[kind](back)),))


def _refusal(data: Dataset, address: str) -> str:
    try:
        write(data, address)
    except UnwritableOutput:
        return "refused"
    return "written"


def _written(data: Dataset, address: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Write, and give the kinds of metadata that were reported as not written."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        write(data, address, **options)
    told = [str(each.message) for each in caught if issubclass(each.category, MetadataNotKept)]
    said = "; ".join(each.partition("cannot hold ")[2].removesuffix("; not written") for each in told)
    return tuple(sorted(each.partition(" (")[0] for each in said.split("; ") if each))


def _read_back(address: str, answer: Mapping[str, Any]) -> Dataset | str:
    """The dataset that was written; of a format that is only written, the hash of what the file holds."""
    if "sha256" in answer:
        return hashlib.sha256(gzip.decompress(Path(address).read_bytes())).hexdigest()
    (back,) = read(address)
    return back


def _stored_file(file: Mapping[str, Any]) -> Iterator[CheckedCase]:
    """A stored file, read."""
    subject = f"{file['format']} ({file['name']})"
    with tempfile.TemporaryDirectory(prefix="adamgate-qualify-") as folder:
        place = Path(folder, file["name"])
        place.write_bytes(base64.b64decode(file["bytes"]))
        try:
            (data,) = read(place)
            observed = {"values": hash_of_values(data)}
            observed |= {str(kind): OBSERVED[kind](data) for kind in Holds if str(kind) in file["answers"]}
        except Exception as error:
            yield CheckedCase(subject, "read", ("the stored values",), failure(error))
            return
    for name, expected in file["answers"].items():
        case = f"{file['made']}: {name if name != 'values' else 'values, SHA-256'}"
        yield CheckedCase(subject, case, (_text(expected),), (_text(observed[name]),))


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, sort_keys=True)


def hash_of_values(data: Dataset) -> str:
    """SHA-256 of all values: numbers to the last bit, dates in ISO 8601, null for missing and empty ones."""
    values = [[each.name, _values(data[each.name])] for each in data.variables]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def _values(column: pd.Series[Any]) -> list[str | None]:
    missing = column.isna().to_numpy()
    if pd.api.types.is_datetime64_dtype(column.dtype):
        texts = np.datetime_as_string(column.to_numpy().astype("datetime64[us]"))
    elif pd.api.types.is_numeric_dtype(column.dtype):
        texts = np.array([float(each).hex() for each in column.fillna(0).to_numpy()], dtype=object)
    else:
        texts = column.astype(object).to_numpy()
    return [None if gone or text == "" else str(text) for text, gone in zip(texts, missing, strict=True)]
