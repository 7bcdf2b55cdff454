"""Where in the raw files each record of a dataset was, and the variables that are of other records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .columns import Codes, Mask

_UNITS = {
    "row": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "record": (".xpt", ".xport", ".sas7bdat", ".parquet", ".json", ".ndjson", ".dsjc"),
}
_UNIT_OF = {suffix: unit for unit, suffixes in _UNITS.items() for suffix in suffixes}


class RawPlace(NamedTuple):
    """A record of a raw file.

    Attributes
    ----------
    file : str
        "ae.csv", "export.xlsx#AE".
    line : int
        The line that it begins in, the row of a sheet, or its number, counted from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} {unit_of(self.file)} {self.line}"


def unit_of(file: str) -> str:
    """What the records of a file are counted by: "line" of a text, "row" of a sheet, else "record"."""
    suffixes = PurePath(file.partition("#")[0].lower().removesuffix(".gz")).suffix
    return _UNIT_OF.get(suffixes, "line")


class KeptPlaces(Protocol):
    """Places that are known, or are read when somebody asks."""

    def load(self) -> RawPlaces:
        """The places."""
        ...


@dataclass(frozen=True, eq=False)
class RawPlaces:
    """The record of a raw file that each record was made of.

    Attributes
    ----------
    files : tuple of str
    file : ndarray of int, shape (n_records,)
        Position of each record's file among them; -1 where it is not known.
    line : ndarray of int, shape (n_records,)
        As of `RawPlace`.
    variables : mapping of variable to RawPlaces
        Of variables whose values are of other raw records.
    """

    files: tuple[str, ...]
    file: NDArray[Any] = field(repr=False)
    line: NDArray[Any] = field(repr=False)
    variables: Mapping[str, RawPlaces] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def __len__(self) -> int:
        return len(self.file)

    def load(self) -> RawPlaces:
        """The places themselves."""
        return self

    def of(self, record: int) -> RawPlace | None:
        """The place of a record, by its position; None where it is not known."""
        file = int(self.file[record])
        return None if file < 0 else RawPlace(self.files[file], int(self.line[record]))

    def of_variables(self, record: int, names: Iterable[str]) -> dict[str, RawPlace]:
        """The places of variables of a record that are of others."""
        own = {name: self.variables[name] for name in names if name in self.variables}
        found = {name: each.of(record) for name, each in own.items()}
        return {name: place for name, place in found.items() if place is not None}

    def of_variable(self, name: str) -> RawPlaces:
        """The records that a variable is of: its own, and where none is known those of the dataset."""
        own = self.variables.get(name.upper())
        if own is None:
            return self.alone()
        both = (self.alone(), own)
        parts = (PlacedPart(np.flatnonzero(each.known), each.take(each.known)) for each in both)
        return placed(len(self), parts)

    def take(self, records: Mask | Codes) -> RawPlaces:
        """Those of some records, by a mask or positions; a position of -1 is not known."""
        if records.dtype != np.bool_ and not len(self.file):
            return unknown_places(len(records))
        file, line = self.file[records], self.line[records]
        if records.dtype != np.bool_:
            file = np.where(records < 0, -1, file)
        variables = {name: each.take(records) for name, each in self.variables.items()}
        return RawPlaces(self.files, file, line, MappingProxyType(variables))

    def with_variables(self, names: Iterable[str]) -> RawPlaces:
        """With those of these variables only."""
        kept = {name: self.variables[name] for name in names if name in self.variables}
        return replace(self, variables=MappingProxyType(kept))

    def alone(self) -> RawPlaces:
        """Without those of variables."""
        return replace(self, variables=MappingProxyType({}))

    @property
    def known(self) -> Mask:
        """Records whose place is known."""
        return np.asarray(self.file >= 0)

    @property
    def are_known(self) -> bool:
        """Whether the place of any record or variable is known."""
        return bool(self.known.any()) or any(each.are_known for each in self.variables.values())

    def first(self, records: Mask) -> RawPlace | None:
        """The first of some records as files have them; None where none is known."""
        at = np.flatnonzero(records & self.known)
        if not len(at):
            return None
        return self.of(int(at[np.lexsort((self.line[at], self.file[at]))[0]]))

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "variables": dict(self.variables)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)


def unknown_places(size: int) -> RawPlaces:
    """Records of which nothing is known."""
    return RawPlaces((), np.full(size, -1, dtype=np.int32), np.zeros(size, dtype=np.int64))


class PlacedPart(NamedTuple):
    """Records whose places are those of others; later parts have the last word.

    Attributes
    ----------
    records : ndarray of int
        Positions.
    places : RawPlaces
        As many.
    """

    records: Codes
    places: RawPlaces


def placed(size: int, parts: Iterable[PlacedPart]) -> RawPlaces:
    """The places of records that are in some part; without those of variables."""
    found = unknown_places(size)
    files: dict[str, int] = {}
    for part in parts:
        own = [files.setdefault(each, len(files)) for each in part.places.files]
        found.file[part.records] = np.array([*own, -1], dtype=np.int32)[part.places.file]
        found.line[part.records] = part.places.line
    return replace(found, files=tuple(files))


def after_each_other(parts: Iterable[RawPlaces]) -> RawPlaces:
    """The places of records that come after each other, and of their variables."""
    several = list(parts)
    names = dict.fromkeys(name for each in several for name in each.variables)
    found = _after(several)
    of_variables = {
        name: _after([each.variables.get(name, unknown_places(len(each))) for each in several])
        for name in names
    }
    return replace(found, variables=MappingProxyType(of_variables))


def _after(parts: list[RawPlaces]) -> RawPlaces:
    starts = np.cumsum([0, *map(len, parts)])
    spans = (np.arange(start, start + len(each)) for start, each in zip(starts, parts, strict=False))
    return placed(int(starts[-1]), map(PlacedPart, spans, parts))
