"""What holds of all records of a subject: their number, a sum or mean of values, whether there are any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..column_values import texts
from .candidates import limits_of, within
from .options import SubjectVariable
from .subject_table import SubjectTable

_EXACT = 2.0**53
"""Sums of whole numbers up to here are the same in whatever order."""


@dataclass(frozen=True, eq=False)
class _Counted:
    """Records that count: positions in their dataset, and those of their subjects."""

    dataset: Dataset
    record: Codes
    subject: Codes


def add_exists(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive whether there is a record of a source; whether that was possible."""
    found = _counted(table, name, variable, variable.exists)
    if found is None:
        return False
    has_record = np.bincount(found.subject, minlength=len(table)) > 0
    table.effect(f"subject.{name}: exists", variable.exists, "without a record", ~has_record)
    table.add(name, flag(has_record, ~has_record, variable), variable.label)
    return True


def flag(yes: Mask, no: Mask, variable: SubjectVariable) -> pd.Series:
    """The values of a flag; missing where it is neither, or has no value."""
    values = [variable.yes] if not variable.no else [variable.yes, variable.no]
    codes = np.select([yes, no & bool(variable.no)], [0, 1], -1)
    return (
        texts(codes, values) if len(set(values)) == len(values) else texts(np.minimum(codes, 0), values[:1])
    )


def add_statistic(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive a statistic; whether that was possible."""
    found = [_counted(table, name, variable, each) for each in variable.sources]
    usable = [each for each in found if each is not None]
    if len(usable) < len(found):
        return False
    subject = np.concatenate([each.subject for each in usable])
    if variable.statistic == "count":
        table.add(name, np.bincount(subject, minlength=len(table)).astype(np.float64), variable.label)
        return True
    if variable.statistic == "distinct":
        return _add_distinct(table, name, variable, usable)
    values = [_values(table, name, variable, each) for each in usable]
    numbers = [each for each in values if each is not None]
    if len(numbers) < len(values):
        return False
    every = np.concatenate(numbers)
    known = ~np.isnan(every)
    _judge_missing(table, name, variable, subject[~known])
    result = _statistic(variable.statistic, subject[known], every[known], len(table))
    table.effect(
        f"subject.{name}: statistic", variable.statistic, "without a value: missing", np.isnan(result)
    )
    table.add(name, result, variable.label)
    return True


def _counted(table: SubjectTable, name: str, variable: SubjectVariable, source: str) -> _Counted | None:
    """The records of a source that count; None where it does not fit, which is noted."""
    if variable.since or variable.until:
        dated, limits = table.dated(source), limits_of(table, name, variable)
        if dated is None or limits is None:
            return None
        inside = within(dated.subject, dated.day, limits)
        return _Counted(dated.dataset, dated.record[inside], dated.subject[inside])
    found = table.selected(source)
    if found is None:
        return None
    if found.dataset.name != table.task.name:
        table.task.account.used(found.dataset, found.mask)
    (record,) = np.nonzero(found.mask)
    return _Counted(found.dataset, record, found.subject[record])


def _values(table: SubjectTable, name: str, variable: SubjectVariable, counting: _Counted) -> Numbers | None:
    """The values that a statistic is of; None where they are no numbers, which is noted."""
    place = f"[subject.{name}] of"
    compiled = compile_arithmetic(variable.of, place)
    try:
        return compiled.values(counting.dataset)[counting.record]
    except ConfigurationError as wrong:
        table.task.account.problem(wrong.what, place, wrong.advice)
        return None


def _judge_missing(table: SubjectTable, name: str, variable: SubjectVariable, subject: Codes) -> None:
    """Records without a value: an error, or counted."""
    concerned = table.subjects(subject)
    if variable.missing_values == "exclude":
        effect = "with records without a value, which are excluded"
        table.effect(f"subject.{name}: missing_values", "exclude", effect, concerned)
        return
    what = f"{variable.of} is missing in {counted(len(subject), 'record')}"
    advice = 'select records that have it by where of the source, or declare missing_values = "exclude"'
    table.problem(what, f"[subject.{name}] of", advice, concerned)


def _statistic(which: str, subject: Codes, values: Numbers, n_subjects: int) -> Numbers:
    number = np.bincount(subject, minlength=n_subjects)
    if which in ("min", "max"):
        found = np.full(n_subjects, np.inf if which == "min" else -np.inf)
        (np.minimum if which == "min" else np.maximum).at(found, subject, values)
        return np.where(number > 0, found, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(number > 0, _sums(subject, values, n_subjects), np.nan)
        return total / number if which == "mean" else total


def _sums(subject: Codes, values: Numbers, n_subjects: int) -> Numbers:
    """Sums that do not depend on the order of the records."""
    whole = not (values % 1).any() and np.abs(values).sum() < _EXACT
    if not whole:
        order = np.lexsort((values, subject))
        subject, values = subject[order], values[order]
    sums: Numbers = np.bincount(subject, weights=values, minlength=n_subjects)
    return sums


def _add_distinct(table: SubjectTable, name: str, variable: SubjectVariable, found: list[_Counted]) -> bool:
    """Derive the number of distinct values, which are one variable in all sources."""
    absent = [each.dataset for each in found if variable.of not in each.dataset]
    for data in absent:
        advice = did_you_mean(variable.of, data.names)
        what = f"{variable.of} is not present in {data.name}"
        table.task.account.problem(what, f"[subject.{name}] of", advice)
    if absent:
        return False
    known: dict[Any, int] = {}
    codes = np.concatenate([_codes(each, variable.of, known) for each in found])
    subject = np.concatenate([each.subject for each in found])
    _judge_missing(table, name, variable, subject[codes < 0])
    pairs = np.unique(subject[codes >= 0] * (len(known) + 1) + codes[codes >= 0])
    table.add(
        name, np.bincount(pairs // (len(known) + 1), minlength=len(table)).astype(float), variable.label
    )
    return True


def _codes(counting: _Counted, name: str, known: dict[Any, int]) -> NDArray[np.intp]:
    distinct = counting.dataset.distinct(name)
    own = np.array([known.setdefault(each, len(known)) for each in distinct], dtype=np.intp)
    codes: NDArray[np.intp] = distinct.spread(own, missing=-1)[counting.record]
    return codes
