"""A table and its codebook prove that they belong together: the codebook holds the hash of the table.

Where files of two runs get mixed, as by copying, the hash shows it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

_LARGEST = 64_000_000
"""Bytes that a codebook may have."""
_COMPANIONS = ("summary", "program")
"""What a codebook calls files that are written with a table."""


class SealedTable:
    """Writes a table, and knows the hash of what was written, for the codebook that is written after it.

    Attributes
    ----------
    sha256 : str
        Of the file; empty until it is written.
    """

    def __init__(self, content: Callable[[BinaryIO], None]) -> None:
        self._content = content
        self.sha256 = ""

    def write(self, stream: BinaryIO) -> None:
        self._content(stream)
        stream.flush()
        self.sha256 = _sha256(Path(stream.name))


def belong_together(table: Path, codebook: Path, program: Path | None = None, *, key: str = "table") -> bool:
    """Whether files are a table, the codebook and the program that were written with it.

    Parameters
    ----------
    table, codebook : Path
        Either need not exist.
    program : Path, optional
        It need not exist; if it does, it must be as it was written.
    key : str
        What the codebook calls the table, where it is of several.
    """
    document = _document(codebook)
    try:
        written = document.get(f"{key}_sha256")
        if not written or document[key] != table.name or written != _sha256(table):
            return False
        if program is None or not os.path.lexists(program):
            return True
        return bool(document["program"] == program.name and document["program_sha256"] == _sha256(program))
    except (OSError, ValueError, KeyError):
        return False


def written_with(table: Path, codebook: Path) -> list[Path]:
    """Files beside a table that an earlier run wrote with one of its name, as the codebook says.

    Whoever replaces the table without them leaves files that do not fit it: a program for another tool, the
    summary of other estimates.
    """
    document = _document(codebook)
    if document.get("table") != table.name:
        return []
    names = [document.get(key) for key in _COMPANIONS]
    beside = [table.with_name(each) for each in names if isinstance(each, str) and Path(each).name == each]
    return [each for each in beside if os.path.lexists(each)]


def _document(codebook: Path) -> Mapping[str, Any]:
    """What a codebook says; nothing where it is not one."""
    try:
        if codebook.stat().st_size > _LARGEST:
            return {}
        document = json.loads(codebook.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
