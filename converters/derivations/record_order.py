"""The order of records by columns, and their numbers in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ...schemas.study import columns
from ...schemas.study.columns import Codes

_LARGEST = 2**62


def ordered(column: pd.Series) -> Codes:
    """The place of each record in the order of a column; missing values last."""
    distinct = columns.distinct(column)
    place = np.empty(len(distinct), dtype=np.intp)
    place[np.argsort(distinct.values, kind="stable")] = np.arange(len(distinct))
    return distinct.spread(place, missing=len(distinct))


def combined(keys: Iterable[Codes], n_records: int) -> Codes:
    """One key in the place of several, the most important first: it is equal where all of them are.

    One key is sorted in a fraction of the time that several take, and each may be forgotten before the next.

    Parameters
    ----------
    keys : iterable of ndarray of int, each of shape (n_records,)
        From 0 on.
    n_records : int
    """
    whole, bound = np.zeros(n_records, dtype=np.intp), 1
    for key in keys:
        width = int(key.max(initial=0)) + 1
        if bound * width > _LARGEST:
            distinct, whole = np.unique(whole, return_inverse=True)
            whole, bound = whole.reshape(-1), len(distinct)
        whole *= width
        whole += key
        bound *= width
    return whole


def order_of(key: Codes) -> Codes | None:
    """Positions of the records in the order of a key, equal ones as they stand; None where it is theirs."""
    return None if (key[1:] >= key[:-1]).all() else np.argsort(key, kind="stable")


def in_order(values: Codes, order: Codes | None) -> Codes:
    """What records have, in an order."""
    return values if order is None else values[order]


def numbered(subject: Codes, order: Codes | None) -> Codes:
    """The number of each record among those of its subject, from 1, in an order that is by subject first."""
    by_subject = in_order(subject, order)
    starts = np.flatnonzero(np.append(True, np.diff(by_subject) != 0)) if len(by_subject) else by_subject
    lengths = np.diff(np.append(starts, len(by_subject)))
    found = np.arange(len(by_subject)) - np.repeat(starts, lengths) + 1
    if order is None:
        return found
    number = np.empty(len(order), dtype=np.intp)
    number[order] = found
    return number
