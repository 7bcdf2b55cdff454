"""The record of a run: which step made which files of which, in lines of JSON, chained by their hashes.

Each line has the SHA-256 of the line before it; a small file beside the record has that of the whole. What is
altered afterwards is noticed. Who wrote it is not proven: who alters the record can make the hashes, too.
It has no time of day, so that the same steps on the same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..formats.planned_file import PlannedFile
from ..values.regular_file import open_regular
from ..writing.atomic import write_together

SCHEMA_VERSION = "1.0"
SCHEMA = Path(__file__).with_name("record.schema.json")
_LARGEST = 256_000_000
"""Bytes that a record may have."""
RAN, REFUSED, FAILED, NOT_RUN = "ran", "refused", "failed", "not run"
DIFFERENT = "different"
"""Of steps that compare."""
BECAME: Mapping[str, str] = MappingProxyType(
    {
        RAN: "ran",
        REFUSED: "was refused",
        DIFFERENT: "found differences",
        FAILED: "failed",
        NOT_RUN: "was not run",
    }
)
"""What is said of a step that has become so."""
_STATES = tuple(BECAME)


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file as it was read or written."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, document: Any) -> RecordedFile:
        """From a line of a record.

        Raises
        ------
        TypeError, ValueError
            If it is not such a file.
        """
        file = cls(**document)
        if not (_is(file.path, str) and _is(file.size, int) and _is(file.sha256, str)) or "\0" in file.path:
            raise ValueError(file.path)
        return file


@dataclass(frozen=True)
class StepRecord:
    """What the record says of one step.

    Attributes
    ----------
    step, kind : str
    state : str
        "ran", "refused", "different", "failed" or "not run".
    exit_code : int or None
        None where it was not run.
    reason : str or None
        Why it was not run, or failed.
    specification : mapping of str to str
        The SHA-256 of each table of the settings file, and each variable of the environment, that decides it.
    versions : mapping of str to str
    inputs, outputs : tuple of RecordedFile
    after : mapping of str to str
        The steps that it follows, with the SHA-256 of what the record says of each.
    summary : str
    policies : tuple of mapping
    findings : mapping of str to int
    notes : tuple of str
    """

    step: str
    kind: str
    state: str
    exit_code: int | None
    reason: str | None = None
    specification: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[RecordedFile, ...] = ()
    outputs: tuple[RecordedFile, ...] = ()
    after: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    policies: tuple[Mapping[str, Any], ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of what the record says of the step, wherever its line stands."""
        return _sha256(_json(asdict(self)))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> StepRecord:
        """From a line of a record.

        Raises
        ------
        TypeError, KeyError, ValueError
            If it is not such a line.
        """
        given = dict(document)
        for name in ("inputs", "outputs"):
            given[name] = tuple(RecordedFile.of(each) for each in given[name])
        for name in ("policies", "notes"):
            given[name] = tuple(given[name])
        record = cls(**given)
        texts = (record.step, record.kind, record.summary, record.reason or "", *record.notes)
        tables = (record.specification, record.versions, record.after)
        if not (
            all(_is(each, str) for each in texts)
            and all(map(_is_table_of_texts, tables))
            and record.state in _STATES
            and (record.exit_code is None or _is(record.exit_code, int))
            and _is(record.findings, dict)
            and all(_is(each, dict) for each in record.policies)
        ):
            raise ValueError(record.step)
        return record


@dataclass(frozen=True)
class RunRecord:
    """A record.

    Attributes
    ----------
    folder : str
        The folder of the settings file, from that of the record.
    specification : RecordedFile
        The settings file.
    versions : mapping of str to str
    declared : tuple of str
        Outputs of all steps, as they are declared: what a run may replace.
    steps : tuple of StepRecord
        In the order of the plan.
    finished : bool
        Whether the run came to its end.
    """

    folder: str
    specification: RecordedFile
    versions: Mapping[str, str]
    declared: tuple[str, ...]
    steps: tuple[StepRecord, ...] = ()
    finished: bool = False

    @property
    def exit_code(self) -> int:
        """The highest of the steps'."""
        return max((each.exit_code or 0 for each in self.steps), default=0)

    def content(self) -> bytes:
        """The lines."""
        return b"".join(_chained(self._lines()))

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        yield {
            "line": "run",
            "schema_version": SCHEMA_VERSION,
            "folder": self.folder,
            "specification": asdict(self.specification),
            "versions": dict(self.versions),
            "declared": list(self.declared),
        }
        yield from ({"line": "step", **asdict(each)} for each in self.steps)
        if self.finished:
            yield {"line": "end", "steps": len(self.steps), "exit_code": self.exit_code}


