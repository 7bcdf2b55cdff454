"""What one rule found in one dataset: Finding, Outcome, Inferred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..severity import Severity
from ..word import Word
from ..wording import UNDELIVERED
from .record_keys import RecordKeys, fingerprint

if TYPE_CHECKING:  # needs numpy; a report is claimed before libraries are loaded
    from ..study.raw_places import RawPlace

Subject = tuple[str, str, tuple[str, ...]]
"""Rule, dataset and variables."""

EXAMPLES = 10
"""At most this many records are in a finding as examples; the count is always exact."""


def sentence(parameter: str, message: str) -> str:
    """A message about a parameter as people read it."""
    return f"{parameter}: {message}" if parameter else message


def fingerprint_of_whole(
    rule_id: str, dataset: str, variables: tuple[str, ...], parameter: str, cause: str
) -> str:
    """The fingerprint of a fault in a dataset as a whole."""
    of_parameter = (parameter,) if parameter else ()
    return fingerprint((rule_id, dataset, *variables, *of_parameter, cause), 0, RecordKeys())


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
    raw : RawPlace or None
        The record of a raw export that it was made of, where that is known.
    raw_of_variables : mapping of variable to RawPlace
        Those of the finding's variables whose values are of another raw record.
    """

    record: int
    keys: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    raw: RawPlace | None = field(default=None, repr=False)
    raw_of_variables: Mapping[str, RawPlace] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """Where it is: "record 3", "record 3, ae.csv line 14, DTHDT of deaths.xpt record 2"."""
        of_variables = (f"{name} of {each}" for name, each in self.raw_of_variables.items())
        own = () if self.raw is None else (str(self.raw),)
        return ", ".join((f"record {self.record:,}", *own, *of_variables))


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
        What is wrong, in one sentence, without patient data and without the parameter.
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
        How many of the records are new since then; None if unknown or not compared.
    values : str
        Values in the data; empty unless requested (patient data).
    keys_shown : bool
        Whether a report may list the hashed keys, from which subjects can be guessed.
    parameter : str
        PARAMCD of the parameter it is about; empty where it is about none, or several.
    cause : str
        What distinguishes it from others of its rule, variables and parameter; empty where records do.
    earlier_records : int or None
        Number of records of the earlier findings with which it shares some, if they are not the same; None
        if it is new, or the same.
    line : int
        Line of define.xml that it is about; 0 if it is about none.

    Examples
    --------
    >>> finding = ag.validate(ag.read("broken")).findings[0]
    >>> finding.rule_id, str(finding.severity), finding.dataset, finding.records
    ('TTE006', 'error', 'ADTTE', 1)
    >>> finding.examples[0].record, finding.examples[0].keys["USUBJID"]
    (3, 'S1-03')
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
    parameter: str = ""
    cause: str = ""
    earlier_records: int | None = None
    line: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether it was in the earlier report, with other records than now."""
        return self.earlier_records is not None

    @property
    def sentence(self) -> str:
        """The message as people read it, with its parameter: "OS: AVAL is negative"."""
        return sentence(self.parameter, self.message)

    @property
    def worded(self) -> str:
        """The message, with the values where they were asked for."""
        return f"{self.message}: {self.values}" if self.values else self.message

    @property
    def said(self) -> str:
        """The same with the parameter before it."""
        return sentence(self.parameter, self.worded)

    @property
    def subject(self) -> Subject:
        """What it is about, whatever its records and its words."""
        return self.rule_id, self.dataset, self.variables

    @property
    def fingerprint(self) -> str:
        """The same in every delivery that has the same fault in the same records.

        The message is not part of it. Findings of a rule differ by their records; those about a whole
        dataset by parameter and cause.
        """
        if not self.records:
            return fingerprint_of_whole(*self.subject, self.parameter, self.cause)
        return fingerprint((self.rule_id, self.dataset, *self.variables), self.records, self.keys)


class Status(Word):
    """The four outcomes of a rule on a dataset.

    Examples
    --------
    >>> report = ag.validate(ag.read("adam"))
    >>> sum(report.count(status) for status in ag.Status) == len(report.outcomes)
    True
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one rule on one dataset; `reason` explains why it was not run or not applicable.

    Run time is not compared: equal outcomes may differ in `seconds`.

    Examples
    --------
    >>> outcome = ag.validate(ag.read("adam"), select="TTE006").outcomes[0]
    >>> outcome.rule_id, outcome.dataset, str(outcome.status)
    ('TTE006', 'ADTTE', 'passed')
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
class KnownFinding:
    """A finding of an earlier report.

    Attributes
    ----------
    rule_id, severity, dataset, variables, message, records, fingerprint
        As of the finding.
    listed : tuple of str or None
        Hashes of its records' keys; None where they were too many to list.
    parameter : str
        As of the finding; earlier reports have it in the message.
    also : tuple of str
        Other fingerprints that the finding may have now; an earlier report did not tell them apart.
    weight : Severity or None
        Severity up to which a finding is this one, where its rule weighs more since; None: `severity`.
    """

    rule_id: str
    severity: Severity
    dataset: str
    variables: tuple[str, ...]
    message: str
    records: int
    fingerprint: str
    listed: tuple[str, ...] | None = field(default=(), repr=False)
    parameter: str = ""
    also: tuple[str, ...] = field(default=(), repr=False)
    weight: Severity | None = field(default=None, repr=False)

    @property
    def sentence(self) -> str:
        """The message with its parameter."""
        return sentence(self.parameter, self.message)

    @property
    def subject(self) -> Subject:
        return self.rule_id, self.dataset, self.variables
