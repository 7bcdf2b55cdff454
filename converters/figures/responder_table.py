"""Long-term responders and what is counted of them, written as a table with its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
from .biomarkers import Biomarker, quartiles

SCHEMA_VERSION = "1.0"
"""Of the codebook."""

GROUPS = ("Long-term responders", "Event before", "Censored before")

_TEXTS: Mapping[str, str] = {
    "what": "landmark, count, event or biomarker",
    "name": "Name of what is counted or compared",
    "label": "What the parameter or the biomarker is",
    "source": "Where the biomarker comes from",
    "group": "Group of subjects at the landmark",
}
_NUMBERS: Mapping[str, str] = {
    "subjects": "Subjects of the group, or those with it",
    "known": "Denominator: of whom it is known",
    "n": "Subjects with a value",
    "missing": "Subjects without a value",
    "median": "Median",
    "q1": "Lower quartile",
    "q3": "Upper quartile",
    "W": "Rank sum statistic of responders",
    "p": "Two-sided p-value, exploratory",
}
_ENDS: Mapping[str, str] = {"method": "Method of the test", "condition": "Condition that is counted"}
_COLUMNS = {**_TEXTS, **_NUMBERS, **_ENDS}
"""The columns, and their labels."""


@dataclass(frozen=True, slots=True)
class CountRow:
    """What is counted among the subjects of each group.

    Attributes
    ----------
    name, condition : str
    subjects : tuple of int
        Of each group, for whom the condition is true.
    known : tuple of int
        For whom it is true or false: their denominator.
    """

    name: str
    condition: str
    subjects: tuple[int, int, int]
    known: tuple[int, int, int]


@dataclass(frozen=True, eq=False, repr=False)
class LongTermResponders(Glanced):
    """Long-term responders.

    Attributes
    ----------
    param, label, parameter_dataset : str
        The parameter.
    landmark : float
    unit : str
    population : str
        The flag; empty for all records.
    cut_off : str
        Date of the data cut-off, and where it comes from; empty where none is stated.
    responders, before, unknown : int
        Subjects of each group; together the denominator.
    without : int
        Subjects in ADSL without a record of the parameter, who are not in the denominator.
    counts, events : tuple of CountRow
    chosen : mapping of str to str
        What was not declared, and what was taken: "biomarkers".
    biomarkers : tuple of Biomarker
    inputs : tuple of Path
        The files of the study, which are never replaced.

    Examples
    --------
    >>> found = ag.long_term_responders(ag.read("adam"), ag.ResponderOptions(param="OS", landmark=120))
    >>> found.responders, found.subjects
    (3, 6)
    """

    param: str
    label: str
    parameter_dataset: str
    landmark: float
    unit: str
    population: str
    cut_off: str
    responders: int
    before: int
    unknown: int
    without: int
    counts: tuple[CountRow, ...]
    events: tuple[CountRow, ...]
    chosen: Mapping[str, str]
    biomarkers: tuple[Biomarker, ...]
    inputs: tuple[Path, ...] = ()

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Subjects of each group."""
        return self.responders, self.before, self.unknown

    @property
    def subjects(self) -> int:
        """Of all groups."""
        return sum(self.sizes)

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each group of the landmark, of a count, of an event and of a biomarker.

        what, name, label, source, group; subjects and known (their denominator), of biomarkers n, missing,
        median, q1, q3, W and p, which are those of the two groups that are compared; method, condition.
        """
        frame = pd.DataFrame.from_records(list(self._records()), columns=list(_COLUMNS))
        for name in _COLUMNS:
            if name in _NUMBERS:
                frame[name] = frame[name].astype("float64")
            else:  # of a column without any text pandas makes numbers
                frame[name] = frame[name].astype(object).where(frame[name].notna(), "").astype(str)
        return frame

    def _records(self) -> Iterator[Mapping[str, Any]]:
        """As the page has them, from above to below."""
        for group, size in zip(GROUPS, self.sizes, strict=True):
            yield {
                "what": "landmark",
                "name": self.param,
                "label": self.label,
                "group": group,
                "subjects": size,
                "known": self.subjects,
            }
        for what, rows in (("count", self.counts), ("event", self.events)):
            for row in rows:
                for group, subjects, known in zip(GROUPS, row.subjects, row.known, strict=True):
                    yield {
                        "what": what,
                        "name": row.name,
                        "group": group,
                        "condition": row.condition,
                        "subjects": subjects,
                        "known": known,
                    }
        for each in self.biomarkers:
            yield from _of_biomarker(each)

    @property
    def dataset(self) -> Dataset:
        """The rows as a dataset, whose labels say what the columns are."""
        variables = tuple(
            Variable(name, label, "Num" if name in _NUMBERS else "Char") for name, label in _COLUMNS.items()
        )
        return Dataset("RESPONDERS", self.frame, variables, "Long-term responders")

    def write(self, path: str | Path, *, overwrite: bool = False, keep: Iterable[Path] = ()) -> list[Path]:
        """Write the rows as a table, with a codebook: the landmark, what was found, what the columns mean.

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
        >>> found = ag.long_term_responders(ag.read("adam"), ag.ResponderOptions(param="OS", landmark=120))
        >>> [path.name for path in found.write("responders.csv")]
        ['responders.csv', 'responders.codebook.json']
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
            "subject": "long-term responders",
            "param": self.param,
            "label": self.label or None,
            "dataset": self.parameter_dataset,
            "landmark": self.landmark,
            "unit": self.unit,
            "population": self.population or None,
            "cut_off": self.cut_off or None,
            "subjects": self.subjects,
            "without_record": self.without,
            "not_declared": dict(self.chosen),
            "columns": dict(_COLUMNS),
            "versions": versions(),
        }

    def _glance(self) -> Glance:
        """Counts; no subject and no date."""
        rows = [(group, str(size)) for group, size in zip(GROUPS, self.sizes, strict=True)]
        of = f"{counted(self.subjects, 'subject')}, {self.param}, {self.landmark:g} {self.unit}"
        return Glance((f"LongTermResponders: {of}",), rows, len(rows))


def _of_biomarker(each: Biomarker) -> Iterator[Mapping[str, Any]]:
    """The groups that are compared; W and p are of both."""
    for group, values, missing in zip(GROUPS, (each.responders, each.before), each.missing, strict=False):
        lower, median, upper = quartiles(values)
        yield {
            "what": "biomarker",
            "name": each.name,
            "label": each.label,
            "source": each.source,
            "group": group,
            "n": len(values),
            "missing": missing,
            "median": median,
            "q1": lower,
            "q3": upper,
            "W": each.test.statistic,
            "p": each.test.p,
            "method": each.test.method,
        }
