"""CSV and its relatives: types from `_variables.csv`, else from what ADaM calls a variable, else from
the values where there is no doubt.

Every field is text first, and nothing is guessed from it: "007", "NA" and "None" stay what they are, until
the user says what stands for missing. A variable that is numeric by its description and holds something
else stays text, with a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.standards.known_variables import variable_type
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, SpecialMissing, Variable
from ...metadata.define_xml.beside import defined_variables, together
from ...metadata.sidecar_names import VARIABLES_FILE
from ...metadata.sidecars import VariableEntry, VariablesTable, dataset_in, variables_beside
from ...values.gathering import Gathering
from ...values.memory import size_of_text
from ...values.reading_notes import Told, notes_on
from ...values.sas_formats import FormatKind, kind_of
from ...values.text_column import TextColumn
from ...values.typed_text import (
    ROUNDED,
    STAMPS_OF,
    TIME_FORMAT,
    Typed,
    beyond_double,
    faults_told,
    forms_told,
    kind_by_name,
    plainly_numbers,
    typed,
)
from ...values.written_forms import mask_of, matching
from ...values.written_numbers import are_numbers_with_decimal_comma, has_decimal_comma, may_be_thousands
from ..format import ReadOptions
from .delimited import Delimited, empty_end, read_delimited, without_empty_end
from .head import SUBJECT
from .missing import MissingWords, missing_words, words_for_missing

_IDENTIFIER = re.compile(r"(ID|CD|CODE|NO|VER|ZIP|PHONE)$", re.IGNORECASE)
"""Names of unknown variables that stay text even where all values are digits."""
_ZERO_AHEAD = r"^-?0\d"
_LOST_DIGITS = r"^\d([.,]\d+)?[Ee]\+\d+$"
_UNDESCRIBED = VariableEntry("", "", None, None, "", "", FormatKind.NUMBER)
_COUNTS = {
    FormatKind.DATE: "as numbers, read as SAS dates (days since 1960-01-01)",
    FormatKind.DATETIME: "as numbers, read as SAS datetimes (seconds since 1960-01-01)",
}
"""Of times nothing is said: seconds from midnight are what our own writer writes."""
_STAYS = "kept as character: "


@dataclass(frozen=True, slots=True)
class _Column:
    """One column as the dataset holds it.

    Attributes
    ----------
    values, special_missing
        None once they are gathered.
    is_number : bool
        Num, which dates are too.
    kind : FormatKind
        What a number stands for.
    told : tuple of Told
        What is to be said about how values are written; said once for all columns of a file.
    problem, record : str, int or None
        What a user must know about this column alone, and the first record concerned.
    words : frozenset of str
        Words for missing that alone keep the column from being numeric.
    """

    values: Any
    is_number: bool = False
    special_missing: SpecialMissing | None = None
    kind: FormatKind = FormatKind.NUMBER
    told: tuple[Told, ...] = ()
    problem: str = ""
    record: int | None = None
    words: frozenset[str] = frozenset()


def read_csv(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a delimited file (comma, semicolon, tab or bar; plain or gzip) as one dataset.

    Parameters
    ----------
    path : Path
        Its name without suffix, in capitals, is the dataset's name, unless `_datasets.csv` beside it
        says another.
    options : ReadOptions
        `missing`, `date_order` and `decimal` settle what the file leaves open.

    Raises
    ------
    UnreadableInput
        When the file is empty or no text, a name is empty or there twice, a record has more or fewer
        values than there are names, a quotation mark stands where none may, or a table beside it
        is broken.
    """
    name = dataset_in(path, options.encoding, options.tables)
    table = variables_beside(path, name, options.encoding, options.tables)
    definition = options.definition_of(path.parent)
    known = together(table, defined_variables(definition, name))
    described = dict(known.entries) if known else {}
    undelivered = {} if table is None else dict(table.entries)
    gathering = options.memory.gathering(size_of_text(path))
    content = read_delimited(path, name, options, gathering, tuple(undelivered))
    notes = [*content.notes, *([ReadingNote(name, table.undecoded)] if table and table.undecoded else [])]
    texts, records = _without_empty_end(content, table, name, gathering, notes)
    labels = content.labels or [""] * len(content.header)
    declared = MissingWords.declared(content, options)
    commas = options.decimal is None and any(
        _has_decimal_commas(variable, column, described.get(variable.upper(), _UNDESCRIBED))
        for variable, column in zip(content.header, texts, strict=True)
    )
    columns: dict[str, _Column] = {}
    variables: list[Variable] = []
    for variable, label, column in zip(content.header, labels, texts, strict=True):
        entry = described.get(variable.upper(), _UNDESCRIBED)
        undelivered.pop(variable.upper(), None)
        decimal = "," if commas and may_be_thousands(column.values.fill_null("")) else options.decimal
        read = _column(variable, column, entry, replace(options, decimal=decimal), declared)
        variables.append(_variable(variable, label, entry, read))
        gathering.add(variable, read.values, read.special_missing)
        columns[variable] = replace(read, values=None, special_missing=None)
    notes += _notes_on_columns(name, columns)
    notes += declared.notes(name)
    notes += words_for_missing(
        name, content, texts, {each: column.words for each, column in columns.items()}, options.missing
    )
    if table is None:
        notes += _repeated_names(name, content.header, texts)
    notes += [
        ReadingNote(name, f"in {VARIABLES_FILE}, but not present in the file", entry.name)
        for entry in undelivered.values()
    ]
    description = DatasetDescription(
        name=name,
        variables=tuple(variables),
        carries=known.carries if known else frozenset({"label"} if content.labels else ()),
        source=Source(path, "CSV", encoding=content.encoding),
    )
    return [
        Dataset.of(
            description,
            gathering.columns(records),
            notes=tuple(notes),
            read_as_missing=declared.read_as_missing,
        )
    ]


