"""Tables of text and whole numbers as an Excel workbook: nothing in it is a formula, a link or a time.

What does not fit into a cell or a sheet is cut, and says so. The same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

from ...schemas.wording import counted, plain
from ..formats.xlsx.cell_xml import Cell, table_rows
from ..formats.xlsx.limits import LONGEST_TEXT, MOST_ROWS
from ..formats.xlsx.package import NO_TIME, Package, package
from ..formats.xlsx.package_styles import Style
from ..formats.xlsx.sheet_view import SheetView

ROWS = MOST_ROWS
_CUT = "… (cut)"

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


def workbook(sheets: Sequence[Sheet], title: str, described: str) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    sheets : sequence of Sheet
    title, described : str
        In the properties of the workbook.
    """
    written = BytesIO()
    with package(written, [each.name for each in sheets]) as book:
        book.write_description(title, NO_TIME, described)
        for sheet in sheets:
            _write(sheet, book)
    return written.getvalue()


def _write(sheet: Sheet, book: Package) -> None:
    table = _fitting(sheet.rows)
    view = SheetView(
        widths=tuple(width for _, width in sheet.columns),
        style=Style.WRAPPED,
        filtered=len(table) + 1 if table else 0,
    )
    with book.sheet(sheet.name, view) as part:
        part.writelines(table_rows([[head for head, _ in sheet.columns]], style=Style.NAME))
        part.writelines(table_rows(map(_shown, table), 1, Style.WRAPPED))


def _shown(row: CellRow) -> CellRow:
    return [_fitted(cell) if isinstance(cell, str) else cell for cell in row]


def _fitting(rows: Sequence[CellRow]) -> Sequence[CellRow]:
    """All rows; of more than a sheet has, the first ones, and last how many there are more."""
    if len(rows) < ROWS:
        return rows
    shown = ROWS - 2
    return [*islice(rows, shown), (f"… {counted(len(rows) - shown, 'more row')}, in the JSON report",)]


def _fitted(given: str) -> str:
    """On one line and without control characters; longer than a cell, it is cut and says so."""
    line = plain(given)
    if len(line) * 2 <= LONGEST_TEXT or _width(line) <= LONGEST_TEXT:
        return line
    kept = line.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT


def _width(line: str) -> int:
    return len(line.encode("utf-16-le")) // 2
