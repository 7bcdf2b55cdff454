"""What every reader is given and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...schemas.dataset import Dataset

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user may say about the files.

    Attributes
    ----------
    encoding : str or None
        Overrides what the file declares and what its bytes suggest; a Python or SAS name.
    catalog : Path or None
        SAS format catalogue (sas7bcat); by default the one beside the data.
    recursive : bool
        Read the subfolders of a folder, too.
    progress : callable or None
        Called with file name, amount done and total, in the reader's own unit (bytes or records).
    """

    encoding: str | None = None
    catalog: Path | None = None
    recursive: bool = False
    progress: Progress | None = None


class Reader(Protocol):
    """Reads one file of one format; of Parquet also a folder of parts.

    Raises
    ------
    UnreadableInput
        When the file is damaged or is something else; nothing is half-read.
    """

    def __call__(self, path: Path, options: ReadOptions, /) -> list[Dataset]: ...
