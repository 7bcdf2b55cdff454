"""What the gate found in a study: the report, what was set about how to judge, the refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ..errors import Refused
from ..glance import Glance, Glanced
from ..severity import Severity
from ..standards.structure import Structure
from ..study.definition import DefinitionSource
from ..study.variable import ReadAsMissing, ReadingNote
from ..wording import counted
from .finding import Finding, Inferred, KnownFinding, Outcome, Standing, Status

if TYPE_CHECKING:  # needs numpy; a report is claimed before libraries are loaded
    from .event_counts import EventCount

NOT_JUDGED = "not judged"


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
    rule_id, dataset, variables, message, parameter
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
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the findings of an earlier report; the others are in `Report.findings`.

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
class Policy:
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
    machine_date : date or None
        The machine's, where another day was given; None otherwise.
    judged_as : mapping of dataset to (Structure, Structure)
        Datasets whose declared class keeps off the rules of what they look like: what each was judged as,
        and what it looks like.
    read_as_missing : ReadAsMissing
        Values of all datasets that the user's words made missing.
    widened_codelists : mapping of str to str
        Codelists, of variables that are present, that accept more than those built in, and what more: "NY"
        to "extensible".
    left_out : int
        Checks that the default versions of the standards have and the given ones have not.
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
    machine_date: date | None = None
    judged_as: Mapping[str, tuple[Structure, Structure]] = field(default_factory=dict)
    read_as_missing: ReadAsMissing = field(default_factory=ReadAsMissing)
    widened_codelists: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
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
    terms : Policy
        What a user set: declarations, rules of their own, rules set aside, waivers.
    comparison : Comparison or None
        With an earlier report; only new findings then fail the gate.
    not_judged : str
        Why a run ended without a verdict; empty where it has one.
    events : tuple of EventCount
        Subjects and events per time-to-event parameter and arm.
    definition : DefinitionSource or None
        The define.xml of the study.

    Examples
    --------
    >>> report = ag.validate(ag.read("broken"))
    >>> report.verdict(), report.count(ag.Severity.ERROR), len(report.inputs)
    ('refused', 1, 2)
    """

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    inferred: tuple[Inferred, ...]
    inputs: tuple[Input, ...]
    notes: tuple[ReadingNote, ...]
    standards: Mapping[str, str]
    versions: Mapping[str, str]
    terms: Policy = field(default_factory=Policy)
    comparison: Comparison | None = None
    not_judged: str = ""
    events: tuple[EventCount, ...] = ()
    definition: DefinitionSource | None = None

    def verdict(self, threshold: Severity | str | None = Severity.ERROR) -> str:
        """ "passed", "refused" or "not judged".

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> report.verdict(), report.verdict(None)
        ('refused', 'passed')
        """
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
        headline = f"Report {verdict}: {', '.join(said) or 'no findings'} (fails on: {Severity.ERROR})"
        return Glance((headline, judged), found, len(self.findings))

    def count(self, what: Severity | Status) -> int:
        """Number of findings of a severity, or of outcomes of a status.

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> report.count(ag.Severity.ERROR), report.count(ag.Status.NOT_RUN)
        (1, 0)
        """
        if isinstance(what, Severity):
            return sum(finding.severity is what for finding in self.findings)
        return sum(outcome.status is what for outcome in self.outcomes)

    def findings_from(self, threshold: Severity | str) -> tuple[Finding, ...]:
        """Findings at or above a severity, which may be given by its word.

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> [finding.rule_id for finding in report.findings_from("warning")]
        ['TTE006', 'TTE007']
        """
        least = Severity(threshold)
        return tuple(finding for finding in self.findings if finding.severity >= least)

    def refusing(self, threshold: Severity | str | None) -> tuple[Finding, ...]:
        """Findings that fail the gate: at or above a severity, and not in the baseline.

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> [finding.rule_id for finding in report.refusing("error")], report.refusing(None)
        (['TTE006'], ())
        """
        found = self.findings_from(threshold) if threshold is not None else ()
        return tuple(each for each in found if each.standing is not Standing.UNCHANGED)

    @property
    def not_run(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.status is Status.NOT_RUN)

    def refuses(self, threshold: Severity | str | None = Severity.ERROR) -> bool:
        """Whether the gate fails: a finding at or above `threshold`, or a check that was not run.

        With `threshold` None (``--fail-on never``) only checks that were not run fail the gate. Findings
        that are also in the baseline do not.

        Examples
        --------
        >>> report = ag.validate(ag.read("broken"))
        >>> report.refuses(), report.refuses(None)
        (True, False)
        """
        return bool(self.refusing(threshold)) or bool(self.not_run) or bool(self.not_judged)

    def raise_for(self, threshold: Severity | str | None = Severity.ERROR) -> None:
        """Raise `GateRefused` when the gate fails at this threshold.

        Examples
        --------
        >>> ag.validate(ag.read("adam")).raise_for("warning")
        >>> ag.validate(ag.read("broken")).raise_for()
        Traceback (most recent call last):
            ...
        adamgate.schemas.gate.report.GateRefused: ...
        """
        if self.refuses(threshold):
            raise GateRefused(self, threshold)


class GateRefused(Refused):
    """The data did not pass the gate; `report` says why.

    Examples
    --------
    >>> try:
    ...     ag.validate(ag.read("broken")).raise_for()
    ... except ag.GateRefused as refusal:
    ...     print(refusal.threshold, [finding.rule_id for finding in refusal.report.findings_from("error")])
    error ['TTE006']
    """

    def __init__(self, report: Report, threshold: Severity | str | None) -> None:
        self.report = report
        self.threshold = None if threshold is None else Severity(threshold)
        found = report.refusing(threshold)
        what = (
            f"gate failed: {counted(len(found), 'finding')}, {counted(len(report.not_run), 'check')} not run"
        )
        first = [f"{finding.dataset} {finding.rule_id}: {finding.sentence}" for finding in found[:3]]
        first += [f"{o.dataset} {o.rule_id} not run: {o.reason}" for o in report.not_run[:3]]
        super().__init__(what, "; ".join(first), "correct the data; the report has the details")

    def __reduce__(self) -> tuple[type[GateRefused], tuple[Report, Severity | None]]:
        return type(self), (self.report, self.threshold)


def _concerned(finding: Finding) -> str:
    return counted(finding.records, "record") if finding.records else "the dataset"
