"""A report by checks: each rule on each dataset, with what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.gate.finding import Finding, Status
from ...schemas.gate.report import Report

if TYPE_CHECKING:  # needs pandas; a report is claimed before libraries are loaded
    from ...schemas.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One rule on one dataset.

    Attributes
    ----------
    rule_id, dataset : str
    status : Status
    reason : str
        Why it was not run or is not applicable.
    findings : tuple of Finding
    """

    rule_id: str
    dataset: str
    status: Status
    reason: str
    findings: tuple[Finding, ...]


def check_results(report: Report) -> list[CheckResult]:
    """Every check in the order of the report; none of its findings is left out."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        found.setdefault((finding.rule_id, finding.dataset), []).append(finding)
    results = [
        CheckResult(
            each.rule_id,
            each.dataset,
            each.status,
            each.reason,
            tuple(found.pop((each.rule_id, each.dataset), ())),
        )
        for each in report.outcomes
    ]
    return results + [CheckResult(*of, Status.FAILED, "", tuple(each)) for of, each in found.items()]


def rules_of(report: Report) -> Mapping[str, Rule]:
    """The rules that adamgate has; none where nothing was judged, as nothing may be loaded then."""
    if not report.outcomes:
        return {}
    from ...schemas.gate.selection import full_book

    return full_book()


def titles_of(report: Report) -> Mapping[str, str]:
    """The title of each rule that is known: adamgate's, and custom rules that found something."""
    known = {rule_id: rule.title for rule_id, rule in rules_of(report).items()}
    return known | {finding.rule_id: finding.title for finding in report.findings if finding.title}
