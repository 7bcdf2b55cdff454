"""What `diff` found of one dataset and of its variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from ...schemas.glance import Glance, Glanced
from ...schemas.study.description import DatasetDescription
from ...schemas.wording import counted
from .cells import ComparedCells
from .examples import DifferingCell, UnmatchedRecords
from .match_keys import MatchKeys
from .matching import Matching, RepeatedKeys
from .metadata import MetadataDifference, MetadataKindCompared
from .pair import DatasetPair
from .values import values_at

_SYSINFO = MappingProxyType(
    {
        MetadataKindCompared.DATASET_LABEL: 1,
        MetadataKindCompared.INFORMAT: 4,
        MetadataKindCompared.FORMAT: 8,
        MetadataKindCompared.LENGTH: 16,
        MetadataKindCompared.LABEL: 32,
        MetadataKindCompared.TYPE: 8192,
    }
)
"""The bits that PROC COMPARE sets in the macro variable SYSINFO."""
_ONLY_RECORDS, _ONLY_VARIABLES, _VALUES = (64, 128), (1024, 2048), 4096


@dataclass(frozen=True, eq=False)
class VariableDifferences:
    """One variable with cells that differ, if only within a tolerance.

    Attributes
    ----------
    name : str
        In capitals.
    cells : ComparedCells
        How many differ, and by how much.
    examples : tuple of DifferingCell
        The first ones.
    """

    name: str
    cells: ComparedCells
    examples: tuple[DifferingCell, ...]


@dataclass(frozen=True, eq=False, repr=False)
class DatasetDifferences(Glanced):
    """Two datasets compared.

    Attributes
    ----------
    a, b : DatasetDescription
        Their names, variables, labels and sources.
    records : tuple of two int
        Of A and of B.
    keys : MatchKeys
        With which variables records were matched.
    matched : int
        Records of both.
    only_a, only_b : UnmatchedRecords
    repeated_a, repeated_b : RepeatedKeys
        Key values of several records.
    variables_only_a, variables_only_b : tuple of str
    metadata : tuple of MetadataDifference
    compared : tuple of str
        Variables whose cells were compared.
    variables : tuple of VariableDifferences
        Those of them with cells that differ, in the order of A.
    notes : tuple of str
        What is no difference, but worth knowing.
    """

    a: DatasetDescription
    b: DatasetDescription
    records: tuple[int, int]
    keys: MatchKeys
    matched: int
    only_a: UnmatchedRecords
    only_b: UnmatchedRecords
    repeated_a: RepeatedKeys
    repeated_b: RepeatedKeys
    variables_only_a: tuple[str, ...]
    variables_only_b: tuple[str, ...]
    metadata: tuple[MetadataDifference, ...]
    compared: tuple[str, ...]
    variables: tuple[VariableDifferences, ...]
    notes: tuple[str, ...]
    _pair: DatasetPair
    _matching: Matching

    @property
    def name(self) -> str:
        return self.a.name

    @property
    def equal(self) -> bool:
        """Whether nothing differs: no variable, record, or cell beyond its tolerance, and no metadata."""
        return not (
            self.only_a.count
            or self.only_b.count
            or self.variables_only_a
            or self.variables_only_b
            or self.metadata
            or self.cells
        )

    @property
    def cells(self) -> int:
        """Cells that differ."""
        return sum(each.cells.differ for each in self.variables)

    @property
    def tolerated(self) -> int:
        """Cells that differ within the tolerance."""
        return sum(each.cells.tolerated for each in self.variables)

    @property
    def sysinfo(self) -> int:
        """The return code that PROC COMPARE puts into SYSINFO, with A as the base."""
        code = sum({_SYSINFO.get(each.kind, 0) for each in self.metadata})
        only = (self.only_a.count, self.only_b.count), (self.variables_only_a, self.variables_only_b)
        for bits, present in zip((_ONLY_RECORDS, _ONLY_VARIABLES), only, strict=True):
            code += sum(bit for bit, each in zip(bits, present, strict=True) if each)
        return code + (_VALUES if self.cells else 0)

    @property
    def frame(self) -> pd.DataFrame:
        """Every cell that differs: as that of `Differences`, with the key variables of A in front."""
        return pd.concat([*self._frames()] or [no_cells(self.keys.variables)], ignore_index=True)

    @property
    def pair(self) -> DatasetPair:
        """Both datasets."""
        return self._pair

    @property
    def matching(self) -> Matching:
        """The positions of their records, by which is which of the other."""
        return self._matching

    def _glance(self) -> Glance:
        rows = [(each.name, counted(each.cells.differ, "cell")) for each in self.variables]
        return Glance((f"Differences of {self.name}: {in_short(self)}",), rows, len(rows))

    def _frames(self) -> Iterator[pd.DataFrame]:
        for each in self.variables:
            where = each.cells.positions()
            if not len(where):
                continue
            at_a, at_b = self._matching.a[where], self._matching.b[where]
            keys = {key: values_at(self._pair.a, key, at_a) for key in self.keys.variables}
            held = {
                "dataset": self.name,
                "variable": each.name,
                "record_a": at_a + 1,
                "record_b": at_b + 1,
                "a": values_at(self._pair.a, each.name, at_a),
                "b": values_at(self._pair.b, each.name, at_b),
            }
            numbers = ("record_a", "record_b")
            yield pd.DataFrame(
                {
                    name: values if name in numbers else pd.Series(values, range(len(where)), dtype=object)
                    for name, values in (keys | held).items()
                }
            )


CELL_COLUMNS = ("dataset", "variable", "record_a", "record_b", "a", "b")


def no_cells(keys: tuple[str, ...] = ()) -> pd.DataFrame:
    """The frame of cells without any."""
    held = {name: pd.Series(dtype="int64" if name.startswith("record") else object) for name in CELL_COLUMNS}
    return pd.DataFrame({key: pd.Series(dtype=object) for key in keys} | held)


def in_short(each: DatasetDifferences) -> str:
    """What differs, as counts."""
    counts = (
        (len(each.variables_only_a), "variable only in A", "variables only in A"),
        (len(each.variables_only_b), "variable only in B", "variables only in B"),
        (len(each.metadata), "metadata difference", "metadata differences"),
        (each.only_a.count, "record only in A", "records only in A"),
        (each.only_b.count, "record only in B", "records only in B"),
        (each.cells, "cell", "cells"),
    )
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in counts if number]
    within = f" ({counted(each.tolerated, 'cell')} within the tolerance)" if each.tolerated else ""
    return f"{', '.join(parts) or 'equal'}{within}"
