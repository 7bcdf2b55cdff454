"""What a specification of ADSL must say, whatever the data, and in which order its variables are derived."""

from __future__ import annotations

from collections.abc import Mapping

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.wording import did_you_mean
from ..assignments import Assignment, FromVariable
from ..by_need import in_order_of_need
from ..sources import source_variables
from ..specification import Specification, require_declared
from .options import DerivedVariable, SubjectLevel
from .ways import (
    COMMON,
    LONGEST,
    WAYS,
    Way,
    is_date_name,
    is_extreme,
    keys_given,
    named_variables,
    outputs,
    sources_of,
    ways_of,
)


def check(name: str, options: SubjectLevel, specification: Specification) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    if options.where:
        compile_expression(options.where, f"[derive.{name}] where")
    declared = variables_of(name, specification)
    for each, variable in declared.items():
        _check_variable(each, variable, specification)
    _check_outputs(declared)
    in_order(name, specification)


def needs(name: str, options: SubjectLevel, specification: Specification) -> tuple[str, ...]:
    """The source, its supplemental qualifiers, and the datasets of the sources."""
    declared = variables_of(name, specification)
    sources = (each for variable in declared.values() for _, each in sources_of(variable))
    datasets = (specification.sources[each].dataset for each in sources)
    own = (options.dataset, options.supplement or f"SUPP{options.dataset}")
    return tuple(dict.fromkeys([*own, *datasets]))


def variables_of(name: str, specification: Specification) -> dict[str, DerivedVariable]:
    """The declared variables of a dataset."""
    return {each: one for each, one in specification.subjects.items() if one.dataset == name}


def in_order(name: str, specification: Specification) -> tuple[str, ...]:
    """The declared variables of a dataset, each after those that it needs, otherwise as they are declared.

    Raises
    ------
    ConfigurationError
        If variables need each other.
    """
    declared = variables_of(name, specification)
    made_by = {output: each for each, one in declared.items() for output in outputs(each, one)}
    needed = {
        each: {made_by[one] for one in _needed(each, variable, name, specification) if one in made_by}
        - {each}
        for each, variable in declared.items()
    }
    return in_order_of_need(needed, "[subject.{}]".format, "let one of them need fewer variables")


def _needed(each: str, variable: DerivedVariable, dataset: str, specification: Specification) -> set[str]:
    """Variables of the subject that a declaration names, also by a source of the dataset itself."""
    found = {one for _, one in named_variables(each, variable)}
    for _, source in sources_of(variable):
        declared = specification.sources[source]
        if declared.dataset == dataset:
            found |= {one for _, one in source_variables(declared, source)}
            found |= {variable.value, *_named_in(variable)}
    return found


def _named_in(variable: DerivedVariable) -> tuple[str, ...]:
    """Variables of its sources that a statistic is of, or that decide."""
    is_arithmetic = variable.of and (is_extreme(variable) or variable.statistic not in ("", "distinct"))
    return compile_arithmetic(variable.of).variables if is_arithmetic else (variable.of,)


def _check_variable(name: str, variable: DerivedVariable, specification: Specification) -> None:
    place = f"[subject.{name}]"
    way = _only_way(place, variable)
    for key in way.needed:
        if not getattr(variable, key):
            raise ConfigurationError(f"{key} is not declared", place, f"{way.key} needs it")
    for key in keys_given(variable):
        if key not in (way.key, *way.needed, *way.keys, *COMMON):
            advice = f"omit it; beside {way.key} are {', '.join((*way.needed, *way.keys))}"
            raise ConfigurationError(f"{key} has no effect with {way.key}", f"{place} {key}", advice)
    _check_sources(place, variable, specification)
    list(named_variables(name, variable))
    if way.key == "statistic":
        _check_statistic(place, variable)
    if variable.take:
        _check_taken(place, variable)
    _check_dates(place, name, variable)
    _check_used(place, variable)
    _check_values(place, variable)
    if variable.yes == variable.no:
        raise ConfigurationError("yes and no are the same value", f"{place} no", "use two values")
    if variable.take:
        _check_types(place, variable, specification)
        _check_set(place, variable, specification)


def _check_sources(place: str, variable: DerivedVariable, specification: Specification) -> None:
    dated = variable.take or variable.since or variable.until
    for key, source in sources_of(variable):
        require_declared(specification, source, "source", f"{place} {key}")
        if dated and not specification.sources[source].date:
            what = f"{source} has no date"
            raise ConfigurationError(what, f"{place} {key}", f"write date under [source.{source}]")


def _check_statistic(place: str, variable: DerivedVariable) -> None:
    if (variable.statistic == "count") == bool(variable.of):
        what = "of is declared with count" if variable.of else "of is not declared"
        advice = "omit it, or write distinct" if variable.of else "name the variable that it is of"
        raise ConfigurationError(what, f"{place} of", advice)
    if variable.of and variable.statistic != "distinct":
        compile_arithmetic(variable.of, f"{place} of")


