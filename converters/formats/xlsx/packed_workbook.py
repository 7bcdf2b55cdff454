"""What the parts of a packed workbook (.xlsx, .xlsb, .ods) say before its cells are read.

The library that reads cells gives nothing for an error and for a formula that was never calculated, and holds
a sheet as a rectangle: both are looked for here, in the file itself.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from html import unescape
from lzma import LZMAError
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate  # nothing is made of what it parses
from zipfile import BadZipFile, ZipFile

from ....schemas.errors import UnreadableInput
from ..format import ReadOptions
from ..unpacking import Allowance
from .cell_place import cell_place, column_number
from .sheet_faults import MOST_CELLS, SheetFaults, too_many_cells

_READ = 1 << 20
_UNSOUND = (BadZipFile, ExpatError, LZMAError, zlib.error, EOFError, RuntimeError, ValueError)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_WORKBOOK = "xl/workbook.xml"
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*\bt=["']e["'])([^>]*)>.*?<(?:\w+:)?v[^>]*>([^<]*)<""", re.DOTALL
)
_WITHOUT_VALUE = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT_RESULT = re.compile(rb"""\bt=["']str["']""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3}\d{1,7})["']""")
_FILLED_PLACE = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'](?:[^>]*[^/>])?>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d{1,7})["']""")
_WIDE = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["'](?:[A-Z]{3}|[D-Z][A-Z])\d""")
_NARROW = 26 * 4
"""Columns before DA."""
_FORMATS = re.compile(rb"""<(?:\w+:)?numFmt\b[^>]*>""")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_LEADING_ZEROS = re.compile(r"0{2,}(;@)?")
_DATES_BUILT_IN = frozenset({*range(14, 23), 45, 47})
"""Numbers of the formats of dates and times that are in no workbook."""
_LITERAL = re.compile(r"""\"[^"]*"|[\\_*].|\[[^\]]*\]""", re.DOTALL)
"""What a format shows as it is, and its colours, conditions and languages."""
_PART_OF_DATE = re.compile("[dmyhs]", re.IGNORECASE)
"""As the library decides whether a number is a date."""
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_NUMBER = (
    rb"""<(?:\w+:)?c\b(?=[^>]*\bs=["'](?:%s)["'])(?![^>]*\bt=["'](?!n["']))([^>]*[^/>])>"""
    rb"""(?:<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(%s)</"""
)
"""A number in a cell of some styles."""
_NEGATIVE, _NEVER_WAS = rb"-[^<]*[1-9][^<]*", rb"60(?:\.[^<]*)?"
_FROM_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["'](?:1|true)["']""")
_ODS_TABLE = re.compile(rb"<(?:\w+:)?table(?=[\s>])([^>]*)>(.*?)</(?:\w+:)?table>", re.DOTALL)
_ODS_ROW = re.compile(
    rb"<(?:\w+:)?table-row\b((?:[^>/]|/(?!>))*)(?:/>|>(.*?)</(?:\w+:)?table-row>)", re.DOTALL
)
_ODS_TEXT = re.compile(rb"<(?:\w+:)?p\b[^>]*>([^<]*)<")
_ODS_CELL = re.compile(rb"<(?:\w+:)?(?:covered-)?table-cell\b[^>]*>")
_ODS_ERROR = re.compile(rb"""calcext:value-type=["']error["']""")


def require_sound(path: Path, options: ReadOptions) -> None:
    """Refuse a packed workbook that is damaged, or unpacks to more than is allowed.

    Every part is unpacked once, whatever size the file states for it, and every part of XML parsed.

    Raises
    ------
    UnreadableInput
    """
    allowance = Allowance(path, path.stat().st_size, options)
    try:
        with ZipFile(path) as packed:
            for part in packed.infolist():
                with packed.open(part) as content:
                    _require_sound_part(part.filename, iter(partial(content.read, _READ), b""), allowance)
    except _UNSOUND as error:
        raise UnreadableInput(
            "the workbook is damaged or incomplete", str(path), "copy or export the file again"
        ) from error


def _require_sound_part(name: str, blocks: Iterable[bytes], allowance: Allowance) -> None:
    """Unpack a part; one of XML must be well-formed, since calamine looks for an end without end."""
    parser = ParserCreate() if name.lower().endswith((".xml", ".rels")) else None
    for block in blocks:
        allowance.take(len(block))
        if parser is not None:
            parser.Parse(block)
    if parser is not None and parser.CurrentByteIndex >= 0:  # an empty part holds nothing that could be wrong
        parser.Parse(b"", True)


def faults_of_sheet(path: Path, sheet: str) -> SheetFaults:
    """What is to be known of a sheet of an .xlsx file.

    Raises
    ------
    UnreadableInput
        When the rectangle that it fills has too many cells.
    """
    with ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        content = packed.read(part) if part else b""
        formats = _formats_of_styles(packed) if content else []
        never_was = [] if _FROM_1904.search(_read(packed, _WORKBOOK)) else [_NEVER_WAS]
    last_row = max((int(match[1]) for match in _ROW.finditer(content)), default=0)
    _require_bounded(content, last_row, f"{path}, sheet {sheet}")
    padding = [at for at, (_, code) in enumerate(formats) if _LEADING_ZEROS.fullmatch(code)]
    dates = [at for at, (number, code) in enumerate(formats) if _shows_date(number, code)]
    errors = ((_place(match[1]), _text(match[2])) for match in _found(_ERROR, content, b't="e"', b"t='e'"))
    formulas = _found(_WITHOUT_VALUE, content, b"<f", b":f")
    uncalculated = (match for match in formulas if not _TEXT_RESULT.search(match[1]))
    return SheetFaults(
        tuple(errors),
        tuple(_place(match[1]) for match in uncalculated),
        tuple(_with_styles(content, padding)),
        tuple(_numbers(content, dates, [_NEGATIVE, *never_was])),
        last_row,
    )


def faults_of_ods(path: Path) -> dict[str, SheetFaults]:
    """The cells with an error of each sheet of an .ods file that has some.

    Raises
    ------
    UnreadableInput
        When the rectangles that its sheets fill have too many cells.
    """
    with ZipFile(path) as packed:
        content = packed.read("content.xml") if "content.xml" in packed.namelist() else b""
    rows = columns = 0
    for row in _ODS_ROW.finditer(content):
        if b":p" in (row[2] or b""):  # only a row with a text is kept
            rows += _repeated(row[1], b"rows")
            filled = row[2][: row[2].rindex(b":p")]
            columns = max(columns, sum(_repeated(cell[0], b"columns") for cell in _ODS_CELL.finditer(filled)))
    if rows * columns > MOST_CELLS:
        raise too_many_cells(rows, columns, str(path))
    if not _ODS_ERROR.search(content):
        return {}
    sheets = ((unescape(_attribute(each[1], rb"\w+:name")), each[2]) for each in _ODS_TABLE.finditer(content))
    return {name: SheetFaults(errors=tuple(_errors_in_ods(rows_of))) for name, rows_of in sheets}


def _errors_in_ods(content: bytes) -> Iterator[tuple[str, str]]:
    """Place and text of the cells with an error, once for cells that are repeated."""
    row_at = 0
    for row in _ODS_ROW.finditer(content):
        column_at = 0
        for cell in _ODS_CELL.finditer(row[2] or b""):
            if _ODS_ERROR.search(cell[0]):
                shown = _ODS_TEXT.match(row[2], cell.end())
                yield cell_place(row_at, column_at), unescape(shown[1].decode()) if shown else ""
            column_at += _repeated(cell[0], b"columns")
        row_at += _repeated(row[1], b"rows")


def _repeated(element: bytes, what: bytes) -> int:
    """How often a row or cell stands in a sheet."""
    found = re.search(rb"""number-%s-repeated=["'](\d{1,9})["']""" % what, element)
    return int(found[1]) if found else 1


def _part_of(packed: ZipFile, sheet: str) -> str:
    """The part that holds a sheet; empty where it is not found."""
    sheets = _SHEET.findall(_read(packed, _WORKBOOK))
    relations = _RELATION.findall(_read(packed, "xl/_rels/workbook.xml.rels"))
    related = next(
        (_attribute(each, rb"\w+:id") for each in sheets if _attribute(each, b"name") == sheet), ""
    )
    target = next(
        (_attribute(each, b"Target") for each in relations if _attribute(each, b"Id") == related), ""
    )
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in packed.namelist() else ""


def _read(packed: ZipFile, part: str) -> bytes:
    """A part of a workbook; empty if it does not exist."""
    return packed.read(part) if part in packed.namelist() else b""


def _attribute(element: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", element)
    return _text(match[1] or match[2] or b"") if match else ""


def _text(raw: bytes) -> str:
    return unescape(raw.decode("utf-8", "replace"))


def _place(attributes: bytes) -> str:
    match = _PLACE.search(attributes)
    return match[1].decode() if match else "?"


def _found(pattern: re.Pattern[bytes], content: bytes, *signs: bytes) -> Iterator[re.Match[bytes]]:
    """Matches in a sheet that has one of these signs of them; no other is searched."""
    return pattern.finditer(content) if any(sign in content for sign in signs) else iter(())


def _require_bounded(content: bytes, rows: int, place: str) -> None:
    if rows * _NARROW <= MOST_CELLS and not _WIDE.search(content):
        return
    filled = [(column_number(match[1]), int(match[2])) for match in _FILLED_PLACE.finditer(content)]
    width, height = (max((each[axis] for each in filled), default=0) for axis in (0, 1))
    if width * height > MOST_CELLS:
        raise too_many_cells(height, width, place)


def _formats_of_styles(packed: ZipFile) -> list[tuple[str, str]]:
    """Number and code of the format of each style of cells; the code of a built-in one is empty."""
    styles = _read(packed, "xl/styles.xml")
    formats = _FORMATS.findall(styles)
    codes = {_attribute(each, b"numFmtId"): _attribute(each, b"formatCode") for each in formats}
    cells = _CELL_STYLES.search(styles)
    numbers = [_attribute(each, b"numFmtId") for each in _STYLE.findall(cells[0] if cells else b"")]
    return [(each, codes.get(each, "")) for each in numbers]


def _shows_date(number: str, code: str) -> bool:
    """Whether a format is one of dates or times, and not of durations."""
    if not code:
        return number.isdigit() and int(number) in _DATES_BUILT_IN
    return not _ELAPSED.search(code) and _PART_OF_DATE.search(_LITERAL.sub("", code)) is not None


def _with_styles(content: bytes, styles: list[int]) -> Iterator[str]:
    if styles:
        cells = rb"""<(?:\w+:)?c\b(?=[^>]*\bs=["'](?:%s)["'])([^>]*[^/>])>""" % _any_of(styles)
        yield from (_place(match[1]) for match in re.finditer(cells, content))


def _numbers(content: bytes, styles: list[int], forms: list[bytes]) -> Iterator[tuple[str, str]]:
    """Place and text of numbers that are written so in cells of some styles."""
    if styles:
        cells = re.compile(_NUMBER % (_any_of(styles), b"|".join(forms)))
        for match in _found(cells, content, b"v>-", b"v>60"):
            yield _place(match[1]), _text(match[2])


def _any_of(styles: list[int]) -> bytes:
    return b"|".join(str(each).encode() for each in styles)
