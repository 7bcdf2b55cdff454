"""What the run before has left: its record, if it is one of this settings file and as it was written."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .fingerprint import HashesOfFiles
from .record import AlteredRecord, RecordedFile, RunRecord, StepRecord, read_record, sealed_as
from .versions import versions


@dataclass(frozen=True)
class EarlierRun:
    """The run before.

    Attributes
    ----------
    record : RunRecord or None
        None where there is none, or one that cannot be used.
    unusable : str
        Why it cannot be used: "line 2 was altered, or a line is missing".
    """

    record: RunRecord | None = None
    unusable: str = ""

    @classmethod
    def of(cls, path: Path, settings: RecordedFile) -> EarlierRun:
        """The one of a settings file of the working directory, by the record in a file."""
        try:
            record = read_record(path)
        except FileNotFoundError:
            return cls()
        except (OSError, AlteredRecord) as problem:
            return cls(unusable=str(problem.strerror if isinstance(problem, OSError) else problem))
        if (record.folder, record.specification.path) != (folder_from(path), settings.path):
            # Its outputs would be removed, as those of steps that are gone.
            of = (Path(record.folder) / record.specification.path).as_posix()
            return cls(unusable=f"it is of another settings file, {of}")
        return cls(record)

    @property
    def steps(self) -> Mapping[str, StepRecord]:
        """What became of each step."""
        return {each.step: each for each in self.record.steps} if self.record is not None else {}

    @property
    def declared(self) -> Collection[str]:
        """The outputs that it declared: a run may replace them."""
        return frozenset(self.record.declared) if self.record is not None else frozenset()

    def has_checked(self, settings: RecordedFile) -> bool:
        """Whether it checked the settings file as it is now, with the versions that are installed now."""
        earlier = self.record
        return (
            earlier is not None
            and earlier.finished
            and (earlier.specification, earlier.versions) == (settings, versions())
        )

    def outputs(self, step: str) -> Iterator[RecordedFile]:
        """What a step wrote."""
        yield from self.steps[step].outputs if step in self.steps else ()

    def has_written(self, record: RunRecord, path: Path, hashes: HashesOfFiles) -> bool:
        """Whether a record is in its file, with its hash beside it."""
        try:
            return record == self.record and sealed_as(path) == hashes.of(path).sha256
        except (OSError, AlteredRecord):
            return False


def folder_from(record: Path) -> str:
    """The working directory, from the folder of a record."""
    return Path(os.path.relpath(os.curdir, os.path.dirname(os.path.abspath(record)))).as_posix()
