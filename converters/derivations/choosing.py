"""One record of each group: the first by some keys, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Codes, Mask, Numbers
from ...schemas.study.dataset import Dataset
from .record_order import ordered


@dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen.

    Attributes
    ----------
    record : ndarray of int, shape (n_groups,)
        A position of each group, ascending.
    alike : ndarray of bool, shape (n_records,)
        Records that the keys do not distinguish from the chosen one of their group.
    """

    record: Codes
    alike: Mask


def chosen(among: Codes, groups: Codes, keys: Sequence[Numbers], n_records: int, *, last: bool) -> Chosen:
    """The record of each group that is the smallest by the keys, then the first or last by position.

    Parameters
    ----------
    among : ndarray of int, shape (n,)
        Positions that are chosen from, ascending.
    groups : ndarray of int, shape (n,)
        The group of each, counted from 0.
    keys : sequence of ndarray, each of shape (n,)
        The most important first.
    n_records : int
    last : bool
        Of records that are equal by all keys, take the last.
    """
    n_groups = int(groups.max(initial=-1)) + 1
    left = np.arange(len(among))
    for key in keys:
        left = _smallest(left, groups, key, n_groups)
    several = np.bincount(groups[left], minlength=n_groups) > 1
    alike = np.zeros(n_records, dtype=np.bool_)
    alike[among[left[several[groups[left]]]]] = True
    one = np.full(n_groups, -1, dtype=np.intp)
    in_turn = left if last else left[::-1]
    one[groups[in_turn]] = in_turn  # the one that comes last stays
    return Chosen(among[np.sort(one[one >= 0])], alike)


def _smallest(left: Codes, groups: Codes, key: Numbers, n_groups: int) -> Codes:
    """Of some records those that have the smallest key of their group."""
    smallest = np.full(n_groups, np.inf)
    np.minimum.at(smallest, groups[left], key[left])
    least: Codes = left[key[left] == smallest[groups[left]]]
    return least


def order_key(data: Dataset, variable: str, *, last: bool) -> Numbers:
    """Numbers in the order of a variable, the smallest to be taken first; missing ones after all others."""
    if data.is_character(variable):
        values = ordered(data[variable]).astype(np.float64)
    elif data[variable].dtype.kind == "M":
        values = data[variable].to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
    else:
        values = data.numbers(variable)
    return np.where(data.missing(variable), np.inf, -values if last else values)
