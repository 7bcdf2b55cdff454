"""CSV and its relatives: types from `_variables.csv`, else from what ADaM calls a variable, else from
the values where there is no doubt.

Every field is text first, and nothing is guessed from it: "007", "NA" and "None" stay what they are. A
variable that is numeric by its description and holds something else stays text, with a note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.dataset import Dataset, ReadingNote, Source, SpecialMissing, Variable
from ...schemas.known_variables import variable_type
from ..sas_formats import Kind
from .delimited import read_delimited
from .protocol import ReadOptions
from .sidecars import VARIABLES_FILE, VariableEntry, dataset_in, variables_beside
from .text_column import TextColumn
from .typed_text import ROUNDED, STAMPS_OF, TIME_FORMAT, Typed, beyond_double, plainly_numbers, typed

_IDENTIFIER = re.compile(r"(ID|CD|CODE|NO|VER|ZIP|PHONE)$", re.IGNORECASE)
"""Names of unknown variables that stay text even where all values are digits."""
_STAMP_NAME = (
    (re.compile(r"DTM$"), Kind.DATETIME),
    (re.compile(r"DT$"), Kind.DATE),
    (re.compile(r"TM$"), Kind.TIME),
)
_MISSING_WORDS = frozenset(("na", "n/a", "nan", "null", "none", "nil", "<na>", "#n/a"))
_UNDESCRIBED = VariableEntry("", "", None, None, "", "", Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column as the dataset holds it.

    Attributes
    ----------
    is_number : bool
        Num, which dates are too.
    problem, record : str, int or None
        What a user must know about it, and the first record concerned.
    """

    values: Any
    is_number: bool = False
    special_missing: SpecialMissing | None = None
    problem: str = ""
    record: int | None = None


