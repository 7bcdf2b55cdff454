"""What became of a conversion: of each dataset, of inputs that cannot be read, of files beside the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...schemas.errors import AdamgateError
from ..formats import Format
from ..formats.format import Repair
from .losses import change_messages, loss_message
from .selection import Selected

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset
    from ...schemas.study.variable import ReadingNote


@dataclass(frozen=True, slots=True)
class ConvertedDataset:
    """One dataset of a conversion.

    Attributes
    ----------
    read : Dataset
        As it was read.
    written : Dataset or None
        What was selected of it; None if that failed.
    files : tuple of Path
        Its files, without those that describe several datasets; none if it was not written.
    selected : Selected
    not_kept : mapping of str to tuple of str
        Kinds of metadata that the format cannot hold, and where the dataset has them.
    repairs : tuple of Repair
        What the writer was asked to change because the format cannot hold it.
    changes : tuple of Repair
        Metadata that are written otherwise than the dataset has them.
    problem : AdamgateError or None
        Why it was not written.
    """

    read: Dataset
    written: Dataset | None = None
    files: tuple[Path, ...] = ()
    selected: Selected = field(default_factory=Selected)
    not_kept: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    repairs: tuple[Repair, ...] = ()
    changes: tuple[Repair, ...] = ()
    problem: AdamgateError | None = None

    @property
    def name(self) -> str:
        return self.read.name


@dataclass(frozen=True, slots=True)
class ConversionRecord:
    """What became of all.

    Attributes
    ----------
    format : Format
        Of the files.
    outcomes : tuple of ConvertedDataset
        In the order in which the datasets were read.
    beside : tuple of Path
        Files that were written and hold no data: tables of metadata, the manifest.
    unread : tuple of AdamgateError
        Inputs that cannot be read, and what else belongs to no dataset.
    notes : tuple of ReadingNote
        About the inputs as a whole.
    options : mapping
        What was asked for, by the names of the options.
    encoding : str
        Of the text that is written.
    """

    format: Format
    outcomes: tuple[ConvertedDataset, ...]
    beside: tuple[Path, ...] = ()
    unread: tuple[AdamgateError, ...] = ()
    notes: tuple[ReadingNote, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    encoding: str = "utf-8"

    @property
    def problems(self) -> Iterator[AdamgateError]:
        """Everything that was not read or not written, and why."""
        yield from self.unread
        yield from (each.problem for each in self.outcomes if each.problem is not None)

    @property
    def repairs(self) -> Iterator[str]:
        """What was changed so that the format holds it."""
        yield from (str(repair) for each in self.outcomes for repair in each.repairs)

    @property
    def losses(self) -> Iterator[str]:
        """What the format has no place for or has otherwise, a line for each dataset that has some."""
        for each in self.outcomes:
            yield from change_messages(each.changes, self.format)
            if each.not_kept:
                yield loss_message(each.name, self.format, each.not_kept)

    @property
    def files(self) -> list[Path]:
        """What was written: the files of the datasets, then those beside them."""
        return list(dict.fromkeys([*(path for each in self.outcomes for path in each.files), *self.beside]))
