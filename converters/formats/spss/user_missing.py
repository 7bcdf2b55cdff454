"""Values that a .sav file declares to be missing: SPSS leaves them out of every analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....schemas.wording import counted

Ranges = Sequence[tuple[Any, Any]]


def of_numbers(values: NDArray[np.float64], ranges: Ranges) -> NDArray[np.bool_]:
    """Which of them are declared missing."""
    found = np.zeros(len(values), np.bool_)
    for low, high in ranges:
        found |= (values >= low) & (values <= high)
    return found


def texts_of(ranges: Ranges) -> list[str]:
    """SPSS declares single texts, and no ranges of them."""
    return [str(low).rstrip(" ") for low, _ in ranges]


def told(count: int, ranges: Sequence[tuple[str, str]]) -> str:
    """What a user must know of a variable that has some, in how many records they are."""
    listed = [low if low == high else f"{low} to {high}" for low, high in ranges]
    return f"{counted(count, 'value')} declared missing in SPSS ({', '.join(listed)}); read as missing"