def _check_taken(place: str, variable: DerivedVariable) -> None:
    """A value decides between the lowest and the highest, the date between the first and the last."""
    if is_extreme(variable):
        if not variable.of:
            advice = "name the variable whose value decides"
            raise ConfigurationError(f"of is not declared with {variable.take}", f"{place} of", advice)
        if variable.time:
            what = f"time has no effect with {variable.take}"
            raise ConfigurationError(what, f"{place} time", "omit it")
        compile_arithmetic(variable.of, f"{place} of")
        return
    for key in ("of", "without_value"):
        if key in keys_given(variable):
            advice = "omit it, or write lowest or highest"
            raise ConfigurationError(f"{key} has no effect with {variable.take}", f"{place} {key}", advice)


def _only_way(place: str, variable: DerivedVariable) -> Way:
    ways = ways_of(variable)
    if len(ways) == 1:
        return ways[0]
    keys = ", ".join(each.key for each in WAYS)
    if not ways:
        raise ConfigurationError("the derivation is not declared", place, f"write one of {keys}")
    several = " and ".join(each.key for each in ways)
    raise ConfigurationError(f"{several} are declared", place, f"keep one of {keys}")


def _check_dates(place: str, name: str, variable: DerivedVariable) -> None:
    for key in ("time", "flag", "not_before", "not_after"):
        if getattr(variable, key) and variable.value:
            raise ConfigurationError(f"{key} and value are declared", f"{place} {key}", "omit one of them")
    if variable.time and not is_date_name(name):
        what = f"{name} does not end with DT, and the datetime has no name"
        raise ConfigurationError(what, f"{place} time", f"write [subject.{name}DT], or omit time")
    if variable.time and len(name) >= LONGEST:
        what = f"the datetime {name}M would have {len(name) + 1} characters"
        raise ConfigurationError(what, f"{place} time", f"use a name of up to {LONGEST - 1}, or omit time")


_OF_IMPUTED = ("impute_up_to", "flag", "not_before", "not_after")
_NOT_IMPUTED = ("", "none")


def _check_used(place: str, variable: DerivedVariable) -> None:
    """Keys that only add to another key are not declared without it."""
    given = keys_given(variable)
    if variable.date_of and variable.impute in _NOT_IMPUTED:
        idle = [(key, 'impute = "first"') for key in _OF_IMPUTED if key in given]
    else:
        has_other = bool(variable.no) or variable.otherwise is not None
        other = "no" if variable.where else "otherwise"
        idle = [("unknown", other)] if "unknown" in given and not has_other else []
    for key, needed in idle:
        what, advice = f"{key} has no effect without {needed}", f"omit it, or declare {needed}, too"
        raise ConfigurationError(what, f"{place} {key}", advice)


def _check_values(place: str, variable: DerivedVariable) -> None:
    """Values of one variable are of one type."""
    values: list[Assignment] = [*(each.value for each in variable.cases), *variable.map.values()]
    if variable.otherwise is not None:
        values.append(variable.otherwise)
    types = {isinstance(each, str) for each in values if not isinstance(each, FromVariable)}
    if len(types) > 1:
        key = "cases" if variable.cases else "map"
        raise ConfigurationError(
            "texts and numbers are values of one variable", f"{place} {key}", "use values of one type"
        )
    if variable.number and any(isinstance(each, FromVariable) for each in values):
        what = "a value that is taken from a variable has no number"
        raise ConfigurationError(what, f"{place} number", "omit it, or write map for another variable")


def _check_types(place: str, variable: DerivedVariable, specification: Specification) -> None:
    """What sources set a variable to is of one type."""
    for key, name in (("value", variable.value), *(("also", each) for each in variable.also)):
        values = (specification.sources[each].set.get(name) for each in variable.sources)
        if {str, float} <= {type(each) for each in values}:
            what = f"{name} is set to texts and to numbers"
            raise ConfigurationError(what, f"{place} {key}", "use values of one type in set of the sources")


def _check_set(place: str, variable: DerivedVariable, specification: Specification) -> None:
    """Each variable of `also` is set by each source."""
    for source in variable.sources:
        given = specification.sources[source].set
        for each in variable.also:
            if each not in given:
                what = f"{each} is not set by {source}"
                other = f", or name another: {did_you_mean(each, given)}" if given else ""
                advice = f"write it in set of [source.{source}]{other}"
                raise ConfigurationError(what, f"{place} also", advice)


def _check_outputs(declared: Mapping[str, DerivedVariable]) -> None:
    made_by: dict[str, str] = {}
    for name, variable in declared.items():
        for output in outputs(name, variable):
            if output in made_by:
                what = f"{output} is derived by [subject.{made_by[output]}], too"
                raise ConfigurationError(what, f"[subject.{name}]", "derive it once")
            made_by[output] = name
