"""A .sav or .zsav file as pyreadstat reads it: what `reader` has done in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

BYTES = "iso-8859-1"
"""The encoding in which every byte is a character."""


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
    values : ndarray of float64, or pyarrow array of large_string
        Without user-missing values being set to missing.
    """

    name: str
    label: str
    format: str
    value_labels: Mapping[Any, str]
    user_missing: tuple[tuple[Any, Any], ...]
    values: NDArray[np.float64] | pa.Array


@dataclass(frozen=True, slots=True)
class SavContents:
    """All that is read of a file."""

    label: str
    records: int
    variables: tuple[SavVariable, ...]


@dataclass(frozen=True, slots=True)
class SavHead:
    """What stands before the data."""

    variables: int
    encoding: str


def head_of(path: Path, encoding: str | None) -> SavHead:
    """What the head of a file says; `encoding` overrides what it declares.

    Raises
    ------
    ValueError
        When it is damaged, or its names and labels are not in the encoding.
    """
    import pyreadstat

    try:
        _, told = pyreadstat.read_sav(str(path), metadataonly=True, encoding=encoding)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OverflowError, TypeError) as error:
        raise ValueError(str(error)) from None
    return SavHead(int(told.number_columns), told.file_encoding or "")


def contents_of(path: Path) -> SavContents:
    """Read a file; in all text every byte is a character.

    Raises
    ------
    ValueError
        When it is damaged.
    """
    import pyreadstat

    try:
        columns, told = pyreadstat.read_sav(
            str(path),
            encoding=BYTES,
            user_missing=True,
            disable_datetime_conversion=True,  # it makes 1970 of dates that nanoseconds do not hold
            output_format="dict",
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OverflowError, TypeError) as error:
        raise ValueError(str(error)) from None
    if len(told.column_names) != len(set(told.column_names)):
        raise ValueError("two variables have the same name")
    variables = []
    records = told.number_rows
    for name in told.column_names:
        values = columns.pop(name)
        records = len(values)
        is_text = told.readstat_variable_types[name] == "string"
        variables.append(
            SavVariable(
                name,
                told.column_names_to_labels[name] or "",
                told.original_variable_types[name] or "",
                told.variable_value_labels.get(name, {}),
                tuple((each["lo"], each["hi"]) for each in told.missing_ranges.get(name, ())),
                pa.array(values, pa.large_string()) if is_text else np.array(values, np.float64),
            )
        )
    if told.number_rows not in (None, -1, records):
        raise ValueError(f"it states {told.number_rows:,} records, and has {records:,}")
    return SavContents(told.file_label or "", records, tuple(variables))
