"""Study, Dataset, Variable: data with its metadata, read-only by convention."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import columns
from .columns import Distinct, Mask
from .declarations import NOTHING_DECLARED, Declarations
from .foreign_frame import taken
from .glance import Glance, Glanced, listed
from .spelling import counted
from .structure import Structure, detect_structure, is_declared, overruled

Answer = TypeVar("Answer")

VariableType = Literal["Char", "Num"]
MetadataKind = Literal["label", "length", "format"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as its source describes it.

    Attributes
    ----------
    name : str
        CDISC variable name, in the case of the source.
    label : str
        Empty when the source has none.
    type : {"Char", "Num"}
        Dates, datetimes and times are Num, as in SAS.
    length : int or None
        Bytes: of the longest text that fits, or of the stored number (2 to 8).
    format, informat : str
        SAS display format and informat, as "DATE9." or "8.2"; empty when there is none.
    key_sequence : int or None
        Position among the dataset's keys, counted from 1 (Dataset-JSON).
    data_type, target_data_type, item_oid : str
        As Dataset-JSON declares them; empty for other formats.
    """

    name: str
    label: str = ""
    type: VariableType = "Char"
    length: int | None = None
    format: str = ""
    informat: str = ""
    key_sequence: int | None = None
    data_type: str = ""
    target_data_type: str = ""
    item_oid: str = ""


@dataclass(frozen=True, slots=True)
class SpecialMissing:
    """Special missing values of one numeric variable.

    Attributes
    ----------
    records : ndarray of int64
        Record positions from 0, ascending; the frame holds NaN (or NaT) there.
    tags : ndarray of str
        "A" to "Z" or "_" for each, as in SAS `.A` to `.Z` and `._`.
    """

    records: NDArray[np.int64]
    tags: NDArray[np.str_]

    def __repr__(self) -> str:
        return f"SpecialMissing({counted(len(self.records), 'record')})"


@dataclass(frozen=True, slots=True)
class Source:
    """The file a dataset was read from.

    Attributes
    ----------
    path : Path
        As the user gave it, or found in the folder the user gave.
    format : str
        "XPT v5", "XPT v8", "SAS7BDAT", "CSV", "Parquet", "Dataset-JSON", ...
    sha256 : str
        Of the file's bytes; empty until the registry has computed it.
    encoding : str
        How text was decoded.
    """

    path: Path
    format: str
    sha256: str = ""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something a user must know about how a dataset was read.

    Attributes
    ----------
    dataset, variable : str
        Where; empty when it concerns the whole file.
    record : int or None
        Number of the first record concerned, counted from 1.
    message : str
        One sentence.
    """

    dataset: str
    message: str
    variable: str = ""
    record: int | None = None

    def __str__(self) -> str:
        place = ".".join(part for part in (self.dataset, self.variable) if part)
        if self.record is not None:
            place += f" record {self.record}"
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class ReadAsMissing:
    """Values that are missing because a user said so of their text; no rule judges what they were.

    Attributes
    ----------
    words : tuple of str
        As the user gave them: "NA", "NR".
    values : int
        How many values were such a word.
    """

    words: tuple[str, ...] = ()
    values: int = 0

    @classmethod
    def together(cls, parts: Iterable[ReadAsMissing]) -> ReadAsMissing:
        """What is true of several datasets."""
        met = [each for each in parts if each.values]
        words = dict.fromkeys(word for each in met for word in each.words)
        return cls(tuple(words), sum(each.values for each in met))


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
    read_as_missing: ReadAsMissing = ReadAsMissing()

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
        return _sendable(self)

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


@dataclass(frozen=True, eq=False, repr=False)
class Study(Glanced):
    """The named datasets of one delivery.

    Attributes
    ----------
    datasets : mapping of name to Dataset
        In the order they were read. ``study["ADTTE"]`` finds one by name, in any case.
    notes : tuple of ReadingNote
        About the delivery as a whole: files of a folder that were not read.
    """

    datasets: Mapping[str, Dataset]
    notes: tuple[ReadingNote, ...] = ()

    @classmethod
    def of(cls, *datasets: Dataset, notes: Iterable[ReadingNote] = ()) -> Study:
        """A study of these datasets; two of one name are refused."""
        named: dict[str, Dataset] = {}
        for dataset in datasets:
            if dataset.name in named:
                raise ValueError(f"two datasets named {dataset.name}")
            named[dataset.name] = dataset
        return cls(MappingProxyType(named), tuple(notes))

    @classmethod
    def given(cls, what: object) -> Study:
        """What a caller handed over as a study: a `Study`, or one `Dataset`.

        Raises
        ------
        TypeError
            For anything else, as a path or a frame.
        """
        if isinstance(what, Study):
            return what
        if isinstance(what, Dataset):
            return cls.of(what)
        raise TypeError(
            f"a study is needed, not {type(what).__name__}: read files with adamgate.read(path), "
            "or take a frame with Dataset.from_frame(frame, name)"
        )

    def declaring(self, declarations: Declarations) -> Study:
        """The same study with something declared of it."""
        return Study.of(*(dataset.replace(declarations=declarations) for dataset in self), notes=self.notes)

    def _glance(self) -> Glance:
        facts = [counted(len(self), "dataset"), counted(sum(map(len, self)), "record")]
        if self.notes:
            facts.append(counted(len(self.notes), "note"))
        rows = (
            (each.name, counted(len(each), "record"), counted(len(each.variables), "variable"), each.label)
            for each in self
        )
        return Glance((f"Study: {', '.join(facts)}",), rows, len(self))

    def __getstate__(self) -> dict[str, Any]:
        return _sendable(self)

    def __getitem__(self, name: str) -> Dataset:
        if name not in self:
            raise KeyError(f"there is no dataset {name}, but {', '.join(self.datasets) or 'none'}")
        return self.datasets[name.upper()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.upper() in self.datasets

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets.values())

    def __len__(self) -> int:
        return len(self.datasets)


_LARGEST_CODE = 2**62
_SPARSE = 8
"""Group numbers go up to so many times the number of records before they are numbered without gaps."""


def _compact(codes: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """Codes numbered without gaps, and how many there are."""
    compacted, distinct = pd.factorize(codes)
    return compacted, len(distinct)


def _sendable(instance: Dataset | Study) -> dict[str, Any]:
    """Fields for pickle, which does not take read-only views of mappings."""
    values = {each.name: getattr(instance, each.name) for each in fields(instance)}
    return {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in values.items()}
