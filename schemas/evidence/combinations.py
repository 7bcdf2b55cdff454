"""Distinct combinations of values, each with the number of its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.columns import Codes, Distinct, Mask
from ..study.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Combinations:
    """The combinations of the values of some variables.

    Attributes
    ----------
    times : Series of int, shape (n_combinations,)
        Number of records of each, by the values: what `Dataset.total` adds up. Of a whole dataset by numbers
        that stand for them, as there may be many.
    codes : ndarray of int, shape (n_records,)
        Each record's position among them; -1 where one of the values is missing.
    """

    times: pd.Series[int]
    codes: Codes

    def among(self, chosen: Mask) -> pd.Series[int]:
        """Number of the records among those chosen of each, also where it is 0."""
        own = self.codes[chosen & (self.codes >= 0)]
        return pd.Series(np.bincount(own, minlength=len(self.times)), index=self.times.index)

    def spread(self, by_values: pd.Series) -> Mask:
        """Give each record what is true of its values; false where one of them is missing."""
        found = by_values.reindex(self.times.index).to_numpy(dtype=np.bool_, na_value=False)
        return np.append(found, False)[self.codes]


def combinations(data: Dataset, *variables: str) -> Combinations:
    """The combinations that occur, of records that have a value in all of these variables."""
    columns = [data.distinct(name) for name in variables]
    widths = [max(len(each), 1) for each in columns]
    filled = np.flatnonzero(np.logical_and.reduce([each.codes >= 0 for each in columns]))
    combined = np.ravel_multi_index([each.codes[filled] for each in columns], widths)
    present, place, times = _counted(combined, int(np.prod(widths, dtype=np.int64)))
    codes = np.full(len(data), -1, dtype=np.intp)
    codes[filled] = place
    index = _index(columns, np.unravel_index(present, widths), by_values=data.totals is not None)
    return Combinations(pd.Series(times, index=index), codes)


def _index(columns: Sequence[Distinct], found: Sequence[Codes], *, by_values: bool) -> pd.Index:
    """The values of combinations, or the codes of these, which are far smaller."""
    if by_values:
        values = [each[codes] for each, codes in zip(columns, found, strict=True)]
        return pd.MultiIndex.from_arrays(values) if len(values) > 1 else pd.Index(values[0])
    if len(columns) == 1:
        return pd.Index(found[0])
    levels = [pd.RangeIndex(len(each)) for each in columns]
    return pd.MultiIndex(levels, found, verify_integrity=False)  # type: ignore[arg-type]


def by_kind(**counted: pd.Series[int]) -> pd.Series[int]:
    """Several numbers by values as one, so that they are one total."""
    return pd.concat(counted)


def of_kind(total: pd.Series[int], kind: str) -> pd.Series[int]:
    """One of them again."""
    return total[total.index.get_level_values(0) == kind].droplevel(0)


def by_value(data: Dataset, variable: str, chosen: Mask) -> pd.Series[int]:
    """Number of records among those chosen of each value of a variable, also where it is 0."""
    values = data.distinct(variable)
    number = np.bincount(values.codes[chosen & (values.codes >= 0)], minlength=len(values))
    return pd.Series(number, index=pd.Index(values.values, dtype=object))


def by_days(days: NDArray[np.float64]) -> pd.Series[int]:
    """Number of records of each day; those without one are not counted."""
    return pd.Series(days).value_counts(sort=False)


def quantiles(days: pd.Series[int], *shares: float) -> tuple[float, ...]:
    """Quantiles of days by the numbers of their records, between two days as far as the share is.

    Parameters
    ----------
    days : Series of int, shape (n_days,)
        Number of records by day; at least one.
    *shares : float
        From 0 to 1.
    """
    ordered = days.sort_index()
    up_to = np.cumsum(ordered.to_numpy())
    place = np.array(shares) * (up_to[-1] - 1)
    below = ordered.index.to_numpy()[np.searchsorted(up_to, np.floor(place), side="right")]
    above = ordered.index.to_numpy()[np.searchsorted(up_to, np.ceil(place), side="right")]
    return tuple((below + (above - below) * (place - np.floor(place))).tolist())


def _counted(codes: Codes, bound: int) -> tuple[Codes, Codes, Codes]:
    """Distinct codes, the position of each record's among them, and how often each occurs."""
    if bound > 4 * len(codes) + 1_000_000:
        return np.unique(codes, return_inverse=True, return_counts=True)
    times = np.bincount(codes, minlength=bound)
    pairs = np.flatnonzero(times)
    place = np.zeros(bound, dtype=np.intp)
    place[pairs] = np.arange(len(pairs))
    return pairs, place[codes], times[pairs]
