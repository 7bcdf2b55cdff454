"""A time-to-event dataset: one record per subject and parameter, dated by declared sources, and traced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ....schemas.standards import adtte
from ....schemas.standards.versions import Standards
from ....schemas.study.columns import Codes
from ....schemas.study.dataset import Dataset
from ....schemas.study.raw_places import RawPlaces, after_each_other, unknown_places
from ....schemas.study.variable import Variable
from ..assembled import DerivedColumns, StructureLayout, assembled, judge_carried
from ..assignments import Assignment, FromVariable
from ..column_values import dates
from ..dated_records import DatedRecords, sequence_variable
from ..imputation import flags
from ..sources import Sources
from ..task import DerivationTask
from .decisions import Decider
from .endpoint_records import EndpointRecords, endpoint_records
from .extremes import imputation_range
from .options import TimeToEvent
from .reasons import note_reasons
from .requirements import check, endpoints_of, needs

_OWN = (
    *(
        "PARAM",
        "PARAMCD",
        "PARAMN",
        "AVAL",
        "AVALU",
        "STARTDT",
        "STARTDTF",
        "ADT",
        "ADTF",
        "CNSR",
        "EVNTDESC",
    ),
    *("CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ"),
)
"""Variables of a record, in order; others that sources set follow them."""
_UNIT = Variable("AVALU", "Analysis Value Unit")
"""Not a variable of ADaMIG, but of most time-to-event datasets."""
_TRACE = ("SRCDOM", "SRCVAR", "SRCSEQ")
_NUMBERS = ("PARAMN", "SRCSEQ")


__all__ = ["check", "derive", "needs"]


def derive(task: DerivationTask, options: TimeToEvent) -> Dataset:
    """The dataset.

    Raises
    ------
    DerivationRefused
    """
    judge_carried(task, options)
    sources = Sources(
        task.study, task.specification.sources, task.adsl, options.unknown_subjects, task.account
    )
    found = [
        endpoint_records(paramcd, sources, task.specification)
        for paramcd in endpoints_of(options, task.specification)
    ]
    task.account.require_none()
    parameters = [each for each in found if each is not None]
    for each in parameters:
        note_reasons(each, task.account)
        spread = imputation_range(each, sources)
        if spread is not None:
            task.account.ranges.append(spread)
    parts = [part for each in parameters for part in _parts(each)]
    if not parts:
        task.account.problem(
            "no subject has a record", f"[derive.{task.name}]", "check the sources, population and subjects"
        )
        task.account.require_none()
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    places = after_each_other(each for _, each in parts)
    subject = frame.pop("").to_numpy()
    frame = _with_empty(frame, parameters, options.variables)
    layout = StructureLayout(
        "Time-to-Event Analysis Dataset", adtte.KEYS, options.number, adtte.variables(Standards())
    )
    described = _described(parameters)
    return assembled(task, options, layout, DerivedColumns(frame, subject, described, raw_places=places))


def _with_empty(
    frame: pd.DataFrame, parameters: list[EndpointRecords], wanted: Iterable[str]
) -> pd.DataFrame:
    """The variables in order; those that no record fills are there if they are the trace, or wanted."""
    of_sources = (name for each in parameters for one in each.decisions.deciders for name in one.set)
    known = dict.fromkeys([*_OWN, *of_sources])
    for name in known:
        if name not in frame and (name in _TRACE or name in wanted):
            frame[name] = np.nan if name in _NUMBERS else None
    return frame[[name for name in known if name in frame]]


def _parts(parameter: EndpointRecords) -> Iterator[tuple[pd.DataFrame, RawPlaces]]:
    """The records of a parameter, by what decides them, and their raw records."""
    decisions = parameter.decisions
    decider = decisions.decider[parameter.subject]
    chosen = decisions.chosen[parameter.subject]
    for position, each in enumerate(decisions.deciders):
        for has_record in (True, False):
            own = np.flatnonzero((decider == position) & ((chosen >= 0) == has_record))
            if len(own):
                at = chosen[own] if has_record else None
                yield _part(parameter, each, own, at), _raw_places(parameter, each, own, at)


def _part(parameter: EndpointRecords, decider: Decider, own: Codes, chosen: Codes | None) -> pd.DataFrame:
    """Records of a parameter that one thing decides; `chosen` are those of its source that date them."""
    endpoint, origins = parameter.endpoint, parameter.origins
    subject = parameter.subject[own]
    records = decider.records
    columns: dict[str, Any] = {
        "": subject,
        "PARAM": endpoint.param,
        "PARAMCD": parameter.paramcd,
        "PARAMN": endpoint.paramn,
        "AVAL": parameter.aval[own],
        "AVALU": endpoint.unit.upper(),
        "STARTDT": dates(origins.day[subject]),
        "STARTDTF": flags(origins.lacks[subject]),
        "ADT": dates(parameter.adt[own]),
        "CNSR": 0 if decider.is_event else 1,
    }
    if chosen is not None and records is not None:
        at = records.record[chosen]
        columns |= {"ADTF": flags(records.lacks[chosen]), **_trace(records, at)}
    elif records is not None:  # no assessment before the stop: the origin dates the record
        columns |= {"ADTF": columns["STARTDTF"], **_trace_of_origin(parameter, subject)}
        at = None
    else:
        at = None
    columns |= {name: _assigned(value, records, at) for name, value in decider.set.items()}
    return pd.DataFrame({name: values for name, values in columns.items() if values is not None})


def _raw_places(parameter: EndpointRecords, decider: Decider, own: Codes, chosen: Codes | None) -> RawPlaces:
    """The raw records that date records, and those that STARTDT is of; unknown where no record does."""
    records, origins = decider.records, parameter.origins
    places = None if records is None or chosen is None else records.raw_places
    found = unknown_places(len(own)) if places is None or chosen is None else places.take(chosen)
    of_start = origins.dataset.raw_places_of(origins.variable)
    if of_start is None:
        return found
    start = of_start.take(origins.record[parameter.subject[own]])
    return replace(found, variables=MappingProxyType({"STARTDT": start}))


def _trace(records: DatedRecords, at: Codes) -> dict[str, Any]:
    sequence = records.sequence
    number = None if sequence is None else records.dataset.numbers(sequence)[at]
    return {"SRCDOM": records.source.dataset, "SRCVAR": records.source.date, "SRCSEQ": number}


def _trace_of_origin(parameter: EndpointRecords, subject: Codes) -> dict[str, Any]:
    origins = parameter.origins
    sequence = sequence_variable(origins.dataset)
    number = None if sequence is None else origins.dataset.numbers(sequence)[origins.record[subject]]
    return {"SRCDOM": origins.domain, "SRCVAR": origins.variable, "SRCSEQ": number}


def _assigned(value: Assignment, records: DatedRecords | None, at: Codes | None) -> Any:
    """A constant, or the values of a variable of the source; missing where no record of it dates."""
    if not isinstance(value, FromVariable):
        return value
    if records is None or at is None:
        return None
    column = records.dataset[value.variable].take(at).reset_index(drop=True)
    return column.astype(object) if records.dataset.is_character(value.variable) else column


def _described(parameters: list[EndpointRecords]) -> dict[str, Variable]:
    """How sources describe the variables that are taken from them."""
    deciders = [each for parameter in parameters for each in parameter.decisions.deciders]
    return {"AVALU": _UNIT} | {
        name: each.records.dataset.variable(value.variable)
        for each in reversed(deciders)
        if each.records is not None
        for name, value in each.set.items()
        if isinstance(value, FromVariable)
    }
