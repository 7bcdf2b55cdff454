"""A verdict covers a table only where the rules for its kind of data gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas.errors import Refused
from ...schemas.gate.report import Report
from ...schemas.rules import rule_book
from ...schemas.severity import Severity
from ...schemas.standards.structure import Structure
from ...schemas.study.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Coverage:
    """What must have looked at a dataset.

    Attributes
    ----------
    structure : Structure
        The dataset was checked as one of these.
    families : tuple of str
        Of each, a rule other than a note was run.
    data : str
        What the rules are for, in words.
    declared : str
        The class, and its subclass, as metadata declare it.
    """

    structure: Structure
    families: tuple[str, ...]
    data: str
    declared: str


TIME_TO_EVENT = Coverage(
    Structure.TTE,
    ("time_to_event", "durations", "censoring"),
    "time-to-event data",
    "BASIC DATA STRUCTURE, TIME-TO-EVENT",
)
"""Rules about the records, their times and their events: what a table is made of."""
ADVERSE_EVENTS = Coverage(
    Structure.ADAE,
    ("adverse_events", "treatment_emergence"),
    "adverse events",
    "OCCURRENCE DATA STRUCTURE, ADVERSE EVENT",
)
_NO_GATE = "or skip validation with --no-gate (gate=False)"


def require_judged(dataset: Dataset, report: Report, by: Coverage = TIME_TO_EVENT) -> None:
    """Refuse a dataset that passed because nothing looked at its records.

    Raises
    ------
    Refused
        When it was judged as another structure, or every check of one of the families was deselected on
        it.
    """
    unjudged = f"{dataset.name} was not checked by the rules for {by.data}"
    if by.structure not in dataset.structure.lineage:
        raise Refused(unjudged, _why_another(dataset), f"{_remedy(dataset, by)}, {_NO_GATE}")
    silent = _silent_families(dataset, report, by)
    if silent:
        families = ", ".join(f"{family} ({why})" for family, why in silent.items())
        raise Refused(
            unjudged,
            f"all checks of a family are deselected: {families}",
            f"deselect only single rules, {_NO_GATE}",
        )


def _why_another(dataset: Dataset) -> str:
    declared = ", ".join(filter(None, (dataset.declared_class, dataset.declared_subclass)))
    source = f"its class is declared {declared!r}" if declared else "by its name and variables"
    return f"{dataset.name} was checked as {dataset.structure}: {source}"


def _remedy(dataset: Dataset, by: Coverage) -> str:
    where = "correct" if dataset.declared_class or dataset.declared_subclass else "declare"
    return f"{where} its class (beside CSV and XPT in _datasets.csv: {by.declared})"


def _silent_families(dataset: Dataset, report: Report, by: Coverage) -> Mapping[str, str]:
    """Families of which every check on the dataset was set aside, and by what."""
    judged = {outcome.rule_id for outcome in report.outcomes if outcome.dataset == dataset.name}
    aside = {each.rule_id: each.reason for each in report.terms.deselected if each.dataset == dataset.name}
    rules = {
        family: [
            rule.id
            for rule in rule_book().values()
            if rule.family == family and rule.severity is not Severity.NOTE  # a note decides nothing
        ]
        for family in by.families
    }
    return {
        family: ", ".join(dict.fromkeys(aside[rule] for rule in ids if rule in aside))
        for family, ids in rules.items()
        if not judged.intersection(ids)
    }
