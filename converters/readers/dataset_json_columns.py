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

from ...schemas.dataset import Variable
from ..sas_formats import Kind, kind_of
from .dataset_json_metadata import STAMP_TYPES, TEXT_TYPES
from .text import Undecoded, decode_values
from .text_column import TextBlocks, TextColumn
from .typed_text import ROUNDED, STAMPS_OF, TIME_FORMAT, beyond_double, typed

_ALLOWED: dict[str, frozenset[type]] = {
    "integer": frozenset({int, float}),
    "float": frozenset({int, float}),
    "double": frozenset({int, float}),
    "decimal": frozenset({str, int, float}),
    "boolean": frozenset({bool}),
} | dict.fromkeys(TEXT_TYPES | STAMP_TYPES, frozenset({str}))
_NULL = type(None)
_IN_JSON = {
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
_EXACT = 2.0**53
_GROUPED = r"^\s*[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?\s*$"
_SEPARATED = "holds decimals with commas, read as thousands separators: 1,234.5 is 1234.5"


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
    """

    values: Any
    is_number: bool
    format: str = ""
    problems: tuple[tuple[str, int | None], ...] = ()
    undecoded: Undecoded | None = None


class ColumnBuilder:
    """Takes a column block by block."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self._allowed = _ALLOWED[variable.data_type]
        self._texts = TextBlocks()
        self._numbers: list[NDArray[np.float64]] = []
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
            return _of_numbers(self._all_numbers(), self.variable, self._inexact)
        texts = self._texts.column()
        if self.variable.data_type == "decimal":
            return _of_decimals(texts)
        if self.variable.type == "Num":
            return replace(_of_stamps(texts, Kind(self.variable.data_type)), undecoded=self._undecoded)
        return Column(texts.to_pandas(), is_number=False, undecoded=self._undecoded)

    def _refuse(self, values: Sequence[Any]) -> None:
        place, value = next(
            (i, value)
            for i, value in enumerate(values)
            if value is not None and type(value) not in self._allowed
        )
        raise WrongValue(
            f"a variable of dataType {self.variable.data_type} holds {_IN_JSON[type(value)]}",
            self._records + place + 1,
        )

    def _add_numbers(self, values: Sequence[Any]) -> None:
        numbers = np.array(values, dtype=np.float64)
        if self._inexact is None:
            large = np.flatnonzero(np.abs(numbers) >= _EXACT).tolist()
            inexact = (at for at in large if type(values[at]) is int and int(numbers[at]) != values[at])
            place = next(inexact, None)
            self._inexact = None if place is None else self._records + place + 1
        self._numbers.append(numbers)

    def _all_numbers(self) -> NDArray[np.float64]:
        return np.concatenate([*self._numbers, np.empty(0)])

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
                "a text is no Unicode: half a surrogate pair", self._records + record + 1
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
        problem = f"has a {kind} format and holds what SAS does not count as one"
        return Column(numbers, True, problems=((problem, None),))
    if inexact is not None:
        return Column(numbers, True, problems=((ROUNDED, inexact),))
    fraction = np.isfinite(numbers) & (numbers != np.trunc(numbers))
    if variable.data_type == "integer" and fraction.any():
        problem = "is declared integer and holds fractions; kept"
        return Column(numbers, True, problems=((problem, int(fraction.argmax()) + 1),))
    return Column(numbers, True)


def _of_decimals(texts: TextColumn) -> Column:
    values, grouped = _without_separators(texts.values)
    meant = typed(values, Kind.NUMBER)
    wrong = texts.first_record(meant.wrong | (meant.tags != ""))
    if wrong is not None:
        raise WrongValue("a variable of dataType decimal holds a text that is not a number", wrong)
    rounded, separated = texts.first_record(beyond_double(values)), texts.first_record(grouped)
    told = [(ROUNDED, rounded), (_SEPARATED, separated)]
    problems = tuple((problem, record) for problem, record in told if record is not None)
    return Column(texts.spread(meant.values), True, problems=problems)


def _without_separators(values: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Decimals without their thousands separators, and where there were some; others as they are."""
    grouped = pc.match_substring_regex(values, _GROUPED).fill_null(False)
    plain = pc.if_else(grouped, pc.replace_substring(values, ",", ""), values)
    return plain, grouped.to_numpy(zero_copy_only=False)


def _of_stamps(texts: TextColumn, kind: Kind) -> Column:
    meant = typed(texts.values, kind)
    wrong = texts.first_record(meant.wrong | (meant.tags != ""))
    if wrong is not None:
        problem = f"is meant to be a numeric {kind} and holds what is no whole {kind}; all of it stays text"
        return Column(texts.to_pandas(), False, problems=((problem, wrong),))
    return Column(texts.spread(meant.values), True, format=TIME_FORMAT if kind is Kind.TIME else "")
