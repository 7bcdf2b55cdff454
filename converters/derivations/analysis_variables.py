"""Derived variables of records: by condition, by the values of another, by arithmetic, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import numpy as np
import pandas as pd

from ...schemas.conditions.arithmetic import compile_arithmetic, rounded_to
from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.glance import listed
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted
from .assignments import Assignment, FromVariable
from .cases import decided, numbers_of, variables_of
from .column_values import texts, yes
from .derived_table import DerivedTable
from .merged_values import MixedTypes, ValuePart, merged
from .templates import composed, variables_in
from .variable_options import AnalysisVariable

WAYS: Mapping[str, tuple[str, ...]] = {
    "where": ("yes", "no"),
    "cases": ("otherwise", "number"),
    "map": ("of", "otherwise"),
    "expression": ("decimals",),
    "compose": ("missing_text", "decimals"),
}
"""Keys of which a variable has exactly one, and the keys that each may have beside."""


class RecordTable(DerivedTable, Protocol):
    """The records of a dataset while its variables are derived."""

    def fail(self, name: str) -> None:
        """Note that a variable cannot be derived."""
        ...

    def problem(self, what: str, place: str, advice: str, concerned: Mask) -> None:
        """Note why records are refused, if there are some."""
        ...


def outputs_of(name: str, variable: AnalysisVariable) -> tuple[str, ...]:
    """The variables that a table derives: its own first."""
    return (variable.variable or name, *([variable.number] if variable.number else []))


def named_variables(name: str, variable: AnalysisVariable) -> dict[str, str]:
    """Variables that a declaration names, each with the place where it does.

    Raises
    ------
    ConfigurationError
        For what cannot be parsed.
    """
    return {each.upper(): place for each, place in _named(f"[variable.{name}]", variable)}


def _named(place: str, variable: AnalysisVariable) -> Iterator[tuple[str, str]]:
    for key, names in (
        ("where", _of_condition),
        ("cases", variables_of),
        ("expression", _of_arithmetic),
        ("compose", variables_in),
    ):
        written = getattr(variable, key)
        if written:
            at = f"{place} {key}"
            found: tuple[str, ...] = names(written, at)
            yield from ((each, at) for each in found)
    if variable.of:
        yield variable.of, f"{place} of"
    if isinstance(variable.otherwise, FromVariable):
        yield variable.otherwise.variable, f"{place} otherwise"


def _of_condition(text: str, place: str) -> tuple[str, ...]:
    return compile_expression(text, place).variables


def _of_arithmetic(text: str, place: str) -> tuple[str, ...]:
    return compile_arithmetic(text, place).variables


def check_variable(name: str, variable: AnalysisVariable) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    place = f"[variable.{name}]"
    ways = [each for each in WAYS if getattr(variable, each)]
    keys = ", ".join(WAYS)
    if not ways:
        raise ConfigurationError("how to derive it is not declared", place, f"write one of {keys}")
    if len(ways) > 1:
        raise ConfigurationError(f"{' and '.join(ways)} are declared", place, f"keep one of {keys}")
    (way,) = ways
    for other, beside in WAYS.items():
        for key in beside:
            given = getattr(variable, key) != getattr(AnalysisVariable(), key)
            if other != way and given and key not in WAYS[way]:
                what = f"{key} has no meaning with {way}"
                raise ConfigurationError(what, f"{place} {key}", "omit it")
    if way == "map" and not variable.of:
        raise ConfigurationError("of is not declared", place, 'write of = "VISIT"')
    named_variables(name, variable)
    _check_values(place, way, variable)


def _check_values(place: str, way: str, variable: AnalysisVariable) -> None:
    """Values of one variable are of one type."""
    values = [
        *(each.value for each in variable.cases),
        *(each for each in variable.map.values() if each != ""),
    ]
    if variable.otherwise not in (None, ""):
        values.append(variable.otherwise)
    if len({isinstance(each, str) for each in values if not isinstance(each, FromVariable)}) > 1:
        what = "texts and numbers are values of one variable"
        raise ConfigurationError(what, f"{place} {way}", "use values of one type")
    if variable.number and any(isinstance(each, FromVariable) for each in values):
        what = "a value that is taken from a variable has no number"
        raise ConfigurationError(what, f"{place} number", "omit it, or write map for another variable")


def in_order(variables: Mapping[str, AnalysisVariable]) -> tuple[str, ...]:
    """The tables, each after those whose variables it needs, otherwise as they are declared.

    Raises
    ------
    ConfigurationError
        If variables need each other.
    """
    made_by = {output: name for name, each in variables.items() for output in outputs_of(name, each)}
    needed = {
        name: {made_by[one] for one in named_variables(name, each) if one in made_by}
        for name, each in variables.items()
    }
    order: list[str] = []
    while len(order) < len(needed):
        ready = next((each for each in needed if each not in order and needed[each] <= {*order}), None)
        if ready is None:
            stuck = next(each for each in needed if each not in order)
            others = ", ".join(f"[variable.{each}]" for each in sorted(needed[stuck] - {*order}))
            what = f"it needs {others}, which needs it"
            raise ConfigurationError(what, f"[variable.{stuck}]", "let one of them need fewer variables")
        order.append(ready)
    return tuple(order)


def add_variable(table: RecordTable, name: str, variable: AnalysisVariable) -> None:
    """Derive a variable."""
    outputs = outputs_of(name, variable)
    output = outputs[0]
    wanted = named_variables(name, variable)
    data = table.part(wanted or {"USUBJID": f"[variable.{name}]"})
    column = None
    if data is not None:
        way = next(each for each in WAYS if getattr(variable, each))
        try:
            column = _DERIVED[way](table, name, variable, data)
        except ConfigurationError as wrong:
            table.task.account.problem(wrong.what, f"[variable.{name}] {way}", wrong.advice)
        except MixedTypes:
            what = f"values of {output} are of several types"
            advice = "take them from variables of one type"
            table.task.account.problem(what, f"[variable.{name}] {way}", advice)
    if column is None:
        for each in outputs:
            table.fail(each)
    else:
        table.add(output, column, variable.label)


def _by_condition(table: RecordTable, name: str, variable: AnalysisVariable, data: Dataset) -> pd.Series:
    truth = compile_expression(variable.where).truth(data)
    table.absent_values(variable.where, f"[variable.{name}] where", data)
    table.effect(f"variable.{name}", variable.where, f"{variable.yes} where true", truth.true)
    if not variable.no:
        return _two(truth.true, np.zeros(len(data), dtype=np.bool_), variable)
    unknown = ~(truth.true | truth.false)
    effect = "neither true nor false, since a value is missing: missing"
    table.effect(f"variable.{name}", variable.where, effect, unknown)
    return _two(truth.true, truth.false, variable)


def _two(true: np.ndarray, false: np.ndarray, variable: AnalysisVariable) -> pd.Series:
    if not variable.no and variable.yes == "Y":
        return yes(true)
    codes = np.where(true, 0, np.where(false, 1, -1)).astype(np.int8)
    return texts(codes, dict.fromkeys([variable.yes, variable.no or f"not {variable.yes}"]))


def _by_cases(table: RecordTable, name: str, variable: AnalysisVariable, data: Dataset) -> pd.Series:
    found = decided(variable.cases, data, f"[variable.{name}] cases")
    for each in variable.cases:
        table.absent_values(each.where, f"[variable.{name}] cases", data)
    table.effect(
        f"variable.{name}: cases",
        f"{len(variable.cases)}",
        "no condition is true, and one is unknown, since a value is missing: missing",
        found.unknown,
    )
    parts = [
        _part(each.value, np.flatnonzero(found.case == at), data) for at, each in enumerate(variable.cases)
    ]
    rest = (found.case < 0) & ~found.unknown
    if variable.otherwise not in (None, ""):
        parts.append(_part(variable.otherwise, np.flatnonzero(rest), data))
    table.effect(f"variable.{name}: cases", f"{len(variable.cases)}", "no condition is true", rest)
    if variable.number:
        others = [] if variable.otherwise in (None, "") else [variable.otherwise]
        case = np.where(rest & bool(others), len(variable.cases), found.case)
        values = [*(each.value for each in variable.cases), *others]
        table.add(variable.number, numbers_of(case, values))
    return merged(len(data), parts)


def _part(value: Assignment, at: np.ndarray, data: Dataset) -> ValuePart:
    if isinstance(value, FromVariable):
        return ValuePart(at, data[value.variable].iloc[at].reset_index(drop=True))
    return ValuePart(at, value)


def _by_map(table: RecordTable, name: str, variable: AnalysisVariable, data: Dataset) -> pd.Series | None:
    distinct = data.distinct(variable.of)
    written = [_key(each) for each in distinct]
    positions = {_key(each): at for at, each in enumerate(variable.map)}
    at = distinct.spread(np.array([positions.get(each, -2) for each in written], dtype=np.intp), missing=-1)
    unknown = at == -2
    values = list(variable.map.values())
    parts = [ValuePart(np.flatnonzero(at == each), value) for each, value in enumerate(values) if value != ""]
    if variable.otherwise is None:
        others = [str(each) for each, key in zip(distinct, written, strict=True) if key not in positions]
        number = counted(int(unknown.sum()), "record")
        what = f"{variable.of} has values that map does not have in {number}: {listed(tuple(others))}"
        place = f"[variable.{name}] map"
        table.problem(what, place, "add them, or declare otherwise", unknown)
    else:
        if variable.otherwise != "":
            parts.append(_part(variable.otherwise, np.flatnonzero(unknown), data))
        effect = f"values of {variable.of} that map does not have"
        table.effect(f"variable.{name}: otherwise", str(variable.otherwise or "missing"), effect, unknown)
    return merged(len(data), parts)


def _key(value: object) -> str:
    """A value as it is written in a map: 3 for 3.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).rstrip(" ")


def _by_arithmetic(table: RecordTable, name: str, variable: AnalysisVariable, data: Dataset) -> pd.Series:
    arithmetic = compile_arithmetic(variable.expression)
    values = arithmetic.values(data)
    effect = "not defined: missing"
    table.effect(f"variable.{name}: expression", variable.expression, effect, arithmetic.undefined(data))
    return pd.Series(rounded_to(variable.decimals, values))


def _by_text(_table: RecordTable, _name: str, variable: AnalysisVariable, data: Dataset) -> pd.Series:
    return composed(variable.compose, data, variable.missing_text, variable.decimals)


_Derive = Callable[[RecordTable, str, AnalysisVariable, Dataset], pd.Series | None]
_DERIVED: Mapping[str, _Derive] = {
    "where": _by_condition,
    "cases": _by_cases,
    "map": _by_map,
    "expression": _by_arithmetic,
    "compose": _by_text,
}
