"""The columns of a table as variables: what a shape declares of its own, what the data say of the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ....schemas.errors import ConfigurationError
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from .analysed import Analysed


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that every table of a shape has.

    Attributes
    ----------
    variable : Variable
        A variable of the data of that name has its own label, if any, and its length and format.
    source : str
        What it is made from, for the codebook; empty where the data hold it.
    of : tuple of str
        Character variables whose texts it holds: it is as long as the longest of them.
    is_duration : bool
        Whether it is a time in the unit of the durations, which its label then names.
    paramcd : str
        The parameter that it belongs to, in a table of several.
    """

    variable: Variable
    source: str = ""
    of: tuple[str, ...] = ()
    is_duration: bool = False
    paramcd: str = ""

    @property
    def name(self) -> str:
        return self.variable.name

    @property
    def is_made(self) -> bool:
        """Whether it is not a variable of the data."""
        return self.is_duration or bool(self.source)


def table_of(
    frame: pd.DataFrame,
    columns: Sequence[TableColumn],
    analysed: Sequence[Analysed],
    label: str,
    rows: Dataset | None = None,
) -> Dataset:
    """A frame as a dataset whose variables are described; named as its parameter, until a file names it.

    Parameters
    ----------
    frame : DataFrame
        With the columns of the shape, then variables of the data.
    columns : sequence of TableColumn
    analysed : sequence of Analysed
        What it was made from, by parameter.
    label : str
        Of the dataset.
    rows : Dataset, optional
        The data of its rows, if not the records of the first parameter.
    """
    own = {each.name: each for each in columns}
    data = analysed[0].data if rows is None else rows
    variables = tuple(
        _own(own[name], _of(own[name], analysed), data) if name in own else _of_data(data, name)
        for name in frame.columns
    )
    name = "_".join(each.records.paramcd for each in analysed)
    return Dataset(name, frame, variables, label, carries=data.carries | {"label"})


def _of(column: TableColumn, analysed: Sequence[Analysed]) -> Analysed:
    """The parameter that a column is of."""
    by_name = {each.records.paramcd: each for each in analysed}
    return by_name.get(column.paramcd, analysed[0])


def sources(columns: Sequence[TableColumn], analysed: Sequence[Analysed]) -> Mapping[str, str]:
    """What each column that is made, or comes from ADSL, is made from; the others are of the dataset."""
    made = {each.name: _source(each, _of(each, analysed)) for each in columns}
    return {name: f"ADSL.{name}" for name in analysed[0].records.from_adsl} | {
        name: source for name, source in made.items() if source
    }


def _source(column: TableColumn, analysed: Analysed) -> str:
    return column.source or (analysed.scale.made_from if column.is_duration else "")


def require_other_names(further: Iterable[str], columns: Sequence[TableColumn]) -> None:
    """Refuse a variable that has the name of a column the table makes; SAS sees no difference in case.

    Raises
    ------
    ConfigurationError
    """
    made = {each.name.upper() for each in columns if each.is_made}
    for name in further:
        if name.upper() in made:
            raise ConfigurationError(
                f"{name} is the name of a standard column of the table",
                f"covariates, {name}",
                "omit it, or rename the variable in the data",
            )


def _own(column: TableColumn, analysed: Analysed, data: Dataset) -> Variable:
    variable = column.variable
    if column.is_duration:
        return replace(variable, label=f"{variable.label}, {analysed.scale.unit}")
    if column.is_made:
        return replace(variable, length=_longest(column.of, analysed.data))
    given = data.variable(variable.name)
    return replace(variable, label=given.label or variable.label, length=given.length, format=given.format)


def _longest(names: Sequence[str], data: Dataset) -> int | None:
    """The length of the longest of some variables; None where one of them does not have any."""
    lengths = [data.variable(name).length for name in names if name in data]
    known = [length for length in lengths if length is not None]
    return max(known) if known and len(known) == len(lengths) else None


def _of_data(data: Dataset, name: str) -> Variable:
    """A variable as the data describe it, but for its place among their keys and how its text was read."""
    return replace(
        data.variable(name),
        name=name,
        type="Char" if data.is_character(name) else "Num",
        informat="",
        key_sequence=None,
        item_oid="",
    )
