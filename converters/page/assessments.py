"""Assessments of the subjects of a curve: the days from the last one to a censoring, and missed visits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...schemas.evidence.assessments import evaluable
from ...schemas.evidence.parameters import with_role
from ...schemas.evidence.timelines import Timeline, subject_in
from ...schemas.evidence.visit_schedule import declared_schedule, inferred_schedule
from ...schemas.study.columns import Codes, Days, Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import plain
from ..survival.analysis_table import AnalysisTable

ASSESSMENTS = "ADRS"
"""The dataset whose records are assessments."""
MOST_GAPS = 20
"""Gaps that are listed."""
_ASSESSED = ("PFS", "DOR", "TTP", "EFS", "DFS", "TTR")
"""Endpoints whose event is seen at an assessment: of these a gap up to the event counts, too."""


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """Days from the last assessment to the censoring, of the censored subjects of one group."""

    group: str
    censored: int
    without: int
    median: float
    longest: float


@dataclass(frozen=True, slots=True)
class GapRow:
    """Intervals between assessments of one group.

    Attributes
    ----------
    group : str
    subjects : int
        Those with a first date.
    intervals : int
    longer : int
        Intervals in which a scheduled visit is missed.
    with_longer : int
        Subjects that have one.
    longest : float
        Days of the longest interval; NaN without one.
    """

    group: str
    subjects: int
    intervals: int
    longer: int
    with_longer: int
    longest: float


@dataclass(frozen=True, slots=True)
class SubjectGap:
    """One interval in which a scheduled visit is missed, in days after STARTDT."""

    subject: str
    group: str
    begin: float
    end: float
    to_event: bool
    missed: int

    @property
    def days(self) -> float:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Gaps:
    """Gaps longer than the schedule.

    Attributes
    ----------
    schedule : str
        The schedule, and whether it is declared or observed; empty where none is known.
    rows : tuple of GapRow
    to_event : bool
        Whether the interval from the last assessment to the event counts.
    listed : tuple of SubjectGap
        Most missed visits first; empty where subjects are not to be named.
    unlisted : int
    """

    schedule: str
    rows: tuple[GapRow, ...] = ()
    to_event: bool = False
    listed: tuple[SubjectGap, ...] = ()
    unlisted: int = 0

    @property
    def longer(self) -> int:
        return sum(row.longer for row in self.rows)


@dataclass(frozen=True, eq=False, slots=True)
class _Intervals:
    """Intervals between successive days of subjects, in days after the start of each."""

    subject: Codes
    begin: Days
    end: Days
    to_event: Mask

    @classmethod
    def of(cls, subject: Codes, day: Days, is_event: Mask) -> _Intervals:
        """Between the days of each subject, those that are the same once; an assessment before an event."""
        order = np.lexsort((is_event, day, subject))
        subject, day, is_event = subject[order], day[order], is_event[order]
        follows = (subject[1:] == subject[:-1]) & (day[1:] > day[:-1])
        return cls(subject[1:][follows], day[:-1][follows], day[1:][follows], is_event[1:][follows])


def since_assessments(
    study: Study, table: AnalysisTable, censored: Mask, group: Codes, names: Sequence[str]
) -> Iterator[AssessmentRow]:
    """For each censored subject the last record of `ASSESSMENTS` up to the ADT."""
    if not is_dated(table.dataset, "ADT") or not _has_assessments(study):
        return
    assessed = study[ASSESSMENTS]
    timeline = Timeline.of(assessed.distinct("USUBJID").codes, assessed.days("ADT"))
    end = np.floor(table.dataset.days("ADT"))
    since = end - timeline.last_before(subject_in(table.dataset, assessed), end + 1)
    for number, name in enumerate(names):
        some = since[censored & (group == number)]
        known = some[~np.isnan(some)]
        median, longest = (float(np.median(known)), float(known.max())) if len(known) else (np.nan, np.nan)
        yield AssessmentRow(name, len(some), len(some) - len(known), median, longest)


def gaps(
    study: Study,
    table: AnalysisTable,
    event: Mask,
    group: Codes,
    names: Sequence[str],
    *,
    show_keys: bool,
) -> Gaps | None:
    """Intervals between assessments in which a visit of the schedule is missed; None without dates.

    The schedule is the declared one (`visit_days`), else the one that the assessments show.
    """
    if not all(is_dated(table.dataset, name) for name in ("STARTDT", "ADT")) or not _has_assessments(study):
        return None
    data, assessed = study[table.codebook.dataset], study[ASSESSMENTS]
    start, end = (np.floor(table.dataset.days(name)) for name in ("STARTDT", "ADT"))
    subject = _subject_of(table.dataset, assessed)
    first = np.append(start, np.nan)[subject]
    chosen = (evaluable(assessed) if "AVALC" in assessed else np.ones(len(assessed), np.bool_)) & (
        subject >= 0
    )
    missed_in, said = _schedule(data, table.codebook.paramcd, assessed, chosen, first)
    if missed_in is None:
        return Gaps(said)
    day = np.floor(assessed.days("ADT")) - first
    within = chosen & (day > 0) & (day <= np.append(end - start, np.nan)[subject])
    to_event = _is_assessed(data, table.codebook.paramcd)
    started = np.flatnonzero(~np.isnan(start))
    ended = np.flatnonzero(event & ~np.isnan(end - start)) if to_event else started[:0]
    intervals = _Intervals.of(
        np.concatenate([started, subject[within], ended]),
        np.concatenate([np.zeros(len(started)), day[within], (end - start)[ended]]),
        np.repeat([False, True], [len(started) + int(within.sum()), len(ended)]),
    )
    missed = missed_in(intervals.begin, intervals.end)
    listed = _worst(table, intervals, missed, group, names) if show_keys else ()
    return Gaps(
        said,
        tuple(_rows(intervals, missed, ~np.isnan(start), group, names)),
        to_event,
        listed,
        int(np.sum((missed >= 1) & (group[intervals.subject] >= 0))) - len(listed),
    )


def _subject_of(table: Dataset, assessed: Dataset) -> NDArray[np.intp]:
    """The row of the table that has the subject of each assessment; -1 where none has."""
    theirs = assessed.distinct("USUBJID")
    number = subject_in(table, assessed)
    row = np.full(len(theirs) + 1, -1, np.intp)
    known = number >= 0
    row[number[known]] = np.flatnonzero(known)
    return row[theirs.codes]


def _schedule(
    data: Dataset, code: str, assessed: Dataset, chosen: Mask, first: Days
) -> tuple[Callable[[Days, Days], Numbers] | None, str]:
    """What counts the missed visits of intervals, and the schedule in words.

    Visits that are declared, or have a usual day, are on days after STARTDT. Of a usual interval, each
    assessment sets when the next one is due: a visit that is late is no gap before the one after it.
    """
    declared = declared_schedule(data.parameters.endpoint(code))
    if declared is not None:
        return declared.missed, f"declared (visit_days of {plain(code)}): {declared} after STARTDT"
    observed = inferred_schedule(assessed, chosen, first)
    if observed is None:
        return None, ""
    if len(observed.days) > 1:
        return observed.missed, f"observed in {ASSESSMENTS}: {observed} after STARTDT"
    said = f"observed in {ASSESSMENTS}: {observed}, from each assessment to the next"
    return lambda begin, end: observed.missed(np.zeros(len(begin)), end - begin), said


def _is_assessed(data: Dataset, code: str) -> bool:
    own = np.array([name == code for name in data.parameters.names], np.bool_)
    return any(bool(np.any(with_role(data, role) & own)) for role in _ASSESSED)


def _rows(
    intervals: _Intervals, missed: Numbers, started: Mask, group: Codes, names: Sequence[str]
) -> Iterator[GapRow]:
    of_interval, days = group[intervals.subject], intervals.end - intervals.begin
    for number, name in enumerate(names):
        own = of_interval == number
        longer = own & (missed >= 1)
        yield GapRow(
            name,
            int(np.sum(started & (group == number))),
            int(own.sum()),
            int(longer.sum()),
            len(np.unique(intervals.subject[longer])),
            float(days[own].max()) if own.any() else np.nan,
        )


def _worst(
    table: AnalysisTable, intervals: _Intervals, missed: Numbers, group: Codes, names: Sequence[str]
) -> tuple[SubjectGap, ...]:
    """The gaps with most missed visits, then the longest; of the same ones by the subject."""
    found = np.flatnonzero((missed >= 1) & (group[intervals.subject] >= 0))
    days = intervals.end - intervals.begin
    leading = np.lexsort((-days[found], -missed[found]))[:MOST_GAPS]
    if len(found) > len(leading):  # those as long as the last one compete by name
        last = found[leading[-1]]
        found = found[
            (missed[found] > missed[last]) | ((missed[found] == missed[last]) & (days[found] >= days[last]))
        ]
    subjects = table.frame["USUBJID"].astype(object).to_numpy()[intervals.subject[found]]
    order = np.lexsort((intervals.begin[found], subjects.astype(str), -days[found], -missed[found]))
    return tuple(
        SubjectGap(
            plain(subjects[each]),
            names[group[intervals.subject[found[each]]]],
            float(intervals.begin[found[each]]),
            float(intervals.end[found[each]]),
            bool(intervals.to_event[found[each]]),
            int(missed[found[each]]),
        )
        for each in order[:MOST_GAPS]
    )


def is_dated(data: Dataset, name: str) -> bool:
    """Whether a dataset has a date of each subject."""
    return all(each in data for each in ("USUBJID", name)) and not data.is_character(name)


def _has_assessments(study: Study) -> bool:
    return ASSESSMENTS in study and is_dated(study[ASSESSMENTS], "ADT")
