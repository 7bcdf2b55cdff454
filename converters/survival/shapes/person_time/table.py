"""Person-time by interval: the follow-up of each subject, cut at fixed times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from .....schemas.errors import Refused
from .....schemas.study.columns import Mask
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...programs.model import EndpointColumns, Model
from ...records import LeftOut
from ...subjects import listed, subjects_of
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..one_record.table import COLUMNS as OF_SUBJECTS
from ..one_record.table import REFUSES, arms, of_records, require_analysable, require_events
from . import PersonTimeOptions

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

COLUMNS = (
    OF_SUBJECTS[0],
    TableColumn(Variable("start", "Start of interval", "Num"), "0, or a cut", is_duration=True),
    TableColumn(Variable("stop", "End of interval", "Num"), "cut, or duration", is_duration=True),
    TableColumn(
        Variable("event", "Event at the end of the interval", "Num", data_type="boolean"),
        "CNSR == 0, in the last interval",
    ),
    TableColumn(
        Variable("interval", "Interval", "Num", data_type="integer", key_sequence=2), "1 for the first"
    ),
)


def columns_of(_: PersonTimeOptions) -> tuple[TableColumn, ...]:
    """What every table has, before arm and covariates."""
    return COLUMNS


def build(analysed: Sequence[Analysed], _: Study, options: PersonTimeOptions) -> Built:
    """The table of intervals.

    Returns
    -------
    Built
        Its table has a record for each subject and interval that it is at risk in: start and stop (float,
        cuts and durations bit for bit), event (bool), interval (int); no interval of length 0. A cut
        belongs to the interval that ends there.

    Raises
    ------
    Refused
        When every duration is 0.
    """
    (one,) = analysed
    frame = subjects_of_table(one, options.further)
    stays = frame["duration"].to_numpy() > 0
    left_out = tuple(_left_out(one.data, ~stays))
    if not stays.any():
        raise Refused(
            f"no {one.records.paramcd} records remain: every duration is 0",
            f"{one.data.name}, {left_out[0].reason}",
            "correct the data",
        )
    frame = frame.loc[stays].reset_index(drop=True)
    require_events(frame["CNSR"].to_numpy(), one.records, options)
    cuts = np.unique(np.asarray(options.cut, dtype=np.float64))
    duration = frame["duration"].to_numpy()
    passed = np.searchsorted(cuts, duration, side="left")  # cuts before the end
    subject = np.repeat(np.arange(len(frame)), passed + 1)
    last = np.cumsum(passed + 1) - 1
    interval = np.arange(len(subject)) - np.repeat(last - passed, passed + 1)
    stop = np.append(cuts, np.inf)[interval]
    stop[last] = duration
    event = np.zeros(len(subject), dtype=np.bool_)
    event[last] = frame["event"].to_numpy()
    further = frame.drop(columns=["duration", "event", "CNSR", "reason"]).iloc[subject].reset_index(drop=True)
    made = {"start": np.append(0.0, cuts)[interval], "stop": stop, "event": event, "interval": interval + 1}
    table = pd.concat([further[["USUBJID"]], pd.DataFrame(made), further.drop(columns="USUBJID")], axis=1)
    label = f"{one.data.name} {one.records.paramcd}, one record per subject and interval"
    return Built(table_of(table, COLUMNS, analysed, label), (frame,), left_out, one.arms)


def _left_out(data: Dataset, zero: Mask) -> Iterator[LeftOut]:
    if zero.any():
        yield LeftOut(
            f"duration is 0: no time at risk, {listed(subjects_of(data, zero))}", int(np.count_nonzero(zero))
        )


def model(options: PersonTimeOptions) -> Model:
    """One endpoint, at risk over each interval."""
    return Model((EndpointColumns(end="stop", begin="start"),), options.strata, "USUBJID")


def conventions(_: Sequence[Analysed], options: PersonTimeOptions) -> Iterator[str]:
    cuts = ", ".join(f"{each:.15g}" for each in sorted(set(options.cut)))
    yield f"follow-up is cut at {cuts}"
    yield "a subject is at risk over (start, stop]; a cut belongs to the interval that ends there"
    yield "event is true only in the interval at whose end the event is"
