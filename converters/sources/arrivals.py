"""What carriers brought in one reading: read where it lies, told of as the place it came from."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...schemas.errors import UnreadableInput, UnreadableInputs
from ...schemas.study.dataset import Dataset
from ...schemas.study.definition import Definition
from ...schemas.study.variable import ReadingNote
from ..formats.format import ReadOptions
from ..values.address import STANDARD_INPUT
from . import GIVEN_AS_INPUT, Carrier, carrier_of


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What lies in a folder of ours, and where it came from."""

    carrier: Carrier
    folder: Path
    place: Path

    def of_file(self, file: Path) -> _Arrival:
        """The same where a place is itself what was brought, a file or a folder of parts, not what has it."""
        return replace(self, place=self.place.parent) if file == self.folder / self.place.name else self

    def shown(self, path: Path) -> Path:
        """A path in the folder as the user knows it."""
        return self.place / path.relative_to(self.folder)

    def named(self, text: str) -> str:
        """A text in which paths in the folder are as the user knows them; a table is not a file to them."""
        if self.carrier.is_table:
            text = re.sub(rf"({re.escape(str(self.folder))}/[^/:\s]+)\.parquet\b", r"\1", text)
        below = str(self.place / "_").removesuffix("_")  # of standard input it ends in slashes anyhow
        return text.replace(f"{self.folder}/", below).replace(str(self.folder), str(self.place))


@dataclass(slots=True)
class Arrivals:
    """What one reading was brought.

    Parameters
    ----------
    options : ReadOptions
        `memory` has the work folder.
    """

    options: ReadOptions
    _arrived: list[_Arrival] = field(default_factory=list)
    _brought: dict[Path, Path] = field(default_factory=dict)

    def bring(self, place: Path) -> Path:
        """The file or folder to read for a place; an archive that comes from elsewhere is unpacked.

        Raises
        ------
        UnreadableInput, ConfigurationError
        """
        if place in self._brought:
            return self._brought[place]
        local = place
        while (carrier := carrier_of(local)) is not None:
            folder = self.options.memory.new_folder()
            origin = STANDARD_INPUT if local == GIVEN_AS_INPUT else self.shown(local)
            arrival = _Arrival(carrier, folder, origin)
            self._arrived.append(arrival)  # which problems of bringing it need, too
            local = carrier.bring(local, folder, self.options)
            self._arrived[-1] = arrival.of_file(local)
        self._brought[place] = local
        return local

    def shown(self, path: Path) -> Path:
        """A path that was read, as the user knows it."""
        arrival = self._arrival(path)
        return path if arrival is None else arrival.shown(path)

    def told(self, problem: UnreadableInput) -> UnreadableInput:
        """A problem, in the user's paths."""
        if isinstance(problem, UnreadableInputs):
            return UnreadableInputs([self.told(each) for each in problem.problems])
        texts = map(self._named, (problem.what, problem.where, problem.advice))
        return UnreadableInput(*texts, details=[self._named(each) for each in problem.details])

    def noted(self, notes: Sequence[ReadingNote]) -> tuple[ReadingNote, ...]:
        """Notes, in the user's paths."""
        return tuple(replace(each, message=self._named(each.message)) for each in notes)

    def from_there(self, dataset: Dataset) -> Dataset:
        """A dataset whose source is the place it came from."""
        source = dataset.source
        arrival = None if source is None else self._arrival(source.path)
        if arrival is None or source is None:
            return dataset
        told = replace(source, path=arrival.shown(source.path))
        if arrival.carrier.is_table:
            told = replace(told, path=arrival.place / source.path.stem, format=arrival.carrier.name)
        return dataset.replace(source=told, notes=self.noted(dataset.notes))

    def defined_there(self, definition: Definition | None) -> Definition | None:
        """A definition whose file is named by the place it came from."""
        if definition is None or definition.source is None:
            return definition
        path = Path(definition.source.path)
        arrival = self._arrival(path)
        if arrival is None:
            return definition
        return replace(definition, source=replace(definition.source, path=str(arrival.shown(path))))

    def remove(self) -> None:
        """Remove what was brought: it has been read."""
        for each in self._arrived:
            shutil.rmtree(each.folder, ignore_errors=True)

    def _arrival(self, path: Path) -> _Arrival | None:
        return next((each for each in self._arrived if path.is_relative_to(each.folder)), None)

    def _named(self, text: str) -> str:
        for each in self._arrived:
            text = each.named(text)
        return text


@contextmanager
def arrivals(options: ReadOptions) -> Iterator[Arrivals]:
    """What is brought within this block, removed at its end; problems name the user's paths."""
    brought = Arrivals(options)
    try:
        yield brought
    except UnreadableInput as problem:
        raise brought.told(problem) from problem
    finally:
        brought.remove()
