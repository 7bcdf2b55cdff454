"""Criteria of toxicity grades in a dataset, such as a CSV file: a row for each limit."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from ....schemas.conditions.arithmetic import Arithmetic, compile_arithmetic
from ....schemas.conditions.grammar import Expression, compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.study.truth import Truth
from ....schemas.wording import did_you_mean
from ..sources import dataset_called
from ..task import DerivationTask

Direction = Literal["low", "high"]

NEEDED = ("TERM", "DIRECTION", "PARAMCD", "GRADE", "COMPARISON", "LIMIT")
"""Columns of criteria; WHERE, VALUE and UNIT may be there, too."""
_MAY_BE_MISSING = ("WHERE", "VALUE", "UNIT")
_DIRECTIONS: tuple[Direction, ...] = ("low", "high")
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_DIRECTION: Mapping[Direction, str] = {"low": "<", "high": ">"}
_GRADES = ("1", "2", "3", "4", "5")
_ALIKE = 1e-14
"""Relative difference of a value and a limit that calculation leaves: 6.9 / 2.3 is 3."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A row of criteria.

    Attributes
    ----------
    place : str
        For problems: "[grade.CTCAE] criteria, row 3 of CTCAE".
    term : str
    direction : "low" or "high"
    paramcd : str
    grade : str
    comparison : str
        What the value is to the limit: "<", "<=", ">" or ">=".
    limit : float
    value : Arithmetic
        Of the record, such as AVAL / ANRHI.
    where : Expression or None
        Records that the row is of; None for all of the parameter.
    unit : str
        Of AVAL; empty for any.
    """

    place: str
    term: str
    direction: Direction
    paramcd: str
    grade: str
    comparison: str
    limit: float
    value: Arithmetic
    where: Expression | None
    unit: str

    @property
    def variables(self) -> tuple[str, ...]:
        """Those that the row asks for, in capitals."""
        of_where = () if self.where is None else self.where.variables
        return tuple(each.upper() for each in (*self.value.variables, *of_where))

    def truth(self, data: Dataset) -> Truth:
        """Whether records have the grade by this row, or a worse one.

        Raises
        ------
        ConfigurationError
            With the row, if a variable is of another type.
        """
        try:
            values = self.value.values(data)
            found = Truth.known_at(~np.isnan(values), _compared(values, self.comparison, self.limit))
            return found if self.where is None else self.where.truth(data) & found
        except ConfigurationError as wrong:
            raise ConfigurationError(wrong.what, self.place, wrong.advice) from None

    def covers(self, data: Dataset) -> Mask:
        """Records that the row is of."""
        return np.ones(len(data), dtype=np.bool_) if self.where is None else self.where.where(data)


def _compared(values: Numbers, comparison: str, limit: float) -> Mask:
    """What was calculated and differs in the last digit only is equal."""
    with np.errstate(invalid="ignore"):
        alike = np.isclose(values, limit, rtol=_ALIKE, atol=0.0)
        found: Mask = np.where(alike, "=" in comparison, _COMPARE[comparison](values, limit))
    return found


def levels(rows: list[Criterion], data: Dataset) -> Iterator[tuple[str, Truth]]:
    """Each grade, the worst first, and which records have it or a worse one."""
    for grade in sorted({each.grade for each in rows}, reverse=True):
        yield grade, reduce(operator.or_, (each.truth(data) for each in rows if each.grade == grade))


def criteria_of(task: DerivationTask, name: str, dataset: str) -> tuple[Criterion, ...]:
    """The rows of a dataset of criteria, whatever their order; what does not fit is a problem noted."""
    place, account = f"[grade.{name}] criteria", task.account
    data = dataset_called(dataset, task.study)
    if data is None:
        advice = did_you_mean(dataset, task.study.datasets)
        account.problem(f"dataset {dataset} is not present", place, advice)
        return ()
    absent = [each for each in NEEDED if each not in data]
    for each in absent:
        account.problem(f"{each} is not present in {data.name}", place, did_you_mean(each, data.names))
    if absent:
        return ()
    if not len(data):
        account.problem(f"{data.name} has no row", place, "correct it")
    cells = {each: _cells(data, each) for each in (*NEEDED, *_MAY_BE_MISSING) if each in data}
    found = []
    for at in range(len(data)):  # rows of criteria, not records
        row = {key: values[at] for key, values in cells.items()}
        try:
            found.append(_criterion(row, f"{place}, row {at + 1} of {data.name}"))
        except ConfigurationError as wrong:
            account.problem(wrong.what, wrong.where, wrong.advice)
    _judge_limits(task, place, found)
    return tuple(found)


def _cells(data: Dataset, name: str) -> list[str]:
    """The cells of a column as texts: "3" for 3.0, and "" for a missing one."""
    distinct = data.distinct(name)
    written = [*(_written(each) for each in distinct), ""]
    return [written[code] for code in distinct.codes]


def _written(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value).strip()


def _criterion(row: Mapping[str, str], place: str) -> Criterion:
    for key in NEEDED:
        if not row[key]:
            raise ConfigurationError(f"{key} is missing", place, "correct the criteria")
    direction = _direction(row["DIRECTION"], place)
    comparison, value = row["COMPARISON"], row.get("VALUE") or "AVAL"
    grade = row["GRADE"].upper().removeprefix("GRADE").strip()
    if grade not in _GRADES:
        raise ConfigurationError(f"{row['GRADE']} is not a grade", place, f"use one of {', '.join(_GRADES)}")
    if comparison not in _COMPARE:
        advice = f"use one of {', '.join(_COMPARE)}"
        raise ConfigurationError(f"{comparison} is not a comparison", place, advice)
    if value.upper() == "AVAL" and comparison[0] != _OF_DIRECTION[direction]:
        what = f"AVAL {comparison} {row['LIMIT']} is a criterion of values that are {direction}"
        raise ConfigurationError(what, place, "correct DIRECTION or COMPARISON")
    where = row.get("WHERE", "")
    return Criterion(
        place,
        row["TERM"],
        direction,
        row["PARAMCD"],
        grade,
        comparison,
        _limit(row["LIMIT"], place),
        compile_arithmetic(value, f"{place}, VALUE"),
        compile_expression(where, f"{place}, WHERE") if where else None,
        row.get("UNIT", ""),
    )


def _direction(text: str, place: str) -> Direction:
    for each in _DIRECTIONS:
        if each == text.lower():
            return each
    raise ConfigurationError(f"{text} is not a direction", place, "use one of low, high")


def _limit(text: str, place: str) -> float:
    try:
        limit = float(text)
    except ValueError:
        limit = np.nan
    if not np.isfinite(limit):
        raise ConfigurationError(
            f"LIMIT {text} is not a number", place, "write multiples in VALUE: AVAL / ANRHI"
        )
    return limit


def _judge_limits(task: DerivationTask, place: str, rows: list[Criterion]) -> None:
    """A worse grade of one value has the limit that is farther from normal."""
    same: dict[tuple[str, ...], list[Criterion]] = {}
    for each in rows:
        where = "" if each.where is None else each.where.text
        key = (each.term, each.direction, each.paramcd, each.value.text, where, each.comparison[0])
        same.setdefault(key, []).append(each)
    for own in same.values():
        for lesser, worse in pairwise(sorted(own, key=lambda each: (each.grade, each.limit))):
            farther = _COMPARE[worse.comparison[0]](worse.limit, lesser.limit)
            if worse.grade == lesser.grade or not farther:
                what = (
                    f"grades {lesser.grade} and {worse.grade} of {worse.paramcd} are {lesser.value.text} "
                    f"{lesser.comparison} {lesser.limit:g} and {worse.comparison} {worse.limit:g}"
                )
                task.account.problem(what, place, "correct GRADE or LIMIT: the worse grade is farther off")
