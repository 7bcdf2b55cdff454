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
    missing : tuple of str
        Texts that stand for a missing value in CSV files, as NA does in those of R.
    date_order : {"dmy", "mdy"} or None
        How dates such as 03/04/2020 are read; None leaves them text.
    decimal : {".", ","} or None
        What separates decimals in CSV files; None takes a comma for it only where it is certain.
    max_unpacked : int or None
        Bytes that a compressed file may unpack to; None has it depend on the file's size.
    """

    encoding: str | None = None
    catalog: Path | None = None
    recursive: bool = False
    progress: Progress | None = None
    missing: tuple[str, ...] = ()
    date_order: str | None = None
    decimal: str | None = None
    max_unpacked: int | None = None


class Reader(Protocol):
    """Reads one file of one format; of Parquet also a folder of parts.

    Raises
    ------
    UnreadableInput
        When the file is damaged or is something else; nothing is half-read.
    """

    def __call__(self, path: Path, options: ReadOptions, /) -> list[Dataset]: ...
