"""Excel workbooks (.xlsx): workbooks of our own writer with all their metadata, and sheets that others made.

A sheet of others is a table: names in its first row with a value, then records. What its columns are is told
by the types of their cells. The only sheet that has a value is named like its file, several have their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, Variable
from ....schemas.wording import counted, one_line
from ..format import ReadOptions, refuse_repeated_names, refuse_too_many
from .cell_text import texts_of
from .cells import CellColumn, described_cells, read_cells
from .metadata_sheets import DescribedSheet, described_sheet
from .opened import judged, merged, opened, reading, require_kind, worksheets
from .packed_workbook import faults_of_sheet, require_sound
from .sheet_names import DATASETS, VARIABLES

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_SUFFIX = ".xlsx"
_BLOCK = 10_000
"""Rows that are taken at once."""
_SIZE_OF_A_VALUE = 8


def read_xlsx(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a workbook: each sheet as one dataset.

    Parameters
    ----------
    path : Path
    options : ReadOptions

    Raises
    ------
    UnreadableInput
        When python-calamine is not installed; the workbook is encrypted or damaged; a sheet has no names,
        errors, or formulas without a value.
    """
    require_kind(path, _SUFFIX)
    require_sound(path, options)
    with reading(path):
        workbook = opened(path)
        names = [each.name for each in worksheets(workbook)]
        if {VARIABLES, DATASETS} <= set(names):
            return [_described(workbook, path, names, options)]
        sheets = {name: workbook.get_sheet_by_name(name) for name in names}
        filled = {name: sheet for name, sheet in sheets.items() if sheet.start is not None}
        if not filled:
            raise UnreadableInput("the workbook is empty", str(path), "check the file")
        return [_found(sheet, path, name, len(filled) == 1, options) for name, sheet in filled.items()]


def _described(workbook: CalamineWorkbook, path: Path, names: Sequence[str], options: ReadOptions) -> Dataset:
    """The dataset of a workbook of our own writer."""
    told, created, modified = _metadata(workbook, path, names)
    place = f"{path}, sheet {told.name}"
    faults = faults_of_sheet(path, told.name)
    notes = [*judged(faults, place), *_not_described(workbook, names, told)]
    # Blank records at the end have rows without cells, which the library does not give.
    stated = min(told.records, faults.last_row - told.heads) if faults.last_row else told.records
    table = _table(workbook.get_sheet_by_name(told.name), stated, has_labels=told.has_label_row)
    if table.records != told.records:
        notes.append(
            f"the sheet has {counted(table.records, 'record')}, and had {told.records:,} when it was written "
            f"(sheet {DATASETS}): records were added or deleted since"
        )
    _require_same_columns(table, told, place)
    gathering = options.memory.gathering(_SIZE_OF_A_VALUE * table.records * len(table.header))
    variables: list[Variable] = []
    said: list[ReadingNote] = [ReadingNote(told.name, note) for note in notes]
    for name, cells in zip(table.header, table.columns, strict=True):
        read = described_cells(told.types[name], cells)
        described = told.variables[name]
        if read.type != described.type:
            described = Variable(name, described.label, read.type)
        variables.append(described)
        said += [ReadingNote(told.name, note, name) for note in read.notes]
        gathering.add(name, read.values)
    return Dataset.of(
        DatasetDescription(
            name=told.name,
            variables=tuple(variables),
            label=told.dataset.get("label", ""),
            declared_class=told.dataset.get("class", ""),
            declared_subclass=told.dataset.get("subclass", ""),
            carries=told.carries,
            source=Source(path, "Excel"),
            created=created,
            modified=modified,
        ),
        gathering.columns(table.records),
        notes=tuple(said),
    )


def _metadata(
    workbook: CalamineWorkbook, path: Path, names: Sequence[str]
) -> tuple[DescribedSheet, datetime | None, datetime | None]:
    """What the sheets of metadata say of a sheet that is there; when its data were created and modified."""
    try:
        told = described_sheet(
            *(workbook.get_sheet_by_name(name).to_python() for name in (VARIABLES, DATASETS))
        )
        created, modified = told.time("created"), told.time("modified")
    except (ValueError, KeyError) as error:
        raise UnreadableInput(
            "the sheets of metadata are damaged",
            f"{path}: {error}",
            f"correct them, or delete {VARIABLES} and {DATASETS} to read the workbook without them",
        ) from error
    if told.name not in names:
        raise UnreadableInput(
            "the sheet of the records is not present",
            f"{path}: {told.name}",
            f"give it its name back, or correct {DATASETS}",
        )
    return told, created, modified


