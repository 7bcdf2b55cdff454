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


def _judged(paramcd: str, clock: Clock, sources: Sources, population: Mask, decisions: Decisions) -> Mask:
    """Subjects with a record; what each policy does to them is noted."""
    endpoint, origin, adsl, account = clock.endpoint, clock.origin, sources.adsl, sources.account

    def settle(policy: str, concerned: Mask, problem: str, effect: str, advice: str) -> None:
        value = getattr(endpoint, policy)
        if value != "error" or not concerned.any():
            account.effect(policy, value, effect, adsl, concerned, parameter=paramcd)
        else:
            number = counted(int(concerned.sum()), "subject")
            account.problem(f"{number} {problem}", f"[endpoint.{paramcd}] {policy}", advice, adsl, concerned)

    undecided = population & np.isnan(decisions.day)
    settle(
        "without_candidate",
        undecided,
        "without a dated record of any source",
        "no dated record of any source: no record",
        'add a source, select other subjects, or declare without_candidate = "exclude"',
    )
    kept = population & ~undecided
    without_origin = kept & np.isnan(origin)
    settle(
        "without_origin",
        without_origin,
        "without an origin",
        "no origin: no record" if endpoint.without_origin == "exclude" else "no origin: AVAL is missing",
        'correct the origin, select other subjects, or declare without_origin = "exclude"',
    )
    if endpoint.without_origin == "exclude":
        kept = kept & ~without_origin
    before = kept & (decisions.day < origin)
    if endpoint.before_origin == "drop":
        before = kept & _before(clock.sources, (*endpoint.events, *endpoint.censorings), origin)
    settle(
        "before_origin",
        before,
        "whose deciding date is before the origin",
        "ADT raised to STARTDT" if endpoint.before_origin == "raise" else "records before the origin dropped",
        'correct the dates, or declare before_origin = "raise" or "drop"',
    )
    _note_ties(paramcd, sources, kept, decisions)
    return kept


def _before(dated: Mapping[str, DatedRecords], names: tuple[str, ...], origin: Days) -> Mask:
    """Subjects with a record of some sources before their origin."""
    found = np.zeros(len(origin), dtype=np.bool_)
    for name in names:
        records = dated[name]
        found[records.subject[records.day < origin[records.subject]]] = True
    return found


def _note_ties(paramcd: str, sources: Sources, kept: Mask, decisions: Decisions) -> None:
    adsl, account = sources.adsl, sources.account
    account.effect(
        "events, censorings",
        "order of the list",
        "two sources on the deciding date",
        adsl,
        kept & decisions.tied,
        parameter=paramcd,
    )
    for position, decider in enumerate(decisions.deciders):
        if decider.records is None:
            continue
        source, own = decider.records.source, kept & (decisions.decider == position)
        name = f"source.{decider.records.name}"
        if source.order:
            effect = "several records of the source on the deciding date"
            account.effect(
                f"{name}: order",
                ", ".join(source.order),
                effect,
                adsl,
                own & decisions.ordered,
                parameter=paramcd,
            )
        ambiguous = own & decisions.ambiguous
        if source.same_date != "error":
            effect = "records on the deciding date that order does not tell apart"
            account.effect(f"{name}: same_date", source.same_date, effect, adsl, ambiguous, parameter=paramcd)
        elif ambiguous.any():
            number = counted(int(ambiguous.sum()), "subject")
            account.problem(
                f"{number} with several records on the deciding date of {paramcd}",
                f"[{name}] order",
                'declare order = ["ASEQ"], or same_date = "first" or "last"',
                adsl,
                ambiguous,
            )
