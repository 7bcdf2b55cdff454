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
from .adverse_events.options import AdverseEvents, EventQuery, OccurrenceFlag
from .dataset_options import DerivedDataset
from .declared_sources import DerivationSource
from .subjects.options import DerivedVariable, SubjectLevel
from .time_to_event.options import DerivedEndpoint, Stop, Variation


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
    _Table("subjects", "subject"),
)


@dataclass(frozen=True, slots=True)
class Specification:
    """What is derived from the datasets of a study.

    Attributes
    ----------
    datasets : mapping of name to SubjectLevel, AdverseEvents or TimeToEvent
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
        Of adverse event datasets; each may use those before it.
    adverse_events : AdverseEventDeclarations
        When events are treatment-emergent, as the rules judge them.
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
    subjects: Mapping[str, DerivedVariable] = field(default_factory=dict)


_OF_ONE_DATASET = ("queries", "flags", "subjects")
"""Attributes whose parts belong to one derived dataset."""


def of_datasets(specification: Specification, names: Collection[str]) -> Specification:
    """What derives some of the datasets alone, without what belongs to the others; these are then sources."""
    others = {*specification.datasets} - {*names}
    changes: dict[str, Mapping[str, Any]] = {
        attribute: {
            name: part
            for name, part in getattr(specification, attribute).items()
            if part.dataset not in others
        }
        for attribute in _OF_ONE_DATASET
    }
    changes["datasets"] = {name: each for name, each in specification.datasets.items() if name in names}
    return replace(specification, **changes)  # type: ignore[arg-type]


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
    for kind, parts, options, noun in (
        ("query", specification.queries, AdverseEvents, "adverse event dataset"),
        ("flag", specification.flags, AdverseEvents, "adverse event dataset"),
        ("subject", specification.subjects, SubjectLevel, "dataset of subjects"),
    ):
        known = [name for name, each in specification.datasets.items() if isinstance(each, options)]
        for name, part in parts.items():
            _require_derived(part.dataset, known, noun, f"[{kind}.{name}] dataset")


def _require_derived(dataset: str, known: list[str], noun: str, place: str) -> None:
    """Check that the dataset of a query, a flag or a variable is derived, and of its kind."""
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
        raise ConfigurationError(f"{name} is not a declared {kind}", place, advice)
