"""Columns of times that belong to a column of dates, and the forms in which they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..raw_dates import time_step
from ..steps import REFUSED
from .known_variables import names_for

FORMS = ("hh:mm", "hh:mm:ss")
_NAMES = {
    "--DTC": "TIM TM TIME COLTIM COLTM COLTIME COLLECTIONTIME SAMPLETIME ASSESSMENTTIME",
    "--STDTC": "STTIM STTM STTIME STARTTIM STARTTM STARTTIME ONSETTIME TIMESTART",
    "--ENDTC": "ENTIM ENTM ENTIME ENDTIM ENDTM ENDTIME STOPTIME TIMEEND",
}
"""What the time of each date is called, without the domain."""


@dataclass(frozen=True, slots=True)
class FoundTimes:
    """How times are written.

    Attributes
    ----------
    forms : tuple of str
        Which together read all values but `unread`.
    unread : int
        Distinct values that no form reads.
    """

    forms: tuple[str, ...]
    unread: int = 0


def time_of(target: str, domain: str, columns: Iterable[str]) -> str:
    """The column that has the times of the dates of a variable; empty if none has."""
    known = frozenset(_NAMES.get(target, "").split())
    return next((each for each in columns if known.intersection(names_for(each, domain))), "")


def found_times(values: Sequence[str], unknown: Sequence[str]) -> FoundTimes | None:
    """The forms of distinct values; None if no form reads any."""
    left, forms = list(values), list[str]()
    for form in FORMS:
        step = time_step([form], unknown, "")
        unread = [value for value in left if step(value) is REFUSED]
        if len(unread) < len(left):
            forms.append(form)
        left = unread
    return FoundTimes(tuple(forms), len(left)) if forms else None
