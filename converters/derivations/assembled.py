"""Derived columns as a dataset: variables of ADSL beside them, in order, sorted, described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import pandas as pd

from ...schemas.standards.adsl import variables as variables_of_subjects
from ...schemas.standards.requirement import Requirement, index_of
from ...schemas.standards.versions import Standards
from ...schemas.study import columns
from ...schemas.study.columns import Codes, Distinct
from ...schemas.study.dataset import Dataset
from ...schemas.study.raw_places import PlacedPart, RawPlaces, placed
from ...schemas.study.variable import SpecialMissing, Variable
from ...schemas.wording import counted, did_you_mean
from .column_values import taken
from .dataset_options import DerivedDataset
from .own_columns import dataset_of
from .record_order import combined, in_order, numbered, order_of, ordered
from .task import DerivationTask

KEYS = ("STUDYID", "USUBJID")
_DATE = "DATE9."
_DATETIME = "DATETIME20."


@dataclass(frozen=True, slots=True)
class StructureLayout:
    """How a structure is laid out where the specification leaves it open.

    Attributes
    ----------
    label : str
        Of the dataset.
    sort : tuple of str
        Variables that the records are sorted by.
    number : tuple of str
        Variables by which the records of a subject are numbered: ASEQ; empty for none.
    requirements : mapping of variable to Requirement
        Where labels come from.
    """

    label: str
    sort: tuple[str, ...]
    number: tuple[str, ...]
    requirements: Mapping[str, Requirement]


@dataclass(frozen=True, eq=False)
class DerivedColumns:
    """Columns of a derived dataset.

    Attributes
    ----------
    frame : DataFrame, shape (n_records, n_derived)
        In their order.
    subject : ndarray of int, shape (n_records,)
        Position of each record's subject in ADSL.
    described : mapping of name to Variable
        Variables that sources describe, for labels, lengths and formats.
    special : mapping of name to SpecialMissing
        Of variables that are copied from a source.
    raw_places : RawPlaces or None
        The raw records of the records; None if not known.
    """

    frame: pd.DataFrame = field(repr=False)
    subject: Codes = field(repr=False)
    described: Mapping[str, Variable]
    special: Mapping[str, SpecialMissing] = field(default_factory=dict, repr=False)
    raw_places: RawPlaces | None = None


def assembled(
    task: DerivationTask, options: DerivedDataset, layout: StructureLayout, derived: DerivedColumns
) -> Dataset:
    """The derived dataset.

    Parameters
    ----------
    task : DerivationTask
    options : DerivedDataset
    layout : StructureLayout
    derived : DerivedColumns

    Raises
    ------
    DerivationRefused
        If a variable of ADSL, or of `options`, is not present.
    """
    task.account.used(task.adsl, derived.subject)
    carried, of_adsl = _carried(task, options, derived.frame.columns)
    records = _Records(
        carried, {str(name): column for name, column in derived.frame.items()}, derived.subject
    )
    if layout.number:
        _number(task, layout.number, records, derived.raw_places)
    _require_known(task, options, records)
    chosen = _chosen(task, options, records)
    sort = [each for each in dict.fromkeys([*options.sort, *layout.sort]) if each in records]
    order = order_of(records.key(sort))
    columns_in_order = {name: records.at(name, order) for name in chosen}
    made = dataset_of(task.name, columns_in_order, len(derived.subject), read=carried)
    known = {**derived.described, **of_adsl}
    requirements = {**variables_of_subjects(Standards()), **layout.requirements}
    variables = tuple(
        _described(made[name], records.texts_of(made.variable(name)), known.get(name), requirements, options)
        for name in chosen
    )
    label = options.label or layout.label
    carries = frozenset({"label", "length", "format"})
    places = None if derived.raw_places is None else derived.raw_places.with_variables(chosen)
    if places is not None and not places.are_known:
        places = None
    return Dataset(
        task.name,
        made.frame,
        variables,
        label,
        carries=carries,  # type: ignore[arg-type]
        special_missing=dict(
            _special(task, options, derived, chosen, np.arange(len(made)) if order is None else order)
        ),
        raw_places=places if places is None or order is None else places.take(order),
    )


@dataclass(frozen=True, eq=False)
class _Records:
    """Columns of ADSL and derived ones, of which none is copied before the records are in order.

    Attributes
    ----------
    carried : mapping of name to Series, shape (n_subjects,)
    derived : dict of name to Series, shape (n_records,)
    subject : ndarray of int, shape (n_records,)
        Position of each record's subject.
    """

    carried: Mapping[str, pd.Series]
    derived: dict[str, pd.Series]
    subject: Codes

    def __iter__(self) -> Iterator[str]:
        return iter([*self.carried, *self.derived])

    def at(self, name: str, order: Codes | None) -> pd.Series:
        """A column of the records in an order; itself where that is theirs."""
        if name in self.carried:
            return taken(self.carried[name], in_order(self.subject, order))
        return self.derived[name] if order is None else taken(self.derived[name], order)

    def texts_of(self, variable: Variable) -> Distinct | None:
        """The texts that a column has; None of numbers. They are not kept with the dataset that is made."""
        if variable.type == "Num":
            return None
        name = variable.name
        if name in self.carried:
            used = np.flatnonzero(np.bincount(self.subject))
            return columns.distinct(self.carried[name].take(used))
        return columns.distinct(self.derived[name])

    def key(self, names: Iterable[str], *, of_each_subject: bool = False) -> Codes:
        """A number for each record that is in the order of some columns, after that of the subjects."""
        keys = map(self._ordered, names)
        return combined(chain([self.subject], keys) if of_each_subject else keys, len(self.subject))

    def _ordered(self, name: str) -> Codes:
        if name in self.carried:
            return ordered(self.carried[name])[self.subject]
        return ordered(self.derived[name])


def _special(
    task: DerivationTask,
    options: DerivedDataset,
    derived: DerivedColumns,
    present: Iterable[str],
    order: Codes,
) -> Iterator[tuple[str, SpecialMissing]]:
    """Special missing values of variables that are copied or carried."""
    of_adsl = {name.upper(): each for name, each in task.adsl.special_missing.items()}
    for name in present:
        of_source = name in derived.frame
        special = derived.special.get(name) if of_source else of_adsl.get(options.carry_as.get(name, name))
        if special is not None and len(special.records):
            found = special_at(special, order if of_source else derived.subject[order])
            if len(found.records):
                yield name, found


def special_at(special: SpecialMissing, at: Codes) -> SpecialMissing:
    """Special missing values of the records at some positions, in their order."""
    place = np.minimum(np.searchsorted(special.records, at), len(special.records) - 1)
    hit = special.records[place] == at
    return SpecialMissing(np.flatnonzero(hit).astype(np.int64), special.tags[place[hit]])


def judge_carried(task: DerivationTask, options: DerivedDataset) -> None:
    """Note the variables to carry that ADSL does not have, before anything is derived."""
    for key, sources in (("carry", options.carry), ("carry_as", options.carry_as.values())):
        for source in sources:
            if source not in task.adsl:
                task.account.problem(
                    f"{source} is not present in {task.adsl.name}",
                    f"[derive.{task.name}] {key}",
                    did_you_mean(source, task.adsl.names),
                )


def _carried(
    task: DerivationTask, options: DerivedDataset, derived: Iterable[str]
) -> tuple[dict[str, pd.Series], dict[str, Variable]]:
    """Variables of ADSL that the records have, and how ADSL describes them."""
    adsl, taken = task.adsl, set(derived)
    own = {name: name for name in KEYS if name in adsl}
    wanted = own | {name: name for name in options.carry} | dict(options.carry_as)
    again = {*own, *options.carry, "ASEQ"} & {*options.carry_as}
    found, described = {}, {}
    judge_carried(task, options)
    for name, source in wanted.items():
        key = "carry" if name == source else "carry_as"
        place = f"[derive.{task.name}] {key}"
        if source not in adsl:
            continue
        if name in again and name != source:
            task.account.problem(f"{name} is another variable", place, "carry it as another name")
        elif name in taken:
            task.account.problem(
                f"{name} is a derived variable", place, "omit it, or carry it as another name"
            )
        else:
            found[name] = adsl[source]
            described[name] = replace(adsl.variable(source), name=name, key_sequence=None, item_oid="")
    task.account.require_none()
    return found, described


def _number(task: DerivationTask, by: Sequence[str], records: _Records, places: RawPlaces | None) -> None:
    """Derive ASEQ; records that its variables do not distinguish are refused: chance would number them."""
    place, account = f"[derive.{task.name}] number", task.account
    for name in by:
        if name not in records:
            what = f"{name} is not derived, nor carried from {task.adsl.name}"
            account.problem(what, place, did_you_mean(name, records))
    if "ASEQ" in records:
        account.problem("ASEQ is another variable", place, "omit number, or rename it in the source")
    account.require_none()
    key = records.key(by, of_each_subject=True)
    order = order_of(key)
    same = np.diff(in_order(key, order)) == 0
    if same.any():
        repeated = (np.arange(len(key)) if order is None else order)[1:][same]
        concerned = np.zeros(len(task.adsl), dtype=np.bool_)
        concerned[records.subject[repeated]] = True
        raw = None if places is None else _of_subjects(places, repeated, records.subject, len(concerned))
        what = f"{counted(int(same.sum()), 'record')} with the same {', '.join(by)} as another of the subject"
        account.problem(what, place, "add a variable that distinguishes them", task.adsl, concerned, raw=raw)
        account.require_none()
    records.derived["ASEQ"] = pd.Series(numbered(records.subject, order))


def _of_subjects(places: RawPlaces, records: Codes, subject: Codes, n_subjects: int) -> RawPlaces:
    """Of each subject the first place that some of the records have."""
    last_first = records[np.lexsort((places.line[records], places.file[records]))[::-1]]
    return placed(n_subjects, [PlacedPart(subject[last_first], places.take(last_first))])


def _require_known(task: DerivationTask, options: DerivedDataset, present: Iterable[str]) -> None:
    """Note what is declared of variables that are not present."""
    known = list(present)
    for key in ("sort", "labels", "formats"):
        for name in getattr(options, key):
            if name not in known:
                what = f"{name} is not derived, nor carried from {task.adsl.name}"
                task.account.problem(what, f"[derive.{task.name}] {key}", did_you_mean(name, known))


def _chosen(task: DerivationTask, options: DerivedDataset, present: Iterable[str]) -> list[str]:
    known = list(present)
    for name in options.variables:
        if name not in known:
            advice = did_you_mean(name, known)
            place = f"[derive.{task.name}] variables"
            task.account.problem(f"{name} is not derived, nor carried from {task.adsl.name}", place, advice)
    task.account.require_none()
    return list(options.variables) or known


def _described(
    column: pd.Series,
    written: Distinct | None,
    source: Variable | None,
    requirements: Mapping[str, Requirement],
    options: DerivedDataset,
) -> Variable:
    """A variable with its label, length and format: declared, else of the source, else of the standard."""
    name = str(column.name)
    given, is_character = source or Variable(name), written is not None
    if source is not None and not (column.notna().any() if written is None else len(written)):
        is_character = source.type == "Char"  # a column without a value is of no kind
    usual = _DATETIME if columns.is_datetime(column) else _DATE if columns.is_date(column) else ""
    longest = max((len(str(each).encode()) for each in written or ()), default=1) if is_character else 8
    label = _label(given, standard_label(name, requirements), renamed=name in options.carry_as)
    return replace(
        given,
        name=name,
        label=options.labels.get(name) or label,
        type="Char" if is_character else "Num",
        length=max(longest, given.length or 0) if is_character else given.length or 8,
        format=options.formats.get(name) or given.format or usual,
    )


def _label(given: Variable, standard: str, *, renamed: bool) -> str:
    """The label of the source, else of the standard; the other way round under another name."""
    return standard or given.label if renamed else given.label or standard


def standard_label(name: str, requirements: Mapping[str, Requirement]) -> str:
    """The label that the standard has for a variable; empty for a variable it does not know."""
    if name in requirements:
        return requirements[name].label
    for each in requirements.values():
        index = index_of(each.variable, name) if each.is_pattern else None
        if index is not None:
            label = each.label
            for placeholder, value in index.items():
                label = re.sub(rf"(?<!\w){re.escape(placeholder)}(?!\w)", value, label)
            return label
    return ""
