"""Sheets of Excel and OpenDocument workbooks as raw tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import ReadingNote
from ...schemas.wording import counted, one_line
from ..formats.format import ReadOptions
from ..values.file_kind import seems
from ..values.reading_notes import listed
from ..values.regular_file import open_regular
from .cell_place import cell_place
from .header import header_of, lines_of_header, nameless
from .members import chosen_members
from .old_workbook import EncryptedWorkbook, faults_of_old_sheets
from .options import RawFile
from .packed_workbook import faults_of_ods, faults_of_sheet, require_sound
from .raw_table import RawTable
from .sheet_faults import SheetFaults
from .sheet_rows import SheetRows
from .source_files import WILD, SourceFile
from .text_table import text_table

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

_NAMED = 5
_UNPACKED = 20
"""Workbooks are packed to about a twentieth."""
_XLSX = (".xlsx", ".xlsm")
_PACKED = (*_XLSX, ".xlsb", ".ods")
_FAULTS = {".xls": faults_of_old_sheets, ".ods": faults_of_ods}
"""Formats whose sheets are all looked through at once."""
_PANIC = "PanicException"
"""How Python sees a fault in calamine, which is written in Rust; its type cannot be imported."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(file: SourceFile, declared: RawFile, options: ReadOptions) -> list[RawTable]:
    """Read the sheets that are declared.

    Cells are text as typed; numbers in the shortest form that is exact; dates in ISO 8601, which a note says
    with their number. Of formulas the value is read that the file holds.

    Raises
    ------
    UnreadableInput
        When python-calamine is not installed; the workbook is encrypted, damaged or too large; a sheet is not
        present, or has errors or formulas without a value.
    """
    suffix = file.path.suffix.lower()
    _require_kind(file.path, suffix)
    if suffix in _PACKED:
        require_sound(file.path, options)
    with _reading(file.path):
        known = _FAULTS[suffix](file.path) if suffix in _FAULTS else {}
        workbook = _opened(file.path)
        hidden = _hidden(workbook, file)
        said = [f"hidden sheets, not read: {listed(hidden)}"] if hidden else []
        places = [_Place.of(file, name) for name in _chosen(workbook, file)]
        tables = []
        for each in places:
            faults = faults_of_sheet(file.path, each.sheet) if suffix in _XLSX else known.get(each.sheet)
            notes = [*said, *_judged(faults, each, declared, suffix)]
            tables.append(_table(workbook, each, declared, options, notes))
        return tables


def _require_kind(path: Path, suffix: str) -> None:
    with open_regular(path) as file:
        head = file.read(512)
        if suffix in _PACKED and head.startswith(_OLD):
            if _ENCRYPTED in head + file.read():
                raise _encrypted(path)
            raise UnreadableInput(
                f"the file is an old Excel workbook, not {suffix}",
                str(path),
                "name it .xls, or save it again",
            )
    fits = head.startswith(b"PK\x03\x04") if suffix in _PACKED else head.startswith(_OLD)
    if not fits:
        kind = seems(head) or "something else"
        raise UnreadableInput(
            f"the file is {kind}, not a workbook ({suffix})",
            str(path),
            "save it again as .xlsx, or name it by what it is (.csv)",
        )


