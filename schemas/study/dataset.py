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
from .raw_places import KeptPlaces, RawPlaces
from .time_zones import zones_not_kept
from .totals import Countable, Totals
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
_OF_DATASET = ("notes", "declarations", "read_as_missing", "raw_places")


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
        Declared in metadata, else inferred from the name and the variables.
    declared_class, declared_subclass : str
        From ``datasets.csv``; empty if not declared.
    carries : frozenset of {"label", "length", "format"}
        Variable metadata that the source format has; rules about other metadata are not applicable.
    source : Source or None
    special_missing : mapping of variable name to SpecialMissing
    created, modified : datetime or None
    notes : tuple of ReadingNote
    attributes : mapping
        Attributes of the source format only (Dataset-JSON: studyOID, itemGroupOID, …), kept for writers.
    declarations : Declarations
        Declarations of its study, for the rules.
    read_as_missing : ReadAsMissing
        Values read as missing because of the `missing` option.
    raw_places : KeptPlaces or None
        The files and lines of raw exports that its records were made of, where that is known.

    Examples
    --------
    >>> data = ag.read("adam")["ADTTE"]
    >>> data.name, str(data.structure), len(data), "cnsr" in data
    ('ADTTE', 'TTE', 6, True)
    >>> data["AVAL"].tolist()
    [30.0, 61.0, 95.0, 120.0, 180.0, 240.0]
    """

    description: DatasetDescription
    columns: Columns
    notes: tuple[ReadingNote, ...]
    declarations: Declarations
    read_as_missing: ReadAsMissing
    raw_places: KeptPlaces | None

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
        raw_places: KeptPlaces | None = None,
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
            raise ValueError(f"{name}: variables and columns do not match")
        self._hold(
            description,
            InFrame(frame, special_missing),
            notes=notes,
            declarations=declarations,
            read_as_missing=read_as_missing,
            raw_places=raw_places,
        )

    @classmethod
    def of(
        cls,
        description: DatasetDescription,
        columns: Columns,
        *,
        notes: tuple[ReadingNote, ...] = (),
        declarations: Declarations = NOTHING_DECLARED,
        read_as_missing: ReadAsMissing = NOTHING_READ_AS_MISSING,
        raw_places: KeptPlaces | None = None,
    ) -> Self:
        """A dataset from its description and columns that are read when needed.

        Parameters
        ----------
        description : DatasetDescription
        columns : Columns
            One for each variable of the description.
        notes, declarations, read_as_missing, raw_places
            As of the dataset.

        Examples
        --------
        >>> data = ag.read("adam")["ADTTE"]
        >>> again = ag.Dataset.of(data.description, data.columns)
        >>> len(again), again.label == data.label
        (6, True)
        """
        made = cls.__new__(cls)
        made._hold(
            description,
            columns,
            notes=notes,
            declarations=declarations,
            read_as_missing=read_as_missing,
            raw_places=raw_places,
        )
        return made

    def _hold(self, description: DatasetDescription, columns: Columns, **of_dataset: Any) -> None:
        vars(self).update(description=description, columns=columns, **of_dataset)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"a Dataset cannot be changed; use dataset.replace({name}=...) to create another"
        )

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, name: str, label: str = "", variables: Iterable[Variable] | None = None
    ) -> Dataset:
        """Make a dataset from a DataFrame.

        Variables without a description get their type from the column; a source without metadata
        carries none, so rules about labels, lengths and formats are not applicable. Columns become what
        readers make of them: dates and datetimes (local time, if with a time zone, which a note in `notes`
        states), times as seconds, decimals as doubles.

        Raises
        ------
        TypeError, ValueError
            For a column that a dataset cannot hold, or invalid names; the message gives the column.

        Examples
        --------
        >>> frame = pd.DataFrame({"USUBJID": ["1", "2"], "ADT": pd.to_datetime(["2024-01-15", None])})
        >>> data = ag.Dataset.from_frame(frame, "adx", "Dates")
        >>> data.name, [(each.name, each.type) for each in data.variables]
        ('ADX', [('USUBJID', 'Char'), ('ADT', 'Num')])
        """
        if not isinstance(frame, pd.DataFrame):
            raise TypeError(f"a pandas DataFrame is required, not {type(frame).__name__}")
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
        notes = tuple(zones_not_kept(frame, plain.columns, name.upper()))
        return cls(name=name.upper(), frame=plain, variables=given, label=label, carries=carries, notes=notes)

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
        """The structure it looks like, if its declared class excludes the rules for it; else None."""
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
        """Some records of a variable, without loading the whole column.

        Parameters
        ----------
        variable : str
            Name, in upper or lower case.
        first : int
            Position of the first record, counted from 0.
        count : int
            Number of records; fewer at the end.

        Returns
        -------
        Series, shape (count,)
            As ``dataset[variable]``, with the index 0, 1, 2, …. A categorical may have other categories, in
            another order.

        Raises
        ------
        KeyError
            If the variable is not present.

        Examples
        --------
        >>> ag.read("adam")["ADTTE"].part("AVAL", 4, 10).tolist()
        [180.0, 240.0]
        """
        return self.columns.part(self.variable(variable).name, first, count)

    @property
    def names(self) -> tuple[str, ...]:
        """Variable names in upper case, in order."""
        return tuple(self.description.by_name)

    def variable(self, name: str) -> Variable:
        """What is known of a variable, by its name in any case.

        Raises
        ------
        KeyError
            When the dataset has no such variable.

        Examples
        --------
        >>> ag.read("adam")["ADTTE"].variable("aval").type
        'Num'
        """
        return self.description.by_name[name.upper()]

    def replace(self, **changes: Any) -> Dataset:
        """A copy of this dataset with `changes` to its attributes.

        Parameters
        ----------
        **changes
            As of `Dataset`: ``label="…"``, ``frame=…``. A frame brings the columns of `variables`, in order;
            its records have no `raw_places` unless these are given, too.

        Returns
        -------
        Dataset
            This one is not changed.

        Raises
        ------
        ValueError
            When variables and columns differ.

        Examples
        --------
        >>> ag.read("adam")["ADTTE"].replace(label="Time to Event").label
        'Time to Event'
        """
        same_records = changes.get("frame") is None
        kept = {name: getattr(self, name) for name in _OF_DATASET if same_records or name != "raw_places"}
        held = {name: changes.pop(name, kept.get(name)) for name in _OF_DATASET}
        frame, special = (changes.pop(name, None) for name in _OF_COLUMNS)
        description = replace(self.description, **changes) if changes else self.description
        if frame is None and special is None:
            return Dataset.of(description, self.columns, **held)
        frame = self.frame if frame is None else frame
        if [each.name for each in description.variables] != list(frame.columns):
            raise ValueError(f"{description.name}: variables and columns do not match")
        return Dataset.of(
            description, InFrame(frame, self.special_missing if special is None else special), **held
        )

    def raw_places_of(self, variable: str) -> RawPlaces | None:
        """The raw records that a variable is of: its own, else those of the dataset; None if not known.

        Examples
        --------
        >>> ag.read("adam")["ADSL"].raw_places_of("DTHDT") is None
        True
        """
        return None if self.raw_places is None else self.raw_places.load().of_variable(variable)

    @cached_property
    def parameters(self) -> Parameters:
        """The records by PARAMCD."""
        return Parameters(self)

    # Questions that rules and converters ask; each is answered once per variable.

    def missing(self, variable: str) -> Mask:
        """Records without a value: null, NaN, NaT, blank text, and special missings of SAS.

        Returns
        -------
        ndarray of bool, shape (n_records,)
            The answer that is kept: not to be written to, as those of the questions below.

        Examples
        --------
        >>> ag.read("adam")["ADSL"].missing("DTHDT").tolist()
        [False, True, False, True, True, False]
        """
        return self._ask("missing", variable, columns.missing)

    def filled(self, variable: str) -> Mask:
        """Records with a value: those that are not `missing`.

        Returns
        -------
        ndarray of bool, shape (n_records,)

        Examples
        --------
        >>> int(ag.read("adam")["ADSL"].filled("DTHDT").sum())
        3
        """
        return self._ask("filled", variable, lambda column: ~columns.missing(column))

    def distinct(self, variable: str) -> Distinct:
        """Distinct values and each record's code among them.

        Returns
        -------
        Distinct
            `values`, each of which some record has, and `codes`, of shape (n_records,): -1 where missing.

        Examples
        --------
        >>> distinct = ag.read("adam")["ADSL"].distinct("DTHFL")
        >>> distinct.values.tolist(), distinct.codes.tolist()
        (['Y'], [0, -1, 0, -1, -1, 0])
        """
        return self._ask("distinct", variable, columns.distinct)

    def matching(self, variable: str, predicate: Callable[[Any], bool]) -> Mask:
        """Records with a value that satisfies `predicate`, which is called once per distinct value.

        Parameters
        ----------
        variable : str
        predicate : callable
            Asked once per distinct value, however many records have it.

        Returns
        -------
        ndarray of bool, shape (n_records,)

        Examples
        --------
        >>> ag.read("adam")["ADSL"].matching("SEX", lambda sex: sex in ("F", "U")).tolist()
        [True, False, True, False, False, True]
        """
        return self.distinct(variable).matching(predicate)

    def equals(self, variable: str, *values: Any) -> Mask:
        """Records whose value is one of `values`; a missing value is none of them.

        Returns
        -------
        ndarray of bool, shape (n_records,)

        Examples
        --------
        >>> ag.read("adam")["ADSL"].equals("ITTFL", "Y").tolist()
        [True, True, True, True, True, False]
        """
        return self.distinct(variable).matching(lambda value: value in values)

    def numbers(self, variable: str) -> NDArray[np.float64]:
        """Values as doubles, in the unit of the data.

        Returns
        -------
        ndarray of float64, shape (n_records,)
            NaN where missing. Times are seconds; for dates and datetimes see `days`.

        Raises
        ------
        WrongType
            If the variable is character, or contains dates.

        Examples
        --------
        >>> ag.read("adam")["ADTTE"].numbers("CNSR").tolist()
        [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]
        """
        return self._ask("numbers", variable, columns.numbers)

    def days(self, variable: str) -> NDArray[np.float64]:
        """Dates as days since 1970-01-01.

        Returns
        -------
        ndarray of float64, shape (n_records,)
            NaN where missing; of a datetime its date. A number without a date format is a SAS date.

        Raises
        ------
        WrongType
            If the variable is character.

        Examples
        --------
        >>> data = ag.read("adam")["ADTTE"]
        >>> (data.days("ADT") - data.days("STARTDT") + 1).tolist()
        [30.0, 61.0, 95.0, 120.0, 180.0, 240.0]
        """
        return self._ask("days", variable, columns.days)

    def is_character(self, variable: str) -> bool:
        """Whether the column of a variable holds text; dates, datetimes and times are numeric, as in SAS.

        Examples
        --------
        >>> data = ag.read("adam")["ADTTE"]
        >>> data.is_character("PARAMCD"), data.is_character("ADT")
        (True, False)
        """
        return self._ask("is_character", variable, columns.is_character)

    def groups(self, *variables: str, among: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """A group number per record for the combinations of `variables`; missing counts as a value.

        Parameters
        ----------
        *variables : str
        among : ndarray of int, shape (n,), optional
            Positions of the records to number, counted from 0; all of them by default.

        Returns
        -------
        ndarray of int, shape (n_records,) or (n,)
            Equal where all these variables are equal; not without gaps, and in no order.

        Examples
        --------
        >>> data = ag.read("adam")["ADSL"]
        >>> len(np.unique(data.groups("TRT01P", "SEX")))
        4
        """
        codes, bound = np.zeros(len(self) if among is None else len(among), dtype=np.intp), 1
        for variable in variables:
            part = self.distinct(variable)
            own, width = part.codes if among is None else part.codes[among], len(part) + 1
            if bound * width > _LARGEST_CODE:
                codes, bound = _compact(codes)
            codes, bound = codes * width + own + 1, bound * width
        return codes if bound <= _SPARSE * len(codes) else _compact(codes)[0]

    def total(self, name: str, counted: Countable) -> Countable:
        """What is counted of the whole dataset, where a rule of the grain "totals" sees a part of it.

        Parameters
        ----------
        name : str
            Another one for each total that a rule asks for.
        counted : int, ndarray of int, or Series of int
            What the rule counted here: a number, numbers in an order that is the same for every part, or
            numbers by values. A rule asks whatever it counted, also where that is nothing.

        Returns
        -------
        int, ndarray or Series
            The sum over all parts; of a whole dataset what was counted.

        Examples
        --------
        >>> data = ag.read("adam")["ADTTE"]
        >>> data.total("events", int(data.equals("CNSR", 0).sum()))
        3
        """
        return counted if self.totals is None else self.totals.of(name, counted)

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

    @property
    def totals(self) -> Totals | None:
        """Of a part what is known of the whole; None of a whole dataset."""
        return cast("Totals | None", vars(self).get("_totals"))

    def as_part(self, totals: Totals) -> Dataset:
        """The same as a part of a dataset of which some totals are known.

        Parameters
        ----------
        totals : Totals
            `total` asks them; what is not known ends the rule that asks.

        Examples
        --------
        >>> from adamgate.schemas.study.totals import NotYetKnown, Totals
        >>> part = ag.read("adam")["ADTTE"].as_part(Totals())
        >>> try:
        ...     part.total("events", 3)
        ... except NotYetKnown as asked:
        ...     print(asked.name, asked.counted)
        events 3
        """
        part = Dataset.of(self.description, self.columns, **{name: vars(self)[name] for name in _OF_DATASET})
        vars(part)["_totals"] = totals
        return part

    @cached_property
    def _answers(self) -> MutableMapping[Question, Any]:
        bound = self.columns.answers
        return {} if bound is None else bound.for_dataset()

    @property
    def asked(self) -> Collection[Question]:
        """Questions whose answers are kept, each with its variable."""
        return self._answers.keys()

    @cached_property
    def questions(self) -> set[Question]:
        """All that was asked. Who wants to know what is asked next empties it."""
        return set()

    def _ask(self, question: str, variable: str, answer: Callable[[pd.Series], Answer]) -> Answer:
        key = question, variable
        self.questions.add(key)
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
            raise TypeError(f"the {option} of a dataset must be a string, not {type(value).__name__}")


def _variables(given: Iterable[Variable] | None) -> list[Variable]:
    listed: list[Any] = list(given) if isinstance(given, Iterable) else [] if given is None else [given]
    for each in listed:
        if not isinstance(each, Variable):
            raise TypeError(f"variables must be described with Variable, not {type(each).__name__}")
    return listed
