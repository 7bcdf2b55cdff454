"""Dates, datetimes and times in every form that is read, and those that nobody can be sure of.

This is the one place that decides what a text means as a date or a time, whatever file it comes from::

    date       2020-01-31, 20200131, 2020/1/31, 31JAN2020, 31-Jan-2020, January 31, 2020,
               31/01/2020 and 01/31/2020 where only one order is possible, or by the user's `date_order`
    time       08:30, 8:30:15, 08:30:15.25, 08:30:15 PM, 083015 after a date, T08:30:15, 0 days 08:30:15
    datetime   a date, then T, blanks or a colon, then a time; a time zone is named and not kept:
               the clock time is

ISO 8601 (with a blank for the T, too) is the usual form; any other is remarked upon. An order of day and
month is never guessed, nor a century.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...schemas.study.columns import Mask
from ...schemas.study.date_texts import MONTH_NAMES
from .sas_formats import FormatKind
from .written_forms import Remark, Written, mask_of, matching, remarks_of

_Whole = NDArray[np.int64]


class _Order(Enum):
    """The order of the parts of a date, as far as the text shows it."""

    YEAR_FIRST = auto()
    NAMED_MONTH = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class _DateForm:
    """One way to write a date; `shown` is 31 January 2020 written so, empty for the usual form."""

    shown: str
    pattern: str
    order: _Order = _Order.YEAR_FIRST


@dataclass(frozen=True, slots=True)
class _ClockForm:
    """One way to write a time of day; `shown` as for a date."""

    shown: str
    pattern: str


_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NAME = r"(?P<month>[A-Za-z]{3,9})"
_FIRST, _SECOND = r"(?P<first>\d{1,2})", r"(?P<second>\d{1,2})"
_DATE_FORMS = (
    _DateForm("", r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    _DateForm("31JAN2020", rf"{_DAY}{_NAME}{_YEAR}", _Order.NAMED_MONTH),
    _DateForm("31-Jan-2020", rf"{_DAY}-{_NAME}-{_YEAR}", _Order.NAMED_MONTH),
    _DateForm("31 Jan 2020", rf"{_DAY}[ /.]{_NAME}[ /.]{_YEAR}", _Order.NAMED_MONTH),
    _DateForm("Jan 31, 2020", rf"{_NAME}\.? {_DAY},? {_YEAR}", _Order.NAMED_MONTH),
    _DateForm("20200131", r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    _DateForm("2020/1/31", rf"{_YEAR}/{_MONTH}/{_DAY}"),
    _DateForm("2020.1.31", rf"{_YEAR}\.{_MONTH}\.{_DAY}"),
    _DateForm("2020-1-31", rf"{_YEAR}-{_MONTH}-{_DAY}"),
    _DateForm("99/99/9999", rf"{_FIRST}/{_SECOND}/{_YEAR}", _Order.UNKNOWN),
    _DateForm("99.99.9999", rf"{_FIRST}\.{_SECOND}\.{_YEAR}", _Order.UNKNOWN),
    _DateForm("99-99-9999", rf"{_FIRST}-{_SECOND}-{_YEAR}", _Order.UNKNOWN),
)
_SECONDS = r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
_OFFSETS = r"[+-](?:0\d|1[0-2])(?::?00)?|\+(?:13|14)(?::?00)?|[+-](?:0[2-9]|10|12|13):?(?:30|45)"
_ZONE = rf" ?(?P<zone>Z|UTC|GMT|{_OFFSETS})?"
_ZONE_OF_TIME = r" ?(?P<zone>Z|UTC|GMT|\+\d{2}:\d{2})?"
"""A time alone with a minus behind it is a span: 08:30-09:00."""
_HOUR = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_CLOCK_FORMS = (
    _ClockForm("", rf"{_HOUR}{_SECONDS}{_ZONE}"),
    _ClockForm("08:30 PM", rf"{_HOUR}{_SECONDS} ?(?P<half>[AaPp][Mm]){_ZONE}"),
)
_CLOCK_WITHOUT_COLONS = _ClockForm(
    "T083000",
    rf"(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?:(?P<second>\d{{2}})(?:[.,](?P<fraction>\d+))?)?{_ZONE}",
)
_CLOCKS_ALONE = (
    _ClockForm("", rf"{_HOUR}{_SECONDS}{_ZONE_OF_TIME}"),
    _ClockForm("08:30 PM", rf"{_HOUR}{_SECONDS} ?(?P<half>[AaPp][Mm])"),
    _ClockForm("T08:30:00", rf"T{_HOUR}{_SECONDS}{_ZONE_OF_TIME}"),
    _ClockForm("0 days 08:30:00", rf"0 days {_HOUR}{_SECONDS}"),
)
_PARTED = (
    (":", r"^(?P<date>.+?)(?:T| +|:)(?P<clock>\d{1,2}:\d{2}.*)$", _CLOCK_FORMS),
    ("T", r"^(?P<date>\d{8})T(?P<clock>\d{4}.*)$", (_CLOCK_WITHOUT_COLONS,)),
)
"""What a text with a time holds, how the date is parted from it, and how the time may be written then."""

_MONTHS_IN_FULL = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE"),
    *("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_TWO_DIGIT_YEAR = r"^(\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{1,2}[-/. ]?[A-Za-z]{3}[-/. ]?\d{2})([T: ].*)?$"
_INCOMPLETE = (
    r"^(\d{4}(-(\d{2}|-|UN|NK|XX))?(-(\d{2}|-|UN|UNK|NK|XX))?"
    r"|(?i:(UN|UNK|NK|XX|-{1,2}|\d{1,2})[-/ ]?(UNK|UN|NK|XXX|[A-Z]{3})[-/ ]?(UNKN|UNK|UN|NK|XXXX|\d{4}))"
    r"|(?i:[A-Z]{3}[-/ ]?\d{4}))([T: ].*)?$"
)
_NOON = 12
_MICRO = 1_000_000
_NAMED_ZONES = 3

_ORDER_UNKNOWN = "in the form {shown}, which may be day/month or month/day (set --date-order dmy or mdy)"
_ORDERS_MIXED = "in the form {shown}, some day/month and some month/day (set --date-order)"
_OTHER_ORDER = "in the form {shown}, not a valid date as {order} (check --date-order)"
_SHORT_YEAR = "with a two-digit year (write four digits)"
_PARTIAL = "with an incomplete date (keep incomplete dates in a character variable such as ASTDTC)"
_NO_DAY = "with a date that does not exist"

ZONE_NOT_KEPT = "with a time zone ({zone}); the time is kept as written, the zone is dropped"
READ_IN_ZONE = "with a time zone ({zone}); read as the time in that zone, which is dropped"
"""Of moments that are stored without the time that was written."""
CUT_TO_MICROSECONDS = "with more than 6 decimals of a second, cut to microseconds"
MIDNIGHTS = "with time 00:00:00, read as dates"
WITHOUT_TIME = "without a time, read as 00:00:00"
TIMES_IN_DATES = (
    "with a time in a variable that is a date by its name or format; all values are read as datetimes"
)


def read_stamps(
    texts: pa.Array, kind: FormatKind, date_order: str | None = None
) -> tuple[Written, FormatKind]:
    """What texts stand for as dates, datetimes or times.

    Parameters
    ----------
    texts : pyarrow array of large_string
        Without nulls and without blanks around them. An empty text does not fit.
    kind : {FormatKind.DATE, FormatKind.DATETIME, FormatKind.TIME}
        What the variable is meant to hold.
    date_order : {"dmy", "mdy"} or None
        How a date such as 03/04/2020 is to be read.

    Returns
    -------
    written : Written
        Dates are ``datetime64[s]``, datetimes ``datetime64[us]``, times seconds from midnight.
    kind : FormatKind
        What the values turned out to be: dates with a time of day are datetimes.
    """
    if kind is FormatKind.TIME:
        return _times(texts), kind
    return _dates(texts, kind, date_order)


def as_meant(
    stamps: NDArray[np.datetime64], has_time: Mask, kind: FormatKind
) -> tuple[NDArray[Any], FormatKind, tuple[Remark, ...]]:
    """Dates and datetimes as the kind that a variable is meant to hold.

    Parameters
    ----------
    stamps : ndarray of datetime64[us]
    has_time : ndarray of bool
        Which were written, or stored, with a time.
    kind : {FormatKind.DATE, FormatKind.DATETIME}

    Returns
    -------
    stamps : ndarray of datetime64[s] (dates) or datetime64[us]
    kind : FormatKind
        Datetimes where a date has a time of day.
    remarks : tuple of Remark
    """
    present = ~np.isnat(stamps)
    in_day = has_time & present & (stamps.astype("datetime64[D]") != stamps)
    if kind is FormatKind.DATE and not in_day.any():
        return stamps.astype("datetime64[s]"), kind, remarks_of((MIDNIGHTS, has_time & present))
    beside = remarks_of((TIMES_IN_DATES, in_day)) if kind is FormatKind.DATE else ()
    return stamps, FormatKind.DATETIME, (*beside, *remarks_of((WITHOUT_TIME, present & ~has_time)))


@dataclass(slots=True)
class _Days:
    """The dates in some texts.

    Attributes
    ----------
    days : ndarray of datetime64[D]
    fits : ndarray of bool
    form : ndarray of int
        Position in `_DATE_FORMS` of the form a text has, real date or not; -1 for none.
    certain : ndarray of int
        1 where the day can only come first, -1 where the month can, 0 elsewhere.
    unreal : ndarray of bool
        Which have the form of a date that no calendar has, in either order.
    """

    days: NDArray[np.datetime64]
    fits: Mask
    form: NDArray[np.int8]
    certain: NDArray[np.int8]
    unreal: Mask

    @classmethod
    def none(cls, count: int) -> _Days:
        return cls(
            np.full(count, np.datetime64("NaT", "D")),
            np.zeros(count, dtype=np.bool_),
            np.full(count, -1, dtype=np.int8),
            np.zeros(count, dtype=np.int8),
            np.zeros(count, dtype=np.bool_),
        )


@dataclass(slots=True)
class _Clocks:
    """The times of day in some texts, in microseconds; `form` is the form's `shown`."""

    micros: _Whole
    fits: Mask
    form: NDArray[np.object_]
    zone: NDArray[np.object_]
    finer: Mask

    @classmethod
    def none(cls, count: int) -> _Clocks:
        return cls(
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.bool_),
            np.full(count, "", dtype=object),
            np.full(count, "", dtype=object),
            np.zeros(count, dtype=np.bool_),
        )

    def remarks(self, fits: Mask) -> tuple[Remark, ...]:
        zones = sorted(set(self.zone[fits].tolist()) - {""})
        more = ", …" if len(zones) > _NAMED_ZONES else ""
        zone = ZONE_NOT_KEPT.format(zone=", ".join(zones[:_NAMED_ZONES]) + more)
        return remarks_of((zone, fits & (self.zone != "")), (CUT_TO_MICROSECONDS, fits & self.finer))


