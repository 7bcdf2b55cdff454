"""The bytes of a file by parts: of one that is held in memory, or of one that is read again for each part."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Protocol

import numpy as np

from ...schemas.errors import UnreadableInput
from .kept_file import ArrayPlace, KeptFile

BLOCK = 1 << 20
"""Bytes that are looked at together."""


class Content(Protocol):
    """Bytes that are fetched by parts."""

    @property
    def size(self) -> int: ...

    def part(self, start: int, count: int) -> memoryview:
        """So many bytes from a position on, fewer at the end."""
        ...


def blocks(content: Content, start: int = 0, end: int | None = None) -> Iterator[tuple[int, memoryview]]:
    """The bytes between two positions, block by block, each with its own position."""
    end = content.size if end is None else end
    for first in range(start, end, BLOCK):
        yield first, content.part(first, min(BLOCK, end - first))


class HeldBytes:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.size = len(data)

    def part(self, start: int, count: int) -> memoryview:
        return self._data[start : start + count]


class OpenFile:
    """Bytes of an open file, which must stay as it is: it is read several times."""

    def __init__(self, file: BufferedReader, path: Path) -> None:
        self._file = file
        self._path = path
        self._begun = _state(file)
        self.size = self._begun[0]

    def part(self, start: int, count: int) -> memoryview:
        into = bytearray(max(0, min(count, self.size - start)))
        self._file.seek(start)
        if self._file.readinto(into) < len(into) or _state(self._file) != self._begun:
            raise UnreadableInput(
                "the file changed while it was being read",
                str(self._path),
                "read it again when it is complete",
            )
        return memoryview(into)


def _state(file: BufferedReader) -> tuple[int, int]:
    """Size and time of the last change."""
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


class KeptBytes:
    """Bytes that come block by block, in a file of the work folder that goes with this object."""

    def __init__(self, file: KeptFile, come: Iterable[bytes]) -> None:
        self._file = file
        self.size = 0
        for block in filter(None, come):
            file.write(np.frombuffer(block, np.uint8))
            self.size += len(block)

    def part(self, start: int, count: int) -> memoryview:
        count = max(0, min(count, self.size - start))
        return self._file.read(ArrayPlace(start, count, "|u1")).data

    def __del__(self) -> None:
        self._file.remove()
