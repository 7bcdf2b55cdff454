"""The order of records by several keys, by one sort; none where they are in order already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...schemas.study.columns import Codes

_MOST = 2**62
"""Combinations that one number holds."""


def record_order(keys: Sequence[Codes], n_records: int) -> Codes | None:
    """Positions of the records by their keys, those that are alike as they stand; None where it is theirs.

    Parameters
    ----------
    keys : sequence of ndarray of int, each of shape (n_records,)
        The first one counts most. None is negative.
    n_records : int
    """
    place = np.zeros(n_records, dtype=np.int64)
    combinations = 1
    for key in keys:
        size = int(key.max(initial=0)) + 1
        if combinations * size > _MOST:
            place = np.unique(place, return_inverse=True)[1].astype(np.int64)
            combinations = int(place.max(initial=0)) + 1
        place = place * size + key
        combinations *= size
    if (place[1:] >= place[:-1]).all():
        return None
    return np.argsort(place, kind="stable")