def _times(texts: pa.Array) -> Written:
    clocks = _Clocks.none(len(texts))
    _read_clocks(texts, np.arange(len(texts)), _CLOCKS_ALONE, clocks)
    values = np.where(clocks.fits, clocks.micros // _MICRO + clocks.micros % _MICRO / _MICRO, np.nan)
    shown = sorted(set(clocks.form.tolist()) - {""})
    forms = remarks_of(*((f"in the form {each}", clocks.fits & (clocks.form == each)) for each in shown))
    return Written(values, clocks.fits, (*forms, *clocks.remarks(clocks.fits)))


def _dates(texts: pa.Array, kind: FormatKind, date_order: str | None) -> tuple[Written, FormatKind]:
    days, clocks = _Days.none(len(texts)), _Clocks.none(len(texts))
    for mark, pattern, forms in _PARTED:
        marked = np.flatnonzero((days.form < 0) & mask_of(pc.match_substring(texts, mark)))
        parted = marked[matching(texts.take(pa.array(marked)), pattern)]
        if len(parted):
            parts = pc.extract_regex(texts.take(pa.array(parted)), pattern)
            _read_days(parts.field("date"), parted, date_order, days)
            _read_clocks(parts.field("clock"), parted, forms, clocks)
            days.fits[parted] &= clocks.fits[parted]
    alone = np.flatnonzero(days.form < 0)
    _read_days(texts.take(pa.array(alone)), alone, date_order, days)
    doubts = _doubts(texts, days, date_order)
    stamps = days.days.astype("datetime64[us]") + clocks.micros.astype("timedelta64[us]")
    stamps[~days.fits] = np.datetime64("NaT")
    values, found, remarks = as_meant(stamps, clocks.fits, kind)
    told = (*_forms(days, clocks, date_order), *clocks.remarks(days.fits), *remarks)
    return Written(values, days.fits, told, doubts), found


def _forms(days: _Days, clocks: _Clocks, date_order: str | None) -> tuple[Remark, ...]:
    """Forms of dates, and of times beside them, that are not the usual ones."""
    found: list[tuple[str, Mask]] = []
    for position, form in enumerate(_DATE_FORMS):
        of_form = days.fits & (days.form == position)
        order = _order_read(form, days.certain[of_form], date_order)
        for clock in sorted(set(clocks.form[of_form].tolist())):
            shown = f"{form.shown} {clock}".strip().replace(" T", "T")
            if shown:
                found.append((f"in the form {shown}{order}", of_form & (clocks.form == clock)))
    return remarks_of(*found)


def _order_read(form: _DateForm, certain: NDArray[np.int8], date_order: str | None) -> str:
    if form.order is not _Order.UNKNOWN:
        return ""
    month_first = date_order == "mdy" or (date_order is None and bool((certain < 0).any()))
    return f", read as {'month/day' if month_first else 'day/month'}"


def _doubts(texts: pa.Array, days: _Days, date_order: str | None) -> tuple[Remark, ...]:
    """Why texts are not dates; where day and month may be exchanged, none of the column's such dates fits."""
    doubts: list[tuple[str, Mask]] = [(_NO_DAY, days.unreal)]
    for position, form in enumerate(_DATE_FORMS):
        of_form = (days.form == position) & ~days.unreal
        if form.order is not _Order.UNKNOWN or not of_form.any():
            continue
        if date_order is not None:
            doubts.append((_OTHER_ORDER.format(shown=form.shown, order=date_order), of_form & ~days.fits))
            continue
        first, second = (of_form & (days.certain == sign) for sign in (1, -1))
        if first.any() and second.any():
            days.fits &= ~of_form
            doubts.append((_ORDERS_MIXED.format(shown=form.shown), of_form))
        else:
            doubts.append((_ORDER_UNKNOWN.format(shown=form.shown), of_form & ~days.fits))
    unknown = days.form < 0
    short = unknown & matching(texts, _TWO_DIGIT_YEAR)
    partial = unknown & ~short & matching(texts, _INCOMPLETE)
    return remarks_of(*doubts, (_SHORT_YEAR, short), (_PARTIAL, partial))


def _read_days(texts: pa.Array, places: NDArray[np.intp], date_order: str | None, into: _Days) -> None:
    """Read dates; `places` says which of all texts these are."""
    left = np.arange(len(texts))
    for position, form in enumerate(_DATE_FORMS):
        some = texts.take(pa.array(left)) if len(left) < len(texts) else texts
        found = matching(some, f"^{form.pattern}$")
        if found.any():
            parts = pc.extract_regex(some.filter(pa.array(found)), f"^{form.pattern}$")
            here = places[left[found]]
            into.form[here] = position
            _read_form(parts, form, date_order, here, into)
        left = left[~found]
        if not len(left):
            return


def _read_form(
    parts: pa.StructArray, form: _DateForm, date_order: str | None, here: NDArray[np.intp], into: _Days
) -> None:
    year = _whole(parts, "year")
    if form.order is _Order.UNKNOWN:
        first, second = _whole(parts, "first"), _whole(parts, "second")
        day_first, month_first = _calendar(year, second, first), _calendar(year, first, second)
        both = day_first[1] & month_first[1] & (first != second)
        into.unreal[here] = ~(day_first[1] | month_first[1])
        if date_order is None:
            real = (day_first[1] | month_first[1]) & ~both
            days = np.where(day_first[1], day_first[0], month_first[0])
            into.certain[here] = day_first[1].astype(np.int8) - month_first[1].astype(np.int8)
        else:
            days, real = day_first if date_order == "dmy" else month_first
    else:
        month = _named_month(parts) if form.order is _Order.NAMED_MONTH else _whole(parts, "month")
        days, real = _calendar(year, month, _whole(parts, "day"))
        into.unreal[here] = ~real
    into.days[here] = np.where(real, days, np.datetime64("NaT"))
    into.fits[here] = real


def _read_clocks(
    texts: pa.Array, places: NDArray[np.intp], forms: tuple[_ClockForm, ...], into: _Clocks
) -> None:
    for form in forms:
        found = matching(texts, f"^{form.pattern}$")
        if not found.any():
            continue
        parts = pc.extract_regex(texts.filter(pa.array(found)), f"^{form.pattern}$")
        here = places[found]
        hour, on_clock = _hour(parts)
        minute, second = _whole(parts, "minute"), _whole(parts, "second")
        fraction = _texts(parts, "fraction")
        micros = _as_whole(pc.utf8_slice_codeunits(pc.utf8_rpad(fraction, 6, "0"), 0, 6))
        into.micros[here] = (hour * 3600 + minute * 60 + second) * _MICRO + micros
        into.fits[here] = on_clock & (minute < 60) & (second < 60)
        into.form[here] = form.shown
        into.zone[here] = _texts(parts, "zone").to_numpy(zero_copy_only=False)
        into.finer[here] = matching(fraction, r"^\d{6}\d*[1-9]")


def _hour(parts: pa.StructArray) -> tuple[_Whole, Mask]:
    """Hours of a day of 24, and which there are; 12 AM is midnight."""
    hour = _whole(parts, "hour")
    half = pc.utf8_upper(_texts(parts, "half")).to_numpy(zero_copy_only=False)
    halved = half != ""
    real = np.where(halved, (hour >= 1) & (hour <= _NOON), hour < 24)
    return np.where(halved, hour % _NOON + np.where(half == "PM", _NOON, 0), hour), real


def _calendar(year: _Whole, month: _Whole, day: _Whole) -> tuple[NDArray[np.datetime64], Mask]:
    """Days, and which of them the calendar has."""
    first = np.clip((year - 1970) * 12 + month - 1, -12 * 1970, None).astype("datetime64[M]")
    days_in_month = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    real = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= days_in_month)
    return first.astype("datetime64[D]") + (day - 1), real


def _named_month(parts: pa.StructArray) -> _Whole:
    """1 to 12 by its English name, in full or by three letters; 0 for any other word."""
    names = pc.utf8_upper(parts.field("month"))
    found = np.zeros(len(names), dtype=np.int64)
    for known in (MONTH_NAMES, _MONTHS_IN_FULL):
        places = pc.index_in(names, pa.array(known, names.type)).fill_null(-1)
        found = np.maximum(found, np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64) + 1)
    return found


def _texts(parts: pa.StructArray, name: str) -> pa.Array:
    """A part of each text, empty where the form does not have it."""
    has = any(field.name == name for field in parts.type)
    return parts.field(name).fill_null("") if has else pa.array([""] * len(parts), pa.large_string())


def _whole(parts: pa.StructArray, name: str) -> _Whole:
    return _as_whole(_texts(parts, name))


def _as_whole(digits: pa.Array) -> _Whole:
    filled = pc.if_else(pc.equal(digits, ""), "0", digits)
    return np.asarray(filled.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
