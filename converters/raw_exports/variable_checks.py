"""What the declaration of a variable must say, whatever the files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.wording import did_you_mean
from .raw_dates import date_step, time_step
from .templates import pieces_of
from .units import of_units
from .variable_options import ORIGINS, RawVariable

VariableFault = tuple[str, str]
"""What is wrong with a variable, and what to do."""

_WITH = (
    ("by", "lookup"),
    ("lookup_where", "lookup"),
    ("since", "day_of"),
    ("part", "split"),
    ("split", "part"),
    ("unknown", "date_forms"),
    ("years", "date_forms"),
    ("time", "date_forms"),
    ("time", "time_forms"),
    ("time_forms", "time"),
    ("unit", "factors"),
    ("factors", "unit"),
    ("factors", "number"),
    ("factors_by", "factors"),
    ("offsets", "factors"),
    ("digits", "factors"),
    ("limits", "number"),
    ("limits_by", "limits"),
    ("pair", "column"),
)
"""Keys that need another."""
_NOT_WITH = (
    ("map", "codes"),
    ("date_forms", "number"),
    ("case", "date_forms"),
    ("case", "number"),
    *(
        (origin, key)
        for origin in ("value", "day_of")
        for key in ("map", "codes", "case", "date_forms", "number", "split")
    ),
)
"""Keys that cannot be used with another."""


def require_variable(
    variable: str, variables: Mapping[str, RawVariable], codes: Collection[str], place: str
) -> None:
    """Check one variable.

    Parameters
    ----------
    variable : str
    variables : mapping of name to RawVariable
        Of the same table.
    codes : collection of str
        Names of code lists.
    place : str
        Of the variables.

    Raises
    ------
    ConfigurationError
    """
    declared = variables[variable]
    for faults in (_of_origin(declared), _of_keys(declared), _of_names(declared, variables, codes)):
        for what, advice in faults:
            raise ConfigurationError(f"{variable} {what}", place, advice)
    for what, advice in _of_values(declared):
        raise ConfigurationError(f"{variable} {what}", place, advice)
    _compile(declared, f"{place} {variable}")


def _is_given(declared: RawVariable, key: str) -> bool:
    if key == "value":
        return declared.value is not None
    return getattr(declared, key) not in ("", None, (), {}, False)


def _of_origin(declared: RawVariable) -> Iterator[VariableFault]:
    origins = [each for each in ORIGINS if _is_given(declared, each)]
    if not origins:
        yield f"has none of {', '.join(ORIGINS)}", "declare one of them"
    elif len(origins) > 1:
        yield f"has {' and '.join(origins)}", "declare one of them"


def _of_keys(declared: RawVariable) -> Iterator[VariableFault]:
    for key, needed in _WITH:
        if _is_given(declared, key) and not _is_given(declared, needed):
            yield f"has {key} without {needed}", f"declare {needed}, or omit {key}"
    for one, other in _NOT_WITH:
        if (one, other) == ("value", "number") and declared.value == "":
            continue
        if _is_given(declared, one) and _is_given(declared, other):
            yield f"has {one} and {other}", "declare one of them"


def _of_names(
    declared: RawVariable, variables: Mapping[str, RawVariable], codes: Collection[str]
) -> Iterator[VariableFault]:
    if declared.codes and declared.codes not in codes:
        advice = did_you_mean(declared.codes, codes) if codes else f"write a table [codes.{declared.codes}]"
        yield f"has codes = {declared.codes}, which is not a declared code list", advice
    of_dataset = [(key, getattr(declared, key)) for key in ("day_of", "since")]
    of_dataset += [("by", each) for each in declared.by]
    for key, named in of_dataset:
        if named and "." not in named and named.upper() not in variables:
            yield f"has {key} = {named}, which is not a declared variable", did_you_mean(named, variables)
    if declared.lookup and not _is_of_dataset(declared.lookup):
        yield "has a lookup that is not DATASET.VARIABLE", 'write it as "DM.RFSTDTC"'
    if "." in declared.since and not _is_of_dataset(declared.since):
        yield "has a since that is not DATASET.VARIABLE", 'write it as "DM.RFSTDTC"'


def _is_of_dataset(named: str) -> bool:
    parts = named.split(".")
    return len(parts) == 2 and all(each.isidentifier() for each in parts)


def _of_values(declared: RawVariable) -> Iterator[VariableFault]:
    if _is_given(declared, "split") and not declared.part:
        yield "has part = 0", "count parts from 1"
    if declared.number and declared.otherwise == "keep":
        yield 'has number and otherwise = "keep"', 'a text is not a number: use "missing", or an error'
    yield from _of_factors(declared)
    yield from _of_limits(declared)
    if len({isinstance(each, str) for each in declared.map.values() if each != ""}) > 1:
        yield "has a map to texts and numbers", "map all values to texts, or all to numbers"
    if not declared.opposite:
        yield from _opposites(declared.map)


def _of_limits(declared: RawVariable) -> Iterator[VariableFault]:
    """Limits are two values, or with limits_by those of its values."""
    by_name = isinstance(declared.limits, Mapping)
    if by_name != bool(declared.limits_by) and declared.limits:
        if by_name:
            yield "has limits by name without limits_by", "declare limits_by, the column of their names"
        else:
            yield "has limits_by, and limits without names", "write limits = { HGB = [30, 250] }"


def _of_factors(declared: RawVariable) -> Iterator[VariableFault]:
    """Factors and offsets are those of units, or with factors_by of its values and of units."""
    for key in ("factors", "offsets"):
        nested = {isinstance(each, Mapping) for each in getattr(declared, key).values()}
        if declared.factors_by and nested == {False}:
            advice = f'write {key} = {{ HGB = {{ "g/dL" = 10 }} }} with the values of {declared.factors_by}'
            yield f"has factors_by, and {key} of units alone", advice
            return
        if not declared.factors_by and True in nested:
            yield f"has {key} in tables without factors_by", "declare factors_by, the column of their names"
            return
    if declared.other_units != "error" and not declared.unit:
        yield "has other_units without unit", "declare unit, or omit other_units"
    factors, offsets = of_units(declared.factors), of_units(declared.offsets)
    without_factor = [key for key in offsets if key not in factors]
    if without_factor:
        yield (
            f"has an offset of {' '.join(map(str, without_factor[0]))}, which has no factor",
            "declare its factor",
        )


_OPPOSITE = {
    **dict.fromkeys(("yes", "y", "true", "checked"), ("N", "NO")),
    **dict.fromkeys(("no", "n", "false", "unchecked"), ("Y", "YES")),
    **dict.fromkeys(("male", "m"), ("F", "FEMALE")),
    **dict.fromkeys(("female", "f"), ("M", "MALE")),
}
_EXCHANGED = frozenset({("Y", "N"), ("YES", "NO")})
"""What 0 and 1 are mapped to, if that is the opposite of what they mean."""


def _opposites(values: Mapping[str, str | float]) -> Iterator[VariableFault]:
    """A map that turns a word into its opposite: most likely its values are exchanged.

    1 alone may be any code, no for one vendor; together with 0 it is yes.
    """
    advice = "correct the map, or declare opposite = true"
    for written, value in values.items():
        if isinstance(value, str) and value.upper() in _OPPOSITE.get(written.strip().lower(), ()):
            yield f"has a map from '{written}' to '{value}', its opposite", advice
    zero, one = values.get("0"), values.get("1")
    if isinstance(zero, str) and isinstance(one, str) and (zero.upper(), one.upper()) in _EXCHANGED:
        yield f"has a map from '0' to '{zero}' and '1' to '{one}', which exchanges yes and no", advice


def _compile(declared: RawVariable, place: str) -> None:
    """What is written in a grammar of its own."""
    if declared.template:
        pieces_of(declared.template, place)
    if declared.lookup_where:
        compile_expression(declared.lookup_where, f"{place} lookup_where")
    date_step(declared.date_forms, declared.unknown, place)
    time_step(declared.time_forms, declared.unknown, place)
