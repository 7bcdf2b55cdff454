"""What the metadata of a sas7bdat file say: its variables, and how its records are stored.

Names, labels and formats are bytes as they are in the file. By M. Shotwell, "SAS7BDAT Database Binary
Format", and ReadStat.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from ....schemas.study.variable import MOST_VARIABLES
from .header import SasHeader
from .pages import COLUMN_SIZE, DATA, RECORD, ROW_SIZE, DamagedFile, PageFile, Pages, pointers

_TEXT, _NAMES, _ATTRIBUTES, _FORMAT = 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFFFBFE
_NUMERIC, _CHARACTER = 1, 2
_WIDTHS = {_NUMERIC: range(3, 9), _CHARACTER: range(32_768)}
_FROM_END_LABEL, _FROM_END_COMPRESSION = 130, 118


class Compression(Enum):
    """How records are compressed, by SAS's name for the procedure."""

    NONE = b""
    RLE = b"SASYZCRL"
    RDC = b"SASYZCR2"


@dataclass(frozen=True, slots=True)
class SasColumn:
    """One variable.

    Attributes
    ----------
    name, label, format, informat : bytes
    numeric : bool
    place, length : int
        Of its value in a record, in bytes.
    """

    name: bytes
    label: bytes
    format: bytes
    informat: bytes
    numeric: bool
    place: int
    length: int


@dataclass(frozen=True, slots=True)
class SasContents:
    """One dataset, without its records.

    Attributes
    ----------
    columns : tuple of SasColumn
    label : bytes
    width : int
        Bytes of a record.
    stored : int
        Records, those that are deleted included.
    deleted : int
    beside_metadata : int
        Records on the page that holds both.
    compression : Compression
    """

    columns: tuple[SasColumn, ...]
    label: bytes
    width: int
    stored: int
    deleted: int
    beside_metadata: int
    compression: Compression

    @property
    def records(self) -> int:
        return self.stored - self.deleted


def read_contents(file: PageFile) -> SasContents:
    """Read the metadata: on the first pages, and if that is not all, on the last ones.

    Raises
    ------
    DamagedFile
    """
    found = _Found(file.header)
    for page in _pages_of_metadata(file):
        found.take(page)
        if found.complete:
            break
    return found.contents()


