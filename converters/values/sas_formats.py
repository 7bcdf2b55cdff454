"""SAS display formats that make a number a date, a datetime or a time, and the conversion both ways.

SAS counts dates in days and datetimes in seconds from 1960-01-01; times are seconds from midnight.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...schemas.word import Word


class FormatKind(Word):
    """What a number means by its display format."""

    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"


# Category "Date and Time" of SAS 9.4 Formats and Informats: Reference, and of National Language Support:
# Reference Guide. A format belongs to what it takes, not to what it shows: DTDATE, the day of a datetime.
_DATETIME = frozenset(
    """
    DATETIME DATEAMPM MDYAMPM TODSTAMP TWMDY DTDATE DTMONYY DTWKDATX DTYEAR DTYYQC
    E8601DN E8601DT E8601DX E8601DZ E8601LX B8601DN B8601DT B8601DX B8601DZ B8601LX
    IS8601DN IS8601DT IS8601DX IS8601DZ IS8601LX
    NLDATM NLDATMAP NLDATMDT NLDATML NLDATMM NLDATMS NLDATMMD NLDATMMDL NLDATMMDM NLDATMMDS NLDATMMN
    NLDATMTM NLDATMTZ NLDATMW NLDATMWN NLDATMWZ NLDATMYM NLDATMYML NLDATMYMM NLDATMYMS NLDATMYQ NLDATMYQL
    NLDATMYQM NLDATMYQS NLDATMYR NLDATMYW NLDATMZ
    """.split()
)
_TIME = frozenset(
    """
    TIME TIMEAMPM TOD HHMM HOUR MMSS
    E8601LZ E8601TM E8601TX E8601TZ B8601LZ B8601TM B8601TX B8601TZ IS8601LZ IS8601TM IS8601TX IS8601TZ
    NLTIME NLTIMAP
    """.split()
)
_DATE = frozenset(
    """
    DATE DAY DDMMYY DOWNAME JULDAY JULIAN MMDDYY MMYY MONNAME MONTH MONYY PDJULG PDJULI QTR QTRR WEEKDATE
    WEEKDATX WEEKDAY WEEKU WEEKV WEEKW WORDDATE WORDDATX YEAR YYMM YYMMDD YYMON YYQ YYQR YYQZ YYWEEKU YYWEEKV
    YYWEEKW
    E8601DA B8601DA IS8601DA
    HDATE HEBDATE MINGUO NENGO
    NLDATE NLDATEL NLDATEM NLDATES NLDATEMD NLDATEMDL NLDATEMDM NLDATEMDS NLDATEMN NLDATEW NLDATEWN NLDATEWX
    NLDATEYM NLDATEYML NLDATEYMM NLDATEYMS NLDATEYQ NLDATEYQL NLDATEYQM NLDATEYQS NLDATEYR NLDATEYW
    """.split()
)
_INTERNATIONAL = re.compile(
    "(EUR|AFR|CAT|CRO|CSY|DAN|DES|DEU|ENG|ESP|FIN|FRA|FRS|HUN|ITA|MAC|NLD|NOR|POL|PTG|RUS|SLO|SVE)"
    "DF(DD|DE|DN|DT|DWN|MN|MY|WDX|WKX)"
)
"""Of one language, as DEUDFDD, or of the session's, as EURDFDD."""
_SEPARATED = re.compile(r"(DDMMYY|MMDDYY|YYMMDD|MMYY|YYMM|YYQR|YYQ)[BCDNPS]$")
_NAME = re.compile(r"\$?([A-Z_][A-Z0-9_]*?)(?:\d+)?(?:\.\d*)?$")

_EPOCH = np.datetime64("1960-01-01", "s")
_SECONDS_PER_DAY = 86_400
_LAST_SAS_DAY = 6_589_335  # 31DEC19999
_MICRO = 1_000_000


def format_name(sas_format: str) -> str:
    """Name of a format without width and decimals: "DATE" of "DATE9.", "E8601DA" of "E8601DA10."."""
    text = sas_format.strip().upper()
    for known in (text.split(".")[0], text.split(".")[0].rstrip("0123456789")):
        if known in _DATE | _DATETIME | _TIME:
            return known
    match = _NAME.match(text)
    return match.group(1) if match else text


def kind_of(sas_format: str) -> FormatKind:
    """What a number shown in this format means.

    Parameters
    ----------
    sas_format : str
        As "DATE9.", "datetime20.", "E8601DA", "8.2" or "".
    """
    name = format_name(sas_format)
    if name in _DATETIME:
        return FormatKind.DATETIME
    if name in _TIME:
        return FormatKind.TIME
    if name in _DATE or _SEPARATED.match(name):
        return FormatKind.DATE
    if international := _INTERNATIONAL.fullmatch(name):
        return FormatKind.DATETIME if international[2] == "DT" else FormatKind.DATE
    return FormatKind.NUMBER


def dates_of(sas_days: NDArray[np.float64]) -> NDArray[np.datetime64] | None:
    """SAS dates as ``datetime64[s]``; NaN becomes NaT.

    Returns None where a value is no whole number of days or beyond year 19999, so that nothing is
    rounded: the caller keeps the numbers and says so.
    """
    there = ~np.isnan(sas_days)
    present = sas_days[there]
    whole = np.floor(present)
    if not _are_within(present, _LAST_SAS_DAY) or not np.array_equal(present, whole):
        return None
    ticks = whole.astype(np.int64)
    ticks *= _SECONDS_PER_DAY
    return _since_1960(ticks, there, "s")


def datetimes_of(sas_seconds: NDArray[np.float64]) -> NDArray[np.datetime64] | None:
    """SAS datetimes as ``datetime64[us]``; NaN becomes NaT.

    A double holds a datetime of 1892 to 2028 to a quarter of a microsecond, so microseconds lose nothing
    that was meant. Returns None beyond year 19999.
    """
    there = ~np.isnan(sas_seconds)
    present = sas_seconds[there]
    if not _are_within(present, _LAST_SAS_DAY * _SECONDS_PER_DAY):
        return None
    whole = np.floor(present)  # apart from the fraction, so that scaling does not round the sum
    ticks = whole.astype(np.int64)
    ticks *= _MICRO
    ticks += np.rint((present - whole) * _MICRO).astype(np.int64)
    return _since_1960(ticks, there, "us")


def _are_within(numbers: NDArray[np.float64], last: float) -> bool:
    """Whether all are finite and at most so far from 1960."""
    return not numbers.size or bool(numbers.max() <= last and numbers.min() >= -last)


def _since_1960(
    ticks: NDArray[np.int64], there: NDArray[np.bool_], unit: Literal["s", "us"]
) -> NDArray[np.datetime64]:
    stamps = np.full(there.shape, np.datetime64("NaT"), dtype=f"datetime64[{unit}]")
    ticks += _EPOCH.astype(stamps.dtype).astype(np.int64)
    stamps[there] = ticks.view(stamps.dtype)
    return stamps


def sas_days_of(dates: NDArray[Any]) -> NDArray[np.float64]:
    """``datetime64`` dates as SAS dates; NaT becomes NaN."""
    days = dates.astype("datetime64[D]")
    return np.where(np.isnat(days), np.nan, (days - _EPOCH.astype(days.dtype)).astype(np.int64))


def sas_seconds_of(stamps: NDArray[Any]) -> NDArray[np.float64]:
    """``datetime64`` datetimes as SAS datetimes; NaT becomes NaN."""
    ticks = (stamps.astype("datetime64[us]") - _EPOCH.astype("datetime64[us]")).astype(np.int64)
    return np.where(np.isnat(stamps), np.nan, ticks / _MICRO)
