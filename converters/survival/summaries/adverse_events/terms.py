"""The terms of a table of adverse events: a row for any event, one for each term, within its parents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study import columns
from .....schemas.study.columns import Codes
from .....schemas.study.dataset import Dataset
from ...value_text import value_text

ANY = "any"
"""The row of all events, in the column of the highest level."""
MISSING = "(missing)"
"""A term that is missing in the data."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Rows of terms, and those that each event counts in.

    Attributes
    ----------
    labels : ndarray of object, shape (n_terms, n_levels)
        Sorted within their parents, a missing term last; None above a level.
    of_event : ndarray of int, shape (n_levels + 1, n_events)
        The row of each event at each level, that of any event first.
    """

    labels: NDArray[np.object_]
    of_event: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.labels)


def terms_of(data: Dataset, record: Codes, by: Sequence[str]) -> Terms:
    """The terms of some events.

    Parameters
    ----------
    data : Dataset
    record : ndarray of int, shape (n_events,)
        Positions of the events.
    by : sequence of str
        Variables of the terms, the highest level first.

    Raises
    ------
    ConfigurationError
        When a variable is a date.
    Refused
        When a term has one of the names that the table gives.
    """
    texts, ranks = zip(*(_ranked(data, name, record) for name in by), strict=True)
    paths, of_level = [np.full((1, len(by)), -1, np.intp)], [np.zeros(len(record), np.intp)]
    n_rows, key = 1, np.zeros(len(record), np.int64)
    for level, rank in enumerate(ranks, 1):
        # Numbered again at each level, so that numbers stay small; they sort as the ranks do.
        _, first, key = np.unique(
            key * (len(texts[level - 1]) + 1) + rank, return_index=True, return_inverse=True
        )
        path = np.full((len(first), len(by)), -1, np.intp)
        path[:, :level] = np.column_stack([each[first] for each in ranks[:level]])
        of_level.append(key.astype(np.intp) + n_rows)
        n_rows += len(first)
        paths.append(path)
    path = np.concatenate(paths)
    order = np.lexsort(path.T[::-1])
    place = np.empty(n_rows, np.intp)
    place[order] = np.arange(n_rows)
    return Terms(_labels(path[order], texts), place[np.stack(of_level)])


def _labels(path: NDArray[np.intp], texts: Sequence[NDArray[np.object_]]) -> NDArray[np.object_]:
    """What the ranks of each row are called; -1, above a level, is None."""
    named = [np.append(each, np.array([MISSING, None], object))[path[:, n]] for n, each in enumerate(texts)]
    labels = np.column_stack(named)
    labels[0, 0] = ANY
    return labels


def _ranked(data: Dataset, name: str, record: Codes) -> tuple[NDArray[np.object_], Codes]:
    """The texts of a variable in their order, and the place of each event's; past the last where missing."""
    if columns.is_date(data[name]):
        raise ConfigurationError(f"{name} is a date", f"by, {data.name}", "give variables with terms")
    values = data.distinct(name)
    texts = np.array([*map(value_text, values)], dtype=object)
    reserved = {ANY, MISSING}.intersection(texts.tolist())
    if reserved:
        raise Refused(
            f"{name} has a term that is a name of the table: {', '.join(sorted(reserved))}",
            data.name,
            "correct the term, or leave the variable out of --by",
        )
    order = np.array(sorted(range(len(texts)), key=values.values.__getitem__), dtype=np.intp)
    rank = np.empty(len(texts), np.intp)
    rank[order] = np.arange(len(texts))
    return texts[order], values.spread(rank, missing=len(texts))[record]
