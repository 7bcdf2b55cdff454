"""The curves of each group of a table with competing risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .....schemas.study.columns import Codes, Numbers
from ...aalen_johansen import Incidence, IncidenceCurve, aalen_johansen
from ...analysis_table import AnalysisTable
from ...estimators import Curve, merged_times, product_limit
from ...programs.competing_risks.fits import CauseFits
from ..membership import membership


@dataclass(frozen=True, eq=False)
class RivalGroup:
    """One group.

    Attributes
    ----------
    name : str
    time : ndarray of float, shape (n_subjects,)
    status : ndarray of int, shape (n_subjects,)
        0 where censored, else the number of the cause.
    causes : tuple of str
    """

    name: str
    time: Numbers
    status: Codes
    causes: tuple[str, ...]

    @cached_property
    def curves(self) -> tuple[IncidenceCurve, ...]:
        """By cause."""
        return aalen_johansen(self.time, self.status, len(self.causes))

    def censoring_others(self, cause: int) -> Curve:
        """The Kaplan-Meier curve for which subjects with another cause are censored at it."""
        return product_limit(self.time, self.status == cause)


@dataclass(frozen=True, eq=False)
class RivalGroups:
    """Subjects with competing risks in groups.

    Attributes
    ----------
    time : ndarray of float, shape (n_subjects,)
        Merged over all subjects, as in R.
    groups : tuple of RivalGroup
    without_arm : int
        Subjects without a value of the variable of the groups.
    """

    time: Numbers
    groups: tuple[RivalGroup, ...]
    without_arm: int

    def estimates(self, at: Sequence[float] | Numbers) -> Iterator[tuple[RivalGroup, int, Incidence]]:
        """Each group, number of a cause and its estimates: at these times, else at those of the group."""
        for group in self.groups:
            for number, curve in enumerate(group.curves, 1):
                yield group, number, curve.at(at) if len(at) else curve.steps


def rival_groups(table: AnalysisTable, *, total: bool) -> RivalGroups:
    """The subjects of a table with competing risks, by its arm.

    Raises
    ------
    ConfigurationError
        As `membership`.
    """
    (endpoint,), causes = table.model.endpoints, table.model.family_as(CauseFits).causes
    (time,) = merged_times(table.frame[endpoint.end].to_numpy(np.float64))
    status, found = table.frame[endpoint.event].to_numpy(np.intp), membership(table, total=total)
    groups = tuple(
        RivalGroup(each.name, time[each.subjects], status[each.subjects], causes) for each in found.groups
    )
    has_arm = table.codebook.arm is not None
    return RivalGroups(time, groups, int(np.count_nonzero(found.arm < 0)) if has_arm else 0)
