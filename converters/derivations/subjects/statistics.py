"""What holds of all records of a subject: their number, a sum or mean of values, whether there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..column_values import dates, texts
from .candidates import limits_of, within
from .declared import Declared
from .options import DerivedVariable
from .record_values import judge_missing, values_of
from .ways import is_date_name

_PARTS = 3
_BITS = 52
"""Of the digits of a double."""
_LEAST = -1074
"""Exponent of the least double."""


@dataclass(frozen=True, eq=False)
class _Counted:
    """Records that count: positions in their dataset, and those of their subjects."""

    dataset: Dataset
    record: Codes
    subject: Codes


def add_exists(declared: Declared) -> bool:
    """Derive whether there is a record of a source; whether that was possible."""
    found = _counted(declared, declared.variable.exists)
    if found is None:
        return False
    has_record = np.bincount(found.subject, minlength=len(declared.table)) > 0
    subject, first = np.unique(found.subject, return_index=True)
    declared.table.taken_from([declared.name], subject, found.dataset, found.record[first], "")
    declared.effect("exists", declared.variable.exists, "without a record", ~has_record)
    declared.add(flag(has_record, ~has_record, declared.variable))
    return True


def flag(yes: Mask, no: Mask, variable: DerivedVariable) -> pd.Series:
    """The values of a flag; missing where it is neither, or has no value."""
    codes = np.where(yes, 0, np.where(no, 1, -1))
    if not variable.no:
        return texts(np.where(codes == 1, -1, codes), [variable.yes])
    return texts(codes, [variable.yes, variable.no])


def add_statistic(declared: Declared) -> bool:
    """Derive a statistic; whether that was possible."""
    found = [_counted(declared, each) for each in declared.variable.sources]
    usable = [each for each in found if each is not None]
    if len(usable) < len(found):
        return False
    subject = _joined([each.subject for each in usable])
    if declared.variable.statistic == "count":
        declared.add(np.bincount(subject, minlength=len(declared.table)).astype(np.float64))
        return True
    if declared.variable.statistic == "distinct":
        return _add_distinct(declared, usable)
    values = [values_of(declared, each.dataset, each.record) for each in usable]
    numbers = [each for each in values if each is not None]
    if len(numbers) < len(values):
        return False
    every = _joined(numbers)
    infinite = np.isinf(every)
    if infinite.any():
        _refuse_infinite(declared, subject[infinite])
        return False
    missing = np.isnan(every)
    judge_missing(declared, subject[missing])
    if missing.any():
        subject, every = subject[~missing], every[~missing]
    result = _statistic(declared.variable.statistic, subject, every, len(declared.table))
    declared.effect("statistic", declared.variable.statistic, "without a value: missing", np.isnan(result))
    is_date = declared.variable.statistic in ("min", "max") and is_date_name(declared.name)
    declared.add(dates(result) if is_date else result)
    return True


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """What sources have, one after the other; of one source without a copy."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _counted(declared: Declared, source: str) -> _Counted | None:
    """The records of a source that count; None where it does not fit, which is noted."""
    if declared.variable.since or declared.variable.until:
        dated, limits = declared.table.dated(source), limits_of(declared)
        if dated is None or limits is None:
            return None
        inside = within(declared, dated, limits)
        return _Counted(dated.dataset, dated.record[inside], dated.subject[inside])
    found = declared.table.selected(source)
    if found is None:
        return None
    declared.table.sources_for(source).used(found.dataset, found.mask)
    (record,) = np.nonzero(found.mask)
    return _Counted(found.dataset, record, found.subject[record])


def _refuse_infinite(declared: Declared, subject: Codes) -> None:
    """Refuse infinite values, which have no sum."""
    what = f"{declared.variable.of} is infinite in {counted(len(subject), 'record')}"
    declared.refuse(what, declared.place("of"), "correct the data", declared.table.subjects(subject))


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
    """Sums that do not depend on the order of the records.

    Values are added in parts, the leading digits first. The parts are multiples of one unit, so large that no
    sum of them is rounded.
    """
    most = np.bincount(subject, minlength=1).max()
    total = np.zeros(n_subjects)
    for _ in range(_PARTS):
        largest = np.abs(values).max(initial=0.0)
        if not largest:
            break
        exponent = math.ceil(math.log2(largest)) + math.ceil(math.log2(most)) + 1 - _BITS
        unit = math.ldexp(1.0, max(exponent, _LEAST))
        part = np.round(values / unit) * unit
        total += np.bincount(subject, weights=part, minlength=n_subjects)
        values = values - part
    return total


def _add_distinct(declared: Declared, found: list[_Counted]) -> bool:
    """Derive the number of distinct values, which are one variable in all sources."""
    absent = [each.dataset for each in found if declared.variable.of not in each.dataset]
    for data in absent:
        advice = did_you_mean(declared.variable.of, data.names)
        what = f"{declared.variable.of} is not present in {data.name}"
        declared.fail(what, "of", advice)
    if absent:
        return False
    known: dict[Any, int] = {}
    codes = np.concatenate([_codes(each, declared.variable.of, known) for each in found])
    subject = np.concatenate([each.subject for each in found])
    judge_missing(declared, subject[codes < 0])
    pairs = np.unique(subject[codes >= 0] * (len(known) + 1) + codes[codes >= 0])
    number = np.bincount(pairs // (len(known) + 1), minlength=len(declared.table))
    declared.add(number.astype(np.float64))
    return True


def _codes(counting: _Counted, name: str, known: dict[Any, int]) -> NDArray[np.intp]:
    distinct = counting.dataset.distinct(name)
    own = np.array([known.setdefault(each, len(known)) for each in distinct], dtype=np.intp)
    codes: NDArray[np.intp] = distinct.spread(own, missing=-1)[counting.record]
    return codes