def _notes_on_columns(dataset: str, columns: Mapping[str, _Column]) -> Iterator[ReadingNote]:
    """What each column has alone, then how values are written, once for all columns."""
    for variable, column in columns.items():
        if column.problem:
            yield ReadingNote(dataset, column.problem, variable, column.record)
    yield from notes_on(dataset, {variable: column.told for variable, column in columns.items()})


def _without_empty_end(
    content: Delimited,
    table: VariablesTable | None,
    dataset: str,
    gathering: Gathering,
    notes: list[ReadingNote],
) -> tuple[Sequence[TextColumn], int]:
    """The columns without records at the end that hold nothing, as spreadsheets leave them.

    A file that is described beside itself was written with care, and one without subjects may mean them.
    """
    about_subjects = any(name.upper() in SUBJECT for name in content.header)
    if table is not None or not about_subjects or len(content.header) == 1 or not content.records:
        return content.columns, content.records
    columns, records = without_empty_end(content.columns, content.records, gathering)
    if records < content.records:
        notes.append(empty_end(dataset, content.records - records))
    return columns, records


# One column


def _column(
    name: str, texts: TextColumn, entry: VariableEntry, options: ReadOptions, missing: MissingWords
) -> _Column:
    declared = entry.type or variable_type(name)
    if declared == "Num":
        if _identifies(name) and (zero := _with_leading_zero(texts)) is not None:
            numeric = "declared Num" if entry.type else "numeric by its ADaM name"
            problem = f"is {numeric}, but is an identifier with leading zeros; kept as character"
            return _Column(missing.settled(name, texts).to_pandas(), problem=problem, record=zero)
        return _number(
            missing.out_of_numbers(name, texts),
            _kind(name, entry),
            options,
            entry.kind is not FormatKind.NUMBER,
            "declared numeric" if entry.type else "numeric by its ADaM name",
        )
    kept = missing.out_of_text(name, texts)
    if declared is None and not _IDENTIFIER.search(name):
        bare = missing.out_of_numbers(name, kept)
        numbers = bare if options.decimal != "," else _with_points(bare)
        if plainly_numbers(numbers.values):
            read = _number(bare, FormatKind.NUMBER, options, stated=False)
            if read.is_number:
                return read
        missing.settled(name, kept)
    return _Column(kept.to_pandas(), told=tuple(_text_told(name, kept)))


def _has_decimal_commas(name: str, texts: TextColumn, entry: VariableEntry) -> bool:
    """Whether a column shows that this file has decimal commas."""
    match entry.type or variable_type(name):
        case "Num":
            return has_decimal_comma(texts.values.fill_null(""))
        case None:
            return are_numbers_with_decimal_comma(texts.values.fill_null(""))
        case _:
            return False


def _with_points(texts: TextColumn) -> TextColumn:
    return TextColumn(pc.replace_substring(texts.values, ",", "."), texts.codes)


def _identifies(name: str) -> bool:
    """Whether ADaM calls the variable a text, or its name is that of an identifier."""
    return variable_type(name) == "Char" or bool(_IDENTIFIER.search(name))


def _with_leading_zero(texts: TextColumn) -> int | None:
    """The first record whose digits a number would not keep."""
    return texts.first_record(matching(texts.values, r"^0[0-9]"))


