"""The records of one parameter: who has one, its origin, its date, its duration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.evidence.time_unit import TimeUnit
from ....schemas.study.columns import Codes, Days, Mask
from ....schemas.wording import counted, did_you_mean
from ..dated_records import DatedRecords
from ..sources import Sources
from ..specification import Specification
from .decisions import Clock, Decisions
from .options import DerivedEndpoint
from .origins import Origins, origins_of
from .requirements import sources_of


@dataclass(frozen=True, eq=False)
class EndpointRecords:
    """The records of one parameter.

    Attributes
    ----------
    paramcd : str
    endpoint : DerivedEndpoint
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
    origins: Origins
    decisions: Decisions
    subject: Codes
    adt: Days
    aval: Days


def endpoint_records(paramcd: str, sources: Sources, specification: Specification) -> EndpointRecords | None:
    """The records of a parameter; None where its sources do not fit the study, which is noted."""
    endpoint = specification.endpoints[paramcd]
    found = {name: sources.records(name) for name in sources_of(endpoint, specification.stops)}
    origins = origins_of(paramcd, endpoint, sources)
    population = _population(paramcd, endpoint, sources)
    dated = {name: each for name, each in found.items() if each is not None}
    if origins is None or population is None or len(dated) < len(found):
        return None
    clock = _clock(endpoint, dated, specification, origins.day)
    decisions = clock.decisions()
    kept = _judged(paramcd, clock, sources, population, decisions)
    (subject,) = np.nonzero(kept)
    adt, start = decisions.day[subject], origins.day[subject]
    if endpoint.before_origin == "raise":
        adt = np.fmax(adt, start)
    return EndpointRecords(
        paramcd, endpoint, origins, decisions, subject, adt, duration(endpoint, adt, start)
    )


def duration(endpoint: DerivedEndpoint, adt: Days, start: Days) -> Days:
    """AVAL of dates and origins in days, in the unit of the endpoint."""
    aval: Days = (adt - start + endpoint.first_day) / TimeUnit(endpoint.unit).days
    return aval


def _clock(
    endpoint: DerivedEndpoint, dated: Mapping[str, DatedRecords], specification: Specification, origin: Days
) -> Clock:
    stops = {name: specification.stops[name] for name in endpoint.stops}
    cut_off = specification.cut_off
    day = np.nan if cut_off is None else float(np.datetime64(cut_off, "D").astype(np.int64))
    return Clock(endpoint, dated, stops, origin, day)


def decisions_at(
    bound: str, parameter: EndpointRecords, sources: Sources, specification: Specification, origin: Days
) -> Decisions:
    """What decides where all partial dates are at their "earliest" or "latest" day."""
    found = {name: sources.records(name) for name in sources_of(parameter.endpoint, specification.stops)}
    dated = {name: each.at(bound) for name, each in found.items() if each is not None}
    return _clock(parameter.endpoint, dated, specification, origin).decisions()


def _population(paramcd: str, endpoint: DerivedEndpoint, sources: Sources) -> Mask | None:
    """Subjects of ADSL who have the parameter; None where a variable is not present, which is noted."""
    adsl, place = sources.adsl, f"[endpoint.{paramcd}]"
    named = [("population", endpoint.population)] if endpoint.population else []
    if endpoint.subjects:
        named += [("subjects", each) for each in compile_expression(endpoint.subjects).variables]
    absent = [(key, each) for key, each in named if each not in adsl]
    for key, each in absent:
        sources.account.problem(
            f"{each} is not present in ADSL", f"{place} {key}", did_you_mean(each, adsl.names)
        )
    if absent:
        return None
    chosen = np.ones(len(adsl), dtype=np.bool_)
    if endpoint.population:
        chosen &= adsl.equals(endpoint.population, "Y")
    if endpoint.subjects:
        chosen &= compile_expression(endpoint.subjects, f"{place} subjects").where(adsl)
    if endpoint.with_record:
        records = sources.records(endpoint.with_record)
        if records is None:
            return None
        chosen &= np.bincount(records.subject, minlength=len(adsl)) > 0
    return chosen


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


def _judged(paramcd: str, clock: Clock, sources: Sources, population: Mask, decisions: Decisions) -> Mask:
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
        early = _before(clock.sources, (*endpoint.events, *endpoint.censorings), origin)
        _settle(_DROPPED, paramcd, endpoint, sources, kept & early)
    else:
        _settle(_BEFORE_ORIGIN, paramcd, endpoint, sources, kept & (decisions.day < origin))
    _note_ties(paramcd, sources, kept, decisions)
    return kept


def _settle(
    policy: _Policy, paramcd: str, endpoint: DerivedEndpoint, sources: Sources, concerned: Mask
) -> None:
    """Note what a policy does to the subjects it concerns, or refuse them."""
    value = getattr(endpoint, policy.key)
    if value == "error" and concerned.any():
        number = counted(int(concerned.sum()), "subject")
        what, place = f"{number} {policy.problem}", f"[endpoint.{paramcd}] {policy.key}"
        sources.account.problem(what, place, policy.advice, sources.adsl, concerned)
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
    account.effect("events, censorings", "order of the list", effect, adsl, tied, parameter=paramcd)
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
                'declare order = ["ASEQ"], or same_date = "first" or "last"',
                adsl,
                ambiguous,
            )
        else:
            effect = "with records on the deciding date that order does not tell apart"
            account.effect(f"{key}: same_date", source.same_date, effect, adsl, ambiguous, parameter=paramcd)
