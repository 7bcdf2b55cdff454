"""What an analysis table may look like: one folder for each shape, one entry for each in `SHAPES`.

Needs no pandas: what makes a table is imported when one of its shape is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from .one_record import OneRecordOptions

if TYPE_CHECKING:
    from ....schemas.study.columns import Mask, Numbers
    from ....schemas.study.dataset import Dataset
    from ..arms import Arms
    from ..codebook import CodebookSection
    from ..records import AnalysedRecords
    from ..time_scale import TimeScale
    from .columns import TableColumn


class ShapeModule(Protocol):
    """What the module of a shape has.

    Attributes
    ----------
    COLUMNS : sequence of TableColumn
        What every table of the shape has, before arm and covariates.
    REFUSES : mapping of str to callable
        Faults of AVAL and CNSR with which no such table is made, in words, and the records that have them.
    """

    COLUMNS: Sequence[TableColumn]
    REFUSES: Mapping[str, Callable[[Numbers, Numbers], Mask]]

    def require_analysable(self, records: AnalysedRecords, options: Any) -> None:
        """Refuse records of which no such table can be made, whatever the unit of its durations."""
        ...

    def build(self, records: AnalysedRecords, scale: TimeScale, options: Any, arms: Arms | None) -> Dataset:
        """The table, by the shape's own options."""
        ...

    def section(
        self, table: Dataset, records: AnalysedRecords, options: Any, arms: Arms | None
    ) -> CodebookSection:
        """What the codebook counts of the table."""
        ...


@dataclass(frozen=True, slots=True)
class TableShape:
    """One shape.

    Attributes
    ----------
    name : str
    summary : str
        In one line.
    options : type
        The dataclass of its options.
    module : str
        A `ShapeModule`, as ".one_record.table".
    """

    name: str
    summary: str
    options: type
    module: str

    def load(self) -> ShapeModule:
        return cast("ShapeModule", import_module(self.module, __name__))


SHAPES: Mapping[str, TableShape] = {
    each.name: each
    for each in (TableShape("one-record", "one record per subject", OneRecordOptions, ".one_record.table"),)
}