def _text_told(name: str, texts: TextColumn) -> Iterator[Told]:
    """Traces of a spreadsheet in text: identifiers whose digits it dropped, blanks that nobody sees."""
    values = texts.values
    if _identifies(name) and (lost := matching(values, _LOST_DIGITS)).any():
        yield Told.of(
            "in the form 9.9E+99; a spreadsheet has dropped digits of long numbers (export again as text)",
            lost,
            texts,
        )
    around = matching(values, "^[\u00a0\u202f]|[\u00a0\u202f]$")
    if variable_type(name) == "Char" and around.any():
        yield Told.of("with leading or trailing no-break spaces, kept", around, texts)


def _kind(name: str, entry: VariableEntry) -> FormatKind:
    """What the numbers of a variable stand for: by its description, else by its name."""
    if entry.kind is not FormatKind.NUMBER or entry.format:
        return entry.kind
    return kind_by_name(name)


def _number(
    texts: TextColumn, kind: FormatKind, options: ReadOptions, stated: bool, because: str = ""
) -> _Column:
    """A column that is numeric by its description; text again, with a note, where that is not true.

    Parameters
    ----------
    kind : FormatKind
        What it is written as: numbers, dates, datetimes or times.
    stated : bool
        Whether a format or type says so; then SAS's numbers for dates are turned into them.
    because : str
        Why it is numeric, for notes: "declared numeric".
    """
    meant = typed(texts.values, kind, date_order=options.date_order, decimal=options.decimal)
    plain = (
        typed(texts.values, FormatKind.NUMBER)
        if meant.wrong.any() and kind is not FormatKind.NUMBER
        else None
    )
    if plain is None or plain.wrong.any() or (stated and matching(texts.values, _ZERO_AHEAD).any()):
        return _as_written(texts, meant, kind, because)
    stamps = _stamps(plain.values, kind) if stated else None
    special = plain.special_missing(texts)
    if stamps is not None:
        counted = (Told.of(_COUNTS[kind], meant.wrong, texts),) if kind in _COUNTS else ()
        return _Column(texts.spread(stamps), True, special, kind, counted)
    problem = f"contains numbers instead of {kind}s, read as plain numbers"
    record = texts.first_record(meant.wrong)
    return _Column(texts.spread(plain.values), True, special, problem=problem, record=record)


def _stamps(numbers: NDArray[np.float64], kind: FormatKind) -> NDArray[Any] | None:
    return numbers if kind is FormatKind.TIME else STAMPS_OF[kind](numbers)


def _as_written(texts: TextColumn, meant: Typed, kind: FormatKind, because: str) -> _Column:
    if texts.first_record(meant.wrong) is not None:
        if words := missing_words(texts, meant):
            return _Column(texts.to_pandas(), words=words)
        told = tuple(replace(each, lead=f"{because}, {_STAYS}") for each in faults_told(meant, kind, texts))
        return _Column(texts.to_pandas(), told=told)
    values, special = texts.spread(meant.values), meant.special_missing(texts)
    rounded = texts.first_record(beyond_double(texts.values)) if kind is FormatKind.NUMBER else None
    problem = "" if rounded is None else ROUNDED
    return _Column(values, True, special, meant.kind, tuple(forms_told(meant, texts)), problem, rounded)


def _repeated_names(dataset: str, names: Sequence[str], texts: Sequence[TextColumn]) -> Iterator[ReadingNote]:
    """A record that repeats the line of names, as files that were put together have it."""
    repeats = None
    for column, name in zip(texts, names, strict=True):
        if pc.index(column.values, name).as_py() < 0:
            return
        here = column.spread(mask_of(pc.equal(column.values, name).fill_null(False)))
        repeats = here if repeats is None else repeats & here
    if repeats is not None and repeats.any():
        yield ReadingNote(
            dataset, "repeats the variable names, kept as a record", record=int(repeats.argmax()) + 1
        )


def _variable(name: str, label: str, entry: VariableEntry, column: _Column) -> Variable:
    """The description of a column; its length and format are dropped where the type proved wrong."""
    label = entry.label or label
    if entry.type == "Num" and not column.is_number:
        return Variable(name, label, "Char")
    sas_format = entry.format
    if column.is_number and column.kind is FormatKind.TIME:
        sas_format = sas_format or TIME_FORMAT
    if column.kind is FormatKind.DATETIME and kind_of(sas_format) is FormatKind.DATE:
        sas_format = ""  # dates with a time of day
    return Variable(
        name, label, "Num" if column.is_number else "Char", entry.length, sas_format, entry.informat
    )
