"""The day on which something ends, from dates of a dataset: parsed, never evaluated.

The grammar is smaller than that of conditions::

    TRTEDT
    TRTEDT + 30
    min(TRTEDT + 30, LSTALVDT, DCUTDT)

A date variable, days added to it or taken from it, and the earliest of several. A date that is missing is
ignored by ``min``; the result is missing where all of them are. Nothing else is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import ConfigurationError
from ..study import columns
from ..study.columns import Numbers
from ..study.dataset import Dataset
from ..wording import did_you_mean, one_line

LONGEST = 500
"""Characters that such an expression may have."""
DEEPEST = 10
"""Levels of nesting that it may have."""
_MOST_DAYS = 100_000

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<number>\d+)|(?P<sign>[(),+-]))", re.ASCII)
_GRAMMAR = "write a date such as TRTEDT, TRTEDT + 30 or min(TRTEDT + 30, LSTALVDT)"


@dataclass(frozen=True, slots=True)
class _Shifted:
    """A date variable and the days added to it."""

    variable: str
    days: int

    def of(self, data: Dataset) -> Numbers:
        return days_of(data, self.variable) + self.days

    def variables(self) -> Iterator[str]:
        yield self.variable


@dataclass(frozen=True, slots=True)
class _Earliest:
    """The earliest of some dates, missing ones ignored."""

    parts: tuple[_Shifted | _Earliest, ...]

    def of(self, data: Dataset) -> Numbers:
        found: Numbers = np.fmin.reduce([each.of(data) for each in self.parts])
        return found

    def variables(self) -> Iterator[str]:
        for each in self.parts:
            yield from each.variables()


@dataclass(frozen=True, slots=True)
class DateExpression:
    """An expression that was understood.

    Attributes
    ----------
    text : str
        As it was written.
    variables : tuple of str
        Names that occur, each once, in order.
    """

    text: str
    variables: tuple[str, ...]
    _parsed: _Shifted | _Earliest

    def days(self, data: Dataset) -> Numbers:
        """The day of each record, shape (n_records,), in days since 1970-01-01; NaN where missing.

        Raises
        ------
        ConfigurationError
            When a variable is not in the dataset, or not a date.
        """
        return self._parsed.of(data)


def days_of(data: Dataset, variable: str) -> Numbers:
    """A date variable as days since 1970-01-01; of a datetime its date.

    Raises
    ------
    ConfigurationError
        When it is not in the dataset, or not a date.
    """
    if variable not in data:
        known = [name for name in data.names if columns.is_date(data[name])]
        raise ConfigurationError(
            f"{variable} is not present in {data.name}", data.name, did_you_mean(variable, known)
        )
    if not columns.is_date(data[variable]) and data.filled(variable).any():
        raise ConfigurationError(
            f"{variable} is not a date", f"{data.name}.{variable}", "give a date variable, such as TRTSDT"
        )
    return data.days(variable)


def compile_date(text: str) -> DateExpression:
    """Understand such an expression.

    Parameters
    ----------
    text : str
        See the grammar at the top of this module.

    Raises
    ------
    ConfigurationError
        When the text is too long, nested too deeply, or holds anything outside the grammar.
    """
    if len(text) > LONGEST:
        raise _refusal(text, f"has {len(text):,} characters; the limit is {LONGEST}")
    parsed = _Parser(text).parse()
    return DateExpression(text, tuple(dict.fromkeys(parsed.variables())), parsed)


def _refusal(text: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"the date expression {reason}", one_line(text), _GRAMMAR)


class _Parser:
    """Tokens from left to right; what does not fit is refused."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_tokens(text), ("end", "")]
        self._at = 0

    def parse(self) -> _Shifted | _Earliest:
        found = self._date(0)
        self._take("end")
        return found

    def _date(self, depth: int) -> _Shifted | _Earliest:
        if depth > DEEPEST:
            raise _refusal(self._text, f"is nested deeper than {DEEPEST} levels")
        word = self._take("word")
        if self._next != "(":
            return _Shifted(word.upper(), self._shift())
        if word.lower() != "min":
            raise _refusal(self._text, f"uses {one_line(word, 40)}(); only min() is supported")
        self._take("(")
        parts = [self._date(depth + 1)]
        while self._next == ",":
            self._take(",")
            parts.append(self._date(depth + 1))
        self._take(")")
        return _Earliest(tuple(parts))

    def _shift(self) -> int:
        """ "+ 30" as 30; nothing as 0."""
        if self._next not in ("+", "-"):
            return 0
        sign = -1 if self._take(self._next) == "-" else 1
        days = self._take("number")
        if len(days) > len(str(_MOST_DAYS)) or int(days) > _MOST_DAYS:
            raise _refusal(self._text, f"has more than {_MOST_DAYS:,} days")
        return sign * int(days)

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0]

    def _take(self, kind: str) -> str:
        found, text = self._tokens[self._at]
        if found != kind:
            place = f"at {one_line(text, 40)}" if text else "at its end"
            raise _refusal(self._text, f"cannot be parsed {place}")
        self._at += 1
        return text


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token; a sign is its own kind."""
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _refusal(text, f"cannot be parsed at {one_line(text[at:], 40)}")
        token = match.group(match.lastgroup or 0)
        yield (token if match.lastgroup == "sign" else str(match.lastgroup)), token
        at = match.end()
