"""How a report in a file is known as ours, so that a run may replace it. Needs no pandas.

How a file begins proves nothing: other tools write "PASSED  12 tests". A report says at its end whose it
is, in a line that its format takes for a comment; a JSON report, which has none, is known by its keys, a
workbook by its properties.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import BufferedReader
from typing import Protocol
from zipfile import ZipFile

_SIGNATURE = "Report written by adamgate "
_VERSION = rb"\d[\w.+-]*"
_SIGNED = re.escape(_SIGNATURE.encode()) + _VERSION
_END = 200
"""Bytes at either end of a file that are enough to tell that it is no report."""
_LARGEST = 64_000_000
"""Bytes that a JSON report may have."""
_PROPERTIES = 10_000
"""Bytes of the properties of a workbook that are read."""

ReportDocument = str | bytes
"""A report as it is written to a file: a text, or what is not text, as a workbook."""


def signature() -> str:
    """Whose a report is, in its last line or its properties."""
    return _SIGNATURE + version("adamgate")


class Mark(Protocol):
    """What tells the reports of a format from all other files."""

    def put(self, document: ReportDocument) -> ReportDocument:
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

    def put(self, document: ReportDocument) -> ReportDocument:
        return f"{document!s}\n{self.comment.format(signature())}\n"

    def is_on(self, file: BufferedReader) -> bool:
        before, after = (re.escape(part.encode()) for part in self.comment.split("{}"))
        ends = rb"\n" + before + _SIGNED + after + rb"\n\Z"
        return re.match(self.begins, _head(file)) is not None and re.search(ends, _tail(file)) is not None


@dataclass(frozen=True, slots=True)
class KnownByKeys:
    """The keys of a JSON document, which is written as it is.

    Attributes
    ----------
    begins : bytes
        Pattern of how every report of the format begins.
    keys : frozenset of str
        What reports of every version have.
    ours : tuple of str or int
        The way to a value that no other tool's document has: keys of objects and places of lists.
    """

    begins: bytes
    keys: frozenset[str]
    ours: tuple[str | int, ...]

    def put(self, document: ReportDocument) -> ReportDocument:
        return document

    def is_on(self, file: BufferedReader) -> bool:
        if not re.match(self.begins, _head(file)) or os.fstat(file.fileno()).st_size > _LARGEST:
            return False
        file.seek(0)
        try:
            document = json.loads(file.read())
        except (ValueError, RecursionError):
            return False
        return document.keys() >= self.keys and _has(document, self.ours)


@dataclass(frozen=True, slots=True)
class SignedInProperties:
    """The description in the properties of a workbook, which its writer puts there."""

    def put(self, document: ReportDocument) -> ReportDocument:
        return document

    def is_on(self, file: BufferedReader) -> bool:
        if not _head(file).startswith(b"PK"):
            return False
        file.seek(0)
        try:
            with ZipFile(file) as parts, parts.open("docProps/core.xml") as properties:
                described = properties.read(_PROPERTIES)
        except Exception:  # no zip file, another one, or damaged in one of many ways
            return False
        return re.search(rb"<dc:description>" + _SIGNED + rb"</dc:description>", described) is not None


def _has(document: object, way: Sequence[str | int]) -> bool:
    for step in way:
        try:
            document = document[step]  # type: ignore[index]  # anybody's JSON
        except (LookupError, TypeError):
            return False
    return True


def _head(file: BufferedReader) -> bytes:
    file.seek(0)
    return file.read(_END)


def _tail(file: BufferedReader) -> bytes:
    file.seek(-min(_END, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return file.read()
