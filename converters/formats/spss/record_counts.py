"""How many records a .sav file states, and how many it holds: ReadStat reads as many as the first count says.

A count that is too small, as of a damaged file, would lose the last records without a word. The file states
it twice, and one that is not compressed is as long as its records.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from .stored_columns import ELEMENT

_HEADER = struct.Struct("<64x5i92x")
_LAYOUTS = (2, 3)
_VARIABLE, _LABELS, _LABELLED, _DOCUMENT, _EXTENSION, _DATA = 2, 3, 4, 6, 7, 999
_COUNT_OF_RECORDS = (16, 8, 2)
_LINE = 80


def stated_records(path: Path) -> int:
    """How many records a file states; -1 where it does not say, or its head cannot be followed.

    Raises
    ------
    ValueError
        When it states two counts, holds more records than it states, or ends in the middle of one.
    """
    with path.open("rb") as file, suppress(struct.error):
        head = _Head.of(file)
        size = path.stat().st_size - file.tell()
        _compare(head, size)
        return max(head.records, head.again)
    return -1


def _compare(head: _Head, size: int) -> None:
    if head.records >= 0 and 0 <= head.again != head.records:
        raise ValueError(f"it states {head.records:,} records, and {head.again:,} in another place")
    if head.compressed or not head.elements:
        return
    held, rest = divmod(size, ELEMENT * head.elements)
    if head.records < 0:  # not known when the file was begun
        if rest:
            raise ValueError(f"it ends in the middle of record {held + 1:,}")
    elif held > head.records:
        raise ValueError(f"it states {head.records:,} records, and holds {held:,}")


@dataclass(slots=True)
class _Head:
    """What a head says of its records; the file is then at its data.

    Attributes
    ----------
    records, again : int
        As stated first and in the extension; -1 where it does not say.
    elements : int
        Of eight bytes, in a record that is not compressed.
    """

    file: BinaryIO
    order: str
    compressed: bool
    records: int
    again: int = field(default=-1)
    elements: int = field(default=0)

    @classmethod
    def of(cls, file: BinaryIO) -> _Head:
        raw = file.read(_HEADER.size)
        order = "<" if _HEADER.unpack(raw)[0] in _LAYOUTS else ">"
        _, _, compression, _, records = struct.unpack(order + _HEADER.format[1:], raw)
        head = cls(file, order, compression != 0, records)
        while (kind := head.whole()) != _DATA:
            if kind not in _PARTS:
                raise struct.error
            _PARTS[kind](head)
        head.whole()
        return head

    def whole(self) -> int:
        (value,) = self.wholes("i")
        return int(value)

    def wholes(self, kinds: str) -> tuple[int, ...]:
        form = struct.Struct(self.order + kinds)
        return form.unpack(self.file.read(form.size))

    def skip(self, size: int) -> None:
        if size < 0:
            raise struct.error
        self.file.seek(size, 1)

    def variable(self) -> None:
        _, has_label, missing, _, _ = self.wholes("5i")
        self.skip(8 + (4 + _up_to(self.whole_behind(8), 4) if has_label else 0) + ELEMENT * abs(missing))
        self.elements += 1

    def whole_behind(self, size: int) -> int:
        """An integer that stands so many bytes further on; the file stays where it is."""
        place = self.file.tell()
        self.skip(size)
        value = self.whole()
        self.file.seek(place)
        return value

    def labels(self) -> None:
        for _ in range(self.whole()):
            self.skip(ELEMENT)
            (length,) = self.wholes("B")
            self.skip(_up_to(1 + length, ELEMENT) - 1)

    def extension(self) -> None:
        kind, size, count = self.wholes("3i")
        if (kind, size, count) == _COUNT_OF_RECORDS:
            _, self.again = self.wholes("2q")
        elif size < 0:
            raise struct.error
        else:
            self.skip(size * count)


_PARTS: Mapping[int, Callable[[_Head], None]] = MappingProxyType(
    {
        _VARIABLE: _Head.variable,
        _LABELS: _Head.labels,
        _LABELLED: lambda head: head.skip(4 * head.whole()),
        _DOCUMENT: lambda head: head.skip(_LINE * head.whole()),
        _EXTENSION: _Head.extension,
    }
)


def _up_to(size: int, to: int) -> int:
    return size + -size % to
