"""What PROC CONTENTS would say about a dataset, and how full each variable is.

The answer is data; `converters.reports` turns it into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ...schemas.glance import Glance, Glanced
from ...schemas.standards.requirement import VariableType
from ...schemas.standards.structure import Structure
from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import ReadingNote, Variable
from ...schemas.wording import counted
from ..values.arrow_columns import Shape, shape_of
from ..values.sas_formats import FormatKind, kind_of

_DAY = 86_400


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
    kind : {"date", "datetime", "time", ""}
        What the numbers of a numeric variable count, by its column or its format; "" for all others.
    first, last : float, str or None
        The smallest and the largest value of a numeric variable, where they were asked for: a number, or a
        date, datetime or time in ISO 8601. None without any value. They are patient data.
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
    kind: str = ""
    first: float | str | None = None
    last: float | str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Description(Glanced):
    """Contents of a dataset: its metadata and its variables.

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
        Notes from reading.
    ranges : bool
        Whether first and last values of numeric variables are included.

    Examples
    --------
    >>> description = ag.describe(ag.read("adam/adsl.csv")["ADSL"])
    >>> description.name, description.records, len(description.variables)
    ('ADSL', 6, 17)
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
    ranges: bool = False

    def _glance(self) -> Glance:
        heading = ": ".join(filter(None, (f"Description of {self.name}", self.label)))
        rows = ((each.name, each.type, each.format, each.label) for each in self.variables)
        return Glance((heading, counted(self.records, "record")), rows, len(self.variables))


def describe(dataset: Dataset, *, ranges: bool = False) -> Description:
    """Describe a dataset like PROC CONTENTS, with missing and distinct values per variable.

    Parameters
    ----------
    dataset : Dataset
        From `adamgate.read`, or made with `Dataset.from_frame`.
    ranges : bool
        Include first and last values of numeric variables (patient data).

    Returns
    -------
    Description

    Raises
    ------
    TypeError
        If `dataset` is not a Dataset.

    Examples
    --------
    >>> description = ag.describe(ag.read("adam")["ADSL"], ranges=True)
    >>> age = description.variables[4]
    >>> age.name, age.type, age.distinct, age.first, age.last
    ('AGE', 'Num', 6, 47.0, 70.0)
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(
            f"a Dataset is required, not {type(dataset).__name__}; take one from a study, "
            "or convert a DataFrame with Dataset.from_frame(frame, name)"
        )
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
            _describe_variable(dataset, number, variable, ranges)
            for number, variable in enumerate(dataset.variables, start=1)
        ),
        notes=dataset.notes,
        ranges=ranges,
    )


def _describe_variable(
    dataset: Dataset, number: int, variable: Variable, ranges: bool
) -> VariableDescription:
    kind = _kind(dataset, variable)
    first, last = _range(dataset, variable, kind) if ranges else (None, None)
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
        kind="" if kind in (None, FormatKind.NUMBER) else str(kind),
        first=first,
        last=last,
    )


_KINDS = {Shape.TEXT: None, Shape.DATE: FormatKind.DATE, Shape.DATETIME: FormatKind.DATETIME}


def _kind(dataset: Dataset, variable: Variable) -> FormatKind | None:
    """What the numbers of a variable count; None for a character variable."""
    kind = _KINDS.get(shape_of(dataset, variable), FormatKind.NUMBER)
    return (
        FormatKind.TIME if kind is FormatKind.NUMBER and kind_of(variable.format) is FormatKind.TIME else kind
    )


def _range(
    dataset: Dataset, variable: Variable, kind: FormatKind | None
) -> tuple[float | str | None, float | str | None]:
    if kind is None or dataset.missing(variable.name).all():
        return None, None
    column = dataset[variable.name].dropna()
    first, last = column.min(), column.max()
    if kind is FormatKind.TIME:
        return _clock(float(first)), _clock(float(last))
    if kind is FormatKind.NUMBER:
        return float(first), float(last)
    stamps = column.to_numpy()
    return _iso(stamps.min(), kind), _iso(stamps.max(), kind)


def _iso(stamp: np.datetime64, kind: FormatKind) -> str:
    if kind is FormatKind.DATE:
        return np.datetime_as_string(stamp, "D")
    whole, _, fraction = np.datetime_as_string(stamp, "us").partition(".")
    return f"{whole}.{fraction}".rstrip("0").rstrip(".")


def _clock(seconds: float) -> str:
    """Seconds from midnight in ISO 8601; more than a day, or less than nothing, as they are."""
    if not 0 <= seconds < _DAY:
        return f"{seconds:.15g} s"
    micros = int(seconds * 1_000_000)  # cut: rounded, the last moment of a day would be midnight
    return (datetime.min + timedelta(microseconds=micros)).time().isoformat()


def _special_missing(dataset: Dataset, name: str) -> dict[str, int]:
    special = dataset.columns.special_missing(name)
    if special is None:
        return {}
    tags, counts = np.unique(special.tags, return_counts=True)
    # SAS orders ._ before .A.
    in_sas_order = sorted(zip(tags.tolist(), counts.tolist(), strict=True), key=lambda pair: pair[0] != "_")
    return {f".{tag}": count for tag, count in in_sas_order}


def _distinct(dataset: Dataset, name: str) -> int:
    column = dataset[name]
    if not columns.is_character(column):
        return len(pd.factorize(column.to_numpy() if isinstance(column.dtype, np.dtype) else column)[1])
    return len(dataset.distinct(name))