class AlteredRecord(ValueError):
    """A record is not as a run wrote it; the message says what is wrong."""


def seal_of(path: Path) -> Path:
    """The file with the SHA-256 of a record."""
    return path.with_name(f"{path.name}.sha256")


def times_of(path: Path) -> Path:
    """The file with the times of a record's steps."""
    return path.with_name(f"{path.stem}.times{path.suffix}")


def write_record(record: RunRecord, path: Path) -> str:
    """Write a record, and its hash beside it once it is finished; the hash."""
    content = record.content()
    sha256 = hashlib.sha256(content).hexdigest()
    files = [PlannedFile(path, lambda stream: _put(content, stream))]
    if record.finished:
        line = f"{sha256}  {path.name}\n".encode("utf-8", "backslashreplace")
        files.append(PlannedFile(seal_of(path), lambda stream: _put(line, stream)))
    write_together(files, overwrite=True)
    return sha256


def read_record(path: Path) -> RunRecord:
    """The record in a file; whether it is that of its `.sha256` is not asked.

    Raises
    ------
    OSError
        If it cannot be read.
    AlteredRecord
        If it is not a record, or a line does not follow from the one before.
    """
    with open_regular(path) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise AlteredRecord(f"it has more than {_LARGEST:,} bytes")
    lines = content.splitlines(keepends=True)
    documents = [_document(number, line) for number, line in enumerate(lines, 1)]
    if not documents:
        raise AlteredRecord("it is empty")
    for number, (document, before) in enumerate(zip(documents, [None, *lines], strict=False), 1):
        if document.pop("previous", "") != (None if before is None else _sha256(before)):
            raise AlteredRecord(
                "line 1 is not the first line"
                if before is None
                else f"line {number - 1} was altered, or a line is missing"
            )
    try:
        return _record(documents)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise AlteredRecord("a line does not have the keys of a record") from None


def sealed_as(path: Path) -> str | None:
    """The SHA-256 in the file beside a record; None where there is none.

    Raises
    ------
    AlteredRecord
        If that file has something else.
    """
    try:
        with open_regular(seal_of(path)) as file:
            words = file.read(4096).split()
    except OSError:
        return None
    if not words or len(words[0]) != 64:
        raise AlteredRecord(f"{seal_of(path).name} does not have a SHA-256")
    return words[0].decode("ascii", "replace")


def _record(documents: Sequence[dict[str, Any]]) -> RunRecord:
    head, *others = documents
    if head.pop("line") != "run" or head.pop("schema_version") != SCHEMA_VERSION:
        raise ValueError
    finished = bool(others) and others[-1]["line"] == "end"
    steps = others[:-1] if finished else others
    if any(each.pop("line") != "step" for each in steps):
        raise ValueError
    if not (_is(head["folder"], str) and _is_table_of_texts(head["versions"])) or "\0" in head["folder"]:
        raise ValueError
    record = RunRecord(
        head["folder"],
        RecordedFile.of(head["specification"]),
        head["versions"],
        tuple(map(str, head["declared"])),
        tuple(StepRecord.of(each) for each in steps),
        finished,
    )
    if finished and others[-1]["steps"] != len(steps):
        raise ValueError
    return record


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_table_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _document(number: int, line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise AlteredRecord(f"line {number} is not JSON") from None
    if not isinstance(document, dict) or not line.endswith(b"\n"):
        raise AlteredRecord(f"line {number} is not a line of a record")
    return document


def _chained(documents: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    previous = None
    for document in documents:
        line = _json({**document, "previous": previous}) + b"\n"
        previous = _sha256(line)
        yield line


def _json(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(", ", ": "))
    return text.encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _put(content: bytes, stream: Any) -> None:
    stream.write(content)
