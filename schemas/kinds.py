"""Kinds of values that a user may set, and tables of them: known keys, checked values, one way of telling.

A kind takes a value as TOML has it and returns it checked; its ValueError says what was expected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .errors import ConfigurationError
from .wording import did_you_mean, is_unicode, nearest, one_line

ValueKind = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    allowed: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a text in quotes, one of {', '.join(self.allowed)}")
        if value not in self.allowed:
            near = nearest(value, self.allowed, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"one of {', '.join(self.allowed)}{meant}")
        return value


def switch(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def text(value: Any) -> str:
    """Words in quotes."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text in quotes, not blank")
    return value.strip()


def name(value: Any) -> str:
    """The name of a variable, a parameter or a dataset, in capitals."""
    if not isinstance(value, str) or not value.strip() or len(value.split()) > 1:
        raise ValueError("a name in quotes, without blanks")
    return value.strip().upper()


def days(value: Any) -> int:
    """A whole number of days, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number of days, 0 or more, without quotes")
    return value


def day(value: Any) -> date:
    """A date: of TOML, or as text where there is only text."""
    if isinstance(value, datetime):
        raise ValueError("a date without a time: 2026-12-31")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a date: 2026-12-31") from None


def toml_day(value: Any) -> date:
    """A date as TOML writes it, without quotes."""
    if isinstance(value, str):
        raise ValueError("a date without quotes: 2026-12-31")
    return day(value)


def dataset_name(value: Any) -> str:
    """The name of a dataset in capitals; "(study)", for rules about the study as a whole, as it is."""
    given = name(value)
    return given.lower() if given.startswith("(") else given


def constant(value: Any) -> str | float:
    """A value of a variable: text, a number or a date."""
    if isinstance(value, str) and value.strip():
        return value.rstrip(" ")
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(value)):
        return float(value)
    raise ValueError("a text in quotes, a number or a date")


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a list; a text may hold several, with commas between them."""

    expected: str

    def __call__(self, value: Any) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
            raise ValueError(self.expected)
        if not all(map(is_unicode, listed)):
            raise ValueError("text that is valid Unicode")
        parts = (part.strip() for each in listed for part in each.split(","))
        return tuple(part for part in parts if part)


words = Words('a list of names in quotes: ["TTE006", "AD02"]')
missing_words = Words('a list of texts in quotes: ["NA"]')


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind, not empty."""

    kind: ValueKind

    def __call__(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("a list in [brackets], not empty")
        return tuple(self.kind(each) for each in value)


def checked(value: Any, kind: ValueKind, key: str, where: str) -> Any:
    """A value of a kind, or `ConfigurationError`."""
    try:
        return kind(value)
    except ValueError as expected:
        shown = one_line(str(value) if isinstance(value, date) else repr(value))
        raise ConfigurationError(f"{shown} is not a value of {key}", where, f"give {expected}") from None
    except (OverflowError, RecursionError):
        raise ConfigurationError(f"the value of {key} is out of range", where) from None


def require_known(key: str, known: Collection[str], where: str) -> None:
    """Refuse an unknown key, with the nearest one."""
    if key not in known:
        raise ConfigurationError(f"unknown setting '{one_line(key)}'", where, did_you_mean(key, known))


def require_table(value: Any, key: str, where: str) -> Mapping[str, Any]:
    """A table, or `ConfigurationError`."""
    if not isinstance(value, dict):
        raise ConfigurationError(f"{key!r} is not a table", where, f"write [{key}] on a line of its own")
    return value


def require_tables(value: Any, key: str, where: str) -> list[Mapping[str, Any]]:
    """A list of tables, or `ConfigurationError`."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ConfigurationError(
            f"{key!r} is not a list of tables", where, f"write [[{key}]] on a line of its own for each"
        )
    return value


def checked_table(
    table: Mapping[str, Any], kinds: Mapping[str, ValueKind], where: str, required: Collection[str] = ()
) -> dict[str, Any]:
    """The checked values of a table.

    Raises
    ------
    ConfigurationError
        For an unknown key, a value of another kind, or a required key that is not present.
    """
    for key in table:
        require_known(key, kinds, where)
    for key in required:
        if key not in table:
            raise ConfigurationError(f"{key} is missing", where, f"needed are: {', '.join(required)}")
    return {key: checked(value, kinds[key], key, f"{where} {key}") for key, value in table.items()}
