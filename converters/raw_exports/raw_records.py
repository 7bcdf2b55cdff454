"""Records of raw files, by columns: each a few distinct values, and which of them a record has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Distinct, Mask, as_written
from ...schemas.study.raw_places import RawPlace, RawPlaces
from .raw_table import RawTable

ShownAs = Callable[[Any], str]
"""How a value is shown."""

_VALUES_SHOWN = 5
_LONGEST = 40


@dataclass(frozen=True, eq=False)
class RawRecords:
    """Some records of raw files.

    Attributes
    ----------
    tables : tuple of str
        Names of the files.
    table : ndarray of int, shape (n_records,)
        Position of each record's file among them.
    line : ndarray of int, shape (n_records,)
        The line of the file that it begins in.
    columns : mapping of name to Distinct
        Each column's distinct values, every one of which some record has; -1 where missing.
    """

    tables: tuple[str, ...]
    table: Codes
    line: NDArray[np.int64]
    columns: Mapping[str, Distinct]

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def of(cls, tables: Sequence[RawTable], names: Iterable[str]) -> RawRecords:
        """The records of files after each other; a column that a file does not have is missing in it."""
        sizes = [len(each) for each in tables]
        return cls(
            tuple(each.name for each in tables),
            np.repeat(np.arange(len(tables)), sizes),
            np.concatenate([np.asarray(each.line, dtype=np.int64) for each in tables]),
            {name: together([_column(each, name) for each in tables]) for name in names},
        )

    def take(self, records: Mask | Codes) -> RawRecords:
        """Some records."""
        columns = {name: used_only(column, records) for name, column in self.columns.items()}
        return replace(self, table=self.table[records], line=self.line[records], columns=columns)

    def with_columns(self, columns: Mapping[str, Distinct]) -> RawRecords:
        """The records with more columns."""
        return replace(self, columns={**self.columns, **columns})

    def place(self, concerned: Mask) -> str:
        """The first of some records: "ae_site1.csv line 14"."""
        at = np.flatnonzero(concerned)
        return self.place_of(int(at[np.lexsort((self.line[at], self.table[at]))[0]]))

    def place_of(self, record: int) -> str:
        """The place of one record, by its position."""
        return str(RawPlace(self.tables[self.table[record]], int(self.line[record])))

    @property
    def places(self) -> RawPlaces:
        """The file and line of each."""
        return RawPlaces(self.tables, self.table.astype(np.int32), self.line)


def _column(table: RawTable, name: str) -> Distinct:
    if name not in table.columns:
        return all_missing(len(table))
    column = as_written(table.dataset[name])
    return without(column, lambda value: isinstance(value, str) and not value.strip())


def without(column: Distinct, is_missing: Callable[[Any], bool]) -> Distinct:
    """A column in which some values are missing."""
    missing = np.fromiter(map(is_missing, column), np.bool_, len(column))
    if not missing.any():
        return column
    return used_only(Distinct(column.values, np.where(column.spread(missing, False), -1, column.codes)))


def used_only(column: Distinct, records: Mask | Codes | slice = slice(None)) -> Distinct:
    """Some records of a column, with the values that they have."""
    codes = column.codes[records]
    used = np.zeros(len(column) + 1, dtype=np.bool_)
    used[codes] = True
    used = used[:-1]
    if used.all():
        return Distinct(column.held, codes)
    return Distinct(column.held[used], np.append(np.cumsum(used) - 1, -1)[codes])


def together(parts: Sequence[Distinct]) -> Distinct:
    """Columns after each other."""
    if len(parts) == 1:
        return parts[0]
    values = np.concatenate([each.values for each in parts])
    starts = np.cumsum([0, *map(len, parts)])
    codes = [
        np.where(each.codes < 0, -1, each.codes + start) for each, start in zip(parts, starts, strict=False)
    ]
    return recoded(values, np.concatenate(codes))


def recoded(values: Iterable[Any], codes: Codes) -> Distinct:
    """A column of values of which several may be equal; None is a missing value."""
    listed = np.empty(len(found := list(values)), dtype=object)
    listed[:] = found
    position, uniques = pd.factorize(pd.Series(listed, dtype=object), use_na_sentinel=True)
    return Distinct(np.asarray(uniques, dtype=object), np.append(position, -1)[codes].astype(np.intp))


def of_pairs(pairs: pd.DataFrame, function: Callable[[int, int], object]) -> Distinct:
    """What a function finds for each pair of codes, asked once for each different one."""
    groups = pairs.groupby(list(pairs.columns), sort=False).ngroup().to_numpy().astype(np.intp)
    return recoded([function(*each) for each in pairs.drop_duplicates().to_numpy()], groups)


def constant_column(value: Any, size: int) -> Distinct:
    """One value for all records."""
    values = np.empty(1 if size else 0, dtype=object)
    values[:] = [value] if size else []
    return Distinct(values, np.zeros(size, dtype=np.intp))


def all_missing(size: int) -> Distinct:
    """No value for any record."""
    return Distinct(np.empty(0, dtype=object), np.full(size, -1, dtype=np.intp))


def ascending(column: Distinct) -> Codes:
    """The codes of the values in ascending order, numbers before texts."""
    values = column.values
    texts = np.fromiter((isinstance(each, str) for each in values), np.bool_, len(values))
    if texts.all() or not texts.any():
        return np.argsort(values, kind="stable")
    found = sorted(range(len(values)), key=lambda code: (bool(texts[code]), values[code]))
    return np.array(found, dtype=np.intp)


def text_of(value: Any) -> str:
    """A value as text: a number as short as it can be told."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def listed_values(column: Distinct, concerned: Mask) -> str:
    """The most frequent values of some records with their counts: "'Maybe' (2), 'N/A' (1)"."""
    return listed_as(column, concerned, text_of)


def look_of(value: Any) -> str:
    """What a value looks like, 9 for a digit and A for a letter, without the value."""
    return shape_of(text_of(value))


def shape_of(text: str) -> str:
    """What a text looks like: "99-AAA-9999"."""
    return "".join("9" if each.isdigit() else "A" if each.isalpha() else each for each in text)


def listed_as(column: Distinct, concerned: Mask, form: ShownAs) -> str:
    """The most frequent values of some records, each in this form, with their counts."""
    ranked = ranked_as(column, concerned, lambda value: quoted(form(value)))
    more = len(ranked) - _VALUES_SHOWN
    tail = f" and {more:,} more" if more > 0 else ""
    return ", ".join(f"{value} ({count:,})" for value, count in ranked[:_VALUES_SHOWN]) + tail


def ranked_as(column: Distinct, concerned: Mask, form: ShownAs) -> list[tuple[str, int]]:
    """The values of some records, each in this form, with their counts; the most frequent first."""
    counts: dict[str, int] = {}
    number = np.bincount(column.codes[concerned & (column.codes >= 0)], minlength=len(column))
    for at in np.flatnonzero(number):
        shown = form(column[at])
        counts[shown] = counts.get(shown, 0) + int(number[at])
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def quoted(text: str) -> str:
    """A text between quotes as it is, for messages: its beginning, and no line breaks."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return f"'{''.join(each if each.isprintable() else '?' for each in cut)}'"
