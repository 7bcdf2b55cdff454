"""How much memory the data of one reading may take, and where what is beyond it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ...schemas.study.answers import AnswersInMemory
from .gathering import Gathering, InMemory
from .kept_columns import OnDisk
from .kept_file import KeptFile
from .work_folder import WorkFolder

_WORKING = 96_000_000
"""Bytes that are left for work, where the bound is far larger."""

_PACKED = frozenset({".gz", ".dsjc"})
_UNPACKED = 20
"""Clinical data in text are packed to about a twentieth."""


@dataclass(eq=False)
class Memory:
    """A bound, which holds for all datasets of a reading together.

    A part of it is left for what readers, rules and writers make of one variable or block. A dataset is held
    in memory as long as all that are held take no more than half of the rest; any other is kept on disk. The
    other half is for what is answered of them.

    Parameters
    ----------
    most : int or None
        Bytes; None for no bound.
    work_dir : Path or None
        Where the work folder is made; None for the system's folder for temporary files.
    """

    most: int | None = None
    work_dir: Path | None = None
    _answers: AnswersInMemory | None = field(init=False, default=None)
    _folder: WorkFolder = field(init=False)
    _most_held: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.most is not None:
            self._answers = AnswersInMemory(self.most - min(_WORKING, self.most * 3 // 4))
            self._most_held = self._answers.most // 2
        self._folder = WorkFolder(self.work_dir)

    def new_folder(self) -> Path:
        """An empty folder in the work folder."""
        return self._folder.new_folder()

    def gathering(self, size: int) -> Gathering:
        """Where to gather a dataset of about so many bytes."""
        if self._answers is None:
            return InMemory()
        if size <= self._most_held:
            self._most_held -= size
            self._answers.take(size)
            return InMemory(self._answers)
        return OnDisk(KeptFile(self._folder), self._answers)


def size_of_text(path: Path) -> int:
    """Bytes of a file of text: of a compressed one about those that it unpacks to."""
    size = path.stat().st_size
    return size * _UNPACKED if path.suffix.lower() in _PACKED else size
