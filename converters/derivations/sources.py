"""Declared sources of a study: their dated records, each looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...schemas.conditions.absent_texts import correction
from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.evidence.subjects import adsl_record
from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.study.truth import Truth
from ...schemas.wording import counted, did_you_mean
from .account import Account
from .assignments import FromVariable
from .dated_records import DatedRecords, spans_at
from .declared_sources import DerivationSource
from .imputation import source_dates


@dataclass(frozen=True, eq=False)
class SelectedRecords:
    """The records of a source, of subjects of ADSL.

    Attributes
    ----------
    source : DerivationSource
    dataset : Dataset
    mask : ndarray of bool, shape (n_records,)
        Those that are selected.
    subject : ndarray of int, shape (n_records,)
        Positions in ADSL; -1 where unknown.
    """

    source: DerivationSource
    dataset: Dataset
    mask: Mask
    subject: Codes


@dataclass(eq=False)
class Sources:
    """The declared sources, as the study has them.

    Attributes
    ----------
    study : Study
    declared : mapping of name to DerivationSource
    adsl : Dataset
        One record per subject.
    unknown_subjects : str
        What becomes of records of other subjects: "error" or "exclude".
    account : Account
    left_out : Dataset or None
        Subjects who are not derived: their records are not used, and are no records of unknown subjects.
    so_far : bool
        The study has the dataset that is derived, as far as it is: that is not noted as a source.
    """

    study: Study
    declared: Mapping[str, DerivationSource]
    adsl: Dataset
    unknown_subjects: str
    account: Account
    left_out: Dataset | None = None
    so_far: bool = False
    _found: dict[str, DatedRecords | None] = field(default_factory=dict)
    _selected: dict[str, SelectedRecords | None] = field(default_factory=dict)
    _told: dict[str, Mask] = field(default_factory=dict)

    def records(self, name: str) -> DatedRecords | None:
        """The dated records of a source; None where it does not fit the study, which is a problem noted."""
        if name not in self._found:
            self._found[name] = self._dated(name, self.declared[name])
        return self._found[name]

    def selected(self, name: str) -> SelectedRecords | None:
        """The records of a source, dated or not; None where it does not fit the study, which is noted."""
        if name not in self._selected:
            self._selected[name] = self._select(name, self.declared[name])
        return self._selected[name]

    def used(self, data: Dataset, records: Mask | Codes) -> None:
        """Note the records that have a place in the derived dataset."""
        if not self.so_far:
            self.account.used(data, records)

    def _select(self, name: str, source: DerivationSource) -> SelectedRecords | None:
        data = self._dataset(name, source)
        if data is None:
            return None
        selected = np.ones(len(data), dtype=np.bool_)
        if source.where:
            truth = truth_of(source.where, data, f"[source.{name}] where", self.account)
            selected = truth.true
            self._note_unknown(name, source.where, data, ~(truth.true | truth.false))
        if not selected.any() and not source.may_be_empty:
            self.account.problem(
                f"no record of {data.name} meets the condition",
                f"[source.{name}] where",
                f"{_correction(source, data)}, or declare may_be_empty = true",
            )
        subject = adsl_record(data, self.adsl)
        unknown = selected & (subject < 0)
        if self.left_out is not None:
            unknown &= adsl_record(data, self.left_out) < 0
        self._judge_unknown(name, data, unknown)
        return SelectedRecords(source, data, selected & (subject >= 0), subject)

    def _dated(self, name: str, source: DerivationSource) -> DatedRecords | None:
        found = self.selected(name)
        if found is None:
            return None
        data, selected, subject = found.dataset, found.mask, found.subject
        dates = source_dates(name, source, data, selected, self.account)
        (record,) = np.nonzero(selected & ~np.isnan(dates.day))
        self.used(data, record)
        spans = spans_at(dates, record)
        return DatedRecords(name, source, data, record, subject[record], *spans, dates.lacks[record])

    def _dataset(self, name: str, source: DerivationSource) -> Dataset | None:
        """The dataset of a source; None where it or one of the variables is not present."""
        place = f"[source.{name}]"
        data = dataset_called(source.dataset, self.study)
        if data is None:
            several = [each.name for each in parts_called(source.dataset, self.study)]
            advice = (
                f"name one of {', '.join(several)}"
                if several
                else did_you_mean(source.dataset, self.study.datasets)
            )
            self.account.problem(f"dataset {source.dataset} is not present", f"{place} dataset", advice)
            return None
        absent = [(key, variable) for key, variable in source_variables(source, name) if variable not in data]
        for key, variable in absent:
            advice = did_you_mean(variable, data.names)
            self.account.problem(f"{variable} is not present in {data.name}", f"{place} {key}", advice)
        return None if absent else data

    def _note_unknown(self, name: str, where: str, data: Dataset, unknown: Mask) -> None:
        """Count records that are not selected since a number or date is missing; a missing flag is not Y."""
        numbers = [each for each in compile_expression(where).variables if not data.is_character(each)]
        lacking = np.zeros(len(data), dtype=np.bool_)
        for each in numbers:
            lacking |= unknown & data.missing(each)
        if lacking.any():
            effect = (
                f"records of {data.name} not selected, since a number or date of the condition is missing"
            )
            self.account.effect(f"source.{name}: where", where, effect, data, lacking, unit="record")

    def _judge_unknown(self, name: str, data: Dataset, unknown: Mask) -> None:
        of = self.adsl.name
        if self.unknown_subjects == "exclude":
            effect = f"records of {data.name} whose subject is not in {of} excluded"
            self.account.effect(
                f"source.{name}: unknown_subjects", "exclude", effect, data, unknown, unit="record"
            )
            return
        told = self._told.setdefault(data.name, np.zeros(len(data), dtype=np.bool_))
        unknown &= ~told
        told |= unknown
        if unknown.any():
            number = counted(int(unknown.sum()), "record")
            nameless = int((unknown & data.missing("USUBJID")).sum())
            without = f", {nameless} of them without USUBJID" if nameless else ""
            derived = f"[derive.{self.account.dataset}]"
            self.account.problem(
                f"{number} of {data.name} of a subject who is not in {of}{without}",
                f"[source.{name}] dataset",
                f'correct {of}, or declare unknown_subjects = "exclude" in {derived}',
                data,
                unknown,
            )


def _correction(source: DerivationSource, data: Dataset) -> str:
    return correction(source.where, data) if source.where else "correct it"


def selected_by(condition: str, data: Dataset, place: str, account: Account) -> Mask:
    """Records that meet a condition; values that no record has are noted.

    A comparison that is not possible is a fault of its place.

    Raises
    ------
    ConfigurationError
    """
    return truth_of(condition, data, place, account).true


def truth_of(condition: str, data: Dataset, place: str, account: Account) -> Truth:
    """Whether records meet a condition; values that no record has are noted.

    A comparison that is not possible is a fault of its place.

    Raises
    ------
    ConfigurationError
    """
    expression = compile_expression(condition, place)
    try:
        found = expression.truth(data)
    except ConfigurationError as wrong:
        raise ConfigurationError(wrong.what, f"{place}: {wrong.where}", wrong.advice) from None
    account.absent_values(condition, place, data)
    return found


def dataset_called(name: str, study: Study) -> Dataset | None:
    """A dataset by its name, else the only one of which it is the first part: ADRS of ADRS_ONCO."""
    if name in study:
        return study[name]
    parts = parts_called(name, study)
    return parts[0] if len(parts) == 1 else None


def parts_called(name: str, study: Study) -> list[Dataset]:
    """Datasets of which a name is the first part."""
    return [each for each in study if each.name.startswith(f"{name}_")]


def source_variables(source: DerivationSource, name: str) -> list[tuple[str, str]]:
    """Keys of a source, each with a variable of its dataset that it names."""
    named = [("dataset", "USUBJID"), *(("order", each) for each in source.order)]
    if source.date:
        named.append(("date", source.date))
    if source.sequence:
        named.append(("sequence", source.sequence))
    if source.where:
        used = compile_expression(source.where, f"[source.{name}] where").variables
        named += [("where", each) for each in used]
    named += [("set", each.variable) for each in source.set.values() if isinstance(each, FromVariable)]
    return named
