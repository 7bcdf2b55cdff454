"""A .sav or .zsav file as pyreadstat reads it: what `reader` has done in another process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...values.readstat import damage_as_value_error
from ...values.text_column import FIRST_BLOCK, TextBlocks, TextColumn
from .record_counts import stated_records

BYTES = "iso-8859-1"
"""The encoding in which every byte is a character."""

_VALUES = 5_000_000
"""Read at once: Python's own values, of some 50 bytes each."""


@dataclass(frozen=True, slots=True)
class SavVariable:
    """A variable and its values.

    Attributes
    ----------
    format : str
        As SPSS has it, "F8.2".
    value_labels : mapping
        By number or text.
    user_missing : tuple of (value, value)
        Ranges of values that the file declares to be missing, both ends included.
    values : ndarray of float64, or TextColumn
        Those that are declared to be missing, too.
    """

    name: str
    label: str
    format: str
    value_labels: Mapping[Any, str]
    user_missing: tuple[tuple[Any, Any], ...]
    values: NDArray[np.float64] | TextColumn


@dataclass(frozen=True, slots=True)
class SavContents:
    """All that is read of a file."""

    label: str
    records: int
    variables: tuple[SavVariable, ...]


@dataclass(frozen=True, slots=True)
class SavHead:
    """What stands before the data; -1 records where it does not say how many."""

    variables: int
    encoding: str
    records: int


def head_of(path: Path, encoding: str | None) -> SavHead:
    """What the head of a file says; `encoding` overrides what it declares.

    Raises
    ------
    ValueError
        When it is damaged, its words are not in the encoding, or it has more records than it states.
    """
    import pyreadstat

    with damage_as_value_error():
        _, told = pyreadstat.read_sav(str(path), metadataonly=True, encoding=encoding)
    return SavHead(int(told.number_columns), told.file_encoding or "", stated_records(path))


def contents_of(path: Path) -> SavContents:
    """Read a file; in all text every byte is a character.

    Raises
    ------
    ValueError
        When it is damaged.
    """
    blocks = _blocks(path)
    columns, told = next(blocks)
    names = told.column_names
    if len(names) != len(set(names)):
        raise ValueError("two variables have the same name")
    gathered = [_Texts() if told.readstat_variable_types[name] == "string" else _Numbers() for name in names]
    for block in chain([columns], (each for each, _ in blocks)):
        for name, values in zip(names, gathered, strict=True):
            values.add(block.pop(name))
    variables = [
        SavVariable(
            name,
            told.column_names_to_labels[name] or "",
            told.original_variable_types[name] or "",
            told.variable_value_labels.get(name, {}),
            tuple((each["lo"], each["hi"]) for each in told.missing_ranges.get(name, ())),
            values.whole(),
        )
        for name, values in zip(names, gathered, strict=True)
    ]
    records = len(variables[0].values) if variables else 0
    return SavContents(told.file_label or "", records, tuple(variables))


def _blocks(path: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Columns of some records at a time, since all as Python's own values need much memory, and the head."""
    import pyreadstat

    first, height = 0, FIRST_BLOCK
    while True:
        with damage_as_value_error():
            columns, told = pyreadstat.read_sav(
                str(path),
                encoding=BYTES,
                user_missing=True,
                disable_datetime_conversion=True,  # it makes 1970 of dates that nanoseconds do not hold
                output_format="dict",
                row_offset=first,
                row_limit=height,
            )
        read = max(map(len, columns.values()), default=0)
        yield columns, told
        if read < height:
            return
        first, height = first + read, max(FIRST_BLOCK, _VALUES // len(told.column_names))


class _Texts:
    def __init__(self) -> None:
        self._blocks = TextBlocks()

    def add(self, values: list[str | None]) -> None:
        self._blocks.add(pa.array(values, pa.large_string()))

    def whole(self) -> TextColumn:
        return self._blocks.column()


class _Numbers:
    def __init__(self) -> None:
        self._blocks: list[NDArray[np.float64]] = []

    def add(self, values: list[float | None]) -> None:
        self._blocks.append(np.array(values, np.float64))

    def whole(self) -> NDArray[np.float64]:
        return np.concatenate(self._blocks)
