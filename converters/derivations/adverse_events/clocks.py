"""Datetimes of adverse events, with the imputation flags of their times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.columns import Numbers
from ....schemas.study.imputation import Imputed
from ....schemas.study.partial_dates import PartialDates
from ..clock_times import DAY, PARTS, clock_times, filled, stamps
from ..column_values import texts
from .event_table import EventTable
from .options import USUAL_BOUNDS


def add_datetimes(
    table: EventTable, name: str, variable: str, collected: PartialDates, imputed: Imputed
) -> None:
    """Derive ASTDTM and ASTTMF, or those of the end."""
    key = "start_impute_time" if name == "AST" else "end_impute_time"
    method = getattr(table.options, key)
    known, first = clock_times(table.source, variable, collected.precision)
    last = filled(known, first)
    seconds = last if method == "last" else first
    day = imputed.days
    for side, bounded in (("not_before", np.fmax), ("not_after", np.fmin)):
        for bound in _bounds(table, "start" if name == "AST" else "end", side):
            possible = (known < len(PARTS)) & (bound.day == day) & (first <= bound.seconds)
            seconds = np.where(
                possible & (bound.seconds < last + 1), bounded(seconds, bound.seconds), seconds
            )
    table.add(f"{name}DTM", pd.Series(stamps(imputed.days, seconds)))
    open_ = ~np.isnan(imputed.days) & (known < len(PARTS))
    table.add(f"{name}TMF", texts(np.where(open_, known, -1).astype(np.int8), PARTS))
    table.effect(key, method, "times imputed in part or whole", open_)


@dataclass(frozen=True, eq=False)
class _Bound:
    """A datetime between which and an imputed one an event lies: a day, and a time of that day.

    Attributes
    ----------
    day, seconds : ndarray of float, shape (n_records,)
        NaN where there is none.
    """

    day: Numbers
    seconds: Numbers

    @classmethod
    def of(cls, moments: NDArray[np.datetime64]) -> _Bound:
        seconds = np.where(np.isnat(moments), np.nan, moments.astype("datetime64[us]").astype(np.int64) / 1e6)
        return cls(np.floor(seconds / DAY), seconds % DAY)


def _bounds(table: EventTable, which: str, side: str) -> list[_Bound]:
    """Those declared bounds that are datetimes; of an end also its start."""
    found, key = [], f"{which}_{side}"
    declared = getattr(table.options, key)
    for name in USUAL_BOUNDS[key] if declared is None else declared:
        if name in table.task.adsl and columns.is_datetime(table.task.adsl[name]):
            bounds = table.task.adsl[name].to_numpy(dtype="datetime64[us]")
            found.append(_Bound.of(bounds[table.subject]))
        elif name == "ASTDT" and "ASTDTM" in table.columns:
            found.append(_Bound.of(table.columns["ASTDTM"].to_numpy(dtype="datetime64[us]")))
    return found
