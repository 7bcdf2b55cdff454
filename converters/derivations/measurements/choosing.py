"""One record of each group: the first by some keys, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ..assembled import ordered


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
        The group of each.
    keys : sequence of ndarray, each of shape (n,)
        The most important first.
    n_records : int
    last : bool
        Of records that are equal by all keys, take the last.
    """
    alike = np.zeros(n_records, dtype=np.bool_)
    if not len(among):
        return Chosen(among, alike)
    position = -among if last else among
    order = np.lexsort([position, *reversed(keys), groups])
    ordered_groups = groups[order]
    starts = np.append(True, ordered_groups[1:] != ordered_groups[:-1])
    first = order[starts]
    same = np.ones(len(among), dtype=np.bool_)
    of_group = np.cumsum(starts) - 1
    for key in keys:
        same &= key[order] == key[first][of_group]
    several = np.bincount(of_group[same], minlength=len(first)) > 1
    alike[among[order[same & several[of_group]]]] = True
    return Chosen(np.sort(among[first]), alike)


def order_key(data: Dataset, variable: str, *, last: bool) -> Numbers:
    """Numbers in the order of a variable, the smallest to be taken first; missing ones after all others."""
    if data.is_character(variable):
        values = ordered(data[variable]).astype(np.float64)
    elif data[variable].dtype.kind == "M":
        values = data[variable].to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
    else:
        values = data.numbers(variable)
    return np.where(data.missing(variable), np.inf, -values if last else values)
