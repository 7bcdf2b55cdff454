"""The tables of metadata beside CSV files; what they say about other datasets is kept.

`metadata.sidecars` says what is read from them.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from ....schemas.errors import UnreadableInput, UnwritableOutput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import Variable
from ...metadata.sidecar_names import DATASETS_FILES, VARIABLES_FILE
from ...metadata.sidecars import Tables, csv_files_in, dataset_in, dataset_name, file_key
from ...values import arrow_columns
from ...values.arrow_columns import Shape
from ...values.regular_file import read_regular
from ...values.sas_formats import FormatKind, kind_of
from ..format import Beside, Output
from ..planned_file import PlannedFile

TableRow = dict[str, str]

_VARIABLES = ("dataset", "variable", "label", "type", "length", "format", "informat")
_DATASETS = ("Filename", "dataset", "Label", "class", "subclass", "created", "modified")
_CARRIED = {"label": "label", "length": "length", "format": "format", "informat": "format"}
_NAMES_OF_DATASET = ("dataset", "filename", "name")
_STAMPS = {Shape.DATE: "date", Shape.DATETIME: "datetime"}
_MISLEADING = frozenset('",\r\n')
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as it lies beside the data: its header as written, its rows by header in lower case."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def replaced(
        self, old: Callable[[TableRow], bool], rows: Sequence[TableRow], header: Sequence[str]
    ) -> _Table:
        """The table with these rows in place of the old ones."""
        kept = [row for row in self.rows if not old(row)]
        known = {name.lower() for name in self.header}
        added = tuple(name for name in header if name.lower() not in known)
        lowered = [{name.lower(): value for name, value in row.items()} for row in rows]
        return _Table((*self.header, *added), (*kept, *lowered))

    def content(self) -> bytes:
        rows = [self.header, *([row.get(name.lower(), "") for name in self.header] for row in self.rows)]
        return "".join(",".join(map(_quoted, row)) + "\n" for row in rows).encode()


def _quoted(field: str) -> str:
    # The csv module leaves a lone carriage return bare, which readers take for the end of a line.
    return '"' + field.replace('"', '""') + '"' if set(field) & _MISLEADING else field


@dataclass(frozen=True, slots=True)
class _Described:
    """What the sidecars say of a dataset.

    Attributes
    ----------
    path : Path
        Of its file.
    dataset : DatasetDescription
    stamps : mapping of str to str
        "date" or "datetime" of variables whose column says so, by name.
    """

    path: Path
    dataset: DatasetDescription
    stamps: Mapping[str, str]


def about(output: Output) -> _Described:
    """What is said of the dataset of an output."""
    dataset = output.dataset
    has_formats = "format" in dataset.carries  # and so has the table: a format says what a column holds
    stamps = {
        each.name: stamp_type(dataset, replace(each, format=""))
        for each in dataset.variables
        if not (each.format and has_formats)
    }
    return _Described(output.path, dataset.description, stamps)


def plan(described: Sequence[_Described]) -> list[PlannedFile]:
    """The sidecars of all folders after these datasets are written into them."""
    files: list[PlannedFile] = []
    in_order = sorted(described, key=lambda each: each.path.parent)
    for folder, together in groupby(in_order, key=lambda each: each.path.parent):
        files += _in_folder(folder, list(together))
    return files


def _in_folder(folder: Path, described: Sequence[_Described]) -> list[PlannedFile]:
    """The sidecars of a folder after these datasets are written into it.

    Raises
    ------
    UnwritableOutput
        When a sidecar is present and is not a table that could be kept, or another CSV file of the folder
        holds one of the datasets: one description cannot be true of both.
    """
    datasets = [each.dataset for each in described]
    carried = frozenset().union(*(dataset.carries for dataset in datasets))
    header = [name for name in _VARIABLES if name not in _CARRIED or _CARRIED[name] in carried]
    with_format = "format" in header
    variables = [
        _variable_row(each, variable, with_format)
        for each in described
        for variable in each.dataset.variables
    ]
    names = {dataset.name for dataset in datasets}
    keys = {file_key(each.path.name) for each in described}

    def is_of_dataset(row: TableRow) -> bool:
        return _concerned(row) in names

    def is_of_file(row: TableRow) -> bool:
        return file_key(row["filename"]) in keys if row.get("filename") else is_of_dataset(row)

    tables = (
        ((VARIABLES_FILE,), is_of_dataset, header, variables),
        (DATASETS_FILES, is_of_file, _DATASETS, list(map(_dataset_row, described))),
    )
    files = []
    for file_names, old, columns, rows in tables:
        path = _beside(folder, file_names)
        _present(path)  # a damaged one is refused before anything is written
        files.append(PlannedFile(path, partial(_write, path, old, rows, columns), merged=True))
    _refuse_second_file(folder, described)
    return files


def _refuse_second_file(folder: Path, described: Sequence[_Described]) -> None:
    if not os.path.isdir(folder):
        return
    written = {each.path.name for each in described}
    names = {each.dataset.name for each in described}
    tables = Tables()
    for path in (path for path in csv_files_in(folder) if path.name not in written):
        try:
            name = dataset_in(path, tables=tables)
        except UnreadableInput as problem:
            raise UnwritableOutput(problem.what, problem.where, problem.advice) from problem
        if name in names:
            raise UnwritableOutput(
                f"another CSV file in the folder contains {name}, and {VARIABLES_FILE} can describe only one",
                str(path),
                "write to another folder, or remove that file",
            )


def stamp_type(dataset: Dataset, variable: Variable) -> str:
    """ "date" or "datetime" where only the column itself, no format, says so; else ""."""
    if variable.format or variable.type == "Char":
        return ""
    return _STAMPS.get(arrow_columns.shape_of(dataset, variable), "")


def _variable_row(described: _Described, variable: Variable, with_format: bool) -> TableRow:
    """A line of the table; without a column for formats, the type tells dates and times from numbers."""
    stamp = "" if with_format and variable.format else described.stamps.get(variable.name, "")
    is_time = not with_format and kind_of(variable.format) is FormatKind.TIME and variable.type == "Num"
    return {
        "dataset": described.dataset.name,
        "variable": variable.name,
        "label": variable.label,
        "type": "time" if is_time else stamp or variable.type,
        "length": "" if variable.length is None else str(variable.length),
        "format": variable.format,
        "informat": variable.informat,
    }


def _dataset_row(described: _Described) -> TableRow:
    dataset = described.dataset
    return {
        "Filename": described.path.name,
        "dataset": dataset.name,
        "Label": dataset.label,
        "class": dataset.declared_class,
        "subclass": dataset.declared_subclass,
        "created": dataset.created.isoformat() if dataset.created else "",
        "modified": dataset.modified.isoformat() if dataset.modified else "",
    }


def _beside(folder: Path, names: Sequence[str]) -> Path:
    """The sidecar that a reader would take, else the one to make."""
    try:
        there = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    except OSError as error:
        raise UnwritableOutput(
            "the output folder cannot be listed",
            f"{folder}: {error.strerror}",
            "choose another folder, or ask for read permission",
        ) from error
    present = {name.lower(): folder / name for name in there}
    return next((present[name] for name in names if name in present), folder / names[0])


def _present(path: Path) -> _Table:
    if not os.path.exists(path):
        return _Table((), ())
    try:
        text = read_regular(path).decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        delimiter = max(_DELIMITERS, key=first.count)
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header, *lines = [record for record in records if any(value.strip() for value in record)]
        names = [name.strip() for name in header]
        if names != header:  # laid out with blanks, which readers leave out then
            lines = [[value.strip() for value in values] for values in lines]
        keys = [name.lower() for name in names]
        return _Table(tuple(names), tuple(dict(zip(keys, values, strict=True)) for values in lines))
    except (OSError, csv.Error, ValueError) as error:
        raise UnwritableOutput(
            "the metadata table beside the output is damaged, so lines cannot be added to it",
            f"{path}: {error}",
            "fix or remove it, or write to another folder",
        ) from error


def _concerned(row: TableRow) -> str:
    return next((dataset_name(row[name]) for name in _NAMES_OF_DATASET if row.get(name)), "")


def _write(
    path: Path,
    old: Callable[[TableRow], bool],
    rows: Sequence[TableRow],
    header: Sequence[str],
    stream: BinaryIO,
) -> None:
    """The table as it is now, to which other runs may have added lines, with these rows for the old ones."""
    stream.write(_present(path).replaced(old, rows, header).content())


SIDECARS = Beside(about, plan)
