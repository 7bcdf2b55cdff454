"""What was converted into what, as one JSON document by the published ``manifest.schema.json``.

The same inputs and options give the same bytes: no clock, one order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...schemas.errors import AdamgateError
from ...schemas.study.variable import Source
from ..formats.format import Repair
from ..formats.stated_time import stated_epoch
from .conversion import ConversionRecord, ConvertedDataset
from .file_hashes import FileHash

SCHEMA_VERSION = "1.0"
SCHEMA = Path(__file__).with_name("manifest.schema.json")


@dataclass(frozen=True, slots=True)
class FileHashes:
    """Files by their path.

    Attributes
    ----------
    read : mapping of Path to FileHash
        Inputs, by the path that a dataset has as its source.
    described : mapping of Path to FileHash
        Files beside the inputs that describe them, as they were before anything was written.
    written : mapping of Path to FileHash
        Outputs; it grows with them.
    """

    read: Mapping[Path, FileHash]
    described: Mapping[Path, FileHash]
    written: MutableMapping[Path, FileHash]


def render(conversion: ConversionRecord, hashes: FileHashes) -> bytes:
    """The document, indented, ending with a line break."""
    text = json.dumps(document(conversion, hashes), ensure_ascii=True, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def document(conversion: ConversionRecord, hashes: FileHashes) -> dict[str, Any]:
    """The document as dicts and lists."""
    of_data = {path for each in conversion.outcomes for path in each.files}
    return {
        "schema_version": SCHEMA_VERSION,
        "created": stated_time(),
        "versions": {"adamgate": version("adamgate")},
        "format": conversion.format.name,
        "options": dict(conversion.options),
        "sidecars": {
            "inputs": [_file(path, each) for path, each in hashes.described.items()],
            "outputs": [_file(path, each) for path, each in hashes.written.items() if path not in of_data],
        },
        "problems": [_problem(each) for each in conversion.unread],
        "notes": [
            {
                "dataset": each.dataset or None,
                "variable": each.variable or None,
                "record": each.record,
                "message": each.message,
            }
            for each in (*conversion.notes, *(note for one in conversion.outcomes for note in one.read.notes))
        ],
        "datasets": [_dataset(each, hashes, conversion.encoding) for each in conversion.outcomes],
    }


def stated_time() -> str | None:
    """The time in SOURCE_DATE_EPOCH, in UTC; None where it states none.

    Raises
    ------
    ConfigurationError
        When it is not a number of seconds, or out of range.
    """
    stated = stated_epoch()
    return None if stated is None else stated.isoformat()


def _dataset(outcome: ConvertedDataset, hashes: FileHashes, encoding: str) -> dict[str, Any]:
    written, selected = outcome.written, outcome.selected
    return {
        "dataset": outcome.name,
        "written": written is not None,
        "problem": None if outcome.problem is None else _problem(outcome.problem),
        "inputs": [] if outcome.read.source is None else [_input(outcome.read.source, hashes)],
        "outputs": [{**_file(path, hashes.written[path]), "encoding": encoding} for path in outcome.files],
        "records": None if written is None else len(written),
        "variables": None if written is None else [each.name for each in written.variables],
        "selection": {
            "where": list(selected.conditions),
            "records_excluded": selected.records_excluded,
            "variables_dropped": list(selected.dropped),
            "keys_dropped": list(selected.dropped_keys),
            "renamed": dict(selected.renamed),
        },
        "not_kept": [{"kind": kind, "names": list(names)} for kind, names in outcome.not_kept.items()],
        "repairs": [_repair(each) for each in outcome.repairs],
        "changes": [_repair(each) for each in outcome.changes],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {"variable": repair.variable or None, "message": repair.message}


def _input(source: Source, hashes: FileHashes) -> dict[str, Any]:
    return {
        **_file(source.path, hashes.read[source.path]),
        "format": source.format,
        "encoding": source.encoding,
    }


def _file(path: Path, found: FileHash) -> dict[str, Any]:
    return {"path": path.as_posix(), "size": found.size, "sha256": found.sha256}


def _problem(problem: AdamgateError) -> dict[str, Any]:
    return {
        "what": problem.what,
        "where": problem.where or None,
        "to_do": problem.advice or None,
        "details": list(problem.details),
    }
