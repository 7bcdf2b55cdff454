"""What stands in ``adamgate.toml`` beside the settings, as the gate takes it.

::

    [rules]                                  [study]                        [[waiver]]
    ignore = ["AD0269"]                      cut_off = 2024-01-31           rule = "TTE006"
    [rules.severity]                         population = "ITTFL"           dataset = "ADTTE"
    AD02 = "note"                            [endpoint.OS]                  records = [{ USUBJID = "01-001" }]
    [rules.ADAE]                             role = "OS"                    reason = "…"
    ignore = ["AE001"]                       [adverse_events]               owner = "…"
                                             window_days = 30               expires = 2026-12-31

A file is untrusted: what it holds is checked, and nothing in it is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args

from ...schemas.errors import ConfigurationError
from ...schemas.gate.waivers import Waiver
from ...schemas.kinds import (
    Choice,
    ListOf,
    ValueKind,
    checked,
    checked_table,
    constant,
    dataset_name,
    days,
    name,
    require_known,
    require_table,
    require_tables,
    switch,
    text,
    toml_day,
    words,
)
from ...schemas.rules.by_condition import condition_rule
from ...schemas.rules.rule import Rule
from ...schemas.severity import Severity
from ...schemas.standards.structure import Structure
from ...schemas.study.declarations import Declarations, Endpoint, Role
from ...schemas.wording import one_line

TABLES = ("rules", "study", "endpoint", "adverse_events", "waiver", "rule")
"""The tables that are read here."""

_NAMES = ListOf(name)


def _nested(value: Any) -> tuple[str, ...]:
    """Populations, each within the next one."""
    try:
        names: tuple[str, ...] = _NAMES(value)
    except ValueError:
        names = ()
    if len(names) < 2:
        raise ValueError('one list for each chain, the smallest population first: [["PPROTFL", "ITTFL"]]')
    return names


_SEVERITY = Choice(tuple(map(str, Severity)))

_RULES: Mapping[str, ValueKind] = {"select": words, "ignore": words}
_STUDY: Mapping[str, ValueKind] = {
    "cut_off": toml_day,
    "population": name,
    "nested": ListOf(_nested),
    "recurrent": _NAMES,
}
_ADVERSE_EVENTS: Mapping[str, ValueKind] = {"window_days": days, "worsening": switch}
_ENDPOINT_BY_NAME: Mapping[str, ValueKind] = {"role": Choice(get_args(Role)), "evaluator": text}
_ENDPOINT_BY_TYPE: Mapping[str, ValueKind] = {"str": name, "bool": switch, "int | None": days}
_ENDPOINT: Mapping[str, ValueKind] = {
    each.name: _ENDPOINT_BY_NAME.get(each.name) or _ENDPOINT_BY_TYPE[str(each.type)]
    for each in fields(Endpoint)
}
_WAIVER_NEEDS = ("rule", "dataset", "reason", "owner", "expires")
_WAIVER: Mapping[str, ValueKind] = {
    "rule": text,
    "dataset": dataset_name,
    "reason": text,
    "owner": text,
    "expires": toml_day,
    "records": ListOf(lambda value: value),
    "values": ListOf(constant),
    "variable": name,
}
_RULE_NEEDS = ("id", "title", "require")
_RULE: Mapping[str, ValueKind] = {
    "id": text,
    "title": text,
    "severity": _SEVERITY,
    "structure": Choice(tuple(str(each) for each in Structure if each is not Structure.OTHER)),
    "dataset": name,
    "needs": _NAMES,
    "where": text,
    "require": text,
    "message": text,
    "variables": _NAMES,
    "why": text,
    "fix": text,
}


@dataclass(frozen=True, slots=True)
class Judging:
    """How a study is to be judged, by its file.

    Attributes
    ----------
    select, ignore : tuple of str
        Names of rules, some with a dataset before them: "ADAE:AE001".
    severities : mapping of rule name to str
    declarations : Declarations or None
    waivers : tuple of Waiver
    rules : tuple of Rule
        The user's own.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    declarations: Declarations | None = None
    waivers: tuple[Waiver, ...] = ()
    rules: tuple[Rule, ...] = ()


def judging(document: Mapping[str, Any], shown: str) -> Judging:
    """The tables of a file.

    Parameters
    ----------
    document : mapping
        As `tomllib` gives it; tables that are not in `TABLES` are left alone.
    shown : str
        The file's name, for errors.

    Raises
    ------
    ConfigurationError
        For an unknown key, a value of another kind, a condition that is not understood.
    """
    select, ignore, severities = _selection(document.get("rules", {}), shown)
    return Judging(
        select,
        ignore,
        severities,
        _declarations(document, shown),
        tuple(_waivers(document.get("waiver", []), shown)),
        tuple(_own_rules(document.get("rule", []), shown)),
    )


