"""The lanes of a swimmer plot: their times in one frame, written as a table with its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...schemas.glance import Glance, Glanced
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable
from ...schemas.wording import counted
from ..formats import dataset_named
from ..formats.format import Output
from ..survival.codebook import versions
from ..survival.table_files import write_table_files
from ..survival.table_place import table_place
from ..survival.tools import NOTHING_FITTED, ToolTable, layout_for

SCHEMA_VERSION = "1.0"
"""Of the codebook."""

TIMES: Mapping[str, str] = {
    "treatment_end": "last day of treatment",
    "response": "first response",
    "response_end": "end of response",
    "complete_response": "first complete response",
    "progression": "progression",
    "death": "death",
    "end": "end of follow-up",
}
"""The times of a lane, and what they are."""


@dataclass(frozen=True, eq=False, repr=False)
class SwimmerLanes(Glanced):
    """The lanes of a swimmer plot.

    Attributes
    ----------
    frame : DataFrame
        One row for each lane, the longest first within its arm: USUBJID, arm, the columns of `TIMES` in
        `unit` (NaN if missing), and status: "died", "in follow-up", "ended", or "" if unknown.
    unit : str
    start : str
        The date from which the times are counted.
    sources : mapping of str to str
        For each time, and for the status, where it comes from, or why it is not present.
    subjects : int
        Of the population.
    without : int
        Subjects without a start, or an end that is not before it, who have no lane.
    chosen : str
        Which of the others have a lane, in words.
    arm : str
        The variable of the arms; empty for one group.
    population : str
        The flag; empty for all subjects.
    datasets : tuple of str
        The datasets that the times come from.
    inputs : tuple of Path
        The files of the study, which are never replaced.

    Examples
    --------
    >>> lanes = ag.swimmer_lanes(ag.read("adam"))
    >>> lanes.unit, lanes.start, lanes.chosen
    ('months', 'TRTSDT', 'all')
    """

    frame: pd.DataFrame = field(repr=False)
    unit: str
    start: str
    sources: Mapping[str, str]
    subjects: int
    without: int
    chosen: str
    arm: str
    population: str
    datasets: tuple[str, ...]
    inputs: tuple[Path, ...] = ()

    @property
    def dataset(self) -> Dataset:
        """The lanes as a dataset, whose labels say what the columns are."""
        labels = {"USUBJID": "Unique Subject Identifier", "arm": self.arm or "Arm", "status": "Status"}
        labels |= {name: f"{told.capitalize()}, {self.unit}" for name, told in TIMES.items()}
        variables = tuple(
            Variable(name, label, "Num" if name in TIMES else "Char") for name, label in labels.items()
        )
        return Dataset("SWIMMER", self.frame[list(labels)], variables, "Course of subjects")

    def write(self, path: str | Path, *, overwrite: bool = False, keep: Iterable[Path] = ()) -> list[Path]:
        """Write the lanes as a table, with a codebook: what each time means, and where it comes from.

        Parameters
        ----------
        path : str or Path
            Its suffix is the format: .csv, .parquet, .json, .ndjson, or another output format.
        overwrite : bool
            Replace existing files. An earlier table with its codebook is replaced without this option.
        keep : iterable of Path
            Further files that are never replaced.

        Returns
        -------
        list of Path

        Raises
        ------
        UnwritableOutput
            If the file exists, is an input, or cannot be written.

        Examples
        --------
        >>> lanes = ag.swimmer_lanes(ag.read("adam"))
        >>> [path.name for path in lanes.write("swimmer.csv")]
        ['swimmer.csv', 'swimmer.codebook.json']
        """
        target = table_place(path)
        output = Output(self.dataset.replace(name=dataset_named(target)), target)
        table = ToolTable.of(layout_for(target), output, NOTHING_FITTED)
        return write_table_files(
            {"table": table}, self._codebook(), inputs=self.inputs, keep=keep, overwrite=overwrite
        )

    def _codebook(self) -> Mapping[str, Any]:
        """What the table means, for the file beside it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "subject": "the course of each subject",
            "unit": self.unit,
            "start": self.start,
            "arm": self.arm or None,
            "population": self.population or None,
            "subjects": self.subjects,
            "without_start_or_end": self.without,
            "shown": self.chosen,
            "columns": {each.name: each.label for each in self.dataset.variables},
            "sources": dict(self.sources),
            "versions": versions(),
        }

    def _glance(self) -> Glance:
        """Counts; no subject and no date."""
        rows = [(told, str(int(self.frame[name].notna().sum()))) for name, told in TIMES.items()]
        heading = f"SwimmerLanes: {len(self.frame)} of {counted(self.subjects, 'subject')}, {self.unit}"
        return Glance((heading,), rows, len(rows))
