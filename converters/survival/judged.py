"""A verdict covers the times of a table only where the rules for time-to-event data gave it."""

from __future__ import annotations

from collections.abc import Mapping

from ...schemas.errors import Refused
from ...schemas.gate.report import Report
from ...schemas.rules import rule_book
from ...schemas.severity import Severity
from ...schemas.standards.structure import Structure
from ...schemas.study.dataset import Dataset

FAMILIES_NEEDED = ("time_to_event", "durations", "censoring")
"""Rules about the records, their times and their events: what a table is made of."""
_UNJUDGED = "was not checked by the rules for time-to-event data"
_NO_GATE = "or skip validation with --no-gate (gate=False)"


def require_judged(dataset: Dataset, report: Report) -> None:
    """Refuse a dataset that passed because nothing looked at its times.

    Raises
    ------
    Refused
        When it was judged as another structure, or every check of one of `FAMILIES_NEEDED` was deselected on
        it.
    """
    if Structure.TTE not in dataset.structure.lineage:
        raise Refused(f"{dataset.name} {_UNJUDGED}", _why_another(dataset), f"{_remedy(dataset)}, {_NO_GATE}")
    silent = _silent_families(dataset, report)
    if silent:
        families = ", ".join(f"{family} ({by})" for family, by in silent.items())
        raise Refused(
            f"{dataset.name} {_UNJUDGED}",
            f"all checks of a family are deselected: {families}",
            f"deselect only single rules, {_NO_GATE}",
        )


def _why_another(dataset: Dataset) -> str:
    declared = ", ".join(filter(None, (dataset.declared_class, dataset.declared_subclass)))
    source = f"its class is declared {declared!r}" if declared else "by its name and variables"
    return f"{dataset.name} was checked as {dataset.structure}: {source}"


def _remedy(dataset: Dataset) -> str:
    where = "correct" if dataset.declared_class or dataset.declared_subclass else "declare"
    return f"{where} its class (beside CSV and XPT in _datasets.csv: BASIC DATA STRUCTURE, TIME-TO-EVENT)"


def _silent_families(dataset: Dataset, report: Report) -> Mapping[str, str]:
    """Families of which every check on the dataset was set aside, and by what."""
    judged = {outcome.rule_id for outcome in report.outcomes if outcome.dataset == dataset.name}
    aside = {each.rule_id: each.reason for each in report.terms.deselected if each.dataset == dataset.name}
    rules = {
        family: [
            rule.id
            for rule in rule_book().values()
            if rule.family == family and rule.severity is not Severity.NOTE  # a note decides nothing
        ]
        for family in FAMILIES_NEEDED
    }
    return {
        family: ", ".join(dict.fromkeys(aside[rule] for rule in ids if rule in aside))
        for family, ids in rules.items()
        if not judged.intersection(ids)
    }
