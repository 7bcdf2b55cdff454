"""A file that is to appear: all that is planned appears at once, or none of it. Needs no pandas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


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
    check : callable, optional
        Reads the file back under its temporary name, and raises UnwritableOutput where it is not what
        was to be written.
    made : Path, optional
        Where it is already, written, flushed and checked, on the disk that it goes to.
    """

    path: Path
    write: Callable[[BinaryIO], None]
    merged: bool = False
    check: Callable[[Path], None] | None = None
    made: Path | None = None
