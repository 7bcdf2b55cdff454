"""What the gate said of the study that a table was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...schemas.finding import Report, Severity

NOT_RUN = "not run: --no-gate"
"""Verdict of a gate that was left out."""


@dataclass(frozen=True, slots=True)
class GateEntry:
    """The verdict on the study; counts are None when the gate was not run.

    `waived` counts records and whole datasets at fault, `deselected` the checks that were set aside;
    `warned` lists the rules whose warnings stand.
    """

    verdict: str
    errors: int | None = None
    warnings: int | None = None
    notes: int | None = None
    waived: int | None = None
    deselected: int | None = None
    warned: tuple[str, ...] | None = None
    standards: Mapping[str, str] | None = None

    @classmethod
    def of(cls, report: Report | None) -> GateEntry:
        if report is None:
            return cls(NOT_RUN)
        return cls(
            "passed",
            errors=report.count(Severity.ERROR),
            warnings=report.count(Severity.WARNING),
            notes=report.count(Severity.NOTE),
            waived=sum(max(each.records, 1) for each in report.terms.waived),
            deselected=len(report.terms.deselected),
            warned=tuple(sorted({f.rule_id for f in report.findings if f.severity is Severity.WARNING})),
            standards=dict(report.standards),
        )
