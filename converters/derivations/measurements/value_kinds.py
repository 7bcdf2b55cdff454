"""Values that declarations of measurements have: days before treatment, numbers of visits, no value."""

from __future__ import annotations

import math
from typing import Any

from ....schemas.kinds import TEXT, constant, one_kind


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
