"""What a specification of measurements must say, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from ....schemas.conditions.arithmetic import compile_arithmetic
from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.wording import did_you_mean
from ..analysis_variables import check_variable, named_variables, outputs_of
from ..occurrence_flags import flag_variable
from ..own_tables import require_derived_once
from ..specification import Specification
from ..templates import variables_in
from .grades import GRADE_VARIABLES, directions, named_by_grades
from .one_to_one import check_one_to_one
from .options import AnalysisVisit, DerivedRecords, Grade, Measurement, Measurements
from .parts import MeasurementParts, paramcd_of, parts_of
from .record_sets import SUMMARIES
from .visits import visit_variables

_PARAMCD = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_CHANGES = ("CHG", "PCHG")


def check(name: str, options: Measurements, specification: Specification) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    parts = parts_of(name, specification)
    _check_dataset(name, options, parts)
    require_derived_once(name, _parameters(parts))
    require_derived_once(name, (*_shared_outputs(parts), *_outputs(parts)))
    for each, measurement in parts.measurements.items():
        _check_measurement(each, measurement)
        if measurement.expression:
            _check_expression(each, measurement, parts, options)
    _check_visits(parts.visits)
    check_one_to_one(parts)
    for each, record in parts.records.items():
        _check_record(each, record)
    for each, variable in parts.variables.items():
        check_variable(each, variable)
    for each, grade in parts.grades.items():
        _check_grade(each, grade)
    _check_circles(parts)


def _check_dataset(name: str, options: Measurements, parts: MeasurementParts) -> None:
    place = f"[derive.{name}]"
    if not options.sources:
        raise ConfigurationError("the source is not declared", f"{place} dataset", 'write dataset = "VS"')
    if len(options.sources) > 1 and options.supplement:
        what = "one dataset of supplemental qualifiers is declared for several sources"
        advice = "omit it: SUPPLB is used for LB, SUPPVS for VS"
        raise ConfigurationError(what, f"{place} supplement", advice)
    for key in ("where", "population", "baseline_where", "change_where"):
        if getattr(options, key):
            compile_expression(getattr(options, key), f"{place} {key}")
    for each in options.change:
        if each not in _CHANGES:
            advice = did_you_mean(each, _CHANGES)
            raise ConfigurationError(f"{each} is not a change from baseline", f"{place} change", advice)
    variables_in(options.param, f"{place} param")
    if not options.param and all(each.expression for each in parts.measurements.values()):
        advice = 'write [measurement.PARAMCD], or param = "{VSTEST} ({VSSTRESU})"'
        raise ConfigurationError("no parameter of the source is declared", place, advice)


def needs(name: str, options: Measurements, specification: Specification) -> tuple[str, ...]:
    """ADSL, the sources and their supplemental qualifiers."""
    supplements = (options.supplement or f"SUPP{each}" for each in options.sources)
    criteria = (each.criteria for each in parts_of(name, specification).grades.values() if each.criteria)
    return options.subjects_from, *options.sources, *supplements, *criteria


def _check_measurement(name: str, measurement: Measurement) -> None:
    place = f"[measurement.{name}]"
    paramcd = paramcd_of(name, measurement)
    if not _PARAMCD.fullmatch(paramcd):
        advice = "use up to 8 capitals, digits and underscores, not beginning with a digit"
        raise ConfigurationError(f"{paramcd} is not a value of PARAMCD", place, advice)
    if measurement.where:
        compile_expression(measurement.where, f"{place} where")
    if measurement.aval:
        compile_arithmetic(measurement.aval, f"{place} aval")
    variables_in(measurement.param, f"{place} param")
    if measurement.decimals is not None and not (measurement.aval or measurement.expression):
        what = "decimals has no meaning without aval or expression"
        raise ConfigurationError(what, f"{place} decimals", "omit it")
    if measurement.expression:
        _check_calculated(place, measurement)
        return
    for key in ("by", "constant", "collected", "dtype"):
        if getattr(measurement, key):
            what = f"{key} has no meaning without expression"
            raise ConfigurationError(what, f"{place} {key}", "omit it")


def _check_calculated(place: str, measurement: Measurement) -> None:
    if measurement.collected:
        compile_expression(measurement.collected, f"{place} collected")
    elif measurement.aval:
        what = "aval and expression are declared"
        raise ConfigurationError(what, f"{place} aval", "keep one of them: aval is of the source")
    elif measurement.prefer != "error":
        what = "prefer has no meaning without collected"
        raise ConfigurationError(what, f"{place} prefer", "omit it, or declare collected")
    if variables_in(measurement.param, f"{place} param"):
        what = "PARAM of a calculated parameter names a variable of the source"
        raise ConfigurationError(what, f"{place} param", "write it without braces")


def _check_expression(
    name: str, measurement: Measurement, parts: MeasurementParts, options: Measurements
) -> None:
    """Operands are parameters that there are before it is calculated."""
    place = f"[measurement.{name}] expression"
    operands = [each.upper() for each in compile_arithmetic(measurement.expression, place).variables]
    if not operands:
        raise ConfigurationError("the expression has no parameter", place, "name parameters")
    declared = [paramcd_of(each, one) for each, one in parts.measurements.items()]
    paramcd = paramcd_of(name, measurement)
    before = declared[: declared.index(paramcd)]
    collected = [paramcd_of(each, one) for each, one in parts.measurements.items() if not one.expression]
    for each in operands:
        by_test = bool(options.param) and each not in declared
        if each not in (*before, *collected) and not by_test:
            what = f"{each} is not a parameter that is declared before {paramcd}"
            later = each in declared and each != paramcd
            advice = f"declare it before {paramcd}" if later else did_you_mean(each, (*before, *collected))
            raise ConfigurationError(what, place, advice)
    for each in measurement.constant:
        if each not in operands:
            advice = did_you_mean(each, operands)
            raise ConfigurationError(
                f"{each} is not in the expression", f"[measurement.{name}] constant", advice
            )
    if set(operands) <= set(measurement.constant):
        what = "all parameters of the expression are constant"
        raise ConfigurationError(what, f"[measurement.{name}] constant", "omit one, or declare by = []")


def _check_visits(visits: Mapping[str, AnalysisVisit]) -> None:
    """Visits do not overlap."""
    limits = []
    for name, visit in visits.items():
        first = float("-inf") if visit.first is None else visit.first
        last = float("inf") if visit.last is None else visit.last
        if first > last:
            what = "first is after last"
            raise ConfigurationError(what, f"[visit.{name}] first", "exchange them")
        limits.append((first, last, name))
    limits.sort()
    for (_, last, one), (first, _, other) in pairwise(limits):
        if first <= last:
            what = f"{other} overlaps with {one}: a day belongs to both"
            raise ConfigurationError(what, f"[visit.{other}] first", "let it begin later")


def _check_record(name: str, record: DerivedRecords) -> None:
    place = f"[record.{name}]"
    if record.where:
        compile_expression(record.where, f"{place} where")
    summary = record.take in SUMMARIES
    if summary and (record.order or record.visits):
        key = "order" if record.order else "visits"
        what = f"{key} has no meaning with take = {record.take!r}"
        raise ConfigurationError(what, f"{place} {key}", "omit it")
    if summary and record.when == "last":
        what = f"take = {record.take!r} makes new records, which have no baseline if they are made last"
        raise ConfigurationError(what, f"{place} when", 'omit it, or take "first", "last", …')
    if record.missing_aval == "use" and record.take not in ("first", "last"):
        what = f"records without AVAL have no {record.take}"
        raise ConfigurationError(what, f"{place} missing_aval", "omit it")
    if record.take in ("first", "last") and not record.order:
        what = f"take = {record.take!r} has no order"
        raise ConfigurationError(what, f"{place} order", 'write order = ["ADT"]')
    for variable, value in record.visits.items():
        if isinstance(value, str):
            what = f"AVISITN of {variable} is not a number"
            raise ConfigurationError(what, f"{place} visits", 'write { "Week 2" = 2 }')
    reserved = {"USUBJID", "PARAMCD", "AVAL", "DTYPE"} & {*record.set} or {"AVISIT", "AVISITN"} & {
        *(record.set if record.visits else ())
    }
    for each in sorted(reserved):
        raise ConfigurationError(f"{each} is not to be set", f"{place} set", "omit it")


def _check_grade(name: str, grade: Grade) -> None:
    """Grades are text, and none is after a lesser one, which would hide it."""
    place = f"[grade.{name}] cases"
    for key in ("where", "term", "direction", "cases"):
        if grade.criteria and key != "where" and getattr(grade, key):
            what = f"{key} has no meaning with criteria"
            raise ConfigurationError(what, f"[grade.{name}] {key}", "omit it: the dataset has it")
        if not grade.criteria and not getattr(grade, key):
            what = f"{key} is not declared"
            raise ConfigurationError(
                what, f"[grade.{name}]", f"write {key}, or criteria, a dataset with them"
            )
    grades = [case.value for case in grade.cases]
    if any(not isinstance(each, str) for each in grades):
        raise ConfigurationError("a grade is not text", place, 'write grades in quotes: value = "3"')
    for before, after in pairwise(each for each in grades if isinstance(each, str) and each.isdecimal()):
        if int(before) < int(after):
            what = f"grade {after} is after grade {before}, and the first case that is true counts"
            raise ConfigurationError(what, place, "begin with the worst grade")


def _check_circles(parts: MeasurementParts) -> None:
    """Variables and flags do not need each other."""
    made_by = {output: place for place, output in _outputs(parts)}
    of_grades = {each: f"grades of {each} values" for each in directions(parts.grades)}
    made_by |= {output: place for each, place in of_grades.items() for output in GRADE_VARIABLES[each]}
    needed = {
        **{f"[variable.{name}]": {*named_variables(name, each)} for name, each in parts.variables.items()},
        **{f"[flag.{name}]": {*_named_by_flag(name, parts)} for name in parts.flags},
        **{place: {*named_by_grades(parts.grades, each)} for each, place in of_grades.items()},
    }
    after: set[str] = set()
    while len(after) < len(needed):
        ready = [
            each
            for each, names in needed.items()
            if each not in after and {made_by[one] for one in names if one in made_by} <= after
        ]
        if not ready:
            stuck = next(each for each in needed if each not in after)
            others = sorted(
                made_by[one] for one in needed[stuck] if one in made_by and made_by[one] not in after
            )
            what = f"it needs {', '.join(others)}, which needs it"
            raise ConfigurationError(what, stuck, "let one of them need fewer variables")
        after.update(ready)


def _parameters(parts: MeasurementParts) -> Iterator[tuple[str, str]]:
    """Each place of a parameter, with its PARAMCD."""
    return ((f"[measurement.{name}]", paramcd_of(name, each)) for name, each in parts.measurements.items())


def _outputs(parts: MeasurementParts) -> Iterator[tuple[str, str]]:
    """Each place of a variable or flag, with what is derived there."""
    for name, variable in parts.variables.items():
        yield from ((f"[variable.{name}]", output) for output in outputs_of(name, variable))
    for name, flag in parts.flags.items():
        yield f"[flag.{name}]", flag_variable(name, flag)


def _shared_outputs(parts: MeasurementParts) -> Iterator[tuple[str, str]]:
    """Each variable that several tables make together, with the place of the first of them."""
    by_parameter = {
        variable: f"[measurement.{name}]"
        for name, measurement in reversed([*parts.measurements.items()])
        for variable in measurement.set
    }
    yield from ((place, variable) for variable, place in by_parameter.items())
    for first in [*parts.visits][:1]:
        yield from ((f"[visit.{first}]", each) for each in visit_variables(parts.visits))
    for direction in directions(parts.grades):
        first = next(
            name for name, each in parts.grades.items() if each.criteria or each.direction == direction
        )
        yield from ((f"[grade.{first}]", each) for each in GRADE_VARIABLES[direction])


def _named_by_flag(name: str, parts: MeasurementParts) -> Iterator[str]:
    flag = parts.flags[name]
    if flag.where:
        yield from (each.upper() for each in compile_expression(flag.where, f"[flag.{name}] where").variables)
    yield from (*flag.by, *flag.order, *([flag.worst] if flag.worst else []))
