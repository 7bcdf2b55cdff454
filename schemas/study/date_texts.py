"""Texts of dates that may be partial: ISO 8601 as SDTM extends it, and declared forms.

A part that is not known is a hyphen (``2020---15``, ``--03-05``) or is left out at the end (``2020-03``).
Intervals (``2020-03-05/2020-03-07``), durations and week dates are not dates, nor is a day that does not
exist. A time zone is allowed and not applied: the day is the local one, as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..wording import one_line
from .columns import Distinct
from .date_parts import DateParts, DatePrecision

MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
"""English under any locale."""

_CLOCK = (
    r"(?P<hour>\d\d|{unknown})(?::(?P<minute>\d\d|{unknown})(?::(?P<second>\d\d|{unknown})(?:[.,]\d+)?)?)?"
)
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?"
_ISO = re.compile(
    r"(?P<year>\d{4}|-)(?:-(?P<month>\d\d|-)(?:-(?P<day>\d\d|-))?)?"
    rf"(?:T{_CLOCK.format(unknown='-')}{_ZONE})?",
    re.ASCII,
)
_UNKNOWN = r"UNKN|UNK|UN|NK|X{1,4}|-{1,4}"
_TOKENS = {
    "YYYY": rf"(?P<year>\d{{4}}|{_UNKNOWN})",
    "MMM": rf"(?P<month>{'|'.join(MONTH_NAMES)}|{_UNKNOWN})",
    "MM": rf"(?P<month>\d\d|{_UNKNOWN})",
    "DD": rf"(?P<day>\d\d|{_UNKNOWN})",
}
_KINDS = {"year": "Y", "month": "M", "day": "D"}
_DIGITS = {"YYYY": "9999", "MM": "99", "DD": "99"}
_TOKEN = re.compile("(YYYY|MMM|MM|DD)")
_FORM = re.compile(r"(?:(?:YYYY|MMM|MM|DD)[-/. ]?)+(?<![-/. ])", re.ASCII)
_EXAMPLE = "write YYYY, MM or MMM, and DD, each once, as in DD-MMM-YYYY"
_LONGEST = 64
"""Characters of the longest text that is read."""
_DIFFERENT = 100_000
"""Dates and clocks that are remembered: of many texts with both, each is one of few."""
_NUMBERS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}

DateForm = re.Pattern[str]
_Row = tuple[int, int, int, int]
_UNREADABLE: _Row = (0, 0, 0, DatePrecision.UNREADABLE)


def compiled(forms: Iterable[str]) -> tuple[DateForm, ...]:
    """Declared forms, as ``DD-MMM-YYYY``, that texts are compared with.

    Raises
    ------
    ConfigurationError
        When a form is not one, or two of them fit the same texts.
    """
    written = (forms,) if isinstance(forms, str) else tuple(forms)
    for one, other in combinations(written, 2):
        if _digits(one) == _digits(other):
            raise ConfigurationError(
                f"the date forms {one_line(one, 40)} and {one_line(other, 40)} fit the same texts",
                advice="declare one of them",
            )
    return tuple(map(_compiled, written))


def _digits(form: str) -> str:
    """What texts of a form look like: those of DDMMYYYY and YYYYMMDD are eight digits."""
    parts = (_DIGITS.get(part, part) for part in _TOKEN.split(form))
    return "".join(parts)


def _compiled(form: str) -> DateForm:
    tokens = _TOKEN.findall(form) if _FORM.fullmatch(form) else []
    kinds = [token[0] for token in tokens]
    if "Y" not in kinds or len(set(kinds)) < len(kinds):
        raise ConfigurationError(f"{one_line(form, 40)} is not a date form", advice=_EXAMPLE)
    date = "".join(_TOKENS.get(part, re.escape(part)) for part in _TOKEN.split(form))
    if len("".join(tokens)) < len(form):  # with something between them, one digit is clear, too
        date = date.replace(r"\d\d|", r"\d\d?|")
    without = "".join(f"(?P<{name}>(?!))?" for name, kind in _KINDS.items() if kind not in kinds)
    clock = _CLOCK.format(unknown=f"(?:{_UNKNOWN})")
    return re.compile(f"{date}{without}(?:[T :]{clock})?", re.ASCII | re.IGNORECASE)


def read_texts(distinct: Distinct, forms: tuple[DateForm, ...] = ()) -> DateParts:
    """Parts of the dates of distinct texts, each in the first declared form that it fits, else ISO 8601."""
    blocks = [_read_block(block, forms) for block in distinct.blocks()]
    return DateParts.joined(blocks or [_read_block(np.empty(0, dtype=object), forms)])


def _read_block(values: NDArray[np.object_], forms: tuple[DateForm, ...]) -> DateParts:
    texts = [str(value).strip(" ") for value in values]
    rows = np.empty((len(texts), 4), dtype=np.int16)
    done = np.zeros(len(texts), dtype=np.bool_) if forms else _read_complete(texts, rows)
    others = np.flatnonzero(~done)
    rows[others] = np.array([_read(texts[each], (*forms, _ISO)) for each in others]).reshape(-1, 4)
    return DateParts.checked(*rows.T)


def _read_complete(texts: list[str], rows: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Read ``YYYY-MM-DD`` and ``YYYY-MM-DDThh:mm`` at once, which nearly all are; tells which they were."""
    length = np.fromiter(map(len, texts), np.intp, len(texts))
    done = np.zeros(len(texts), dtype=np.bool_)
    for size, precision in ((10, DatePrecision.DAY), (16, DatePrecision.MINUTE), (19, DatePrecision.SECOND)):
        own = np.flatnonzero(length == size)
        if not len(own):
            continue
        chosen = texts if len(own) == len(texts) else [texts[each] for each in own]
        signs = np.array(chosen, dtype=f"U{size}").view(np.uint32).reshape(-1, size)
        marks = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
        digits = signs - np.uint32(ord("0"))  # what is before it becomes huge
        fits = np.ones(len(own), dtype=np.bool_)
        for place in range(size):
            mark = marks.get(place)
            fits &= digits[:, place] <= 9 if mark is None else signs[:, place] == ord(mark)
        two = {
            place: digits[:, place] * 10 + digits[:, place + 1]
            for place in (0, 2, 5, 8, 11, 14, 17)
            if place < size
        }
        fits &= (two[0] * 100 + two[2] > 0) & (two[5] > 0) & (two[8] > 0)
        if size > 10:
            fits &= (two[11] <= 23) & (two[14] <= 59)
        if size > 16:
            fits &= two[17] <= 59
        read = own[fits]
        rows[read, 0] = (two[0] * 100 + two[2])[fits]
        rows[read, 1], rows[read, 2], rows[read, 3] = two[5][fits], two[8][fits], precision
        done[read] = True
    return done


