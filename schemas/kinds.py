"""Kinds of values that a user may set, and tables of them: known keys, checked values, one way of telling.

A kind takes a value as TOML has it and returns it checked; its ValueError says what was expected. It knows
the JSON Schema of such values, which says as much of it as a schema can, and what documents call them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Protocol

from .errors import ConfigurationError
from .wording import did_you_mean, is_unicode, nearest, one_line

Schema = Mapping[str, Any]


class ValueKind(Protocol):
    """What takes a value of one kind."""

    @property
    def word(self) -> str:
        """What documents call a value: "date"."""
        ...

    @property
    def schema(self) -> Schema:
        """JSON Schema (2020-12) of the values that are taken; a date of TOML is a string of JSON."""
        ...

    def __call__(self, value: Any) -> Any: ...


class WrongPart(ValueError):
    """A value within a value is wrong; the message says what was expected of it."""

    def __init__(self, value: Any, key: str, expected: str) -> None:
        super().__init__(expected)
        self.value = value
        self.key = key
        self.place = ""


@dataclass(frozen=True, slots=True, eq=False)
class OneKind:
    """A kind of value that a function checks."""

    check: Callable[[Any], Any]
    word: str
    schema: Schema

    def __call__(self, value: Any) -> Any:
        return self.check(value)


def one_kind(word: str, schema: Schema) -> Callable[[Callable[[Any], Any]], OneKind]:
    """Make a kind of the function that checks it."""
    return lambda check: OneKind(check, word, MappingProxyType(dict(schema)))


TEXT: Schema = {"type": "string", "pattern": r"\S"}
NAME: Schema = {"type": "string", "pattern": r"^\s*\S+\s*$"}
DATE: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    allowed: tuple[str, ...]

    @property
    def word(self) -> str:
        return ", ".join(f'"{each}"' for each in self.allowed)

    @property
    def schema(self) -> Schema:
        return {"enum": list(self.allowed)}

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"text in quotes, one of {', '.join(self.allowed)}")
        if value not in self.allowed:
            near = nearest(value, self.allowed, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"one of {', '.join(self.allowed)}{meant}")
        return value


@one_kind("true or false", {"type": "boolean"})
def switch(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


@one_kind("text", TEXT)
def text(value: Any) -> str:
    """Words in quotes."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text in quotes, not blank")
    return value.strip()


@one_kind("name", NAME)
def name(value: Any) -> str:
    """The name of a variable, a parameter or a dataset, in capitals."""
    if not isinstance(value, str) or not value.strip() or len(value.split()) > 1:
        raise ValueError("a name in quotes, without blanks")
    return value.strip().upper()


@one_kind("number of days", {"type": "integer", "minimum": 0})
def days(value: Any) -> int:
    """A whole number of days, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number of days, 0 or more, without quotes")
    return value


@one_kind("number", {"type": "number", "exclusiveMinimum": 0})
def amount(value: Any) -> float:
    """A number greater than 0."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf:
        return float(value)
    raise ValueError("a number greater than 0, without quotes")


@one_kind("whole number", {"type": "integer", "minimum": 0})
def count(value: Any) -> int:
    """A whole number, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number, 0 or more, without quotes")
    return value


@one_kind(
    "list of numbers of days", {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}
)
def schedule(value: Any) -> tuple[int, ...]:
    """Days after a start, ascending."""
    listed = value if isinstance(value, list | tuple) else ()
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in listed)
    if not listed or not whole or any(late <= early for early, late in pairwise((0, *listed))):
        raise ValueError(
            "a list of days after the start, in ascending order: [56, 112, 168], or [56] for every 56 days"
        )
    return tuple(listed)


@one_kind("number", {"type": "number", "minimum": 0})
def time_point(value: Any) -> float:
    """A number, 0 or more."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return float(value)
    raise ValueError("a number, 0 or more, without quotes")


@one_kind("date", DATE)
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


@one_kind("date", DATE)
def toml_day(value: Any) -> Any:
    """A date as TOML writes it, without quotes."""
    if isinstance(value, str):
        raise ValueError("a date without quotes: 2026-12-31")
    return day(value)


@one_kind("name", NAME)
def dataset_name(value: Any) -> Any:
    """The name of a dataset in capitals; "(study)", for rules about the study as a whole, as it is."""
    given: str = name(value)
    return given.lower() if given.startswith("(") else given


@one_kind("name", {"type": "string", "pattern": r"^\s*[A-Za-z_][A-Za-z0-9_]{0,31}\s*$"})
def member_name(value: Any) -> str:
    """The name of a dataset that is made, in capitals: also that of its file."""
    given = value.strip().upper() if isinstance(value, str) else ""
    if _MEMBER.fullmatch(given) is None:
        raise ValueError("a name of letters, digits and underscores, such as ADTTE")
    return given


_MEMBER = re.compile(r"[A-Z_][A-Z0-9_]{0,31}")


