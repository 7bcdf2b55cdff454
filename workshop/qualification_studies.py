"""Studies in the form that `stored_answers` reads: later datasets as changes of earlier ones."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from adamgate.converters.metadata.define_xml.writer import define_xml
from adamgate.converters.qualification.stored_answers import KindAndValues
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.standards.terminology import BUILT_IN
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import DateSource, Declarations, Endpoint
from adamgate.schemas.study.definition import Definition
from adamgate.schemas.study.variable import Variable

Whole = Mapping[str, Any]
"""A dataset as it is stored, with all of its columns."""
_MOST_CHANGED = 0.5
_TRIED = 4
"""So many earlier datasets, the most like a new one, are tried as what it is a change of."""


class NotStored(ValueError):
    """What has no place in a file of answers."""


def whole(data: Dataset) -> Whole:
    """A dataset as it is stored.

    Raises
    ------
    NotStored
        For attributes, values that were read as missing, and columns of another kind.
    """
    if data.attributes or data.raw_places is not None or data.read_as_missing.values:
        raise NotStored("attributes, raw places or values read as missing")
    made = Dataset.from_frame(data.frame, data.name)
    variables = {
        each.name: facts
        for each, plain in zip(data.variables, made.variables, strict=True)
        if (facts := _other_facts(each, plain))
    }
    special = {
        name: [each.records.tolist(), each.tags.tolist()] for name, each in data.special_missing.items()
    }
    found = {
        "name": data.name,
        "label": data.label,
        "class": data.declared_class,
        "subclass": data.declared_subclass,
        "carries": sorted(data.carries),
        "variables": variables,
        "special_missing": special,
    }
    columns = {str(name): _column(data.frame[name]) for name in data.frame.columns}
    return {**{key: value for key, value in found.items() if value}, "records": len(data), "columns": columns}


def _other_facts(variable: Variable, plain: Variable) -> dict[str, Any]:
    return {
        each.name: value
        for each in fields(Variable)
        if (value := getattr(variable, each.name)) != getattr(plain, each.name)
    }


def _column(held: pd.Series[Any]) -> KindAndValues:
    kind = held.dtype
    if isinstance(kind, np.dtype) and kind.kind == "M":
        texts = np.datetime_as_string(held.to_numpy()).tolist()
        return str(kind), [None if each == "NaT" else each for each in texts]
    values = held.astype(object).where(held.notna(), None).tolist()
    if kind.kind == "O" and all(each is None or isinstance(each, str) for each in values):
        return "text", values
    if kind.kind == "f" and isinstance(kind, np.dtype):
        return "number", [_number(each) for each in values]
    if kind.kind in "iub" and isinstance(kind, np.dtype):
        return str(kind), values
    raise NotStored(f"a column of {kind}")


def _number(value: float | None) -> float | int | str | None:
    """JSON has no infinity; whole numbers are shorter without a point."""
    if value is None:
        return None
    if np.isinf(value):
        return str(value)
    return int(value) if value == int(value) and not (value == 0 and np.signbit(value)) else float(value)


class StoredFile:
    """What a file of answers holds, as it grows."""

    def __init__(self) -> None:
        self.datasets: list[Mapping[str, Any]] = []
        self.defines: list[Any] = []
        self._wholes: list[Whole] = []
        self._columns: list[set[str]] = []
        self._known: dict[str, int] = {}
        self._lines: list[str] = []
        self._definitions: dict[str, int] = {}

    def number_of(self, stated: Whole) -> int:
        """The number of a dataset, which is stored if it is not yet."""
        key = json.dumps(stated)
        if key not in self._known:
            self._known[key] = len(self.datasets)
            self.datasets.append(self._shortest(stated))
            self._wholes.append(stated)
        return self._known[key]

    def _shortest(self, stated: Whole) -> Mapping[str, Any]:
        """As it is, or as what differs from an earlier one of its name that is like it."""
        columns = _hashes(stated)
        alike = sorted(
            (number for number, base in enumerate(self._wholes) if base["name"] == stated["name"]),
            key=lambda number: -len(columns & self._columns[number]),
        )
        self._columns.append(columns)
        changes = (_change(number, self._wholes[number], stated) for number in alike[:_TRIED])
        forms = [stated, *(each for each in changes if each is not None)]
        return min(forms, key=lambda form: len(json.dumps(form)))

    def define_of(self, text: str) -> int:
        """The number of a define.xml."""
        if text not in self._definitions:
            lines = text.removesuffix("\n").split("\n")
            self._definitions[text] = len(self.defines)
            if not self.defines:
                self._lines = lines
                self.defines.append(lines)
            else:
                matched = difflib.SequenceMatcher(None, self._lines, lines, autojunk=False)
                self.defines.append(
                    [
                        [start, end, lines[first:last]]
                        for tag, start, end, first, last in matched.get_opcodes()
                        if tag != "equal"
                    ]
                )
        return self._definitions[text]


def _change(number: int, base: Whole, stated: Whole) -> Mapping[str, Any] | None:
    """What makes a dataset of an earlier one; None if they have little in common."""
    common = [name for name in base["columns"] if name in stated["columns"]]
    if len(common) < _MOST_CHANGED * max(len(base["columns"]), len(stated["columns"])):
        return None
    if not base["records"] and stated["records"]:
        return None
    rows = None
    if base["records"] != stated["records"] or _rows(base, common) != _rows(stated, common):
        rows = _aligned(_rows(base, common), _rows(stated, common))
    cells: dict[str, dict[str, Any]] = {}
    columns: dict[str, KindAndValues] = {}
    for name, (kind, values) in stated["columns"].items():
        if name not in common or base["columns"][name][0] != kind:
            columns[name] = (kind, values)
            continue
        before = base["columns"][name][1]
        before = before if rows is None else [before[row] for row in rows]
        others = {
            str(row): new for row, (old, new) in enumerate(zip(before, values, strict=True)) if old != new
        }
        if len(others) > _MOST_CHANGED * len(values):
            columns[name] = (kind, values)
        elif others:
            cells[name] = others
    without = [name for name in base["columns"] if name not in common]
    if [*common, *(name for name in columns if name not in common)] != list(stated["columns"]):
        return None  # another order
    facts = ("label", "class", "subclass", "carries", "variables", "special_missing")
    changed = {
        name: stated.get(name, _EMPTY.get(name, "")) for name in facts if stated.get(name) != base.get(name)
    }
    whole_change = {"of": number, "rows": rows, "without": without, "cells": cells, "columns": columns}
    if rows == list(range(base["records"])):
        whole_change["rows"] = None
    return {
        **{name: value for name, value in whole_change.items() if value not in (None, {}, [])},
        **({"rows": []} if rows == [] else {}),
        **({"facts": changed} if changed else {}),
    }


def _hashes(stated: Whole) -> set[str]:
    return {json.dumps(each) for each in stated["columns"].items()}


_EMPTY: Mapping[str, Any] = {"carries": [], "variables": {}, "special_missing": {}}


def _rows(stated: Whole, names: Sequence[str]) -> list[str]:
    values = [stated["columns"][name][1] for name in names]
    return [json.dumps(row) for row in zip(*values, strict=True)] if values else [""] * stated["records"]


def _aligned(base: list[str], rows: list[str]) -> list[int] | None:
    """For each record that of the base which it is; the one at its place where it is of none."""
    if len(base) == len(rows) and sum(a != b for a, b in zip(base, rows, strict=True)) <= len(rows) / 2:
        return None
    place = {row: number for number, row in reversed(list(enumerate(base)))}
    return [place.get(row, min(number, len(base) - 1)) for number, row in enumerate(rows)]


def stated_declarations(declared: Declarations) -> dict[str, Any] | None:
    """Declarations as JSON has them; None for none.

    Raises
    ------
    NotStored
        For other codelists than those that are built in.
    """
    if declared.terminology != BUILT_IN:
        raise NotStored("codelists")
    found: dict[str, Any] = {}
    for each in fields(Declarations):
        value = getattr(declared, each.name)
        if each.name == "terminology" or value in (None, "", (), False) or value == {}:
            continue
        if each.name in ("endpoints", "sources"):
            kind = Endpoint if each.name == "endpoints" else DateSource
            value = {key: _of_entry(kind, one) for key, one in value.items()}
        found[each.name] = value.isoformat() if isinstance(value, date) else value
    return found or None


def _of_entry(kind: type[Endpoint | DateSource], entry: Endpoint | DateSource) -> dict[str, Any]:
    plain = Endpoint() if kind is Endpoint else DateSource(dataset="", date="")
    return {
        each.name: value
        for each in fields(kind)
        if (value := getattr(entry, each.name)) != getattr(plain, each.name)
    }


def define_text(definition: Definition, text: bytes | None) -> str:
    """A define.xml: as it was read, else as it is written."""
    try:
        content = define_xml(definition) if text is None else text
        return content.decode("utf-8").replace("\r\n", "\n")
    except (UnwritableOutput, UnicodeDecodeError):
        raise NotStored("a define.xml that XML has no place for, or of another encoding") from None
