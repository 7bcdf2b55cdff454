"""Datetimes of adverse events, with the imputation flags of their times."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.columns import Numbers
from ....schemas.study.date_parts import DatePrecision
from ....schemas.study.imputation import Imputed
from ....schemas.study.partial_dates import PartialDates
from ..column_values import texts
from .event_table import EventTable

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
    known, seconds = _times(table, variable, collected)
    if method == "last":
        for part, (last, of_part) in enumerate(zip(_LAST, _SECONDS, strict=True)):
            seconds = np.where(known <= part, seconds + last * of_part, seconds)
    has_day = ~np.isnan(imputed.days)
    stamps = np.full(len(table), np.datetime64("NaT", "us"))
    whole = imputed.days[has_day] * _DAY * 1e6 + np.round(seconds[has_day] * 1e6)
    stamps[has_day] = whole.astype(np.int64).astype("datetime64[us]")
    table.add(f"{name}DTM", pd.Series(stamps))
    open_ = has_day & (known < len(_FLAGS))
    table.add(f"{name}TMF", texts(np.where(open_, known, -1).astype(np.int8), _FLAGS))
    table.effect(key, method, "times imputed in part or whole", open_)


def _times(table: EventTable, variable: str, collected: PartialDates) -> tuple[NDArray[np.int8], Numbers]:
    """How many parts of each time are known, and the seconds that they make; none of a partial date."""
    data = table.source
    if not data.is_character(variable):
        stamps = data[variable]
        if stamps.dtype != "datetime64[us]":
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
