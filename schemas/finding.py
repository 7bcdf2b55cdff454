"""What the gate found: Severity, Finding, Outcome, Report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .dataset import ReadAsMissing, ReadingNote
from .errors import Refused
from .fingerprint import RecordKeys, fingerprint
from .glance import Glance, Glanced
from .spelling import counted
from .structure import Structure
from .word import Word

NOT_JUDGED = "not judged"
UNDELIVERED = "not delivered: "
"""Start of the reason of a rule that lacks a dataset; it refuses where the study is declared complete."""
EXAMPLES = 10
"""At most this many records stand in a finding as examples; the count is always exact."""


class Severity(Word):
    """How much a finding weighs: ``ERROR > WARNING > NOTE``, also beside their words as plain text."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return tuple(Severity).index(self)

    def _ranks(self, other: object) -> tuple[int, int]:
        order = tuple(Severity)
        if isinstance(other, str) and other in order:
            return self.rank, order.index(Severity(other))
        raise TypeError(f"{other!r} is not a severity: compare {self!r} with one of {', '.join(order)}")


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
    keys: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)


class Standing(Word):
    """How a finding stands to those of an earlier report."""

    NEW = "new"
    UNCHANGED = "unchanged"


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
    title : str
        Of the rule.
    keys : RecordKeys
        Which records, by their hashed keys.
    standing : Standing or None
        Where it was compared with an earlier report.
    new_records : int or None
        How many of the records are new since then; None where that cannot be told, or was not asked.
    values : str
        What stands in the data, in words; empty unless asked for (it is patient data).
    keys_shown : bool
        Whether a report may list the hashed keys, from which subjects can be guessed.
    """

    rule_id: str
    severity: Severity
    dataset: str
    variables: tuple[str, ...]
    message: str
    records: int = 0
    examples: tuple[Example, ...] = field(default=(), repr=False)
    title: str = ""
    keys: RecordKeys = field(default=RecordKeys(), repr=False)
    standing: Standing | None = None
    new_records: int | None = None
    values: str = field(default="", repr=False)
    keys_shown: bool = True

    @property
    def said(self) -> str:
        """The message, with the values where they were asked for."""
        return f"{self.message}: {self.values}" if self.values else self.message

    @property
    def subject(self) -> tuple[str, str, tuple[str, ...]]:
        """What it is about, whatever its records and its words."""
        return self.rule_id, self.dataset, self.variables

    @property
    def fingerprint(self) -> str:
        """The same in every delivery that has the same fault in the same records.

        Where a fault is in the dataset as a whole, its words alone tell it from others of its rule.
        """
        words = () if self.records else (self.message,)
        return fingerprint((self.rule_id, self.dataset, *self.variables, *words), self.records, self.keys)


class Status(Word):
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
    seconds: float = field(default=0.0, compare=False, repr=False)

    @property
    def undelivered(self) -> tuple[str, ...]:
        """Datasets that the rule needs and that are not present; empty where that is not what kept it."""
        names = self.reason.removeprefix(UNDELIVERED)
        return tuple(names.split(", ")) if names != self.reason else ()


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
class Deselected:
    """A rule that was set aside on a dataset it covers, and by what: "ignore AD02", "select TTE"."""

    rule_id: str
    dataset: str
    reason: str


@dataclass(frozen=True, slots=True)
class Waived:
    """What a waiver took out of one finding.

    Attributes
    ----------
    rule_id, dataset, variables, message
        As of the finding.
    records : int
        Records that it hid; 0 for a fault of the dataset as a whole.
    reason, owner : str
    expires : date
    place : str
        Which waiver: "waiver 2".
    """

    rule_id: str
    dataset: str
    variables: tuple[str, ...]
    message: str
    records: int
    reason: str
    owner: str
    expires: date
    place: str


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding of an earlier report.

    Attributes
    ----------
    rule_id, severity, dataset, variables, message, records, fingerprint
        As of the finding.
    listed : tuple of str or None
        Hashes of its records' keys; None where they were too many to list.
    """

    rule_id: str
    severity: Severity
    dataset: str
    variables: tuple[str, ...]
    message: str
    records: int
    fingerprint: str
    listed: tuple[str, ...] | None = field(default=(), repr=False)

    @property
    def subject(self) -> tuple[str, str, tuple[str, ...]]:
        return self.rule_id, self.dataset, self.variables


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the findings of an earlier report; the others stand in `Report.findings`.

    Attributes
    ----------
    path, sha256 : str
        The earlier report.
    fixed : tuple of KnownFinding
        Judged again and not found again.
    not_judged : tuple of KnownFinding
        Their rule did not judge their dataset this time, or they are waived.
    """

    path: str
    sha256: str
    fixed: tuple[KnownFinding, ...] = ()
    not_judged: tuple[KnownFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a user set about how to judge, as the report states it.

    Attributes
    ----------
    declared : mapping of name to statement
        What was declared of the study: "cut_off" to "2024-01-31".
    own_rules : tuple of str
        Ids of rules that the user brought along.
    severities : mapping of rule name to Severity
    deselected : tuple of Deselected
    waived : tuple of Waived
    judged_on : date or None
        The day by which waivers expire; None where there are none.
    judged_as : mapping of dataset to (Structure, Structure)
        Datasets whose declared class keeps off the rules of what they look like: what each was judged as,
        and what it looks like.
    read_as_missing : ReadAsMissing
        Values of all datasets that the user's words made missing.
    origins : mapping of term to str
        Where "select", "waivers", "missing", … and the versions of the standards came from: an option, a
        file.
    """

    declared: Mapping[str, str] = field(default_factory=dict)
    own_rules: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    deselected: tuple[Deselected, ...] = ()
    waived: tuple[Waived, ...] = ()
    judged_on: date | None = None
    judged_as: Mapping[str, tuple[Structure, Structure]] = field(default_factory=dict)
    read_as_missing: ReadAsMissing = field(default_factory=ReadAsMissing)
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Report(Glanced):
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
    terms : Terms
        What a user set: declarations, rules of their own, rules set aside, waivers.
    comparison : Comparison or None
        With an earlier report; only new findings refuse then.
    not_judged : str
        Why a run ended without a verdict; empty where it has one.
    """

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    inferred: tuple[Inferred, ...]
    inputs: tuple[Input, ...]
    notes: tuple[ReadingNote, ...]
    standards: Mapping[str, str]
    versions: Mapping[str, str]
    terms: Terms = field(default_factory=Terms)
    comparison: Comparison | None = None
    not_judged: str = ""

    def verdict(self, threshold: Severity | str | None = Severity.ERROR) -> str:
        """ "passed", "refused" or "not judged"."""
        if self.not_judged:
            return NOT_JUDGED
        return "refused" if self.refuses(threshold) else "passed"

    def _glance(self) -> Glance:
        said = [counted(self.count(each), each) for each in reversed(Severity) if self.count(each)]
        if self.not_run:
            said.append(f"{counted(len(self.not_run), 'check')} not run")
        verdict = self.verdict().upper()
        outcomes = ", ".join(f"{self.count(status):,} {status}" for status in Status)
        judged = f"{counted(len(self.inputs), 'dataset')}, {counted(len(self.outcomes), 'check')}: {outcomes}"
        found = (
            (each.severity, each.rule_id, each.dataset, _concerned(each), each.title)
            for each in self.findings
        )
        headline = f"Report {verdict}: {', '.join(said) or 'no findings'} (refused from: {Severity.ERROR})"
        return Glance((headline, judged), found, len(self.findings))

    def count(self, what: Severity | Status) -> int:
        """Number of findings of a severity, or of outcomes of a status."""
        if isinstance(what, Severity):
            return sum(finding.severity is what for finding in self.findings)
        return sum(outcome.status is what for outcome in self.outcomes)

    def findings_from(self, threshold: Severity | str) -> tuple[Finding, ...]:
        """Findings at or above a severity, which may be given by its word."""
        least = Severity(threshold)
        return tuple(finding for finding in self.findings if finding.severity >= least)

    def refusing(self, threshold: Severity | str | None) -> tuple[Finding, ...]:
        """Findings that keep the gate shut: at or above a severity, and not known from before."""
        found = self.findings_from(threshold) if threshold is not None else ()
        return tuple(each for each in found if each.standing is not Standing.UNCHANGED)

    @property
    def not_run(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is Status.NOT_RUN)

    def refuses(self, threshold: Severity | str | None = Severity.ERROR) -> bool:
        """Whether the gate stays shut: a finding at or above `threshold`, or a rule not run.

        With `threshold` None (``--fail-on never``) only rules that were not run refuse. Findings that
        stood in the earlier report a study was compared with do not.
        """
        return bool(self.refusing(threshold)) or bool(self.not_run) or bool(self.not_judged)

    def raise_for(self, threshold: Severity | str | None = Severity.ERROR) -> None:
        """Raise `GateRefused` when the report `refuses` at this threshold."""
        if self.refuses(threshold):
            raise GateRefused(self, threshold)


class GateRefused(Refused):
    """The data did not pass the gate; `report` says why."""

    def __init__(self, report: Report, threshold: Severity | str | None) -> None:
        self.report = report
        self.threshold = None if threshold is None else Severity(threshold)
        found = report.refusing(threshold)
        what = f"refused: {counted(len(found), 'finding')}, {counted(len(report.not_run), 'rule')} not run"
        first = [f"{finding.dataset} {finding.rule_id}: {finding.message}" for finding in found[:3]]
        first += [f"{o.dataset} {o.rule_id} not run: {o.reason}" for o in report.not_run[:3]]
        super().__init__(what, "; ".join(first), "correct the data, or read the report for each rule")

    def __reduce__(self) -> tuple[type[GateRefused], tuple[Report, Severity | None]]:
        return type(self), (self.report, self.threshold)


def _concerned(finding: Finding) -> str:
    return counted(finding.records, "record") if finding.records else "the dataset"
