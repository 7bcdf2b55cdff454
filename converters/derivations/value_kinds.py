"""Values that declarations of several kinds of datasets have."""

from __future__ import annotations

import math
from typing import Any

from ...schemas.kinds import TEXT, ListOf, constant, name, one_kind
from .assignments import Assignment, assignment

NAMES_OR_NONE = ListOf(name, least=0)


@one_kind("0 or 1", {"enum": [0, 1]})
def zero_or_one(value: Any) -> int:
    """The number of the first day."""
    if isinstance(value, bool) or value not in (0, 1):
        raise ValueError("0 or 1, without quotes")
    return int(value)


@one_kind("whole number", {"type": "integer"})
def signed_day(value: Any) -> int:
    """A day relative to a date: a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number, without quotes")
    return value


@one_kind("number", {"type": "number"})
def signed_number(value: Any) -> float:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number, without quotes")
    return float(value)


@one_kind('text, number or ""', {"anyOf": [TEXT, {"type": "number"}, {"const": ""}]})
def value_or_missing(value: Any) -> str | float:
    """A value of a variable; an empty text is a missing one."""
    if value == "" and isinstance(value, str):
        return ""
    found: str | float = constant(value)
    return found


@one_kind('text or ""', {"type": "string"})
def text_or_missing(value: Any) -> str:
    """A text; an empty one is a missing value."""
    if not isinstance(value, str):
        raise ValueError("text in quotes")
    return value.rstrip(" ")


@one_kind('text, number, "" or { variable = NAME }', {"anyOf": [*assignment.schema["anyOf"], {"const": ""}]})
def assignment_or_missing(value: Any) -> Assignment:
    """A value, or the variable that has it; an empty text is a missing one."""
    return "" if isinstance(value, str) and value == "" else assignment(value)
