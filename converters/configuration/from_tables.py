"""What the tables of a file say together: how to judge, what to derive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.rules.rule import Rule
from ...schemas.study.declarations import AdverseEventDeclarations, Declarations, StudyTable
from ...schemas.wording import did_you_mean
from ..derivations.specification import Specification
from ..figures.options import FigureOptions
from ..raw_exports.raw_specification import RawSpecification
from .judging import Judging
from .registry import (
    ADVERSE_EVENTS,
    CODES,
    DERIVE,
    ENDPOINT,
    FLAG,
    GRADE,
    MEASUREMENT,
    QUERY,
    RAW,
    RECORD,
    RESPONDERS,
    RESPONSE,
    RESPONSE_FLAG,
    RESPONSE_TERMS,
    RULE,
    RULES,
    SAFETY,
    SOURCE,
    STOP,
    STUDY,
    SUBJECT,
    SWIMMER,
    VARIABLE,
    VARY,
    VISIT,
    WAIVER,
)
from .tables import Entry, Table


def judging(entries: Sequence[Entry]) -> Judging:
    """What the tables of a file say of it.

    Raises
    ------
    ConfigurationError
        For two rules with one id, a condition that cannot be parsed, an event of an undeclared source.
    """
    chosen = [(f"{each.name}:" if each.name else "", each.options) for each in _of(entries, RULES)]
    return Judging(
        tuple(prefix + rule for prefix, rules in chosen for rule in rules.select),
        tuple(prefix + rule for prefix, rules in chosen for rule in rules.ignore),
        {prefix + rule: each for prefix, rules in chosen for rule, each in rules.severity.items()},
        _declarations(entries),
        tuple(
            waiver
            for each in _of(entries, WAIVER)
            for waiver in each.options.waivers(f"{WAIVER.name} {each.number}")
        ),
        tuple(_own_rules(_of(entries, RULE))),
    )


def figure_options(entries: Sequence[Entry]) -> FigureOptions:
    """What the tables of a file say of the figures of a page."""
    tables = (SWIMMER, SAFETY, RESPONDERS)
    return FigureOptions(
        **{each.table.name: each.options for table in tables for each in _of(entries, table)}
    )


def raw_specification(entries: Sequence[Entry]) -> RawSpecification:
    """What the tables of a file say of datasets that are made from raw files; perhaps of none."""
    return RawSpecification(_named(entries, RAW), _named(entries, CODES))


def specification(entries: Sequence[Entry]) -> Specification:
    """What the tables of a file say of what to derive, and how; nothing where they only map raw files.

    Raises
    ------
    ConfigurationError
        When no dataset is to be derived, nor made from raw files.
    """

    def named(table: Table) -> dict[str, Any]:
        return _named(entries, table)

    datasets = named(DERIVE)
    if not datasets and not _of(entries, RAW):
        raise ConfigurationError(
            "no dataset is to be derived", "[derive.NAME]", "begin with: adamgate init --derive adtte"
        )
    study = next((each.options for each in _of(entries, STUDY)), StudyTable())
    events = next((each.options for each in _of(entries, ADVERSE_EVENTS)), AdverseEventDeclarations())
    return Specification(
        datasets,
        named(ENDPOINT),
        named(SOURCE),
        named(STOP),
        named(VARY),
        study.cut_off,
        named(QUERY),
        named(FLAG),
        events,
        subjects=named(SUBJECT),
        responses=named(RESPONSE),
        response_terms=named(RESPONSE_TERMS),
        response_flags=named(RESPONSE_FLAG),
        measurements=named(MEASUREMENT),
        visits=named(VISIT),
        records=named(RECORD),
        variables=named(VARIABLE),
        grades=named(GRADE),
    )


def _of(entries: Iterable[Entry], table: Table) -> list[Entry]:
    return [each for each in entries if each.table is table]


def _named(entries: Iterable[Entry], table: Table) -> dict[str, Any]:
    return {each.name: each.options for each in _of(entries, table)}


def _declarations(entries: Sequence[Entry]) -> Declarations | None:
    declared = {
        (each.table, each.name): each.options
        for each in entries
        if each.table in (STUDY, ENDPOINT, SOURCE, ADVERSE_EVENTS)
    }
    if not declared:
        return None
    _check_sources(entries)
    return Declarations.of_tables(
        declared.get((STUDY, ""), StudyTable()),
        declared.get((ADVERSE_EVENTS, ""), AdverseEventDeclarations()),
        {parameter: endpoint for (table, parameter), endpoint in declared.items() if table is ENDPOINT},
        {name: source for (table, name), source in declared.items() if table is SOURCE},
    )


def _check_sources(entries: Sequence[Entry]) -> None:
    """Conditions can be parsed, and events are from sources that are declared."""
    sources = _of(entries, SOURCE)
    for each in sources:
        if each.options.where:
            compile_expression(each.options.where, f"{each.where} where")
    names = [each.name for each in sources]
    undated = [each.name for each in sources if not each.options.date]
    for each in _of(entries, ENDPOINT):
        for name in each.options.events:
            if name in undated:
                advice = f"write date under [source.{name}]"
                raise ConfigurationError(f"{name} has no date", f"{each.where} events", advice)
            if name not in names:
                advice = did_you_mean(name, names) if names else f"write a table [source.{name}]"
                raise ConfigurationError(f"{name} is not a declared source", f"{each.where} events", advice)


def _own_rules(entries: Iterable[Entry]) -> Iterator[Rule]:
    taken: set[str] = set()
    for each in entries:
        given = each.options
        if given.id in taken:
            raise ConfigurationError(
                f"two rules have the id {given.id}", each.where, "use a different id for each"
            )
        taken.add(given.id)
        yield given.rule(each.where)
