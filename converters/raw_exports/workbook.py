"""Sheets of Excel and OpenDocument workbooks as raw tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import ReadingNote, Source
from ..formats.format import ReadOptions
from ..formats.xlsx.opened import PACKED, judged, merged, opened, reading, require_kind, worksheets
from ..formats.xlsx.packed_workbook import faults_of_ods, faults_of_sheet, require_sound
from ..formats.xlsx.sheet_faults import SheetFaults
from ..values.reading_notes import listed
from .header import header_of, lines_of_header, nameless
from .members import chosen_members
from .old_workbook import faults_of_old_sheets
from .options import RawFile
from .raw_table import RawTable
from .sheet_rows import SheetRows
from .source_files import WILD, SourceFile
from .text_table import text_table

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_UNPACKED = 20
"""Workbooks are packed to about a twentieth."""
_XLSX = (".xlsx", ".xlsm")
_FAULTS = {".xls": faults_of_old_sheets, ".ods": faults_of_ods}
"""Formats whose sheets are all looked through at once."""
_OR_MISSING = ', or declare missing_values = ["{error}"]'


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
    require_kind(file.path, suffix)
    if suffix in PACKED:
        require_sound(file.path, options)
    with reading(file.path):
        known = _FAULTS[suffix](file.path) if suffix in _FAULTS else {}
        workbook = opened(file.path)
        hidden = _hidden(workbook, file)
        said = [f"hidden sheets, not read: {listed(hidden)}"] if hidden else []
        places = [_Place.of(file, name) for name in _chosen(workbook, file)]
        tables = []
        for each in places:
            faults = faults_of_sheet(file.path, each.sheet) if suffix in _XLSX else known.get(each.sheet)
            notes = [*said, *_judged(faults, each, declared, suffix)]
            tables.append(_table(workbook, each, declared, options, notes))
        return tables


def _chosen(workbook: CalamineWorkbook, file: SourceFile) -> list[str]:
    """The sheets that are meant: hidden ones only by name; sheets of charts and macros never."""
    passed = _hidden(workbook, file)
    names = [each.name for each in worksheets(workbook) if each.name not in passed]
    return chosen_members(names, file, "sheet", passed)


def _hidden(workbook: CalamineWorkbook, file: SourceFile) -> list[str]:
    """Hidden sheets that are not meant."""
    if file.members and not WILD.search(file.members):
        return []
    from python_calamine import SheetVisibleEnum

    return [each.name for each in worksheets(workbook) if each.visible != SheetVisibleEnum.Visible]


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
    notes += [*rows.notes(header.names, kept), *merged(sheet)]
    return text_table(
        Source(path, f"workbook ({suffix})"),
        place.name,
        header,
        [rows.columns[at].column() for at in kept],
        np.array(rows.lines, np.int32),
        declared=declared,
        notes=[ReadingNote(place.name, note) for note in notes],
        gathering=gathering,
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
    if faults is not None:
        yield from judged(faults, str(place), declared.missing_values, _OR_MISSING)
    elif suffix not in _FAULTS:
        yield f"{suffix} does not distinguish errors such as #N/A from empty cells; .xlsx does"
