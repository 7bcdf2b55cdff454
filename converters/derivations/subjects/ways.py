"""The ways to derive a variable of ADSL: the key that chooses each, and the keys that it may have beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.conditions.grammar import compile_expression
from ..assignments import FromVariable
from ..cases import variables_of
from .options import NO_FLAG, DerivedVariable

_BOUNDS = ("not_before", "not_after")
_RECORDS = ("since", "until")
COMMON = ("dataset", "label")
LONGEST = 8
"""Characters of a name that SAS transport files can hold."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to derive a variable.

    Attributes
    ----------
    key : str
        Chooses it.
    needed : tuple of str
        Keys that it cannot do without.
    keys : tuple of str
        Keys that it may have.
    """

    key: str
    needed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


WAYS = (
    Way("take", ("sources",), (*_RECORDS, "of", "without_value", "value", "also", "time", "flag", *_BOUNDS)),
    Way("statistic", ("sources",), (*_RECORDS, "of", "without_value")),
    Way("exists", (), (*_RECORDS, "yes", "no")),
    Way("where", (), ("yes", "no", "unknown")),
    Way("cases", (), ("otherwise", "unknown", "number")),
    Way("map", ("of",), ("otherwise",)),
    Way("date_of", (), ("date_forms", "impute", "impute_up_to", "time", "flag", *_BOUNDS)),
    Way("expression"),
)


def is_extreme(variable: DerivedVariable) -> bool:
    """Whether a value decides which record is taken, instead of the date."""
    return variable.take in ("lowest", "highest")


def ways_of(variable: DerivedVariable) -> tuple[Way, ...]:
    """The ways that are chosen: of a valid declaration one."""
    return tuple(each for each in WAYS if getattr(variable, each.key))


def keys_given(variable: DerivedVariable) -> tuple[str, ...]:
    """Keys that have another value than the default."""
    return tuple(
        each.name
        for each in fields(variable)
        if getattr(variable, each.name) != getattr(DerivedVariable(), each.name)
    )


def sources_of(variable: DerivedVariable) -> tuple[tuple[str, str], ...]:
    """Keys with the sources that they name."""
    of_exists = [("exists", variable.exists)] if variable.exists else []
    return (*(("sources", each) for each in variable.sources), *of_exists)


def named_variables(name: str, variable: DerivedVariable) -> Iterator[tuple[str, str]]:
    """Keys with the variables of the subject that they name.

    Raises
    ------
    ConfigurationError
        For a condition or an expression that cannot be parsed.
    """
    place = f"[subject.{name}]"
    for key in ("since", "until", "date_of"):
        if getattr(variable, key):
            yield key, getattr(variable, key)
    for key in _BOUNDS:
        yield from ((key, each) for each in getattr(variable, key))
    if variable.map:
        yield "of", variable.of
    if variable.where:
        yield from (
            ("where", each) for each in compile_expression(variable.where, f"{place} where").variables
        )
    if variable.cases:
        yield from (("cases", each) for each in variables_of(variable.cases, f"{place} cases"))
    if isinstance(variable.otherwise, FromVariable):
        yield "otherwise", variable.otherwise.variable
    if variable.expression:
        compiled = compile_arithmetic(variable.expression, f"{place} expression")
        yield from (("expression", each) for each in compiled.variables)


def is_date_name(name: str) -> bool:
    """Whether a variable is a date by its name, as ADaM has it: TRTSDT."""
    return name.endswith("DT")


def flag_name(name: str, variable: DerivedVariable) -> str:
    """The imputation flag of a date; empty where none is declared, or it has no name of 8 characters."""
    if variable.flag:
        return "" if variable.flag == NO_FLAG else variable.flag
    usual = f"{name}F"
    return usual if len(usual) <= LONGEST else ""


def outputs(name: str, variable: DerivedVariable) -> tuple[str, ...]:
    """Variables that a declaration may derive."""
    dated = (variable.take and not variable.value) or variable.date_of
    stem = name.removesuffix("DT")
    flag = flag_name(name, variable) if dated else ""
    of_time = (f"{name}M", f"{stem}TMF") if variable.time else ()
    named = (name, flag, *of_time, *variable.also, variable.number)
    return tuple(each for each in named if each)
