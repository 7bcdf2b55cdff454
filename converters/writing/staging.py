"""Datasets are made ready to be written: here, or where their files are made beforehand.

What is staged needs nothing but to be put in its place: the files are complete, under temporary names, and
all that messages say of the dataset is known without its records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, NoReturn, Protocol, TypeVar

import pandas as pd

from ...schemas.errors import AdamgateError
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import SpecialMissing
from ..formats.format import Output, WritingProgress
from ..formats.planned_file import PlannedFile
from .atomic import made_in
from .file_hashes import FileHash, hashing
from .plan import Prepared
from .selection import Selected, Selection
from .target import Target

Staged = TypeVar("Staged")


@dataclass(frozen=True, slots=True)
class ChosenOutput:
    """What is selected of a dataset, and where it goes."""

    output: Output
    selected: Selected


@dataclass(frozen=True, slots=True)
class StagedDataset:
    """A dataset whose files are made, or what kept it from that.

    Attributes
    ----------
    chosen : ChosenOutput or None
    prepared : Prepared or None
    hashes : mapping of Path to FileHash
        Of its files by the paths that they will have, if they are asked for.
    problem : AdamgateError or None
        Why there is no `chosen`, or no `prepared`. The error of a file that could not be made is raised
        when it is to be put in its place.
    """

    chosen: ChosenOutput | None = None
    prepared: Prepared | None = None
    hashes: Mapping[Path, FileHash] = field(default_factory=dict)
    problem: AdamgateError | None = None


@dataclass(frozen=True, slots=True)
class Staging:
    """How datasets are staged.

    Attributes
    ----------
    target : Target
    selection : Selection
    folder : Path
        Where files are made.
    hashed : bool
        Whether hashes of files are asked for.
    """

    target: Target
    selection: Selection
    folder: Path
    hashed: bool

    def stage(self, dataset: Dataset, names: Collection[str]) -> StagedDataset:
        """Make the files of a dataset, one of those with these names."""
        here = PreparedHere(self.target, self.selection, names)
        try:
            (chosen,) = here.chosen([dataset])
        except AdamgateError as problem:
            return StagedDataset(problem=problem)
        told = ChosenOutput(_told(chosen.output), chosen.selected)
        try:
            prepared = here.prepared([dataset], [chosen.output])
        except AdamgateError as problem:
            return StagedDataset(told, problem=problem)
        hashes: dict[Path, FileHash] = {}
        files = tuple(self._made(each, hashes) for each in prepared.files)
        return StagedDataset(
            told, replace(prepared, outputs=tuple(map(_told, prepared.outputs)), files=files), hashes
        )

    def _made(self, file: PlannedFile, hashes: dict[Path, FileHash]) -> PlannedFile:
        try:
            return made_in(self.folder, hashing(file, hashes) if self.hashed else file)
        except AdamgateError as problem:
            return PlannedFile(file.path, partial(_raised, problem))


def _raised(problem: AdamgateError, _: BinaryIO) -> NoReturn:
    raise problem


def _told(output: Output) -> Output:
    """An output as it is sent back: without records."""
    return replace(output, dataset=without_records(output.dataset), progress=None)


def without_records(dataset: Dataset) -> Dataset:
    """What is known of a dataset but its records, which are elsewhere."""
    return Dataset.of(dataset.description, _Elsewhere(len(dataset)), notes=dataset.notes)


@dataclass(frozen=True, eq=False)
class _Elsewhere:
    """Columns of which nothing is here but how long they are."""

    records: int
    answers: None = None

    def __len__(self) -> int:
        return self.records

    def column(self, name: str) -> pd.Series:
        raise LookupError(f"{name} is not in this process")

    def part(self, name: str, first: int, count: int) -> pd.Series:
        raise LookupError(f"{name}, records {first} to {first + count}, is not in this process")

    def special_missing(self, name: str) -> SpecialMissing | None:
        raise LookupError(f"{name} is not in this process")

    def frame(self) -> pd.DataFrame:
        raise LookupError("the records are not in this process")


class Preparing(Protocol):
    """Makes datasets ready to be written."""

    def chosen(self, datasets: Sequence[Dataset], /) -> list[ChosenOutput]:
        """What is selected of each, and where it goes.

        Raises
        ------
        AdamgateError
        """
        ...

    def prepared(self, datasets: Sequence[Dataset], outputs: Sequence[Output], /) -> Prepared:
        """The same as the format holds it.

        Raises
        ------
        AdamgateError
        """
        ...

    def hashes(self, datasets: Sequence[Dataset], /) -> dict[Path, FileHash]:
        """Of files that are made by now."""
        ...


@dataclass(frozen=True, slots=True)
class PreparedHere:
    """From the records, which are here."""

    target: Target
    selection: Selection
    names: Collection[str]
    progress: WritingProgress | None = None

    def chosen(self, datasets: Sequence[Dataset]) -> list[ChosenOutput]:
        selected = [self.selection.of_dataset(each, self.names) for each in datasets]
        outputs = self.target.outputs([dataset for dataset, _ in selected])
        return [
            ChosenOutput(replace(output, progress=self.progress), each)
            for output, (_, each) in zip(outputs, selected, strict=True)
        ]

    def prepared(self, _: Sequence[Dataset], outputs: Sequence[Output]) -> Prepared:
        return Prepared.of(outputs, self.target)

    def hashes(self, _: Sequence[Dataset]) -> dict[Path, FileHash]:
        return {}


@dataclass(frozen=True, slots=True)
class PreparedElsewhere:
    """As it was staged; of several datasets all are, or none is written."""

    staged: Mapping[Dataset, StagedDataset]

    def chosen(self, datasets: Sequence[Dataset]) -> list[ChosenOutput]:
        return [_done(self.staged[each].chosen, self.staged[each]) for each in datasets]

    def prepared(self, datasets: Sequence[Dataset], _: Sequence[Output]) -> Prepared:
        return Prepared.together([_done(self.staged[each].prepared, self.staged[each]) for each in datasets])

    def hashes(self, datasets: Sequence[Dataset]) -> dict[Path, FileHash]:
        return {path: each for one in datasets for path, each in self.staged[one].hashes.items()}


def _done(found: Staged | None, staged: StagedDataset) -> Staged:
    if found is not None:
        return found
    raise staged.problem or LookupError("a dataset was not staged")
