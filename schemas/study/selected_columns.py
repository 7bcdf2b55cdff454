"""Some records and variables of a dataset, under the same or other names: a view that copies nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .answers import AnswersInMemory
from .columns import Columns
from .variable import SpecialMissing

_SPAN = 65_536
"""Records of the source that are fetched at a time, however few are selected; as text lies on disk."""


@dataclass(frozen=True, eq=False)
class SelectedColumns:
    """Selected records and variables of other columns, fetched from these when somebody asks.

    A part needs as much memory as its records, and those of one span of the source.

    Attributes
    ----------
    source : Columns
    names : mapping of str to str
        Each variable by its name here, in order, and its name in the source.
    records : ndarray of int, shape (n_selected,), or None
        Positions in the source, ascending; None for all.
    """

    source: Columns = field(repr=False)
    names: Mapping[str, str]
    records: NDArray[np.intp] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.source) if self.records is None else len(self.records)

    def column(self, name: str) -> pd.Series:
        if self.records is None:
            return _called(self.source.column(self.names[name]), name)
        return self.part(name, 0, len(self))

    def part(self, name: str, first: int, count: int) -> pd.Series:
        own = self.names[name]
        if self.records is None:
            return _called(self.source.part(own, first, count), name)
        wanted = self.records[first : first + count]
        if len(wanted) and wanted[-1] - wanted[0] == len(wanted) - 1:
            return _called(self.source.part(own, int(wanted[0]), len(wanted)), name)
        spans = np.split(wanted, np.flatnonzero(np.diff(wanted // _SPAN)) + 1)
        return _called(_joined([self._within(own, each) for each in spans]), name)

    def _within(self, own: str, wanted: NDArray[np.intp]) -> pd.Series:
        """Records of one span of the source."""
        if not len(wanted):
            return self.source.part(own, 0, 0)
        start, count = int(wanted[0]), int(wanted[-1] - wanted[0]) + 1
        some = self.source.part(own, start, count)
        return some if count == len(wanted) else some.take(wanted - start)

    def special_missing(self, name: str) -> SpecialMissing | None:
        special = self.source.special_missing(self.names[name])
        if special is None or self.records is None:
            return special
        is_selected = np.isin(special.records, self.records)
        if not is_selected.any():
            return None
        place = np.searchsorted(self.records, special.records[is_selected])
        return SpecialMissing(place.astype(np.int64), special.tags[is_selected])

    def frame(self) -> pd.DataFrame:
        columns = {name: self.column(name) for name in self.names}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self)), columns=list(columns), copy=False)

    @property
    def answers(self) -> AnswersInMemory | None:
        return self.source.answers


def _called(column: pd.Series, name: str) -> pd.Series:
    """The same values by another name, with the index 0, 1, 2, …"""
    return pd.Series(column.array, name=name, copy=False)


def _joined(parts: list[pd.Series]) -> pd.Series:
    """Parts of one column; categories of each may be those of the part alone."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0].dtype, pd.CategoricalDtype) and any(
        each.dtype is not parts[0].dtype for each in parts
    ):
        return pd.Series(pd.api.types.union_categoricals([each.array for each in parts]), copy=False)
    return pd.concat(parts, ignore_index=True)
