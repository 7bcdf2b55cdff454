"""Arithmetic over the variables of a dataset: parsed, never evaluated.

The grammar is small::

    WEIGHT / (HEIGHT / 100) ** 2
    round(CA + 0.02 * (40 - ALB), 2)
    max(SYSBP - DIABP, 0)

Numbers and variables, joined by ``+ - * / **`` and parentheses; ``abs``, ``ceil``, ``exp``, ``floor``,
``log`` (natural), ``log10``, ``max``, ``min``, ``round``, ``sqrt``; ``study_day(DTHDT, TRTSDT)``: the day
of a date, 1 on the second date and -1 on the day before it. Nothing else is understood.

A missing operand makes the result missing. What is not defined (division by zero, the logarithm of zero, a
root of a negative number, a result beyond the largest double) is missing too, and can be counted. A date or
datetime is its day, so that two dates can be subtracted. ``round`` rounds half away from zero, as SAS does.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import ConfigurationError
from ..study.columns import Mask, Numbers, WrongType, is_date
from ..study.dataset import Dataset
from ..wording import counted, did_you_mean, one_line
from .syntax import NotParsed, piece_of, syntax_tree

_DEEPEST = 200
"""Levels of the tree: each term of a sum is one."""
_GRAMMAR = "write arithmetic such as: WEIGHT / (HEIGHT / 100) ** 2, with + - * / ** and parentheses"
_MOST_DECIMALS = 15
_WHOLE_FROM = 2.0**52
"""From here on every double is a whole number."""

Operation = Callable[..., Numbers]
Operands = Mapping[str, Numbers]


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    """A power, missing where an operand is: numpy has 1 for ``nan ** 0``."""
    return np.where(np.isnan(base) | np.isnan(exponent), np.nan, np.power(base, exponent))


def rounded(numbers: Numbers, decimals: int = 0) -> Numbers:
    """Numbers with so many decimals, half of the last one away from zero.

    What is half in decimals counts as half though its double is a little less: 2.675 becomes 2.68.
    """
    factor = 10.0 ** abs(decimals)
    size = np.abs(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = size * factor if decimals >= 0 else size / factor
        inexact = np.minimum(scaled * 4 * np.finfo(np.float64).eps, 0.1)
        whole = np.floor(scaled + inexact + 0.5)
        back = whole / factor if decimals >= 0 else whole * factor
    return np.where(scaled < _WHOLE_FROM, np.copysign(back, numbers), numbers)


def rounded_to(decimals: int | None, numbers: Numbers) -> Numbers:
    """The same, unless decimals are declared."""
    return numbers if decimals is None else rounded(numbers, decimals)


def _study_day(date: Numbers, first: Numbers) -> Numbers:
    """The day of a date: there is no day 0."""
    apart = date - first
    return np.where(apart >= 0, apart + 1, apart)


_OPERATORS: Mapping[type[ast.operator], Operation] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: _power,
}
_OF_ONE: Mapping[str, Operation] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "exp": np.exp,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "sqrt": np.sqrt,
}
_OF_SEVERAL: Mapping[str, Operation] = {"max": np.maximum, "min": np.minimum}
_OF_TWO: Mapping[str, Operation] = {"study_day": _study_day}
_NUMBERS = {"two or more values": _OF_SEVERAL, "two values": _OF_TWO}
_FUNCTIONS = (*_OF_ONE, *_OF_SEVERAL, *_OF_TWO, "round")


@dataclass(frozen=True, slots=True)
class _Number:
    value: float

    def of(self, _operands: Operands) -> Numbers:
        return np.float64(self.value)  # type: ignore[return-value]  # a number broadcasts

    def variables(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True, slots=True)
class _Operand:
    variable: str

    def of(self, operands: Operands) -> Numbers:
        return operands[self.variable]

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class _Calculated:
    """An operation of some terms. What is not defined is missing at once: 1 / (1 / 0) is not 0."""

    operation: Operation
    terms: tuple[_Term, ...]

    def of(self, operands: Operands) -> Numbers:
        found = self.operation(*(each.of(operands) for each in self.terms))
        return np.where(np.isfinite(found), found, np.nan)

    def variables(self) -> Iterator[str]:
        for each in self.terms:
            yield from each.variables()


_Term = _Number | _Operand | _Calculated


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Arithmetic that was understood.

    Attributes
    ----------
    text : str
        As it was written.
    variables : tuple of str
        Names that occur, each once, in order.
    """

    text: str
    variables: tuple[str, ...]
    _term: _Term

    def values(self, data: Dataset) -> Numbers:
        """The result for every record, shape (n_records,); NaN where missing or not defined.

        Raises
        ------
        ConfigurationError
            When a variable is not in the dataset, or is character.
        """
        operands = {name: self._operand(name, data) for name in self.variables}
        with np.errstate(all="ignore"):
            found = self._term.of(operands)
        return np.broadcast_to(found, len(data)) + 0.0  # SAS has no -0

    def undefined(self, data: Dataset) -> Mask:
        """Records of which no operand is missing, but the result is not defined."""
        known = np.isnan(self.values(data))
        for name in self.variables:
            known &= ~np.isnan(self._operand(name, data))
        return known

    def _operand(self, name: str, data: Dataset) -> Numbers:
        place = f"{data.name}: {one_line(self.text)}"
        if name not in data:
            advice = did_you_mean(name, (each.name for each in data.variables))
            raise ConfigurationError(f"{name} in the expression is not present in {data.name}", place, advice)
        try:
            return data.days(name) if is_date(data[name]) else data.numbers(name)
        except WrongType:
            advice = "use numeric variables"
            raise ConfigurationError(f"{name} of {data.name} is not a number", place, advice) from None


