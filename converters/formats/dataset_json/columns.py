"""Values of one Dataset-JSON column into a column of the dataset, by its declared types.

===============================  ==============================================================
Declared                         Becomes
===============================  ==============================================================
string, URI                      text
date, datetime, time             text; with target integer dates, datetimes, seconds (Num)
integer, float, double           numbers; with a date format SAS's numbers become dates
decimal                          numbers, from their text
boolean                          numbers, 1 for true
===============================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.study.variable import Variable
from ...values.encodings import Undecoded, decode_values
from ...values.gathering import Gathering
from ...values.reading_notes import Told
from ...values.sas_formats import FormatKind, kind_of
from ...values.text_column import TextBlocks, TextColumn
from ...values.typed_text import (
    ROUNDED,
    STAMPS_OF,
    TIME_FORMAT,
    beyond_double,
    faults_told,
    forms_told,
    typed,
)
from .metadata import STAMP_TYPES, TEXT_TYPES

_ALLOWED: dict[str, frozenset[type]] = {
    "integer": frozenset({int, float}),
    "float": frozenset({int, float}),
    "double": frozenset({int, float}),
    "decimal": frozenset({str, int, float}),
    "boolean": frozenset({bool}),
} | dict.fromkeys(TEXT_TYPES | STAMP_TYPES, frozenset({str}))
_NULL = type(None)
_IN_JSON = {
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
_EXACT = 2.0**53
_STAYS = "declared a numeric {kind}, kept as character: "


class WrongValue(ValueError):
    """A value that contradicts its column's declared type, and its record's number from 1."""

    def __init__(self, message: str, record: int) -> None:
        super().__init__(message)
        self.record = record


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the dataset holds it.

    Attributes
    ----------
    format : str
        Where the source has none and the values need one to be understood: times.
    problems : tuple of (str, int or None)
        What a user must know about it, and the first record concerned.
    undecoded : Undecoded or None
        Text that was not UTF-8; its position is that of the first record concerned.
    told : tuple of Told
        What is to be said about how values are written; said once for all columns of a file.
    kind : FormatKind
        What numbers stand for: datetimes where dates have a time of day.
    """

    values: Any
    is_number: bool
    format: str = ""
    problems: tuple[tuple[str, int | None], ...] = ()
    undecoded: Undecoded | None = None
    told: tuple[Told, ...] = ()
    kind: FormatKind = FormatKind.NUMBER


class ColumnBuilder:
    """Takes a column block by block and has it gathered; `date_order` as in `ReadOptions`."""

    def __init__(self, variable: Variable, gathering: Gathering, date_order: str | None = None) -> None:
        self.variable = variable
        self._date_order = date_order
        self._allowed = _ALLOWED[variable.data_type]
        self._texts = TextBlocks(gathering.blocks())
        self._numbers = gathering.numbers()
        self._records = 0
        self._undecoded: Undecoded | None = None
        self._inexact: int | None = None

    def add(self, values: Sequence[Any]) -> None:
        """Take the next records' values.

        Raises
        ------
        WrongValue
            When one is not of the declared type, and not null.
        """
        if not set(map(type, values)) <= self._allowed | {_NULL}:
            self._refuse(values)
        if str in self._allowed:
            texts = values
            if self.variable.data_type == "decimal":
                texts = [value if isinstance(value, str | None) else repr(value) for value in values]
            self._texts.add(self._text_array(texts))
        else:
            self._add_numbers(values)
        self._records += len(values)

    def column(self) -> Column:
        """All that was added.

        Raises
        ------
        WrongValue
            When a decimal is no number.
        """
        if str not in self._allowed:
            return _of_numbers(self._numbers.whole(), self.variable, self._inexact)
        texts = self._texts.column()
        if self.variable.data_type == "decimal":
            return _of_decimals(texts)
        if self.variable.type == "Num":
            column = _of_stamps(texts, FormatKind(self.variable.data_type), self._date_order)
            return replace(column, undecoded=self._undecoded)
        return Column(texts.to_pandas(), is_number=False, undecoded=self._undecoded)

    def _refuse(self, values: Sequence[Any]) -> None:
        place, value = next(
            (i, value)
            for i, value in enumerate(values)
            if value is not None and type(value) not in self._allowed
        )
        raise WrongValue(
            f"a variable of dataType {self.variable.data_type} contains {_IN_JSON[type(value)]}",
            self._records + place + 1,
        )

    def _add_numbers(self, values: Sequence[Any]) -> None:
        numbers = np.array(values, dtype=np.float64)
        if self._inexact is None:
            large = np.flatnonzero(np.abs(numbers) >= _EXACT).tolist()
            inexact = (at for at in large if type(values[at]) is int and int(numbers[at]) != values[at])
            place = next(inexact, None)
            self._inexact = None if place is None else self._records + place + 1
        self._numbers.add(numbers)

    def _text_array(self, texts: Sequence[str | None]) -> pa.Array:
        try:
            return pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            return pa.array(self._decoded(texts), pa.large_string())

    def _decoded(self, texts: Sequence[str | None]) -> list[str | None]:
        """Texts whose stray bytes, kept as lone surrogates, are read as cp1252."""
        try:
            raw = [(text or "").encode("utf-8", "surrogateescape") for text in texts]
        except UnicodeEncodeError:
            record = next(i for i, text in enumerate(texts) if text and not _escapes(text))
            raise WrongValue(
                "a string is not valid Unicode (half a surrogate pair)", self._records + record + 1
            ) from None
        decoded, undecoded = decode_values(raw)
        if undecoded is not None and self._undecoded is None:
            self._undecoded = replace(undecoded, position=self._records + undecoded.position)
        return [None if text is None else new for text, new in zip(texts, decoded, strict=True)]


