"""The columns of a dataset of response, from the records of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.standards import bds
from ....schemas.standards.versions import Standards
from ....schemas.study.columns import Codes
from ....schemas.study.dataset import Dataset
from ....schemas.study.imputation import FLAG_VALUES
from ....schemas.study.raw_places import RawPlaces, after_each_other, unknown_places
from ....schemas.study.variable import SpecialMissing, Variable
from ....schemas.wording import did_you_mean
from ..assembled import special_at, standard_label
from ..assignments import Assignment, FromVariable
from ..column_values import dates, taken, texts, yes
from .derivation import ResponseDerivation
from .filled_columns import NUMBER, filled_column, kind_of
from .needed import flag_variable, paramcd_of
from .response_records import NONE, Origin, ParameterRecords


@dataclass(eq=False)
class ResponseColumns:
    """Columns of all parameters, one after the other.

    Attributes
    ----------
    derivation : ResponseDerivation
    parts : sequence of ParameterRecords
    described : dict of name to Variable
        Variables whose label, length or format is not that of the standard.
    special : dict of name to SpecialMissing
        Of copied variables.
    """

    derivation: ResponseDerivation
    parts: Sequence[ParameterRecords]
    described: dict[str, Variable] = field(default_factory=dict)
    special: dict[str, SpecialMissing] = field(default_factory=dict)

    @cached_property
    def subject(self) -> Codes:
        """Position in ADSL of each record."""
        return self._joined(lambda each: each.subject, np.intp)

    @cached_property
    def _part(self) -> Codes:
        return np.repeat(np.arange(len(self.parts)), [len(each) for each in self.parts])

    def _joined(self, of_part: Callable[[ParameterRecords], NDArray[Any]], dtype: Any) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype=dtype), *(of_part(each) for each in self.parts)])

    def derived(self) -> dict[str, Any]:
        """The parameter, its value and its date."""
        options = [each.options for each in self.parts]
        day = self._joined(lambda each: each.day, np.float64)
        lacks = self._joined(lambda each: each.lacks, np.int8)
        found: dict[str, Any] = {
            "PARAM": texts(*_coded(self._part, [each.param for each in options])),
            "PARAMCD": texts(self._part, [paramcd_of(each.paramcd, each.options) for each in self.parts]),
        }
        if any(each.paramn is not None for each in options):
            numbers = [np.nan if each.paramn is None else each.paramn for each in options]
            found["PARAMN"] = np.array(numbers, dtype=np.float64)[self._part]
        found["ADT"] = dates(day)
        if lacks.any():
            found["ADTF"] = texts(lacks - 1, FLAG_VALUES[1:])
        found |= self._relative_day(day)
        found["AVAL"] = self._joined(_aval, np.float64)
        found["AVALC"] = self._responses()
        return found

    def _relative_day(self, day: NDArray[np.float64]) -> dict[str, Any]:
        derivation, name = self.derivation, self.derivation.options.reference
        if not name:
            return {}
        of_subject = derivation.date(name, f"[derive.{derivation.task.name}] reference")
        if of_subject is None:
            return {}
        apart = day - of_subject[self.subject]
        return {"ADY": np.where(apart >= 0, apart + 1, apart)}

    def _responses(self) -> pd.Series:
        values = list(dict.fromkeys(value for each in self.parts for value in each.values))
        position = {value: at for at, value in enumerate(values)}

        def of_all(each: ParameterRecords) -> Codes:
            found: Codes = np.array([*(position[value] for value in each.values), NONE])[each.code]
            return found

        return texts(self._joined(of_all, np.intp), values)

    def flag(self, name: str) -> pd.Series:
        """A flag of assessments, for all records that one dates."""

        def of_part(each: ParameterRecords) -> NDArray[np.bool_]:
            none = np.zeros(len(each), dtype=np.bool_)
            if each.assessed is None or each.row is None:
                return none
            flags = self.derivation.flag(name, each.assessed)
            return none if flags is None else np.append(flags, False)[each.row]

        declared = self.derivation.task.specification.response_flags[name]
        if declared.label:
            variable = flag_variable(name, declared)
            self.described[variable] = Variable(variable, label=declared.label)
        return yes(self._joined(of_part, np.bool_))

    def trace(self) -> dict[str, Any]:
        """SRCDOM, SRCVAR and SRCSEQ of the record that dates each."""
        origins = [each.origin for each in self.parts]
        self._judge_sequences()
        dated = self._joined(
            lambda each: np.zeros(len(each)) if each.origin is None else each.origin.record >= 0, bool
        )
        at = np.where(dated, self._part, NONE)
        domains = ["" if each is None else each.source.dataset for each in origins]
        variables = ["" if each is None else each.variable for each in origins]
        return {
            "SRCDOM": texts(*_coded(at, domains)),
            "SRCVAR": texts(*_coded(at, variables)),
            "SRCSEQ": self._joined(_sequence, np.float64),
        }

    def raw_places(self) -> RawPlaces:
        """The raw records that date them."""
        return after_each_other(map(_raw_places, self.parts))

    def _judge_sequences(self) -> None:
        """Refuse a sequence that is no number."""
        for each in self.parts:
            origin = each.origin
            if origin is None or origin.sequence is None:
                continue
            data, name = origin.dataset, origin.sequence
            if data.filled(name).any() and data.is_character(name):
                what = f"{name} of {data.name} is text; SRCSEQ is a number"
                advice = 'name a number in its source: sequence = "NAME"'
                self.derivation.task.account.problem(what, f"[response.{each.paramcd}] source", advice)

    def copied(self) -> dict[str, pd.Series]:
        """Variables of the assessments, for the records that one dates."""
        options, found = self.derivation.options, {}
        wanted = {each: each for each in options.copy} | dict(options.copy_as)
        at = self._assessments()
        for name, variable in wanted.items():
            key = "copy" if name == variable else "copy_as"
            having = [(data, rows) for data, rows in at if variable in data]
            if not having:
                names = dict.fromkeys(each for data, _ in at for each in data.names)
                what = f"{variable} is not present in the assessments"
                place = f"[derive.{self.derivation.task.name}] {key}"
                self.derivation.task.account.problem(what, place, did_you_mean(variable, names))
                continue
            found[name] = _taken([(data[variable], rows) for data, rows in having])
            self._describe(name, variable, having)
        return found

    def _describe(self, name: str, variable: str, having: list[tuple[Dataset, Codes]]) -> None:
        data, rows = having[0]
        given = data.variable(variable)
        standard = standard_label(name, bds.variables(Standards()))
        label = given.label if name == variable else standard or given.label
        self.described[name] = replace(given, name=name, label=label, key_sequence=None, item_oid="")
        special = {each.upper(): one for each, one in data.special_missing.items()}.get(variable)
        if special is not None and len(special.records) and len(having) == 1:
            self.special[name] = special_at(special, rows)

    def _assessments(self) -> list[tuple[Dataset, Codes]]:
        """Each dataset of assessments, and the position in it for each record; -1 for none."""
        found: list[tuple[Dataset, Codes]] = []
        datasets = {
            id(each.assessed.records.dataset): each.assessed.records.dataset
            for each in self.parts
            if each.assessed
        }
        for data in datasets.values():

            def of_part(each: ParameterRecords, data: Dataset = data) -> Codes:
                if each.assessed is None or each.row is None or each.assessed.records.dataset is not data:
                    return np.full(len(each), NONE)
                return np.append(each.assessed.records.record, NONE)[each.row]

            found.append((data, self._joined(of_part, np.intp)))
        return found

    def with_set(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The columns with what parameters set."""
        given: dict[str, dict[int, Assignment]] = {}
        for at, each in enumerate(self.parts):
            for name, value in each.options.set.items():
                given.setdefault(name, {})[at] = value
        for name, by_part in given.items():
            frame[name] = self._set(name, frame.get(name), by_part)
        return frame

    def _set(self, name: str, column: pd.Series | None, by_part: Mapping[int, Assignment]) -> pd.Series:
        """A column with the values of some parameters."""
        parts = {at: self._assigned(name, at, value) for at, value in by_part.items()}
        given = [*parts.values(), *([] if column is None else [column])]
        kinds = sorted({kind for kind in map(kind_of, given) if kind})
        if len(kinds) > 1:
            first = self.parts[next(iter(by_part))].paramcd
            what, advice = f"{name} is {' and '.join(kinds)}", "set it to values of one type"
            self.derivation.task.account.problem(what, f"[response.{first}] set", advice)
            return pd.Series(np.full(len(self._part), np.nan))
        bounds = np.append(0, np.cumsum([len(each) for each in self.parts]))
        spans = [(slice(bounds[at], bounds[at + 1]), each) for at, each in parts.items()]
        return filled_column(kinds[0] if kinds else NUMBER, column, len(self._part), spans)

    def _assigned(self, name: str, at: int, value: Assignment) -> str | float | pd.Series:
        """What the records of a parameter are set to: one value, or that of each."""
        part = self.parts[at]
        if not isinstance(value, FromVariable):
            return value
        origin = part.origin
        if origin is None or value.variable not in origin.dataset:
            known = () if origin is None else origin.dataset.names
            what = f"{value.variable} is not present in the records of {part.paramcd}"
            advice = did_you_mean(value.variable, known) if known else "set a value"
            self.derivation.task.account.problem(what, f"[response.{part.paramcd}] set", advice)
            return np.nan
        self.described.setdefault(name, replace(origin.dataset.variable(value.variable), name=name))
        return _taken([(origin.dataset[value.variable], origin.record)])


