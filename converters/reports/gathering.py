"""Findings that a reader takes in together: one cause in several variables, and notes on many records."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas.gate.finding import Finding
from ...schemas.severity import Severity

_FROM = 3
"""So many findings that differ in the variable alone are one line."""

MANY = 100
"""A note on so many records describes a policy rather than records to look at."""


def of_one_cause(findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """The findings of a dataset, those together that say the same of one variable each.

    Nine absent variables of a standard are nine rules and one cause.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        whole = not finding.records and len(finding.variables) == 1 and finding.standing is None
        said = finding.said.replace(finding.variables[0], "") if whole else number
        alike.setdefault((finding.severity, said), []).append(finding)
    groups: list[tuple[Finding, ...]] = []
    for group in alike.values():
        groups += [tuple(group)] if len(group) >= _FROM else [(each,) for each in group]
    order = {id(finding): number for number, finding in enumerate(findings)}
    return sorted(groups, key=lambda group: order[id(group[0])])


def on_many_records(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Notes of a dataset on many records each, where there are several; none otherwise."""
    notes = tuple(
        finding
        for finding in findings
        if finding.severity is Severity.NOTE and finding.records >= MANY and finding.standing is None
    )
    return notes if len({note.rule_id for note in notes}) > 1 else ()
