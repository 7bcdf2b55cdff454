"""Waivers: findings that somebody has looked at and answers for, record by record, until a day.

A waiver names a rule, a dataset, and either the keys of a record or values of the variable at fault; it
hides those records and no other. One without either is about a fault in the dataset as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..conditions.constants import Lookup, Means
from ..conditions.three_valued import Constant
from ..errors import ConfigurationError
from ..kinds import ListOf, TableOf, constant, dataset_name, name, text, toml_day
from ..options import keys_of, option
from ..rules.rule import Fault, Rule
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..wording import did_you_mean, nearest, one_line

Value = str | float | date


_PLACE = re.compile(r"waiver (\d+)(?:, record (\d+))?")


def _numbers(place: str) -> str:
    """The numbers of a place as given here, "2.1"; any other place as it is."""
    found = _PLACE.fullmatch(place)
    return ".".join(filter(None, found.groups())) if found else place


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
    parameter : str
        Only faults of this PARAMCD, in any case; by default any.
    place : str
        Which one it is: "waiver 2", "waiver 2, record 1".

    Examples
    --------
    >>> from datetime import date
    >>> waiver = ag.Waiver(
    ...     "TTE006", "ADTTE", "to be corrected in the next delivery", "J. Doe", date(2024, 6, 30),
    ...     record={"USUBJID": "S1-03", "PARAMCD": "OS"},
    ... )
    >>> study = ag.read("broken")
    >>> ag.validate(study, waivers=[waiver], today=date(2024, 6, 30)).verdict()
    'passed'
    >>> ag.validate(study, waivers=[waiver], today=date(2024, 7, 1)).verdict()
    'refused'
    """

    rule: str = option(text, "Id of the waived rule.")
    dataset: str = option(dataset_name, 'Dataset name; "(study)" for study-level rules.')
    reason: str = option(text, "Reason for accepting the finding.")
    owner: str = option(text, "Person responsible for the waiver.")
    expires: date = option(toml_day, "Last day on which the waiver applies.")
    record: Mapping[str, Value] = field(default_factory=dict, repr=False)
    values: tuple[Value, ...] = option(
        ListOf(constant, of="texts, numbers or dates"),
        "Only records with these values of the variable.",
        default=(),
        private=True,
    )
    variable: str = option(
        name, "Variable of the finding.", default="", otherwise="any; with values: the first one"
    )
    place: str = ""
    parameter: str = option(text, "PARAMCD of the finding.", default="", otherwise="any")

    def __post_init__(self) -> None:
        for needed in ("rule", "dataset", "reason", "owner"):
            if not str(getattr(self, needed)).strip():
                raise ConfigurationError(
                    f"waiver without {needed}", self.place, "state who accepts what, and why"
                )

    def __str__(self) -> str:
        return f"{self.place or 'a waiver'} ({self.rule} in {self.dataset}, {self.owner})"

    @property
    def identity(self) -> str:
        """Which waiver it is, for findings about waivers: "2.1 TTE006 ADTTE J. Doe", without words."""
        return f"{_numbers(self.place)} {self.rule} {self.dataset} {self.owner}"

    def concerns(self, rule_id: str, dataset: str) -> bool:
        """Whether it is about this rule on this dataset, both by their whole names.

        Examples
        --------
        >>> from datetime import date
        >>> waiver = ag.Waiver("TTE023", "ADTTE", "single arm", "J. Doe", date(2024, 6, 30))
        >>> waiver.concerns("TTE023", "ADTTE"), waiver.concerns("TTE023", "ADTTE2")
        (True, False)
        """
        return (self.rule, self.dataset) == (rule_id, dataset)

    def holds_on(self, today: date) -> bool:
        """Whether it still holds: on its last day it does, on the next it has expired.

        Examples
        --------
        >>> from datetime import date
        >>> waiver = ag.Waiver("TTE023", "ADTTE", "single arm", "J. Doe", date(2024, 6, 30))
        >>> waiver.holds_on(date(2024, 6, 30)), waiver.holds_on(date(2024, 7, 1))
        (True, False)
        """
        return today <= self.expires

    def accepts(self, fault: Fault) -> bool:
        """Whether it is about such a fault: of records or of the dataset, of its variable and parameter.

        Examples
        --------
        >>> from datetime import date
        >>> waiver = ag.Waiver("TTE023", "ADTTE", "single arm", "J. Doe", date(2024, 6, 30))
        >>> waiver.accepts(ag.Fault(None, ("TRTP",), "no treatment"))
        True
        >>> waiver.accepts(ag.Fault(np.array([True]), ("TRTP",), "no treatment"))
        False
        """
        about_records = fault.mask is not None
        return (
            self.names_records is about_records
            and (not self.variable or self.variable in fault.variables)
            and self.is_of(fault.parameter)
        )

    @property
    def names_records(self) -> bool:
        """Whether it is about records, not about a fault of the dataset as a whole."""
        return bool(self.record or self.values)

    def is_of(self, parameter: str) -> bool:
        """Whether it is about faults of a PARAMCD, in any case.

        Examples
        --------
        >>> from datetime import date
        >>> waiver = ag.Waiver("TTE007", "ADTTE", "known", "J. Doe", date(2024, 6, 30), parameter="os")
        >>> waiver.is_of("OS"), waiver.is_of("PFS")
        (True, False)
        """
        return not self.parameter or self.parameter.upper() == parameter.upper()

    def names(self, data: Dataset, fault: Fault) -> Mask:
        """The records of a dataset that it names; none where it cannot be asked.

        Parameters
        ----------
        data : Dataset
        fault : Fault
            Whose first variable the waiver's `values` are of, where it names none itself.

        Returns
        -------
        ndarray of bool, shape (n_records,)

        Examples
        --------
        >>> from datetime import date
        >>> data = ag.read("broken")["ADTTE"]
        >>> waiver = ag.Waiver(
        ...     "TTE006", "ADTTE", "known", "J. Doe", date(2024, 6, 30), record={"USUBJID": "S1-03"}
        ... )
        >>> waiver.names(data, ag.Fault(data.numbers("AVAL") < 0, ("AVAL",), "AVAL is negative")).tolist()
        [False, False, True, False, False, False]
        """
        named: Mask = _first_naming(data, fault, (self,), np.arange(len(data))) == 0
        return named


