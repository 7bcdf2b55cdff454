"""What the gate found: Severity, Finding, Outcome, Report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .dataset import ReadingNote
from .errors import Refused

EXAMPLES = 10
"""At most this many records stand in a finding as examples; the count is always exact."""


class Severity(StrEnum):
    """How much a finding weighs; ordered by `rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return (Severity.NOTE, Severity.WARNING, Severity.ERROR).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether this is at or above `threshold`."""
        return self.rank >= threshold.rank


@dataclass(frozen=True, slots=True)
class Example:
    """One record of a finding.

    Attributes
    ----------
    record : int
        Record number in the dataset, counted from 1.
    keys : mapping
        The record's identifying variables: USUBJID, PARAMCD, ASEQ or --SEQ, where present.
    values : mapping
        The values of the finding's variables; empty unless asked for (they are patient data).
    """

    record: int
    keys: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken in one dataset.

    Attributes
    ----------
    rule_id : str
    severity : Severity
    dataset : str
    variables : tuple of str
    message : str
        What is wrong, in one sentence, without patient data.
    records : int
        Number of records concerned, exact; 0 when the fault is in the dataset as a whole.
    examples : tuple of Example
        The first of them, at most `EXAMPLES`.
    """

    rule_id: str
    severity: Severity
    dataset: str
    variables: tuple[str, ...]
    message: str
    records: int = 0
    examples: tuple[Example, ...] = ()


class Status(StrEnum):
    """The four outcomes of a rule on a dataset."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule on one dataset; `reason` says why where it did not judge.

    How long it took is no part of what came of it: equal outcomes may differ in `seconds`.
    """

    rule_id: str
    dataset: str
    status: Status
    reason: str = ""
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Inferred:
    """Something the gate worked out from the data, said so that a reader can object.

    Attributes
    ----------
    dataset, parameter : str
        Where; `parameter` is a PARAMCD or empty.
    subject : str
        What was inferred: "AVAL", "structure", "standard", …
    statement : str
        In words: "AVAL = (ADT - STARTDT + 1) / 30.4375, months, rounded to 1 decimal".
    """

    dataset: str
    subject: str
    statement: str
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One dataset that was judged, and the file it came from."""

    dataset: str
    label: str
    structure: str
    records: int
    variables: int
    path: str = ""
    format: str = ""
    sha256: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Verdict over one study.

    Attributes
    ----------
    outcomes : tuple of Outcome
        One per rule and dataset in scope, rules in order of id, datasets in order of the study.
    findings : tuple of Finding
        Errors first, then by dataset and rule.
    inferred : tuple of Inferred
    inputs : tuple of Input
    notes : tuple of ReadingNote
        What happened while reading.
    standards : mapping
        Standard and version judged against, and where it came from.
    versions : mapping
        adamgate and the libraries that took part.
    """

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    inferred: tuple[Inferred, ...]
    inputs: tuple[Input, ...]
    notes: tuple[ReadingNote, ...]
    standards: Mapping[str, str]
    versions: Mapping[str, str]

    def count(self, what: Severity | Status) -> int:
        """Number of findings of a severity, or of outcomes of a status."""
        if isinstance(what, Severity):
            return sum(finding.severity is what for finding in self.findings)
        return sum(outcome.status is what for outcome in self.outcomes)

    def findings_from(self, threshold: Severity) -> tuple[Finding, ...]:
        """Findings at or above a severity."""
        return tuple(finding for finding in self.findings if finding.severity.reaches(threshold))

    @property
    def not_run(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is Status.NOT_RUN)

    def refuses(self, threshold: Severity | None = Severity.ERROR) -> bool:
        """Whether the gate stays shut: a finding at or above `threshold`, or a rule not run.

        With `threshold` None (``--fail-on never``) only rules that were not run refuse.
        """
        found = threshold is not None and bool(self.findings_from(threshold))
        return found or bool(self.not_run)

    def raise_for(self, threshold: Severity | None = Severity.ERROR) -> None:
        """Raise `GateRefused` when the report `refuses` at this threshold."""
        if self.refuses(threshold):
            raise GateRefused(self, threshold)


class GateRefused(Refused):
    """The data did not pass the gate; `report` says why."""

    def __init__(self, report: Report, threshold: Severity | None) -> None:
        self.report = report
        self.threshold = threshold
        found = report.findings_from(threshold) if threshold is not None else ()
        what = f"refused: {_counted(found, 'finding')}, {_counted(report.not_run, 'rule')} not run"
        first = [f"{finding.dataset} {finding.rule_id}: {finding.message}" for finding in found[:3]]
        first += [f"{o.dataset} {o.rule_id} not run: {o.reason}" for o in report.not_run[:3]]
        super().__init__(what, "; ".join(first), "correct the data, or read the report for each rule")

    def __reduce__(self) -> tuple[type[GateRefused], tuple[Report, Severity | None]]:
        return type(self), (self.report, self.threshold)


def _counted(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
