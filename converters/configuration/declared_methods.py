"""How variables are derived, as the tables of a settings file declare it: methods of a define.xml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from ...schemas.standards.structure import Structure
from ...schemas.study.dataset import Dataset
from ...schemas.study.definition import FormalExpression, MethodDefinition
from ...schemas.study.study import Study
from .registry import DERIVE, ENDPOINT, FLAG, MEASUREMENT, QUERY, RESPONSE, RESPONSE_FLAG, SUBJECT, VARIABLE
from .tables import Entry, Table

_CONTEXT = "adamgate.toml"
_OF_VARIABLES = (SUBJECT, VARIABLE, FLAG, RESPONSE_FLAG, QUERY)
"""Tables that are named as the variable that they derive, or say its name."""
_OF_PARAMETERS: Mapping[Table, tuple[str, ...]] = {
    ENDPOINT: ("AVAL", "CNSR", "ADT", "STARTDT", "EVNTDESC"),
    RESPONSE: ("AVALC", "AVAL", "ADT"),
    MEASUREMENT: ("AVAL", "AVALC"),
}
"""Tables of parameters, and the variables that they decide."""
_NOT_SAID = frozenset({"dataset", "variable", "label", "param", "paramn", "role"})
"""Keys that say where the result goes, not how it is made."""


def declared_methods(entries: Iterable[Entry], study: Study) -> dict[str, MethodDefinition]:
    """Methods of the variables of derived datasets that a study has.

    Parameters
    ----------
    entries : iterable of Entry
        Of a settings file; without a table ``[derive.NAME]`` nothing is derived.
    study : Study

    Returns
    -------
    dict of str to MethodDefinition
        By the variable: "ADTTE.AVAL". The description has the keys and values of the tables, the formal
        expression the tables themselves.

    Examples
    --------
    >>> from adamgate.converters.configuration.declared_methods import declared_methods
    >>> declared_methods((), ag.read("adam"))
    {}
    """
    own = tuple(entries)
    derived = [study[each.name] for each in own if each.table is DERIVE and each.name in study]
    tables: dict[str, list[Entry]] = defaultdict(list)
    for entry in own:
        for path in _derived_by(entry, derived):
            tables[path].append(entry)
    return {path: _method(path, by) for path, by in tables.items()}


def _derived_by(entry: Entry, derived: Iterable[Dataset]) -> Iterator[str]:
    """The variables that a table derives: "ADTTE.AVAL"."""
    stated = entry.values.get("dataset", ())
    names = {stated} if isinstance(stated, str) else set(stated)
    for data in derived:
        if names and data.name not in names:
            continue
        if entry.table in _OF_VARIABLES:
            if entry.table is SUBJECT and not names and data.structure is not Structure.ADSL:
                continue
            for name in _variables_of(entry):
                if name in data:
                    yield f"{data.name}.{name}"
        elif entry.table in _OF_PARAMETERS and _is_of(entry.table, data):
            yield from (f"{data.name}.{name}" for name in _OF_PARAMETERS[entry.table] if name in data)


def _variables_of(entry: Entry) -> tuple[str, ...]:
    if entry.table is QUERY:
        return tuple(f"{entry.name}{suffix}" for suffix in ("NAM", "CD", "SC"))
    return (str(entry.values.get("variable") or entry.name).upper(),)


def _is_of(table: Table, data: Dataset) -> bool:
    """Whether parameters of a table may be in a dataset: of times to an event, or of others."""
    of_events = Structure.TTE in data.structure.lineage
    return of_events if table is ENDPOINT else not of_events and "PARAMCD" in data


def _method(path: str, entries: list[Entry]) -> MethodDefinition:
    """The variables that tables of parameters decide have one method."""
    dataset, _, variable = path.partition(".")
    of_parameters = all(entry.table in _OF_PARAMETERS for entry in entries)
    name = entries[0].table.name if of_parameters else variable
    parts = [_in_words(entry.values) for entry in entries]
    if of_parameters:
        parts = [f"{entry.name}: {words}" for entry, words in zip(entries, parts, strict=True)]
    return MethodDefinition(
        f"MT.{dataset}.{name}",
        f"{'Parameters' if of_parameters else variable} of {dataset}",
        "Computation",
        f"As declared: {'; '.join(parts)}",
        (FormalExpression(_CONTEXT, "\n\n".join(map(_as_written, entries))),),
    )


def _in_words(values: Mapping[str, Any]) -> str:
    said = (
        f"{key.replace('_', ' ')} {_plain(value)}" for key, value in values.items() if key not in _NOT_SAID
    )
    return ", ".join(said)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_plain(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        return " and ".join(map(_plain, value))
    if is_dataclass(value):
        return _plain(_stated(value))
    return _toml(value)


def _as_written(entry: Entry) -> str:
    """A table as a settings file has it."""
    lines = [f"{key} = {_toml(value)}" for key, value in entry.values.items()]
    return "\n".join([f"[{entry.table.name}.{entry.written or entry.name}]", *lines])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items()) + " }"
    if is_dataclass(value):
        return _toml(_stated(value))
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _stated(value: Any) -> Mapping[str, object]:
    """What an object of options says otherwise than by default."""
    return {
        each.name: getattr(value, each.name)
        for each in fields(value)
        if getattr(value, each.name) != each.default
    }