def _not_described(workbook: CalamineWorkbook, names: Sequence[str], told: DescribedSheet) -> Iterator[str]:
    """What is to be said of sheets with values that somebody added."""
    others = [name for name in names if name not in {told.name, VARIABLES, DATASETS}]
    filled = [name for name in others if workbook.get_sheet_by_name(name).start is not None]
    if filled:
        shown = ", ".join(map(one_line, filled))
        yield f"not read, since {DATASETS} does not describe them: sheets with values ({shown})"


def _require_same_columns(table: _Table, told: DescribedSheet, place: str) -> None:
    """Refuse columns that are not described, and labels that are stated twice, and otherwise."""
    if sorted(table.header) != sorted(told.variables):
        raise UnreadableInput(
            "the columns of the sheet are not the variables that are described",
            place,
            f"correct the sheet {VARIABLES}, or delete it and {DATASETS}",
        )
    if not told.has_label_row:
        return
    for name, label in zip(table.header, table.labels, strict=True):
        described = told.variables[name].label
        if label != described:
            raise UnreadableInput(
                f"{name} has one label in the second row and another in the sheet {VARIABLES}",
                f"{place}: {one_line(label)!r}, {one_line(described)!r}",
                "make them the same",
            )


def _found(sheet: CalamineSheet, path: Path, name: str, is_only: bool, options: ReadOptions) -> Dataset:
    """A sheet that somebody else made."""
    dataset = (path.stem if is_only else name).strip().upper()
    place = f"{path}, sheet {name}"
    notes = [*judged(faults_of_sheet(path, name), place), *merged(sheet)]
    table = _table(sheet)
    header, columns, records = table.header, table.columns, table.records
    kept = [at for at, cells in enumerate(columns) if header[at].strip() or not cells.is_empty]
    _check_names([header[at].strip() for at in kept], place)
    if len(kept) < len(columns):
        notes.append(f"columns without name or values, excluded: {len(columns) - len(kept)}")
    if table.blank:
        notes.append(f"rows without values, excluded: {table.blank:,}")
    gathering = options.memory.gathering(_SIZE_OF_A_VALUE * records * len(kept))
    said = [ReadingNote(dataset, note) for note in notes]
    variables: list[Variable] = []
    for at in kept:
        variable = header[at].strip()
        read = read_cells(variable, columns[at])
        variables.append(Variable(variable, type=read.type, format=read.format))
        said += [ReadingNote(dataset, note, variable) for note in read.notes]
        gathering.add(variable, read.values)
    return Dataset.of(
        DatasetDescription(
            name=dataset, variables=tuple(variables), carries=frozenset(), source=Source(path, "Excel")
        ),
        gathering.columns(records),
        notes=tuple(said),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """The cells of a sheet: names, labels, columns, number of records and of blank rows that are none."""

    header: Sequence[str]
    labels: Sequence[str]
    columns: Sequence[CellColumn]
    records: int
    blank: int


def _table(sheet: CalamineSheet, records: int | None = None, *, has_labels: bool = False) -> _Table:
    """The cells of a sheet.

    Parameters
    ----------
    records : int or None
        How many there are at least, blank ones too; None where blank rows are not records.
    has_labels : bool
        Whether the row below the names is that of labels; they are blank if there is none.
    """
    rows = iter(sheet.iter_rows()) if sheet.start is not None else iter(())
    header: Sequence[Any] = next((row for row in rows if _has_value(row)), ())
    refuse_too_many(len(header), "")
    labels: Sequence[Any] = next(rows, ()) if has_labels else ()
    columns = [CellColumn() for _ in header]
    found = blank = 0
    while block := list(islice(rows, _BLOCK)):
        kept = [row for row in block if _has_value(row)] if records is None else block
        found += len(kept)
        blank += len(block) - len(kept)
        if not kept:
            continue
        for column, values in zip(columns, zip(*kept, strict=True), strict=True):
            column.add(values)
    if records is not None and found < records:
        for column in columns:
            column.add([""] * (records - found))
    names, _ = texts_of(header)
    shown = [str(each) for each in labels] or [""] * len(names)
    return _Table(names, shown, columns, max(found, records or 0), blank)


def _has_value(row: Sequence[Any]) -> bool:
    return row.count("") < len(row)


def _check_names(names: Sequence[str], place: str) -> None:
    if "" in names:
        raise UnreadableInput(
            f"column {names.index('') + 1} has values but no name", place, "name it in the first row"
        )
    refuse_repeated_names(names, place, "rename one of them", "columns")
