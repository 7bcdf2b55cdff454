"""The groups and strata of a Kaplan-Meier table: which subject is in which, and who is in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .....schemas.errors import Refused
from .....schemas.study.columns import Codes, Mask, Numbers
from ...analysis_table import AnalysisTable
from ...codebook import naming_nobody
from ...estimators import Curve, merged_times, product_limit
from ...subjects import listed, subjects_of
from ...value_text import value_text
from ..membership import membership


@dataclass(frozen=True, eq=False)
class Group:
    """One group.

    Attributes
    ----------
    name : str
    time : ndarray of float, shape (n_subjects,)
    event : ndarray of bool, shape (n_subjects,)
    entry : ndarray of float, shape (n_subjects,), or None
        After which each is at risk; None where all are from time 0.
    is_total : bool
    """

    name: str
    time: Numbers
    event: Mask
    entry: Numbers | None = None
    is_total: bool = False

    @cached_property
    def curve(self) -> Curve:
        return product_limit(self.time, self.event, self.entry)

    @cached_property
    def follow_up(self) -> Curve:
        """The reverse curve: censoring is its event, so that its median is that of the follow-up."""
        return product_limit(self.time, ~self.event, self.entry)


@dataclass(frozen=True, eq=False)
class Grouped:
    """Subjects in groups.

    Attributes
    ----------
    time : ndarray of float, shape (n_subjects,)
        Merged over all subjects, as in R.
    event : ndarray of bool, shape (n_subjects,)
    entry : ndarray of float, shape (n_subjects,), or None
        Merged with the times; None where all are at risk from time 0.
    arms : tuple of str
        Values of the variable of the groups, in their order.
    arm : ndarray of int, shape (n_subjects,)
        Places in `arms`; -1 for a subject without a value.
    groups : tuple of Group
        The arms that have a subject, and all subjects if wanted.
    """

    time: Numbers
    event: Mask
    entry: Numbers | None
    arms: tuple[str, ...]
    arm: Codes
    groups: tuple[Group, ...]

    @property
    def moments(self) -> Numbers:
        """Times at which a subject comes under observation, or leaves it."""
        return self.time if self.entry is None else np.concatenate([self.entry, self.time])


def grouped(table: AnalysisTable, *, total: bool) -> Grouped:
    """The subjects of a table with one record each, by its arm.

    Raises
    ------
    ConfigurationError
        As `membership`.
    Refused
        When an entry and its end are one time.
    """
    time, entry = _times(table)
    event = table.frame["event"].to_numpy(np.bool_)
    found = membership(table, total=total)
    groups = tuple(
        Group(
            each.name,
            time[each.subjects],
            event[each.subjects],
            None if entry is None else entry[each.subjects],
            is_total=each.is_total,
        )
        for each in found.groups
    )
    return Grouped(time, event, entry, found.arms, found.arm, groups)


def _times(table: AnalysisTable) -> tuple[Numbers, Numbers | None]:
    """The ends and, of a table with delayed entry, the entries; those equal but for rounding are one."""
    (endpoint,) = table.model.endpoints
    end = table.frame[endpoint.end].to_numpy(np.float64)
    if not endpoint.begin:
        return merged_times(end)[0], None
    time, entry = merged_times(end, table.frame[endpoint.begin].to_numpy(np.float64))
    at_once = entry >= time
    if at_once.any():
        raise Refused(
            "the entry and the end of follow-up are one time, but for rounding",
            f"{table.codebook.dataset}, {listed(subjects_of(table.dataset, at_once))}",
            "correct the data, or exclude these subjects with a condition",
        )
    return time, entry


@dataclass(frozen=True, eq=False)
class Strata:
    """Subjects in strata.

    Attributes
    ----------
    variables : tuple of str
    stratum : ndarray of int, shape (n_subjects,)
        Numbers from 0 in the order of the values; -1 for a subject without a value of one of the variables.
    """

    variables: tuple[str, ...]
    stratum: Codes
    _table: AnalysisTable
    _members: Codes

    def name(self, number: int) -> str:
        """ "REGION=EU, ISS=II"; identifiers of subjects are withheld."""
        member = self._table.frame.iloc[self._members[number]]
        return ", ".join(f"{name}={self._value(member[name])}" for name in self.variables)

    def _value(self, value: object) -> str:
        return naming_nobody(self._table.dataset, value_text(value))


def strata_of(table: AnalysisTable, variables: Sequence[str]) -> Strata:
    """The strata that some variables of a table make, as many as are in the data."""
    size = len(table.frame)
    together, missing = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    for name in variables:
        codes, distinct = pd.factorize(table.frame[name], sort=True)
        missing |= codes < 0
        # Numbered again after each, so that numbers stay small.
        _, together = np.unique(together * (len(distinct) + 1) + codes, return_inverse=True)
    stratum, known = np.full(size, -1, np.intp), np.flatnonzero(~missing)
    _, first, stratum[known] = np.unique(together[known], return_index=True, return_inverse=True)
    return Strata(tuple(variables), stratum, table, known[first])
