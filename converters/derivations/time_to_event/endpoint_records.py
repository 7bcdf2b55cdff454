"""The records of one parameter: who has one, its origin, its date, its duration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ....schemas.evidence.time_unit import TimeUnit
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.study.raw_places import RawPlaces
from ....schemas.wording import counted
from ..adsl_dates import days_in_adsl
from ..chosen_subjects import chosen_subjects
from ..dated_records import DatedRecords
from ..deciding import order_advice
from ..sources import Sources
from ..specification import Specification
from .decisions import Clock, Decisions
from .options import DerivedEndpoint, Stop
from .origins import Origins, first_dates, origins_in_adsl
from .requirements import sources_of


@dataclass(frozen=True, eq=False)
class EndpointRecords:
    """The records of one parameter.

    Attributes
    ----------
    paramcd : str
    endpoint : DerivedEndpoint
    clock : Clock
        What decided them.
    origins : Origins
    decisions : Decisions
        Of all subjects of ADSL.
    subject : ndarray of int, shape (n_records,)
        Positions in ADSL, ascending.
    adt, aval : ndarray of float, shape (n_records,)
        Days since 1970-01-01; the duration in the unit of the endpoint, NaN without an origin.
    """

    paramcd: str
    endpoint: DerivedEndpoint
    clock: Clock
    origins: Origins
    decisions: Decisions
    subject: Codes
    adt: Days
    aval: Days


def endpoint_records(paramcd: str, sources: Sources, specification: Specification) -> EndpointRecords | None:
    """The records of a parameter; None where its sources do not fit the study, which is noted."""
    endpoint = specification.endpoints[paramcd]
    found = {name: sources.records(name) for name in sources_of(endpoint, specification.stops)}
    of_adsl = origins_in_adsl(paramcd, endpoint, sources) if endpoint.origin else None
    visits_from = _visits_from(endpoint, sources, specification)
    chosen = chosen_subjects(endpoint, f"[endpoint.{paramcd}]", sources)
    dated = {name: each for name, each in found.items() if each is not None}
    if len(dated) < len(found) or chosen is None or visits_from is None:
        return None
    if endpoint.origin and of_adsl is None:
        return None
    known = np.full(len(sources.adsl), np.nan) if of_adsl is None else of_adsl.day
    clock = Clock(
        endpoint, dated, _stops(endpoint, specification), visits_from, known, _cut_off(specification)
    )
    limits = clock.limits()
    origins = of_adsl or first_dates(dated[endpoint.origin_source], limits.last)
    if endpoint.with_record:
        chosen &= _has_record(dated[endpoint.with_record], limits.last)
    clock = replace(clock, origin=origins.day)
    decisions = clock.decisions(limits)
    kept = _judged(paramcd, clock, sources, chosen, decisions, origins=origins)
    _require_visits_from(clock, sources, kept & decisions.is_event)
    (subject,) = np.nonzero(kept)
    adt, start = decisions.day[subject], origins.day[subject]
    if endpoint.before_origin == "raise":
        adt = np.fmax(adt, start)
    aval = duration(endpoint, adt, start)
    return EndpointRecords(paramcd, endpoint, clock, origins, decisions, subject, adt, aval)


def duration(endpoint: DerivedEndpoint, adt: Days, start: Days) -> Days:
    """AVAL of dates and origins in days, in the unit of the endpoint."""
    aval: Days = (adt - start + endpoint.first_day) / TimeUnit(endpoint.unit).days
    return aval


def decisions_at(bound: str, clock: Clock, origin: Days) -> Decisions:
    """What decides where all partial dates are at their "earliest" or "latest" day."""
    dated = {name: each.at(bound) for name, each in clock.sources.items()}
    moved = replace(clock, sources=dated, origin=origin)
    return moved.decisions(moved.limits())


def _stops(endpoint: DerivedEndpoint, specification: Specification) -> dict[str, Stop]:
    return {name: specification.stops[name] for name in endpoint.stops}


def _cut_off(specification: Specification) -> float:
    """The data cut-off date in days since 1970-01-01; NaN if it is not declared."""
    declared = specification.cut_off
    return np.nan if declared is None else float(np.datetime64(declared, "D").astype(np.int64))


def _visits_from(
    endpoint: DerivedEndpoint, sources: Sources, specification: Specification
) -> dict[str, Days] | None:
    """Days that the schedules of stops count from; None where a variable is no date, which is noted."""
    found: dict[str, Days] = {}
    complete = True
    for name, stop in _stops(endpoint, specification).items():
        if not stop.visits_from:
            continue
        advice = "name a date variable of ADSL"
        days = days_in_adsl(stop.visits_from, f"[stop.{name}] visits_from", advice, sources)
        if days is None:
            complete = False
        else:
            found[name] = days
    return found if complete else None


def _require_visits_from(clock: Clock, sources: Sources, with_event: Mask) -> None:
    """Refuse subjects with an event whose visits count from nothing: missed visits would not be found."""
    for name, days in clock.visits_from.items():
        unknown = with_event & np.isnan(days)
        if unknown.any():
            number = counted(int(unknown.sum()), "subject")
            what = f"{clock.stops[name].visits_from} is missing for {number} with an event"
            advice = "correct ADSL, or omit visits_from: visits count from the origin"
            sources.account.problem(what, f"[stop.{name}] visits_from", advice, sources.adsl, unknown)


def _has_record(records: DatedRecords, last: Days) -> Mask:
    """Subjects with a dated record of a source, up to the last day that counts."""
    in_time = records.subject[records.day <= last[records.subject]]
    found: Mask = np.bincount(in_time, minlength=len(last)) > 0
    return found


@dataclass(frozen=True, slots=True)
class _Policy:
    """A key of an endpoint that says what becomes of some subjects.

    Attributes
    ----------
    key : str
    problem : str
        What is wrong with them.
    effects : mapping of str to str
        What each value but "error" does.
    advice : str
        What to do where they are refused.
    """

    key: str
    problem: str
    effects: Mapping[str, str]
    advice: str


_WITHOUT_CANDIDATE = _Policy(
    "without_candidate",
    "without a dated record of any source",
    {"exclude": "no record"},
    'add a source, select other subjects, or declare without_candidate = "exclude"',
)
_WITHOUT_ORIGIN = _Policy(
    "without_origin",
    "without an origin",
    {"exclude": "no record", "keep": "a record without STARTDT and AVAL"},
    'correct the origin, select other subjects, or declare without_origin = "exclude"',
)
_BEFORE_ORIGIN = _Policy(
    "before_origin",
    "whose deciding date is before the origin",
    {"raise": "ADT is STARTDT"},
    'correct the dates, or declare before_origin = "raise" or "drop"',
)
_DROPPED = _Policy("before_origin", "with records before the origin", {"drop": "not candidates"}, "")


def _judged(
    paramcd: str,
    clock: Clock,
    sources: Sources,
    population: Mask,
    decisions: Decisions,
    *,
    origins: Origins,
) -> Mask:
    """Subjects with a record; what each policy does to them is noted."""
    endpoint, origin = clock.endpoint, clock.origin
    undecided = population & np.isnan(decisions.day)
    kept = population & ~undecided
    without_origin = kept & np.isnan(origin)
    _settle(_WITHOUT_CANDIDATE, paramcd, endpoint, sources, undecided)
    _settle(_WITHOUT_ORIGIN, paramcd, endpoint, sources, without_origin)
    if endpoint.without_origin == "exclude":
        kept &= ~without_origin
    if endpoint.before_origin == "drop":
        early = _before(clock.sources, (*endpoint.events, *endpoint.censors), origin)
        _settle(_DROPPED, paramcd, endpoint, sources, kept & early)
    else:
        _judge_before_origin(paramcd, clock, sources, kept, decisions, origins=origins)
    _note_ties(paramcd, sources, kept, decisions)
    return kept


def _judge_before_origin(
    paramcd: str, clock: Clock, sources: Sources, kept: Mask, decisions: Decisions, *, origins: Origins
) -> None:
    """Note, or refuse, subjects whose deciding date is before the origin; by the raw records of both."""
    early, policy = kept & (decisions.day < clock.origin), _BEFORE_ORIGIN
    of_origin = origins.dataset.raw_places_of(origins.variable) if early.any() else None
    first = None if of_origin is None else of_origin.take(origins.record).first(early)
    if first is not None:
        policy = replace(policy, problem=f"{policy.problem} ({origins.variable} of {first})")
    raw = decisions.raw_places if early.any() else None
    _settle(policy, paramcd, clock.endpoint, sources, early, raw=raw)


def _settle(
    policy: _Policy,
    paramcd: str,
    endpoint: DerivedEndpoint,
    sources: Sources,
    concerned: Mask,
    *,
    raw: RawPlaces | None = None,
) -> None:
    """Note what a policy does to the subjects it concerns, or refuse them, by the raw records that decide."""
    value = getattr(endpoint, policy.key)
    if value == "error" and concerned.any():
        number = counted(int(concerned.sum()), "subject")
        what, place = f"{number} {policy.problem}", f"[endpoint.{paramcd}] {policy.key}"
        sources.account.problem(what, place, policy.advice, sources.adsl, concerned, raw=raw)
    else:
        done = policy.effects.get(value)
        effect = f"{policy.problem}: {done}" if done else policy.problem
        sources.account.effect(policy.key, value, effect, sources.adsl, concerned, parameter=paramcd)


def _before(dated: Mapping[str, DatedRecords], names: tuple[str, ...], origin: Days) -> Mask:
    """Subjects with a record of some sources before their origin."""
    found = np.zeros(len(origin), dtype=np.bool_)
    for name in names:
        records = dated[name]
        found[records.subject[records.day < origin[records.subject]]] = True
    return found


def _note_ties(paramcd: str, sources: Sources, kept: Mask, decisions: Decisions) -> None:
    adsl, account = sources.adsl, sources.account
    effect = "with two sources on the deciding date"
    tied = kept & decisions.tied
    account.effect("events, censors", "order of the list", effect, adsl, tied, parameter=paramcd)
    of_source: dict[str, Mask] = {}
    for position, decider in enumerate(decisions.deciders):
        if decider.records is not None:
            name, own = decider.records.name, kept & (decisions.decider == position)
            of_source[name] = of_source.get(name, np.zeros_like(own)) | own
    for name, own in of_source.items():
        source, key = sources.declared[name], f"source.{name}"
        if source.order:
            effect = "with several records of the source on the deciding date"
            told_apart = own & decisions.ordered
            order = ", ".join(source.order)
            account.effect(f"{key}: order", order, effect, adsl, told_apart, parameter=paramcd)
        ambiguous = own & decisions.ambiguous
        if source.same_date == "error" and ambiguous.any():
            number = counted(int(ambiguous.sum()), "subject")
            account.problem(
                f"{number} with several records on the deciding date of {paramcd}",
                f"[{key}] order",
                order_advice(source),
                adsl,
                ambiguous,
                raw=decisions.raw_places,
            )
        else:
            effect = "with records on the deciding date that order does not distinguish"
            account.effect(f"{key}: same_date", source.same_date, effect, adsl, ambiguous, parameter=paramcd)
