"""Study, Dataset, Variable: data with its metadata, read-only by convention."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..glance import Glance, Glanced, listed
from ..standards.structure import Structure, detect_structure, is_declared, overruled
from . import columns
from .columns import Distinct, Mask
from .declarations import NOTHING_DECLARED, Declarations
from .foreign_frame import taken
from .variable import MetadataKind, ReadAsMissing, ReadingNote, Source, SpecialMissing, Variable

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False, repr=False)
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

    name: str
    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    label: str = ""
    declared_class: str = ""
    declared_subclass: str = ""
    carries: frozenset[MetadataKind] = frozenset({"label", "length", "format"})
    source: Source | None = None
    special_missing: Mapping[str, SpecialMissing] = field(default_factory=lambda: MappingProxyType({}))
    created: datetime | None = None
    modified: datetime | None = None
    notes: tuple[ReadingNote, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    declarations: Declarations = NOTHING_DECLARED
    read_as_missing: ReadAsMissing = field(default_factory=ReadAsMissing)

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.variables]
        if names != list(self.frame.columns):
            raise ValueError(f"{self.name}: variables and columns differ")
        if len(self._by_name) < len(names):
            raise ValueError(f"{self.name}: two variables differ only in case")

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
        described = {variable.name: variable for variable in variables or ()}
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

    @cached_property
    def structure(self) -> Structure:
        return detect_structure(self.name, self._by_name, self.declared_class, self.declared_subclass)

    @property
    def is_adam(self) -> bool:
        """Whether this is an analysis dataset, not SDTM or another table."""
        if self.structure is not Structure.OTHER or self.name.startswith("AD"):
            return True
        return is_declared(self.declared_class, self.declared_subclass)

    @property
    def overruled(self) -> Structure | None:
        """What it looks like, where its declared class keeps off the rules of that; else None."""
        return overruled(self.name, self._by_name, self.declared_class, self.declared_subclass)

    def __len__(self) -> int:
        return len(self.frame)

    # Variable names are found in any case, as SAS finds them; the frame keeps the case of the source.

    def __contains__(self, variable: object) -> bool:
        return isinstance(variable, str) and variable.upper() in self._by_name

    def __getitem__(self, variable: str) -> pd.Series:
        return self.frame[self.variable(variable).name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables in capitals, in order, for questions to the names themselves."""
        return tuple(self._by_name)

    def variable(self, name: str) -> Variable:
        return self._by_name[name.upper()]

    def replace(self, **changes: Any) -> Dataset:
        """A dataset like this one but for `changes`."""
        return replace(self, **changes)

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
            ("variables", f"{len(self.variables):,}: {listed(tuple(self.frame.columns))}"),
        ]
        if self.source is not None:
            rows.append(("source", f"{self.source.path}, {self.source.format}"))
        if self.notes:
            rows.append(("notes", f"{len(self.notes):,}"))
        heading = ": ".join(filter(None, (f"Dataset {self.name}", self.label)))
        return Glance((heading,), rows, len(rows))

    def __getstate__(self) -> dict[str, Any]:
        """The fields without what was answered on the way, so that sending a dataset costs no more."""
        return sendable(self)

    @cached_property
    def _by_name(self) -> dict[str, Variable]:
        return {variable.name.upper(): variable for variable in self.variables}

    @cached_property
    def _answers(self) -> dict[tuple[str, str], Any]:
        return {}

    @property
    def asked(self) -> Collection[tuple[str, str]]:
        """Questions that were answered so far, each with its variable."""
        return self._answers.keys()

    def _ask(self, question: str, variable: str, answer: Callable[[pd.Series], Answer]) -> Answer:
        key = question, variable
        if key not in self._answers:
            self._answers[key] = answer(self[variable])
        return cast("Answer", self._answers[key])


_LARGEST_CODE = 2**62
_SPARSE = 8
"""Group numbers go up to so many times the number of records before they are numbered without gaps."""


def _compact(codes: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Codes numbered without gaps, and how many there are."""
    compacted, distinct = pd.factorize(codes)
    return compacted, len(distinct)


def sendable(instance: Any) -> dict[str, Any]:
    """Fields for pickle, which does not take read-only views of mappings."""
    values = {each.name: getattr(instance, each.name) for each in fields(instance)}
    return {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in values.items()}
