"""Values by condition: the first case whose condition is true gives the value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...schemas.conditions.grammar import Expression, compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.kinds import TEXT, ListOf, WrongPart, one_kind, text
from ...schemas.study.columns import Codes, Mask, Numbers
from ...schemas.study.dataset import Dataset
from .assignments import Assignment, FromVariable, assignment


@dataclass(frozen=True, slots=True)
class Case:
    """A value, and the condition under which it is given: ``{ where = "AGE < 65", value = "<65" }``.

    Attributes
    ----------
    where : str
        Condition; see `compile_expression`.
    value : text, number or FromVariable

    Examples
    --------
    >>> ag.Case("AGE < 65", "<65").value
    '<65'
    """

    where: str
    value: Assignment


@one_kind(
    "{ where = CONDITION, value = VALUE }",
    {
        "type": "object",
        "properties": {"where": dict(TEXT), "value": dict(assignment.schema)},
        "required": ["where", "value"],
        "additionalProperties": False,
    },
)
def case(value: Any) -> Case:
    """A condition with its value."""
    if isinstance(value, Case):
        value = {"where": value.where, "value": value.value}
    if not isinstance(value, Mapping) or set(value) != {"where", "value"}:
        raise ValueError('{ where = "CONDITION", value = VALUE }')
    return Case(_part(text, value, "where"), _part(assignment, value, "value"))


def _part(kind: Any, given: Mapping[str, Any], key: str) -> Any:
    try:
        return kind(given[key])
    except ValueError as expected:
        raise WrongPart(given[key], key, str(expected)) from None


CASES = ListOf(case, of="cases")


@dataclass(frozen=True, eq=False)
class Decided:
    """Which case each record is.

    Attributes
    ----------
    case : ndarray of int, shape (n_records,)
        Position of the first case whose condition is true; -1 where none is.
    unknown : ndarray of bool, shape (n_records,)
        No condition is true, and one of them is unknown, since a value is missing.
    """

    case: Codes
    unknown: Mask


def decided(cases: Sequence[Case], data: Dataset, place: str) -> Decided:
    """The case of each record.

    Parameters
    ----------
    cases : sequence of Case
    data : Dataset
        Has the variables of the conditions.
    place : str
        Of the cases, for faults: "[subject.AGEGR1] cases".

    Raises
    ------
    ConfigurationError
        For a condition that does not fit the dataset.
    """
    found = np.full(len(data), -1, dtype=np.intp)
    unknown = np.zeros(len(data), dtype=np.bool_)
    for at, condition in enumerate(conditions(cases, place)):
        truth = _truth(condition, data, _entry(place, at))
        found[(found < 0) & truth.true] = at
        unknown |= ~(truth.true | truth.false)
    return Decided(found, unknown & (found < 0))


def _truth(condition: Expression, data: Dataset, place: str) -> Any:
    try:
        return condition.truth(data)
    except ConfigurationError as wrong:
        raise ConfigurationError(wrong.what, f"{place}: {wrong.where}", wrong.advice) from None


def conditions(cases: Sequence[Case], place: str) -> Iterator[Expression]:
    """The conditions of cases.

    Raises
    ------
    ConfigurationError
        For one that cannot be parsed.
    """
    return (compile_expression(each.where, _entry(place, at)) for at, each in enumerate(cases))


def variables_of(cases: Sequence[Case], place: str) -> tuple[str, ...]:
    """Variables that the conditions and values name, each once."""
    of_values = (each.value.variable for each in cases if isinstance(each.value, FromVariable))
    of_conditions = (name for each in conditions(cases, place) for name in each.variables)
    return tuple(dict.fromkeys([*of_conditions, *of_values]))


def numbers_of(case: Codes, values: Sequence[Assignment]) -> Numbers:
    """The number of each value, from 1 in the order of the cases; a value that is repeated has one."""
    order = list(dict.fromkeys(values))
    number: Numbers = np.array([*(order.index(each) + 1 for each in values), np.nan])
    found: Numbers = number[case]
    return found


def _entry(place: str, at: int) -> str:
    return f"{place}, entry {at + 1}"
