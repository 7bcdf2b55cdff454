"""The record of a run for a page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput
from ...schemas.wording import plain
from ..page.run_shown import FileShown, PolicyShown, RunShown, StepShown
from .record import AlteredRecord, RecordedFile, StepRecord, read_record, sealed_as


def run_shown(path: Path) -> RunShown:
    """The record in a file.

    Raises
    ------
    UnreadableInput
        If it cannot be read, or is not as a run wrote it.
    """
    try:
        record = read_record(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sealed_as(path) not in (None, sha256):
            raise AlteredRecord("its SHA-256 is not that of the file beside it")
        steps = tuple(_step(each) for each in record.steps)
    except OSError as failure:
        raise UnreadableInput(
            f"the record cannot be read: {failure.strerror}", str(path), "give the record of a run, run.jsonl"
        ) from failure
    except AlteredRecord as altered:
        raise UnreadableInput(
            f"not the record of a run: {altered}", str(path), "give the record of a run, run.jsonl"
        ) from altered
    return RunShown(
        FileShown(plain(path.name), sha256),
        _file(record.specification),
        record.finished,
        steps,
    )


def run_so_far(
    settings: RecordedFile, steps: Iterable[StepRecord], problems: Mapping[str, str], fault: str = ""
) -> RunShown:
    """A run that goes on.

    Parameters
    ----------
    settings : RecordedFile
    steps : iterable of StepRecord
        Those that have ended.
    problems : mapping of str to str
        Why a step was refused, or failed.
    fault : str
        What is wrong in the settings file.
    """
    shown = (_step(each, problems.get(each.step, "")) for each in steps)
    return RunShown(None, _file(settings), finished=False, steps=tuple(shown), fault=_lines(fault))


def _step(step: StepRecord, problem: str = "") -> StepShown:
    return StepShown(
        plain(step.step),
        plain(step.kind),
        step.state,
        plain(step.summary or step.reason or ""),
        _files(step.inputs),
        _files(step.outputs),
        tuple(map(_policy, step.policies)),
        _lines(problem),
    )


def _lines(problem: str) -> tuple[str, ...]:
    return tuple(plain(line.strip()) for line in problem.splitlines() if line.strip())


def _policy(policy: Mapping[str, Any]) -> PolicyShown:
    count = policy.get("count")
    if not isinstance(count, int):
        raise AlteredRecord("a policy has no count")
    names = ("dataset", "parameter", "policy", "value", "effect", "unit")
    return PolicyShown(**{name: plain(policy.get(name) or "") for name in names}, count=count)


def _files(files: Iterable[RecordedFile]) -> tuple[FileShown, ...]:
    return tuple(map(_file, files))


def _file(file: RecordedFile) -> FileShown:
    return FileShown(plain(file.path), plain(file.sha256))
