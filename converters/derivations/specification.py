"""What is derived, and how: the typed form of ``adamgate.toml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, NamedTuple

from ...schemas.errors import ConfigurationError
from ...schemas.options import require_valid as options_valid
from ...schemas.study.declarations import AdverseEventDeclarations
from ...schemas.wording import did_you_mean
from .adverse_events.options import AdverseEvents, EventQuery
from .dataset_options import DerivedDataset
from .declared_sources import DerivationSource
from .measurements.options import (
    AnalysisVisit,
    DerivedRecords,
    Grade,
    Measurement,
    Measurements,
)
from .occurrence_flag_options import OccurrenceFlag
from .own_tables import datasets_of
from .responses.options import ResponseFlag, ResponseParameter, Responses
from .responses.terms import ResponseTerms
from .subjects.options import DerivedVariable, SubjectLevel
from .time_to_event.options import DerivedEndpoint, Stop, TimeToEvent, Variation
from .variable_options import AnalysisVariable


class _Table(NamedTuple):
    """An attribute of a specification, and the table of a file that has what it holds."""

    attribute: str
    name: str


_TABLES = (
    _Table("datasets", "derive"),
    _Table("endpoints", "endpoint"),
    _Table("sources", "source"),
    _Table("stops", "stop"),
    _Table("variations", "vary"),
    _Table("queries", "query"),
    _Table("flags", "flag"),
    _Table("responses", "response"),
    _Table("response_terms", "response_terms"),
    _Table("response_flags", "response_flag"),
    _Table("subjects", "subject"),
    _Table("measurements", "measurement"),
    _Table("visits", "visit"),
    _Table("records", "record"),
    _Table("variables", "variable"),
    _Table("grades", "grade"),
)


@dataclass(frozen=True, slots=True)
class Specification:
    """What is derived from the datasets of a study.

    Attributes
    ----------
    datasets : mapping of name to SubjectLevel, AdverseEvents, Responses, Measurements or TimeToEvent
        Derived datasets; each may use the others, and those that were read.
    endpoints : mapping of PARAMCD to DerivedEndpoint
    sources : mapping of name to DerivationSource
    stops : mapping of name to Stop
    variations : mapping of name to Variation
    cut_off : date or None
        Data cut-off date.
    queries : mapping of name to EventQuery
        Of adverse event datasets, by what their variables begin with: "CQ01".
    flags : mapping of variable to OccurrenceFlag
        Of datasets of adverse events, where each may use those before it, and of measurements. A flag whose
        `variable` is given may have any name here.
    measurements : mapping of PARAMCD to Measurement
        Parameters of datasets of measurements. The following are of these datasets, too. Any name may be
        used with `paramcd`, `avisit`, `dtype` or `variable`.
    visits : mapping of AVISIT to AnalysisVisit
    records : mapping of DTYPE to DerivedRecords
    variables : mapping of variable to AnalysisVariable
        Also of datasets of adverse events, which they then name.
    grades : mapping of name to Grade
    adverse_events : AdverseEventDeclarations
        When events are treatment-emergent, as the rules judge them.
    responses : mapping of PARAMCD to ResponseParameter
        Of datasets of response: ResponseAssessments, FirstResponse, LastResponse, BestResponse or
        RecordPresent.
    response_terms : mapping of name to ResponseTerms
        Orders of response, beside those that are built in.
    response_flags : mapping of variable to ResponseFlag
    subjects : mapping of variable to DerivedVariable
        Of ADSL, in whatever order.

    Raises
    ------
    ConfigurationError
        If something named is not declared; with the nearest name.

    Examples
    --------
    >>> what = ag.Specification(
    ...     {"ADTTE": ag.TimeToEvent(carry=("AGE",))},
    ...     {"OS": ag.DerivedEndpoint(
    ...         param="Overall Survival (Days)", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
    ...     )},
    ...     {
    ...         "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death"}),
    ...         "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT", set={"EVNTDESC": "Alive"}),
    ...     },
    ... )
    >>> list(what.datasets)
    ['ADTTE']
    """

    datasets: Mapping[str, DerivedDataset]
    endpoints: Mapping[str, DerivedEndpoint] = field(default_factory=dict)
    sources: Mapping[str, DerivationSource] = field(default_factory=dict)
    stops: Mapping[str, Stop] = field(default_factory=dict)
    variations: Mapping[str, Variation] = field(default_factory=dict)
    cut_off: date | None = None
    queries: Mapping[str, EventQuery] = field(default_factory=dict)
    flags: Mapping[str, OccurrenceFlag] = field(default_factory=dict)
    adverse_events: AdverseEventDeclarations = field(default_factory=AdverseEventDeclarations)
    responses: Mapping[str, ResponseParameter] = field(default_factory=dict)
    response_terms: Mapping[str, ResponseTerms] = field(default_factory=dict)
    response_flags: Mapping[str, ResponseFlag] = field(default_factory=dict)
    subjects: Mapping[str, DerivedVariable] = field(default_factory=dict)
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    visits: Mapping[str, AnalysisVisit] = field(default_factory=dict)
    records: Mapping[str, DerivedRecords] = field(default_factory=dict)
    variables: Mapping[str, AnalysisVariable] = field(default_factory=dict)
    grades: Mapping[str, Grade] = field(default_factory=dict)


class _Parts(NamedTuple):
    """Parts of derived datasets of some kinds, each of which belongs to one of these."""

    table: str
    attribute: str
    kinds: tuple[type[DerivedDataset], ...]
    noun: str
    named: tuple[type[DerivedDataset], ...] = ()
    """Kinds that have only the parts which name their dataset."""


_PARTS = (
    _Parts("query", "queries", (AdverseEvents,), "adverse event dataset"),
    _Parts("flag", "flags", (AdverseEvents, Measurements), "dataset with flags"),
    _Parts("subject", "subjects", (SubjectLevel,), "dataset of subjects"),
    _Parts("measurement", "measurements", (Measurements,), "dataset of measurements"),
    _Parts("visit", "visits", (Measurements,), "dataset of measurements"),
    _Parts("record", "records", (Measurements,), "dataset of measurements"),
    _Parts(
        "variable",
        "variables",
        (Measurements,),
        "dataset of measurements or events",
        (AdverseEvents,),
    ),
    _Parts("grade", "grades", (Measurements,), "dataset of measurements"),
)


def of_datasets(specification: Specification, names: Collection[str]) -> Specification:
    """What derives some of the datasets alone, without what belongs to the others; these are then sources."""
    changes: dict[str, Any] = {
        "datasets": {name: each for name, each in specification.datasets.items() if name in names}
    }
    for parts in _PARTS:
        known = _datasets_with(parts, specification)
        only = known[0] if len(known) == 1 else ""
        every = getattr(specification, parts.attribute)
        others = {*specification.datasets} - {*names}
        changes[parts.attribute] = {
            name: _of_others_too(part, others)
            for name, part in every.items()
            if not {*(datasets_of(part) or (only,))} <= others
        }
    return replace(specification, **changes)


def _of_others_too(part: Any, others: Collection[str]) -> Any:
    """A table without those of its datasets that are not derived."""
    if isinstance(part.dataset, str):
        return part
    return replace(part, dataset=tuple(each for each in part.dataset if each not in others))


def _datasets_with(parts: _Parts, specification: Specification) -> list[str]:
    """The derived datasets that may have such parts."""
    return [name for name, each in specification.datasets.items() if isinstance(each, parts.kinds)]


def require_values(specification: Specification) -> None:
    """Check that a file could have every value.

    Raises
    ------
    ConfigurationError
    """
    for table in _TABLES:
        declared: Mapping[str, object] = getattr(specification, table.attribute)
        for name, options in declared.items():
            options_valid(options, f"[{table.name}.{name}]")
            _require_names_once(options, f"[{table.name}.{name}]")
    for parts in _PARTS:
        known = _datasets_with(parts, specification)
        others = [name for name, each in specification.datasets.items() if isinstance(each, parts.named)]
        for name, part in getattr(specification, parts.attribute).items():
            of_only = not part.dataset and len(known) == 1
            for dataset in () if of_only else datasets_of(part) or ("",):
                _require_derived(dataset, [*known, *others], parts.noun, f"[{parts.table}.{name}] dataset")


def _require_derived(dataset: str, known: list[str], noun: str, place: str) -> None:
    """Check that the dataset of a query, a flag or a variable is derived, and of its kind."""
    if not dataset:
        advice = f"write dataset, one of {', '.join(known)}" if known else "write [derive.NAME]"
        raise ConfigurationError(f"its {noun} is not declared", place, advice)
    if dataset not in known:
        advice = did_you_mean(dataset, known) if known else f"write a table [derive.{dataset}]"
        raise ConfigurationError(f"{dataset} is not a derived {noun}", place, advice)


def _require_names_once(options: object, place: str) -> None:
    """Check that no list of names has a name again.

    Raises
    ------
    ConfigurationError
    """
    for each in fields(options):  # type: ignore[arg-type]
        value = getattr(options, each.name)
        if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
            repeated = [name for name in dict.fromkeys(value) if value.count(name) > 1]
            if repeated:
                raise ConfigurationError(
                    f"{repeated[0]} is listed again", f"{place} {each.name}", "list it once"
                )


def unused(specification: Specification) -> tuple[str, ...]:
    """Tables that no dataset needs, and that no other table names: "[source.DETH]"."""
    named = {
        word
        for table in _TABLES
        for options in getattr(specification, table.attribute).values()
        for each in fields(options)
        for word in _words(getattr(options, each.name))
    }
    return tuple(
        f"[{table.name}.{name}]"
        for table in _TABLES
        for name, options in getattr(specification, table.attribute).items()
        if (table.name in _NAMED_BY_OTHERS and name not in named)
        or (table.name in _OF_KINDS and not _is_of_a_dataset(table.name, options, specification))
    )


_NAMED_BY_OTHERS = ("source", "stop")
_OF_KINDS: Mapping[str, type[DerivedDataset]] = {
    "endpoint": TimeToEvent,
    "response": Responses,
    "response_flag": Responses,
}
"""Tables that belong to all datasets of a kind."""


def _is_of_a_dataset(table: str, options: Any, specification: Specification) -> bool:
    """Whether a dataset of its kind is derived; an endpoint without `param` is only checked by rules."""
    if table == "endpoint" and not options.param:
        return True
    return any(isinstance(each, _OF_KINDS[table]) for each in specification.datasets.values())


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def require_declared(specification: Specification, name: str, kind: str, place: str) -> None:
    """Check that a table of a kind ("source", "stop", "endpoint") has a name.

    Raises
    ------
    ConfigurationError
        With the nearest name.
    """
    known: Mapping[str, object] = getattr(specification, f"{kind}s")
    if name not in known:
        advice = did_you_mean(name, known) if known else f"write a table [{kind}.{name}]"
        raise ConfigurationError(f"{name} is not a declared {kind.replace('_', ' ')}", place, advice)
