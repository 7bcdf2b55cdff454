"""Stata: a .dta, in which the arms and strata that are texts are numbers with value labels.

So no text of the data stands in a program, where Stata would expand macros even within quotes, and the first
arm is number 1, the base. `manuals.STATA` has the manual page of each statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from ....schemas.errors import ConfigurationError
from ....schemas.study import columns
from ..arms import Arms
from .model import EndpointColumns, Model

_EXPANDED = re.compile(r"[\"$`'\\]")
_BASE = re.compile(r"\d{1,9}\Z")


def reading(file: str, _frame: pd.DataFrame, _model: Model) -> str:
    """The statement that reads the file."""
    return f"use {_file(file)}, clear"


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For a file whose name Stata would expand, or arms that are numbers of another kind than those of
        factor variables.
    """
    lines = opening(file, frame, model)
    for endpoint in model.endpoints:
        lines += ["", *_fits(endpoint, frame, model)]
    return "\n".join(lines) + "\n"


def opening(file: str, frame: pd.DataFrame, model: Model) -> list[str]:
    """The lines with which a program begins: what it does, and how it reads the file."""
    return [
        f"* {model.title} by Stata; run it in the folder of the file.",
        "version 16",
        "set type double",
        reading(file, frame, model),
    ]


def _fits(endpoint: EndpointColumns, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    failure = f"failure({endpoint.event} == 1)"
    if endpoint.begin and model.subject:
        yield f"stset {endpoint.end}, {failure} id({model.subject}) time0({endpoint.begin}) origin(time 0)"
    elif endpoint.begin:
        yield f"stset {endpoint.end}, {failure} enter(time {endpoint.begin}) origin(time 0)"
    else:
        yield f"stset {endpoint.end}, {failure} origin(time 0)"
    if model.arms is None:
        yield "sts list"
        return
    arm, strata = model.arms.variable, f" strata({' '.join(model.strata)})" if model.strata else ""
    yield f"sts list, by({arm})"
    yield f"sts test {arm}, logrank{strata}"
    yield f"* {model.on_order}"
    yield f"stcox ib{base_of(frame, model.arms)}.{arm}, efron{strata} level(95)"


def base_of(frame: pd.DataFrame, arms: Arms) -> str:
    """The number of the first arm; arms that are texts are numbered from 1."""
    if columns.is_character(frame[arms.variable]):
        return "1"
    if all(map(_BASE.match, arms.levels)):
        return arms.levels[0]
    raise ConfigurationError(
        f"the values of {arms.variable} are not whole numbers from 0, as Stata needs them of an arm",
        f"arms: {', '.join(arms.levels)}",
        "give the character variable of the arm, or use --no-program to write the data alone",
    )


def reading_csv(file: str, frame: pd.DataFrame, _: Model) -> str:
    """The statement that reads a CSV."""
    texts = [str(place) for place, name in enumerate(frame.columns, 1) if columns.is_character(frame[name])]
    options = f"varnames(1) case(preserve) stringcols({' '.join(texts)}) encoding(utf-8) asdouble clear"
    return f"import delimited using {_file(file)}, {options}"


def _file(name: str) -> str:
    if _EXPANDED.search(name) or not name.isprintable():
        raise ConfigurationError(
            "the name of the file contains a character that Stata expands",
            repr(name),
            "choose a name without quotation marks, $ and backslashes",
        )
    return f'"{name}"'
