"""Between what the numbers of a variable are plausible, also by test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas.kinds import TableOf

RawLimits = tuple[float, float]
"""The least and the greatest."""

_EXAMPLE = "[30, 250]"
_BY_NAME = "{ HGB = [30, 250] }"


@dataclass(frozen=True, slots=True)
class _TwoNumbers:
    """The least and the greatest number."""

    word: str = "list of two numbers"

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}

    def __call__(self, value: Any) -> RawLimits:
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise ValueError(_EXAMPLE)
        if not all(_is_number(each) for each in value) or value[0] > value[1]:
            raise ValueError(f"the least number, then the greatest: {_EXAMPLE}")
        return float(value[0]), float(value[1])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


@dataclass(frozen=True, slots=True)
class LimitsKind:
    """Two limits; or, for each value of another column, two limits."""

    word: str = "list of two numbers, or table of such lists"

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"anyOf": [_TwoNumbers().schema, TableOf(_TwoNumbers(), _BY_NAME, least=1).schema]}

    def __call__(self, value: Any) -> RawLimits | Mapping[str, RawLimits]:
        if isinstance(value, Mapping):
            found: Mapping[str, RawLimits] = TableOf(_TwoNumbers(), _BY_NAME, least=1)(value)
            return found
        return _TwoNumbers()(value)
