"""The marks of a time axis: as many as are easy to read, at round numbers of their unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

_MOST = 12
"""Intervals between the marks."""
_ROUND: Mapping[str, Sequence[int]] = {
    "days": (1, 2, 5, 10, 15, 30, 60, 90, 180, 360, 720),
    "weeks": (1, 2, 4, 8, 12, 24, 52, 104),
    "months": (1, 2, 3, 6, 12, 24, 60, 120),
    "years": (1, 2, 5, 10, 20),
}
"""Steps between the marks of each unit."""


def marks(last: float, unit: str) -> tuple[float, ...]:
    """Times from 0 of which the last one is `last` or later."""
    step = next((each for each in _steps(unit) if last <= each * _MOST), None)
    if step is None:  # beyond what people live
        step = 10 ** math.ceil(math.log10(last / _MOST))
    count = max(math.ceil(last / step), 1)
    return tuple(number * step for number in range(count + 1))


def _steps(unit: str) -> Sequence[float]:
    return (0.05, 0.1, 0.25, 0.5, *_ROUND[unit])