def _read(text: str, forms: tuple[DateForm, ...]) -> _Row:
    """Year, month, day, each 0 where not known, and the precision."""
    if len(text) > _LONGEST:
        return _UNREADABLE
    match = next(filter(None, (form.fullmatch(text) for form in forms)), None)
    if match is None:
        return _UNREADABLE
    year, month, day, known = _date(*match.group("year", "month", "day"))
    finer = _clock(*match.group("hour", "minute", "second"))
    if known < 0 or finer < 0:
        return _UNREADABLE
    return year, month, day, known + finer if known == DatePrecision.DAY else known


@lru_cache(_DIFFERENT)
def _date(*written: str | None) -> _Row:
    """Year, month and day, and how many of them are known from the first on; negative where one is 0."""
    parts = tuple(map(_number, written))
    known = -1 if 0 in parts else _leading(parts)
    year, month, day = (part or 0 for part in parts)
    return year, month, day, known


@lru_cache(_DIFFERENT)
def _clock(*written: str | None) -> int:
    """How many of hour, minute and second are known from the first on; negative where no clock shows it."""
    parts = tuple(map(_number, written))
    hour, minute, second = (part or 0 for part in parts)
    end_of_day = hour == 24 and not minute and not second
    shown = (hour <= 23 or end_of_day) and minute <= 59 and second <= 60  # 60: a leap second
    return _leading(parts) if shown else -1


def _leading(parts: tuple[int | None, ...]) -> int:
    return parts.index(None) if None in parts else len(parts)


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdigit() else _NUMBERS.get(written.upper())
