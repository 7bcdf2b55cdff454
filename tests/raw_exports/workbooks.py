"""Workbooks for tests: made by openpyxl, or by hand where nothing makes them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
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