@one_kind("text, number or date", {"anyOf": [TEXT, {"type": "number"}]})
def constant(value: Any) -> str | float:
    """A value of a variable: text, a number or a date."""
    if isinstance(value, str) and value.strip():
        return value.rstrip(" ")
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(float(value)):
        return float(value)
    raise ValueError("text in quotes, a number or a date")


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a list; a text may hold several, with commas between them.

    Attributes
    ----------
    expected : str
    separators : str
        What may be between them; the first of these that a text has.
    takes_blank : bool
        Whether blank texts alone are an empty list; else they are refused.
    """

    expected: str
    separators: str = ","
    takes_blank: bool = True

    @property
    def word(self) -> str:
        return "list of texts"

    @property
    def schema(self) -> Schema:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

    def __call__(self, value: Any) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(each, str) for each in listed):
            raise ValueError(self.expected)
        if not all(map(is_unicode, listed)):
            raise ValueError("text that is valid Unicode")
        parts = [part.strip() for each in listed for part in self._split(each)]
        if parts and not any(parts) and not self.takes_blank:
            raise ValueError(f"{self.expected}, not blank")
        return tuple(part for part in parts if part)

    def _split(self, given: str) -> list[str]:
        return given.split(next((each for each in self.separators if each in given), self.separators[-1]))


words = Words('a list of names in quotes: ["TTE006", "AD02"]')
missing_words = Words('a list of text in quotes: ["NA"]')


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind, of at least so many.

    Attributes
    ----------
    kind : ValueKind
    least : int
    expected : str
        What is expected, where that is more than a list of the kind.
    of : str
        What documents call its values; by default what they call one, with an s.
    """

    kind: ValueKind
    least: int = 1
    expected: str = ""
    of: str = ""

    @property
    def word(self) -> str:
        return f"list of {self.of or f'{self.kind.word}s'}"

    @property
    def schema(self) -> Schema:
        return {"type": "array", "items": dict(self.kind.schema), "minItems": self.least}

    def __call__(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) < self.least:
            raise ValueError(self.expected or "a list in [brackets], not empty")
        return tuple(self._item(each, number) for number, each in enumerate(value, 1))

    def _item(self, value: Any, number: int) -> Any:
        try:
            return self.kind(value)
        except WrongPart as wrong:
            wrong.place = f", entry {number}"
            raise
        except ValueError as wrong:
            raise ValueError(self.expected or str(wrong)) from None


@dataclass(frozen=True, slots=True)
class TableOf:
    """Values of one kind by names, at least so many.

    Attributes
    ----------
    kind : ValueKind
    expected : str
        What is expected, with an example: ``{ TTE011 = "note" }``.
    least : int
    capitals : bool
        Names are given back in capitals.
    """

    kind: ValueKind
    expected: str
    least: int = 0
    capitals: bool = False

    @property
    def word(self) -> str:
        return f"table of {self.kind.word}"

    @property
    def schema(self) -> Schema:
        return {
            "type": "object",
            "additionalProperties": dict(self.kind.schema),
            "minProperties": self.least,
        }

    def __call__(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or len(value) < self.least:
            raise ValueError(self.expected)
        found = {}
        for key, each in value.items():
            try:
                found[key.upper() if self.capitals else key] = self.kind(each)
            except ValueError as expected:
                raise WrongPart(each, key, str(expected)) from None
        return found


NAMES = ListOf(name)
"""Names of variables or parameters."""


@one_kind("name or list of names", {"anyOf": [NAME, NAMES.schema]})
def name_or_names(value: Any) -> str | tuple[str, ...]:
    """A name, or several in a list."""
    found: str | tuple[str, ...] = NAMES(value) if isinstance(value, list | tuple) else name(value)
    return found


def _shown(value: Any) -> str:
    """A value as its user wrote it; one that was given once on the command line comes as a tuple."""
    alone = value[0] if isinstance(value, tuple) and len(value) == 1 else value
    return one_line(str(alone) if isinstance(alone, date) else repr(alone))


def checked(value: Any, kind: ValueKind, key: str, where: str, *, private: bool = False) -> Any:
    """A value of a kind, or `ConfigurationError`, which does not show what is private."""
    try:
        return kind(value)
    except ValueError as expected:
        wrong = expected if isinstance(expected, WrongPart) else WrongPart(value, key, str(expected))
        shown = _shown(wrong.value)
        of_key = one_line(wrong.key)
        what = f"a value of {of_key} is not valid" if private else f"{shown} is not a value of {of_key}"
        raise ConfigurationError(what, f"{where}{wrong.place}", f"give {expected}") from None
    except ConfigurationError as wrong:  # of a table within it
        raise ConfigurationError(wrong.what, f"{where}{wrong.where}", wrong.advice) from None
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
    table: Mapping[str, Any],
    kinds: Mapping[str, ValueKind],
    where: str,
    required: Collection[str] = (),
    private: Collection[str] = (),
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
            raise ConfigurationError(f"key {key} is not present", where, f"required: {', '.join(required)}")
    return {
        key: checked(value, kinds[key], key, f"{where} {key}", private=key in private)
        for key, value in table.items()
    }
