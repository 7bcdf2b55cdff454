"""Examples and answers as they are stored: JSON files beside this module, and the studies in them.

A column is stored once: a dataset may be stored as what differs from an earlier one of the file, and a
define.xml as the lines that differ from the first.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.study.dataset import Dataset
from ...schemas.study.declarations import DateSource, Declarations, Endpoint
from ...schemas.study.definition import Definition, SchemaProblem
from ...schemas.study.study import Study
from ...schemas.study.variable import SpecialMissing, Variable
from ..metadata.define_xml.reader import read_define

KindAndValues = tuple[str, list[Any]]
"""The kind of a column and its values, null where missing."""

FOLDER = Path(__file__).parent


def stored(name: str) -> Mapping[str, Any]:
    """A file of this folder: "rules.json"."""
    found: Mapping[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


class StoredStudies:
    """The studies of a file.

    Parameters
    ----------
    document : mapping
        "datasets", of which later ones may be given as changes of earlier ones, and "defines".
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._datasets: Sequence[Mapping[str, Any]] = document["datasets"]
        self._defines: Sequence[Any] = document.get("defines", ())
        self._whole: dict[int, Mapping[str, Any]] = {}

    def study(
        self,
        datasets: Sequence[int],
        define: int | None = None,
        schema_problems: Sequence[SchemaProblem] | None = None,
    ) -> Study:
        """A study of datasets by number, with the define.xml of a number and what an XML Schema says."""
        definition = None if define is None else self._definition(define)
        if definition is not None and schema_problems is not None:
            definition = replace(definition, schema_problems=tuple(schema_problems))
        return Study.of(*(self.dataset(number) for number in datasets), definition=definition)

    def dataset(self, number: int) -> Dataset:
        """The dataset of a number, made again each time."""
        stated = self.whole(number)
        frame = pd.DataFrame({name: _series(*column) for name, column in stated["columns"].items()})
        frame.index = pd.RangeIndex(stated["records"])
        made = Dataset.from_frame(frame, stated["name"], stated.get("label", ""))
        facts: Mapping[str, Mapping[str, Any]] = stated.get("variables", {})
        special = stated.get("special_missing", {})
        return made.replace(
            variables=tuple(_variable(each, facts.get(each.name, {})) for each in made.variables),
            carries=frozenset(stated.get("carries", ())),
            declared_class=stated.get("class", ""),
            declared_subclass=stated.get("subclass", ""),
            special_missing={
                name: SpecialMissing(np.array(records, dtype=np.int64), np.array(tags))
                for name, (records, tags) in special.items()
            },
        )

    def whole(self, number: int) -> Mapping[str, Any]:
        """What is stored of a dataset, with all of its columns."""
        if number not in self._whole:
            stated = self._datasets[number]
            self._whole[number] = stated if "of" not in stated else self._changed(stated)
        return self._whole[number]

    def _changed(self, stated: Mapping[str, Any]) -> Mapping[str, Any]:
        """An earlier dataset with other records, fewer or more columns, and other cells."""
        base = self.whole(stated["of"])
        rows = stated.get("rows")
        columns: dict[str, KindAndValues] = {
            name: (kind, list(values) if rows is None else [values[row] for row in rows])
            for name, (kind, values) in base["columns"].items()
            if name not in stated.get("without", ())
        }
        for name, cells in stated.get("cells", {}).items():
            for row, value in cells.items():
                columns[name][1][int(row)] = value
        columns |= {name: (kind, values) for name, (kind, values) in stated.get("columns", {}).items()}
        facts = {name: value for name, value in base.items() if name not in ("columns", "records")}
        records = base["records"] if rows is None else len(rows)
        return {**facts, **stated.get("facts", {}), "columns": columns, "records": records}

    def _definition(self, number: int) -> Definition:
        """Read as a file is: the reader of define.xml is part of what is qualified."""
        with tempfile.TemporaryDirectory(prefix="adamgate-qualify-") as folder:
            place = Path(folder) / "define.xml"
            place.write_text(self.define(number), encoding="utf-8", newline="\n")
            return read_define(place)

    def define(self, number: int) -> str:
        """The text of a define.xml."""
        lines = list(self._lines)
        for start, end, others in reversed(self._defines[number] if number else ()):
            lines[start:end] = others
        return "\n".join(lines) + "\n"

    @cached_property
    def _lines(self) -> Sequence[str]:
        first: Sequence[str] = self._defines[0]
        return first


def _series(kind: str, values: list[Any]) -> pd.Series[Any]:
    """A column of pandas as users give it to `Dataset.from_frame`."""
    if kind == "number":
        return pd.Series([np.nan if each is None else float(each) for each in values], dtype=np.float64)
    if kind.startswith("datetime64"):
        return pd.Series(np.array(["NaT" if each is None else each for each in values], dtype=kind))
    return pd.Series(values, dtype=object if kind == "text" else kind)


def _variable(made: Variable, facts: Mapping[str, Any]) -> Variable:
    stated = {"name": made.name, "type": made.type, **facts}
    return Variable(**stated)


_ENTRIES = {"endpoints": Endpoint, "sources": DateSource}


@cache
def declarations(stated: str) -> Declarations:
    """What is declared, from the JSON of it: tuples are lists there, dates ISO 8601."""
    values: dict[str, Any] = json.loads(stated)
    for name, kind in _ENTRIES.items():
        if name in values:
            values[name] = {key: kind(**_tuples(each)) for key, each in values[name].items()}
    if "cut_off" in values:
        values["cut_off"] = pd.Timestamp(values["cut_off"]).date()
    return Declarations(**_tuples(values))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(each) if isinstance(each, list) else each for each in values)
