"""What rules count of a whole dataset, where they see a part of it at a time.

A rule asks for a total by a name. Of a whole dataset that is what it counted itself. Of a part it is what all
parts counted: not known when the rule first asks, so it ends there and is run again when it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from types import MappingProxyType
from typing import TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Countable = TypeVar("Countable", int, NDArray[np.intp], "pd.Series[int]")
"""A number; an array, which has the same shape for every part; a series by the values that are counted."""


class NotYetKnown(Exception):
    """A rule asks for a total that is not known: no error, it is run again when it is.

    Attributes
    ----------
    name : str
    counted : int, ndarray or Series
        What this part adds to it.
    """

    def __init__(self, name: str, counted: object) -> None:
        super().__init__(name, counted)
        self.name, self.counted = name, counted


class Totals:
    """The totals that are known to a part: those of the rule that is run.

    Attributes
    ----------
    known : mapping of str to int, ndarray or Series
    """

    def __init__(self) -> None:
        self.known: Mapping[str, object] = MappingProxyType({})

    def of(self, name: str, counted: Countable) -> Countable:
        """The total of a name.

        Raises
        ------
        NotYetKnown
        """
        if name not in self.known:
            raise NotYetKnown(name, counted)
        return cast("Countable", self.known[name])


def summed(counted: Sequence[object]) -> object:
    """What parts counted, added up."""
    if isinstance(counted[0], pd.Series):
        together = pd.concat(cast("Sequence[pd.Series[int]]", counted))
        return together.groupby(level=[*range(together.index.nlevels)], dropna=False).sum()
    return reduce(add, cast("Sequence[int]", counted))
