"""Pages of a sas7bdat file: what kind each is, and the pointers to the parts of it.

A page is data (records side by side), metadata (pointers to parts of it: metadata, or records that are
compressed, moved or deleted), or both. By M. Shotwell, "SAS7BDAT Database Binary Format", and ReadStat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...values.regular_file import FileBecameShorter
from .header import SasHeader

DATA, MIXED = 0x0100, 0x0200
_KIND, _NOT_READ = 0x0F00, 0x9000
_HAS_DELETED = 0x0080

# What a pointer points to.
PLAIN, NOTHING, PLAIN_MOVED, REFERENCE, PACKED, DELETED, PACKED_MOVED = range(7)
_LEFT_BEHIND = (9, 13)
"""A record that was moved elsewhere, and that nothing refers to."""

ROW_SIZE, COLUMN_SIZE = 0xF7F7F7F7, 0xF6F6F6F6
_HIGH = 0xFFFFFFFF
_OF_METADATA = 0xFFFFFFF8
KNOWN = (0xFFFFFC00, 0xFFFFFBFE)
"""Signatures of metadata beside those that begin as `_OF_METADATA` does."""
RECORD = 0
"""In place of a signature where there is none: a record."""


class DamagedFile(ValueError):
    """What is wrong with the bytes of a file."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Some pages, with what their heads say.

    Attributes
    ----------
    raw : ndarray of uint8, shape (n_pages, page_size)
    kinds : ndarray of int64, shape (n_pages,)
        DATA, MIXED or else; -1 for a page that is not read.
    records : ndarray of int64, shape (n_pages,)
        Of a page of data.
    pointers : ndarray of int64, shape (n_pages,)
    has_deleted : ndarray of bool, shape (n_pages,)
    unused : ndarray of int64, shape (n_pages,)
        Bytes between the last record and the marks of those that are deleted.
    """

    raw: NDArray[np.uint8]
    kinds: NDArray[np.int64]
    records: NDArray[np.int64]
    pointers: NDArray[np.int64]
    has_deleted: NDArray[np.bool_]
    unused: NDArray[np.int64]

    @classmethod
    def of(cls, raw: NDArray[np.uint8], header: SasHeader) -> Pages:
        place = header.page_head - 8
        kind, records, pointers = (_integers(raw, place + 2 * i, f"{header.order}u2") for i in range(3))
        unused = _integers(raw, *((24, f"{header.order}u8") if header.wide else (12, f"{header.order}u4")))
        is_data = (kind & _KIND) == DATA
        read = is_data | ((kind & _NOT_READ) == 0)
        return cls(
            raw,
            np.where(read, kind & _KIND, -1),
            records,
            np.where(is_data | ~read, 0, pointers),
            (kind & _HAS_DELETED) != 0,
            unused,
        )

    @property
    def of_data(self) -> NDArray[np.bool_]:
        """Which of them hold records side by side and nothing else."""
        of_data: NDArray[np.bool_] = self.kinds == DATA
        return of_data

    def some(self, first: int, stop: int) -> Pages:
        part = slice(first, stop)
        return Pages(
            self.raw[part],
            self.kinds[part],
            self.records[part],
            self.pointers[part],
            self.has_deleted[part],
            self.unused[part],
        )


@dataclass(frozen=True, slots=True)
class Pointers:
    """Pointers of some pages, in their order.

    Attributes
    ----------
    places, lengths : ndarray of int64
        Of what they point to, in all bytes of the pages; of a reference, page and pointer there, from 1.
    kinds : ndarray of uint8
    signatures : ndarray of int64
        Of metadata; RECORD where there is none.
    """

    places: NDArray[np.int64]
    lengths: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    signatures: NDArray[np.int64]

    def chosen(self, which: NDArray[Any]) -> Pointers:
        return Pointers(self.places[which], self.lengths[which], self.kinds[which], self.signatures[which])


class PageFile:
    """An open file, page by page.

    Parameters
    ----------
    file : binary file
    header : SasHeader
    """

    def __init__(self, file: BufferedReader, header: SasHeader) -> None:
        self.header = header
        self._file = file

    def __len__(self) -> int:
        return self.header.pages

    def pages(self, first: int, count: int) -> Pages:
        """So many pages, or as many as are left."""
        count = min(count, len(self) - first)
        raw = np.empty((count, self.header.page_size), np.uint8)
        self._file.seek(self.header.start + first * self.header.page_size)
        if self._file.readinto(raw.data.cast("B")) < raw.nbytes:
            raise FileBecameShorter
        return Pages.of(raw, self.header)

    def gathered(self, numbers: Sequence[int]) -> Pages:
        """Pages from here and there."""
        if any(not 0 <= number < len(self) for number in numbers):
            raise DamagedFile("a record is on a page that is not present")
        raw = np.concatenate([self.pages(number, 1).raw for number in numbers])
        return Pages.of(raw, self.header)


def pointers(pages: Pages, header: SasHeader) -> Pointers:
    """All pointers of pages, without those to nothing; a page of data has none."""
    found = every_pointer(pages, header)
    return found.chosen((found.kinds != NOTHING) & ~np.isin(found.kinds, _LEFT_BEHIND))


def every_pointer(pages: Pages, header: SasHeader) -> Pointers:
    """All pointers of pages; those to nothing are of the kind NOTHING.

    Raises
    ------
    DamagedFile
        When one points outside its page, or to what is not known.
    """
    size, head = header.pointer_size, header.page_head
    ends = head + pages.pointers * size
    if (ends > header.page_size).any():
        raise DamagedFile("a page has more pointers than it can hold")
    page = np.repeat(np.arange(len(pages.raw)), pages.pointers)
    number = np.arange(len(page)) - np.repeat(np.cumsum(pages.pointers) - pages.pointers, pages.pointers)
    stored = bytes_at(pages.raw.reshape(-1), page * header.page_size + head + number * size, size)
    whole = f"{header.order}u{size // 3}"
    places, lengths = (_integers(stored, at, whole) for at in (0, size // 3))
    kinds, is_record = stored[:, size // 3 * 2], stored[:, size // 3 * 2 + 1] != 0
    there = (lengths != 0) & (kinds != NOTHING)
    within = there & (kinds != REFERENCE)
    outside = (
        (places < ends[page])
        | (lengths < 0)
        | (lengths > header.page_size)
        | (places > header.page_size - lengths)
    )
    if (outside & within).any():
        raise DamagedFile("a pointer leads outside its page")
    if (unknown := there & ~np.isin(kinds, (*range(7), *_LEFT_BEHIND))).any():
        raise DamagedFile(f"a part of a page is of an unknown kind, {int(kinds[unknown][0])}")
    places = np.where(within, places + page * header.page_size, places)
    signatures = np.full(len(page), RECORD, np.int64)
    plain = np.flatnonzero(within & ((kinds == PLAIN) | (kinds == PLAIN_MOVED)))
    if (lengths[plain] < (8 if header.wide else 4)).any():
        raise DamagedFile("a part of a page is too short")
    signatures[plain] = _signatures(pages.raw.reshape(-1), places[plain], header)
    if (~is_record[plain] & (signatures[plain] == RECORD)).any():
        raise DamagedFile("metadata of an unknown kind")
    return Pointers(places, lengths, np.where(there, kinds, NOTHING), signatures)


def _signatures(raw: NDArray[np.uint8], places: NDArray[np.int64], header: SasHeader) -> NDArray[np.int64]:
    """What each part is by its first bytes; RECORD where these are not a signature."""
    if not header.wide:
        return _known(_integers(bytes_at(raw, places, 4), 0, f"{header.order}u4"))
    stored = bytes_at(raw, places, 8)
    first, second = (_integers(stored, at, f"{header.order}u4") for at in (0, 4))
    if header.order == "<":
        high, low = second, first
        sizes = (high == 0) & np.isin(low, (ROW_SIZE, COLUMN_SIZE))
        return np.where(sizes, low, np.where(high == _HIGH, _without_sizes(_known(low)), RECORD))
    sizes = np.isin(first, (ROW_SIZE, COLUMN_SIZE))
    return np.where(sizes, first, np.where(first == _HIGH, _known(second), RECORD))


def _known(signatures: NDArray[np.int64]) -> NDArray[np.int64]:
    known = np.isin(signatures, (ROW_SIZE, COLUMN_SIZE, *KNOWN))
    return np.where(known | ((signatures & _OF_METADATA) == _OF_METADATA), signatures, RECORD)


def _without_sizes(signatures: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(np.isin(signatures, (ROW_SIZE, COLUMN_SIZE)), RECORD, signatures)


def bytes_at(raw: NDArray[np.uint8], places: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    """So many bytes from each of these places, shape (n_places, length)."""
    windows = np.lib.stride_tricks.sliding_window_view(raw, length)
    return windows[places]


def _integers(rows: NDArray[np.uint8], place: int, kind: str) -> NDArray[np.int64]:
    """The integer at one place of each row; those beyond 2**63 are negative, and so refused."""
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(rows[:, place : place + width]).view(kind)[:, 0].astype(np.int64)
