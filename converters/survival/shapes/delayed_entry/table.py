"""Delayed entry, or left truncation: a subject is at risk after its entry, not from time 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .....schemas.errors import Refused
from .....schemas.study.columns import Days, Mask, Numbers
from .....schemas.study.dataset import Dataset
from .....schemas.study.study import Study
from .....schemas.study.variable import Variable
from ...programs.model import EndpointColumns, Model
from ...records import LeftOut
from ...subjects import listed, subjects_of
from ..analysed import Analysed, Built, subjects_of_table
from ..columns import TableColumn, table_of
from ..dates import days_of, entry_source, not_before, times_of, variables_needed
from ..one_record.table import COLUMNS, REFUSES, arms, require_analysable, require_events
from . import DelayedEntryOptions

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


def columns_of(options: DelayedEntryOptions) -> tuple[TableColumn, ...]:
    """Those of one-record, and the entry before the duration."""
    entry = TableColumn(
        Variable("entry", "Entry time", "Num"), entry_source(options.entry).words, is_duration=True
    )
    return (COLUMNS[0], entry, *COLUMNS[1:])


def of_records(options: DelayedEntryOptions, _dataset: Dataset, _study: Study) -> tuple[str, ...]:
    """Arm, strata and covariates, and the entry date."""
    return (*options.further, *variables_needed(entry_source(options.entry)))


def build(analysed: Sequence[Analysed], study: Study, options: DelayedEntryOptions) -> Built:
    """The table of subjects who have an entry before the end of their follow-up.

    Returns
    -------
    Built
        Its table has the columns of `subjects_of_table` and `entry` (float, in the unit of the durations):
        a subject is at risk over (entry, duration].

    Raises
    ------
    Refused
        When no subject is left.
    """
    (one,) = analysed
    frame = subjects_of_table(one, options.further)
    days = days_of(entry_source(options.entry), one.records, study)
    entry = _entries(days, one)
    lacking = np.isnan(days)
    late = ~lacking & (not_before(entry, one.scale.durations) | _dated_after(days, one.data))
    stays = ~lacking & ~late
    left_out = tuple(_left_out(one.data, lacking, late))
    if not stays.any():
        raise Refused(
            f"no {one.records.paramcd} records remain: no subject has an entry before the end of follow-up",
            f"{one.data.name}, " + "; ".join(f"{each.records} excluded ({each.reason})" for each in left_out),
            "use another date for --entry (entry=)",
        )
    frame.insert(1, "entry", entry)
    frame = frame.loc[stays].reset_index(drop=True)
    require_events(frame["CNSR"].to_numpy(), one.records, options)
    label = f"{one.data.name} {one.records.paramcd}, one record per subject with delayed entry"
    return Built(table_of(frame, columns_of(options), analysed, label), (frame,), left_out, one.arms)


def _entries(days: Days, one: Analysed) -> Numbers:
    """Times of entry; 0 on or before STARTDT, whether or not AVAL counts the first day."""
    entry = times_of(days, one)
    return np.where(days <= one.data.days("STARTDT"), 0.0, entry)


def _dated_after(days: Days, data: Dataset) -> Mask:
    """Entries on or after the date of the end: a rounded AVAL may be later than its own day."""
    if "ADT" not in data or data.is_character("ADT"):
        return np.zeros(len(data), dtype=np.bool_)
    late: Mask = days >= np.where(np.isnan(data.days("ADT")), np.inf, data.days("ADT"))
    return late & (days > data.days("STARTDT"))


def _left_out(data: Dataset, lacking: Mask, late: Mask) -> Iterator[LeftOut]:
    if lacking.any():
        yield LeftOut("no entry date", int(np.count_nonzero(lacking)))
    if late.any():
        who = listed(subjects_of(data, late))
        yield LeftOut(f"entry at or after the end of follow-up, {who}", int(np.count_nonzero(late)))


def model(options: DelayedEntryOptions) -> Model:
    """One endpoint, at risk after the entry."""
    return Model((EndpointColumns(begin="entry"),), options.strata)


def conventions(_: Sequence[Analysed], options: DelayedEntryOptions) -> Iterator[str]:
    yield f"entry is {entry_source(options.entry).words}, counted from STARTDT as AVAL counts"
    yield "a subject is at risk after entry, up to and with duration: (entry, duration]"
    yield "an entry on or before STARTDT is 0"
    yield (
        "where the risk set of a curve empties, R leaves the curve at 0 from there, and lifelines warns: "
        "begin the curve at a later time"
    )
