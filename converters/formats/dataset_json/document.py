"""The rows of a JSON document, some at a time: together they are objects of many times the file's size.

A part of the rows is cut where one ends and the next begins, and parsed as an array of its own. A cut within
a text or within a row is not JSON, so that a part that can be parsed is whole rows, whatever they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

import orjson

_PART = 1 << 20
"""Bytes of a part, and more where a row is longer."""
_LONGEST_ROW = 64 << 20
_HEAD = 8 << 20
"""Bytes at the beginning in which the rows must begin, if a document is to be read in parts."""
_TAIL = 4096
"""Bytes at the end in which they and the document must end."""
_TRIES = 3
_KEY = b'"rows"'
_ROWS = re.compile(rb'"rows"\s*:\s*\[')
_CUT = re.compile(rb"\]\s*,\s*(?=\[)")


class NotInParts(Exception):
    """A document has to be parsed at once."""


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document whose rows come last, as writers have them.

    Attributes
    ----------
    file : BufferedReader
    metadata : dict
        All but the rows.
    first, end : int
        Where the rows begin and end.
    """

    file: BufferedReader
    metadata: dict[str, Any]
    first: int
    end: int

    @classmethod
    def of(cls, file: BufferedReader) -> SplitDocument | None:
        """The document; None where it has to be parsed at once: it is not JSON, or in another order."""
        file.seek(0)
        head = file.read(_HEAD)
        rows, end = _ROWS.search(head), _end_of_rows(file)
        if rows is None or end is None or end < rows.end() or _times_named(file) != 1:
            return None
        try:
            metadata = orjson.loads(head[: rows.start()].rstrip().removesuffix(b",") + b"}")
        except orjson.JSONDecodeError:
            return None
        # A name may be written with escapes.
        return None if "rows" in metadata else cls(file, metadata, rows.end(), end)

    def rows(self) -> Iterator[list[Any]]:
        """The rows, some at a time.

        Raises
        ------
        NotInParts
            When a part cannot be parsed: it is not JSON, or something follows the rows.
        """
        self.file.seek(self.first)
        left, begun = self.end - self.first, b""
        while left or begun:
            read = self.file.read(min(_PART, left))
            left -= len(read)
            begun += read
            part = _cut(begun) if left else _parsed(begun, len(begun), len(begun))
            if part is None and read and left and len(begun) < _LONGEST_ROW:
                continue
            if part is None:
                raise NotInParts
            rows, then = part
            begun = begun[then:]
            yield rows
            del rows, part  # or they are held while the next ones are made


def _cut(begun: bytes) -> tuple[list[Any], int] | None:
    """The rows that end in a part, and where the next one begins."""
    cuts = [(cut.start() + 1, cut.end()) for cut in _CUT.finditer(begun)][-_TRIES:]
    parts = (_parsed(begun, end, then) for end, then in reversed(cuts))
    return next((part for part in parts if part is not None), None)


def _parsed(begun: bytes, end: int, then: int) -> tuple[list[Any], int] | None:
    try:
        return orjson.loads(b"[%b]" % begun[:end]), then
    except orjson.JSONDecodeError:
        return None


def _end_of_rows(file: BufferedReader) -> int | None:
    """The place of the bracket before the one that ends the document."""
    size = file.seek(0, 2)
    start = file.seek(max(0, size - _TAIL))
    tail = file.read().rstrip()
    inner = tail[:-1].rstrip()
    return start + len(inner) - 1 if tail.endswith(b"}") and inner.endswith(b"]") else None


def _times_named(file: BufferedReader) -> int:
    """How many times the name of the rows is in a file; counting stops at 2."""
    file.seek(0)
    times, before = 0, b""
    while times < 2 and (part := file.read(_PART)):
        times += (before + part).count(_KEY)
        before = part[1 - len(_KEY) :]
    return times
