"""What a study says of itself where data cannot tell: cut-off, population, roles of endpoints, policies.

A declaration turns the notes and warnings that come of inference into errors: what was said must hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, get_args

from ..kinds import NAMES, Choice, ListOf, count, days, name, schedule, switch, text, toml_day
from ..options import option
from ..standards.terminology import BUILT_IN, Terminology

Role = Literal["OS", "PFS", "DOR", "TTP", "EFS", "DFS", "TTR", "follow-up"]
DeathsCount = Literal["event", "censored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSource:
    """Records of a dataset whose dates are those of an event or a censoring: ``[source.NAME]`` of a file.

    Attributes
    ----------
    dataset : str
        Dataset that has the records, such as "ADAE".
    where : str
        Condition that selects them; empty for all. See `compile_expression`.
    date : str
        Variable of the dataset with the date: a date, or text as in ISO 8601.
    impute : str
        Day that a partial date of text is taken for: the "first", "last" or "mid" of those it may be; with
        "none" it is as a missing date. Empty: not declared; a derivation has an error then.
    impute_up_to : str
        Largest part that is imputed: "day", "month" or "year"; a date that lacks more is as a missing date.
        Empty: the day.
    date_forms : tuple of str
        Forms of the text other than ISO 8601, such as "DD-MMM-YYYY".

    Examples
    --------
    >>> death = ag.DateSource(dataset="ADSL", where="DTHFL == 'Y'", date="DTHDT")
    >>> declared = ag.Declarations(
    ...     endpoints={"OS": ag.Endpoint(events=("DEATH",))}, sources={"DEATH": death}
    ... )
    >>> ag.validate(ag.read("adam"), declarations=declared).verdict()
    'passed'
    """

    dataset: str = option(name, "Dataset that has the records.")
    where: str = option(text, "Condition that selects the records.", default="", otherwise="all records")
    date: str = option(name, "Variable of the dataset with the date of the event.")
    impute: str = option(
        Choice(("first", "last", "mid", "none")),
        "Day that a partial date is taken for; none: it is as a missing date.",
        default="",
        otherwise="partial dates are not used; an error of a derivation",
    )
    impute_up_to: str = option(
        Choice(("day", "month", "year")),
        "Largest part of a date that is imputed; a date that lacks more is as a missing date.",
        default="",
        otherwise="day",
    )
    date_forms: tuple[str, ...] = option(
        ListOf(text),
        'Forms of the date other than ISO 8601, such as ["DD-MMM-YYYY"].',
        default=(),
        otherwise="ISO 8601",
    )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One parameter, by PARAMCD: ``[endpoint.OS]`` of a file.

    Attributes
    ----------
    role : str
        Type of endpoint: "OS", "PFS", "DOR", "TTP", …; empty if not declared. The event of "follow-up" is the
        end of follow-up, as in a reverse Kaplan-Meier analysis: deaths are censored.
    origin : str
        ADSL variable that STARTDT equals, such as "TRTSDT" or "RANDDT"; empty if not declared.
    evaluator : str
        Evaluator ("INVESTIGATOR", "IRC"); only parameters of the same evaluator are compared.
    population : str
        ADSL flag; each of its subjects must have a record. Empty if not declared.
    recurrent : bool
        A subject may have several records.
    new_therapy : str
        ADSL date of the start of a new therapy; later events are not counted.
    gap : int or None
        Days without an assessment after which an event is not counted, as after two missed visits.
    events : tuple of str
        Declared sources of the event, in the order in which they decide where two have the same date. The
        first record of any of them is the event. Empty if not declared.
    missed_visits : int or None
        Scheduled visits that may be missed in a row before an event; an event after more is not counted.
    visit_days : tuple of int
        Scheduled days of assessments after STARTDT, ascending; the last interval is repeated after the last
        one. Empty if inferred from ADRS.
    deaths : str
        What a death is: "event" or "censored"; empty if not declared.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> declared = ag.Declarations(endpoints={"OS": ag.Endpoint(role="OS", origin="TRTSDT")})
    >>> ag.validate(study, declarations=declared).verdict()
    'passed'
    """

    role: str = option(Choice(get_args(Role)), "Type of endpoint.", default="")
    origin: str = option(name, "ADSL variable that STARTDT equals, such as RANDDT.", default="")
    evaluator: str = option(
        text, "Evaluator of the assessments; parameters of the same evaluator are compared.", default=""
    )
    population: str = option(name, "ADSL population flag; each subject with Y has a record.", default="")
    recurrent: bool = option(switch, "A subject may have more than one record.", default=False)
    new_therapy: str = option(
        name, "ADSL start date of a new therapy; later events do not count.", default=""
    )
    gap: int | None = option(
        days,
        "Longest interval without an assessment, in days; later events should be censored.",
        default=None,
    )
    events: tuple[str, ...] = option(
        NAMES,
        "Sources ([source.NAME]) of the event; the first record of any of them is the event.",
        default=(),
    )
    missed_visits: int | None = option(
        count,
        "Visits that may be missed in a row before an event; after more, it should be censored.",
        default=None,
    )
    visit_days: tuple[int, ...] = option(
        schedule,
        "Scheduled days of assessments after STARTDT, such as [56, 112]; the last interval is repeated.",
        default=(),
        otherwise="inferred from ADRS",
    )
    deaths: str = option(
        Choice(get_args(DeathsCount)),
        "What a death is, if events are not declared: an event, or censored.",
        default="",
        otherwise="an event of PFS, EFS and DFS",
    )


