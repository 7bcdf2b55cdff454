"""Texts that a condition compares a variable with and that no record has: perhaps they are misspelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ..study.dataset import Dataset
from ..wording import nearest
from .grammar import Expression, compile_expression

_COMPARED = 2_000
"""Distinct values that a text is compared with to find the nearest."""
_SHORTEST = 2
"""Characters of texts that are judged: Y and N are not misspelt."""
_IDENTIFIERS = frozenset({"USUBJID", "SUBJID"})


class AbsentText(NamedTuple):
    """A text that a condition compares a variable with, and that no record has.

    Attributes
    ----------
    variable : str
    text : str
    nearest : str
        The value most like it; empty if none is like it.
    """

    variable: str
    text: str
    nearest: str

    def __str__(self) -> str:
        near = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"no record has {self.variable} == {self.text!r}{near}"


def absent_texts(
    expression: Expression,
    data: Dataset,
    variables: Collection[str] | None = None,
    declared: Iterable[str] = (),
) -> Iterator[AbsentText]:
    """Texts of a condition that no record has.

    Parameters
    ----------
    expression : Expression
    data : Dataset
        Has its variables.
    variables : collection of str, optional
        Those that are judged; by default all.
    declared : iterable of str
        Texts that records may have yet, which are not absent.
    """
    present = frozenset(declared)
    for variable, text in expression.texts:
        judged = (variables is None or variable in variables) and len(text) >= _SHORTEST
        if not judged or text in present or not _may_have(data, variable):
            continue
        values = data.distinct(variable)
        if all(str(each).rstrip(" ") != text for each in values):
            yield AbsentText(variable, text, _nearest(variable, text, values))


def _may_have(data: Dataset, variable: str) -> bool:
    return variable in data and (data.is_character(variable) or not data.filled(variable).any())


def _nearest(variable: str, text: str, values: Iterable[object]) -> str:
    known = [str(each) for each in values]
    if variable in _IDENTIFIERS or len(known) > _COMPARED:
        return ""
    return next(iter(nearest(text, known, 1)), "")


def correction(condition: str, data: Dataset) -> str:
    """Advice for a condition that no record meets: to correct it, with the texts that no record has."""
    found = [str(each) for each in absent_texts(compile_expression(condition), data)]
    return f"correct it: {'; '.join(found)}" if found else "correct it"
