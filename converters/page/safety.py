"""Tables of adverse events as the page shows them, each with the command that gives its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...schemas.gate.report import Report
from ...schemas.wording import plain
from ..figures.safety import Safety, SafetyTable
from ..survival.summaries.adverse_events import Measure
from .provenance import Provenance, provenance

_TERMS, _GROUP = "By class and term", "Events of special interest"


@dataclass(frozen=True, slots=True)
class SafetyShown:
    """One table.

    Attributes
    ----------
    title, selection : str
        What it has, and which events of which subjects, in words.
    table : SafetyTable
    incidence, worst : Provenance
        Where its subjects and events come from, and its grades.
    """

    title: str
    selection: str
    table: SafetyTable
    incidence: Provenance
    worst: Provenance | None


def safety_shown(report: Report, found: Safety) -> Iterator[SafetyShown]:
    """The tables: by class and term, then those of special interest."""
    for number, table in enumerate((found.terms, *found.groups)):
        counting = replace(table.options, grade=None)
        graded = replace(table.options, measure=str(Measure.WORST_GRADE))
        by = ", ".join(table.options.by)
        files = ("ADAE", "ADSL")
        yield SafetyShown(
            plain(f"{_GROUP if number else _TERMS} ({by})"),
            plain(_selection(table)),
            table,
            provenance(report, files, "ae", counting, "ae.csv"),
            provenance(report, files, "ae", graded, "ae.csv") if table.grade else None,
        )


def _selection(table: SafetyTable) -> str:
    options = table.options
    subjects = f"Subjects: {options.population} = Y" if options.population else "Subjects: all in ADSL"
    arm = f"; arms: {options.arm}" if options.arm else ""
    events = f"; events: {options.where}" if options.where else "; all events"
    grades = f"; grades: {table.grade}" if table.grade else "; no grades"
    return f"{subjects}{arm}{events}{grades}."
