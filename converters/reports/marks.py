"""How a report in a file is known as ours, so that a run may replace it. Needs no pandas.

How a file begins proves nothing: other tools write "PASSED  12 tests". A report says at its end whose it
is, in a line that its format takes for a comment; a JSON report, which has none, is known by its keys.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from io import BufferedReader
from typing import Protocol

_SIGNATURE = "Report written by adamgate "
_VERSION = rb"\d[\w.+-]*"
_END = 200
"""Bytes at either end of a file that are enough to tell that it is no report."""
_LARGEST = 64_000_000
"""Bytes that a JSON report may have."""


class Mark(Protocol):
    """What tells the reports of a format from all other files."""

    def put(self, document: str) -> str:
        """The document as it is written to a file."""
        ...

    def is_on(self, file: BufferedReader) -> bool:
        """Whether a file is a report of this format."""
        ...


@dataclass(frozen=True, slots=True)
class SignedAtEnd:
    """A last line that says whose the file is.

    Attributes
    ----------
    begins : bytes
        Pattern of how every report of the format begins.
    comment : str
        How the format writes a comment of one line, with {} for its words: "<!-- {} -->".
    """

    begins: bytes
    comment: str = "{}"

    def put(self, document: str) -> str:
        return f"{document}\n{self.comment.format(_SIGNATURE + version('adamgate'))}\n"

    def is_on(self, file: BufferedReader) -> bool:
        before, after = (re.escape(part.encode()) for part in self.comment.split("{}"))
        ends = rb"\n" + before + _SIGNATURE.encode() + _VERSION + after + rb"\n\Z"
        return re.match(self.begins, _head(file)) is not None and re.search(ends, _tail(file)) is not None


@dataclass(frozen=True, slots=True)
class KnownByKeys:
    """The keys of a JSON document, which is written as it is.

    Attributes
    ----------
    begins : bytes
        Pattern of how every report of the format begins.
    keys : frozenset of str
        What reports of every version have; `versions` names adamgate.
    """

    begins: bytes
    keys: frozenset[str]

    def put(self, document: str) -> str:
        return document

    def is_on(self, file: BufferedReader) -> bool:
        if not re.match(self.begins, _head(file)) or os.fstat(file.fileno()).st_size > _LARGEST:
            return False
        file.seek(0)
        try:
            document = json.loads(file.read())
        except (ValueError, RecursionError):
            return False
        versions = document.get("versions")
        return document.keys() >= self.keys and isinstance(versions, dict) and "adamgate" in versions


def _head(file: BufferedReader) -> bytes:
    file.seek(0)
    return file.read(_END)


def _tail(file: BufferedReader) -> bytes:
    file.seek(-min(_END, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return file.read()
