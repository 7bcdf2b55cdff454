"""What the gate said of the study that a table was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from ...schemas.gate.finding import Finding, Standing
from ...schemas.gate.loosening import loosenings
from ...schemas.gate.report import Report, Waived
from ...schemas.severity import Severity

NOT_RUN = "not run: --no-gate"
"""Verdict of a gate that was left out."""


@dataclass(frozen=True, slots=True)
class GateEntry:
    """The verdict on the study, and by what terms; all but the verdict is None when the gate was not run.

    Attributes
    ----------
    verdict : str
    errors, warnings, notes : int or None
        Findings. Errors are those of an earlier report, which do not fail the gate.
    waived : int or None
        Records, and datasets as a whole, whose faults were waived.
    deselected : int or None
        Checks that were not run because the user set them aside.
    warned : tuple of str or None
        Rules with warnings.
    standards : mapping of standard to version, or None
    waived_datasets : int or None
        Faults of a dataset as a whole among `waived`.
    waived_rules : tuple of str or None
    deselected_by : tuple of str or None
        What set them aside: "ignore AD02".
    severities : mapping of rule to severity, or None
        Severities that the user set.
    baseline : str or None
        File of the earlier report that the findings were compared with.
    unchanged, unchanged_rules : int, tuple of str, or None
        Errors and warnings that the earlier report has too, and their rules.
    loosened : tuple of str, or None
        All of that in words, with the options and files that said so, and what was declared.
    undelivered : int or None
        Checks that are not applicable because a dataset is not present: those that ``--complete`` does not
        let pass.
    not_present : tuple of str or None
        These datasets, the one that most checks need first.
    """

    verdict: str
    errors: int | None = None
    warnings: int | None = None
    notes: int | None = None
    waived: int | None = None
    deselected: int | None = None
    warned: tuple[str, ...] | None = None
    standards: Mapping[str, str] | None = None
    waived_datasets: int | None = None
    waived_rules: tuple[str, ...] | None = None
    deselected_by: tuple[str, ...] | None = None
    severities: Mapping[str, str] | None = None
    baseline: str | None = None
    unchanged: int | None = None
    unchanged_rules: tuple[str, ...] | None = None
    loosened: tuple[str, ...] | None = None
    undelivered: int | None = None
    not_present: tuple[str, ...] | None = None

    @classmethod
    def of(cls, report: Report | None) -> GateEntry:
        if report is None:
            return cls(NOT_RUN)
        terms, compared = report.terms, report.comparison
        serious = report.findings_from(Severity.WARNING)
        lacking = [outcome.undelivered for outcome in report.outcomes if outcome.undelivered]
        unchanged = [finding for finding in serious if finding.standing is Standing.UNCHANGED]
        return cls(
            "passed",
            errors=report.count(Severity.ERROR),
            warnings=report.count(Severity.WARNING),
            notes=report.count(Severity.NOTE),
            waived=sum(max(each.records, 1) for each in terms.waived),
            deselected=len(terms.deselected),
            warned=_rules(finding for finding in serious if finding.severity is Severity.WARNING),
            standards=dict(report.standards),
            waived_datasets=sum(not each.records for each in terms.waived),
            waived_rules=_rules(terms.waived),
            deselected_by=tuple(sorted({each.reason for each in terms.deselected})),
            severities={rule: str(severity) for rule, severity in terms.severities.items()},
            baseline=None if compared is None else PurePath(compared.path).name,
            unchanged=None if compared is None else len(unchanged),
            unchanged_rules=None if compared is None else _rules(unchanged),
            loosened=tuple(map(str, loosenings(report))),
            undelivered=len(lacking),
            not_present=_most_first(name for names in lacking for name in names),
        )


def _most_first(names: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(names)
    return tuple(sorted(counted, key=lambda name: (-counted[name], name)))


def _rules(found: Iterable[Finding | Waived]) -> tuple[str, ...]:
    return tuple(sorted({each.rule_id for each in found}))