def _pages_of_metadata(file: PageFile) -> Iterator[Pages]:
    for first in range(len(file)):
        page = file.pages(first, 1)
        if page.kinds[0] == DATA:
            break
        if page.kinds[0] >= 0:
            yield page
    else:
        return
    behind = False
    for number in range(len(file) - 1, first, -1):
        page = file.pages(number, 1)
        if page.kinds[0] == DATA:
            if behind:
                return
        elif page.kinds[0] >= 0:
            behind = True
            yield page


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a text is: in which block of texts, and there."""

    block: int
    place: int
    length: int


@dataclass(frozen=True, slots=True)
class _Format:
    label: _Reference
    format: tuple[_Reference, int, int]
    informat: tuple[_Reference, int, int]


@dataclass(frozen=True, slots=True)
class _Sizes:
    width: int
    stored: int
    deleted: int
    beside_metadata: int
    label: _Reference
    compression: _Reference


@dataclass(slots=True)
class _Found:
    """What was found of the metadata so far."""

    header: SasHeader
    sizes: _Sizes | None = None
    variables: int | None = None
    texts: list[bytes] = field(default_factory=list)
    names: list[_Reference] = field(default_factory=list)
    attributes: list[tuple[int, int, int]] = field(default_factory=list)
    formats: list[_Format] = field(default_factory=list)

    def take(self, page: Pages) -> None:
        found = pointers(page, self.header)
        raw = page.raw.tobytes()
        for place, length, signature in zip(
            found.places.tolist(), found.lengths.tolist(), found.signatures.tolist(), strict=True
        ):
            if signature != RECORD and (read := _READERS.get(signature)):
                try:
                    read(self, raw[place : place + length])
                except struct.error:
                    raise DamagedFile("a part of the metadata is too short") from None

    @property
    def complete(self) -> bool:
        """Whether all that is referred to is present."""
        if self.sizes is None or self.variables is None:
            return False
        if min(len(self.names), len(self.attributes), len(self.formats)) < self.variables:
            return False
        return all(each.block < len(self.texts) for each in self._references() if each.length)

    def _references(self) -> Iterator[_Reference]:
        if self.sizes is not None:
            yield from (self.sizes.label, self.sizes.compression)
        yield from self.names
        for each in self.formats:
            yield from (each.label, each.format[0], each.informat[0])

    def contents(self) -> SasContents:
        if not self.variables:  # a copy that was broken off may hold zeros for the rest
            raise DamagedFile("the SAS dataset has no variables")
        if self.sizes is None:
            raise DamagedFile("the size of a record is not stated")
        if min(len(self.names), len(self.attributes)) < self.variables:
            raise DamagedFile(f"it states {self.variables:,} variables, but does not describe them all")
        sizes = self.sizes
        if not 0 <= sizes.deleted <= sizes.stored:
            raise DamagedFile("it states more deleted records than records")
        if sizes.stored and not sizes.width:
            raise DamagedFile("it states records of no bytes")
        # Files of older versions state it at the beginning of their texts alone.
        procedure = self._text(sizes.compression)[:8] or b"".join(self.texts[:1])[12:20]
        known = {each.value: each for each in Compression}
        return SasContents(
            tuple(self._column(position, sizes.width) for position in range(self.variables)),
            self._text(sizes.label),
            sizes.width,
            sizes.stored,
            sizes.deleted,
            sizes.beside_metadata,
            known.get(procedure, Compression.NONE),
        )

    def _column(self, position: int, width: int) -> SasColumn:
        place, length, kind = self.attributes[position]
        if length not in _WIDTHS[kind] or place + length > width:
            raise DamagedFile(f"variable {position + 1} has an impossible length or place")
        found = self.formats[position] if position < len(self.formats) else None
        return SasColumn(
            self._text(self.names[position]),
            self._text(found.label) if found else b"",
            self._format(*found.format) if found else b"",
            self._format(*found.informat) if found else b"",
            kind == _NUMERIC,
            place,
            length,
        )

    def _text(self, reference: _Reference) -> bytes:
        if not reference.length:
            return b""
        text = self.texts[reference.block] if reference.block < len(self.texts) else b""
        if reference.place + reference.length > len(text):
            raise DamagedFile("a name, label or format is not where it should be")
        # Programs that end text with a zero byte may leave something behind it.
        return text[reference.place : reference.place + reference.length].rstrip(b"\0 ")

    def _format(self, name: _Reference, width: int, decimals: int) -> bytes:
        """As SAS writes it, without the point at the end: "8.2", "DATE9"."""
        text = self._text(name) + (b"%d" % width if width else b"")
        return text + (b".%d" % decimals if text and decimals else b"")

    # What each part of the metadata says

    def _row_size(self, raw: bytes) -> None:
        size = self._width
        width, stored, deleted = (self._whole(raw, at * size) for at in (5, 6, 7))
        beside = self._whole(raw, 15 * size)
        label, compression = (
            self._reference(raw, len(raw) - end) for end in (_FROM_END_LABEL, _FROM_END_COMPRESSION)
        )
        self.sizes = _Sizes(width, stored, deleted, beside, label, compression)

    def _column_size(self, raw: bytes) -> None:
        if self.variables is not None:
            raise DamagedFile("it states twice how many variables it has")
        self.variables = self._whole(raw, self._width)

    def _text_block(self, raw: bytes) -> None:
        self._check_length(raw)
        self.texts.append(raw[self._width :])

    def _name_list(self, raw: bytes) -> None:
        self._check_length(raw)
        for place in self._entries(raw, 8):
            self.names.append(self._reference(raw, place))

    def _attribute_list(self, raw: bytes) -> None:
        self._check_length(raw)
        for place in self._entries(raw, self._width + 8):
            length, _, kind = struct.unpack_from(f"{self.header.order}IHB", raw, place + self._width)
            if kind not in _WIDTHS:
                raise DamagedFile("a variable is neither numeric nor character")
            self.attributes.append((self._whole(raw, place), length, kind))

    def _one_format(self, raw: bytes) -> None:
        size = self._width
        numbers = struct.unpack_from(f"{self.header.order}4H", raw, 3 * size)
        informat, name, label = (self._reference(raw, 3 * size + 16 + at) for at in (0, 6, 12))
        self.formats.append(_Format(label, (name, *numbers[:2]), (informat, *numbers[2:])))

    @property
    def _width(self) -> int:
        return 8 if self.header.wide else 4

    def _whole(self, raw: bytes, place: int) -> int:
        return int(
            struct.unpack_from(f"{self.header.order}{'Q' if self.header.wide else 'I'}", raw, place)[0]
        )

    def _reference(self, raw: bytes, place: int) -> _Reference:
        if place < 0:
            raise DamagedFile("a part of the metadata is too short")
        return _Reference(*struct.unpack_from(f"{self.header.order}3H", raw, place))

    def _check_length(self, raw: bytes) -> None:
        (stated,) = struct.unpack_from(f"{self.header.order}H", raw, self._width)
        if stated != (len(raw) - 4 - 2 * self._width) & 0xFFFF:
            raise DamagedFile("a part of the metadata has another length than it states")

    def _entries(self, raw: bytes, size: int) -> range:
        """Places of the entries of a list, which has 8 bytes before them and 8 or 12 behind."""
        first = self._width + 8
        count = max(0, len(raw) - (28 if self.header.wide else 20)) // size
        if len(self.names) + count > 4 * MOST_VARIABLES:
            raise DamagedFile("it describes more variables than a SAS dataset can hold")
        return range(first, first + count * size, size)


_READERS: Mapping[int, Callable[[_Found, bytes], None]] = {
    ROW_SIZE: _Found._row_size,
    COLUMN_SIZE: _Found._column_size,
    _TEXT: _Found._text_block,
    _NAMES: _Found._name_list,
    _ATTRIBUTES: _Found._attribute_list,
    _FORMAT: _Found._one_format,
}