@dataclass(frozen=True)
class StudyDeclarations:
    """What is declared of the study as a whole."""

    cut_off: date | None = option(
        toml_day, "Data cut-off date; analysed dates are on or before it.", default=None
    )
    population: str = option(name, "ADSL flag of the analysis population.", default="")
    nested: tuple[tuple[str, ...], ...] = option(
        ListOf(
            ListOf(
                name,
                least=2,
                expected='one list for each chain, the smallest population first: [["PPROTFL", "ITTFL"]]',
            ),
            of="lists of names",
        ),
        "Nested population flags; each population is a subset of the next one.",
        default=(),
    )


@dataclass(frozen=True)
class StudyTable(StudyDeclarations):
    """``[study]`` of a file."""

    recurrent: tuple[str, ...] = option(
        NAMES,
        "Parameters with several records for a subject; same as recurrent = true in [endpoint.PARAMCD].",
        default=(),
    )


@dataclass(frozen=True)
class AdverseEventDeclarations:
    """When adverse events are treatment-emergent, and whose they are: ``[adverse_events]`` of a file.

    Attributes
    ----------
    window_days : int or None
        Days after the last dose in which an adverse event counts as treatment-emergent.
    worsening : bool
        Events that began before treatment and worsened count as treatment-emergent.
    safety_population : str
        ADSL flag; only its subjects have records in ADAE.

    Examples
    --------
    >>> ag.AdverseEventDeclarations(window_days=30).worsening
    False
    """

    window_days: int | None = option(
        days, "Days after the last dose in which an adverse event counts as treatment-emergent.", default=None
    )
    worsening: bool = option(
        switch,
        "Events that started before treatment and worsened count as treatment-emergent.",
        default=False,
    )
    safety_population: str = option(
        name, "ADSL population flag of adverse events; only subjects with Y have records in ADAE.", default=""
    )


@dataclass(frozen=True)
class Declarations(AdverseEventDeclarations, StudyDeclarations):
    """Declarations of a study; all are optional.

    Attributes
    ----------
    cut_off : date or None
        Data cut-off date; no analysed record is later.
    population : str
        ADSL flag of the analysis population, such as "SAFFL".
    nested : tuple of tuple of str
        Population flags, each within the next: ``(("PPROTFL", "ITTFL"),)``.
    window_days : int or None
        Days after the last dose in which an adverse event counts as treatment-emergent.
    worsening : bool
        Events that began before treatment and worsened count as treatment-emergent.
    safety_population : str
        ADSL flag of the population of adverse events; only subjects with Y have records in ADAE.
    endpoints : mapping of PARAMCD to Endpoint
    sources : mapping of name to DateSource
        Those that `events` of endpoints name.
    terminology : Terminology
        Codelists to check terms against.

    Examples
    --------
    >>> from datetime import date
    >>> report = ag.validate(ag.read("adam"), declarations=ag.Declarations(cut_off=date(2024, 6, 30)))
    >>> report.verdict(), report.terms.declared["cut_off"]
    ('refused', '2024-06-30')
    """

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    terminology: Terminology = BUILT_IN
    sources: Mapping[str, DateSource] = field(default_factory=dict)

    @classmethod
    def of_tables(
        cls,
        study: StudyTable,
        adverse_events: AdverseEventDeclarations,
        endpoints: Mapping[str, Endpoint],
        sources: Mapping[str, DateSource] = MappingProxyType({}),
    ) -> Declarations:
        """Declarations of the tables of one file.

        Examples
        --------
        >>> from adamgate.schemas.study.declarations import AdverseEventDeclarations, StudyTable
        >>> declared = ag.Declarations.of_tables(
        ...     StudyTable(recurrent=("HOSP",)), AdverseEventDeclarations(window_days=30), {}
        ... )
        >>> declared.window_days, declared.endpoints["HOSP"].recurrent
        (30, True)
        """
        recurrent = {
            each: replace(endpoints.get(each, UNDECLARED), recurrent=True) for each in study.recurrent
        }
        values = {each.name: getattr(study, each.name) for each in fields(StudyDeclarations)}
        values |= {each.name: getattr(adverse_events, each.name) for each in fields(adverse_events)}
        return cls(**values, endpoints={**endpoints, **recurrent}, sources=dict(sources))


UNDECLARED = Endpoint()
NOTHING_DECLARED = Declarations()
_TABLES = {"endpoints": "endpoint", "sources": "source"}
"""Mappings of declarations, and the table of a file that has what they hold."""


def stated_of(several: Iterable[Declarations]) -> Mapping[str, str]:
    """What is declared of datasets, by the keys of the file: "endpoint.OS.role" to "OS".

    What differs between datasets is listed: "2024-01-31, 2024-02-29".
    """
    found: dict[str, dict[str, None]] = {}
    for declared in {id(each): each for each in several}.values():
        for key, value in _stated(declared, ""):
            found.setdefault(key, {})[value] = None
    return {key: ", ".join(values) for key, values in found.items()}


def _stated(declared: Declarations | Endpoint | DateSource, prefix: str) -> Iterator[tuple[str, str]]:
    for each in fields(_declaring(declared)):
        value = getattr(declared, each.name)
        if value == BUILT_IN:  # also where it was sent between processes
            continue
        if each.name in _TABLES:
            for name, one in value.items():
                yield from _stated(one, f"{_TABLES[each.name]}.{name}.")
        elif value is not None and value is not False and value not in ("", ()):
            yield f"{prefix}{each.name}", _words(value)


def _declaring(declared: Declarations | Endpoint | DateSource) -> type:
    """The class that has the keys rules ask for; how a parameter is derived does not concern them."""
    return next(each for each in (Declarations, Endpoint, DateSource) if isinstance(declared, each))


def _words(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, Terminology):
        return ", ".join(value.versions)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(" within ".join(each) if isinstance(each, tuple) else str(each) for each in value)
    return str(value)
