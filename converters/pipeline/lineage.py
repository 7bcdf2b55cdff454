"""The steps of a record as events of OpenLineage (specification 2-0-2), one JSON document per line."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...schemas.errors import UnwritableOutput
from ..reports.files import write_document
from ..values.regular_file import open_regular
from .record import NOT_RUN, RAN, RecordedFile, RunRecord, StepRecord
from .times import StepTime, read_times
from .versions import versions

SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = MappingProxyType(
    {
        "ParentRunFacet": "1-1-0",
        "ProcessingEngineRunFacet": "1-1-1",
        "ErrorMessageRunFacet": "1-0-1",
        "DatasetVersionDatasetFacet": "1-0-1",
    }
)
"""The facets that events have, with the version of the schema of each."""
_NAMESPACE = "adamgate"
_NAMESPACE_VARIABLE = "OPENLINEAGE_NAMESPACE"
"""The environment variable that gives all producers of such events the namespace of their jobs."""
_HEAD = 1000
"""Bytes within which an event says what it is."""
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:adamgate:run")


def write_lineage(record: RunRecord, path: Path, sha256: str, events: Path) -> tuple[str, ...]:
    """Write the events of a record's steps, with the times beside the record; which steps have none.

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
    times = read_times(path)
    lines = (json.dumps(each, ensure_ascii=True) for each in lineage(record, sha256, times))
    write_document("".join(f"{line}\n" for line in lines), events, overwrite=True)
    return tuple(each.step for each in record.steps if each.specification and each.step not in times)


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
    """A START and a COMPLETE or FAIL event for each step that has run, in the folder of the settings file.

    Ids follow from the record, the times and the folder: the same events are written again until a step runs
    again. A step of unknown time has no events.
    """
    known = [each for each in record.steps if each.state != NOT_RUN and each.step in times]
    last = max((times[each.step].ended for each in known), default="")
    parent = {"run": {"runId": _id(sha256, last)}, "job": _job("run")}
    for each in known:
        time = times[each.step]
        run = _id(each.sha256, time.started)
        facets = {"parent": _facet("ParentRunFacet", parent), "processing_engine": _engine()}
        yield _event("START", time.started, {"runId": run, "facets": facets}, each)
        ended, error = ("COMPLETE", {}) if each.state == RAN else ("FAIL", _error(each))
        yield _event(ended, time.ended, {"runId": run, "facets": {**facets, **error}}, each)


def _event(kind: str, time: str, run: Mapping[str, Any], step: StepRecord) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": time,
        "producer": _producer(),
        "schemaURL": SCHEMA_URL,
        "run": run,
        "job": {**_job(step.step), "facets": {}},
        "inputs": [_dataset(each) for each in step.inputs],
        "outputs": [_dataset(each) for each in step.outputs] if kind != "START" else [],
    }


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_IDS, "\n".join((*parts, os.path.abspath("")))))


def _job(name: str) -> dict[str, str]:
    """A job, in the namespace of whoever collects the events: "trial.adam"."""
    project = os.path.basename(os.path.abspath("")) or _NAMESPACE
    return {"namespace": os.environ.get(_NAMESPACE_VARIABLE) or _NAMESPACE, "name": f"{project}.{name}"}


def _dataset(file: RecordedFile) -> dict[str, Any]:
    """A file of this machine, which has its path as name."""
    version = _facet("DatasetVersionDatasetFacet", {"datasetVersion": file.sha256})
    name = Path(os.path.abspath(file.path)).as_posix()
    return {"namespace": "file", "name": name, "facets": {"version": version}}


def _engine() -> dict[str, Any]:
    return _facet("ProcessingEngineRunFacet", {"version": versions()["adamgate"], "name": "adamgate"})


def _error(step: StepRecord) -> dict[str, Any]:
    message = step.reason or step.summary or step.state
    return {
        "errorMessage": _facet("ErrorMessageRunFacet", {"message": message, "programmingLanguage": "Python"})
    }


def _facet(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    url = f"https://openlineage.io/spec/facets/{_FACETS[name]}/{name}.json#/$defs/{name}"
    return {"_producer": _producer(), "_schemaURL": url, **content}


def _producer() -> str:
    return f"urn:adamgate:{versions()['adamgate']}"
