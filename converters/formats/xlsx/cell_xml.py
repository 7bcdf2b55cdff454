"""Cells as XML, and the rows of small tables: every cell has a type of its own, none is ever a formula.

Needs neither pandas nor Arrow, so that a report can be written where there is no memory for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from types import MappingProxyType
from xml.sax.saxutils import escape

from .cell_place import cell_place
from .package_styles import Style

TEXT = ' t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
TRUTH = ' t="b"><v>', "</v></c>"
NUMBER = "><v>", "</v></c>"
"""What is around the value of a cell, after its place and style."""

MEANT = "_x[0-9A-Fa-f]{4}_"
"""What spreadsheets take for a character: _x0041_ for A."""
ESCAPED_MEANT = "_x", "_x005F_x"
CONTROLS: Mapping[str, str] = MappingProxyType(
    {chr(code): f"_x{code:04X}_" for code in (*range(1, 9), 11, 12, 13, *range(14, 32))}
)
"""What XML has another meaning for or no place, as spreadsheets write it."""

_MEANT = re.compile(MEANT)
_CONTROLS = str.maketrans(dict(CONTROLS))
_BLOCK = 10_000
"""Rows that are put together at once."""

Cell = str | int | None


def styled(style: Style) -> str:
    """The attribute of a cell."""
    return f' s="{style}"' if style else ""


def xml_text(text: str) -> str:
    """A text within XML, as spreadsheets read it."""
    if _MEANT.search(text):
        text = text.replace(*ESCAPED_MEANT)
    shown = escape(text)
    return shown if shown.isprintable() else shown.translate(_CONTROLS)


def table_rows(
    table: Iterable[Sequence[Cell]], above: int = 0, style: Style = Style.PLAIN
) -> Iterator[bytes]:
    """The rows of a small table.

    Parameters
    ----------
    table : iterable of rows
        Texts, whole numbers, and None or "" where there is no cell.
    above : int
        Rows before the first.
    style : Style
        Of all cells.
    """
    attribute = styled(style)
    written = (_row(number, row, attribute) for number, row in enumerate(table, start=above + 1))
    while block := "".join(islice(written, _BLOCK)):
        yield block.encode()


def _row(number: int, row: Sequence[Cell], style: str) -> str:
    cells = (_cell(f"{_letters(at)}{number}", style, cell) for at, cell in enumerate(row))
    return f'<row r="{number}">{"".join(cells)}</row>\n'


@cache
def _letters(column: int) -> str:
    return cell_place(0, column).removesuffix("1")


def _cell(place: str, style: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return f'<c r="{place}"{style}{TEXT[0]}{xml_text(cell)}{TEXT[1]}'
    return f'<c r="{place}"{style}{NUMBER[0]}{cell}{NUMBER[1]}'
