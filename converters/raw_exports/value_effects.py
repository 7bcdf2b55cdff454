"""What maps and code lists did to each value: a reviewer sees an exchange in the counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...schemas.study.columns import Distinct
from ..derivations.record import ValueEffect
from .raw_records import text_of


def counts_of(column: Distinct) -> dict[str, int]:
    """How many records have each value, as text; "" for a missing one."""
    numbers = np.bincount(np.where(column.codes < 0, len(column), column.codes), minlength=len(column) + 1)
    counts: dict[str, int] = {"": int(numbers[-1])}
    for value, number in zip(column, numbers[:-1], strict=True):
        text = text_of(value)
        counts[text] = counts.get(text, 0) + int(number)
    return counts


def of_map(column: Distinct, declared: Mapping[str, str | float]) -> tuple[ValueEffect, ...]:
    """What became of the values of a map, in its order, also of those that no record has."""
    counts = counts_of(column)
    return tuple(
        ValueEffect(value or None, None if became == "" else text_of(became), counts.get(value, 0))
        for value, became in declared.items()
    )


def of_codes(column: Distinct, known: Mapping[str, str]) -> tuple[ValueEffect, ...]:
    """What became of the values that a code list has, the most frequent first."""
    found = [
        ValueEffect(value, known[value], count)
        for value, count in counts_of(column).items()
        if value in known and count
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.value or "")))
