"""The records of an adverse event dataset while their columns are derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ....schemas.wording import did_you_mean
from ..adsl_dates import known_days_in_adsl
from ..assembled import KEYS
from ..task import DerivationTask
from .options import AdverseEvents


@dataclass(frozen=True, eq=False)
class EventTable:
    """One row per derived record.

    Attributes
    ----------
    task : DerivationTask
    options : AdverseEvents
    source : Dataset
        The records that are kept, with their supplemental qualifiers.
    subject : ndarray of int, shape (n_records,)
        Position of each record's subject in ADSL.
    columns : dict of name to Series, shape (n_records,)
        What is derived so far.
    described : dict of name to Variable
        Derived variables whose label the specification has.
    failed : set of str
        Variables that could not be derived, which was noted.
    """

    task: DerivationTask
    options: AdverseEvents
    source: Dataset
    subject: Codes
    columns: dict[str, pd.Series] = field(default_factory=dict)
    described: dict[str, Variable] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        """Of the specification, for problems."""
        return f"[derive.{self.task.name}]"

    def __len__(self) -> int:
        return len(self.subject)

    def add(self, name: str, column: pd.Series | NDArray[Any], label: str = "") -> None:
        """Take a derived variable."""
        if name in self.columns:
            advice = "give the flag, query or variable another name"
            self.task.account.problem(f"{name} is derived twice", self.place, advice)
            return
        if name in self.source:
            what = f"{name} is a variable of {self.source.name}, and derived"
            self.task.account.problem(what, self.place, "rename or omit it in the source")
            return
        self.columns[name] = pd.Series(column, copy=False)
        if label:
            self.described[name] = Variable(name, label=label)

    def absent_values(self, condition: str, place: str, data: Dataset) -> None:
        """Note values of variables that are not derived, which a condition asks for and no record has."""
        given = {*self.source.names, *self.task.adsl.names} - {*self.columns}
        self.task.account.absent_values(condition, place, data, given)

    def column(self, name: str) -> pd.Series | None:
        """A variable of the dataset: derived, of the source, or carried from ADSL; None where not present."""
        derived = self.columns.get(name)
        if derived is not None:
            return derived
        if name in self.source and name not in KEYS:
            return self.source[name]
        adsl, options = self.task.adsl, self.options
        carried = {each: each for each in (*KEYS, *options.carry)} | dict(options.carry_as)
        origin = carried.get(name, "")
        if origin in adsl:
            return adsl[origin].take(self.subject).reset_index(drop=True)
        if name in self.source:
            return self.source[name]
        return None

    @property
    def names(self) -> list[str]:
        """Of all variables of the dataset."""
        carried = [*KEYS, *self.options.carry, *self.options.carry_as]
        return list(dict.fromkeys([*self.source.names, *self.columns, *carried]))

    def part(self, places: Mapping[str, str]) -> Dataset | None:
        """Some variables, each with the place that names it, as a dataset.

        None where one is not present, which is a problem noted.
        """
        found = {name: self.column(name) for name in places}
        for name, column in found.items():
            if column is None and name not in self.failed:
                what = f"{name} is not present in {self.task.name}"
                advice = f"{did_you_mean(name, self.names)}; a variable of ADSL is to be carried"
                self.task.account.problem(what, places[name], advice)
        present = {name: column for name, column in found.items() if column is not None}
        if len(present) < len(found):
            return None
        return Dataset.from_frame(pd.DataFrame(present, copy=False), self.task.name)

    def subject_days(self, variable: str, key: str) -> Days | None:
        """A date of ADSL for each record; None where it is not present, which is a problem noted."""
        days = known_days_in_adsl(variable, f"{self.place} {key}", self.task)
        return None if days is None else days[self.subject]

    def effect(self, policy: str, value: str, effect: str, concerned: Mask) -> None:
        """Count the records that a policy concerns."""
        self.task.account.effect(policy, value, effect, self.source, concerned, unit="record")

    def problem(self, what: str, place: str, advice: str, concerned: Mask) -> None:
        """Note why records are refused, if there are some."""
        if concerned.any():
            self.task.account.problem(what, place, advice, self.source, concerned)

    def refuse(self, what: str, key: str, advice: str, concerned: Mask) -> None:
        """Note why a key of the dataset refuses records, if there are some."""
        self.problem(what, f"{self.place} {key}", advice, concerned)

    def fail(self, name: str) -> None:
        """Note that a variable cannot be derived, which is a problem that was noted."""
        self.failed.add(name)
