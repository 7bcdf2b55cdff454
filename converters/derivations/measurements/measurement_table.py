"""The records of a dataset of measurements while they are derived, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.raw_places import RawPlaces
from ....schemas.study.variable import Variable
from ....schemas.wording import did_you_mean
from ..adsl_dates import known_days_in_adsl
from ..assembled import KEYS
from ..column_values import taken, texts
from ..own_columns import dataset_of
from ..task import DerivationTask
from .options import ANY_DOMAIN, Measurements
from .stacked_columns import missing_like, stacked

NO_RECORD = -1
"""The position in the source of a record that is derived from others."""
LATER = frozenset({"ABLFL", "BASE", "BASEC", "CHG", "PCHG"})
"""What is derived when all records are."""


class _Step(NamedTuple):
    """Variables that are derived together."""

    names: tuple[str, ...]
    derive: Callable[[], None]


@dataclass(eq=False)
class MeasurementTable:
    """One row per derived record; columns are derived when something asks for them.

    Attributes
    ----------
    task : DerivationTask
    options : Measurements
    source : Dataset
        The records that are kept, with their supplemental qualifiers.
    origin : ndarray of int, shape (n_records,)
        Position in the source of each record; -1 where it is derived from others.
    subject : ndarray of int, shape (n_records,)
        Position of each record's subject in ADSL.
    domain : ndarray of int, shape (n_kept,)
        Position of the source dataset of each record of `source`.
    columns : dict of name to Series, shape (n_records,)
        What is derived so far.
    described : dict of name to Variable
        Derived variables whose label the specification has.
    """

    task: DerivationTask
    options: Measurements
    source: Dataset
    origin: Codes
    subject: Codes
    domain: Codes
    columns: dict[str, pd.Series] = field(default_factory=dict)
    described: dict[str, Variable] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    """PARAMCDs that are declared."""
    units: dict[str, str] = field(default_factory=dict)
    """Unit of AVAL of parameters whose table declares it; "" where it does not, and AVAL is calculated."""
    baseline: Codes | None = None
    """Position of the baseline record of each record, -1 for none, when it is known."""
    failed: set[str] = field(default_factory=set)
    """Variables that could not be derived, which was noted."""
    _pending: dict[str, _Step] = field(default_factory=dict)
    _of_each: dict[str, _Step] = field(default_factory=dict)
    _named: Dataset | None = None

    def __len__(self) -> int:
        return len(self.origin)

    @property
    def place(self) -> str:
        """Of the specification, for problems."""
        return f"[derive.{self.task.name}]"

    def add(self, name: str, column: pd.Series | NDArray[Any], label: str = "") -> None:
        """Take a derived variable."""
        if name in self.columns:
            advice = "give one of them another name"
            self.task.account.problem(f"{name} is derived twice", self.place, advice)
            return
        if name in self.source:
            what = f"{name} is a variable of {self.source.name}, and derived"
            self.task.account.problem(what, self.place, "rename or omit it in the source")
            self.fail(name)
            return
        self.columns[name] = pd.Series(column, copy=False)
        if label:
            self.described[name] = Variable(name, label=label)

    def later(
        self, names: Iterable[str], derive: Callable[[], None], *, of_each_record: bool = False
    ) -> None:
        """Let variables be derived together when one of them is asked for.

        What follows from each record alone is derived again when there are more records.
        """
        step = _Step(tuple(names), derive)
        self._pending.update(dict.fromkeys(step.names, step))
        if of_each_record:
            self._of_each.update(dict.fromkeys(step.names, step))

    def derive_pending(self) -> None:
        """Derive what nothing asked for."""
        while self._pending:
            self.column(next(iter(self._pending)))

    def column(self, name: str) -> pd.Series | None:
        """A variable of the dataset: derived, of the source, or of ADSL; None where not present."""
        if name in self._pending:
            step = self._pending[name]
            for each in step.names:
                self._pending.pop(each, None)
            step.derive()
        if name in self.columns:
            return self.columns[name]
        if name in self.failed:
            return None
        adsl, options = self.task.adsl, self.options
        carried = {each: each for each in (*KEYS, *options.carry)} | dict(options.carry_as)
        origin = carried.get(name, "")
        if origin in adsl:
            return self._of_adsl(origin)
        if name in self.source:
            return self.of_source(name)
        return self._of_adsl(name) if name in adsl else None

    def _of_adsl(self, name: str) -> pd.Series:
        """A variable of ADSL for each record; texts by their positions among those of the subjects."""
        adsl = self.task.adsl
        if not adsl.is_character(name):
            return taken(adsl[name], self.subject)
        distinct = adsl.distinct(name)
        return texts(distinct.codes[self.subject], map(str, distinct))

    def of_source(self, name: str) -> pd.Series:
        """A variable of the source for each record."""
        column = self.source[name]
        same = len(self) == len(column) and bool((self.origin == np.arange(len(self))).all())
        return column if same else taken(column, self.origin)

    @property
    def names(self) -> list[str]:
        """Of all variables of the dataset."""
        carried = [*KEYS, *self.options.carry, *self.options.carry_as]
        own = (each for each in self.source.names if not each.startswith(ANY_DOMAIN))
        return list(dict.fromkeys([*own, *self.columns, *self._pending, *carried]))

    def part(self, places: Mapping[str, str]) -> Dataset | None:
        """Some variables, each with the place that names it, as a dataset.

        None where one is not present, which is a problem noted.
        """
        found = {name: self.column(name) for name in places}
        for name, column in found.items():
            if column is None and name not in self.failed:
                self._not_present(name, places[name])
        present = {name: column for name, column in found.items() if column is not None}
        if len(present) < len(found):
            return None
        return dataset_of(self.task.name, present, len(self))

    def _not_present(self, name: str, place: str) -> None:
        what, advice = f"{name} is not present in {self.task.name}", did_you_mean(name, self.names)
        if name in LATER and self.options.baseline != "none":
            what, advice = (
                f"{name} is derived after these records",
                'declare when = "last", or another variable',
            )
        self.task.account.problem(what, place, advice)

    def selected(
        self, where: str, place: str, more: Mapping[str, str] | None = None
    ) -> tuple[Dataset, Mask] | None:
        """Variables of a condition, and others, and the records that meet it; None where not possible."""
        expression = compile_expression(where, place) if where else None
        used = {each.upper(): place for each in expression.variables} if expression else {}
        data = self.part({"USUBJID": place, **(more or {}), **used})
        if data is None:
            return None
        if expression is None:
            return data, np.ones(len(self), dtype=np.bool_)
        try:
            found = expression.where(data)
        except ConfigurationError as wrong:
            self.task.account.problem(wrong.what, place, wrong.advice)
            return None
        self.absent_values(where, place, data)
        return data, found

    def absent_values(self, condition: str, place: str, data: Dataset) -> None:
        """Note values of PARAMCD and variables that are not derived, which no record has.

        Derived variables may get other values yet, and parameters that are declared may have records yet.
        """
        given = {*self.source.names, *self.task.adsl.names, "PARAMCD"} - ({*self.columns} - {"PARAMCD"})
        self.task.account.absent_values(condition, place, data, given, self.parameters)

    def subject_days(self, variable: str, key: str) -> Days | None:
        """A date of ADSL for each record; None where it is not present, which is a problem noted."""
        days = known_days_in_adsl(variable, f"{self.place} {key}", self.task)
        return None if days is None else days[self.subject]

    def append(self, subject: Codes, columns: Mapping[str, pd.Series]) -> None:
        """Take new records, which have no record of the source."""
        self._stack(columns)
        count = len(subject)
        self._extend(np.full(count, NO_RECORD, dtype=np.intp), subject, {*columns})

    def copy(self, at: Codes, changed: Mapping[str, pd.Series]) -> None:
        """Take new records that are copies of others but for some variables."""
        self._stack(changed)
        for name in self.columns.keys() - changed.keys():
            column = self.columns[name]
            self.columns[name] = taken(column, np.concatenate([np.arange(len(self)), at]))
        self._place(self.origin[at], self.subject[at])

    def _stack(self, columns: Mapping[str, pd.Series]) -> None:
        """Put values of new records below those that there are."""
        for name, column in columns.items():
            own = self.column(name) if name in self._pending else self.columns.get(name)
            if own is None:
                own = self.of_source(name) if name in self.source else missing_like(column, len(self))
            self.columns[name] = stacked([own, column])

    def _extend(self, origin: Codes, subject: Codes, given: Iterable[str]) -> None:
        for name in self._of_each:
            self.columns.pop(name, None)
        self._pending = {**self._of_each, **self._pending}
        for name in self.columns.keys() - {*given}:
            self.columns[name] = stacked([self.columns[name], missing_like(self.columns[name], len(origin))])
        self._place(origin, subject)

    def _place(self, origin: Codes, subject: Codes) -> None:
        self.origin, self.subject = np.append(self.origin, origin), np.append(self.subject, subject)
        self._named = None

    def fail(self, name: str) -> None:
        """Note that a variable cannot be derived, which is a problem that was noted."""
        self.failed.add(name)

    def effect(self, policy: str, value: str, effect: str, concerned: Mask) -> None:
        """Count the records that a policy concerns."""
        self.task.account.effect(policy, value, effect, self._subjects(), concerned, unit="record")

    def problem(self, what: str, place: str, advice: str, concerned: Mask) -> None:
        """Note why records are refused, if there are some."""
        if concerned.any():
            account, named = self.task.account, self._subjects()
            account.problem(what, place, advice, named, concerned, raw=self.raw_places())

    def raw_places(self) -> RawPlaces | None:
        """The raw records of the records; None if those of the source are not known."""
        places = self.source.raw_places
        return None if places is None else places.load().take(self.origin)

    def _subjects(self) -> Dataset:
        """USUBJID of the records, which are named in problems and effects."""
        if self._named is None:
            subjects = {"USUBJID": self._of_adsl("USUBJID")}
            self._named = dataset_of(self.task.name, subjects, len(self))
        return self._named


def has_value(data: Dataset) -> Mask:
    """Records with AVAL, or AVALC if there is one."""
    filled = data.filled("AVAL")
    return filled | data.filled("AVALC") if "AVALC" in data else filled
