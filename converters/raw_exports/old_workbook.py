"""What the records of an old Excel workbook (.xls) say before its cells are read.

The library that reads cells trusts a file's tables: one that is damaged could take all memory. Here the
chains of its parts are followed once, and the places of its cells looked at. Errors, which it gives as empty
cells, are found on the way.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...schemas.errors import UnreadableInput
from ..formats.xlsx.cell_place import cell_place
from ..formats.xlsx.opened import EncryptedWorkbook
from ..formats.xlsx.sheet_faults import SheetFaults
from ..values.regular_file import read_regular

_END = 0xFFFFFFFA
"""Numbers of sectors from here on mean the end of a chain, or none."""
_ENTRY = 128
_TEXTS = 0x00FC
_DIMENSIONS, _BEGIN, _SHEET = 0x0200, 0x0809, 0x0085
_BOOLEAN_OR_ERROR, _FORMULA, _PASSWORD = 0x0205, 0x0006, 0x002F
_CELLS = frozenset({0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x00BD, 0x00BE, _BOOLEAN_OR_ERROR, _FORMULA})
"""NUMBER, LABEL, RSTRING, LABELSST, RK, MULRK, MULBLANK, BOOLERR, FORMULA."""
_VERSION = b"\x00\x06"
"""Of Excel 97 and later; before, names and texts were written otherwise."""
_ROWS, _COLUMNS = 65_536, 256
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class _Damaged(Exception):
    """The tables of the file contradict each other."""


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of the workbook: where it begins, its kind and its bytes."""

    place: int
    kind: int
    data: bytes


def faults_of_old_sheets(path: Path) -> dict[str, SheetFaults]:
    """What is to be known of each sheet of an .xls file; of one before Excel 97 nothing.

    Raises
    ------
    EncryptedWorkbook
    UnreadableInput
        When the file is damaged.
    """
    try:
        stream = _workbook_stream(read_regular(path))
        records = list(_records(stream))
        return _by_sheet(records)
    except (_Damaged, struct.error, IndexError) as error:
        raise UnreadableInput(
            "the workbook is damaged", str(path), "copy or export the file again"
        ) from error


# The compound file: sectors in chains


def _workbook_stream(data: bytes) -> bytes:
    """The bytes of the stream that holds the workbook."""
    shift, _ = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12):
        raise _Damaged
    size = 1 << shift
    count, directory, _, cutoff, mini_start, _, more, _ = struct.unpack_from("<8I", data, 44)
    places = [each for each in struct.unpack_from("<109I", data, 76) if each < _END]
    seen: set[int] = set()
    while more < _END:
        if more in seen:
            raise _Damaged
        seen.add(more)
        block = struct.unpack(f"<{size // 4}I", _sector(data, more, size))
        places += [each for each in block[:-1] if each < _END]
        more = block[-1]
    table = [
        number
        for each in places[:count]
        for number in struct.unpack(f"<{size // 4}I", _sector(data, each, size))
    ]
    entries = _chain(data, table, directory, size)
    root = _entry(entries, 0)
    mini_table = _chain(data, table, mini_start, size) if mini_start < _END else b""
    mini = _chain(data, table, root[1], size) if root[1] < _END else b""
    for at in range(0, len(entries), _ENTRY):
        name, start, length = _entry(entries, at)
        if name in ("Workbook", "Book"):
            if length >= cutoff:
                return _chain(data, table, start, size)[:length]
            numbers = list(struct.unpack(f"<{len(mini_table) // 4}I", mini_table))
            return _chain(mini, numbers, start, 64, first=0)[:length]
    raise _Damaged


def _entry(entries: bytes, at: int) -> tuple[str, int, int]:
    """Name, first sector and length of a stream."""
    length = struct.unpack_from("<H", entries, at + 64)[0]
    start, size = struct.unpack_from("<II", entries, at + 116)
    return entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), start, size


def _sector(data: bytes, number: int, size: int, first: int = 1) -> bytes:
    start = (number + first) * size
    if start >= len(data):
        raise _Damaged
    return data[start : start + size].ljust(size, b"\0")


def _chain(data: bytes, table: list[int], start: int, size: int, first: int = 1) -> bytes:
    """The sectors of a chain, which must end."""
    sectors, seen = [], set[int]()
    while start < _END:
        if start in seen or start >= len(table):
            raise _Damaged
        seen.add(start)
        sectors.append(_sector(data, start, size, first))
        start = table[start]
    return b"".join(sectors)


# The workbook: records one after the other


def _records(stream: bytes) -> Iterator[_Record]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if kind == 0 and length == 0:
            return
        yield _Record(place, kind, stream[place + 4 : place + 4 + length])
        place += 4 + length


def _by_sheet(records: list[_Record]) -> dict[str, SheetFaults]:
    if any(each.kind == _PASSWORD for each in records):
        raise EncryptedWorkbook
    begins = {each.place for each in records if each.kind == _BEGIN}
    is_known = bool(records) and records[0].data[:2] == _VERSION
    names = dict(_sheet(each) for each in records if each.kind == _SHEET) if is_known else {}
    errors: dict[str, list[tuple[str, str]]] = {name: [] for name in names.values()}
    sheet, most_texts = "", sum(len(each.data) for each in records) // 3
    for record in records:
        if record.place in begins:
            sheet = names.get(record.place, "")
        if record.kind == _TEXTS and struct.unpack_from("<I", record.data, 4)[0] > most_texts:
            raise _Damaged  # each takes three bytes at least
        if record.kind == _DIMENSIONS and is_known:
            _, rows, _, columns = struct.unpack_from("<IIHH", record.data)
            if rows > _ROWS or columns > _COLUMNS:
                raise _Damaged
        if record.kind in _CELLS:
            row, column = struct.unpack_from("<HH", record.data)
            if column >= _COLUMNS:
                raise _Damaged  # so a sheet has less than MOST_CELLS
            error = _error(record)
            if error and sheet:
                errors[sheet].append((cell_place(row, column), error))
    return {name: SheetFaults(tuple(found)) for name, found in errors.items()}


def _sheet(record: _Record) -> tuple[int, str]:
    """Where a sheet begins, and its name."""
    place = struct.unpack_from("<I", record.data)[0]
    length, wide = record.data[6], record.data[7] & 1
    raw = record.data[8 : 8 + length * (2 if wide else 1)]
    return place, raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _error(record: _Record) -> str:
    """The error that a cell holds, or that its formula gave."""
    data = record.data
    if record.kind == _BOOLEAN_OR_ERROR and len(data) >= 8 and data[7]:
        return _ERRORS.get(data[6], "an error")
    if record.kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return _ERRORS.get(data[8], "an error")
    return ""
