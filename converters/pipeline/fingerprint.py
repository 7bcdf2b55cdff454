"""What decides the outputs of a step: the parts of the settings file, the environment, files, versions."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput
from ..values.regular_file import open_regular
from ..writing.inputs import files_in, inputs_given
from .plan import PipelineStep
from .record import BECAME, RecordedFile, StepRecord
from .step_options import Document
from .versions import versions

_WITHOUT_EFFECT = frozenset({"memory", "work_dir", "debug"})
"""Settings that change no output."""
_PREFIX = "ADAMGATE_"
_TIME = "SOURCE_DATE_EPOCH"
NOT_RECORDED = "not in the record"
"""Why a step runs for the first time."""


def specification_of(
    step: PipelineStep, document: Document, environment: Mapping[str, str]
) -> Mapping[str, str]:
    """The hash of each part that decides a step, by the name of the part."""
    return {name: _hash(content) for name, content in _deciding(step, document, environment)}


def _deciding(
    step: PipelineStep, document: Document, environment: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    yield step.heading, document["step"][step.name]
    for name, content in step.options.deciding(document):
        if name == "[settings]":
            yield name, {key: each for key, each in content.items() if key not in _WITHOUT_EFFECT}
        else:
            yield name, content
        if name.startswith("waiver ") and (expired := _expired(content, environment)) is not None:
            yield f"expiry of {name}", expired
    for name in sorted(environment):
        setting = name.removeprefix(_PREFIX).lower()
        if name == _TIME or (name.startswith(_PREFIX) and setting not in _WITHOUT_EFFECT):
            yield f"environment variable {name}", environment[name]


def _expired(waiver: Any, environment: Mapping[str, str]) -> bool | None:
    """Whether a waiver has expired: another day may give another verdict."""
    expires = waiver.get("expires") if isinstance(waiver, Mapping) else None
    if not isinstance(expires, date):
        return None
    try:
        today = date.fromisoformat(environment.get(f"{_PREFIX}TODAY", ""))
    except ValueError:
        today = date.today()
    return today > expires


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class HashesOfFiles:
    """Hashes of files in one run: each is read again only if its size or a time of it has changed since.

    No hash of an earlier run is used: each run reads each file.
    """

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], RecordedFile]] = {}

    def of(self, path: Path) -> RecordedFile:
        """A file as it is now.

        Raises
        ------
        OSError
        """
        state = _state(path)
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        with open_regular(path) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            recorded = RecordedFile(path.as_posix(), file.tell(), sha256)
        self._known[path] = (state, recorded)
        return recorded

    def is_still(self, recorded: RecordedFile) -> bool:
        """Whether a file is as it was recorded."""
        try:
            return self.of(Path(recorded.path)) == recorded
        except OSError:
            return False

    def of_inputs(self, paths: Iterable[Path]) -> tuple[RecordedFile, ...]:
        """Files that are read, in the order of their names.

        Raises
        ------
        UnreadableInput
        """
        return tuple(self._of_input(path) for path in sorted(set(paths)))

    def _of_input(self, path: Path) -> RecordedFile:
        try:
            return self.of(path)
        except OSError as failure:
            raise UnreadableInput(
                f"the input cannot be read: {failure.strerror}", str(path), "remove it, or allow reading it"
            ) from failure


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def files_read(step: PipelineStep, named: Iterable[Path], *, recursive: bool) -> tuple[Path, ...]:
    """The files that a step reads, those that describe them, and those that the settings name."""
    given = step.inputs
    found = (*inputs_given((*given, *named)), *files_in(given, recursive=recursive))
    files = (each for path in found for each in (_below(path) if os.path.isdir(path) else (path,)))
    return tuple(dict.fromkeys(each for each in files if not each.name.startswith(".")))


def _below(folder: Path) -> Iterator[Path]:
    """The parts of a dataset that is a folder."""
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def not_present(step: PipelineStep) -> tuple[Path, ...]:
    """What a step is declared to read and is not present."""
    return tuple(path for path in step.inputs if not os.path.exists(path))


def changes(
    recorded: StepRecord | None,
    specification: Mapping[str, str],
    inputs: tuple[RecordedFile, ...],
    after: Mapping[str, str],
    hashes: HashesOfFiles,
) -> Iterator[str]:
    """Why a step has to run; nothing where it is as the record has it."""
    if recorded is None:
        yield NOT_RECORDED
        return
    if recorded.exit_code != 0:
        yield f"it {BECAME.get(recorded.state, recorded.state)}"
        return
    yield from _changed("", recorded.specification, specification)
    for name, now in versions().items():
        if recorded.versions.get(name) != now:
            yield f"{name} {now}, was {recorded.versions.get(name, 'not recorded')}"
    yield from _changed("input ", _by_path(recorded.inputs), _by_path(inputs))
    yield from _changed("record of step ", recorded.after, after)
    yield from changed_outputs(recorded, hashes)


def changed_outputs(recorded: StepRecord, hashes: HashesOfFiles) -> Iterator[str]:
    for each in recorded.outputs:
        try:
            if hashes.of(Path(each.path)) != each:
                yield f"output {each.path} changed"
        except OSError:
            yield f"output {each.path} is not present"


def _by_path(files: Iterable[RecordedFile]) -> Mapping[str, str]:
    return {each.path: each.sha256 for each in files}


def _changed(what: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in now:
        if name not in before:
            yield f"{what}{name} is new"
        elif before[name] != now[name]:
            yield f"{what}{name} changed"
    yield from (f"{what}{name} is not present any more" for name in before if name not in now)
