"""What a specification of a dataset of response must say, whatever the data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....schemas.conditions.grammar import compile_expression
from ....schemas.errors import ConfigurationError
from ....schemas.wording import did_you_mean
from ..own_tables import require_derived_once
from ..specification import Specification, require_declared
from .needed import check_circle, flag_variable, flags_of, paramcd_of, parameters_of
from .options import (
    BestResponse,
    Counting,
    FirstResponse,
    LastResponse,
    OncePerSubject,
    RecordPresent,
    ResponseAssessments,
    ResponseFlag,
    ResponseParameter,
    Responses,
)
from .terms import ResponseTerms, check_terms, terms_called

DERIVED = frozenset(
    {
        *("STUDYID", "USUBJID", "PARAM", "PARAMCD", "PARAMN", "AVAL", "AVALC", "ADT", "ADTF", "ADY"),
        *("SRCDOM", "SRCVAR", "SRCSEQ", "ASEQ"),
    }
)
"""Variables that are derived, so that no parameter sets them, and no flag is called so."""

_PARAMCD = re.compile(r"[A-Z_][A-Z0-9_]{0,7}", re.ASCII)
_HOW_FIRST = "write of and values, or source"
_OF_CONFIRMATION = ("confirm_within", "not_evaluable_between", "stable_between", "lesser_after_better")
_OF_ASSESSMENTS = (
    *("of", "values", "flags", "stable_from", "stable_after", "confirm_after"),
    *_OF_CONFIRMATION,
)
"""Keys of parameters that are made of assessments."""


def check(name: str, options: Responses, specification: Specification) -> None:
    """Refuse what cannot be derived.

    Raises
    ------
    ConfigurationError
    """
    parameters = parameters_of(options, specification)
    if not parameters:
        raise ConfigurationError(
            f"{name} has no parameter",
            f"[derive.{name}] parameters",
            'write a table [response.PARAMCD] with param and how, such as how = "assessments"',
        )
    for terms_name, terms in specification.response_terms.items():
        check_terms(f"[response_terms.{terms_name}]", terms)
    for paramcd in parameters:
        require_declared(specification, paramcd, "response", f"[derive.{name}] parameters")
        _check_parameter(paramcd, specification.responses[paramcd], specification)
    for flag in specification.response_flags:
        _check_flag(flag, specification)
    own = ((f"[response.{each}]", paramcd_of(each, specification.responses[each])) for each in parameters)
    require_derived_once(name, own)
    require_derived_once(name, _flags(options, specification))
    check_circle(parameters, specification)
    _check_copied(name, options, specification)


def _flags(options: Responses, specification: Specification) -> Iterator[tuple[str, str]]:
    """Each place of a flag of the dataset, with its variable."""
    for each in flags_of(options, specification):
        yield f"[response_flag.{each}]", flag_variable(each, specification.response_flags[each])


def terms_of(paramcd: str, specification: Specification) -> ResponseTerms | None:
    """The terms of the responses of a parameter; None of one that has none."""
    options = specification.responses[paramcd]
    if isinstance(options, ResponseAssessments):
        place = f"[response.{paramcd}] terms"
        return terms_called(options.terms, specification.response_terms, place)
    if isinstance(options, BestResponse | LastResponse):
        return terms_of(options.of, specification)
    return None


def _check_parameter(paramcd: str, options: ResponseParameter, specification: Specification) -> None:
    place = f"[response.{paramcd}]"
    if not _PARAMCD.fullmatch(paramcd_of(paramcd, options)):
        raise ConfigurationError("PARAMCD is not valid", place, "use up to 8 letters, digits and underscores")
    if options.subjects:
        compile_expression(options.subjects, f"{place} subjects")
    for variable in options.set:
        if variable in DERIVED:
            raise ConfigurationError(f"{variable} is derived", f"{place} set", "omit it")
    if isinstance(options, ResponseAssessments):
        _require_dated(specification, options.source, f"{place} source")
        terms_called(options.terms, specification.response_terms, f"{place} terms")
    elif isinstance(options, RecordPresent):
        if options.where:
            compile_expression(options.where, f"{place} where")
    elif isinstance(options, FirstResponse) and (options.source or not options.of):
        _check_source(place, options, specification)
    elif isinstance(options, OncePerSubject):
        _check_made_of(place, options, specification)


def _check_source(place: str, options: FirstResponse, specification: Specification) -> None:
    given = [key for key in _OF_ASSESSMENTS if getattr(options, key) not in ("", (), None, "error")]
    if not options.source:
        raise ConfigurationError("what the first record is of is not declared", place, _HOW_FIRST)
    if given:
        raise ConfigurationError(f"source is declared, and {given[0]}", f"{place} {given[0]}", _HOW_FIRST)
    _require_dated(specification, options.source, f"{place} source")


def _require_dated(specification: Specification, source: str, place: str) -> None:
    """Check that a source is declared, with a date."""
    require_declared(specification, source, "source", place)
    if not specification.sources[source].date:
        raise ConfigurationError(
            f"the records of {source} have no date", place, f"write date in [source.{source}]"
        )


def _check_made_of(place: str, options: OncePerSubject, specification: Specification) -> None:
    if not options.of:
        advice = "write of = PARAMCD, the parameter whose records are used"
        raise ConfigurationError("of is not declared", place, advice)
    require_declared(specification, options.of, "response", f"{place} of")
    _check_flags(place, options, specification)
    other = specification.responses[options.of]
    if isinstance(other, OncePerSubject) and not other.of:
        raise ConfigurationError(
            f"{options.of} has no responses", f"{place} of", "name a parameter of assessments"
        )
    terms = _terms_checked(options.of, place, specification)
    values = getattr(options, "values", ())
    if isinstance(options, FirstResponse) and not values:
        raise ConfigurationError("values are not declared", place, 'write values = ["CR", "PR"]')
    for value in values:
        if value not in terms.order:
            what = f"{value} is not a term of {options.of}"
            raise ConfigurationError(what, f"{place} values", did_you_mean(value, terms.order))
    if isinstance(options, Counting):
        _check_counting(place, options, terms, specification)
    if isinstance(options, BestResponse):
        _check_best(place, options, terms)


def _check_flags(place: str, options: OncePerSubject, specification: Specification) -> None:
    """The flags of a parameter are declared, and of the assessments that it is made of."""
    assessments = options.of
    seen = {assessments}
    while isinstance(other := specification.responses.get(assessments), OncePerSubject):
        assessments = other.of
        if assessments in seen:
            break
        seen.add(assessments)
    for name in options.flags:
        require_declared(specification, name, "response_flag", f"{place} flags")
        of = specification.response_flags[name].of
        if of and assessments not in of:
            raise ConfigurationError(
                f"{name} is not a flag of {assessments}",
                f"{place} flags",
                f"name another flag, or add {assessments} to of in [response_flag.{name}]",
            )


def _terms_checked(paramcd: str, place: str, specification: Specification) -> ResponseTerms:
    terms = None if _is_circular(paramcd, specification) else terms_of(paramcd, specification)
    if terms is None:
        what = f"{paramcd} has no responses"
        raise ConfigurationError(
            what, f"{place} of", "name a parameter of assessments, or the best or last of them"
        )
    return terms


def _is_circular(paramcd: str, specification: Specification) -> bool:
    seen: list[str] = []
    while paramcd not in seen:
        seen.append(paramcd)
        options = specification.responses.get(paramcd)
        if not isinstance(options, OncePerSubject) or not options.of:
            return False
        paramcd = options.of
    return True


def _check_counting(
    place: str, options: Counting, terms: ResponseTerms, specification: Specification
) -> None:
    _check_stable(place, options, terms)
    if options.confirm_after is not None:
        _check_confirmation(place, options, specification)
        return
    for key in _OF_CONFIRMATION:
        if getattr(options, key) not in (None, "error"):
            raise ConfigurationError(
                "no confirmation is declared", f"{place} {key}", f"write confirm_after, or omit {key}"
            )


def _check_stable(place: str, options: Counting, terms: ResponseTerms) -> None:
    if options.stable_after and not options.stable_from:
        what = "the date that stable_after counts from is not declared"
        raise ConfigurationError(what, place, 'write stable_from = "RANDDT"')
    if options.stable_from and options.stable_after is None:
        what = "from when stable disease counts is not declared"
        raise ConfigurationError(what, place, "write stable_after, such as 42")
    stable = [each for each in getattr(options, "values", terms.stable) if each in terms.stable]
    if stable and options.stable_after is None:
        raise ConfigurationError(
            f"from when {stable[0]} counts is not declared",
            place,
            'write stable_after and stable_from, such as 42 and "RANDDT"; or stable_after = 0',
        )


_BETWEEN = {"not_evaluable_between": "not evaluable", "stable_between": "stable"}


def _check_confirmation(place: str, options: Counting, specification: Specification) -> None:
    for key, what in _BETWEEN.items():
        if getattr(options, key) is None:
            raise ConfigurationError(
                f"how many assessments may be {what} before a confirmation is not declared",
                place,
                f"write {key} = 0, or more",
            )
    if options.confirm_within is not None and options.confirm_within < (options.confirm_after or 0):
        raise ConfigurationError(
            "confirm_within is less than confirm_after", f"{place} confirm_within", "write more days"
        )
    if not isinstance(specification.responses[options.of], ResponseAssessments):
        raise ConfigurationError(
            f"{options.of} has one record per subject, which none confirms",
            f"{place} confirm_after",
            "name a parameter of assessments by of",
        )


def _check_best(place: str, options: BestResponse, terms: ResponseTerms) -> None:
    if options.without == "keep" and not options.without_value:
        raise ConfigurationError(
            "AVALC of subjects without an assessment is not declared",
            place,
            f'write without_value = "{terms.order[-1]}"',
        )
    if options.without_value and options.without != "keep":
        what = f"without_value has no effect with without = {options.without}"
        raise ConfigurationError(what, f"{place} without_value", 'omit it, or write without = "keep"')
    if options.without_value and options.without_value not in terms.order:
        what = f"{options.without_value} is not a term"
        advice = did_you_mean(options.without_value, terms.order)
        raise ConfigurationError(what, f"{place} without_value", advice)


def _check_flag(name: str, specification: Specification) -> None:
    flag, place = specification.response_flags[name], f"[response_flag.{name}]"
    if flag_variable(name, flag) in DERIVED:
        what = f"{flag_variable(name, flag)} is derived"
        raise ConfigurationError(what, place, "give the flag another name")
    for paramcd in flag.of:
        require_declared(specification, paramcd, "response", f"{place} of")
        if not isinstance(specification.responses[paramcd], ResponseAssessments):
            raise ConfigurationError(
                f"{paramcd} is not a parameter of assessments",
                f"{place} of",
                "name those whose records it flags; others have the flags of their assessment",
            )
    for other in flag.among:
        require_declared(specification, other, "response_flag", f"{place} among")
    if flag.where:
        compile_expression(flag.where, f"{place} where")
    _check_before(place, flag, specification)
    if flag.to_first:
        require_declared(specification, flag.to_first, "response", f"{place} to_first")
        if isinstance(specification.responses[flag.to_first], ResponseAssessments | RecordPresent):
            raise ConfigurationError(
                f"{flag.to_first} does not have one date per subject",
                f"{place} to_first",
                'name a parameter with how = "first"',
            )
    if flag.to_cut_off and specification.cut_off is None:
        raise ConfigurationError(
            "the data cut-off date is not declared",
            f"{place} to_cut_off",
            "write cut_off = DATE under [study]",
        )
    _check_values(place, name, flag, specification)


def _check_before(place: str, flag: ResponseFlag, specification: Specification) -> None:
    if flag.before:
        _require_dated(specification, flag.before, f"{place} before")
    elif flag.same_day != "late":
        what = "same_day has no effect without before"
        raise ConfigurationError(what, f"{place} same_day", "omit it, or name a source by before")


def _check_values(place: str, name: str, flag: ResponseFlag, specification: Specification) -> None:
    """The terms of a flag are terms of the assessments that it is of."""
    assessments = [
        each
        for each, options in specification.responses.items()
        if isinstance(options, ResponseAssessments) and (not flag.of or each in flag.of)
    ]
    known = [term for each in assessments for term in (terms_of(each, specification) or _NO_TERMS).order]
    for value in flag.values:
        if value not in known:
            advice = did_you_mean(value, dict.fromkeys(known))
            raise ConfigurationError(f"{value} is not a term that {name} is of", f"{place} values", advice)


_NO_TERMS = ResponseTerms(order=(), responses=(), progression=(), not_evaluable=())


def _check_copied(name: str, options: Responses, specification: Specification) -> None:
    """Refuse a variable that is copied and derived, carried or a flag."""
    flags = (flag for _, flag in _flags(options, specification))
    taken = {*DERIVED, *flags, *options.carry, *options.carry_as}
    for key, names in (("copy", options.copy), ("copy_as", tuple(options.copy_as))):
        for each in names:
            if each in taken or (key == "copy_as" and each in options.copy):
                raise ConfigurationError(
                    f"{each} is another variable", f"[derive.{name}] {key}", "omit it, or copy it as another"
                )
