"""Which subjects of a table are in which group: the arms that have a subject, and all subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes
from ..analysis_table import AnalysisTable
from ..value_text import value_text

TOTAL = "all"
"""The group of all subjects."""
_MOST = 1000
"""Groups that a table may have: a variable with more values makes no groups."""


@dataclass(frozen=True, eq=False, slots=True)
class GroupMembers:
    """The subjects of one group.

    Attributes
    ----------
    name : str
    subjects : ndarray of int or slice
        Their places in the table.
    is_total : bool
    """

    name: str
    subjects: Codes | slice
    is_total: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Membership:
    """Subjects in groups.

    Attributes
    ----------
    arms : tuple of str
        Values of the variable of the groups, in their order.
    arm : ndarray of int, shape (n_subjects,)
        Places in `arms`; -1 for a subject without a value.
    groups : tuple of GroupMembers
        The arms that have a subject, and all subjects if wanted.
    """

    arms: tuple[str, ...]
    arm: Codes
    groups: tuple[GroupMembers, ...]


def membership(table: AnalysisTable, *, total: bool) -> Membership:
    """The groups of a table with one record per subject, by its arm.

    Raises
    ------
    ConfigurationError
        When the arm has too many values, or one that is the name of the total, or no group is left.
    """
    frame, order, variable = table.frame, table.codebook.arm_order, table.codebook.arm
    arms = order.levels if order else ()
    if len(arms) > _MOST:
        raise ConfigurationError(
            f"{variable} has {len(arms):,} values, a table at most {_MOST:,} groups",
            f"by, {variable}",
            "give a variable of groups, such as TRT01P",
        )
    if total and TOTAL in arms:
        raise ConfigurationError(
            f"{TOTAL!r} is a value of {variable}, and the name of the total",
            f"by, {variable}",
            "use --no-total",
        )
    arm = np.full(len(frame), -1, np.intp) if variable is None else _places(frame[variable], arms)
    by_arm = np.argsort(arm, kind="stable")
    edges = np.searchsorted(arm[by_arm], np.arange(len(arms) + 1))
    groups = [
        GroupMembers(name, some)
        for name, some in zip(arms, np.split(by_arm, edges)[1:-1], strict=True)
        if len(some)
    ]
    if total:
        groups.append(GroupMembers(TOTAL, slice(None), is_total=True))
    if not groups:
        raise ConfigurationError(
            "the table does not have a group", "by, total", "give --by, or omit --no-total"
        )
    return Membership(arms, arm, tuple(groups))


def _places(column: pd.Series, values: Sequence[str]) -> Codes:
    """The place of each text or number of a column among its values as texts; -1 where it is missing."""
    codes, distinct = pd.factorize(column)
    place = {value: number for number, value in enumerate(values)}
    return np.array([*(place[value_text(each)] for each in distinct), -1], dtype=np.intp)[codes]
