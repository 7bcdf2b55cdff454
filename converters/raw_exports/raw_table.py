"""A table of a raw export, as it is in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.dataset import Dataset

LineNumbers = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table of a raw export.

    Attributes
    ----------
    name : str
        For messages: "site1_ae.csv", "export.xlsx#AE".
    dataset : Dataset
        Columns in the order of the file, with the names of the file. All are text as in the file, except of
        SAS, Parquet and Dataset-JSON files, which say what is a number.
    line : ndarray of int, shape (n_records,)
        The line of the file, or the row of the sheet, that each record begins in, from 1; of formats that
        do not have lines the number of the record.
    labels, units : mapping of column to text
        From the header lines, or the file's metadata; only columns that have one.
    """

    name: str
    dataset: Dataset
    line: LineNumbers
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.dataset)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, exactly as in the file."""
        return tuple(each.name for each in self.dataset.variables)
