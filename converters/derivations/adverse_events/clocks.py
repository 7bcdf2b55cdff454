"""Datetimes of adverse events, with the imputation flags of their times."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study import columns
from ....schemas.study.columns import Numbers
from ....schemas.study.date_parts import DatePrecision
from ....schemas.study.imputation import Imputed
from ....schemas.study.partial_dates import PartialDates
from ..column_values import texts
from .event_table import EventTable
from .options import USUAL_BOUNDS

_CLOCK = re.compile(
    r"[T :](\d\d)(?::(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?"
    r"(?::[^\d\s]\S*)?"  # parts that are not known
    r"(?:Z|[+-]\d\d(?::?\d\d)?)?$",
    re.ASCII,
)
_FLAGS = ("H", "M", "S")
"""By the first part of the time that is not known."""
_SECONDS = (3600.0, 60.0, 1.0)
_LAST = (23.0, 59.0, 59.0)
_DAY = 86_400


def add_datetimes(
    table: EventTable, name: str, variable: str, collected: PartialDates, imputed: Imputed
) -> None:
    """Derive ASTDTM and ASTTMF, or those of the end."""
    key = "start_impute_time" if name == "AST" else "end_impute_time"
    method = getattr(table.options, key)
    known, first = _times(table, variable, collected)
    last = _filled(known, first)
    seconds = last if method == "last" else first
    day = imputed.days
    for side, bounded in (("not_before", np.fmax), ("not_after", np.fmin)):
        for bound in _bounds(table, "start" if name == "AST" else "end", side):
            possible = (known < len(_FLAGS)) & (bound.day == day) & (first <= bound.seconds)
            seconds = np.where(
                possible & (bound.seconds < last + 1), bounded(seconds, bound.seconds), seconds
            )
    has_day = ~np.isnan(imputed.days)
    stamps = np.full(len(table), np.datetime64("NaT", "us"))
    whole = imputed.days[has_day] * _DAY * 1e6 + np.round(seconds[has_day] * 1e6)
    stamps[has_day] = whole.astype(np.int64).astype("datetime64[us]")
    table.add(f"{name}DTM", pd.Series(stamps))
    open_ = has_day & (known < len(_FLAGS))
    table.add(f"{name}TMF", texts(np.where(open_, known, -1).astype(np.int8), _FLAGS))
    table.effect(key, method, "times imputed in part or whole", open_)


def _filled(known: NDArray[np.int8], seconds: Numbers) -> Numbers:
    """The last second that each time may be."""
    for part, (last, of_part) in enumerate(zip(_LAST, _SECONDS, strict=True)):
        seconds = np.where(known <= part, seconds + last * of_part, seconds)
    return seconds


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
    def of(cls, stamps: NDArray[np.datetime64]) -> _Bound:
        seconds = np.where(np.isnat(stamps), np.nan, stamps.astype("datetime64[us]").astype(np.int64) / 1e6)
        return cls(np.floor(seconds / _DAY), seconds % _DAY)


def _bounds(table: EventTable, which: str, side: str) -> list[_Bound]:
    """Those declared bounds that are datetimes; of an end also its start."""
    found, key = [], f"{which}_{side}"
    declared = getattr(table.options, key)
    for name in USUAL_BOUNDS[key] if declared is None else declared:
        if name in table.task.adsl and columns.is_datetime(table.task.adsl[name]):
            stamps = table.task.adsl[name].to_numpy(dtype="datetime64[us]")
            found.append(_Bound.of(stamps[table.subject]))
        elif name == "ASTDT" and "ASTDTM" in table.columns:
            found.append(_Bound.of(table.columns["ASTDTM"].to_numpy(dtype="datetime64[us]")))
    return found


def _times(table: EventTable, variable: str, collected: PartialDates) -> tuple[NDArray[np.int8], Numbers]:
    """How many parts of each time are known, and the seconds that they make; none of a partial date."""
    data = table.source
    if not data.is_character(variable):
        stamps = data[variable]
        if not columns.is_datetime(stamps):
            return np.zeros(len(data), dtype=np.int8), np.zeros(len(data))
        whole = stamps.to_numpy(dtype="datetime64[us]")
        since = (whole - whole.astype("datetime64[D]")) / np.timedelta64(1, "s")
        return np.full(len(data), len(_FLAGS), dtype=np.int8), np.nan_to_num(since)
    distinct = data.distinct(variable)
    seconds = distinct.spread(np.fromiter(map(_seconds, distinct), np.float64, len(distinct)), missing=0.0)
    known = np.clip(collected.precision - int(DatePrecision.DAY), 0, len(_FLAGS)).astype(np.int8)
    return known, np.where(known > 0, seconds, 0.0)


def _seconds(text: object) -> float:
    match = _CLOCK.search(str(text))
    parts = match.groups("0") if match else ()
    return sum(float(part.replace(",", ".")) * of for part, of in zip(parts, _SECONDS, strict=False))
