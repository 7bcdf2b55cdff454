"""The days on which assessments are scheduled: as declared, or as those of most subjects show."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Days, Mask
from ..study.dataset import Dataset
from ..study.declarations import Endpoint

_NO_VISIT = re.compile(
    r"unsched|baseline|screen|end of|early|discontinu|withdraw|follow|progress|\beo[ts]\b|\bet\b",
    re.IGNORECASE,
)
"""AVISIT of assessments that are not on a scheduled day."""
_SUBJECTS = 3
"""A visit of so many subjects shows its day."""
_GAPS = 10
"""So many intervals between assessments show the usual one."""
_SHOWN = 4
"""Days that are named."""


@dataclass(frozen=True, slots=True)
class VisitSchedule:
    """Scheduled days of assessments.

    Attributes
    ----------
    days : tuple of float
        After the start, ascending. The last interval is repeated after the last of them; a single day is an
        interval that is repeated from the start.
    """

    days: tuple[float, ...]

    def __str__(self) -> str:
        """ "on days 56, 112, 168, …", "every 56 days"."""
        days = [f"{day:g}" for day in self.days]
        if len(days) == 1:
            return f"every {days[0]} days"
        return f"on days {', '.join(days[:_SHOWN])}{', …' if len(days) > _SHOWN else ''}"

    def missed(self, last: Days, event: Days) -> NDArray[np.float64]:
        """Number of scheduled days between an assessment and an event, both in days after the start.

        An assessment counts for the scheduled day that is nearest; an event may be half an interval late.
        """
        missed: NDArray[np.float64] = (
            np.ceil(self._visit(event) - 0.5) - np.floor(self._visit(last) + 0.5) - 1
        )
        return missed

    def _visit(self, day: Days) -> Days:
        """The number of the visit on a day, with fractions between visits; 0 at the start."""
        planned = np.array((0.0, *self.days))
        after = np.maximum(day - planned[-1], 0) / (planned[-1] - planned[-2])
        visit: Days = np.interp(day, planned, np.arange(len(planned))) + after
        return visit


def declared_schedule(endpoint: Endpoint) -> VisitSchedule | None:
    """The one that is declared of an endpoint (`visit_days`)."""
    return VisitSchedule(tuple(map(float, endpoint.visit_days))) if endpoint.visit_days else None


def inferred_schedule(assessments: Dataset, chosen: Mask, start: Days) -> VisitSchedule | None:
    """The schedule that chosen assessments show; None where they show none.

    Parameters
    ----------
    assessments : Dataset
        Such as ADRS, with USUBJID and ADT.
    chosen : ndarray of bool, shape (n_records,)
    start : ndarray of float, shape (n_records,)
        Day from which the schedule counts, of the subject of each record; NaN where unknown.
    """
    elapsed = assessments.days("ADT") - start
    own = chosen & (elapsed > 0)
    by_visit = _days_of_visits(assessments, own, elapsed)
    if len(by_visit) > 1:
        return VisitSchedule(tuple(by_visit))
    usual = _usual_gap(assessments.distinct("USUBJID").codes[own], elapsed[own])
    return VisitSchedule((usual,)) if usual else None


def _days_of_visits(assessments: Dataset, own: Mask, elapsed: Days) -> list[float]:
    """The median day of each scheduled visit, those that are hardly apart once."""
    name = next((each for each in ("AVISIT", "AVISITN") if each in assessments), None)
    if name is None:
        return []
    visits = assessments.distinct(name)
    scheduled = np.array([not _NO_VISIT.search(str(visit)) for visit in visits], dtype=np.bool_)
    own = own & visits.spread(scheduled, missing=False)
    pairs = assessments.groups(name, "USUBJID")
    medians = []
    for code in np.unique(visits.codes[own]):
        of_visit = own & (visits.codes == code)
        if len(np.unique(pairs[of_visit])) >= _SUBJECTS:
            medians.append(float(np.median(elapsed[of_visit])))
    medians.sort()
    usual = float(np.median(np.diff([0.0, *medians]))) if medians else 0.0
    apart: list[float] = []
    for day in medians:
        if day - (apart[-1] if apart else 0.0) >= usual / 2:
            apart.append(day)
    return apart


def _usual_gap(subject: NDArray[np.intp], elapsed: Days) -> float:
    """The median interval between two assessments of a subject; 0 where there are few."""
    days = np.unique(np.stack([subject, elapsed]), axis=1)
    gaps = np.diff(days[1])[np.diff(days[0]) == 0]
    return float(np.median(gaps)) if len(gaps) >= _GAPS else 0.0
