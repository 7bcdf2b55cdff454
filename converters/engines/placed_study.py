"""A study on shared storage: workers read its files, and refuse others than the first process has read."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.gate.check import CheckOptions
from ...schemas.gate.elsewhere import Opened
from ...schemas.gate.subject_parts import RECORDS, parts_by_subject
from ...schemas.study.dataset import Dataset
from ...schemas.study.declarations import Declarations
from ...schemas.study.definition import Definition
from ...schemas.study.description import DatasetDescription
from ...schemas.study.study import Study
from ...schemas.study.variable import ReadingNote
from ..reading.read import read
from ..values.address import STANDARD_INPUT, Address
from ..values.work_folder import WorkFolder

_OF_THIS_MACHINE = ("progress", "work_dir", "stdin_name")
"""Options of reading that workers do not take over."""


@dataclass(frozen=True, slots=True)
class PlacedDataset:
    """What the first process knows of a dataset, by which a worker knows that it has the same.

    Attributes
    ----------
    description : DatasetDescription
        With its file and the SHA-256 of that.
    records : int
    notes : tuple of ReadingNote
    declarations : Declarations
    """

    description: DatasetDescription
    records: int
    notes: tuple[ReadingNote, ...]
    declarations: Declarations

    @classmethod
    def of(cls, data: Dataset) -> PlacedDataset:
        return cls(data.description, len(data), tuple(data.notes), data.declarations)

    def require_same(self, found: Dataset) -> Dataset:
        """What a worker has read, if it is the same, as the first process has it.

        Raises
        ------
        UnreadableInput
        """
        expected, source = self.description.source, found.source
        if expected is None or source is None or expected.sha256 != source.sha256:
            raise _other_file(self.description)
        data = found.replace(source=expected, notes=self.notes, declarations=self.declarations)
        if _stated(data.description) != _stated(self.description) or len(data) != self.records:
            raise _other_file(self.description)
        return data


@dataclass(frozen=True, slots=True)
class PlacedStudy:
    """A study in files that every worker can read, and how it is read and checked.

    Two are equal if their keys are. `part` is about how many records are a part, None for the whole.
    """

    key: str
    paths: tuple[Path, ...] = field(compare=False)
    options: Mapping[str, Any] = field(compare=False)
    datasets: tuple[PlacedDataset, ...] = field(compare=False)
    notes: tuple[ReadingNote, ...] = field(compare=False)
    definition: Definition | None = field(compare=False)
    checking: CheckOptions = field(compare=False)
    part: int | None = field(compare=False)

    def open(self) -> Opened:
        """Read the files here, into a folder of this worker where memory is limited.

        Raises
        ------
        UnreadableInput
            When a file is not there, or is another than the first process has read.
        """
        work = WorkFolder()
        try:
            return self._opened(work)
        except BaseException:
            work.close()  # the error, which may be kept, has references to it
            raise

    def _opened(self, work: WorkFolder) -> Opened:
        """What is written while it is read is in one folder, which goes whoever still refers to the study."""
        writes = self.options.get("memory") is not None or any(
            isinstance(each, Address) for each in self.paths
        )
        found = read(self.paths, **self.options, work_dir=work.new_folder() if writes else None)
        if list(found.datasets) != [each.description.name for each in self.datasets]:
            raise UnreadableInput(
                "a worker finds other datasets than this machine",
                ", ".join(map(str, self.paths)),
                "give a place that is the same for all machines, and run again when it does not change",
            )
        data = (placed.require_same(found[placed.description.name]) for placed in self.datasets)
        study = Study.of(*data, notes=self.notes, definition=self.definition)
        parts = parts_by_subject(study, self.part) if self.part is not None else None
        return Opened(study, self.checking, parts, work.close)


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """Files that every worker can read by the same paths, and how they are read.

    Attributes
    ----------
    paths : sequence of Path
    options : mapping
        Arguments of `read`.
    records : int
        About how many records of the longest dataset are a part.
    """

    paths: Sequence[Path]
    options: Mapping[str, Any]
    records: int = RECORDS

    def __post_init__(self) -> None:
        if STANDARD_INPUT in self.paths or Path("-") in self.paths:
            raise ConfigurationError(
                "the workers of a cluster cannot read standard input",
                advice="put the data into a folder or store that all workers can read",
            )

    def keep(self, opened: Opened) -> PlacedStudy:
        """What is sent to workers: no data."""
        taken = {name: value for name, value in self.options.items() if name not in _OF_THIS_MACHINE}
        return PlacedStudy(
            uuid.uuid4().hex,
            tuple(map(_for_all_machines, self.paths)),
            {name: _for_all_machines(each) for name, each in taken.items()},
            tuple(map(PlacedDataset.of, opened.study)),
            tuple(opened.study.notes),
            opened.study.definition,
            opened.options,
            self.records if opened.parts is not None else None,
        )


def _for_all_machines(given: Any) -> Any:
    """A path from the root, whatever folder a worker is in; anything else as it is."""
    return given.absolute() if isinstance(given, Path) and not isinstance(given, Address) else given


def _stated(description: DatasetDescription) -> tuple[Any, ...]:
    """All that it says: two descriptions are never equal themselves."""
    return tuple(getattr(description, each.name) for each in fields(description))


def _other_file(of: DatasetDescription) -> UnreadableInput:
    where = f"dataset {of.name}" + (f", {of.source.path}" if of.source is not None else "")
    return UnreadableInput(
        "a worker reads another file than this machine did, or one that has changed",
        where,
        "give a place that is the same for all machines, and run again when it does not change",
    )
