"""Values that follow from other variables of a subject: flags, cases, maps, arithmetic."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.study import columns
from ....schemas.study.columns import Codes, Distinct, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, one_line
from ..assignments import Assignment, FromVariable
from ..cases import Case, Decided, decided, numbers_of, variables_of
from ..column_values import dates
from ..merged_values import MixedTypes, ValuePart, merged
from .declared import Declared
from .statistics import flag
from .ways import is_date_name

_SHOWN = 5
"""Values that a problem lists."""


def add_flag(declared: Declared) -> bool:
    """Derive a flag by a condition; whether that was possible."""
    place = declared.place("where")
    data = declared.part(compile_expression(declared.variable.where, place).variables, "where")
    found = None if data is None else _decided(declared, data, place)
    if found is None:
        return False
    yes = found.case == 0
    no = ~yes & ~_undecided(declared, found, has_other=bool(declared.variable.no))
    declared.effect("where", one_line(declared.variable.where, 40), f"not {declared.variable.yes}", ~yes)
    declared.add(flag(yes, no, declared.variable))
    return True


def add_cases(declared: Declared) -> bool:
    """Derive values by condition, and their numbers; whether that was possible."""
    place = declared.place("cases")
    values = [each.value for each in declared.variable.cases]
    otherwise = [] if declared.variable.otherwise is None else [declared.variable.otherwise]
    named = [each.variable for each in otherwise if isinstance(each, FromVariable)]
    data = declared.part([*variables_of(declared.variable.cases, place), *named], "cases")
    found = None if data is None else _decided(declared, data, place)
    if found is None or data is None:
        return False
    undecided = _undecided(declared, found, has_other=bool(otherwise))
    case = np.where((found.case < 0) & ~undecided & bool(otherwise), len(values), found.case)
    column = _column(declared, case, [*values, *otherwise], data, place)
    if column is None:
        return False
    effect = "no case is true: otherwise" if otherwise else "no case is true: missing"
    declared.effect("cases", _as_declared(declared.variable.otherwise), effect, found.case < 0)
    declared.add(column)
    if declared.variable.number:
        declared.table.add(declared.variable.number, numbers_of(case, [*values, *otherwise]))
    return True


def _decided(declared: Declared, data: Dataset, place: str) -> Decided | None:
    """Which case each subject is; None where a condition does not fit, which is noted."""
    cases = declared.variable.cases or (Case(declared.variable.where, declared.variable.yes),)
    account, base = declared.table.task.account, declared.table.base
    try:
        found = decided(cases, data, place)
    except ConfigurationError as wrong:
        account.problem(wrong.what, place, wrong.advice)
        return None
    for each in cases:
        account.absent_values(each.where, place, data, base.names)
    return found


def _undecided(declared: Declared, found: Decided, *, has_other: bool) -> Mask:
    """Subjects of whom a condition is unknown and who do not get the value of the others."""
    value = declared.variable.unknown
    if has_other and value == "error":
        number = counted(int(found.unknown.sum()), "subject")
        what = f"a condition of {declared.name} is unknown for {number}, since a value is missing"
        advice = 'ask for missing values, such as missing(AGE), or declare unknown = "missing" or "otherwise"'
        declared.refuse(what, declared.place("unknown"), advice, found.unknown)
    elif has_other:
        effect = "a condition is unknown, since a value is missing"
        declared.effect("unknown", value, effect, found.unknown)
    if value == "otherwise" or not has_other:
        return np.zeros_like(found.unknown)
    return found.unknown


def _column(
    declared: Declared, case: Codes, values: list[Assignment], data: Dataset, place: str
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
        return merged(len(declared.table), parts)
    except MixedTypes:
        what = "the values are not of one type"
        declared.table.task.account.problem(what, place, "use values of one type: text, numbers or dates")
        return None


def _as_declared(value: Assignment | None) -> str:
    """A value for the record of what policies did."""
    if value is None:
        return "missing"
    return value.variable if isinstance(value, FromVariable) else _key(value)


def add_mapped(declared: Declared) -> bool:
    """Derive values by those of another variable; whether that was possible."""
    place = declared.place("map")
    of, given, other = declared.variable.of, declared.variable.map, declared.variable.otherwise
    data = declared.part([of, *([other.variable] if isinstance(other, FromVariable) else [])], "of")
    if data is None:
        return False
    distinct = data.distinct(of)
    keys = list(given)
    known = {key.rstrip(): at for at, key in enumerate(keys)}
    at_value = np.array([known.get(_key(each), -1) for each in distinct], dtype=np.intp)
    unlisted = distinct.spread(at_value < 0, missing=False)
    case = distinct.spread(at_value, missing=-1)
    values: list[Assignment] = [given[each] for each in keys]
    if other is None:
        number = counted(int(unlisted.sum()), "subject")
        what = f"{of} has values that map does not have for {number}: {_shown(distinct, at_value)}"
        declared.refuse(what, place, "add them to map, or declare otherwise", unlisted)
    else:
        values.append(other)
        case = np.where(unlisted, len(keys), case)
        effect = f"{of} has a value that map does not have: otherwise"
        declared.effect("otherwise", _as_declared(other), effect, unlisted)
    column = _column(declared, case, values, data, place)
    if column is None:
        return False
    declared.same_records(of, [declared.name])
    declared.effect("map", of, f"{of} is missing: missing", data.missing(of))
    declared.add(column)
    return True


def _key(value: object) -> str:
    """A value as a file has it for a key."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat().removesuffix("T00:00:00")
    return f"{value:.15g}" if isinstance(value, float) else str(value).rstrip()


def _shown(distinct: Distinct, at_value: Codes) -> str:
    missing = sorted(_key(each) for each, at in zip(distinct, at_value, strict=True) if at < 0)
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    return f"{', '.join(one_line(each, 40) for each in missing[:_SHOWN])}{more}"


def add_calculated(declared: Declared) -> bool:
    """Derive arithmetic of variables: a date where the name is that of one; whether that was possible."""
    place = declared.place("expression")
    compiled = compile_arithmetic(declared.variable.expression, place)
    data = declared.part(compiled.variables, "expression")
    if data is None:
        return False
    try:
        values = compiled.values(data)
        undefined = compiled.undefined(data)
    except ConfigurationError as wrong:
        declared.table.task.account.problem(wrong.what, place, wrong.advice)
        return False
    shown = one_line(declared.variable.expression, 40)
    timed = [each for each in compiled.variables if columns.is_datetime(data[each])]
    for effect, concerned in (
        ("a value is missing: missing", np.isnan(values) & ~undefined),
        ("not defined, as a division by zero: missing", undefined),
        *((f"the day of {each} counts, not its time", _has_time(data[each])) for each in timed),
    ):
        declared.effect("expression", shown, effect, concerned)
    if is_date_name(declared.name):
        _judge_parts_of_days(declared, values)
        declared.add(dates(values))
    else:
        declared.add(values)
    return True


def _has_time(moments: pd.Series) -> Mask:
    """Datetimes that are not midnight."""
    stamps = moments.to_numpy()
    found: Mask = ~np.isnat(stamps) & (stamps != stamps.astype("datetime64[D]"))
    return found


def _judge_parts_of_days(declared: Declared, values: Numbers) -> None:
    """Refuse dates that are not whole days: how they are rounded is not known."""
    in_part = ~np.isnan(values) & (values != np.floor(values))
    number = counted(int(in_part.sum()), "subject")
    what = f"{declared.name} is a date, but not a whole day of {number}"
    advice = "write floor(…), ceil(…) or round(…) in the expression"
    declared.refuse(what, declared.place("expression"), advice, in_part)
