"""Tables of text and whole numbers as an Excel workbook: nothing in it is a formula, a link or a time.

The same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from ...schemas.wording import counted, plain

if TYPE_CHECKING:
    from xlsxwriter import Workbook

ROWS = 1_048_576
"""Of a sheet, the head among them."""
CHARACTERS = 32_767
"""Of a cell, as Excel counts them: in UTF-16."""

_CUT = "… (cut)"
_MADE = datetime(1980, 1, 1)
"""Stated as the day of every workbook, as is that of the parts within it."""
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cell = str | int | None
CellRow = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes
    ----------
    name : str
    columns : tuple of (str, int)
        Head and width in characters.
    rows : sequence of rows
        Texts of any characters, whole numbers, None for an empty cell.
    """

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Sequence[CellRow]


def workbook(sheets: Iterable[Sheet], title: str, described: str) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    sheets : iterable of Sheet
    title, described : str
        In the properties of the workbook.

    Raises
    ------
    ConfigurationError
        Where XlsxWriter is not installed.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise ConfigurationError(
            "a report as .xlsx needs XlsxWriter, which is not installed", "", "pip install 'adamgate[excel]'"
        ) from None
    written = BytesIO()
    with Workbook(written, {"in_memory": True, **_AS_TEXT}) as book:
        book.set_properties({"title": title, "comments": described, "created": _MADE})
        for sheet in sheets:
            _write(book, sheet)
    return written.getvalue()


def _write(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head, body = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, (name, width) in enumerate(sheet.columns):
        page.set_column(column, column, width, body)
        page.write_string(0, column, name, head)
    page.freeze_panes(1, 0)
    rows = _fitting(sheet.rows)
    if rows:
        page.autofilter(0, 0, len(rows), len(sheet.columns) - 1)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _put(page, number, column, cell)


def _fitting(rows: Sequence[CellRow]) -> Sequence[CellRow]:
    """All rows; of more than a sheet has, the first ones, and last how many there are more."""
    if len(rows) < ROWS:
        return rows
    shown = ROWS - 2
    return [*islice(rows, shown), (f"… {counted(len(rows) - shown, 'more row')}, in the JSON report",)]


def _put(page: Any, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        if cell:
            page.write_string(row, column, _fitted(cell))
    elif cell is not None:
        page.write_number(row, column, cell)


def _fitted(given: str) -> str:
    """On one line and without control characters; longer than a cell, it is cut and says so."""
    line = plain(given)
    if len(line) * 2 <= CHARACTERS or _width(line) <= CHARACTERS:
        return line
    kept = line.encode("utf-16-le")[: 2 * (CHARACTERS - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT


def _width(line: str) -> int:
    return len(line.encode("utf-16-le")) // 2
