"""One variable of ADSL while it is derived: its declaration, with the table that gets it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.columns import Days, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.raw_places import PlacedPart, RawPlaces
from ....schemas.study.variable import Variable
from .options import DerivedVariable
from .subject_table import SubjectTable


@dataclass(frozen=True, eq=False)
class Declared:
    """A declared variable.

    Attributes
    ----------
    name : str
    variable : DerivedVariable
    table : SubjectTable
    """

    name: str
    variable: DerivedVariable
    table: SubjectTable

    def place(self, key: str) -> str:
        """Of the specification, for problems."""
        return f"[subject.{self.name}] {key}"

    def part(self, names: tuple[str, ...] | list[str], key: str) -> Dataset | None:
        """Variables of the subjects that a key names; None where one is not present, which is noted."""
        return self.table.part(names, self.place(key))

    def days(self, name: str, key: str) -> Days | None:
        """The dates of a variable that a key names; None where they are not dates, which is noted."""
        return self.table.days(name, self.place(key))

    def effect(self, key: str, value: str, effect: str, concerned: Mask) -> None:
        """Count the subjects that a policy concerns."""
        account = self.table.task.account
        account.effect(f"subject.{self.name}: {key}", value, effect, self.table.base, concerned)

    def refuse(
        self, what: str, place: str, advice: str, concerned: Mask, raw: RawPlaces | None = None
    ) -> None:
        """Note why subjects are refused, if there are some; by the raw records that decide, if given."""
        if concerned.any():
            self.table.task.account.problem(what, place, advice, self.table.base, concerned, raw=raw)

    def same_records(self, of: str, names: Iterable[str]) -> None:
        """Note that variables are of the raw records that another variable is of."""
        places = self.table.raw_places(of)
        if places is not None:
            every = np.arange(len(self.table))
            self.table.raw.update({name: [PlacedPart(every, places)] for name in names})

    def fail(self, what: str, key: str, advice: str) -> None:
        """Note why the variable cannot be derived."""
        self.table.task.account.problem(what, self.place(key), advice)

    def add(self, column: pd.Series | NDArray[Any], source: Variable | None = None) -> None:
        """Derive the variable, described as its source is."""
        self.table.add(self.name, column, self.variable.label, source)
