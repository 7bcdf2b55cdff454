"""What PROC CONTENTS would say about a dataset, and how full each variable is.

The answer is data; `converters.reports` turns it into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from ..schemas import columns
from ..schemas.dataset import Dataset, ReadingNote, Variable, VariableType
from ..schemas.glance import Glance, Glanced
from ..schemas.spelling import counted
from ..schemas.structure import Structure


@dataclass(frozen=True, slots=True)
class VariableDescription:
    """One variable: its metadata and what its column holds.

    Attributes
    ----------
    number : int
        Position in the dataset, counted from 1.
    name, type, length, format, informat, label
        As in `Variable`.
    missing : int
        Records without a value: null, NaN, NaT or blank, special missings included.
    special_missing : mapping of str to int
        Records per special missing, as ``{".A": 3}``, in SAS order; empty when there are none.
    distinct : int
        Distinct values that occur; missing is not one of them.
    """

    number: int
    name: str
    type: VariableType
    length: int | None
    format: str
    informat: str
    label: str
    missing: int
    special_missing: Mapping[str, int]
    distinct: int


@dataclass(frozen=True, slots=True, repr=False)
class Description(Glanced):
    """One dataset: what it says about itself and its variables.

    Attributes
    ----------
    name, label : str
    structure : Structure
    records : int
    created, modified : datetime or None
    source_path : Path or None
        None when the dataset was made in memory.
    source_format, encoding : str
        Empty when the dataset was made in memory.
    variables : tuple of VariableDescription
    notes : tuple of ReadingNote
        What the reader had to tell.
    """

    name: str
    label: str
    structure: Structure
    records: int
    created: datetime | None = None
    modified: datetime | None = None
    source_path: Path | None = None
    source_format: str = ""
    encoding: str = ""
    variables: tuple[VariableDescription, ...] = ()
    notes: tuple[ReadingNote, ...] = field(default=())

    def _glance(self) -> Glance:
        heading = ": ".join(filter(None, (f"Description of {self.name}", self.label)))
        rows = ((each.name, each.type, each.format, each.label) for each in self.variables)
        return Glance((heading, counted(self.records, "record")), rows, len(self.variables))


def describe(dataset: Dataset) -> Description:
    """Describe a dataset as PROC CONTENTS would, with missing and distinct values per variable.

    Parameters
    ----------
    dataset : Dataset
        As `adamgate.read` gives it, or made with `Dataset.from_frame`.

    Returns
    -------
    Description
    """
    source = dataset.source
    return Description(
        name=dataset.name,
        label=dataset.label,
        structure=dataset.structure,
        records=len(dataset),
        created=dataset.created,
        modified=dataset.modified,
        source_path=source.path if source else None,
        source_format=source.format if source else "",
        encoding=source.encoding if source else "",
        variables=tuple(
            _describe_variable(dataset, number, variable)
            for number, variable in enumerate(dataset.variables, start=1)
        ),
        notes=dataset.notes,
    )


def _describe_variable(dataset: Dataset, number: int, variable: Variable) -> VariableDescription:
    return VariableDescription(
        number=number,
        name=variable.name,
        type=variable.type,
        length=variable.length,
        format=variable.format,
        informat=variable.informat,
        label=variable.label,
        missing=int(dataset.missing(variable.name).sum()),
        special_missing=_special_missing(dataset, variable.name),
        distinct=_distinct(dataset, variable.name),
    )


def _special_missing(dataset: Dataset, name: str) -> dict[str, int]:
    if name not in dataset.special_missing:
        return {}
    tags, counts = np.unique(dataset.special_missing[name].tags, return_counts=True)
    # SAS orders ._ before .A.
    in_sas_order = sorted(zip(tags.tolist(), counts.tolist(), strict=True), key=lambda pair: pair[0] != "_")
    return {f".{tag}": count for tag, count in in_sas_order}


def _distinct(dataset: Dataset, name: str) -> int:
    column = dataset[name]
    if not columns.is_character(column):
        return int(column.nunique())
    return len(dataset.distinct(name).values)