def read_csv(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a delimited file (comma, semicolon, tab or bar; plain or gzip) as one dataset.

    Parameters
    ----------
    path : Path
        Its name without suffix, in capitals, is the dataset's name, unless `_datasets.csv` beside it
        says another.
    options : ReadOptions

    Raises
    ------
    UnreadableInput
        When the file is empty or no text, a name is empty or there twice, a record has more or fewer
        values than there are names, a quotation mark stands where none may, or a table beside it
        is broken.
    """
    name = dataset_in(path, options.encoding)
    table = variables_beside(path, name, options.encoding)
    described = dict(table.entries) if table else {}
    content = read_delimited(path, name, options)
    notes = [*content.notes, *([ReadingNote(name, table.undecoded)] if table and table.undecoded else [])]
    values: dict[str, Any] = {}
    variables: list[Variable] = []
    special_missing: dict[str, SpecialMissing] = {}
    for variable, texts in zip(content.header, content.columns, strict=True):
        entry = described.pop(variable.upper(), _UNDESCRIBED)
        column = _column(variable, texts, entry)
        values[variable] = column.values
        variables.append(_variable(variable, entry, column))
        if column.special_missing is not None:
            special_missing[variable] = column.special_missing
        if column.problem:
            notes.append(ReadingNote(name, column.problem, variable, column.record))
    notes += [
        ReadingNote(name, f"described in {VARIABLES_FILE}, and not in the file", entry.name)
        for entry in described.values()
    ]
    return [
        Dataset(
            name=name,
            frame=pd.DataFrame(values, index=pd.RangeIndex(content.records), columns=list(values)),
            variables=tuple(variables),
            carries=table.carries if table else frozenset(),
            source=Source(path, "CSV", encoding=content.encoding),
            special_missing=MappingProxyType(special_missing),
            notes=tuple(notes),
        )
    ]


def _column(name: str, texts: TextColumn, entry: VariableEntry) -> _Column:
    declared = entry.type or variable_type(name)
    if declared == "Num" and _identifies(name) and (zero := _with_leading_zero(texts)) is not None:
        problem = "is Num by its description, and is an identifier with leading zeros; it stays text"
        return _Column(texts.to_pandas(), problem=problem, record=zero)
    if declared == "Num":
        return _number(texts, _kind(name, entry), stated=entry.kind is not Kind.NUMBER)
    if declared is None and not _IDENTIFIER.search(name) and plainly_numbers(texts.values):
        return _number(texts, Kind.NUMBER, stated=False)
    return _Column(texts.to_pandas())


def _identifies(name: str) -> bool:
    """Whether ADaM calls the variable a text, or its name is that of an identifier."""
    return variable_type(name) == "Char" or bool(_IDENTIFIER.search(name))


def _with_leading_zero(texts: TextColumn) -> int | None:
    """The first record whose digits a number would not keep."""
    padded = pc.match_substring_regex(texts.values, r"^0[0-9]").fill_null(False)
    return texts.first_record(padded.to_numpy(zero_copy_only=False))


def _kind(name: str, entry: VariableEntry) -> Kind:
    """What the numbers of a variable stand for: by its description, else by its name."""
    if entry.kind is not Kind.NUMBER or entry.format:
        return entry.kind
    return next((kind for suffix, kind in _STAMP_NAME if suffix.search(name.upper())), Kind.NUMBER)


def _number(texts: TextColumn, kind: Kind, stated: bool) -> _Column:
    """A column that is numeric by its description; text again, with a note, where that is not true.

    Parameters
    ----------
    kind : Kind
        What it is written as: numbers, dates, datetimes or times.
    stated : bool
        Whether a format or type says so; then SAS's numbers for dates are turned into them.
    """
    meant = typed(texts.values, kind)
    plain = typed(texts.values, Kind.NUMBER) if meant.wrong.any() and kind is not Kind.NUMBER else None
    if plain is None or plain.wrong.any():
        return _as_written(texts, meant, kind)
    stamps = _stamps(plain.values, kind) if stated else None
    special = plain.special_missing(texts)
    if stamps is not None:
        return _Column(texts.spread(stamps), True, special)
    problem = f"holds numbers instead of {kind}s, read as plain numbers"
    return _Column(texts.spread(plain.values), True, special, problem, texts.first_record(meant.wrong))


def _stamps(numbers: NDArray[np.float64], kind: Kind) -> NDArray[Any] | None:
    return numbers if kind is Kind.TIME else STAMPS_OF[kind](numbers)


def _as_written(texts: TextColumn, meant: Typed, kind: Kind) -> _Column:
    wrong = texts.first_record(meant.wrong)
    if wrong is not None:
        word = _missing_word(texts, meant)
        problem = f"is Num by its description and holds what is no {kind}{word}; all of it stays text"
        return _Column(texts.to_pandas(), problem=problem, record=wrong)
    values, special = texts.spread(meant.values), meant.special_missing(texts)
    rounded = texts.first_record(beyond_double(texts.values)) if kind is Kind.NUMBER else None
    problem = "" if rounded is None else ROUNDED
    return _Column(values, True, special, problem, rounded)


def _missing_word(texts: TextColumn, meant: Typed) -> str:
    """The one word that stands in for missing values, where it is that."""
    words = texts.values.filter(pa.array(meant.wrong)).unique().to_pylist()
    if len(words) != 1 or words[0].lower() not in _MISSING_WORDS:
        return ""
    return f" ({words[0]!r}; missing values are written as empty fields)"


def _variable(name: str, entry: VariableEntry, column: _Column) -> Variable:
    """The description of a column; its length and format are dropped where the type proved wrong."""
    if entry.type == "Num" and not column.is_number:
        return Variable(name, entry.label, "Char")
    is_time = column.is_number and _kind(name, entry) is Kind.TIME and not column.problem
    return Variable(
        name,
        entry.label,
        "Num" if column.is_number else "Char",
        entry.length,
        entry.format or (TIME_FORMAT if is_time else ""),
        entry.informat,
    )