def _coded(codes: Codes, values: Sequence[str]) -> tuple[Codes, list[str]]:
    """Codes by distinct values; -1 of those that are empty."""
    distinct = [each for each in dict.fromkeys(values) if each]
    position = [distinct.index(each) if each else NONE for each in values]
    return np.array([*position, NONE])[codes], distinct


def _aval(records: ParameterRecords) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.array([*records.aval, np.nan])[records.code]
    return found


def _sequence(records: ParameterRecords) -> NDArray[np.float64]:
    origin: Origin | None = records.origin
    if origin is None or origin.sequence is None or origin.dataset.is_character(origin.sequence):
        return np.full(len(records), np.nan)
    found: NDArray[np.float64] = np.append(origin.dataset.numbers(origin.sequence), np.nan)[origin.record]
    return found


def _raw_places(records: ParameterRecords) -> RawPlaces:
    origin = records.origin
    places = None if origin is None else origin.dataset.raw_places_of(origin.variable)
    if origin is None or places is None:
        return unknown_places(len(records))
    return places.take(origin.record)


def _taken(having: Sequence[tuple[pd.Series, Codes]]) -> pd.Series:
    """Values of columns at some positions; missing where all are -1."""
    own = [taken(column, rows) for column, rows in having]
    if len(own) == 1:
        return own[0]
    found = own[0].astype(object)
    for (_, rows), each in zip(having[1:], own[1:], strict=True):
        found = found.where(rows < 0, each.astype(object))
    return found.infer_objects()
