"""Values that follow from other variables of a subject: flags, cases, maps, arithmetic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study.columns import Codes, Distinct, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, one_line
from ..assignments import Assignment, FromVariable
from ..cases import Decided, decided, variables_of
from ..column_values import dates
from ..merged_values import MixedTypes, ValuePart, merged
from .options import SubjectVariable
from .requirements import cases_of_where
from .statistics import flag
from .subject_table import SubjectTable

_SHOWN = 5
"""Values that a problem lists."""


def add_flag(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive a flag by a condition; whether that was possible."""
    place = f"[subject.{name}] where"
    data = table.part(compile_expression(variable.where, place).variables, place)
    found = None if data is None else _decided(table, variable, data, name, place)
    if found is None:
        return False
    yes = found.case == 0
    no = ~yes & ~_undecided(table, name, variable, found, declared=bool(variable.no))
    table.effect(f"subject.{name}: where", one_line(variable.where, 40), f"not {variable.yes}", ~yes)
    table.add(name, flag(yes, no, variable), variable.label)
    return True


def add_cases(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive values by condition, and their numbers; whether that was possible."""
    place = f"[subject.{name}] cases"
    values = [each.value for each in variable.cases]
    otherwise = [] if variable.otherwise is None else [variable.otherwise]
    named = [each.variable for each in otherwise if isinstance(each, FromVariable)]
    data = table.part([*variables_of(variable.cases, place), *named], place)
    found = None if data is None else _decided(table, variable, data, name, place)
    if found is None or data is None:
        return False
    undecided = _undecided(table, name, variable, found, declared=bool(otherwise))
    case = np.where((found.case < 0) & ~undecided & bool(otherwise), len(values), found.case)
    column = _column(table, case, [*values, *otherwise], data, place)
    if column is None:
        return False
    effect = "no case is true: otherwise" if otherwise else "no case is true: missing"
    table.effect(f"subject.{name}: cases", str(variable.otherwise or "missing"), effect, found.case < 0)
    table.add(name, column, variable.label)
    if variable.number:
        table.add(variable.number, _numbers(case, [*values, *otherwise]))
    return True


def _decided(
    table: SubjectTable, variable: SubjectVariable, data: Dataset, name: str, place: str
) -> Decided | None:
    """Which case each subject is; None where a condition does not fit, which is noted."""
    try:
        return decided(variable.cases or cases_of_where(variable), data, place)
    except ConfigurationError as wrong:
        table.task.account.problem(wrong.what, place, wrong.advice)
        return None


def _undecided(
    table: SubjectTable, name: str, variable: SubjectVariable, found: Decided, *, declared: bool
) -> Mask:
    """Subjects of whom a condition is unknown and who do not get the value of the others."""
    key, value = f"subject.{name}: unknown", variable.unknown
    if declared and value == "error":
        number = counted(int(found.unknown.sum()), "subject")
        what = f"a condition of {name} is unknown for {number}, since a value is missing"
        advice = 'ask for missing values, such as missing(AGE), or declare unknown = "missing" or "otherwise"'
        table.problem(what, f"[subject.{name}] unknown", advice, found.unknown)
    elif declared:
        effect = "a condition is unknown, since a value is missing"
        table.effect(key, value, effect, found.unknown)
    if value == "otherwise" or not declared:
        return np.zeros_like(found.unknown)
    return found.unknown


def _column(
    table: SubjectTable, case: Codes, values: list[Assignment], data: Dataset, place: str
) -> pd.Series | None:
    """The values of the cases; None where they are not of one type, which is noted."""
    parts = []
    for at, value in enumerate(values):
        own = np.flatnonzero(case == at)
        if isinstance(value, FromVariable):
            parts.append(ValuePart(own, data[value.variable].take(own).reset_index(drop=True)))
        else:
            parts.append(ValuePart(own, value))
    try:
        return merged(len(table), parts)
    except MixedTypes:
        what = "the values are not of one type"
        table.task.account.problem(what, place, "use values of one type: text, numbers or dates")
        return None


def _numbers(case: Codes, values: list[Assignment]) -> np.ndarray:
    """The number of each value, from 1 in the order of the cases; a value that is repeated has one."""
    order = list(dict.fromkeys(values))
    number = np.array([*(order.index(each) + 1 for each in values), np.nan])
    found: np.ndarray = number[case]
    return found


def add_mapped(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive values by those of another variable; whether that was possible."""
    place = f"[subject.{name}] map"
    named = [variable.otherwise.variable] if isinstance(variable.otherwise, FromVariable) else []
    data = table.part([variable.of, *named], f"[subject.{name}] of")
    if data is None:
        return False
    distinct = data.distinct(variable.of)
    keys = list(variable.map)
    known = {key.rstrip(): at for at, key in enumerate(keys)}
    at_value = np.array([known.get(_key(each), -1) for each in distinct], dtype=np.intp)
    unlisted = distinct.spread(at_value < 0, missing=False)
    case = distinct.spread(at_value, missing=-1)
    values: list[Assignment] = [variable.map[each] for each in keys]
    if variable.otherwise is None:
        number = counted(int(unlisted.sum()), "subject")
        what = f"{variable.of} has values that map does not have for {number}: {_shown(distinct, at_value)}"
        table.problem(what, place, "add them to map, or declare otherwise", unlisted)
    else:
        values.append(variable.otherwise)
        case = np.where(unlisted, len(keys), case)
        effect = f"{variable.of} has a value that map does not have: otherwise"
        table.effect(f"subject.{name}: otherwise", str(variable.otherwise), effect, unlisted)
    column = _column(table, case, values, data, place)
    if column is None:
        return False
    effect = f"{variable.of} is missing: missing"
    table.effect(f"subject.{name}: map", variable.of, effect, data.missing(variable.of))
    table.add(name, column, variable.label)
    return True


def _key(value: object) -> str:
    """A value as a file has it for a key."""
    return f"{value:.15g}" if isinstance(value, float) else str(value).rstrip()


def _shown(distinct: Distinct, at_value: Codes) -> str:
    missing = sorted(_key(each) for each, at in zip(distinct, at_value, strict=True) if at < 0)
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return f"{', '.join(one_line(each, 40) for each in missing[:_SHOWN])}{more}"


def add_calculated(table: SubjectTable, name: str, variable: SubjectVariable) -> bool:
    """Derive arithmetic of variables: a date where the name is that of one; whether that was possible."""
    place = f"[subject.{name}] expression"
    compiled = compile_arithmetic(variable.expression, place)
    data = table.part(compiled.variables, place)
    if data is None:
        return False
    try:
        values = compiled.values(data)
        undefined = compiled.undefined(data)
    except ConfigurationError as wrong:
        table.task.account.problem(wrong.what, place, wrong.advice)
        return False
    shown = one_line(variable.expression, 40)
    for effect, concerned in (
        ("a value is missing: missing", np.isnan(values) & ~undefined),
        ("not defined, as a division by zero: missing", undefined),
    ):
        table.effect(f"subject.{name}: expression", shown, effect, concerned)
    table.add(name, dates(values) if name.endswith("DT") else values, variable.label)
    return True
