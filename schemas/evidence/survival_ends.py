"""The last days of overall survival of a study's subjects, for questions about whatever is dated later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..standards.structure import Structure
from ..study.columns import Days, Mask
from ..study.dataset import Dataset
from ..study.study import Study
from .analysis_flags import standing
from .cut_off import at_cut_off, of_earlier_cut_off
from .parameters import records_with_role

_NEEDED = ("USUBJID", "PARAMCD", "CNSR", "ADT")


@dataclass(frozen=True, eq=False)
class _Source:
    """Overall survival of one dataset: the last day of each subject with one record of it.

    Attributes
    ----------
    name : str
    subject : ndarray of int, shape (n_subjects,)
        Position among all subjects, ascending.
    day, died : ndarray, shape (n_subjects,)
        In days since 1970-01-01; and whether it is the day of death.
    """

    name: str
    subject: NDArray[np.intp]
    day: Days
    died: Mask

    def by_record(self, subject: NDArray[np.intp]) -> tuple[Days, Mask]:
        """Day and death for records of these subjects; NaN where nothing is known."""
        at = np.searchsorted(self.subject, subject)
        known = np.append(self.subject, -1)[at] == subject
        known &= subject >= 0
        return np.where(known, np.append(self.day, np.nan)[at], np.nan), np.append(self.died, False)[
            at
        ] & known


@dataclass(frozen=True, eq=False)
class SurvivalEnds:
    """The last days of overall survival in all datasets of a study.

    Most records are on or before the first such day of their subject, in whichever dataset; a dataset is
    compared with another one only where something is later. So many datasets cost no comparison of all
    with all.

    Attributes
    ----------
    sources : tuple of _Source
        In the order of the study.
    subjects : Index
        Who has a last day.
    starts : ndarray of int, shape (n_subjects + 1,)
        Where the days of each subject begin in `day` and `source`.
    day, source : ndarray, shape (n_days,)
        By subject; position of the dataset in `sources`.
    first : ndarray of float, shape (n_subjects,)
        The first day of each subject.
    """

    sources: tuple[_Source, ...]
    subjects: pd.Index[str]
    starts: NDArray[np.intp]
    day: Days
    source: NDArray[np.intp]
    first: Days

    @classmethod
    def of(cls, study: Study) -> SurvivalEnds | None:
        """Worked out once for all datasets; None where none has overall survival by subject."""
        if study not in _FOUND:
            _FOUND[study] = cls._of(study)
        return _FOUND[study]

    @classmethod
    def _of(cls, study: Study) -> SurvivalEnds | None:
        having = [(data, records) for data in study if (records := _records(data)) is not None]
        if not having:
            return None
        ends = [_ends(data, study, records) for data, records in having]
        codes, values = pd.factorize(np.concatenate([subjects for subjects, _, _ in ends]))
        sizes = [len(day) for _, day, _ in ends]
        parts = np.split(codes.astype(np.intp), np.cumsum(sizes)[:-1])
        sources = []
        for (data, _), subject, (_, day, died) in zip(having, parts, ends, strict=True):
            order = np.argsort(subject)
            sources.append(_Source(data.name, subject[order], day[order], died[order]))
        order = np.argsort(codes, kind="stable")
        day = np.concatenate([day for _, day, _ in ends])[order]
        starts = np.searchsorted(codes[order], np.arange(len(values) + 1))
        first = np.minimum.reduceat(day, starts[:-1]) if len(values) else day
        return cls(
            tuple(sources),
            pd.Index(values, dtype=object),
            starts,
            day,
            np.repeat(np.arange(len(sizes)), sizes)[order],
            first,
        )

    def subject_of(self, data: Dataset) -> NDArray[np.intp]:
        """Position among `subjects` of each record's subject; -1 where there is none."""
        own = data.distinct("USUBJID")
        return own.spread(own.by_block(self._positions), missing=-1)

    def _positions(self, subjects: NDArray[np.object_]) -> NDArray[np.intp]:
        return self.subjects.get_indexer(pd.Index(subjects, dtype=object)).astype(np.intp)

    def before(self, subject: NDArray[np.intp], dates: Sequence[Days]) -> Iterator[tuple[str, Days, Mask]]:
        """The datasets in which a subject has a last day before one of the dates of their records.

        Parameters
        ----------
        subject : ndarray of int, shape (n_records,)
            As `subject_of` gives it.
        dates : sequence of ndarray of float, each of shape (n_records,)
            In days since 1970-01-01; NaN is before and after nothing.

        Yields
        ------
        tuple of (str, ndarray of float, ndarray of bool)
            Name of the dataset; for each record the subject's last day there, NaN where there is none, and
            whether the subject died on it.
        """
        for number in self._exceeded(subject, np.fmax.reduce(dates)):
            source = self.sources[number]
            yield source.name, *source.by_record(subject)

    def _exceeded(self, subject: NDArray[np.intp], latest: Days) -> NDArray[np.intp]:
        """The sources with a day before the latest of its subject, by number."""
        late = latest > np.append(self.first, np.nan)[subject]
        subjects, record = np.unique(subject[late], return_inverse=True)
        last = np.full(len(subjects), -np.inf)
        np.maximum.at(last, record, latest[late])
        counts = self.starts[subjects + 1] - self.starts[subjects]
        shift = self.starts[subjects] - (np.cumsum(counts) - counts)
        days = np.arange(counts.sum()) + np.repeat(shift, counts)
        return np.unique(self.source[days[self.day[days] < np.repeat(last, counts)]])


_FOUND: WeakKeyDictionary[Study, SurvivalEnds | None] = WeakKeyDictionary()


def _records(data: Dataset) -> NDArray[np.intp] | None:
    """The records of overall survival that are the only one of their subject; None without it."""
    if Structure.TTE not in data.structure.lineage or not all(name in data for name in _NEEDED):
        return None
    subject = data.distinct("USUBJID").codes
    chosen = np.flatnonzero(records_with_role(data, "OS") & standing(data) & (subject >= 0))
    if not len(chosen):
        return None
    alone: NDArray[np.intp] = chosen[np.bincount(subject[chosen])[subject[chosen]] == 1]
    return alone


def _ends(data: Dataset, study: Study, records: NDArray[np.intp]) -> tuple[NDArray[np.object_], Days, Mask]:
    """Subject, day and death of these records, less those that are open: censored on the cut-off, or at an
    earlier one than the study's."""
    adt, cnsr = data.days("ADT"), data.numbers("CNSR")
    censored = cnsr >= 1
    is_open = at_cut_off(data, study, adt, censored) | of_earlier_cut_off(data, study)
    there = ~np.isnan(adt) & ~(is_open & censored)
    records = records[there[records]]
    subjects = data.distinct("USUBJID")
    return subjects[subjects.codes[records]], adt[records], (cnsr == 0)[records]
