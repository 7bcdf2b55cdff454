"""Special missing values of a variable, block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...schemas.study.variable import SpecialMissing


class SpecialInOrder:
    """Special missing values by record."""

    def __init__(self, records: NDArray[np.int64], tags: NDArray[np.str_]) -> None:
        order = np.argsort(records, kind="stable")
        self._records, self._tags = records[order], tags[order]

    @classmethod
    def of(cls, special: SpecialMissing | None) -> SpecialInOrder:
        if special is None:
            return cls(np.empty(0, np.int64), np.empty(0, "U1"))
        return cls(special.records, special.tags)

    def within(self, first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
        start, end = np.searchsorted(self._records, (first, first + count))
        return self._records[start:end] - first, self._tags[start:end]
