"""Where a finding is, for programs that show findings beside a file: file, and record as line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote

from ...schemas.gate.finding import Finding
from ...schemas.gate.report import Report

FIRST = 1
"""The line of a finding about a dataset as a whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """A record of a file.

    Attributes
    ----------
    path : str
        As it was given, with / between folders.
    line : int
        Number of the record in the dataset, counted from 1: files of data have no lines. In
        define.xml the line.
    """

    path: str
    line: int = FIRST

    @property
    def uri(self) -> str:
        """The path as an address, a relative one as such; a question mark for what cannot be written."""
        path = PurePath(self.path.encode("utf-8", "replace").decode())
        return path.as_uri() if path.is_absolute() else quote(path.as_posix())


@dataclass(frozen=True, slots=True)
class Places:
    """The files of the datasets of a report.

    Attributes
    ----------
    paths : mapping of dataset to path
        Only of datasets that were read from a file.
    definition : str
        The path of define.xml; empty without one.
    """

    paths: Mapping[str, str]
    definition: str = ""

    @classmethod
    def of(cls, report: Report) -> Places:
        paths = {each.dataset: PurePath(each.path).as_posix() for each in report.inputs if each.path}
        return cls(paths, PurePath(report.definition.path).as_posix() if report.definition else "")

    def of_dataset(self, dataset: str) -> Place | None:
        """Where a dataset begins; that of the first one for what is about the study. None without files."""
        path = self.paths.get(dataset) or next(iter(self.paths.values()), self.definition)
        return Place(path) if path else None

    def of_finding(self, finding: Finding) -> Place | None:
        """The first record of a finding, or the line of define.xml that it is about."""
        if finding.line and self.definition:
            return Place(self.definition, finding.line)
        place = self.of_dataset(finding.dataset)
        if place is None or not finding.examples:
            return place
        return Place(place.path, finding.examples[0].record)
