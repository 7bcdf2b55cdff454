"""Parts of whole subjects of a study whose records lie by subject: where each part's records are.

Nothing is moved: a part is a range of the records of each dataset, fetched when a rule asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..evidence.subjects import plain_identifiers
from ..study import columns
from ..study.dataset import Dataset
from ..study.selected_columns import SelectedColumns
from ..study.study import Study
from ..study.totals import Totals
from .fingerprint import digests

SUBJECT = "USUBJID"
RECORDS = 1_000_000
"""About so many records of the longest dataset are a part."""

_BLOCK = 1_048_576
"""Records that are looked at at a time."""
_NOBODY = np.uint64(0)
"""Stands for records without a subject."""

RecordsOfPart = range | NDArray[np.intp]
"""Of the records of a part in their dataset, counted from 0, ascending."""


@dataclass(frozen=True, eq=False)
class SubjectParts:
    """Where the records of each part are.

    Attributes
    ----------
    records : mapping of dataset name to sequence of RecordsOfPart
        Of each dataset with USUBJID one for each part.
    number : int
        How many parts there are.
    """

    records: Mapping[str, Sequence[RecordsOfPart]]
    number: int

    def judged(self, name: str) -> bool:
        """Whether the parts of a dataset are ranges of its records, which can be fetched by themselves."""
        return name in self.records and isinstance(self.records[name][0], range)

    def of(self, study: Study, parts: Sequence[int], totals: Totals) -> Study:
        """Some parts of the study they were made of; a dataset without subjects is in every part as it is."""
        datasets = (
            _some(data, [self.records[data.name][part] for part in parts]).as_part(totals)
            if data.name in self.records
            else data
            for data in study
        )
        return Study.of(*datasets, notes=study.notes, definition=study.definition)


def parts_by_subject(study: Study, records: int = RECORDS) -> SubjectParts | None:
    """Divide a study, where its longest dataset has the records of each subject together.

    Parameters
    ----------
    study : Study
    records : int
        About how many records of the longest dataset are a part.

    Returns
    -------
    SubjectParts or None
        None where there would be one part, or where the records of one subject would be in several. The
        subject is USUBJID without blanks, case and leading zeros.
    """
    own = sorted((data for data in study if SUBJECT in data), key=len, reverse=True)
    if not own or len(own[0]) < 2 * records:
        return None
    runs = _runs_of(own[0])
    part_of_run = _numbered(runs.starts // records)
    known = _Known.of(runs.keys, part_of_run)
    if known is None:
        return None
    number = int(part_of_run[-1]) + 1
    found = {own[0].name: _positions(runs, part_of_run, number)}
    for data in own[1:]:
        runs = _runs_of(data)
        part_of_run, known = known.extended(runs.keys)
        found[data.name] = _positions(runs, part_of_run, number)
    return SubjectParts(found, number)


@dataclass(frozen=True, eq=False)
class _Runs:
    """Where the subject changes from one record to the next.

    Attributes
    ----------
    starts : ndarray of int, shape (n_runs,)
        Position of the first record of each run.
    keys : ndarray of uint64, shape (n_runs,)
        A hash of its subject. Two subjects with one hash get into one part, which does no harm.
    records : int
        Of the dataset.
    """

    starts: NDArray[np.intp]
    keys: NDArray[np.uint64]
    records: int


def _runs_of(data: Dataset) -> _Runs:
    blocks = list(_runs_by_block(data))
    starts = np.concatenate([np.empty(0, np.intp), *(block.starts for block in blocks)])
    keys = np.concatenate([np.empty(0, np.uint64), *(block.keys for block in blocks)])
    changes = np.ones(len(keys), dtype=np.bool_)
    changes[1:] = keys[1:] != keys[:-1]  # a run may go on in the next block
    return _Runs(starts[changes], keys[changes], len(data))


def _runs_by_block(data: Dataset) -> Iterator[_Runs]:
    for first in range(0, len(data), _BLOCK):
        subjects = columns.distinct(data.part(SUBJECT, first, _BLOCK))
        changes = np.ones(len(subjects.codes), dtype=np.bool_)
        changes[1:] = subjects.codes[1:] != subjects.codes[:-1]
        starts = np.flatnonzero(changes)
        of_value = subjects.by_block(lambda values: digests(_objects(plain_identifiers(values))))
        keys = np.append(of_value, _NOBODY)[subjects.codes[starts]]
        yield _Runs(first + starts, keys, len(subjects.codes))


def _objects(texts: Sequence[str]) -> NDArray[np.object_]:
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    return found


@dataclass(frozen=True, eq=False)
class _Known:
    """The part of each subject: hashes in order, and a part for each."""

    keys: NDArray[np.uint64]
    parts: NDArray[np.intp]

    @classmethod
    def of(cls, keys: NDArray[np.uint64], parts: NDArray[np.intp]) -> _Known | None:
        """None where a subject is in several parts."""
        order = np.lexsort((parts, keys))
        keys, parts = keys[order], parts[order]
        first = np.ones(len(keys), dtype=np.bool_)
        first[1:] = keys[1:] != keys[:-1]
        if (parts[1:] != parts[:-1])[~first[1:]].any():
            return None
        return cls(keys[first], parts[first])

    def extended(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.intp], _Known]:
        """The part of each of these subjects; one that is new goes where the one before it is."""
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        is_known = self.keys[place] == keys
        parts = np.where(is_known, self.parts[place], 0)
        before = np.maximum.accumulate(np.where(is_known, np.arange(len(keys)), 0))
        parts = parts[before]
        new_keys, first = np.unique(keys[~is_known], return_index=True)
        new_parts = parts[~is_known][first]
        if len(new_keys):  # wherever it comes again
            parts[~is_known] = new_parts[np.searchsorted(new_keys, keys[~is_known])]
        together = np.concatenate([self.keys, new_keys])
        order = np.argsort(together)
        return parts, _Known(together[order], np.concatenate([self.parts, new_parts])[order])


def _numbered(parts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Ascending numbers without gaps."""
    found: NDArray[np.intp] = np.cumsum(np.append(0, np.diff(parts) > 0))
    return found


def _positions(runs: _Runs, part_of_run: NDArray[np.intp], number: int) -> tuple[RecordsOfPart, ...]:
    if (np.diff(part_of_run) >= 0).all():
        first_runs = np.searchsorted(part_of_run, np.arange(number + 1))
        ends = np.append(runs.starts, runs.records)[first_runs]
        return tuple(range(int(first), int(end)) for first, end in pairwise(ends))
    lengths = np.diff(np.append(runs.starts, runs.records))
    part = np.repeat(part_of_run, lengths)
    order = np.argsort(part, kind="stable")
    return tuple(np.split(order, np.searchsorted(part[order], np.arange(1, number))))


def _some(data: Dataset, parts: Sequence[RecordsOfPart]) -> Dataset:
    """The records of these parts of a dataset, fetched when asked for."""
    each = [np.arange(part.start, part.stop) if isinstance(part, range) else part for part in parts]
    positions = each[0] if len(each) == 1 else np.sort(np.concatenate(each), kind="stable")
    names = {each.name: each.name for each in data.variables}
    raw = None if data.raw_places is None else data.raw_places.load().take(positions)
    return Dataset.of(
        data.description,
        SelectedColumns(data.columns, names, positions),
        notes=data.notes,
        declarations=data.declarations,
        read_as_missing=data.read_as_missing,
        raw_places=raw,
    )
