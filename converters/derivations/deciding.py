"""Which record of a source counts for each subject: the first event, the last censoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Codes, Days, Mask
from ...schemas.study.dataset import Dataset
from .dated_records import DatedRecords
from .declared_sources import DerivationSource

NONE = -1


@dataclass(frozen=True, eq=False)
class Deciding:
    """One record of a source for each subject.

    Attributes
    ----------
    records : DatedRecords or None
    chosen : ndarray of int, shape (n_subjects,)
        Position among `records`; -1 where a subject has none.
    day : ndarray of float, shape (n_subjects,)
        Its date; NaN where there is none.
    ordered, ambiguous : ndarray of bool, shape (n_subjects,)
        The subject has several records on that date, told apart by `order`; not told apart by it.
    """

    records: DatedRecords | None
    chosen: Codes
    day: Days
    ordered: Mask
    ambiguous: Mask


def order_advice(source: DerivationSource, usual: str = "") -> str:
    """What to declare so that one of several records that are alike counts: the usual order is by number."""
    usual = usual or ("ASEQ" if source.dataset.startswith("AD") else f"{source.dataset[:2]}SEQ")
    more = "add variables to order" if source.order else f'declare order = ["{usual}"]'
    return f'{more}, or same_date = "first" or "last"'


def first_of(records: DatedRecords, n_subjects: int) -> Deciding:
    """The first record of each subject; of several on one date the first in order."""
    return _once(records, n_subjects, "first")


def last_of(records: DatedRecords, n_subjects: int) -> Deciding:
    """The last record of each subject; of several on one date the last in order."""
    return _once(records, n_subjects, "last")


def _once(records: DatedRecords, n_subjects: int, which: str) -> Deciding:
    if which not in records.decided:
        records.decided[which] = _decided(records, n_subjects, last=which == "last")
    found: Deciding = records.decided[which]
    return found


def _decided(records: DatedRecords, n_subjects: int, *, last: bool) -> Deciding:
    extreme = np.full(n_subjects, -np.inf if last else np.inf)
    (np.maximum if last else np.minimum).at(extreme, records.subject, records.day)
    (on_date,) = np.nonzero(records.day == extreme[records.subject])
    several = np.bincount(records.subject[on_date], minlength=n_subjects) > 1
    chosen = np.full(n_subjects, NONE, dtype=np.intp)
    chosen[records.subject[on_date]] = on_date
    ambiguous = np.zeros(n_subjects, dtype=np.bool_)
    tied = on_date[several[records.subject[on_date]]]
    if len(tied):
        subject, one, alike = _told_apart(records, tied, last=last)
        chosen[subject], ambiguous[subject] = one, alike
    day = np.append(records.day, np.nan)[chosen]
    return Deciding(records, chosen, day, several & ~ambiguous, ambiguous)


def _told_apart(records: DatedRecords, tied: Codes, *, last: bool) -> tuple[Codes, Codes, Mask]:
    """Of records of subjects on one date: the subjects, one record of each, and whether others are alike."""
    subject = records.subject[tied]
    keys = [ranks(records.dataset, each, records.record[tied]) for each in records.source.order]
    by_order = np.lexsort((tied, *reversed(keys), subject))
    tied, subject = tied[by_order], subject[by_order]
    new_subject = np.append(True, np.diff(subject) != 0)
    new_key = new_subject.copy()
    for key in keys:
        new_key[1:] |= np.diff(key[by_order]) != 0
    first_alike = np.flatnonzero(new_key)  # records alike in order stand together
    last_alike = np.append(first_alike[1:], len(tied)) - 1
    end = np.append(new_subject[1:], True) if last else new_subject
    own = np.searchsorted(first_alike, np.flatnonzero(end), side="right") - 1
    by_position = records.source.same_date
    takes_last = last if by_position == "error" else by_position == "last"
    one = tied[(last_alike if takes_last else first_alike)[own]]
    return subject[end], one, last_alike[own] > first_alike[own]


def ranks(data: Dataset, variable: str, at: Codes) -> Codes:
    """The place of some records in the order of a variable; missing values last."""
    distinct = data.distinct(variable)
    order = np.empty(len(distinct) + 1, dtype=np.intp)
    order[np.argsort(distinct.values, kind="stable")] = np.arange(len(distinct))
    order[-1] = len(distinct)  # of the code -1
    return order[distinct.codes[at]]
