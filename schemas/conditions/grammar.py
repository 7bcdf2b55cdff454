"""Conditions over the variables of a dataset, for ``where`` and ``require``: parsed, never evaluated.

The grammar is small::

    PARAMCD == 'PD' and AVALC in ('Y', 'N') and not missing(ADT)
    18 <= AGE < 65 or AGEGR1 == '>=65'
    ADT <= '2020-01-31'
    ASTDT <= AENDT
    contains(AEDECOD, 'DERMATITIS')

A comparison (``== != < <= > >= in``, ``not in``) is between a variable and constants, or between two
variables of one kind; ``and``, ``or``, ``not`` and parentheses join them; ``missing(X)`` asks whether a
value is missing; ``contains(X, 'TEXT')`` whether a text has another in it, in the same case (as INDEX of
SAS). A name that is not a plain word is written between backquotes: ```IT.AESER` == 'Yes'``. Nothing else
is understood: no arithmetic, no other functions, no attributes.

The logic has three values. A comparison with a missing value is neither true nor false but unknown,
and so is ``not`` of it; ``unknown and false`` is false, ``unknown or true`` is true. ``where`` selects
only what is true, ``require`` faults only what is false. Trailing blanks mean nothing, as in SAS.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import ConfigurationError
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.truth import Truth
from ..wording import did_you_mean, one_line
from .syntax import DEEPEST, LONGEST, STRING_OR_BRACKET, NotParsed, piece_of, syntax_tree
from .three_valued import (
    MIRRORED,
    CompareConstant,
    CompareVariables,
    Condition,
    Constant,
    Contains,
    IsOneOf,
    Joined,
    Missing,
    Not,
    NotComparable,
    compared_texts,
)

_GRAMMAR = "write conditions such as: AVALC in ('Y', 'N') and AGE >= 18 and not missing(ADT)"

_HABITS = (
    (re.compile(r"\b(AND|OR|NOT|IN)\b"), "write and, or, not, in in lower case"),
    (re.compile(r"<>|\^=|~=|¬=|\b(ne|NE)\b"), "use != for not equal"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "use == for equal"),
    (re.compile(r"\b(eq|EQ|lt|LT|le|LE|gt|GT|ge|GE)\b"), "compare with == != < <= > >="),
    (re.compile(r"&&|\|\|"), "write and, or"),
)
"""Ways of other languages, and what is written here instead; asked of a text without its strings."""

_SYMBOL: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that was understood.

    Attributes
    ----------
    text : str
        As it was written.
    variables : tuple of str
        Names that occur, each once, in order.
    """

    text: str
    variables: tuple[str, ...]
    _condition: Condition

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """Variables with the texts that they are equal to, or not equal to; each pair once, in order."""
        return tuple(dict.fromkeys(compared_texts(self._condition)))

    def truth(self, data: Dataset) -> Truth:
        """True, false or unknown for every record.

        Raises
        ------
        ConfigurationError
            When a variable is not in the dataset, or holds another kind of value than it is
            compared with.
        """
        for name in self.variables:
            if name not in data:
                raise ConfigurationError(
                    f"{name} in the condition is not present in {data.name}",
                    f"{data.name}: {one_line(self.text)}",
                    did_you_mean(name, (each.name for each in data.variables)),
                )
        try:
            return self._condition.truth(data)
        except NotComparable as error:
            place = f"{data.name}: {one_line(self.text)}"
            raise ConfigurationError(error.reason, place, error.advice) from None

    def where(self, data: Dataset) -> Mask:
        """Records to select: those for which the condition is true."""
        return self.truth(data).true

    def require(self, data: Dataset) -> Mask:
        """Records at fault: those for which the condition is false."""
        return self.truth(data).false


def compile_expression(text: str, place: str = "") -> Expression:
    """Understand a condition.

    Parameters
    ----------
    text : str
        See the grammar at the top of this module.
    place : str
        Where it is written, for errors: "adamgate.toml, [source.DEATH] where".

    Returns
    -------
    Expression

    Raises
    ------
    ConfigurationError
        When the text is too long, nested too deeply, or holds anything outside the grammar.
    """
    try:
        return _compiled(text)
    except ConfigurationError as wrong:
        where = f"{place}: {wrong.where}" if place else wrong.where
        raise ConfigurationError(wrong.what, where, wrong.advice) from None


def _compiled(text: str) -> Expression:
    try:
        tree = syntax_tree(text)
    except NotParsed as wrong:
        raise _refusal(text, str(wrong), _advice(text)) from None
    condition = _Reader(text).condition(tree, 0)
    return Expression(text, tuple(dict.fromkeys(condition.variables())), condition)


def _advice(text: str) -> str:
    """What a text that is no condition may have been meant to be."""
    bare = STRING_OR_BRACKET.sub(" ", text[:LONGEST])
    for habit, advice in _HABITS:
        if habit.search(bare):
            return advice
    return _GRAMMAR


