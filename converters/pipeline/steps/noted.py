"""What is to be known of what a step read and wrote."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ....schemas.wording import plain

if TYPE_CHECKING:
    from ....schemas.study.study import Study


@dataclass(slots=True)
class StepNotes:
    """Notes of readers and of writers, in lines."""

    _lines: list[str] = field(default_factory=list)

    def of_reading(self, study: Study) -> None:
        """Notes of the study and of its datasets."""
        self._lines += [plain(note) for note in study.notes]
        self._lines += [plain(note) for dataset in study for note in dataset.notes]

    def add(self, line: str) -> None:
        self._lines.append(line)

    @property
    def lines(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(self._lines))


@contextmanager
def noting() -> Iterator[StepNotes]:
    """Notes of a step, to which what writers warn of within is added."""
    from ...writing.losses import MetadataNotKept, Repaired

    notes = StepNotes()
    with warnings.catch_warnings(record=True) as warned:
        for kind in (MetadataNotKept, Repaired):
            warnings.simplefilter("always", kind)
        yield notes
    for each in warned:
        if issubclass(each.category, (MetadataNotKept, Repaired)):
            notes.add(plain(each.message))
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
