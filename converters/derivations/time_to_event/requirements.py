"""What a specification of a time-to-event dataset must say, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ..assignments import Assignment, FromVariable
from ..specification import Specification, require_declared
from .options import DerivedEndpoint, Stop, TimeToEvent

DERIVED = frozenset(
    {
        *("USUBJID", "PARAM", "PARAMCD", "PARAMN", "AVAL", "AVALU", "STARTDT", "STARTDTF", "ADT", "ADTF"),
        *("SRCDOM", "SRCVAR", "SRCSEQ", "ASEQ"),
    }
)
"""Variables that are derived, so that no source sets them."""

_PARAMCD = re.compile(r"[A-Z_][A-Z0-9_]{0,7}", re.ASCII | re.IGNORECASE)


def endpoints_of(options: TimeToEvent, specification: Specification) -> tuple[str, ...]:
    """PARAMCDs of the dataset."""
    declared = specification.endpoints.items()
    return options.endpoints or tuple(name for name, endpoint in declared if endpoint.param)


def check(name: str, options: TimeToEvent, specification: Specification) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    endpoints = endpoints_of(options, specification)
    if not endpoints:
        raise ConfigurationError(
            f"{name} has no parameter",
            f"[derive.{name}] endpoints",
            "write a table [endpoint.PARAMCD] with param, origin, events and censors",
        )
    for paramcd in endpoints:
        require_declared(specification, paramcd, "endpoint", f"[derive.{name}] endpoints")
        _check_paramcd(paramcd)
        _check_endpoint(f"[endpoint.{paramcd}]", specification.endpoints[paramcd], specification)
    _check_types(endpoints, specification)


def needs(_name: str, options: TimeToEvent, specification: Specification) -> tuple[str, ...]:
    """ADSL, and the datasets of the sources."""
    endpoints = (specification.endpoints[each] for each in endpoints_of(options, specification))
    sources = (each for endpoint in endpoints for each in sources_of(endpoint, specification.stops))
    datasets = (specification.sources[each].dataset for each in sources)
    return tuple(dict.fromkeys([options.subjects_from, *datasets]))


def _check_paramcd(paramcd: str) -> None:
    if not _PARAMCD.fullmatch(paramcd):
        raise ConfigurationError(
            "PARAMCD is not valid", f"[endpoint.{paramcd}]", "use up to 8 letters, digits and underscores"
        )


def _check_endpoint(place: str, endpoint: DerivedEndpoint, specification: Specification) -> None:
    if not endpoint.param:
        raise ConfigurationError("param is not present", place, 'write param = "Overall Survival"')
    if bool(endpoint.origin) == bool(endpoint.origin_source):
        what = "two origins are declared" if endpoint.origin else "the origin is not declared"
        raise ConfigurationError(what, place, "write origin (an ADSL variable) or origin_source")
    if not endpoint.events and not endpoint.censors:
        raise ConfigurationError("no source is declared", place, "write events and censors")
    for key, source in _named_sources(endpoint):
        _require_dated(specification, source, f"{place} {key}")
    if endpoint.subjects:
        compile_expression(endpoint.subjects, f"{place} subjects")
    for source in endpoint.events:
        _check_set(f"[source.{source}] set", specification.sources[source].set, events=True)
    for source in endpoint.censors:
        _check_set(f"[source.{source}] set", specification.sources[source].set, events=False)
    for stop in endpoint.stops:
        require_declared(specification, stop, "stop", f"{place} stops")
        _check_stop(f"[stop.{stop}]", specification.stops[stop], specification)


def _require_dated(specification: Specification, source: str, place: str) -> None:
    require_declared(specification, source, "source", place)
    if not specification.sources[source].date:
        raise ConfigurationError(f"{source} has no date", place, f"write date under [source.{source}]")


def _named_sources(endpoint: DerivedEndpoint) -> Iterator[tuple[str, str]]:
    """Keys of an endpoint, each with a source that it names."""
    yield from (("events", each) for each in endpoint.events)
    yield from (("censors", each) for each in endpoint.censors)
    for key in ("origin_source", "with_record"):
        if getattr(endpoint, key):
            yield key, getattr(endpoint, key)


def sources_of(endpoint: DerivedEndpoint, stops: Mapping[str, Stop]) -> tuple[str, ...]:
    """Sources that an endpoint and its stops name, each once."""
    of_stops = (each for name in endpoint.stops for each in _sources_of_stop(stops[name]))
    return tuple(dict.fromkeys([*(source for _, source in _named_sources(endpoint)), *of_stops]))


def _sources_of_stop(stop: Stop) -> list[str]:
    return [each for each in (stop.source, stop.assessments) if each]


def _check_stop(place: str, stop: Stop, specification: Specification) -> None:
    ways = [bool(stop.source), stop.at_cut_off, stop.missed_visits_in_a_row is not None]
    if sum(ways) != 1:
        raise ConfigurationError(
            "a stop has exactly one of source, at_cut_off and missed_visits_in_a_row",
            place,
            "keep one of them",
        )
    if stop.at_cut_off and specification.cut_off is None:
        raise ConfigurationError(
            "the data cut-off date is not declared",
            f"{place} at_cut_off",
            "write cut_off = DATE under [study]",
        )
    if stop.at_cut_off and stop.always and stop.censor_at == "stop":
        raise ConfigurationError(
            "every subject would be censored at the data cut-off, also those last seen before",
            f"{place} always",
            'omit it, or write censor_at = "assessment"',
        )
    if stop.missed_visits_in_a_row is not None:
        _check_missed_visits(place, stop)
    if stop.censor_at == "assessment" and not stop.assessments:
        raise ConfigurationError(
            "the source of assessments is not declared",
            place,
            'write assessments = "NAME", or censor_at = "stop"',
        )
    for key, source in (("source", stop.source), ("assessments", stop.assessments)):
        if source:
            _require_dated(specification, source, f"{place} {key}")
    _check_set(f"{place} set", stop.set, events=False)


def _check_types(paramcds: Iterable[str], specification: Specification) -> None:
    """Refuse a variable that is set to text here and to a number there; missing is both."""
    first: dict[str, tuple[str, bool]] = {}
    for place, given in _sets(paramcds, specification):
        for variable, value in given.items():
            if isinstance(value, FromVariable):
                continue
            is_text = isinstance(value, str)
            before, was_text = first.setdefault(variable, (place, is_text))
            if is_text != was_text:
                raise ConfigurationError(
                    f"{variable} is text here and a number in {before}"
                    if is_text
                    else f"{variable} is a number here and text in {before}",
                    place,
                    "set it to values of one type",
                )


def _sets(
    paramcds: Iterable[str], specification: Specification
) -> Iterator[tuple[str, Mapping[str, Assignment]]]:
    """What the sources and stops of some endpoints set, each with its place."""
    for paramcd in paramcds:
        endpoint = specification.endpoints[paramcd]
        for source in (*endpoint.events, *endpoint.censors):
            yield f"[source.{source}] set", specification.sources[source].set
        for stop in endpoint.stops:
            yield f"[stop.{stop}] set", specification.stops[stop].set


def _check_missed_visits(place: str, stop: Stop) -> None:
    if not stop.missed_visits_in_a_row:
        raise ConfigurationError(
            "the number of visits is 0", f"{place} missed_visits_in_a_row", "give 1 or more"
        )
    if not stop.visit_days:
        raise ConfigurationError(
            "the schedule of the visits is not declared", place, "write visit_days, such as [56, 112]"
        )
    if stop.censor_at == "stop":
        raise ConfigurationError(
            "missed visits do not have a date", f"{place} censor_at", 'write censor_at = "assessment"'
        )


def _check_set(place: str, given: Mapping[str, Assignment], *, events: bool) -> None:
    for variable, value in given.items():
        if variable in DERIVED:
            raise ConfigurationError(f"{variable} is derived", place, "omit it")
        if variable != "CNSR":
            continue
        if events and value != 0:
            raise ConfigurationError("CNSR of an event is 0", place, "omit it, or write CNSR = 0")
        if not events and not _is_code(value):
            raise ConfigurationError("CNSR of a censored record is not a positive integer", place, "CNSR = 1")


def _is_code(value: Assignment) -> bool:
    """Whether it can be CNSR of a censoring."""
    return isinstance(value, int | float) and float(value).is_integer() and value >= 1
