"""What the parameters of a dataset of response need: other parameters, flags, and datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..by_need import in_order_of_need
from ..specification import Specification
from .options import (
    FirstResponse,
    OncePerSubject,
    RecordPresent,
    ResponseAssessments,
    ResponseFlag,
    ResponseParameter,
    Responses,
)


def parameters_of(options: Responses, specification: Specification) -> tuple[str, ...]:
    """Tables of the parameters of the dataset."""
    return options.parameters or tuple(specification.responses)


def paramcd_of(name: str, options: ResponseParameter) -> str:
    """PARAMCD of a table."""
    return options.paramcd or name


def flag_variable(name: str, flag: ResponseFlag) -> str:
    """The variable of a table of a flag."""
    return flag.variable or name


def flags_of(options: Responses, specification: Specification) -> tuple[str, ...]:
    """Tables of flags that records of the dataset may have."""
    parameters = {*parameters_of(options, specification)}
    return tuple(
        name
        for name, flag in specification.response_flags.items()
        if not flag.of or parameters.intersection(flag.of)
    )


def needs(_name: str, options: Responses, specification: Specification) -> tuple[str, ...]:
    """ADSL, and the datasets of the parameters and of their sources."""
    found = [options.subjects_from]
    for each in _all_needed(parameters_of(options, specification), specification):
        declared = specification.responses.get(each)
        if isinstance(declared, RecordPresent):
            found.append(declared.dataset)
        elif isinstance(declared, ResponseAssessments | FirstResponse) and declared.source:
            found.append(specification.sources[declared.source].dataset)
    for flag in flags_of(options, specification):
        before = specification.response_flags[flag].before
        if before:
            found.append(specification.sources[before].dataset)
    return tuple(dict.fromkeys(found))


def _all_needed(parameters: Iterable[str], specification: Specification) -> list[str]:
    """Parameters and flags that some need, themselves among them."""
    found, left = dict.fromkeys(parameters), list(parameters)
    while left:
        new = [each for each in _needed(left.pop(), specification) if each not in found]
        found |= dict.fromkeys(new)
        left += new
    return list(found)


def _needed(name: str, specification: Specification) -> Iterator[str]:
    """What a parameter or a flag needs: other parameters and flags."""
    if name in specification.response_flags:
        flag = specification.response_flags[name]
        yield from flag.among
        if flag.to_first:
            yield flag.to_first
        return
    options = specification.responses.get(name)
    if isinstance(options, OncePerSubject):
        yield from options.flags
        if options.of:
            yield options.of


def check_circle(parameters: Iterable[str], specification: Specification) -> None:
    """Refuse parameters and flags that need each other.

    Raises
    ------
    ConfigurationError
    """
    needed = {each: {*_needed(each, specification)} for each in _all_needed(parameters, specification)}

    def place(name: str) -> str:
        kind = "response_flag" if name in specification.response_flags else "response"
        return f"[{kind}.{name}]"

    in_order_of_need(needed, place, "let one of them need fewer")
