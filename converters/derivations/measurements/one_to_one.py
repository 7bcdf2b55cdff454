"""What names one thing is one to one: AVISIT with AVISITN, PARAMCD with PARAM and PARAMN."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from ....schemas.errors import ConfigurationError
from ....schemas.glance import listed
from ....schemas.study.dataset import Dataset
from ..templates import variables_in
from .measurement_table import MeasurementTable
from .parts import MeasurementParts, paramcd_of


class _Pair(NamedTuple):
    """Two variables of which each value of one goes with one value of the other, within `by`."""

    one: str
    other: str
    by: tuple[str, ...] = ()


_PAIRS = (_Pair("PARAMCD", "PARAM"), _Pair("PARAMCD", "PARAMN"), _Pair("AVISIT", "AVISITN", ("PARAMCD",)))


class _Declared(NamedTuple):
    """Where a file says that two values go together."""

    place: str
    one: str
    other: str | float


def check_one_to_one(parts: MeasurementParts) -> None:
    """Refuse tables that give one value of a pair to several of the other.

    Raises
    ------
    ConfigurationError
        Which names both tables.
    """
    _require("AVISIT", "AVISITN", _visits(parts))
    _require("PARAMCD", "PARAMN", _numbers_of_parameters(parts))
    _require("PARAMCD", "PARAM", _names_of_parameters(parts))


def _visits(parts: MeasurementParts) -> Iterator[_Declared]:
    for name, visit in parts.visits.items():
        yield _Declared(f"[visit.{name}]", visit.avisit or name, visit.number)
    if not parts.visits:  # AVISIT may be of the source, one to one within each parameter only
        return
    for name, record in parts.records.items():
        for avisit, number in record.visits.items():
            yield _Declared(f"[record.{name}] visits", avisit, float(number))


def _numbers_of_parameters(parts: MeasurementParts) -> Iterator[_Declared]:
    for name, measurement in parts.measurements.items():
        if measurement.paramn is not None:
            yield _Declared(f"[measurement.{name}]", paramcd_of(name, measurement), measurement.paramn)


def _names_of_parameters(parts: MeasurementParts) -> Iterator[_Declared]:
    for name, measurement in parts.measurements.items():
        if not variables_in(measurement.param, f"[measurement.{name}] param"):
            yield _Declared(f"[measurement.{name}]", paramcd_of(name, measurement), measurement.param)


def _require(one: str, other: str, declared: Iterable[_Declared]) -> None:
    by_one: dict[str, _Declared] = {}
    by_other: dict[str | float, _Declared] = {}
    for each in declared:
        same_one = by_one.setdefault(each.one, each)
        if same_one.other != each.other:
            what = f"{one} {each.one} has two values of {other}: {_shown(same_one)} and {_shown(each)}"
            raise ConfigurationError(what, each.place, f"{same_one.place} has the first; use one value")
        same_other = by_other.setdefault(each.other, each)
        if same_other.one != each.one:
            what = f"{other} {_shown(each)} is of {same_other.one} and of {each.one}"
            advice = f"{same_other.place} has the first; use another value of {other}"
            raise ConfigurationError(what, each.place, advice)


def _shown(declared: _Declared) -> str:
    return _written(declared.other)


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def judge_one_to_one(table: MeasurementTable) -> None:
    """Note values of the derived variables of a pair that go with several of the other."""
    for pair in _PAIRS:
        if not {pair.one, pair.other} & {*table.columns}:
            continue
        names = (*pair.by, pair.one, pair.other)
        if any(table.column(each) is None for each in names):
            continue
        data = table.part(dict.fromkeys(names, table.place))
        if data is not None:
            _judge(table, data, pair.one, pair.other, pair.by)
            _judge(table, data, pair.other, pair.one, pair.by)


def _judge(table: MeasurementTable, data: Dataset, one: str, other: str, by: tuple[str, ...]) -> None:
    """Note values of one variable that several values of another go with."""
    names = [*by, one, other]
    codes = {each: data.distinct(each).codes for each in names}
    (paired,) = np.nonzero((codes[one] >= 0) & (codes[other] >= 0))
    pairs = pd.DataFrame({each: values[paired] for each, values in codes.items()})
    distinct = pairs.drop_duplicates()
    several = distinct[distinct.duplicated([*by, one], keep=False)]
    if several.empty:
        return
    written = sorted(
        tuple(_written(data.distinct(each)[code]) for each, code in zip(names, row, strict=True))
        for row in several.itertuples(index=False)
    )  # of combinations at fault, not of records
    *within, value = first = written[0][:-1]
    values = tuple(each[-1] for each in written if each[:-1] == first)
    others = len({each[:-1] for each in written}) - 1
    what = f"{one} {value}{''.join(f' of {each}' for each in within)} has several values of {other}: "
    what += listed(values) + (f"; so have {others:,} more" if others else "")
    concerned = np.zeros(len(data), dtype=np.bool_)
    concerned[paired[pd.MultiIndex.from_frame(pairs).isin(pd.MultiIndex.from_frame(several))]] = True
    table.problem(what, table.place, f"let each {one} have one {other}", concerned)
