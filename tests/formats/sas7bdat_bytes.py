"""Crafts sas7bdat files byte by byte: 32 and 64 bit, both byte orders, any encoding, with compression or not.

By M. Shotwell's "SAS7BDAT Database Binary Format" and files that SAS wrote. Shares nothing with the reader,
so that a misreading of the layout cannot hide in both.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
UTF_8, LATIN_1, WLATIN_1 = 20, 29, 62
_META, _DATA, _MIX, _HAS_DELETED = 0x0000, 0x0100, 0x0200, 0x0080
_SKIPPED = 1
_PLAIN, _PLAIN_MOVED, _REFERENCE, _PACKED, _DELETED, _PACKED_MOVED = 0, 2, 3, 4, 5, 6
_PROCEDURES = {"rle": b"SASYZCRL", "rdc": b"SASYZCR2"}
_TAGS = "_.ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Value = float | str | bytes
"""A number, or a missing value as ".", "_" or "A" to "Z"; the bytes of a text."""


@dataclass(frozen=True)
class Var:
    """One variable; `length` is that of the stored value in bytes."""

    name: str | bytes
    kind: Literal["Num", "Char"] = "Num"
    length: int = 8
    label: str | bytes = ""
    format: tuple[str | bytes, int, int] = ("", 0, 0)
    informat: tuple[str | bytes, int, int] = ("", 0, 0)


@dataclass(frozen=True)
class Data:
    """One dataset, as a file holds it."""

    variables: Sequence[Var]
    records: Sequence[Sequence[Value]] = ()
    name: str | bytes = "ADTTE"
    label: str | bytes = ""
    encoding: int = UTF_8
    bits: Literal[32, 64] = 64
    order: Literal["little", "big"] = "little"
    page_size: int = 8192
    created: float = 2e9
    modified: float = 2e9 + 60
    deleted: Collection[int] = ()
    """Positions of records that are marked as deleted, from 0."""
    records_beside_metadata: bool = True
    """Whether records follow the metadata on its page; else they begin on a page of their own."""
    release: bytes = b"9.0401M7"
    aligned: bool = True
    """Whether records beside metadata begin at a multiple of 8; those of Stat/Transfer (9.0000M0) do not."""
    compression: Literal["", "rle", "rdc"] = ""
    moved: Collection[int] = ()
    """Of a compressed file: positions of records that are on the last pages, where others refer to them."""
    unpacked: Collection[int] = ()
    """Of a compressed file: positions of records that are not compressed."""


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def sas7bdat(data: Data) -> bytes:
    """The file."""
    return _Writer(data).file()


class _Texts:
    """The text block that names, labels and formats refer to."""

    def __init__(self, compression: str) -> None:
        self.block = bytearray(12 + 8 + 8)  # length and unknown, compression, the procedure
        self.block[12:20] = _PROCEDURES.get(compression, bytes(8))
        self.block[20:28] = b"DATASTEP"

    def reference(self, text: str | bytes) -> tuple[int, int, int]:
        raw = as_bytes(text)
        if not raw:
            return 0, 0, 0
        start = len(self.block)
        self.block += raw + bytes(-len(raw) % 4)
        return 0, start, len(raw)


class _Writer:
    def __init__(self, data: Data) -> None:
        self.data = data
        self.wide = data.bits == 64
        self.sign = "<" if data.order == "little" else ">"
        self.int_size = 8 if self.wide else 4
        self.page_head = 40 if self.wide else 24
        self.pointer = 24 if self.wide else 12
        self.rows = [self._row(record) for record in data.records]
        width = sum(var.length for var in data.variables)
        numeric = any(var.kind == "Num" for var in data.variables)
        self.row_length = width + (-width % 8 if numeric else 0)

    def file(self) -> bytes:
        pages = self._pages()
        return self._header(len(pages)) + b"".join(pages)

    def _pack(self, form: str, *values: int | float | bytes) -> bytes:
        """`struct.pack` in the file's byte order; P is an integer of 4 or 8 bytes."""
        return struct.pack(self.sign + form.replace("P", "Q" if self.wide else "I"), *values)

    def _header(self, pages: int) -> bytes:
        data = self.data
        aligned, wide = b"3" if self.wide else b'"', b"3" if self.wide else b'"'
        size = 8192 if self.wide else 1024
        head = bytearray(MAGIC)
        little = data.order == "little"
        head += wide + b'"\0' + aligned + b"3" + bytes([little]) + b"\x02" + b"1"
        head += bytes(84 - len(head))
        head[70] = data.encoding
        head += b"SAS FILE" + as_bytes(data.name).ljust(64) + b"DATA    "
        head += bytes(4 if self.wide else 0)
        head += self._pack("4d", data.created, data.modified, 0.0, 0.0)
        head += self._pack("IIP", size, data.page_size, pages) + bytes(8)
        head += data.release + b"X64_10PR".ljust(16, b"\0") + bytes(48)
        return bytes(head.ljust(size, b"\0"))

    def _row(self, record: Sequence[Value]) -> bytes:
        parts = []
        for var, value in zip(self.data.variables, record, strict=True):
            if var.kind == "Char":
                raw = as_bytes(value)  # type: ignore[arg-type]
                assert len(raw) <= var.length, (raw, var.length)
                parts.append(raw.ljust(var.length))
            else:
                parts.append(self._number(value, var.length))
        row = b"".join(parts)
        numeric = any(var.kind == "Num" for var in self.data.variables)
        return row + bytes(-len(row) % 8 if numeric else 0)

    def _number(self, value: Value, length: int) -> bytes:
        if isinstance(value, str):
            big = bytes([0xFF, 0xFF, 0xFF - _TAGS.index(value)]) + bytes(5)
        else:
            big = struct.pack(">d", value)
        cut = big[:length]
        return cut if self.data.order == "big" else cut[::-1]

    def _pages(self) -> list[bytes]:
        if self.data.compression:
            return self._packed_pages()
        fits = 8 * (self.data.page_size - self.page_head) // (1 + 8 * self.row_length)
        subheaders = self._subheaders(fits)
        beside = self._room_beside(subheaders) if self.data.records_beside_metadata else 0
        subheaders = self._subheaders(beside)  # the row size subheader states it
        first = min(beside, len(self.rows))
        starts = range(first, len(self.rows), fits)
        data = [self._data_page(start, min(start + fits, len(self.rows))) for start in starts]
        return [self._metadata_page(subheaders, first), *data]

    def _room_beside(self, subheaders: list[tuple[bytes, int]]) -> int:
        pointers = self.pointer * (len(subheaders) + 1)
        used = self.page_head + pointers + pointers % 8 + sum(len(each) for each, _ in subheaders)
        return 8 * (self.data.page_size - used) // (1 + 8 * self.row_length)

    def _packed_pages(self) -> list[bytes]:
        """The metadata on a page, records on pages of pointers, and behind them those that were moved."""
        data, pack = self.data, {"rle": rle, "rdc": rdc}[self.data.compression]
        parts: list[tuple[bytes, int, int]] = []
        for position, row in enumerate(self.rows):
            packed = pack(row)
            if position in data.deleted:
                parts.append((packed, _DELETED, 1))
            elif position in data.unpacked or len(packed) >= len(row):
                parts.append((row, _PLAIN, 1))
            else:
                parts.append((packed, _PACKED, 1))
        here = [i for i in range(len(parts)) if i not in data.moved or i in data.deleted]
        moved = [i for i in range(len(parts)) if i not in here]
        away = [(raw, _PLAIN_MOVED if kind == _PLAIN else _PACKED_MOVED, 1) for raw, kind, _ in
                (parts[i] for i in moved)]  # fmt: skip
        stays = [parts[i] if i in here else (b"", _REFERENCE, 1) for i in range(len(parts))]
        chunks, last = self._chunks(stays), self._chunks(away)
        places = iter([(1 + len(chunks) + page, number) for page, chunk in enumerate(last)
                       for number in range(len(chunk))])  # fmt: skip
        pages = [self._metadata_page([(raw, kind) for raw, kind in self._subheaders(0)], 0)]
        pages += [self._page_of_pointers(chunk, places) for chunk in chunks]
        return pages + [self._page_of_pointers(chunk, places) for chunk in last]

    def _chunks(self, parts: list[tuple[bytes, int, int]]) -> list[list[tuple[bytes, int, int]]]:
        chunks: list[list[tuple[bytes, int, int]]] = [[]]
        room = self.data.page_size - self.page_head
        for part in parts:
            needs = len(part[0]) + self.pointer
            assert needs <= self.data.page_size - self.page_head, "the page is too small for a record"
            if needs > room:
                chunks.append([])
                room = self.data.page_size - self.page_head
            chunks[-1].append(part)
            room -= needs
        return [chunk for chunk in chunks if chunk]

    def _page_of_pointers(
        self, parts: list[tuple[bytes, int, int]], places: Iterator[tuple[int, int]]
    ) -> bytes:
        page = bytearray(self.data.page_size)
        end, pointers = len(page), b""
        for content, kind, is_record in parts:
            if kind == _REFERENCE:
                at, length = (each + 1 for each in next(places))
            else:
                end -= len(content)
                page[end : end + len(content)] = content
                at, length = end, len(content)
            pointers += self._pack("PPBB", at, length, kind, is_record).ljust(self.pointer, b"\0")
        page[self.page_head : self.page_head + len(pointers)] = pointers
        place = self.page_head - 8
        page[place : place + 6] = self._pack("HHH", _META, len(parts), len(parts))
        return bytes(page)

    def _metadata_page(self, subheaders: list[tuple[bytes, int]], rows: int) -> bytes:
        page = bytearray(self.data.page_size)
        end, pointers = len(page), b""
        for content, kind in subheaders:
            end -= len(content)
            page[end : end + len(content)] = content
            pointers += self._pack("PPBB", end, len(content), 0, kind).ljust(self.pointer, b"\0")
        pointers += self._pack("PPBB", end, 0, _SKIPPED, 0).ljust(self.pointer, b"\0")
        count = len(subheaders) + 1
        start = self.page_head + len(pointers)
        page[self.page_head : start] = pointers
        start += start % 8 if self.data.aligned else 0
        kind = _MIX if self.data.records_beside_metadata and not self.data.compression else _META
        self._fill(page, start, 0, rows, end)
        self._page_head(page, kind, count + rows, count, 0, rows, end - start - rows * self.row_length)
        return bytes(page)

    def _data_page(self, start: int, stop: int) -> bytes:
        page = bytearray(self.data.page_size)
        self._fill(page, self.page_head, start, stop, len(page))
        unused = len(page) - self.page_head - (stop - start) * self.row_length
        self._page_head(page, _DATA, stop - start, 0, start, stop, unused)
        return bytes(page)

    def _fill(self, page: bytearray, place: int, start: int, stop: int, end: int) -> None:
        rows = b"".join(self.rows[start:stop])
        assert place + len(rows) + (stop - start + 7) // 8 <= end, "the page is too small for its metadata"
        page[place : place + len(rows)] = rows
        flags = bytearray((stop - start + 7) // 8)
        for record in self.data.deleted:
            if start <= record < stop:
                flags[(record - start) // 8] |= 0x80 >> (record - start) % 8
        if any(flags):
            page[end - len(flags) : end] = flags

    def _page_head(
        self, page: bytearray, kind: int, blocks: int, pointers: int, start: int, stop: int, unused: int
    ) -> None:
        if any(start <= record < stop for record in self.data.deleted):
            kind |= _HAS_DELETED
        unused -= (stop - start + 7) // 8
        place = self.page_head - 8
        page[place : place + 6] = self._pack("HHH", kind, blocks, pointers)
        at = 24 if self.wide else 12
        page[at : at + self.int_size] = self._pack("P", unused)

    def _subheaders(self, rows_beside: int) -> list[tuple[bytes, int]]:
        """Content and type of each, in SAS's order."""
        data, texts = self.data, _Texts(self.data.compression)
        label = texts.reference(data.label)
        names = b"".join(self._pack("4H", *texts.reference(var.name), 0) for var in data.variables)
        formats = [
            self._pack("P", 0xFFFFFFFFFFFFFBFE if self.wide else 0xFFFFFBFE)
            + bytes(2 * self.int_size)
            + self._pack("4H", *var.format[1:], *var.informat[1:])
            + bytes(8)
            + b"".join(
                self._pack("3H", *texts.reference(text))
                for text in (var.informat[0], var.format[0], var.label)
            )
            + bytes(6)
            for var in data.variables
        ]
        attributes, place = b"", 0
        for var in data.variables:
            attributes += self._pack("PIHBB", place, var.length, 4, 1 if var.kind == "Num" else 2, 0)
            place += var.length
        end = bytes(12 if self.wide else 8)
        block = bytes(texts.block) + bytes(-len(texts.block) % 4)
        return [
            (self._row_size(label, rows_beside), 0),
            (self._pack("PPP", self._high(0xF6F6F6F6), len(data.variables), 0), 0),
            (self._signature(0xFFFFFC00).ljust(600 if self.wide else 304, b"\0"), 0),
            self._counted(0xFFFFFFFD, block[8:], b""),
            self._counted(0xFFFFFFFF, names, end),
            self._counted(0xFFFFFFFC, attributes, end),
            *((each, 0) for each in formats),
        ]

    def _row_size(self, label: tuple[int, int, int], rows_beside: int) -> bytes:
        wide = self.wide
        content = bytearray(808 if wide else 480)
        size = self.int_size
        content[0:size] = self._pack("P", self._high(0xF7F7F7F7))
        for word, value in (
            (5, self.row_length),
            (6, len(self.rows)),
            (7, len(self.data.deleted)),
            (9, len(self.data.variables)),
            (13, self.data.page_size),
            (15, rows_beside),
        ):
            content[word * size : (word + 1) * size] = self._pack("P", value)
        content[size * 16 : size * 18] = b"\xff" * (2 * size)
        place = 678 if wide else 350
        content[place : place + 6] = self._pack("3H", *label)
        if self.data.compression:
            place = 690 if wide else 362
            content[place : place + 6] = self._pack("3H", 0, 12, 8)
        place = 704 if wide else 376
        content[place : place + 6] = self._pack("3H", 0, 20, 8)
        place = 748 if wide else 420
        content[place : place + 2] = self._pack("H", 1)
        return bytes(content)

    def _high(self, signature: int) -> int:
        """As 64-bit files have the two: 4 bytes first, then zeros."""
        if not self.wide:
            return signature
        return signature if self.data.order == "little" else signature << 32

    def _signature(self, low: int) -> bytes:
        return self._pack("P", low | (0xFFFFFFFF << 32) if self.wide else low)

    def _counted(self, signature: int, content: bytes, end: bytes) -> tuple[bytes, int]:
        """A subheader of variable size, which states it."""
        head = self._signature(signature)
        whole = len(head) + 8 + len(content) + len(end)
        stated = whole - (20 if self.wide else 12)
        return head + self._pack("H", stated) + bytes(6) + content + end, 1


def rle(row: bytes) -> bytes:
    """A record with COMPRESS=CHAR."""
    packed, literal = bytearray(), bytearray()
    for byte, run in groupby(row):
        count = len(list(run))
        if count < (2 if byte in b"\0 @" else 3):
            literal += bytes([byte]) * count
            continue
        packed += _literal(bytes(literal)) + _run(byte, count)
        literal.clear()
    return bytes(packed + _literal(bytes(literal)))


def _literal(text: bytes) -> bytes:
    packed = bytearray()
    while text:
        count = min(len(text), 64 + 4095)
        if count >= 64:
            packed += bytes([(count - 64) // 256, (count - 64) % 256])
        else:
            packed.append(0x80 + 16 * ((count - 1) // 16) + (count - 1) % 16)
        packed += text[:count]
        text = text[count:]
    return bytes(packed)


def _run(byte: int, count: int) -> bytes:
    packed = bytearray()
    short, long = {ord("@"): (0xD0, 0x50), ord(" "): (0xE0, 0x60), 0: (0xF0, 0x70)}.get(byte, (0xC0, 0x40))
    named = short != 0xC0
    least = 2 if named else 3
    while count:
        if count < least:
            return bytes(packed) + _literal(bytes([byte]) * count)
        some = min(count, 17 + 4095)
        if some <= least + 15:
            packed.append(short + some - least)
        else:
            some = max(some, 17 if named else 18)
            rest = some - (17 if named else 18)
            packed += bytes([long + rest // 256, rest % 256])
        if not named:
            packed.append(byte)
        count -= some
    return bytes(packed)


def rdc(row: bytes) -> bytes:
    """A record with COMPRESS=BINARY."""
    items: list[tuple[bool, bytes]] = []
    at = 0
    while at < len(row):
        run = next((i for i in range(1, len(row) - at) if row[at + i] != row[at]), len(row) - at)
        back, again = _repetition(row, at)
        if run >= 3 and run >= again:
            if run <= 18:
                items.append((True, bytes([run - 3, row[at]])))
            else:
                run = min(run, 19 + 4095)
                items.append((True, bytes([0x10 + (run - 19) % 16, (run - 19) // 16, row[at]])))
            at += run
        elif again >= 3:
            far = back - 3
            head = bytes([(0x20 if again > 15 else again << 4) + far % 16, far // 16])
            items.append((True, head + (bytes([again - 16]) if again > 15 else b"")))
            at += again
        else:
            items.append((False, row[at : at + 1]))
            at += 1
    packed = b""
    for first in range(0, len(items), 16):
        some = items[first : first + 16]
        bits = sum(0x8000 >> place for place, (command, _) in enumerate(some) if command)
        packed += struct.pack(">H", bits) + b"".join(raw for _, raw in some)
    return packed


def _repetition(row: bytes, at: int) -> tuple[int, int]:
    """How far back the longest text is that comes again, and how long it is."""
    for length in range(min(271, len(row) - at, at), 2, -1):
        found = row.rfind(row[at : at + length], max(0, at - 4098), at)
        if found >= 0 and at - found >= length:
            return at - found, length
    return 0, 0