def _selection(given: Any, shown: str) -> tuple[tuple[str, ...], tuple[str, ...], Mapping[str, str]]:
    """select, ignore and severities of all datasets, and of each that has a table of its own."""
    select: list[str] = []
    ignore: list[str] = []
    severities: dict[str, str] = {}
    for prefix, table, where in _rule_tables(require_table(given, "rules", shown), shown):
        chosen = checked_table({k: v for k, v in table.items() if k != "severity"}, _RULES, where)
        select += (prefix + each for each in chosen.get("select", ()))
        ignore += (prefix + each for each in chosen.get("ignore", ()))
        weights = require_table(table.get("severity", {}), "rules.severity", where)
        for rule, severity in weights.items():
            severities[prefix + rule] = checked(severity, _SEVERITY, rule, f"{where} severity")
    return tuple(select), tuple(ignore), severities


def _rule_tables(rules: Mapping[str, Any], shown: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """The table for all datasets, then those for one, with what stands before their names of rules."""
    own = ("select", "ignore", "severity")
    yield "", {key: rules[key] for key in own if key in rules}, f"{shown}, [rules]"
    for key, value in rules.items():
        if key in own:
            continue
        if not isinstance(value, dict):
            require_known(key, own, f"{shown}, [rules]")
        yield f"{dataset_name(key)}:", value, f"{shown}, [rules.{one_line(key)}]"


def _declarations(document: Mapping[str, Any], shown: str) -> Declarations | None:
    if not any(table in document for table in ("study", "endpoint", "adverse_events")):
        return None
    study = checked_table(
        require_table(document.get("study", {}), "study", shown), _STUDY, f"{shown}, [study]"
    )
    events = checked_table(
        require_table(document.get("adverse_events", {}), "adverse_events", shown),
        _ADVERSE_EVENTS,
        f"{shown}, [adverse_events]",
    )
    endpoints = {
        parameter.upper(): _endpoint(parameter, given, shown)
        for parameter, given in require_table(document.get("endpoint", {}), "endpoint", shown).items()
    }
    for parameter in study.pop("recurrent", ()):
        endpoints[parameter] = replace(endpoints.get(parameter, Endpoint()), recurrent=True)
    if "window_days" in events:
        events["window"] = events.pop("window_days")
    return Declarations(**study, **events, endpoints=endpoints)


def _endpoint(parameter: str, given: Any, shown: str) -> Endpoint:
    key = f"endpoint.{one_line(parameter)}"
    return Endpoint(**checked_table(require_table(given, key, shown), _ENDPOINT, f"{shown}, [{key}]"))


def _waivers(given: Any, shown: str) -> Iterator[Waiver]:
    """One for each record that an entry names."""
    for number, table in enumerate(require_tables(given, "waiver", shown), 1):
        place = f"waiver {number}"
        where = f"{shown}, {place}"
        found = checked_table(table, _WAIVER, where, _WAIVER_NEEDS)
        records = found.pop("records", ())
        if not records:
            yield Waiver(**found, place=place)
        for at, record in enumerate(records, 1):
            own = place if len(records) == 1 else f"{place}, record {at}"
            yield Waiver(**found, record=_keys(record, f"{where}, record {at}"), place=own)


def _keys(record: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(record, dict) or not record:
        raise ConfigurationError(
            "a record is named by its keys", where, 'write records = [{ USUBJID = "01-001", PARAMCD = "OS" }]'
        )
    return {variable.upper(): checked(value, constant, variable, where) for variable, value in record.items()}


def _own_rules(given: Any, shown: str) -> Iterator[Rule]:
    taken: set[str] = set()
    for number, table in enumerate(require_tables(given, "rule", shown), 1):
        where = f"{shown}, rule {number}"
        found = checked_table(table, _RULE, where, _RULE_NEEDS)
        if found["id"] in taken:
            raise ConfigurationError(f"two rules have the id {found['id']}", where, "give each its own")
        taken.add(found["id"])
        structure, dataset = found.pop("structure", None), found.pop("dataset", None)
        yield condition_rule(
            found.pop("id"),
            found.pop("title"),
            found.pop("require"),
            structures=(structure,) if structure else (),
            datasets=(dataset,) if dataset else (),
            place=where,
            **found,
        )
