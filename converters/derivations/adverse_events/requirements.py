"""What a specification of an adverse event dataset must say, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ..analysis_variables import check_variable, in_order, outputs_of
from ..occurrence_flag_options import OccurrenceFlag
from ..occurrence_flags import flag_variable
from ..own_tables import own_tables, require_derived_once, tables_that_name
from ..specification import Specification
from ..variable_options import AnalysisVariable
from .options import AdverseEvents, EventQuery

_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,4}")


def check(name: str, options: AdverseEvents, specification: Specification) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    place = f"[derive.{name}]"
    if options.where:
        compile_expression(options.where, f"{place} where")
    if specification.adverse_events.worsening and not options.baseline_severity:
        raise ConfigurationError(
            "worsening is declared, but not the severity at baseline",
            f"{place} baseline_severity",
            'write baseline_severity = "VARIABLE"',
        )
    for number in options.period_names:
        if not (number.isascii() and number.isdigit()):
            raise ConfigurationError(
                f"{number} is not the number of a period", f"{place} period_names", 'write { 1 = "NAME" }'
            )
    for query, asked in own_tables(specification.queries, name).items():
        _check_query(query, asked)
    flags = own_tables(specification.flags, name)
    variables = tables_that_name(specification.variables, name)
    require_derived_once(name, _outputs(flags, variables))
    for each, variable in variables.items():
        check_variable(each, variable)
    in_order(variables)
    for flag, declared in flags.items():
        if declared.where:
            compile_expression(declared.where, f"[flag.{flag}] where")
        if declared.take == "all" and (declared.by or declared.worst):
            raise ConfigurationError(
                'by and worst choose one record of a group, take = "all" all of them',
                f"[flag.{flag}] take",
                "omit by and worst, or take",
            )


def _outputs(
    flags: Mapping[str, OccurrenceFlag], variables: Mapping[str, AnalysisVariable]
) -> Iterator[tuple[str, str]]:
    """Each place of a variable or flag, with what is derived there."""
    for name, flag in flags.items():
        yield f"[flag.{name}]", flag_variable(name, flag)
    for name, variable in variables.items():
        yield from ((f"[variable.{name}]", output) for output in outputs_of(name, variable))


def needs(_name: str, options: AdverseEvents, _specification: Specification) -> tuple[str, ...]:
    """ADSL, the source and its supplemental qualifiers."""
    return options.subjects_from, options.dataset, options.supplement or f"SUPP{options.dataset}"


def _check_query(name: str, query: EventQuery) -> None:
    place = f"[query.{name}]"
    if not _PREFIX.fullmatch(name):
        raise ConfigurationError(
            f"{name} is not what variables begin with", place, "write [query.CQ01] for CQ01NAM"
        )
    if bool(query.where) == bool(query.terms):
        what = "a query has where or terms, not both" if query.where else "the query has no condition"
        raise ConfigurationError(what, place, "write where, or terms")
    if query.where:
        compile_expression(query.where, f"{place} where")
        if not query.title:
            raise ConfigurationError("title is not present", place, f"write title, for {name}NAM")
