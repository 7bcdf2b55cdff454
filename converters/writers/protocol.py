"""What every writer is given and gives back.

A writer says what its format cannot hold and plans its files; it never touches the disk itself:
`atomic.write_together` lets all planned files appear at once, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...schemas.dataset import Dataset
from ...schemas.spelling import one_line


@dataclass(frozen=True, slots=True)
class Breach:
    """Something of a dataset that the target format cannot hold.

    Attributes
    ----------
    dataset, variable : str
        Where; `variable` is empty when it concerns the whole dataset.
    message : str
        One clause, without patient data.
    """

    dataset: str
    message: str
    variable: str = ""

    def __str__(self) -> str:
        place = f"{self.dataset}.{self.variable}" if self.variable else self.dataset
        return f"{one_line(place)}: {self.message}"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file that is to appear.

    Attributes
    ----------
    path : Path
    write : callable
        Writes the whole content to the binary stream it is given.
    merged : bool
        The content keeps what an existing file of that name holds, so replacing it needs no leave.
    """

    path: Path
    write: Callable[[BinaryIO], None]
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """One dataset and the file it goes to."""

    dataset: Dataset
    path: Path


@dataclass(frozen=True, slots=True)
class Writer:
    """How one file format is written.

    Attributes
    ----------
    format : str
        Name for people, as in `Source.format`.
    breaches : callable
        Everything of a dataset that the format cannot hold; a dataset with none is written loss-free.
    plan : callable
        The files that hold these datasets, sidecars included.
    drops : tuple of str
        Kinds of metadata (`losses.METADATA`) that the format has no place for.
    """

    format: str
    breaches: Callable[[Output], Iterable[Breach]]
    plan: Callable[[Sequence[Output]], list[PlannedFile]]
    drops: tuple[str, ...] = ()
