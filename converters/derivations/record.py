"""What a derivation did: effects of policies, censoring reasons, durations that rest on imputed dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schemas.errors import Refused
from ...schemas.wording import counted
from ..survival.subjects import listed


@dataclass(frozen=True, slots=True)
class ValueEffect:
    """What one value of a map, a code list or a unit became, and how often.

    Attributes
    ----------
    value : str or None
        As in the files; None if it is missing.
    became : str or None
        The new value, or "x 10" for numbers of a unit; None if it is missing.
    count : int
        How many records; also 0 if it is declared.
    """

    value: str | None
    became: str | None
    count: int


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """What one policy did to the records of a derived dataset.

    Attributes
    ----------
    dataset : str
    parameter : str
        PARAMCD; empty if the policy is of the dataset.
    policy : str
        Key of the specification, such as "before_origin", with its table where it is that of a source:
        "source.DTH.same_date".
    value : str
        What is declared, such as "raise".
    effect : str
        In words: "ADT raised to STARTDT".
    count : int
        How many subjects or records it concerned; also 0, so that each policy is reported.
    subjects : tuple of str
        These subjects, or those of the records.
    unit : str
        "subject", "record"; of raw files also "column", "file" and "code".
    values : tuple of ValueEffect
        What the policy did to each value, if it is a map, a code list or the factors of units.
    """

    dataset: str
    parameter: str
    policy: str
    value: str
    effect: str
    count: int
    subjects: tuple[str, ...] = ()
    unit: str = "subject"
    values: tuple[ValueEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """A source of a derived dataset.

    Attributes
    ----------
    dataset : str
        The derived one; ``[derive.NAME]`` declares it.
    source : str
        Name of the dataset that was used.
    records : int
        Of the source.
    used : int
        Those that had a place: that are dated and selected, or, of ADSL, whose subject has a record.
    """

    dataset: str
    source: str
    records: int
    used: int


@dataclass(frozen=True, slots=True)
class AbsentValue:
    """A value that a condition asks for and that no record has, perhaps since it is misspelt.

    Attributes
    ----------
    dataset : str
        The derived one.
    where : str
        Of the condition: "[source.PD] where".
    source : str
        The dataset that does not have the value.
    variable, value : str
    nearest : str
        The value most like it that a record has; empty if none is like it.
    """

    dataset: str
    where: str
    source: str
    variable: str
    value: str
    nearest: str


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """How many records of a parameter a source or a stop decided.

    Attributes
    ----------
    dataset, parameter : str
    source : str
        Name of the source or of the stop.
    cnsr : int
        0 for an event.
    description : str
        EVNTDESC; of several the first one, with "…".
    records : int
    """

    dataset: str
    parameter: str
    source: str
    cnsr: int
    description: str
    records: int


@dataclass(frozen=True, slots=True)
class ImputedDuration:
    """A duration that rests on an imputed date, and the range in which it lies.

    Attributes
    ----------
    subject : str
    aval, lowest, highest : float
        As derived, and under the extremes of all partial dates, in the unit of AVAL.
    """

    subject: str
    aval: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class ImputationRange:
    """How far imputed dates move the durations of a parameter.

    Attributes
    ----------
    dataset, parameter : str
    durations : tuple of ImputedDuration
        One for each subject whose duration rests on an imputed date.
    median, lowest_median, highest_median : float
        Kaplan-Meier medians as derived, and with every such duration at its lowest or highest; NaN if not
        reached.
    """

    dataset: str
    parameter: str
    durations: tuple[ImputedDuration, ...]
    median: float
    lowest_median: float
    highest_median: float


@dataclass(frozen=True, slots=True)
class DerivationRecord:
    """What was derived, and what each policy did.

    Attributes
    ----------
    records : mapping of dataset to int
        Number of records of each derived dataset.
    effects : tuple of PolicyEffect
    decided : tuple of DecidedBy
    ranges : tuple of ImputationRange
    made_from : tuple of MadeFrom
    raw_tables : mapping of dataset to tuple of str
        Names of the tables ``[raw.NAME]`` that make a dataset; the others are made by ``[derive.NAME]``.
    of_parameters : mapping of dataset to mapping of PARAMCD to int
        Number of records of each parameter.
    absent : tuple of AbsentValue

    Examples
    --------
    >>> decided = ag.DerivationRecord({"ADTTE": 6}).decided
    >>> len(decided)
    0
    """

    records: dict[str, int] = field(default_factory=dict)
    effects: tuple[PolicyEffect, ...] = ()
    decided: tuple[DecidedBy, ...] = ()
    ranges: tuple[ImputationRange, ...] = ()
    made_from: tuple[MadeFrom, ...] = ()
    raw_tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    of_parameters: dict[str, dict[str, int]] = field(default_factory=dict)
    absent: tuple[AbsentValue, ...] = ()

    def of_dataset(self, name: str) -> DerivationRecord:
        """That of one dataset.

        Examples
        --------
        >>> ag.DerivationRecord({"ADAE": 5, "ADTTE": 3}).of_dataset("ADTTE").records
        {'ADTTE': 3}
        """
        return DerivationRecord(
            {name: self.records[name]},
            tuple(each for each in self.effects if each.dataset == name),
            tuple(each for each in self.decided if each.dataset == name),
            tuple(each for each in self.ranges if each.dataset == name),
            tuple(each for each in self.made_from if each.dataset == name),
            {name: self.raw_tables[name]} if name in self.raw_tables else {},
            {name: self.of_parameters[name]} if name in self.of_parameters else {},
            tuple(each for each in self.absent if each.dataset == name),
        )

    def declaration(self, name: str) -> str:
        """The tables of the specification that declare a dataset: "[derive.ADTTE]", "[raw.AE]".

        Examples
        --------
        >>> ag.DerivationRecord({"ADTTE": 3}).declaration("ADTTE")
        '[derive.ADTTE]'
        """
        return ", ".join(f"[raw.{each}]" for each in self.raw_tables.get(name, ())) or f"[derive.{name}]"

    def records_of(self, dataset: str, parameter: str) -> int:
        """Number of records of a parameter.

        Examples
        --------
        >>> ag.DerivationRecord({"ADTTE": 6}, of_parameters={"ADTTE": {"OS": 6}}).records_of("ADTTE", "OS")
        6
        """
        return self.of_parameters.get(dataset, {}).get(parameter, 0)

    @property
    def parameters(self) -> tuple[str, ...]:
        """PARAMCDs that it is about, in order."""
        noted = [each.parameter for each in self.decided] + [each.parameter for each in self.effects]
        counted_ones = [each for counts in self.of_parameters.values() for each in counts]
        return tuple(dict.fromkeys(filter(None, [*noted, *counted_ones])))

    @classmethod
    def together(
        cls,
        records: dict[str, int],
        parts: Iterable[DerivationRecord],
        of_parameters: dict[str, dict[str, int]] | None = None,
    ) -> DerivationRecord:
        """What several derivations did.

        Examples
        --------
        >>> parts = [ag.DerivationRecord(), ag.DerivationRecord()]
        >>> ag.DerivationRecord.together({"ADTTE": 6}, parts).records
        {'ADTTE': 6}
        """
        listed_parts = list(parts)
        return cls(
            records,
            tuple(each for part in listed_parts for each in part.effects),
            tuple(each for part in listed_parts for each in part.decided),
            tuple(each for part in listed_parts for each in part.ranges),
            tuple(each for part in listed_parts for each in part.made_from),
            {name: tables for part in listed_parts for name, tables in part.raw_tables.items()},
            {name: counts for part in listed_parts for name, counts in part.of_parameters.items()}
            | (of_parameters or {}),
            tuple(each for part in listed_parts for each in part.absent),
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """Why data are refused.

    Attributes
    ----------
    what : str
        In one line, without subjects: "ADT is before the origin in 3 records".
    where : str
        "[endpoint.PFS] before_origin".
    advice : str
    subjects : tuple of str
    """

    what: str
    where: str
    advice: str
    subjects: tuple[str, ...] = ()


class DerivationRefused(Refused):
    """The sources are not fit for what is declared; all problems found are listed. Exit code 1.

    Attributes
    ----------
    problems : tuple of Problem
    not_derived : mapping of str to tuple of str
        Datasets that were not derived, since they need others that could not be.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> os = ag.DerivedEndpoint(param="OS", origin="TRTSDT", events=("DEATH",))
    >>> death = ag.DerivationSource(dataset="ADXX", date="DTHDT")
    >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"OS": os}, {"DEATH": death})
    >>> try:
    ...     ag.derive(study, what)
    ... except ag.DerivationRefused as refusal:
    ...     print(refusal.problems[0].what)
    dataset ADXX is not present
    """

    def __init__(
        self, problems: Sequence[Problem], not_derived: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.not_derived = dict(not_derived or {})
        others = (
            f"{name} is not derived, since it needs {' and '.join(needed)}"
            for name, needed in self.not_derived.items()
        )
        super().__init__(
            f"The sources do not fit the specification: {counted(len(problems), 'problem')}",
            details=[*map(_line, problems), *others],
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.not_derived)


def _line(problem: Problem) -> str:
    subjects = f" ({listed(problem.subjects)})" if problem.subjects else ""
    return f"{problem.where}: {problem.what}{subjects}; {problem.advice}"
