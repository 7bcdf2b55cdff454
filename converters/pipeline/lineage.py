"""The steps of a record as events of OpenLineage (specification 2-0-2), one JSON document per line."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...schemas.errors import UnwritableOutput
from ..reports.files import write_document
from ..values.regular_file import open_regular
from .record import NOT_RUN, RAN, RecordedFile, RunRecord, StepRecord
from .times import StepTime, read_times
from .versions import versions

SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets/1-0-1"
_NAMESPACE = "adamgate"
_HEAD = 1000
"""Bytes within which an event says what it is."""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:adamgate:run")


def write_lineage(record: RunRecord, path: Path, sha256: str, events: Path) -> None:
    """Write the events of a record's steps, with the times beside the record.

    Parameters
    ----------
    record : RunRecord
    path : Path
        Its file.
    sha256 : str
        Of the file.
    events : Path
        The file to write.

    Raises
    ------
    UnwritableOutput
    """
    lines = (json.dumps(each, ensure_ascii=True) for each in lineage(record, sha256, read_times(path)))
    write_document("".join(f"{line}\n" for line in lines), events, overwrite=True)


def require_lineage(events: Path) -> None:
    """Refuse to replace a file that does not have such events.

    Raises
    ------
    UnwritableOutput
    """
    try:
        with open_regular(events) as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        return
    except OSError as failure:
        raise UnwritableOutput(
            f"the events cannot be written: {failure.strerror}", str(events), "give another file"
        ) from failure
    if head and b"https://openlineage.io/spec/" not in head:
        raise UnwritableOutput(
            "the file exists and has no OpenLineage events",
            str(events),
            "choose another name, or use --overwrite",
        )


def lineage(record: RunRecord, sha256: str, times: Mapping[str, StepTime]) -> Iterator[dict[str, Any]]:
    """A START and a COMPLETE or FAIL event for each step that has run; ids follow from the record.

    A step of unknown time has no events.
    """
    for each in record.steps:
        if each.state != NOT_RUN and each.step in times:
            time = times[each.step]
            yield _event(each, "START", time.started, sha256, ())
            yield _event(each, "COMPLETE" if each.state == RAN else "FAIL", time.ended, sha256, each.outputs)


def _event(
    step: StepRecord, kind: str, time: str, sha256: str, outputs: Iterable[RecordedFile]
) -> dict[str, Any]:
    parent = {"run": {"runId": _id(sha256)}, "job": {"namespace": _NAMESPACE, "name": "run"}}
    return {
        "eventType": kind,
        "eventTime": time,
        "producer": _producer(),
        "schemaURL": SCHEMA_URL,
        "run": {"runId": _id(step.sha256), "facets": {"parent": _facet("ParentRunFacet", parent)}},
        "job": {"namespace": _NAMESPACE, "name": step.step, "facets": {}},
        "inputs": [_dataset(each) for each in step.inputs],
        "outputs": [_dataset(each) for each in outputs],
    }


def _id(sha256: str) -> str:
    return str(uuid.uuid5(_IDS, sha256))


def _dataset(file: RecordedFile) -> dict[str, Any]:
    version = _facet("DatasetVersionDatasetFacet", {"datasetVersion": file.sha256})
    return {"namespace": "file", "name": file.path, "facets": {"version": version}}


def _facet(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": _producer(), "_schemaURL": f"{_FACETS}/{name}.json#/$defs/{name}", **content}


def _producer() -> str:
    return f"urn:adamgate:{versions()['adamgate']}"
