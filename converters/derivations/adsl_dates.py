"""Dates of the subjects, by a variable of ADSL."""

from __future__ import annotations

import numpy as np

from ...schemas.study.columns import Days
from ...schemas.study.partial_dates import PartialDates
from ...schemas.wording import counted, did_you_mean
from .sources import Sources
from .task import DerivationTask


def days_in_adsl(variable: str, place: str, advice: str, sources: Sources) -> Days | None:
    """Dates of the subjects, of text if each is complete; None where they are not, which is noted."""
    adsl = sources.adsl
    if variable not in adsl:
        nearest = did_you_mean(variable, adsl.names)
        sources.account.problem(f"{variable} is not present in ADSL", place, nearest)
        return None
    dates = PartialDates.of(adsl, variable)
    open_dates = dates.partial | dates.unreadable
    if not open_dates.any():
        return dates.lower
    number = counted(int(open_dates.sum()), "subject")
    what = f"{variable} of ADSL is not a complete date of {number}"
    sources.account.problem(what, place, advice, adsl, open_dates)
    return None


def known_days_in_adsl(variable: str, place: str, task: DerivationTask) -> Days | None:
    """Dates of the subjects, missing where not complete; None without the variable, which is noted."""
    adsl = task.adsl
    if variable not in adsl:
        task.account.problem(f"{variable} is not present in ADSL", place, did_you_mean(variable, adsl.names))
        return None
    dates = PartialDates.of(adsl, variable)
    if dates.unreadable.any():
        what, advice = f"{variable} of ADSL is not a date", "correct the data, or declare another variable"
        task.account.problem(what, place, advice, adsl, dates.unreadable)
    return np.where(dates.complete, dates.lower, np.nan)
