"""Workbooks for tests: made by openpyxl, or by hand where nothing makes them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from struct import pack
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

_ODS = "urn:oasis:names:tc:opendocument:xmlns"


def xlsx(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> openpyxl.Workbook:
    """Write a workbook of these sheets, from cell A1 on, and give it back to be changed and saved again."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def changed_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Replace bytes in one part of a packed workbook."""
    with ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def ods(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]], *, error: bool = False) -> None:
    """Write an OpenDocument workbook of texts; with a cell that holds an error at the end of each row."""
    tables = "".join(_table(name, rows, error) for name, rows in sheets.items())
    spaces = " ".join(f'xmlns:{each}="{_ODS}:{each}:1.0"' for each in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} xmlns:calcext="urn:calcext">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        packed.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')


def _table(name: str, rows: Sequence[Sequence[str]], error: bool) -> str:
    last = '<table:table-cell calcext:value-type="error" office:value-type="string"/>' if error else ""
    lines = ("".join(map(_cell, row)) + last for row in rows)
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    return f'<table:table table:name="{name}">{body}</table:table>'


def _cell(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def xlsb(path: Path, sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> None:
    """Write a binary workbook (MS-XLSB) of texts and numbers, with the records that it must have."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = dict(enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="bin" '
        'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{relations}">'
        + "".join(
            f'<Relationship Id="rId{at}" Type="{office}/worksheet" Target="worksheets/sheet{at}.bin"/>'
            for at in names
        )
        + "</Relationships>",
    }
    bundles = b"".join(
        _record(156, pack("<II", 0, at) + _wide(f"rId{at}") + _wide(name)) for at, name in names.items()
    )
    book = _record(131) + _record(143) + bundles + _record(144) + _record(132)
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
        packed.writestr("xl/workbook.bin", book)
        for at, rows in enumerate(sheets.values(), 1):
            packed.writestr(f"xl/worksheets/sheet{at}.bin", _binary_sheet(rows))


def _binary_sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    extent = pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    cells = b"".join(
        _record(0, pack("<IIHHBI", at, 0, 0, 0, 0, 0)) + b"".join(map(_binary_cell, range(len(row)), row))
        for at, row in enumerate(rows)
    )
    return _record(129) + _record(148, extent) + _record(145) + cells + _record(146) + _record(130)


def _binary_cell(column: int, value: str | float) -> bytes:
    place = pack("<II", column, 0)
    return (
        _record(6, place + _wide(value)) if isinstance(value, str) else _record(5, place + pack("<d", value))
    )


def _wide(text: str) -> bytes:
    return pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    """A record: its kind and its length, of seven bits in each byte, and what it holds."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while length > 127:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return head + size + bytes([length]) + content
