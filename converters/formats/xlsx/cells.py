"""Cells of one column as a dataset holds them: text, numbers, dates or datetimes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ....schemas.standards.known_variables import variable_type
from ....schemas.standards.requirement import VariableType
from ....schemas.wording import counted
from ...values.sas_formats import FormatKind
from ...values.text_column import TextBlocks
from ...values.typed_text import TIME_FORMAT, kind_by_name
from ...values.written_stamps import as_meant
from .cell_text import DIGITS, texts_of

_NUMBERS, _STAMPS, _TIMES = frozenset({int, float}), frozenset({date, datetime}), frozenset({time, timedelta})
_TEXTS, _TRUTHS = frozenset({str}), frozenset({bool})
_OF_ONE_KIND = (_NUMBERS, _STAMPS, _TIMES, _TEXTS, _TRUTHS)
_MICRO = timedelta(microseconds=1)
_PER_SECOND = 1_000_000

MIXED = "contains cells of several kinds (text, numbers, dates); read as character"
IDENTIFIER = "contains numbers, but is character by its ADaM name; read as character, without leading zeros"
_CERTAIN = np.datetime64("1900-03-01", "us")
"""Spreadsheets count a day before it that never was."""


@dataclass(slots=True)
class CellColumn:
    """The cells of a column, block by block; "" is an empty one."""

    _blocks: list[Sequence[Any]] = field(default_factory=list)
    _kinds: set[type] = field(default_factory=set)

    def add(self, values: Sequence[Any]) -> None:
        kinds = set(map(type, values))
        if str in kinds and not any(map(_is_filled_text, values)):
            kinds.discard(str)
        self._blocks.append(values)
        self._kinds |= kinds

    @property
    def is_empty(self) -> bool:
        return not self._kinds

    @property
    def kind(self) -> frozenset[type] | None:
        """The types of all cells that are not empty, where they are of one kind."""
        return next((each for each in _OF_ONE_KIND if self._kinds <= each), None) if self._kinds else _TEXTS

    def texts(self) -> Any:
        """All cells as text."""
        texts = TextBlocks()
        for block in self._blocks:
            texts.add(pa.array(texts_of(block)[0], pa.large_string()))
        return texts.column().to_pandas()

    def numbers(self) -> NDArray[np.float64]:
        return self._converted(float, np.nan, np.float64)

    def seconds(self) -> NDArray[np.float64]:
        return self._converted(_seconds, np.nan, np.float64)

    def stamps(self) -> NDArray[np.datetime64]:
        return self._converted(lambda value: value, None, "datetime64[us]")

    def _converted(self, convert: Callable[[Any], Any], nothing: Any, dtype: Any) -> NDArray[Any]:
        parts = [
            np.array([nothing if value == "" else convert(value) for value in block], dtype)
            for block in self._blocks
        ]
        return np.concatenate([*parts, np.empty(0, dtype)])


def _is_filled_text(value: Any) -> bool:
    return type(value) is str and value != ""


def _seconds(value: Any) -> float:
    if isinstance(value, timedelta):
        return float(value / _MICRO) / _PER_SECOND
    whole = value.hour * 3_600 + value.minute * 60 + value.second
    return float(whole + value.microsecond / _PER_SECOND)


@dataclass(frozen=True, slots=True)
class ReadCells:
    """A column as the dataset holds it."""

    values: Any
    type: VariableType
    format: str = ""
    notes: tuple[str, ...] = ()


def read_cells(name: str, cells: CellColumn) -> ReadCells:
    """A column of which nothing but its name is known."""
    known, kind = variable_type(name), cells.kind
    if cells.is_empty and known == "Num":
        return ReadCells(cells.numbers(), "Num")
    if kind is None:
        return ReadCells(cells.texts(), "Char", notes=(MIXED,))
    if known == "Char" and kind is _NUMBERS:
        return ReadCells(cells.texts(), "Char", notes=(IDENTIFIER, *_lost_digits(cells)))
    return _OF_KIND[kind](name, cells)


def _lost_digits(cells: CellColumn) -> Iterator[str]:
    """What is to be said of numbers that may have been typed with more digits."""
    if long := int((np.abs(cells.numbers()) >= DIGITS).sum()):
        yield f"{counted(long, 'number')} of more than 15 digits, of which a spreadsheet keeps 15"


def _uncertain(stamps: NDArray[np.datetime64]) -> Iterator[str]:
    if early := int((stamps < _CERTAIN).sum()):
        yield f"{counted(early, 'date')} before March 1900, which spreadsheets count with one day too many"


def _stamps(name: str, cells: CellColumn) -> ReadCells:
    stamps = cells.stamps()
    kind = kind_by_name(name)
    has_time = np.zeros(len(stamps), np.bool_)
    in_day = stamps.astype("datetime64[D]") != stamps
    has_time |= in_day & ~np.isnat(stamps)
    wanted = FormatKind.DATETIME if kind is FormatKind.DATETIME or has_time.any() else FormatKind.DATE
    values, _, remarks = as_meant(stamps, has_time | (wanted is FormatKind.DATETIME), wanted)
    return ReadCells(values, "Num", notes=(*_uncertain(stamps), *(each.message for each in remarks)))


_OF_KIND: Mapping[frozenset[type], Callable[[str, CellColumn], ReadCells]] = MappingProxyType(
    {
        _NUMBERS: lambda _, cells: ReadCells(cells.numbers(), "Num"),
        _TRUTHS: lambda _, cells: ReadCells(cells.numbers(), "Num"),
        _TIMES: lambda _, cells: ReadCells(cells.seconds(), "Num", TIME_FORMAT),
        _STAMPS: _stamps,
        _TEXTS: lambda _, cells: ReadCells(cells.texts(), "Char"),
    }
)


def described_cells(declared: str, cells: CellColumn) -> ReadCells:
    """A column whose cells are described: Char, Num, date or datetime."""
    fits, convert = _DESCRIBED[declared]
    if cells.is_empty or cells.kind in fits:
        return convert(cells)
    note = f"is described as {declared}, but contains cells of another kind; read as character"
    return ReadCells(cells.texts(), "Char", notes=(note,))


def _dates(cells: CellColumn) -> ReadCells:
    stamps = cells.stamps()
    days = stamps.astype("datetime64[s]")
    present = ~np.isnat(stamps)
    is_whole = bool((stamps.astype("datetime64[D]")[present] == stamps[present]).all())
    return ReadCells(days if is_whole else stamps, "Num")


_DESCRIBED: Mapping[str, tuple[frozenset[frozenset[type] | None], Callable[[CellColumn], ReadCells]]] = (
    MappingProxyType(
        {
            "Char": (frozenset({_TEXTS}), lambda cells: ReadCells(cells.texts(), "Char")),
            "Num": (frozenset({_NUMBERS, _TRUTHS}), lambda cells: ReadCells(cells.numbers(), "Num")),
            "date": (frozenset({_STAMPS}), _dates),
            "datetime": (frozenset({_STAMPS}), lambda cells: ReadCells(cells.stamps(), "Num")),
        }
    )
)
"""The kinds of cells that fit, and what they become."""
