"""Times of dates, as far as they are known: seconds since midnight, and datetimes that are made of them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.columns import Days, Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.study.date_parts import DatePrecision
from .account import Account

PARTS = ("H", "M", "S")
"""Time imputation flags, by the first part of the time that is not known."""
DAY = 86_400
_CLOCK = re.compile(
    r"[T :](\d\d)(?::(\d\d)(?::(\d\d(?:[.,]\d+)?))?)?"
    r"(?::[^\d\s]\S*)?"  # parts that are not known
    r"(Z|[+-]\d\d(?::?\d\d)?)?$",
    re.ASCII,
)
_SECONDS = (3600.0, 60.0, 1.0)
_LAST = (23.0, 59.0, 59.0)


def clock_times(
    data: Dataset, variable: str, precision: NDArray[np.int8]
) -> tuple[NDArray[np.int8], Numbers]:
    """How many parts of each time are known, and the seconds that they make; none of a partial date."""
    if not data.is_character(variable):
        moments = data[variable]
        if not columns.is_datetime(moments):
            return np.zeros(len(data), dtype=np.int8), np.zeros(len(data))
        whole = moments.to_numpy(dtype="datetime64[us]")
        since = (whole - whole.astype("datetime64[D]")) / np.timedelta64(1, "s")
        return np.full(len(data), len(PARTS), dtype=np.int8), np.nan_to_num(since)
    distinct = data.distinct(variable)
    seconds = distinct.spread(np.fromiter(map(_seconds, distinct), np.float64, len(distinct)), missing=0.0)
    known = np.clip(precision - int(DatePrecision.DAY), 0, len(PARTS)).astype(np.int8)
    return known, np.where(known > 0, seconds, 0.0)


def _seconds(text: object) -> float:
    match = _CLOCK.search(str(text))
    parts = match.groups("0")[: len(PARTS)] if match else ()
    return sum(float(part.replace(",", ".")) * of for part, of in zip(parts, _SECONDS, strict=False))


def note_zones(
    account: Account,
    policy: str,
    variable: str,
    data: Dataset,
    *,
    subjects: Dataset | None = None,
    among: Mask | None = None,
) -> None:
    """Count times with a time zone, if there are any: dates and times are those of their clock.

    `subjects` has the USUBJID of the records if `data` do not; `among` are those that count.
    """
    if not data.is_character(variable):
        return
    distinct = data.distinct(variable)
    zoned = distinct.spread(np.fromiter(map(_has_zone, distinct), np.bool_, len(distinct)), missing=False)
    if among is not None:
        zoned &= among
    if zoned.any():
        effect = "times with a time zone, which is not applied"
        account.effect(policy, variable, effect, data if subjects is None else subjects, zoned, unit="record")


def _has_zone(text: object) -> bool:
    match = _CLOCK.search(str(text))
    return match is not None and match[len(PARTS) + 1] is not None


def filled(known: NDArray[np.int8], seconds: Numbers) -> Numbers:
    """The last second that each time may be."""
    for part, (last, of_part) in enumerate(zip(_LAST, _SECONDS, strict=True)):
        seconds = np.where(known <= part, seconds + last * of_part, seconds)
    return seconds


def stamps(days: Days, seconds: Numbers) -> NDArray[np.datetime64]:
    """Datetimes of days since 1970-01-01 and seconds since midnight."""
    known = ~np.isnan(days)
    found = np.full(len(days), np.datetime64("NaT", "us"))
    whole = days[known] * DAY * 1e6 + np.round(seconds[known] * 1e6)
    found[known] = whole.astype(np.int64).astype("datetime64[us]")
    return found
