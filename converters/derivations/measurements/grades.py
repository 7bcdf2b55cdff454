"""Toxicity grades by criteria: for each direction one grade, and the term that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.wording import counted
from ..cases import decided, variables_of
from ..column_values import texts
from .measurement_table import MeasurementTable
from .options import Grade

Direction = Literal["low", "high"]

GRADE_VARIABLES: Mapping[Direction, tuple[str, str]] = {
    "low": ("ATOXGRL", "ATOXDSCL"),
    "high": ("ATOXGRH", "ATOXDSCH"),
}


def directions(grades: Mapping[str, Grade]) -> tuple[Direction, ...]:
    """Directions that some grade has."""
    declared = {each.direction for each in grades.values()}
    return tuple(each for each in GRADE_VARIABLES if each in declared)


def named_by_grades(grades: Mapping[str, Grade], direction: Direction) -> dict[str, str]:
    """Variables that the grades of a direction name, each with the place where one does.

    Raises
    ------
    ConfigurationError
        For what cannot be parsed.
    """
    found: dict[str, str] = {}
    for name, grade in grades.items():
        if grade.direction == direction:
            for key, names in (
                ("where", compile_expression(grade.where, f"[grade.{name}] where").variables),
                ("cases", variables_of(grade.cases, f"[grade.{name}] cases")),
            ):
                found |= {each.upper(): f"[grade.{name}] {key}" for each in names}
    return found


def add_grades(table: MeasurementTable, grades: Mapping[str, Grade], direction: Direction) -> None:
    """Derive the grades and terms of a direction."""
    of_grade, of_term = GRADE_VARIABLES[direction]
    data = table.part(named_by_grades(grades, direction))
    if data is None:
        table.fail(of_grade)
        table.fail(of_term)
        return
    own = {name: each for name, each in grades.items() if each.direction == direction}
    values = list(dict.fromkeys([*(str(case.value) for each in own.values() for case in each.cases),
                                 *(each.otherwise for each in own.values() if each.otherwise)]))  # fmt: skip
    terms = list(dict.fromkeys(each.term for each in own.values()))
    grade_codes = np.full(len(table), -1, dtype=np.intp)
    term_codes = grade_codes.copy()
    for name, grade in own.items():
        try:
            graded = compile_expression(grade.where).where(data)
            found = decided(grade.cases, data, f"[grade.{name}] cases")
            for where, key in ((grade.where, "where"), *((each.where, "cases") for each in grade.cases)):
                table.absent_values(where, f"[grade.{name}] {key}", data)
        except ConfigurationError as wrong:
            table.task.account.problem(wrong.what, f"[grade.{name}]", wrong.advice)
            continue
        number = counted(int((graded & (term_codes >= 0)).sum()), "record")
        what = f"{number} have two terms that are {direction}: {grade.term}, and another"
        twice = graded & (term_codes >= 0)
        table.problem(what, f"[grade.{name}] where", "correct where of one of them", twice)
        of_case = np.array([values.index(str(each.value)) for each in grade.cases])
        rest = values.index(grade.otherwise) if grade.otherwise else -1
        codes = np.where(found.case >= 0, of_case[found.case], np.where(found.unknown, -1, rest))
        grade_codes = np.where(graded, codes, grade_codes)
        term_codes = np.where(graded, terms.index(grade.term), term_codes)
        effect = "a value is missing that the grade depends on: no grade"
        table.effect(f"grade.{name}", grade.term, effect, graded & found.unknown)
    table.add(of_grade, texts(grade_codes, values))
    table.add(of_term, texts(term_codes, terms))