def _refusal(text: str, reason: str, advice: str = _GRAMMAR) -> ConfigurationError:
    return ConfigurationError(f"the condition {reason}", one_line(text), advice)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Python's syntax tree into conditions: what is not listed here is refused."""

    text: str

    def condition(self, node: ast.expr, depth: int) -> Condition:
        if depth > DEEPEST:
            raise _refusal(self.text, f"is nested deeper than {DEEPEST} levels")
        match node:
            case ast.BoolOp(op=joint, values=values):
                parts = tuple(self.condition(value, depth + 1) for value in values)
                return Joined(parts, all_of=isinstance(joint, ast.And))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand, depth + 1))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                links = [
                    self._comparison(sides[at], _SYMBOL.get(type(op)), sides[at + 1], node)
                    for at, op in enumerate(ops)
                ]
                return links[0] if len(links) == 1 else Joined(tuple(links), all_of=True)
            case ast.Call(func=ast.Name(id="missing"), args=[ast.Name(id=variable)], keywords=[]):
                return Missing(variable)
            case ast.Call(func=ast.Name(id="contains"), args=[ast.Name(id=variable), part], keywords=[]):
                return Contains(variable, self._text(part))
            case ast.Name(id=variable):
                reason = f"does not compare {variable} with anything"
                raise _refusal(self.text, reason, f"for example, write {variable} == 'Y'")
        raise self._foreign(node)

    def _comparison(self, left: ast.expr, symbol: str | None, right: ast.expr, whole: ast.expr) -> Condition:
        if symbol is None:
            raise _refusal(self.text, "uses 'is'", "compare with ==, or use missing(X)")
        if symbol in ("in", "not in"):
            if not isinstance(left, ast.Name):
                raise _refusal(self.text, f"has no variable before '{symbol}'")
            listed = IsOneOf(left.id, self._constants(right))
            return listed if symbol == "in" else Not(listed)
        match left, right:
            case ast.Name(id=one), ast.Name(id=other):
                return CompareVariables(one, symbol, other)
            case ast.Name(id=variable), _:
                return CompareConstant(variable, symbol, self._constant(right))
            case _, ast.Name(id=variable):
                return CompareConstant(variable, MIRRORED[symbol], self._constant(left))
        for side in (left, right):
            self._constant(side)  # say what is foreign, if something is
        raise _refusal(self.text, f"compares without a variable: {self._piece(whole)}")

    def _constants(self, node: ast.expr) -> tuple[Constant, ...]:
        """The values of a list; one value in parentheses, which Python takes for the value, is a list too."""
        values = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
        if not values:
            raise _refusal(self.text, "has an empty list")
        return tuple(self._constant(value) for value in values)

    def _constant(self, node: ast.expr) -> Constant:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -self._number(number)
            case ast.Constant(value=bool() | None as value):
                raise _refusal(
                    self.text,
                    f"compares with {value}",
                    "flags have the value 'Y'; for missing values use missing(X)",
                )
            case ast.Constant(value=int() | float() as number):
                return self._number(number)
            case ast.Constant(value=str() as value):
                if not value.strip(" "):
                    raise _refusal(
                        self.text,
                        "compares with a blank, which never equals a value",
                        "use missing(X) or not missing(X)",
                    )
                return value.rstrip(" ")
        raise self._foreign(node)

    def _text(self, node: ast.expr) -> str:
        constant = self._constant(node)
        if not isinstance(constant, str):
            raise _refusal(self.text, "looks for a number in a text", "enclose the text in quotes")
        return constant

    def _number(self, number: float) -> float:
        try:
            value = float(number)
        except OverflowError:
            value = math.inf
        if isinstance(number, bool) or not math.isfinite(value):
            raise _refusal(self.text, "contains a number that is out of range")
        return value

    def _foreign(self, node: ast.AST) -> ConfigurationError:
        name = _FOREIGN.get(type(node), type(node).__name__.lower())
        return _refusal(self.text, f"contains unsupported syntax: {name}, {self._piece(node)}")

    def _piece(self, node: ast.AST) -> str:
        return one_line(piece_of(self.text, node), 40)


_FOREIGN: Mapping[type[ast.AST], str] = {
    ast.Attribute: "an attribute",
    ast.BinOp: "arithmetic or a single & or |",
    ast.Call: "a function",
    ast.Constant: "a constant without a comparison",
    ast.Dict: "a dictionary",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.IfExp: "if and else",
    ast.JoinedStr: "an f-string",
    ast.Lambda: "a lambda",
    ast.List: "a list",
    ast.ListComp: "a comprehension",
    ast.Name: "a variable in place of a constant",
    ast.NamedExpr: "an assignment (use == for equal)",
    ast.Set: "a set",
    ast.SetComp: "a comprehension",
    ast.Starred: "an asterisk",
    ast.Subscript: "a subscript",
    ast.Tuple: "a list",
    ast.UnaryOp: "arithmetic",
}
