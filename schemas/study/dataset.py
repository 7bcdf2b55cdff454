"""Dataset: one table with its metadata, which is not changed but replaced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..glance import Glance, Glanced, listed
from ..standards.structure import Structure
from . import columns
from .answers import Question
from .columns import Columns, Distinct, InFrame, Mask
from .declarations import NOTHING_DECLARED, Declarations
from .description import DatasetDescription
from .foreign_frame import taken
from .parameters import Parameters
from .variable import (
    NOTHING_READ_AS_MISSING,
    MetadataKind,
    ReadAsMissing,
    ReadingNote,
    Source,
    SpecialMissing,
    Variable,
)

Answer = TypeVar("Answer")


_OF_COLUMNS = ("frame", "special_missing")
_OF_DATASET = ("notes", "declarations", "read_as_missing")


class Dataset(Glanced):
    """One table with its metadata.

    Attributes
    ----------
    name : str
        In capitals, "ADTTE".
    frame : DataFrame, shape (n_records, n_variables)
        Columns in the order of `variables`, index 0, 1, 2, …. Text is categorical or Arrow-backed
        strings; dates are ``datetime64[s]``, datetimes ``datetime64[us]``, times seconds as float.
        Treat it as read-only.
    variables : tuple of Variable
    label : str
    structure : Structure
        Declared by metadata, else inferred from the name and the variables.
    declared_class, declared_subclass : str
        As ``datasets.csv`` states them; empty when nothing was declared.
    carries : frozenset of {"label", "length", "format"}
        Which metadata the source format has for its variables; rules about others do not apply.
    source : Source or None
    special_missing : mapping of variable name to SpecialMissing
    created, modified : datetime or None
    notes : tuple of ReadingNote
    attributes : mapping
        What only the source format knows (Dataset-JSON: studyOID, itemGroupOID, …), kept for writers.
    declarations : Declarations
        What is declared of the study it belongs to; rules find it here.
    read_as_missing : ReadAsMissing
        Values that a user's words made missing.
    """

    description: DatasetDescription
    columns: Columns
    notes: tuple[ReadingNote, ...]
    declarations: Declarations
    read_as_missing: ReadAsMissing

    def __init__(
        self,
        name: str,
        frame: pd.DataFrame,
        variables: tuple[Variable, ...],
        label: str = "",
        *,
        declared_class: str = "",
        declared_subclass: str = "",
        carries: frozenset[MetadataKind] = frozenset({"label", "length", "format"}),
        source: Source | None = None,
        special_missing: Mapping[str, SpecialMissing] = MappingProxyType({}),
        created: datetime | None = None,
        modified: datetime | None = None,
        notes: tuple[ReadingNote, ...] = (),
        attributes: Mapping[str, Any] = MappingProxyType({}),
        declarations: Declarations = NOTHING_DECLARED,
        read_as_missing: ReadAsMissing = NOTHING_READ_AS_MISSING,
    ) -> None:
        description = DatasetDescription(
            name=name,
            variables=variables,
            label=label,
            declared_class=declared_class,
            declared_subclass=declared_subclass,
            carries=carries,
            source=source,
            created=created,
            modified=modified,
            attributes=attributes,
        )
        if [variable.name for variable in variables] != list(frame.columns):
            raise ValueError(f"{name}: variables and columns differ")
        self._hold(description, InFrame(frame, special_missing), notes, declarations, read_as_missing)

    @classmethod
    def of(
        cls,
        description: DatasetDescription,
        columns: Columns,
        *,
        notes: tuple[ReadingNote, ...] = (),
        declarations: Declarations = NOTHING_DECLARED,
        read_as_missing: ReadAsMissing = NOTHING_READ_AS_MISSING,
    ) -> Self:
        """A dataset by its description and by columns that are fetched when they are asked for.

        Parameters
        ----------
        description : DatasetDescription
        columns : Columns
            One for each variable of the description.
        notes, declarations, read_as_missing
            As of the dataset.
        """
        made = cls.__new__(cls)
        made._hold(description, columns, notes, declarations, read_as_missing)
        return made

    def _hold(
        self,
        description: DatasetDescription,
        columns: Columns,
        notes: tuple[ReadingNote, ...],
        declarations: Declarations,
        read_as_missing: ReadAsMissing,
    ) -> None:
        vars(self).update(
            description=description,
            columns=columns,
            notes=notes,
            declarations=declarations,
            read_as_missing=read_as_missing,
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a dataset is not changed: dataset.replace({name}=...) gives another")

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, name: str, label: str = "", variables: Iterable[Variable] | None = None
    ) -> Dataset:
        """Take a frame that was read or made elsewhere.

        Variables that are not described get their type from the column; a source without metadata
        carries none, so rules about labels, lengths and formats do not apply. Columns become what
        readers make of them: dates and datetimes (with a time zone: what the clock showed), times as
        seconds, decimals as doubles.

        Raises
        ------
        TypeError, ValueError
            For a column that no dataset can hold, or names that are none; names the column.
        """
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"a pandas DataFrame is needed, not {type(frame).__name__}")
        _require_texts(name=name, label=label)
        described = {variable.name: variable for variable in _variables(variables)}
        plain = taken(frame, name)
        given = tuple(
            described.get(column)
            or Variable(column, type="Num" if columns.is_numeric(plain[column]) else "Char")
            for column in plain.columns
        )
        carries: frozenset[MetadataKind] = (
            frozenset({"label", "length", "format"}) if described else frozenset()
        )
        return cls(name=name.upper(), frame=plain, variables=given, label=label, carries=carries)

    # What the description knows.

    @property
    def name(self) -> str:
        return self.description.name

    @property
    def variables(self) -> tuple[Variable, ...]:
        return self.description.variables

    @property
    def label(self) -> str:
        return self.description.label

    @property
    def declared_class(self) -> str:
        return self.description.declared_class

    @property
    def declared_subclass(self) -> str:
        return self.description.declared_subclass

    @property
    def carries(self) -> frozenset[MetadataKind]:
        return self.description.carries

    @property
    def source(self) -> Source | None:
        return self.description.source

    @property
    def created(self) -> datetime | None:
        return self.description.created

    @property
    def modified(self) -> datetime | None:
        return self.description.modified

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self.description.attributes

    @property
    def structure(self) -> Structure:
        return self.description.structure

    @property
    def is_adam(self) -> bool:
        """Whether this is an analysis dataset, not SDTM or another table."""
        return self.description.is_adam

    @property
    def overruled(self) -> Structure | None:
        """What it looks like, where its declared class keeps off the rules of that; else None."""
        return self.description.overruled

    @property
    def frame(self) -> pd.DataFrame:
        return self.columns.frame()

    @cached_property
    def special_missing(self) -> Mapping[str, SpecialMissing]:
        found = ((each.name, self.columns.special_missing(each.name)) for each in self.variables)
        return MappingProxyType({name: special for name, special in found if special is not None})

    def __len__(self) -> int:
        return len(self.columns)

    # Variable names are found in any case, as SAS finds them; the frame keeps the case of the source.

    def __contains__(self, variable: object) -> bool:
        return isinstance(variable, str) and variable.upper() in self.description.by_name

    def __getitem__(self, variable: str) -> pd.Series:
        return self.columns.column(self.variable(variable).name)

    def part(self, variable: str, first: int, count: int) -> pd.Series:
        """Some records of one variable, so that no more of its column need be in memory.

        Parameters
        ----------
        variable : str
            Its name in any case.
        first : int
            Position of the first record, counted from 0.
        count : int
            How many records; past the end there are fewer.

        Returns
        -------
        Series, shape (count,)
            As ``dataset[variable]``, with the index 0, 1, 2, …. A categorical may have other categories, in
            another order.

        Raises
        ------
        KeyError
            When the dataset has no such variable.
        """
        return self.columns.part(self.variable(variable).name, first, count)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables in capitals, in order, for questions to the names themselves."""
        return tuple(self.description.by_name)

    def variable(self, name: str) -> Variable:
        return self.description.by_name[name.upper()]

    def replace(self, **changes: Any) -> Dataset:
        """A dataset like this one but for `changes`, by the names of its attributes."""
        held = {name: changes.pop(name, getattr(self, name)) for name in _OF_DATASET}
        frame, special = (changes.pop(name, None) for name in _OF_COLUMNS)
        description = replace(self.description, **changes) if changes else self.description
        if frame is None and special is None:
            return Dataset.of(description, self.columns, **held)
        frame = self.frame if frame is None else frame
        if [each.name for each in description.variables] != list(frame.columns):
            raise ValueError(f"{description.name}: variables and columns differ")
        return Dataset.of(
            description, InFrame(frame, self.special_missing if special is None else special), **held
        )

    @cached_property
    def parameters(self) -> Parameters:
        """The records by PARAMCD."""
        return Parameters(self)

    # Questions that rules and converters ask; each is answered once per variable.

    def missing(self, variable: str) -> Mask:
        """Records without a value (null, NaN, NaT, blank)."""
        return self._ask("missing", variable, columns.missing)

    def filled(self, variable: str) -> Mask:
        """Records with a value."""
        return self._ask("filled", variable, lambda column: ~columns.missing(column))

    def distinct(self, variable: str) -> Distinct:
        """Distinct values and each record's code among them; -1 where missing."""
        return self._ask("distinct", variable, columns.distinct)

    def matching(self, variable: str, predicate: Callable[[Any], bool]) -> Mask:
        """Records whose value is there and satisfies `predicate`, asked once per distinct value."""
        return self.distinct(variable).matching(predicate)

    def equals(self, variable: str, *values: Any) -> Mask:
        """Records whose value is one of `values`."""
        return self.distinct(variable).matching(lambda value: value in values)

    def numbers(self, variable: str) -> NDArray[np.float64]:
        """Values as doubles, NaN where missing; raises `WrongType` on text."""
        return self._ask("numbers", variable, columns.numbers)

    def days(self, variable: str) -> NDArray[np.float64]:
        """Dates as days since 1970-01-01, NaN where missing; raises `WrongType` on text."""
        return self._ask("days", variable, columns.days)

    def is_character(self, variable: str) -> bool:
        return self._ask("is_character", variable, columns.is_character)

    def groups(self, *variables: str) -> NDArray[np.intp]:
        """A group number per record for the combinations of `variables`; missing is a value too."""
        codes, bound = np.zeros(len(self), dtype=np.intp), 1
        for variable in variables:
            part = self.distinct(variable)
            width = len(part.values) + 1
            if bound * width > _LARGEST_CODE:
                codes, bound = _compact(codes)
            codes, bound = codes * width + part.codes + 1, bound * width
        return codes if bound <= _SPARSE * len(self) else _compact(codes)[0]

    def _glance(self) -> Glance:
        rows = [
            ("structure", str(self.structure)),
            ("records", f"{len(self):,}"),
            ("variables", f"{len(self.variables):,}: {listed(tuple(each.name for each in self.variables))}"),
        ]
        if self.source is not None:
            rows.append(("source", f"{self.source.path}, {self.source.format}"))
        if self.notes:
            rows.append(("notes", f"{len(self.notes):,}"))
        heading = ": ".join(filter(None, (f"Dataset {self.name}", self.label)))
        return Glance((heading,), rows, len(rows))

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what was answered on the way, so that sending a dataset costs no more."""
        return {name: vars(self)[name] for name in ("description", "columns", *_OF_DATASET)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    @cached_property
    def _answers(self) -> MutableMapping[Question, Any]:
        bound = self.columns.answers
        return {} if bound is None else bound.for_dataset()

    @property
    def asked(self) -> Collection[Question]:
        """Questions whose answers are kept, each with its variable."""
        return self._answers.keys()

    def _ask(self, question: str, variable: str, answer: Callable[[pd.Series], Answer]) -> Answer:
        key = question, variable
        try:
            return cast("Answer", self._answers[key])
        except KeyError:
            answered = answer(self[variable])
        self._answers[key] = answered
        return answered


_LARGEST_CODE = 2**62
_SPARSE = 8
"""Group numbers go up to so many times the number of records before they are numbered without gaps."""


def _compact(codes: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Codes numbered without gaps, and how many there are."""
    compacted, distinct = pd.factorize(codes)
    return compacted, len(distinct)


def _require_texts(**given: object) -> None:
    for option, value in given.items():
        if not isinstance(value, str):
            raise TypeError(f"the {option} of a dataset is a text, not {type(value).__name__}")


def _variables(given: Iterable[Variable] | None) -> list[Variable]:
    listed: list[Any] = list(given) if isinstance(given, Iterable) else [] if given is None else [given]
    for each in listed:
        if not isinstance(each, Variable):
            raise TypeError(f"variables are described by Variable, not {type(each).__name__}")
    return listed
