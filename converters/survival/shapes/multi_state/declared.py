"""Transitions and ends of follow-up as a user declares them. Needs no pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .....schemas.kinds import TEXT, ListOf, TableOf, WrongPart, name, one_kind, text

_STATES_OF = ListOf(text, of="states")
_KINDS = {"to": text, "parameter": text, "dataset": name, "where": text, "date": name}
_FORM = (
    '{ from = "alive", to = "dead", parameter = "OS" }, '
    'with dataset = "ADRS", where = "…", date = "ADT" in place of the parameter, or "alive -> dead: OS"'
)


_STATE = r"\s*[^\s:,>][^:,>]*"
_TEXT = rf"^({_STATE}(?:,{_STATE})*)->({_STATE}):(\s*[^\s:][^:]*)(?::(\s*\S[\s\S]*))?$"
"""States from and to, the parameter, the condition on its records."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Dates on which subjects go from a state to another.

    Attributes
    ----------
    from_states : tuple of str
    to_state : str
    parameter : str
        Whose records have the dates; empty where a dataset has.
    dataset : str
    where : str
        Condition on these records. Empty: the events of the parameter, all records of the dataset.
    date : str
        Variable of these records.
    """

    from_states: tuple[str, ...] = field(metadata={"key": "from"})
    to_state: str = field(metadata={"key": "to"})
    parameter: str = ""
    dataset: str = ""
    where: str = ""
    date: str = "ADT"

    @property
    def words(self) -> str:
        """ "alive -> dead"."""
        return f"{', '.join(self.from_states)} -> {self.to_state}"

    @property
    def source(self) -> str:
        """ "ADT of PFS where EVNTDESC == 'Death'", "ADT of OS, events"."""
        which = f" where {self.where}" if self.where else ", events" if self.parameter else ""
        return f"{self.date} of {self.parameter or self.dataset}{which}"


@one_kind(
    "{ from = STATE, to = STATE, parameter = PARAMCD } or text",
    {
        "anyOf": [
            {"type": "string", "pattern": _TEXT},
            {
                "type": "object",
                "properties": {
                    "from": {"anyOf": [dict(TEXT), dict(_STATES_OF.schema)]},
                    **{key: dict(kind.schema) for key, kind in _KINDS.items()},
                },
                "required": ["from", "to"],
                "oneOf": [
                    {"required": ["parameter"], "not": {"required": ["dataset"]}},
                    {"required": ["dataset"], "not": {"required": ["parameter"]}},
                ],
                "additionalProperties": False,
            },
        ]
    },
)
def transition(value: Any) -> Transition:
    """A transition: a table, or a text as of the command line."""
    if isinstance(value, Transition):
        return value
    if isinstance(value, str):
        return _of_text(value)
    if not isinstance(value, Mapping) or not {"from", "to"} <= set(value) <= {"from", *_KINDS}:
        raise ValueError(_FORM)
    if ("parameter" in value) == ("dataset" in value):
        raise ValueError(f"either parameter or dataset: {_FORM}")
    origin = value["from"]
    states = _part(_STATES_OF, [origin] if isinstance(origin, str) else origin, "from")
    parts = {key: _part(kind, value[key], key) for key, kind in _KINDS.items() if key in value}
    return Transition(states, parts.pop("to"), **parts)


def _part(kind: Any, given: Any, key: str) -> Any:
    try:
        return kind(given)
    except ValueError as expected:
        raise WrongPart(given, key, str(expected)) from None


def _of_text(given: str) -> Transition:
    """ "alive, progressed -> dead: OS", "alive -> dead: PFS: EVNTDESC == 'Death'"."""
    found = re.search(_TEXT, given)
    if found is None:
        raise ValueError(_FORM)
    origins, target, parameter, condition = ((each or "").strip() for each in found.groups())
    return Transition(tuple(each.strip() for each in origins.split(",")), target, parameter, where=condition)


_BY_STATE = TableOf(text, '{ alive = "PFS", progressed = "OS" }', least=1)


@one_kind("text or table of text", {"anyOf": [dict(TEXT), dict(_BY_STATE.schema)]})
def follow_up(value: Any) -> str | Mapping[str, str]:
    """What ends follow-up: in all states, or by state."""
    found: str | Mapping[str, str] = (_BY_STATE if isinstance(value, Mapping) else text)(value)
    return found
