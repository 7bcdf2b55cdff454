"""Waivers: findings that somebody has looked at and answers for, record by record, until a day.

A waiver names a rule, a dataset, and either the keys of a record or values of the variable at fault; it
hides those records and no other. One without either is about a fault in the dataset as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from ..conditions.three_valued import CompareConstant, Constant, NotComparable
from ..errors import ConfigurationError
from ..rules.rule import Fault, Rule
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..wording import did_you_mean, nearest, one_line

Value = str | float | date


@dataclass(frozen=True, slots=True)
class Waiver:
    """One record, one set of values, or one fault of a dataset as a whole that is accepted.

    Attributes
    ----------
    rule : str
        Id.
    dataset : str
        In capitals; "(study)" for rules about the study as a whole.
    reason, owner : str
        Why it is accepted, and who answers for it.
    expires : date
        The last day on which it holds.
    record : mapping of variable to value
        Keys: ``{"USUBJID": "01-001", "PARAMCD": "OS"}``; dates as dates or ISO 8601 text.
    values : tuple
        Values of `variable`; where `record` is given too, both must hold.
    variable : str
        Only faults that concern this variable; by default any, and `values` are of the first one.
    place : str
        Where it stands: "waiver 2".
    """

    rule: str
    dataset: str
    reason: str
    owner: str
    expires: date
    record: Mapping[str, Value] = field(default_factory=dict, repr=False)
    values: tuple[Value, ...] = field(default=(), repr=False)
    variable: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        for name in ("rule", "dataset", "reason", "owner"):
            if not str(getattr(self, name)).strip():
                raise ConfigurationError(
                    f"a waiver has no {name}", self.place, "say who accepts what, and why"
                )

    def __str__(self) -> str:
        return f"{self.place or 'a waiver'} ({self.rule} in {self.dataset}, {self.owner})"

    def concerns(self, rule_id: str, dataset: str) -> bool:
        return (self.rule, self.dataset) == (rule_id, dataset)

    def holds_on(self, today: date) -> bool:
        return today <= self.expires

    def accepts(self, fault: Fault) -> bool:
        """Whether it is about a fault of this kind: of records or of the dataset, and of its variable."""
        named = bool(self.record or self.values)
        about_records = fault.mask is not None
        return named is about_records and (not self.variable or self.variable in fault.variables)

    def names(self, data: Dataset, fault: Fault) -> Mask:
        """The records of a dataset that it names; none where it cannot be asked."""
        found = np.ones(len(data), dtype=np.bool_)
        for variable, value in self.record.items():
            found &= _equal(data, variable, value)
        if self.values:
            variable = self.variable or (fault.variables[0] if fault.variables else "")
            hits = [_equal(data, variable, value) for value in self.values]
            found &= np.logical_or.reduce(hits)
        return found


def _equal(data: Dataset, variable: str, value: Value) -> Mask:
    if variable in data:
        try:
            return CompareConstant(variable, "==", _constant(value)).truth(data).true
        except NotComparable:
            pass  # another kind of value equals none
    return np.zeros(len(data), dtype=np.bool_)


def _constant(value: Value) -> Constant:
    """As conditions take it; the Python API may give dates and whole numbers."""
    if isinstance(value, date):
        return value.isoformat()
    return value.rstrip(" ") if isinstance(value, str) else float(value)


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a study on a day.

    Attributes
    ----------
    all : tuple of Waiver
    today : date
        Decides which have expired.
    """

    all: tuple[Waiver, ...]
    today: date

    @classmethod
    def of(cls, waivers: Iterable[Waiver], today: date | None, book: Mapping[str, Rule]) -> Waivers:
        """As a user gives them; raises ConfigurationError for an unknown rule."""
        numbered = tuple(
            each if each.place else replace(each, place=f"waiver {number}")
            for number, each in enumerate(waivers, 1)
        )
        for each in numbered:
            if each.rule not in book:
                advice = did_you_mean(each.rule, near) if (near := nearest(each.rule, book)) else ""
                raise ConfigurationError(
                    f"no rule has the id '{one_line(each.rule)}'",
                    each.place,
                    advice or "a waiver names one rule by its id; `adamgate rules` lists them",
                )
        return cls(numbered, today or date.today())

    def in_force(self, rule_id: str, dataset: str) -> tuple[Waiver, ...]:
        return tuple(
            each for each in self.all if each.concerns(rule_id, dataset) and each.holds_on(self.today)
        )


def spare(
    data: Dataset | None, fault: Fault, waivers: Sequence[Waiver]
) -> tuple[Fault | None, tuple[tuple[Waiver, int], ...]]:
    """Take what is waived out of a fault.

    Returns
    -------
    Fault or None
        What is left of it.
    tuple of (Waiver, int)
        Each waiver that hid something, with the number of records; 0 for a fault of the dataset as a whole.
        One that names only what an earlier one hides has met nothing.
    """
    fitting = [each for each in waivers if each.accepts(fault)]
    if not fitting:
        return fault, ()
    if fault.mask is None or data is None:
        return None, ((fitting[0], 0),)
    left = fault.mask.copy()
    met = []
    for waiver in fitting:
        named = waiver.names(data, fault)
        hidden = int(np.count_nonzero(named & left))
        if hidden:
            met.append((waiver, hidden))
            left &= ~named
    return (replace(fault, mask=left) if left.any() else None), tuple(met)
