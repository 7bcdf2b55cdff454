"""Rules about dates of adverse events that were imputed, or should not have been."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...evidence.partial_dates import FLAGS, DatePart, collected
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain, Yield
from .adverse_events import parts_of_an_event

_ADAE = (Structure.ADAE,)
_START = {"date": "ASTDT", "flag": "ASTDTF", "text": "AESTDTC"}
_END = {"date": "AENDT", "flag": "AENDTF", "text": "AEENDTC"}


@readiness(
    {"AE036": _START, "AE037": _END},
    title="{flag} is inconsistent with the imputation of {date}",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("{date}",),
    needs_any=(("{flag}", "{text}"),),
)
def imputation_flag(data: Dataset, date: str, flag: str, text: str) -> Iterator[Fault]:
    """An imputed date has no imputation flag, or a flag for another level of imputation.

    ## What it checks
    Where {date} has a value, {flag} shows what is missing in {text}: D the day, M month and day, Y the
    whole date, null if nothing is missing. Where {date} is missing, so is {flag}. Y, M and D are the
    only values; this is checked without {text}, too.

    ## Not a fault
    A partial {text} whose {date} is missing. {text} that is not an ISO 8601 date cannot be checked.

    ## Why it matters
    An imputed date that looks collected decides on treatment emergence and time to event without
    notice.

    ## Smallest fix
    Derive {flag} from {text}: the highest level that was imputed.
    """
    unread = np.full(len(data), DatePart.UNREADABLE, dtype=np.int8)
    lacks = collected(data, text).lacks if text in data else unread
    dated = data.filled(date)
    imputed = dated & (lacks > DatePart.NONE)
    if flag not in data:
        message = f"{date} is imputed ({text} is partial), but {flag} is not present"
        yield Fault(imputed, (flag, date, text), message)
        return
    flags = data.distinct(flag)
    unknown = flags.matching(lambda value: str(value) not in FLAGS)
    said = flags.spread(
        np.array([FLAGS.get(str(value), DatePart.UNREADABLE) for value in flags], dtype=np.int8),
        missing=DatePart.NONE,
    )
    yield Fault(unknown, (flag,), f"{flag} is not Y, M or D")
    unflagged = imputed & (said == DatePart.NONE)
    yield Fault(
        unflagged, (flag, date, text), f"{date} is imputed ({text} is partial), but {flag} is missing"
    )
    flagged = (said > DatePart.NONE) & (lacks != DatePart.UNREADABLE)
    other = flagged & dated & (said != lacks)
    yield Fault(other, (flag, text), f"{flag} does not match the missing part of {text}")
    undated = data.filled(flag) & ~dated
    yield Fault(undated, (flag, date), f"{flag} has a value where {date} is missing")


@readiness(
    {"AE038": _START, "AE039": _END},
    title="{date} is inconsistent with {text}",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("{date}", "{text}"),
)
def date_against_text(data: Dataset, date: str, flag: str, text: str) -> Iterator[Fault]:  # noqa: ARG001  (one table)
    """An analysis date is neither the collected date nor within the range of a partial date.

    ## What it checks
    {date} is the day of {text}, or is in its month or year if {text} is partial.

    ## Not a fault
    {text} that is missing or not an ISO 8601 date. Parts of an event that was split by period or
    severity (AESEQ repeated, ASEQ not), whose {text} is that of the whole event: a note.

    ## Why it matters
    The date was shifted, or imputed to a time when the event cannot have been.

    ## Smallest fix
    Derive {date} from {text} again.
    """
    outside = collected(data, text).exclude(data.days(date))
    part = parts_of_an_event(data)
    yield Fault(outside & ~part, (date, text), f"{date} is inconsistent with {text}")
    message = f"{date} of a part of an event is inconsistent with {text} of the event"
    yield Fault(outside & part, (date, text), message, Severity.NOTE)


@readiness(
    "AE040",
    title="Unresolved adverse event has an end date",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("AENDT", "AEOUT"),
)
def end_of_unresolved(data: Dataset) -> Iterator[Yield]:
    """An event has an end date although its outcome is not recovered.

    ## What it checks
    Where AEOUT is NOT RECOVERED/NOT RESOLVED, AENDT is missing.

    ## Not a fault
    An end date set to the end of follow-up or of a severity period: hence a note.

    ## Why it matters
    The duration is that of the observation, not of the event.

    ## Smallest fix
    Set AENDT to missing, or correct the outcome.
    """
    ended: Mask = data.filled("AENDT") & data.matching("AEOUT", _is_unresolved)
    yield Fault(ended, ("AENDT", "AEOUT"), "AENDT has a value where AEOUT is NOT RECOVERED/NOT RESOLVED")


def _is_unresolved(text: object) -> bool:
    return str(text).strip().upper().startswith(("NOT RECOVERED", "NOT RESOLVED"))
