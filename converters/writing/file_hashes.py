"""The size and SHA-256 of files: of inputs as they were read, of outputs before they have their names."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ..formats.planned_file import PlannedFile


@dataclass(frozen=True, slots=True)
class FileHash:
    """What tells a file from any other.

    Attributes
    ----------
    size : int
        In bytes.
    sha256 : str
    """

    size: int
    sha256: str


def hash_of(path: Path) -> FileHash:
    """Of a file as it is now."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileHash(file.tell(), digest)


def hashing(file: PlannedFile, found: MutableMapping[Path, FileHash]) -> PlannedFile:
    """The same file, whose hash is found as soon as it is written: before another run can replace it.

    Who has made a file has found its hash.
    """
    if file.made is not None:
        return file

    def write(stream: BinaryIO) -> None:
        file.write(stream)
        stream.flush()
        found[file.path] = hash_of(Path(stream.name))

    return replace(file, write=write)
