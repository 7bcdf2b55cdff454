"""What is done with the values of a column, one after the other: each distinct value once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from ...schemas.study.columns import Distinct, Mask
from .raw_records import recoded, text_of

REFUSED = object()
"""What a step gives for a value that it does not take."""

ValueStep = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Stepped:
    """A column after a step.

    Attributes
    ----------
    column : Distinct
        Refused values are missing in it.
    refused : ndarray of bool, shape (n_records,)
    """

    column: Distinct
    refused: Mask


def stepped(column: Distinct, step: ValueStep, *, of_missing: Any = None) -> Stepped:
    """The column that a step makes of each value; `of_missing` takes the place of a missing one."""
    found = [step(value) for value in column]
    refused = np.fromiter((each is REFUSED for each in found), np.bool_, len(found))
    values = [None if each is REFUSED else each for each in found]
    codes = np.where(column.codes < 0, len(values), column.codes)
    return Stepped(recoded([*values, of_missing], codes), column.spread(refused, missing=False))


def kept(step: ValueStep) -> ValueStep:
    """A step that keeps what it does not take, as text."""

    def kept_step(value: Any) -> Any:
        found = step(value)
        return text_of(value) if found is REFUSED else found

    return kept_step


def on_text(function: Callable[[str], Any]) -> ValueStep:
    """A step on texts; numbers as they are."""
    return lambda value: function(value) if isinstance(value, str) else value


def trimmed(text: str) -> str | None:
    """Without blanks before and after."""
    return text.strip() or None


def part_of(separator: str, part: int) -> ValueStep:
    """The part of a text between separators, from 1."""

    def step(value: Any) -> Any:
        parts = text_of(value).split(separator)
        return (parts[part - 1] or None) if part <= len(parts) else REFUSED

    return step


def by_map(values: Mapping[str, str | float]) -> ValueStep:
    """What a value is mapped to; an empty text is a missing value."""

    def step(value: Any) -> Any:
        found = values.get(text_of(value), REFUSED)
        return None if found == "" else found

    return step


_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_EXACT_DIGITS = 15
"""A double holds every number of so many digits."""


def number(decimal: str) -> ValueStep:
    """A number of digits and the decimal sign, if a double holds it."""

    def step(value: Any) -> Any:
        if not isinstance(value, str):
            return value if isinstance(value, int | float) else REFUSED
        if decimal == ",":
            if "." in value:
                return REFUSED
            value = value.replace(",", ".")
        if _NUMBER.fullmatch(value) is None:
            return REFUSED
        found = float(value)
        if len(value) > _EXACT_DIGITS and (
            not math.isfinite(found) or Decimal(value) != Decimal(repr(found))
        ):
            return REFUSED
        return found + 0.0  # -0 is 0

    return step
