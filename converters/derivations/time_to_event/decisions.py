"""How the time of each subject ends: by an event, a censoring or a stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ....schemas.evidence.visit_schedule import VisitSchedule
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.raw_places import PlacedPart, RawPlaces, placed
from ..assignments import Assignment
from ..dated_records import DatedRecords
from ..deciding import NONE, Deciding, first_of, last_of
from .options import DerivedEndpoint, Stop

_DAYS_BEFORE = {"counts": 0.0, "late": 1.0}
"""How long before a stop the last day is that counts."""


@dataclass(frozen=True, eq=False)
class Decider:
    """What can decide a record: a source of events or censors, or a stop.

    Attributes
    ----------
    name : str
    is_event : bool
    set : mapping of variable to text, number or FromVariable
    records : DatedRecords or None
        Those that its dates are of; None for the data cut-off.
    """

    name: str
    is_event: bool
    set: Mapping[str, Assignment]
    records: DatedRecords | None


@dataclass(eq=False)
class Decisions:
    """What decides the record of each subject of ADSL.

    Attributes
    ----------
    deciders : list of Decider
    decider : ndarray of int, shape (n_subjects,)
        Position among the deciders; -1 where a subject has no candidate.
    chosen : ndarray of int, shape (n_subjects,)
        Position among the dated records of the decider; -1 where the date is the origin or the data cut-off.
    day : ndarray of float, shape (n_subjects,)
        The deciding date; NaN where there is none.
    tied, ordered, ambiguous : ndarray of bool, shape (n_subjects,)
        Two sources have the deciding date; several records of its source have it and `order` tells them
        apart; it does not.
    late : ndarray of bool, shape (n_subjects,)
        A record later than a stop was dropped.
    """

    deciders: list[Decider]
    decider: Codes
    chosen: Codes
    day: Days
    tied: Mask
    ordered: Mask
    ambiguous: Mask
    late: Mask

    @property
    def raw_places(self) -> RawPlaces:
        """The raw record that decides each subject, as far as the sources have them."""
        parts = []
        for position, decider in enumerate(self.deciders):
            (own,) = np.nonzero((self.decider == position) & (self.chosen >= 0))
            places = None if decider.records is None else decider.records.raw_places
            if places is not None:
                parts.append(PlacedPart(own, places.take(self.chosen[own])))
        return placed(len(self.day), parts)

    @classmethod
    def none(cls, n_subjects: int) -> Decisions:
        """Of no subject yet."""
        codes, masks = (
            np.full((2, n_subjects), NONE, dtype=np.intp),
            np.zeros((4, n_subjects), dtype=np.bool_),
        )
        tied, ordered, ambiguous, late = masks
        return cls([], codes[0], codes[1], np.full(n_subjects, np.nan), tied, ordered, ambiguous, late)

    @property
    def is_event(self) -> Mask:
        """Subjects with an event."""
        events = np.array([*(each.is_event for each in self.deciders), False], dtype=np.bool_)
        found: Mask = events[self.decider]
        return found

    def take(self, decider: Decider, found: Deciding, better: Mask) -> None:
        """Let a decider decide for some subjects, by the record found for each."""
        self.deciders.append(decider)
        self.decider[better] = len(self.deciders) - 1
        for name in ("chosen", "day", "ordered", "ambiguous"):
            getattr(self, name)[better] = getattr(found, name)[better]
        self.tied[better] = False


@dataclass(frozen=True, eq=False)
class StopLimits:
    """The earliest dated stop of each subject.

    Attributes
    ----------
    stop : ndarray of int, shape (n_subjects,)
        Position among the stops of the endpoint; -1 where a subject has none.
    day, last : ndarray of float, shape (n_subjects,)
        Its day, and the last day that counts; infinite where there is none.
    """

    stop: Codes
    day: Days
    last: Days


@dataclass(frozen=True, eq=False)
class Clock:
    """What decides the records of one endpoint.

    Attributes
    ----------
    endpoint : DerivedEndpoint
    sources : mapping of name to DatedRecords
        All that the endpoint and its stops name.
    stops : mapping of name to Stop
        Those of the endpoint, in order.
    visits_from : mapping of name to ndarray of float, shape (n_subjects,)
        Days that the schedules of stops count from, where that is not the origin.
    origin : ndarray of float, shape (n_subjects,)
        Days since 1970-01-01; NaN where a subject has none, or it is not known yet.
    cut_off : float
        The data cut-off date in days; NaN if not declared.
    """

    endpoint: DerivedEndpoint
    sources: Mapping[str, DatedRecords]
    stops: Mapping[str, Stop]
    visits_from: Mapping[str, Days]
    origin: Days
    cut_off: float

    def decisions(self, limits: StopLimits) -> Decisions:
        """What decides the record of each subject, up to the last day that counts."""
        made = Decisions.none(len(self.origin))
        self._censor(made, limits)
        self._let_events_beat(made, limits)
        self._stop(made, limits)
        self._miss_visits(made)
        return made

    def limits(self) -> StopLimits:
        """The earliest dated stop of each subject."""
        n_subjects = len(self.origin)
        stop = np.full(n_subjects, NONE, dtype=np.intp)
        day, last = np.full(n_subjects, np.inf), np.full(n_subjects, np.inf)
        for position, each in enumerate(self.stops.values()):
            if each.missed_visits_in_a_row is not None:
                continue
            own = np.full(n_subjects, self.cut_off) if each.at_cut_off else self._first(each.source).day
            counts = own - _DAYS_BEFORE[each.same_day]
            earlier = counts < last
            stop[earlier], day[earlier], last[earlier] = position, own[earlier], counts[earlier]
        return StopLimits(stop, day, last)

    def _censor(self, made: Decisions, limits: StopLimits) -> None:
        """The last censoring; on one date the source listed last."""
        for name in self.endpoint.censors:
            found = last_of(self._in_time(name, made, limits), len(self.origin))
            tied = found.day == made.day
            better = (found.day >= made.day) | (np.isnan(made.day) & ~np.isnan(found.day))
            made.take(Decider(name, False, self.sources[name].source.set, found.records), found, better)
            made.tied |= tied

    def _let_events_beat(self, made: Decisions, limits: StopLimits) -> None:
        """The first event; on one date the source listed first."""
        for name in self.endpoint.events:
            found = first_of(self._in_time(name, made, limits), len(self.origin))
            is_event = made.is_event
            tied = is_event & (found.day == made.day)
            better = ~np.isnan(found.day) & (~is_event | (found.day < made.day))
            made.take(Decider(name, True, self.sources[name].source.set, found.records), found, better)
            made.tied |= tied

    def _stop(self, made: Decisions, limits: StopLimits) -> None:
        """Subjects without an event before their stop are censored by it."""
        always = np.array([*(each.always for each in self.stops.values()), False], dtype=np.bool_)
        stopped = (limits.stop >= 0) & ~made.is_event & (made.late | always[limits.stop])
        for position, (name, each) in enumerate(self.stops.items()):
            own = stopped & (limits.stop == position)
            if each.missed_visits_in_a_row is not None:
                continue
            if each.censor_at == "assessment":
                self._censor_at_assessment(made, name, each, own, limits.last)
            elif each.at_cut_off:
                made.take(Decider(name, False, each.set, None), _without_record(limits.day), own)
            else:
                found = self._first(each.source)
                made.take(Decider(name, False, each.set, found.records), found, own)

    def _miss_visits(self, made: Decisions) -> None:
        """An event after too many visits without an assessment does not count."""
        for name, each in self.stops.items():
            if each.missed_visits_in_a_row is None:
                continue
            before = np.where(made.is_event, made.day - 1, -np.inf)
            seen = last_of(self._until(each.assessments, before), len(self.origin)).day
            schedule = VisitSchedule(tuple(map(float, each.visit_days)))
            start = self.visits_from.get(name, self.origin)
            since = np.where(np.isnan(seen), 0.0, np.maximum(seen - start, 0.0))
            missed = schedule.missed(since, made.day - start)
            own = made.is_event & (missed >= each.missed_visits_in_a_row)
            made.late |= own
            self._censor_at_assessment(made, name, each, own, before)

    def _censor_at_assessment(self, made: Decisions, name: str, stop: Stop, own: Mask, last: Days) -> None:
        """Censor some subjects at their last assessment up to a day; at the origin if there is none."""
        found = last_of(self._until(stop.assessments, last), len(self.origin))
        made.take(Decider(name, False, stop.set, found.records), _or_else(found, self.origin), own)

    def _in_time(self, name: str, made: Decisions, limits: StopLimits) -> DatedRecords:
        """The records of a source that are not later than a stop; subjects with others are noted."""
        records = self._from_origin(name)
        late = records.day > limits.last[records.subject]
        if not late.any():
            return records
        made.late[records.subject[late]] = True
        return records.among(~late)

    def _until(self, name: str, last: Days) -> DatedRecords:
        records = self._from_origin(name)
        return records.among(records.day <= last[records.subject])

    def _from_origin(self, name: str) -> DatedRecords:
        """The records of a source, without those before the origin where these are dropped."""
        records = self.sources[name]
        if self.endpoint.before_origin != "drop":
            return records
        early = records.day < self.origin[records.subject]
        return records.among(~early) if early.any() else records

    def _first(self, name: str) -> Deciding:
        return first_of(self._from_origin(name), len(self.origin))


def _or_else(found: Deciding, origin: Days) -> Deciding:
    """The records found, and the origin where there is none."""
    return replace(found, day=np.where(np.isnan(found.day), origin, found.day))


def _without_record(day: Days) -> Deciding:
    """Days that no record has."""
    nothing = np.zeros(len(day), dtype=np.bool_)
    return Deciding(None, np.full(len(day), NONE, dtype=np.intp), day, nothing, nothing)
