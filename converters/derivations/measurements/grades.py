"""Toxicity grades by criteria: for each direction one grade, and the term that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.truth import Truth
from ....schemas.wording import counted
from ..cases import conditions, variables_of
from ..column_values import taken, texts
from ..own_columns import dataset_of
from .criteria import Criterion, Direction, criteria_of, levels
from .measurement_table import MeasurementTable
from .options import Grade
from .units import judge_unit

GRADE_VARIABLES: Mapping[Direction, tuple[str, str]] = {
    "low": ("ATOXGRL", "ATOXDSCL"),
    "high": ("ATOXGRH", "ATOXDSCH"),
}


def directions(grades: Mapping[str, Grade]) -> tuple[Direction, ...]:
    """Directions that some grade has, or may have by its criteria."""
    declared = {each.direction for each in grades.values() if not each.criteria}
    any_direction = any(each.criteria for each in grades.values())
    return tuple(each for each in GRADE_VARIABLES if each in declared or any_direction)


def named_by_grades(grades: Mapping[str, Grade], direction: Direction) -> dict[str, str]:
    """Variables that the declared grades of a direction name, each with the place where one does.

    Raises
    ------
    ConfigurationError
        For what cannot be parsed.
    """
    found: dict[str, str] = {}
    for name, grade in grades.items():
        if grade.criteria or grade.direction == direction:
            where = compile_expression(grade.where, f"[grade.{name}] where").variables if grade.where else ()
            found |= {each.upper(): f"[grade.{name}] where" for each in where}
            cases = variables_of(grade.cases, f"[grade.{name}] cases")
            found |= {each.upper(): f"[grade.{name}] cases" for each in cases}
    return found


def declared_criteria(
    table: MeasurementTable, grades: Mapping[str, Grade]
) -> dict[str, tuple[Criterion, ...]]:
    """The rows of criteria of each grade that has a dataset of them."""
    return {
        name: criteria_of(table.task, name, each.criteria) for name, each in grades.items() if each.criteria
    }


def add_grades(
    table: MeasurementTable,
    grades: Mapping[str, Grade],
    criteria: Mapping[str, tuple[Criterion, ...]],
    direction: Direction,
) -> None:
    """Derive the grades and terms of a direction."""
    of_grade, of_term = GRADE_VARIABLES[direction]
    rows = {name: [row for row in own if row.direction == direction] for name, own in criteria.items()}
    of_rows = {each: row.place for own in rows.values() for row in own for each in row.variables}
    data = table.part(
        {"PARAMCD": table.place, "AVAL": table.place, **of_rows, **named_by_grades(grades, direction)}
    )
    if data is None:
        table.fail(of_grade)
        table.fail(of_term)
        return
    grading = _Grading(table, data, direction)
    for name, grade in grades.items():
        try:
            if grade.criteria:
                grading.by_criteria(name, grade, rows[name])
            elif grade.direction == direction:
                grading.by_cases(name, grade)
        except ConfigurationError as wrong:
            place = wrong.where if wrong.where.startswith("[grade.") else f"[grade.{name}]"
            table.task.account.problem(wrong.what, place, wrong.advice)
    table.add(of_grade, texts(grading.grade, grading.values))
    table.add(of_term, texts(grading.term, grading.terms))


@dataclass(eq=False)
class _Grading:
    """Grades and terms of a direction, by their positions among those that occur; -1 for none."""

    table: MeasurementTable
    data: Dataset
    direction: Direction
    values: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.grade: Codes = np.full(len(self.data), -1, dtype=np.intp)
        self.term: Codes = self.grade.copy()

    def by_cases(self, name: str, grade: Grade) -> None:
        """Grade the records of one term by conditions, the worst first."""
        place = f"[grade.{name}]"
        graded = compile_expression(grade.where).where(self.data)
        for where, key in ((grade.where, "where"), *((each.where, "cases") for each in grade.cases)):
            self.table.absent_values(where, f"{place} {key}", self.data)
        compiled = zip(conditions(grade.cases, f"{place} cases"), grade.cases, strict=True)
        worst_first = [(str(each.value), condition.truth(self.data)) for condition, each in compiled]
        at = np.flatnonzero(graded)
        found = _graded(((value, _at(truth, at)) for value, truth in worst_first), len(at))
        self._take(f"{place} where", grade.term, at, found, grade.otherwise)
        self._count(name, grade.term, at[found.unknown], "a value is missing that the grade depends on")

    def by_criteria(self, name: str, grade: Grade, rows: list[Criterion]) -> None:
        """Grade the records of each parameter and term by the rows of a dataset."""
        place = f"[grade.{name}] criteria"
        within = np.ones(len(self.data), dtype=np.bool_)
        if grade.where:
            within = compile_expression(grade.where, f"[grade.{name}] where").where(self.data)
            self.table.absent_values(grade.where, f"[grade.{name}] where", self.data)
        for paramcd, term in dict.fromkeys((each.paramcd, each.term) for each in rows):
            own = [each for each in rows if (each.paramcd, each.term) == (paramcd, term)]
            (at,) = np.nonzero(within & self.data.equals("PARAMCD", paramcd))
            self.table.absent_values(f"PARAMCD == {paramcd!r}", place, self.data)
            for unit in {each.unit for each in own} - {""}:
                judge_unit(self.table, paramcd, unit, place, at)
            records = _records(self.data, {variable for each in own for variable in each.variables}, at)
            worst_first = list(levels(own, records))
            covered = np.logical_or.reduce([each.covers(records) for each in own])
            found = _graded(worst_first, len(at), covered)
            self._take(place, term, at, found, grade.otherwise)
            self._count(name, term, at[found.unknown], "a value is missing that the grade depends on")
            self._count(name, term, at[found.outside], "no row of the criteria is of these records")

    def _take(self, place: str, term: str, at: Codes, found: _Graded, otherwise: str) -> None:
        """Give records a term and their grade; those that have a term already are a problem."""
        twice = np.zeros(len(self.data), dtype=np.bool_)
        twice[at[self.term[at] >= 0]] = True
        number = counted(int(twice.sum()), "record")
        what = f"{number} have two terms that are {self.direction}: {term}, and another"
        self.table.problem(what, place, "correct where of one of them", twice)
        rest = (found.code < 0) & ~found.unknown & ~found.outside
        code = np.where(rest, len(found.values), found.code)
        position = [_position(each, self.values) for each in (*found.values, otherwise)]
        self.grade[at] = np.array([*position, -1])[code]
        self.term[at] = _position(term, self.terms)

    def _count(self, name: str, term: str, at: Codes, why: str) -> None:
        concerned = np.zeros(len(self.data), dtype=np.bool_)
        concerned[at] = True
        self.table.effect(f"grade.{name}", term, f"{why}: no grade", concerned)


@dataclass(frozen=True, eq=False)
class _Graded:
    """The grade of each record, as a position in `values`; -1 for none."""

    code: Codes
    values: tuple[str, ...]
    unknown: Mask
    """It depends on a missing value."""
    outside: Mask
    """No criterion is of the record."""


def _graded(worst_first: Iterable[tuple[str, Truth]], count: int, covered: Mask | None = None) -> _Graded:
    """The worst grade that is true, unless a worse one is unknown."""
    code = np.full(count, -1, dtype=np.intp)
    unknown = np.zeros(count, dtype=np.bool_)
    values = []
    for at, (grade, truth) in enumerate(worst_first):
        values.append(grade)
        open_ = (code < 0) & ~unknown
        code[open_ & truth.true] = at
        unknown |= open_ & truth.unknown
    outside = np.zeros(count, dtype=np.bool_) if covered is None else ~covered & (code < 0) & ~unknown
    return _Graded(code, tuple(values), unknown, outside)


def _at(truth: Truth, at: Codes) -> Truth:
    return Truth(truth.true[at], truth.false[at])


def _records(data: Dataset, names: Iterable[str], at: Codes) -> Dataset:
    """Variables of some records."""
    return dataset_of(data.name, {each: taken(data[each], at) for each in sorted(names)}, len(at))


def _position(text: str, known: list[str]) -> int:
    """Position of a text among those known, which get it if it is new; -1 for none."""
    if text and text not in known:
        known.append(text)
    return known.index(text) if text else -1
