"""A table of adverse events, and its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from .....schemas.gate.report import Report
from .....schemas.glance import Glance, Glanced, listed
from .....schemas.study.dataset import Dataset
from ....formats import dataset_named
from ....formats.format import Output
from ...programs.python import reading, reading_by_adamgate, reading_from_database
from ...table_files import write_table_files
from ...table_place import is_in_database, read_as, table_place
from ...tools import NOTHING_FITTED, ToolTable, layout_for
from .codebook import AdverseEventCodebook

if TYPE_CHECKING:
    from ...layouts import Code

_READ_BY_PANDAS = (".csv", ".parquet")


@dataclass(frozen=True, eq=False, repr=False)
class AdverseEventTable(Glanced):
    """A table of adverse events.

    Attributes
    ----------
    dataset : Dataset
        A record for each term and arm, with variable labels.
    codebook : AdverseEventCodebook
    report : Report or None
        The verdict on the study; None if validation was skipped.
    inputs : tuple of Path
        The files of the study, which are never replaced.

    Examples
    --------
    >>> table = ag.adverse_events(ag.read("safety"), by=["AEDECOD"], arm="TRTA")
    >>> table.codebook.subject, table.codebook.events
    ('ADAE by AEDECOD', 7)
    """

    dataset: Dataset
    codebook: AdverseEventCodebook
    report: Report | None = None
    inputs: tuple[Path, ...] = ()

    def _glance(self) -> Glance:
        rows = [*self.codebook.at_a_glance(), ("columns", listed(tuple(map(str, self.frame.columns))))]
        return Glance((f"AdverseEventTable of {self.codebook.subject}",), rows, len(rows))

    @property
    def frame(self) -> pd.DataFrame:
        """The table, of shape (n_terms * n_arms, n_columns); with grades, a row for each of them, too."""
        return self.dataset.frame

    def write(self, path: str | Path, *, overwrite: bool = False, keep: Iterable[Path] = ()) -> list[Path]:
        """Write the table and, beside it, its codebook: ``ae.csv`` and ``ae.codebook.json``.

        Parameters
        ----------
        path : str or Path
            Output file: .csv, .parquet, .json or .ndjson (Dataset-JSON), or another output format.
        overwrite : bool
            Replace existing files, but never files of the study or other data in their folders. An earlier
            table, as shown by its codebook, is replaced without this option.
        keep : iterable of Path
            Further files that are never replaced.

        Returns
        -------
        list of Path
            The table and the codebook. Both appear complete, or neither does.

        Raises
        ------
        ConfigurationError
            If no format has such a suffix.
        UnwritableOutput
            If the file name is not valid, the format cannot hold the table, a file exists, or it cannot be
            written.

        Warns
        -----
        MetadataNotKept
            If an output format cannot hold metadata of the columns; they are in the codebook.

        Examples
        --------
        >>> table = ag.adverse_events(ag.read("safety"), by=["AEDECOD"], arm="TRTA")
        >>> [path.name for path in table.write("ae.csv")]
        ['ae.csv', 'ae.codebook.json']
        """
        target = table_place(path)
        layout = layout_for(target)
        output = Output(self.dataset.replace(name=dataset_named(target)), target)
        table = ToolTable.of(layout, output, NOTHING_FITTED)
        return write_table_files(
            {"table": table},
            self._document(target),
            inputs=self.inputs,
            keep=keep,
            overwrite=overwrite,
        )

    def _document(self, target: Path) -> dict[str, Any]:
        """The codebook of one file: how to read it comes first."""
        content = self.codebook.document()
        return {
            "schema_version": content.pop("schema_version"),
            "read_with": _reader(target)(read_as(target), self.frame, NOTHING_FITTED),
            **content,
        }


def _reader(target: Path) -> Code:
    """The code that reads a file or the table of a database."""
    if is_in_database(target):
        return reading_from_database
    return reading if target.suffix.lower() in _READ_BY_PANDAS else reading_by_adamgate
