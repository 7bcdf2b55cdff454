"""Records of a sas7bdat file, as they lie side by side on their pages or are unpacked from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .contents import Compression, SasContents
from .packed_records import unpacked_records
from .pages import (
    DELETED,
    MIXED,
    PACKED,
    PACKED_MOVED,
    PLAIN,
    PLAIN_MOVED,
    RECORD,
    REFERENCE,
    DamagedFile,
    PageFile,
    Pages,
    Pointers,
    bytes_at,
    every_pointer,
    pointers,
)

# Pages of records side by side are turned while they lie in the processor's cache; compressed ones are
# unpacked many at a time, since each step costs the same for one as for many.
_READ_BYTES = 1_000_000
_PACKED_BYTES = 2_000_000
_UNPACKED_BYTES = 4_000_000

_BLANK_OR_ZERO = (b"\0\0\0\0", b"    ")

RecordBlock = NDArray[np.uint8]
"""Shape (n_pages, n_records, width); a strided view will do."""


def records_of(file: PageFile, contents: SasContents) -> Iterator[RecordBlock]:
    """The records that are not deleted, in their order, and none beyond those that the file states.

    Raises
    ------
    DamagedFile
        When there are fewer, or they do not fit their pages.
    """
    left = contents.records
    plain = contents.compression is Compression.NONE
    step = max(1, (_READ_BYTES if plain else _PACKED_BYTES) // file.header.page_size)
    for first in range(0, len(file), step):
        if not left:
            return
        for records in _of_pages(file, file.pages(first, step), contents):
            for part in _first(records, left):
                left -= part.shape[0] * part.shape[1]
                yield part
    if left:
        found = contents.records - left
        raise DamagedFile(f"it states {contents.records:,} records, but has {found:,}")


def _first(records: RecordBlock, count: int) -> Iterator[RecordBlock]:
    """At most so many of them, without a copy."""
    pages, each, _ = records.shape
    if pages * each <= count:
        yield records
        return
    yield records[: count // each]
    yield records[count // each : count // each + 1, : count % each]


def _of_pages(file: PageFile, pages: Pages, contents: SasContents) -> Iterator[RecordBlock]:
    for first, stop in _alike(pages):
        some = pages.some(first, stop)
        if some.pointers.any():
            yield from _pointed_to(file, some, contents)
        if some.kinds[0] == MIXED:
            place, end = _between(file, some)
            count = min(contents.beside_metadata, contents.stored)
            yield from _side_by_side(some, place, end, count, contents)
        elif some.of_data[0]:
            place, end = file.header.page_head, file.header.page_size
            yield from _side_by_side(some, place, end, int(some.records[0]), contents)


def _alike(pages: Pages) -> Iterator[tuple[int, int]]:
    """Runs of pages that are read at once; one with deleted records, or of both kinds, is for itself."""
    alone = pages.has_deleted | (pages.kinds == MIXED)
    key = np.where(alone, np.arange(len(alone)) + (1 << 17), np.where(pages.of_data, pages.records, -1))
    starts = np.flatnonzero(np.diff(key, prepend=-2))
    yield from zip(starts.tolist(), [*starts[1:].tolist(), len(key)], strict=True)


def _between(file: PageFile, page: Pages) -> tuple[int, int]:
    """Where the records of a page of both kinds are: between the pointers and what these point to.

    They begin at a multiple of 8, unless Stat/Transfer wrote them.
    """
    header = file.header
    place = header.page_head + int(page.pointers[0]) * header.pointer_size
    filler = page.raw[0, place : place + 4].tobytes()
    if place % 8 == 4 and (filler in _BLANK_OR_ZERO or not header.of_stat_transfer):
        place += 4
    return place, int(pointers(page, header).places.min(initial=header.page_size))


def _side_by_side(
    pages: Pages, place: int, end: int, count: int, contents: SasContents
) -> Iterator[RecordBlock]:
    width = contents.width
    if place + count * width > end:
        raise DamagedFile("a page has more records than it can hold")
    records = pages.raw[:, place : place + count * width].reshape(len(pages.raw), count, width)
    if pages.has_deleted[0]:
        count = min(count, contents.stored)
        deleted = _deleted(pages, place, count, width)
        records = records[:, :count][:, ~deleted]
    if records.size:
        yield records


def _deleted(page: Pages, place: int, count: int, width: int) -> NDArray[np.bool_]:
    """A bit for each record, behind the records and the bytes that are not used."""
    start = place + count * width + int(page.unused[0])
    marks = page.raw[0, start : start + (count + 7) // 8]
    if page.unused[0] < 0 or len(marks) * 8 < count:
        raise DamagedFile("the marks of deleted records are not on their page")
    return np.unpackbits(marks, count=count).astype(np.bool_)


def _pointed_to(file: PageFile, pages: Pages, contents: SasContents) -> Iterator[RecordBlock]:
    """Records that are compressed, or that are in a compressed file all the same, or were moved."""
    raw = pages.raw.reshape(-1)
    found = pointers(pages, file.header)
    of_metadata = (found.kinds == PLAIN) & (found.signatures != RECORD)
    moved = (found.kinds == PLAIN_MOVED) | (found.kinds == PACKED_MOVED)  # where they are referred to
    found = found.chosen(~of_metadata & ~moved & (found.kinds != DELETED))
    if (found.kinds == REFERENCE).any():
        raw, found = _resolved(file, raw, found)
    packed = (found.kinds == PACKED) | (found.kinds == PACKED_MOVED)
    width = contents.width
    if (found.lengths[~packed] != width).any():
        raise DamagedFile("a record has another length than the file states")
    most = max(1, _UNPACKED_BYTES // width)
    for first in range(0, len(packed), most):
        part = slice(first, first + most)
        yield _unpacked(raw, found.chosen(np.arange(len(packed))[part]), packed[part], contents)[None]


def _unpacked(
    raw: NDArray[np.uint8], found: Pointers, packed: NDArray[np.bool_], contents: SasContents
) -> Any:
    records = unpacked_records(
        raw, found.places[packed], found.lengths[packed], contents.width, contents.compression
    )
    if packed.all():
        return records
    together = np.empty((len(packed), contents.width), np.uint8)
    together[packed] = records
    together[~packed] = bytes_at(raw, found.places[~packed], contents.width)
    return together


def _resolved(file: PageFile, raw: NDArray[np.uint8], found: Pointers) -> tuple[NDArray[np.uint8], Pointers]:
    """References replaced by what they refer to, on pages that are put behind the others."""
    references = found.kinds == REFERENCE
    numbers, page = np.unique(found.places[references] - 1, return_inverse=True)
    others = file.gathered(numbers.tolist())
    pointed = every_pointer(others, file.header)
    starts = np.cumsum(others.pointers) - others.pointers
    number = found.lengths[references] - 1
    if ((number < 0) | (number >= others.pointers[page])).any():
        raise DamagedFile("a record was moved to where no record is")
    target = pointed.chosen(starts[page] + number)
    is_record = (target.kinds == PLAIN_MOVED) | (target.kinds == PACKED_MOVED)
    if not is_record.all():
        raise DamagedFile("a record was moved to where no record is")
    places, lengths, kinds = found.places.copy(), found.lengths.copy(), found.kinds.copy()
    places[references] = target.places + len(raw)
    lengths[references] = target.lengths
    kinds[references] = target.kinds
    together = np.concatenate([raw, others.raw.reshape(-1)])
    return together, Pointers(places, lengths, kinds, found.signatures)
