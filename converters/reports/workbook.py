"""Tables of text and whole numbers as an Excel workbook: nothing in it is a formula, a link or a time.

The parts of the file are as ISO/IEC 29500 has them, each text once. The same tables give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ...schemas.wording import counted, plain
from .workbook_parts import HEAD, MAIN, content_types, core, relations, sheet_head, sheet_tail, xml_text

ROWS = 1_048_576
"""Of a sheet, the head among them."""
CHARACTERS = 32_767
"""Of a cell, as Excel counts them: in UTF-16."""

_CUT = "… (cut)"
_BLOCK = 10_000
"""Rows that are put together at once."""
_ESCAPE = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
"""What Excel takes for a character: _x0041_ for A."""
_MADE = (1980, 1, 1, 0, 0, 0)
"""Stated as the time of each part."""

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


@dataclass(slots=True)
class _Texts:
    """The texts of all sheets, each once, which cells name by their number."""

    numbers: dict[str, int] = field(default_factory=dict)
    used: int = 0

    def number(self, text: str) -> int:
        self.used += 1
        return self.numbers.setdefault(text, len(self.numbers))

    def part(self) -> Iterator[str]:
        yield HEAD
        yield f'<sst xmlns="{MAIN}" count="{self.used}" uniqueCount="{len(self.numbers)}">'
        for text in self.numbers:
            escaped = xml_text(_ESCAPE.sub("_x005F_", _fitted(text)))
            yield f'<si><t xml:space="preserve">{escaped}</t></si>'
        yield "</sst>"


def workbook(sheets: Iterable[Sheet], title: str, described: str) -> bytes:
    """The bytes of a file.

    Parameters
    ----------
    sheets : iterable of Sheet
    title, described : str
        In the properties of the workbook.
    """
    every, texts, written = list(sheets), _Texts(), BytesIO()
    names = [each.name for each in every]
    with ZipFile(written, "w") as file:
        _put(file, "[Content_Types].xml", [content_types(len(every))])
        _put(file, "docProps/core.xml", [core(title, described)])
        for name, part in relations(names):
            _put(file, name, [part])
        for number, sheet in enumerate(every, 1):
            _put(file, f"xl/worksheets/sheet{number}.xml", _sheet(sheet, texts, is_first=number == 1))
        _put(file, "xl/sharedStrings.xml", texts.part())
    return written.getvalue()


def _put(file: ZipFile, name: str, part: Iterable[str]) -> None:
    entry = ZipInfo(name, _MADE)
    entry.compress_type = ZIP_DEFLATED
    with file.open(entry, "w") as stream:
        pieces = iter(part)
        while block := "".join(islice(pieces, _BLOCK)):
            stream.write(block.encode("utf-8"))


def _sheet(sheet: Sheet, texts: _Texts, *, is_first: bool) -> Iterator[str]:
    rows = _fitting(sheet.rows)
    letters = [column_letters(at) for at in range(len(sheet.columns))]
    yield sheet_head(letters, [width for _, width in sheet.columns], len(rows), is_first=is_first)
    yield _row(1, [name for name, _ in sheet.columns], letters, texts, 1)
    for number, row in enumerate(rows, 2):
        yield _row(number, row, letters, texts, 2)
    yield sheet_tail(letters, len(rows))


def _row(number: int, row: CellRow, letters: Sequence[str], texts: _Texts, style: int) -> str:
    cells = []
    for letter, cell in zip(letters, row, strict=False):
        if isinstance(cell, str):
            if cell:
                cells.append(f'<c r="{letter}{number}" s="{style}" t="s"><v>{texts.number(cell)}</v></c>')
        elif cell is not None:
            cells.append(f'<c r="{letter}{number}" s="{style}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def column_letters(at: int) -> str:
    """ "A", "Z", "AA": the column at a place from 0."""
    letters = ""
    while at >= 0:
        at, rest = divmod(at, 26)
        letters = chr(65 + rest) + letters
        at -= 1
    return letters


def _fitting(rows: Sequence[CellRow]) -> Sequence[CellRow]:
    """All rows; of more than a sheet has, the first ones, and last how many there are more."""
    if len(rows) < ROWS:
        return rows
    shown = ROWS - 2
    return [*islice(rows, shown), (f"… {counted(len(rows) - shown, 'more row')}, in the JSON report",)]


def _fitted(given: str) -> str:
    """On one line and without control characters; longer than a cell, it is cut and says so."""
    line = plain(given)
    if len(line) * 2 <= CHARACTERS or _width(line) <= CHARACTERS:
        return line
    kept = line.encode("utf-16-le")[: 2 * (CHARACTERS - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT


def _width(line: str) -> int:
    return len(line.encode("utf-16-le")) // 2
