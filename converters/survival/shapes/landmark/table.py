"""Landmark analysis: subjects at risk after a fixed time, their clock restarted, groups made by then only.

Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol 1983;1:710-719.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.errors import ConfigurationError, Refused
from .....schemas.study.columns import Mask
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...records import LeftOut
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..dates import GivenDate, days_of, not_before, status_source, times_of, variables_needed
from ..one_record.table import COLUMNS, REFUSES, arms, model, require_analysable, require_events
from . import LandmarkOptions

__all__ = [
    "REFUSES",
    "arms",
    "build",
    "columns_of",
    "conventions",
    "model",
    "of_records",
    "require_analysable",
]


def columns_of(options: LandmarkOptions) -> tuple[TableColumn, ...]:
    """Those of one-record, the duration from the landmark, and a column for each status.

    Raises
    ------
    ConfigurationError
        When two statuses would have one name; SAS sees no difference in case.
    """
    identifier, _, *others = COLUMNS
    _require_distinct(options.statuses)
    from_landmark = TableColumn(
        Variable("duration", "Time from the landmark to event or censoring", "Num"),
        f"time after {options.landmark:.15g}",
        is_duration=True,
    )
    return (identifier, from_landmark, *others, *map(_status, options.statuses))


def _require_distinct(statuses: tuple[str, ...]) -> None:
    first: dict[str, str] = {}
    for given in statuses:
        other = first.setdefault(_named(given).upper(), given)
        if other != given:
            raise ConfigurationError(
                f"{other} and {given} have the same column name, {_named(given)}",
                "landmark_status",
                "omit one of them",
            )


def _status(given: str) -> TableColumn:
    shown = given.replace(":", " ")
    variable = Variable(_named(given), f"{shown} by the landmark", "Num", data_type="boolean")
    return TableColumn(variable, f"{given} on or before the landmark")


def _named(given: str) -> str:
    return f"{given.replace(':', '_')}_by_landmark"


def of_records(options: LandmarkOptions, dataset: Dataset, study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates, and dates of the records and of ADSL."""
    found = (status_source(each, dataset, study) for each in options.statuses)
    return (*options.further, *(name for each in found for name in variables_needed(each)))


def build(analysed: Sequence[Analysed], study: Study, options: LandmarkOptions) -> Built:
    """The table of subjects at risk after the landmark.

    Returns
    -------
    Built
        Its table has the columns of `subjects_of_table`, durations counted from the landmark, and a
        column NAME_by_landmark (bool) for each status: whether that day, counted from STARTDT as AVAL
        counts, is on or before the landmark.

    Raises
    ------
    Refused
        When nobody is at risk after the landmark.
    """
    (one,) = analysed
    frame = subjects_of_table(one, options.further)
    for place, given in enumerate(options.statuses, len(COLUMNS)):
        happened = _happened(status_source(given, one.data, study), one, study, options.landmark)
        frame.insert(place, _named(given), happened)
    stays = frame["duration"].to_numpy() > options.landmark
    left_out = tuple(_left_out(frame, stays))
    if not stays.any():
        raise Refused(
            f"no {one.records.paramcd} records remain: nobody is at risk after {options.landmark:.15g} "
            f"{one.scale.unit}",
            f"{one.data.name}, the longest duration is {frame['duration'].max():.15g}",
            "use an earlier landmark, or check its unit (--unit)",
        )
    frame["duration"] -= options.landmark
    frame = frame.loc[stays].reset_index(drop=True)
    require_events(frame["CNSR"].to_numpy(), one.records, options)
    label = f"{one.data.name} {one.records.paramcd}, one record per subject at risk after a landmark"
    table = table_of(frame, columns_of(options), analysed, label)
    duration = f"{one.scale.made_from} - {options.landmark:.15g}"
    return Built(table, (frame,), left_out, one.arms, duration)


def _happened(source: GivenDate, one: Analysed, study: Study, landmark: float) -> Mask:
    days = days_of(source, one.records, study)
    if np.isnan(days).all() and source.paramcd and not source.of_events:
        raise ConfigurationError(
            f"{source.words} has no value for a subject of the table", one.data.name, "check the parameter"
        )
    times = times_of(days, one)
    return not_before(np.full(len(times), landmark), times)


def _left_out(frame: pd.DataFrame, stays: Mask) -> Iterator[LeftOut]:
    event = frame["event"].to_numpy()
    for reason, which in (("event", event), ("censored", ~event)):
        number = int(np.count_nonzero(~stays & which))
        if number:
            yield LeftOut(f"{reason} on or before the landmark", number)


def conventions(analysed: Sequence[Analysed], options: LandmarkOptions) -> Iterator[str]:
    (one,) = analysed
    yield f"the landmark is {options.landmark:.15g} {one.scale.unit}; duration is counted from it"
    yield "subjects whose duration is at most the landmark are excluded"
    for given in options.statuses:
        yield f"{_named(given)} is true where {given} is on or before the landmark, by study day"
