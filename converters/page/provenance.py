"""From a figure back: the command that gives its numbers, and the files of its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...schemas.gate.report import Report
from ...schemas.wording import plain


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A dataset, and its file."""

    dataset: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure comes from.

    Attributes
    ----------
    command : str
        That gives its numbers; empty where none does.
    files : tuple of FigureFile
    """

    command: str
    files: tuple[FigureFile, ...]


def provenance(report: Report, command: str, datasets: Iterable[str]) -> Provenance:
    """The files of some datasets, as the report has them."""
    return Provenance(plain(command), tuple(_files(report, frozenset(datasets))))


def _files(report: Report, datasets: frozenset[str]) -> Iterator[FigureFile]:
    for each in report.inputs:
        if each.dataset in datasets:
            yield FigureFile(each.dataset, plain(each.path or ""), each.sha256 or "")