def _encrypted(path: Path) -> UnreadableInput:
    return UnreadableInput(
        "the workbook is encrypted", str(path), "open it with its password, and save it without one"
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What calamine does not read is an input that cannot be read.

    Raises
    ------
    UnreadableInput
    """
    try:
        from python_calamine import CalamineError, PasswordError
    except ImportError as error:
        raise UnreadableInput(
            "python-calamine, which reads workbooks, is not installed",
            str(path),
            "pip install 'adamgate[excel]', or save the sheet as CSV",
        ) from error
    try:
        yield
    except (PasswordError, EncryptedWorkbook) as error:
        raise _encrypted(path) from error
    except CalamineError as error:
        raise UnreadableInput(
            "the workbook cannot be read", f"{path}: {one_line(str(error))}", "save it again as .xlsx"
        ) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise UnreadableInput(
            "the workbook is damaged", str(path), "copy or export the file again"
        ) from error


def _opened(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path))


def _chosen(workbook: CalamineWorkbook, file: SourceFile) -> list[str]:
    """The sheets that are meant: hidden ones only by name; sheets of charts and macros never."""
    passed = _hidden(workbook, file)
    names = [each.name for each in _worksheets(workbook) if each.name not in passed]
    return chosen_members(names, file, "sheet", passed)


def _hidden(workbook: CalamineWorkbook, file: SourceFile) -> list[str]:
    """Hidden sheets that are not meant."""
    if file.members and not WILD.search(file.members):
        return []
    from python_calamine import SheetVisibleEnum

    return [each.name for each in _worksheets(workbook) if each.visible != SheetVisibleEnum.Visible]


def _worksheets(workbook: CalamineWorkbook) -> list[SheetMetadata]:
    from python_calamine import SheetTypeEnum

    return [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]


def _table(
    workbook: CalamineWorkbook, place: _Place, declared: RawFile, options: ReadOptions, said: Sequence[str]
) -> RawTable:
    """One sheet as a table, of which `said` is to be said, too."""
    path, suffix = place.path, place.path.suffix.lower()
    notes = list(said)
    sheet = workbook.get_sheet_by_name(place.sheet)
    gathering = options.memory.gathering(path.stat().st_size * _UNPACKED)
    rows = SheetRows.of(sheet, declared.skip_lines, lines_of_header(declared), gathering)
    if not rows.header:
        raise UnreadableInput("the sheet is empty", str(place), "name another sheet, or correct skip_lines")
    kept = rows.used_columns()
    above, below = ([[line[at] for at in kept] for line in lines] for lines in (rows.header, rows.sample))
    header = header_of(above, below, declared, str(place))
    if "" in header.names:
        raise nameless(kept[header.names.index("")] + 1, str(place))
    notes += [*rows.notes(header.names, kept), *_merged(sheet)]
    return text_table(
        path,
        place.name,
        header,
        [rows.columns[at].column() for at in kept],
        np.array(rows.lines, np.int32),
        declared=declared,
        notes=[ReadingNote(place.name, note) for note in notes],
        gathering=gathering,
        file_format=f"workbook ({suffix})",
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A sheet of a file: for messages, and as its table is called."""

    path: Path
    sheet: str
    name: str

    @classmethod
    def of(cls, file: SourceFile, sheet: str) -> _Place:
        return cls(file.path, sheet, f"{file.name}#{sheet}" if file.members else file.name)

    def __str__(self) -> str:
        return f"{self.path}, sheet {self.sheet}"


def _judged(faults: SheetFaults | None, place: _Place, declared: RawFile, suffix: str) -> Iterator[str]:
    """What is to be said of the faults of a sheet.

    Raises
    ------
    UnreadableInput
        For errors that are not declared missing, and formulas without a value.
    """
    if faults is None:
        if suffix not in _FAULTS:
            yield f"{suffix} does not distinguish errors such as #N/A from empty cells; .xlsx does"
        return
    errors = [(at, text) for at, text in faults.errors if text not in declared.missing_values]
    if errors:
        raise UnreadableInput(
            f"{counted(len(errors), 'cell')} with an error: "
            f"{_some(f'{at} {text}'.strip() for at, text in errors)}",
            str(place),
            f"correct them in the workbook{_or_missing(errors[0][1])}",
        )
    if faults.never_calculated:
        raise UnreadableInput(
            f"{counted(len(faults.never_calculated), 'formula')} without a value: "
            f"{_some(faults.never_calculated)}",
            str(place),
            "open the workbook in Excel and save it again, which calculates them",
        )
    if faults.errors:
        yield f"{counted(len(faults.errors), 'cell')} with an error read as missing, as declared"
    if faults.padded:
        shown = counted(len(faults.padded), "number")
        yield f"{shown} shown with leading zeros in Excel, read without them: {_some(faults.padded)}"


def _or_missing(text: str) -> str:
    """What may be declared of an error whose text is known."""
    return f', or declare missing_values = ["{text}"]' if text else ""


def _some(places: Iterable[str]) -> str:
    """ "B17, C4 and 12 more"."""
    every = list(places)
    more = f" and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return f"{', '.join(every[:_NAMED])}{more}"


def _merged(sheet: CalamineSheet) -> Iterator[str]:
    areas = sheet.merged_cell_ranges or []
    if areas:
        shown = _some(f"{cell_place(*first)}:{cell_place(*last)}" for first, last in areas)
        yield f"merged cells, of which only the first has the value: {shown}"
