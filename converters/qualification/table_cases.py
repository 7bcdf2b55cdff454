"""Tables of every shape and the summaries, against rows worked out by hand and figures that R gave."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from ...schemas.study.study import Study
from ..survival.shapes import SHAPES
from ..survival.summaries.adverse_events.summary import adverse_events
from ..survival.summaries.cuminc.summary import cumulative_incidence
from ..survival.summaries.kaplan_meier.summary import kaplan_meier
from ..survival.tables import table
from .checked_case import CheckedCase, failure
from .stored_answers import StoredStudies, declarations, stored

FILE = "tables.json"
_DIGITS = 10
"""Significant digits of figures that are compared: what rounding of doubles leaves untouched."""

_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "kaplan-meier": kaplan_meier,
        "cumulative-incidence": cumulative_incidence,
        "adverse-events": adverse_events,
    }
)
"""Summaries; any other subject is a shape."""


def table_cases(document: Mapping[str, Any] | None = None) -> Iterator[CheckedCase]:
    """Every stored table, made again; a shape without an answer is one that differs."""
    held = stored(FILE) if document is None else document
    studies = StoredStudies(held)
    made: dict[str, Any] = {}
    for case in held["cases"]:
        key = json.dumps([case[name] for name in ("subject", "datasets", "arguments")])
        if key not in made:
            made[key] = _made(studies.study(case["datasets"]), case)
        expected = tuple(_line(row) for row in case["rows"])
        result = made[key]
        observed = failure(result) if isinstance(result, Exception) else _observed(result, case)
        yield CheckedCase(case["subject"], f"{case['case']} ({case['source']})", expected, observed)
    for subject in sorted({*SHAPES, *_FUNCTIONS} - {case["subject"] for case in held["cases"]}):
        yield CheckedCase(subject, "answers", ("at least one is stored",), ("none is stored",))


def _made(study: Study, case: Mapping[str, Any]) -> Any:
    """The table, or the error in its place."""
    if "declared" in case:
        study = study.declaring(declarations(json.dumps(case["declared"])))
    subject, arguments = case["subject"], case["arguments"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if subject in _FUNCTIONS:
                return _FUNCTIONS[subject](study, **arguments, gate=False)
            return table(study, subject, **arguments, gate=False)
    except Exception as error:
        return error


def _observed(result: Any, case: Mapping[str, Any]) -> tuple[str, ...]:
    """The rows of a table that a case is about, in the columns that it compares."""
    part = case.get("part")
    frame: pd.DataFrame = (getattr(result, part) if part else result).frame
    try:
        for name, value in case.get("only", {}).items():
            frame = frame[frame[name] == value]
        return tuple(_line(row) for row in frame[case["columns"]].astype(object).itertuples(index=False))
    except KeyError as error:
        return failure(error)


def _line(row: Sequence[Any]) -> str:
    return ", ".join(_cell(each) for each in row)


def _cell(value: Any) -> str:
    """A value of an answer or a table, as both are shown."""
    if pd.isna(value):
        return "missing"
    if isinstance(value, str):
        return value
    return str(bool(value)).lower() if _is_logical(value) else f"{float(value):.{_DIGITS}g}"


def _is_logical(value: Any) -> bool:
    return type(value).__name__ in ("bool", "bool_")
