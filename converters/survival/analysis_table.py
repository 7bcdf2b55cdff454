"""A table for a survival tool, with its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ...schemas.gate.report import Report
from ...schemas.glance import Glance, Glanced, listed
from ...schemas.study.dataset import Dataset
from ..formats import dataset_named
from ..formats.format import Output
from .arms import Arms
from .codebook import Codebook
from .programs.model import Model
from .table_files import ProgramFile, write_table_files
from .table_place import table_place
from .tools import ToolTable, layout_for


@dataclass(frozen=True, eq=False, repr=False)
class AnalysisTable(Glanced):
    """A table for a survival tool.

    Attributes
    ----------
    dataset : Dataset
        One record per subject, with variable labels; the label of the duration includes its unit.
    codebook : Codebook
    report : Report or None
        The verdict on the study; None if validation was skipped.
    inputs : tuple of Path
        The files of the study, which are never replaced.
    model : Model
        What programs fit to it: its endpoints and strata.

    Examples
    --------
    >>> table = ag.survival(ag.read("adam"), "OS")
    >>> table.frame[["USUBJID", "duration", "event"]].head(2)
      USUBJID  duration  event
    0   S1-01      30.0   True
    1   S1-02      61.0  False
    >>> table.labels["duration"], table.codebook.counts.events
    ('Time to event or censoring, days', 3)
    """

    dataset: Dataset
    codebook: Codebook
    report: Report | None = None
    inputs: tuple[Path, ...] = ()
    model: Model = field(default_factory=Model)

    def _glance(self) -> Glance:
        rows = [*self.codebook.at_a_glance(), ("columns", listed(tuple(map(str, self.frame.columns))))]
        return Glance((f"AnalysisTable of {self.codebook.subject}",), rows, len(rows))

    @property
    def _arms(self) -> Arms | None:
        """The arms that a tool compares; None where there is nothing to compare."""
        arm, order = self.codebook.arm, self.codebook.arm_order
        if arm is None or order is None or len(order.levels) < 2:
            return None
        return Arms(arm, order.levels, order.reference, order.found_by or "", order.lacking or "")

    @property
    def frame(self) -> pd.DataFrame:
        """The table, of shape (n_subjects, n_columns).

        USUBJID; duration (float, in ``codebook.time.unit``, not rounded); event (bool, True where CNSR
        is 0); CNSR (int); reason (text); then arm and covariates.
        """
        return self.dataset.frame

    @property
    def labels(self) -> Mapping[str, str]:
        """Column labels; the label of the duration includes its unit."""
        return {each.name: each.label for each in self.dataset.variables}

    def write(
        self,
        path: str | Path,
        layout: str | None = None,
        *,
        program: bool = True,
        overwrite: bool = False,
        keep: Iterable[Path] = (),
    ) -> list[Path]:
        """Write the table and, beside it, its codebook and a program that reads and analyses it.

        The program is ``os.py``, ``os.R``, ``os.sas`` or ``os.do`` beside ``os.csv`` and
        ``os.codebook.json``: Kaplan-Meier by arm, the log-rank test and Cox, with the strata. Layouts that
        are not of a tool (csv, parquet, …) have none.

        Parameters
        ----------
        path : str or Path
            Output file: .csv, .parquet, .json or .ndjson (Dataset-JSON), .xpt (SAS), .dta (Stata), .rds
            (R), or another output format.
        layout : str, optional
            A name from `layouts.layouts` (default: from the suffix).
        program : bool
            Write the program.
        overwrite : bool
            Replace existing files, but never files of the study or other data in their folders. An earlier
            table, as shown by its codebook, is replaced without this option.
        keep : iterable of Path
            Further files that are never replaced.

        Returns
        -------
        list of Path
            The table, the codebook and the program. All appear complete, or none does.

        Raises
        ------
        ConfigurationError
            If the layout is not known, cannot be written to such a file, or is of a tool that cannot fit
            such a table.
        UnwritableOutput
            If the file name is not valid, the format cannot hold the table, the tool would misread it, a file
            exists, or it cannot be written.

        Warns
        -----
        MetadataNotKept
            If an output format cannot hold metadata of the columns, or their names; they are
            in the codebook.

        Examples
        --------
        >>> table = ag.survival(ag.read("adam"), "OS", unit="months", arm="TRT01P")
        >>> [path.name for path in table.write("os.parquet")]
        ['os.parquet', 'os.codebook.json']
        >>> sorted(pd.read_parquet("os.parquet")["TRT01P"].unique())
        ['Active', 'Placebo']
        """
        target = table_place(path)
        chosen = layout_for(target, layout)
        table = ToolTable.of(
            chosen,
            Output(self.dataset.replace(name=dataset_named(target)), target),
            replace(self.model, arms=self._arms),
        )
        text = table.program() if program else None
        script = ProgramFile(target.with_suffix(chosen.program_suffix), text) if text is not None else None
        return write_table_files(
            {"table": table},
            self._document(table, script),
            program=script,
            inputs=self.inputs,
            keep=keep,
            overwrite=overwrite,
        )

    def _document(self, table: ToolTable, program: ProgramFile | None) -> dict[str, Any]:
        """The codebook of one file: how to read it stands first."""
        content = self.codebook.document()
        head = {
            "schema_version": content.pop("schema_version"),
            "layout": table.layout.name,
            **(program.stated if program is not None else {}),
            "read_with": table.read_with,
        }
        return {**head, **content}