def compile_arithmetic(text: str, place: str = "") -> Arithmetic:
    """Understand an expression.

    Parameters
    ----------
    text : str
        See the grammar at the top of this module.
    place : str
        Where it is written, for errors: "[measurement.BMI] expression".

    Returns
    -------
    Arithmetic

    Raises
    ------
    ConfigurationError
        When the text is too long, nested too deeply, or holds anything outside the grammar.
    """
    try:
        term = _Reader(text).term(syntax_tree(text), 0)
    except NotParsed as wrong:
        where = f"{place}: {one_line(text)}" if place else one_line(text)
        reason, *advice = wrong.args
        raise ConfigurationError(f"the expression {reason}", where, *(advice or [_GRAMMAR])) from None
    return Arithmetic(text, tuple(dict.fromkeys(term.variables())), term)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Python's syntax tree into terms: what is not listed here is refused."""

    text: str

    def term(self, node: ast.expr, depth: int) -> _Term:
        if depth > _DEEPEST:
            raise NotParsed(f"is nested deeper than {_DEEPEST} levels")
        match node:
            case ast.Name(id=variable):
                return _Operand(variable)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return _Number(self._finite(number))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _Calculated(np.negative, (self.term(operand, depth + 1),))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.term(operand, depth + 1)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                terms = self.term(left, depth + 1), self.term(right, depth + 1)
                return _Calculated(_OPERATORS[type(op)], terms)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]):
                return self._function(function.lower(), arguments, depth + 1)
        raise self._foreign(node)

    def _function(self, name: str, arguments: list[ast.expr], depth: int) -> _Term:
        if name not in _FUNCTIONS:
            raise NotParsed(f"has an unknown function {name}", did_you_mean(name, _FUNCTIONS))
        if name == "round" and len(arguments) == 2:
            decimals = self._decimals(arguments.pop())
            return _Calculated(lambda each: rounded(each, decimals), (self.term(arguments[0], depth),))
        terms = tuple(self.term(each, depth) for each in arguments)
        if name in _OF_SEVERAL and len(terms) > 1:
            found = terms[0]
            for each in terms[1:]:
                found = _Calculated(_OF_SEVERAL[name], (found, each))
            return found
        if name in _OF_TWO and len(terms) == 2:
            return _Calculated(_OF_TWO[name], terms)
        if len(terms) != 1 or name not in {*_OF_ONE, "round"}:
            number = next((words for words, known in _NUMBERS.items() if name in known), "one value")
            raise NotParsed(f"has {name} with {counted(len(terms), 'value')}", f"{name} takes {number}")
        return _Calculated(rounded if name == "round" else _OF_ONE[name], terms)

    def _decimals(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                decimals = number
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
                decimals = -number
            case _:
                raise NotParsed("has decimals that are not a whole number", "write round(X, 2)")
        if abs(decimals) > _MOST_DECIMALS:
            raise NotParsed(f"rounds to more than {_MOST_DECIMALS} decimals")
        return decimals

    def _finite(self, number: float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise NotParsed("contains a number that is out of range")
        return value

    def _foreign(self, node: ast.expr) -> NotParsed:
        piece = one_line(piece_of(self.text, node), 40)
        match node:
            case ast.BinOp(op=ast.BitXor()):
                return NotParsed("contains ^", "write ** for a power")
            case ast.Tuple():
                return NotParsed("contains a comma", "write decimals with a point, and values in max(X, Y)")
            case ast.Compare() | ast.BoolOp():
                return NotParsed(f"contains a condition: {piece}", "write conditions in where")
            case ast.Constant(value=str()):
                return NotParsed(f"contains text: {piece}", "write names without quotes")
        return NotParsed(f"contains unsupported syntax: {piece}")
