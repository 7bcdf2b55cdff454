"""Conditions on the records of a dataset in three-valued logic, as operations on columns.

A comparison with a missing value is neither true nor false but unknown, and so is its negation;
"unknown and false" is false, "unknown or true" is true (Kleene's logic).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..study import columns
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.truth import Truth
from ..wording import one_line

ConstantKind = Literal["text", "numbers", "dates"]

_TYPES: Mapping[ConstantKind, str] = MappingProxyType(
    {"text": "character", "numbers": "numeric", "dates": "a date"}
)
"""How the type of a variable is called."""
Constant = str | float

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$")

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""Each comparison with its sides exchanged."""


class Condition(Protocol):
    """Something that is true, false or unknown for each record of a dataset."""

    def truth(self, data: Dataset) -> Truth: ...

    def variables(self) -> Iterator[str]:
        """The variables concerned, in order, some perhaps twice."""
        ...


class NotComparable(Exception):
    """A variable is compared with something of another kind; `reason` starts with its name."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason, advice)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by "and" (`all_of`) or by "or"."""

    parts: tuple[Condition, ...]
    all_of: bool

    def truth(self, data: Dataset) -> Truth:
        join = operator.and_ if self.all_of else operator.or_
        return reduce(join, (part.truth(data) for part in self.parts))

    def variables(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.variables()


@dataclass(frozen=True, slots=True)
class Not:
    """The negation: what is unknown stays unknown."""

    part: Condition

    def truth(self, data: Dataset) -> Truth:
        return ~self.part.truth(data)

    def variables(self) -> Iterator[str]:
        yield from self.part.variables()


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether a variable has no value; never unknown."""

    variable: str

    def truth(self, data: Dataset) -> Truth:
        return Truth(data.missing(self.variable), data.filled(self.variable))

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class Contains:
    """A text that has another in it, in the same case."""

    variable: str
    part: str

    def truth(self, data: Dataset) -> Truth:
        known = data.filled(self.variable)
        if not known.any():
            return Truth(known, known.copy())
        kind = constant_kind(data, self.variable)
        if kind != "text":
            raise NotComparable(
                f"{self.variable} is {_TYPES[kind]}, and contains no text", "compare it with == or <"
            )
        return Truth.known_at(known, data.matching(self.variable, self._is_in))

    def _is_in(self, value: Any) -> bool:
        return isinstance(value, str) and self.part in value

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class CompareConstant:
    """A variable compared with a constant of its kind."""

    variable: str
    symbol: str
    constant: Constant

    def truth(self, data: Dataset) -> Truth:
        known = data.filled(self.variable)
        if not known.any():
            return Truth(known, known.copy())  # all missing: of no kind, and all unknown
        compare = _COMPARE[self.symbol]
        kind = constant_kind(data, self.variable)
        if kind == "text":
            _require_text(self.variable, self.constant)
            _require_order(self.variable, self.symbol)
            holds = data.matching(self.variable, lambda value: compare(value, self.constant))
        elif kind == "numbers":
            _require_number(self.variable, self.constant)
            holds = compare(data.numbers(self.variable), self.constant)
        else:
            stamp, unit = stamp_of(self.variable, self.constant)
            holds = compare(stamps(data, self.variable, unit), stamp)
        return Truth.known_at(known, holds)

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A variable equal to one of several constants."""

    variable: str
    constants: tuple[Constant, ...]

    def truth(self, data: Dataset) -> Truth:
        known = data.filled(self.variable)
        if not known.any():
            return Truth(known, known.copy())
        kind = constant_kind(data, self.variable)
        if kind == "dates":
            equal = (CompareConstant(self.variable, "==", constant) for constant in self.constants)
            return reduce(operator.or_, (each.truth(data) for each in equal))
        require = _require_text if kind == "text" else _require_number
        for constant in self.constants:
            require(self.variable, constant)
        if kind == "text":
            wanted = frozenset(self.constants)
            return Truth.known_at(known, data.matching(self.variable, lambda value: value in wanted))
        return Truth.known_at(known, np.isin(data.numbers(self.variable), self.constants))

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class CompareVariables:
    """Two variables of one kind compared."""

    left: str
    symbol: str
    right: str

    def truth(self, data: Dataset) -> Truth:
        known = data.filled(self.left) & data.filled(self.right)
        if not known.any():
            return Truth(known, known.copy())
        kind = constant_kind(data, self.left)
        other = constant_kind(data, self.right)
        if kind != other:
            raise NotComparable(
                f"{self.left} is {_TYPES[kind]}, {self.right} is {_TYPES[other]}",
                "compare variables of the same type",
            )
        if kind == "text":
            _require_order(self.left, self.symbol)
            equal = _equal_text(data, self.left, self.right)
            return Truth.known_at(known, equal if self.symbol == "==" else ~equal)
        values: Callable[[str], NDArray[Any]] = (
            data.numbers if kind == "numbers" else lambda name: stamps(data, name, "us")
        )
        return Truth.known_at(known, _COMPARE[self.symbol](values(self.left), values(self.right)))

    def variables(self) -> Iterator[str]:
        yield self.left
        yield self.right


def compared_texts(condition: Condition) -> Iterator[tuple[str, str]]:
    """Variables with the texts that they are compared with by ``==``, ``!=`` or ``in``."""
    match condition:
        case Joined(parts=parts):
            for part in parts:
                yield from compared_texts(part)
        case Not(part=part):
            yield from compared_texts(part)
        case CompareConstant(variable=variable, symbol="==" | "!=", constant=str() as text):
            yield variable, text
        case IsOneOf(variable=variable, constants=constants):
            yield from ((variable, each) for each in constants if isinstance(each, str))


def constant_kind(data: Dataset, variable: str) -> ConstantKind:
    if data.is_character(variable):
        return "text"
    return "dates" if columns.is_date(data[variable]) else "numbers"


def _written(constant: Constant) -> str:
    """A constant as the user would write it."""
    if isinstance(constant, str):
        return f"'{one_line(constant, 40)}'"
    return str(int(constant)) if constant.is_integer() else repr(constant)


def _require_text(variable: str, constant: Constant) -> None:
    if not isinstance(constant, str):
        raise NotComparable(
            f"{variable} is character, but is compared with the number {_written(constant)}",
            f"enclose the value in quotes: '{_written(constant)}'",
        )


def _require_order(variable: str, symbol: str) -> None:
    if symbol not in ("==", "!="):
        raise NotComparable(
            f"{variable} is character and cannot be compared with {symbol}",
            "list the values: in ('A', 'B'); or compare a numeric or date variable",
        )


def _require_number(variable: str, constant: Constant) -> None:
    if isinstance(constant, str):
        raise NotComparable(
            f"{variable} is numeric, but is compared with the text {_written(constant)}",
            "write the number without quotes",
        )


def stamp_of(variable: str, constant: Constant) -> tuple[np.datetime64, str]:
    """A date or datetime constant, and the precision to compare at: a date compares with whole days."""
    if isinstance(constant, str) and _ISO.match(constant):
        try:
            if "T" in constant:
                return np.datetime64(datetime.fromisoformat(constant), "us"), "us"
            return np.datetime64(date.fromisoformat(constant), "D"), "D"
        except ValueError:
            pass  # a month 13 or a day 31 too many
    raise NotComparable(
        f"{variable} is a date, but is compared with {_written(constant)}",
        "write a complete ISO 8601 date or datetime in quotes: '2020-01-31'",
    )


def stamps(data: Dataset, variable: str, unit: str) -> NDArray[np.datetime64]:
    return data[variable].to_numpy(dtype="datetime64[us]").astype(f"datetime64[{unit}]")


def _equal_text(data: Dataset, left: str, right: str) -> Mask:
    """Records whose two texts are equal, found by the distinct values."""
    one, other = data.distinct(left), data.distinct(right)
    position = other.positions_in(one)
    same: Mask = one.codes == other.spread(np.where(position < 0, -2, position), missing=-2)
    return same
