"""What a declaration sets a variable to: a value, or what a variable of the source has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...schemas.kinds import TableOf, constant, name, one_kind


@dataclass(frozen=True, slots=True)
class FromVariable:
    """The value of a variable of the source: ``{ variable = "DTHCAUS" }`` of a file.

    Examples
    --------
    >>> ag.FromVariable("DTHCAUS").variable
    'DTHCAUS'
    """

    variable: str


Assignment = str | float | FromVariable


@one_kind(
    "text, number or { variable = NAME }",
    {
        "anyOf": [
            *constant.schema["anyOf"],
            {
                "type": "object",
                "properties": {"variable": dict(name.schema)},
                "required": ["variable"],
                "additionalProperties": False,
            },
        ]
    },
)
def assignment(value: Any) -> Assignment:
    """A constant, or the variable of the source that has the value."""
    if isinstance(value, FromVariable):
        return value
    try:
        if isinstance(value, Mapping) and set(value) == {"variable"}:
            return FromVariable(name(value["variable"]))
        given: str | float = constant(None if isinstance(value, date) else value)
    except ValueError:
        raise ValueError('text in quotes, a number, or { variable = "NAME" }') from None
    return given


ASSIGNMENTS = TableOf(assignment, '{ EVNTDESC = "Death", DTHCAUS = { variable = "DTHCAUS" } }', capitals=True)
