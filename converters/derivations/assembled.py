"""Derived columns as a dataset: variables of ADSL beside them, in order, sorted, described."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ...schemas.standards.adsl import variables as variables_of_subjects
from ...schemas.standards.requirement import Requirement, index_of
from ...schemas.standards.versions import Standards
from ...schemas.study import columns
from ...schemas.study.columns import Codes
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import SpecialMissing, Variable
from ...schemas.wording import did_you_mean
from .dataset_options import DerivedDataset
from .own_columns import dataset_of
from .record_order import record_order
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
    """

    frame: pd.DataFrame = field(repr=False)
    subject: Codes = field(repr=False)
    described: Mapping[str, Variable]
    special: Mapping[str, SpecialMissing] = field(default_factory=dict, repr=False)


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
    carried = _Carried.of(task, options, derived)
    frame = pd.DataFrame({**carried.columns(), **derived.frame}, copy=False)  # blocks would be copies
    if layout.number:
        keys = [carried.subject, *(carried.ordered(each, frame) for each in layout.number)]
        frame["ASEQ"] = _numbered(carried.subject, record_order(keys, len(frame)))
    _require_known(task, options, frame.columns)
    sort = [each for each in dict.fromkeys([*options.sort, *layout.sort]) if each in frame]
    order = record_order([carried.ordered(each, frame) for each in sort], len(frame))
    chosen = _chosen(task, options, frame.columns)
    known = {**derived.described, **carried.described}
    made = dataset_of(task.name, {name: _in_order(frame[name], order) for name in chosen}, len(frame))
    requirements = {**variables_of_subjects(Standards()), **layout.requirements}
    variables = tuple(
        _described(carried.seen(name, made), name, known.get(name), requirements, options) for name in chosen
    )
    label = options.label or layout.label
    carries = frozenset({"label", "length", "format"})
    return Dataset(
        task.name,
        made.frame,
        variables,
        label,
        carries=carries,  # type: ignore[arg-type]
        special_missing=dict(
            _special(task, options, derived, chosen, np.arange(len(frame)) if order is None else order)
        ),
    )


def _in_order(column: pd.Series, order: Codes | None) -> pd.Series:
    return column if order is None else column.take(order).reset_index(drop=True)


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


def ordered(column: pd.Series) -> Codes:
    """The place of each record in the order of a column; missing values last."""
    distinct = columns.distinct(column)
    place = np.empty(len(distinct), dtype=np.intp)
    place[np.argsort(distinct.values, kind="stable")] = np.arange(len(distinct))
    return distinct.spread(place, missing=len(distinct))


@dataclass(frozen=True, eq=False)
class _Carried:
    """Variables of ADSL that each record has. What is asked of them is asked once per subject.

    Attributes
    ----------
    adsl : Dataset
    subject : ndarray of int, shape (n_records,)
        Position of each record's subject in ADSL.
    sources : dict of name to name
        Of each variable, that of ADSL.
    described : dict of name to Variable
    """

    adsl: Dataset
    subject: Codes
    sources: dict[str, str]
    described: dict[str, Variable]

    @classmethod
    def of(cls, task: DerivationTask, options: DerivedDataset, derived: DerivedColumns) -> _Carried:
        """Those that are declared; what cannot be carried is a problem.

        Raises
        ------
        DerivationRefused
        """
        adsl, taken = task.adsl, {*derived.frame.columns}
        own = {name: name for name in KEYS if name in adsl}
        wanted = own | {name: name for name in options.carry} | dict(options.carry_as)
        again = {*own, *options.carry, "ASEQ"} & {*options.carry_as}
        for name, source in wanted.items():
            place = f"[derive.{task.name}] {'carry' if name == source else 'carry_as'}"
            if source not in adsl:
                advice = did_you_mean(source, adsl.names)
                task.account.problem(f"{source} is not present in {adsl.name}", place, advice)
            elif name in again and name != source:
                task.account.problem(f"{name} is another variable", place, "carry it as another name")
            elif name in taken:
                advice = "omit it, or carry it as another name"
                task.account.problem(f"{name} is a derived variable", place, advice)
        task.account.require_none()
        described = {
            name: replace(adsl.variable(source), name=name, key_sequence=None, item_oid="")
            for name, source in wanted.items()
        }
        return cls(adsl, derived.subject, wanted, described)

    def columns(self) -> dict[str, pd.Series]:
        """Each for all records."""
        return {
            name: self.adsl[source].take(self.subject).reset_index(drop=True)
            for name, source in self.sources.items()
        }

    def ordered(self, name: str, frame: pd.DataFrame) -> Codes:
        """The place of each record in the order of a variable, carried or derived."""
        if name not in self.sources:
            return ordered(frame[name])
        return ordered(self.adsl[self.sources[name]])[self.subject]

    def seen(self, name: str, made: Dataset) -> Dataset:
        """A dataset in which the variable has all its values: subjects with a record, else all records."""
        if name not in self.sources or len(made) <= len(self.adsl):
            return made
        has_record = np.zeros(len(self.adsl), dtype=np.bool_)
        has_record[self.subject] = True
        column = self.adsl[self.sources[name]][has_record].reset_index(drop=True)
        return dataset_of(made.name, {name: column}, len(column))


def _numbered(subject: Codes, order: Codes | None) -> Codes:
    """The number of each record among those of its subject, from 1, in an order by subject."""
    by_subject = subject if order is None else subject[order]
    starts = np.flatnonzero(np.append(True, np.diff(by_subject) != 0)) if len(by_subject) else by_subject
    lengths = np.diff(np.append(starts, len(by_subject)))
    in_order = np.arange(len(by_subject)) - np.repeat(starts, lengths) + 1
    if order is None:
        return in_order
    number = np.empty(len(order), dtype=np.intp)
    number[order] = in_order
    return number


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
    made: Dataset,
    name: str,
    source: Variable | None,
    requirements: Mapping[str, Requirement],
    options: DerivedDataset,
) -> Variable:
    """A variable with its label, length and format: declared, else of the source, else of the standard."""
    column = made[name]
    is_character = (
        made.is_character(name) if made.filled(name).any() or source is None else source.type == "Char"
    )
    given = source or Variable(name)
    usual = _DATETIME if columns.is_datetime(column) else _DATE if columns.is_date(column) else ""
    longest = max((len(str(each).encode()) for each in made.distinct(name)), default=1) if is_character else 8
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
