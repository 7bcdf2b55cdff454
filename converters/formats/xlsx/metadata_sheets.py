"""What is known of a dataset, in two sheets behind that of its records: ``_variables`` and ``_datasets``.

They have the columns of the tables beside CSV files; a column of metadata that the source does not have is
left out. ``label_row``, if it is there, says that the labels are also below the names. ``type`` says what the
cells hold: Char, Num, date or datetime. ``records`` counts the records: one without values has no cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import MetadataKind, Variable
from ...values.arrow_columns import Shape, shape_of
from .limits import MOST_ROWS
from .sheet_names import DATASETS, VARIABLES

_OF_VARIABLE = ("dataset", "variable", "label", "type", "length", "format", "informat")
_OF_DATASET = ("dataset", "label", "class", "subclass", "created", "modified", "records")
_LABEL_ROW = "label_row"
_CARRIED: Mapping[str, MetadataKind] = {
    "label": "label",
    "length": "length",
    "format": "format",
    "informat": "format",
}
_TYPES = {Shape.DATE: "date", Shape.DATETIME: "datetime"}

SheetTable = list[list[str]]


@dataclass(frozen=True, slots=True)
class DescribedSheet:
    """What the sheets of metadata say of the sheet of records.

    Attributes
    ----------
    name : str
        Of the dataset.
    variables : mapping of name to Variable
    types : mapping of name to str
        "Char", "Num", "date" or "datetime".
    records : int
    dataset : mapping of str to str
        What the sheet of datasets says.
    """

    name: str
    variables: Mapping[str, Variable]
    types: Mapping[str, str]
    carries: frozenset[MetadataKind]
    records: int
    dataset: Mapping[str, str]

    @property
    def has_label_row(self) -> bool:
        """Whether the labels are below the names of the variables."""
        return self.dataset.get(_LABEL_ROW, "") == "yes"

    @property
    def heads(self) -> int:
        """Rows above the records."""
        return 2 if self.has_label_row else 1

    def time(self, key: str) -> datetime | None:
        text = self.dataset.get(key, "")
        return datetime.fromisoformat(text) if text else None


def variables_sheet(dataset: Dataset) -> SheetTable:
    """The rows of ``_variables``."""
    header = [name for name in _OF_VARIABLE if name not in _CARRIED or _CARRIED[name] in dataset.carries]
    return [header, *([_told(dataset, each)[name] for name in header] for each in dataset.variables)]


def _told(dataset: Dataset, variable: Variable) -> dict[str, str]:
    return {
        "dataset": dataset.name,
        "variable": variable.name,
        "label": variable.label,
        "type": _TYPES.get(shape_of(dataset, variable), variable.type),
        "length": "" if variable.length is None else str(variable.length),
        "format": variable.format,
        "informat": variable.informat,
    }


def datasets_sheet(dataset: Dataset, *, label_row: bool) -> SheetTable:
    """The rows of ``_datasets``."""
    return [
        [*_OF_DATASET, *([_LABEL_ROW] if label_row else [])],
        [
            dataset.name,
            dataset.label,
            dataset.declared_class,
            dataset.declared_subclass,
            dataset.created.isoformat() if dataset.created else "",
            dataset.modified.isoformat() if dataset.modified else "",
            str(len(dataset)),
            *(["yes"] if label_row else []),
        ],
    ]


def described_sheet(variables: Sequence[Sequence[Any]], datasets: Sequence[Sequence[Any]]) -> DescribedSheet:
    """What the cells of both sheets say.

    Raises
    ------
    ValueError
        When they are not what is written here.
    """
    (told,) = _rows(datasets)
    rows = _rows(variables)
    unknown = {each.get("type", "") for each in rows} - {"Char", "Num", "date", "datetime"}
    if unknown:
        raise ValueError(f"type {min(unknown)!r} in {VARIABLES} is not Char, Num, date or datetime")
    described = {each["variable"]: _variable(each) for each in rows}
    if len(described) < len(rows):
        raise ValueError(f"a variable is twice in the sheet {VARIABLES}")
    header = set(map(str, variables[0]))
    carries = frozenset(kind for name, kind in _CARRIED.items() if name in header)
    types = {each["variable"]: each["type"] for each in rows}
    records = int(told["records"])
    if not 0 <= records < MOST_ROWS:
        raise ValueError(f"{records:,} records in {DATASETS}, which a sheet does not have")
    return DescribedSheet(told["dataset"], described, types, carries, records, told)


def _variable(row: Mapping[str, str]) -> Variable:
    length = row.get("length", "")
    return Variable(
        row["variable"],
        row.get("label", ""),
        "Char" if row["type"] == "Char" else "Num",
        int(length) if length else None,
        row.get("format", ""),
        row.get("informat", ""),
    )


def _rows(sheet: Sequence[Sequence[Any]]) -> list[dict[str, str]]:
    if not sheet:
        raise ValueError("a sheet of metadata is empty")
    header, *rows = ([_text(each) for each in row] for row in sheet)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _text(value: Any) -> str:
    """A cell as text: somebody may have saved the workbook, which makes numbers of digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