@dataclass(frozen=True, slots=True)
class WaiverTable(Waiver):
    """``[[waiver]]`` of a file: for each record that it names, a waiver."""

    records: tuple[Mapping[str, Value], ...] = option(
        ListOf(
            TableOf(
                constant,
                'the keys of each record: [{ USUBJID = "01-001", PARAMCD = "OS" }]',
                least=1,
                capitals=True,
            ),
            of="tables of keys",
        ),
        "Waived records, each identified by its keys.",
        default=(),
        private=True,
    )

    def waivers(self, place: str) -> Iterator[Waiver]:
        """The waivers, each with its place: "waiver 2, record 1"."""
        shared = {each.name: getattr(self, each.name) for each in keys_of(Waiver)}
        for at, record in enumerate(self.records or ({},), 1):
            own = place if len(self.records) <= 1 else f"{place}, record {at}"
            yield Waiver(**shared, record=record, place=own)


def _keys_of(waiver: Waiver, fault: Fault) -> Iterator[tuple[tuple[str, Constant], ...]]:
    """What a record may have to be one that it names: of one key, every variable its constant."""
    record = tuple((variable, _constant(value)) for variable, value in waiver.record.items())
    if not waiver.values:
        yield record
        return
    variable = waiver.variable or (fault.variables[0] if fault.variables else "")
    for value in waiver.values:
        yield (*record, (variable, _constant(value)))


def _constant(value: Value) -> Constant:
    """As conditions take it; the Python API may give dates and whole numbers."""
    if isinstance(value, date):
        return value.isoformat()
    return value.rstrip(" ") if isinstance(value, str) else float(value)


@dataclass(frozen=True)
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
                    f"unknown rule id '{one_line(each.rule)}'",
                    each.place,
                    advice or "use the id of one rule; `adamgate rules` lists them",
                )
        return cls(numbered, today or date.today())

    def in_force(self, rule_id: str, dataset: str) -> tuple[Waiver, ...]:
        return self._in_force.get((rule_id, dataset), ())

    @cached_property
    def _in_force(self) -> Mapping[tuple[str, str], tuple[Waiver, ...]]:
        """Those that hold by what they concern: every check asks."""
        found: dict[tuple[str, str], list[Waiver]] = {}
        for each in self.all:
            if each.holds_on(self.today):
                found.setdefault((each.rule, each.dataset), []).append(each)
        return {concerned: tuple(each) for concerned, each in found.items()}


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
    records = np.flatnonzero(fault.mask)
    first = _first_naming(data, fault, fitting, records)
    hidden = np.bincount(first, minlength=len(fitting) + 1)
    met = tuple((fitting[number], int(hidden[number])) for number in np.flatnonzero(hidden[:-1]))
    left = np.zeros(len(data), dtype=np.bool_)
    left[records[first == len(fitting)]] = True
    return (replace(fault, mask=left) if left.any() else None), met


@dataclass(slots=True)
class _Keys:
    """Keys that name the same variables: for each key a number per variable, and whose waiver's it is."""

    numbers: list[tuple[int, ...]] = field(default_factory=list)
    waivers: list[int] = field(default_factory=list)


def _first_naming(
    data: Dataset, fault: Fault, waivers: Sequence[Waiver], records: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The number of the first waiver that names each of some records; that of all waivers where none does.

    Keys of the same variables are looked up together, so that it takes the waivers and the records, not one
    times the other.
    """
    lookup = Lookup(data)
    alike: dict[tuple[tuple[str, Means], ...], _Keys] = {}
    for at, waiver in enumerate(waivers):
        for key in _keys_of(waiver, fault):
            found = [lookup.number(*each) for each in key]
            numbered = [each for each in found if each is not None]
            if len(numbered) < len(key):
                continue  # one of its constants is no value of any record
            named = tuple((variable, means) for (variable, _), (means, _) in zip(key, numbered, strict=True))
            keys = alike.setdefault(named, _Keys())
            keys.numbers.append(tuple(number for _, number in numbered))
            keys.waivers.append(at)
    first = np.full(len(records), len(waivers), dtype=np.intp)
    for named, keys in alike.items():
        held = np.column_stack([lookup.codes(*each)[records] for each in named])
        place, distinct = _rows_numbered(np.concatenate([np.array(keys.numbers, dtype=np.intp), held]))
        of_place = np.full(distinct, len(waivers), dtype=np.intp)
        np.minimum.at(of_place, place[: len(keys.waivers)], keys.waivers)
        first = np.minimum(first, of_place[place[len(keys.waivers) :]])
    return first


def _rows_numbered(rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], int]:
    """A number for each row of numbers, equal rows having the same, and how many there are."""
    numbered, distinct = pd.factorize(rows[:, 0])
    for column in rows[:, 1:].T:
        codes, width = pd.factorize(column)
        numbered, distinct = pd.factorize(numbered * len(width) + codes)
    return numbered, len(distinct)
