"""What `diff` found of two studies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ...schemas.glance import Glance, Glanced
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted
from ..values.address import Address
from ..values.cited_run import cited_run
from .dataset_differences import CELL_COLUMNS, DatasetDifferences, in_short, no_cells
from .document import SCHEMA_VERSION, dataset_document


@dataclass(frozen=True, eq=False, repr=False)
class Differences(Glanced):
    """What differs between two studies.

    Attributes
    ----------
    a, b : str
        Where they were read from: a file, or the folder of all files; empty for data in memory.
    datasets : mapping of name to DatasetDifferences
        Datasets of both.
    only_a, only_b : tuple of str
        Names of datasets of one only.
    values_shown : bool
        Whether examples have values and keys (patient data).

    Examples
    --------
    >>> found = ag.diff("adam", "broken")
    >>> found
    Differences: 1 of 2 datasets differs
      ADSL   equal
      ADTTE  1 cell
    >>> found.equal, [each.name for each in found.datasets["ADTTE"].variables]
    (False, ['AVAL'])
    >>> found.frame
      dataset variable  record_a  record_b     a     b
    0   ADTTE     AVAL         3         3  95.0 -95.0
    """

    a: str
    b: str
    datasets: Mapping[str, DatasetDifferences]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    values_shown: bool = False

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_a or self.only_b) and all(each.equal for each in self.datasets.values())

    @cached_property
    def differing(self) -> int:
        """Datasets that differ, those of one study only included."""
        unequal = sum(not each.equal for each in self.datasets.values())
        return unequal + len(self.only_a) + len(self.only_b)

    @property
    def total(self) -> int:
        """Datasets of A or B."""
        return len(self.datasets) + len(self.only_a) + len(self.only_b)

    @property
    def frame(self) -> pd.DataFrame:
        """Every cell that differs: dataset, variable, record numbers, both values (patient data).

        A missing value is None, a special one ".A". It is made when asked for.
        """
        frames = [each.frame[[*CELL_COLUMNS]] for each in self.datasets.values() if each.cells]
        return pd.concat(frames or [no_cells()], ignore_index=True)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document, by ``diff.schema.json``.

        Returns
        -------
        dict
            Without values of records, unless these are shown.

        Examples
        --------
        >>> ag.diff("adam", "broken").to_dict()["datasets"][1]["values"][0]["cells"]
        1
        """
        return {
            "schema_version": SCHEMA_VERSION,
            "equal": self.equal,
            "a": self.a or None,
            "b": self.b or None,
            "values_shown": self.values_shown,
            "datasets_only_in_a": list(self.only_a),
            "datasets_only_in_b": list(self.only_b),
            "datasets": [dataset_document(each, self.values_shown) for each in self.datasets.values()],
            "run": cited_run().get("run"),
        }

    def _glance(self) -> Glance:
        rows = [(each.name, in_short(each)) for each in self.datasets.values()]
        rows += [(name, "only in A") for name in self.only_a] + [(name, "only in B") for name in self.only_b]
        return Glance((f"Differences: {verdict(self)}",), rows, len(rows))


def verdict(differences: Differences) -> str:
    """ "3 datasets are equal", "1 of 3 datasets differs"."""
    if differences.equal:
        tolerated = sum(each.tolerated for each in differences.datasets.values())
        within = f" within the tolerance ({counted(tolerated, 'cell')})" if tolerated else ""
        verb = "is" if differences.total == 1 else "are"
        return f"{counted(differences.total, 'dataset')} {verb} equal{within}"
    if differences.total == 1:
        return "1 dataset differs"
    verb = "differs" if differences.differing == 1 else "differ"
    return f"{differences.differing:,} of {differences.total:,} datasets {verb}"


def place_of(datasets: Mapping[str, Dataset]) -> str:
    """The file of one dataset, or the folder that has the files of all; empty for data in memory."""
    paths = [each.source.path for each in datasets.values() if each.source is not None]
    if len(paths) < len(datasets) or not paths:
        return ""
    if len({*paths}) == 1:
        return str(paths[0])
    try:
        common = os.path.commonpath(paths)
        return str(Address(common)) if isinstance(paths[0], Address) else common
    except ValueError:  # of two drives
        return ""