def _escapes(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _of_numbers(numbers: NDArray[np.float64], variable: Variable, inexact: int | None) -> Column:
    """Numbers, or the dates they count by their format; `inexact` is the first record that was rounded."""
    kind = kind_of(variable.format)
    if kind in STAMPS_OF:
        stamps = STAMPS_OF[kind](numbers)
        if stamps is not None:
            return Column(stamps, is_number=True)
        problem = f"has a {kind} format, but contains values outside the SAS range"
        return Column(numbers, True, problems=((problem, None),))
    if inexact is not None:
        return Column(numbers, True, problems=((ROUNDED, inexact),))
    fraction = np.isfinite(numbers) & (numbers != np.trunc(numbers))
    if variable.data_type == "integer" and fraction.any():
        problem = "is declared integer but contains fractions; kept"
        return Column(numbers, True, problems=((problem, int(fraction.argmax()) + 1),))
    return Column(numbers, True)


def _of_decimals(texts: TextColumn) -> Column:
    """Numbers from their text; a comma parts thousands, as the standard allows."""
    meant = typed(texts.values, FormatKind.NUMBER, decimal=".")
    wrong = texts.first_record(meant.wrong | (meant.tags != ""))
    if wrong is not None:
        raise WrongValue("a variable of dataType decimal contains a string that is not a number", wrong)
    rounded = texts.first_record(beyond_double(pc.replace_substring(texts.values, ",", "")))
    problems = () if rounded is None else ((ROUNDED, rounded),)
    return Column(texts.spread(meant.values), True, problems=problems, told=tuple(forms_told(meant, texts)))


def _of_stamps(texts: TextColumn, kind: FormatKind, date_order: str | None) -> Column:
    meant = typed(texts.values, kind, date_order=date_order)
    if texts.first_record(meant.wrong) is not None:
        told = (replace(each, lead=_STAYS.format(kind=kind)) for each in faults_told(meant, kind, texts))
        return Column(texts.to_pandas(), False, told=tuple(told))
    tagged = texts.first_record(meant.tags != "")
    if tagged is not None:
        problem = (
            f"is declared a numeric {kind}, but contains a special missing value as text; kept as character"
        )
        return Column(texts.to_pandas(), False, problems=((problem, tagged),))
    sas_format = TIME_FORMAT if kind is FormatKind.TIME else ""
    return Column(
        texts.spread(meant.values),
        True,
        format=sas_format,
        told=tuple(forms_told(meant, texts)),
        kind=meant.kind,
    )
