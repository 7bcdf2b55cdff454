"""Rules about adverse events as they are analysed: their dates and their identity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.analysis_flags import analysis_flags, analysis_sets, selected
from ...evidence.partial_dates import analysed
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain
from .treatment_emergence import emergent

_SAME_EVENT = (
    "ASTDTM",
    "AENDT",
    "AENDTM",
    "AESEV",
    "ASEV",
    "AETOXGR",
    "ATOXGR",
    "AESER",
    "AEREL",
    "AREL",
    "AEOUT",
    "AEBODSYS",
)
"""What records of one term and start must share to be one event twice."""


@readiness(
    "AE001",
    title="AENDT is before ASTDT",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.ADAE,),
    needs=("ASTDT", "AENDT"),
)
def end_before_start(data: Dataset) -> Iterator[Fault]:
    """An adverse event ends before it starts.

    ## What it checks
    AENDT is on or after ASTDT. An error if both dates are complete, a warning if either was imputed:
    ASTDTF or AENDTF has a value, or AESTDTC or AEENDTC has no day.

    ## Not a fault
    An event without an end date.

    ## Why it matters
    The duration is negative, and the event is outside every time-at-risk window.

    ## Smallest fix
    Correct the date. If it is imputed, impute a start no later than the end, or an end no earlier than
    the start.
    """
    before = data.days("AENDT") < data.days("ASTDT")
    start, end = analysed(data, "ASTDT", "ASTDTF", "AESTDTC"), analysed(data, "AENDT", "AENDTF", "AEENDTC")
    imputed = start.open | end.open
    yield Fault(before & ~imputed, ("AENDT", "ASTDT"), "AENDT is before ASTDT")
    message = "AENDT is before ASTDT; at least one of them is imputed"
    yield Fault(before & imputed, ("AENDT", "ASTDT", "ASTDTF", "AENDTF"), message, Severity.WARNING)


@readiness(
    "AE002",
    title="AESEQ is repeated within a subject",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "AESEQ"),
)
def sequence_repeated(data: Dataset) -> Iterator[Fault]:
    """Two records of a subject have the same AESEQ.

    ## What it checks
    USUBJID and AESEQ identify a record uniquely. A note if ASEQ does so instead: an event was split by
    period or severity.

    ## Not a fault
    Records without AESEQ, which have no parent record in SDTM. Records of different analyses: each is
    selected by an analysis flag (ANLzzFL), and none has the same AESEQ twice.

    ## Why it matters
    A duplicate event is counted twice, and cannot be traced to its source record.

    ## Smallest fix
    Remove the duplicate; number split records in ASEQ.
    """
    repeated, numbered = _repeated(data, "USUBJID", "AESEQ"), parts_of_an_event(data)
    apart = _told_apart_by_flags(data, repeated)
    repeated, numbered = repeated & ~apart, numbered & ~apart
    yield Fault(repeated & ~numbered, ("USUBJID", "AESEQ"), "AESEQ is repeated within a subject")
    message = "AESEQ is repeated within a subject; ASEQ is not"
    yield Fault(numbered, ("AESEQ", "ASEQ"), message, Severity.NOTE)


def parts_of_an_event(data: Dataset) -> Mask:
    """Records of an event that was split, by period or severity: AESEQ is repeated, and ASEQ is not."""
    if not all(name in data for name in ("USUBJID", "AESEQ", "ASEQ")):
        return np.zeros(len(data), dtype=np.bool_)
    repeated = _repeated(data, "USUBJID", "AESEQ")
    if not repeated.any():
        return repeated
    alike = repeated & (data.missing("ASEQ") | _repeated(data, "USUBJID", "ASEQ"))
    event = data.groups("USUBJID", "AESEQ")
    parts: Mask = repeated & (np.bincount(event, weights=alike)[event] == 0)
    return parts


def _told_apart_by_flags(data: Dataset, repeated: Mask) -> Mask:
    """Repeated records all of which an analysis flag selects, none of them twice for one analysis."""
    event, flags = data.groups("USUBJID", "AESEQ"), analysis_flags(data)
    if not flags or not repeated.any():
        return np.zeros(len(data), dtype=np.bool_)
    alike = repeated & ~selected(data)
    for own in analysis_sets(data):
        alike |= _equal_among(data, repeated & own, ("USUBJID", "AESEQ"))
    apart: Mask = repeated & (np.bincount(event, weights=alike)[event] == 0)
    return apart


def _repeated(data: Dataset, *keys: str) -> Mask:
    """Records whose keys are filled and occur more than once."""
    return sharing(data.groups(*keys), _filled(data, keys))


def _filled(data: Dataset, keys: tuple[str, ...]) -> Mask:
    filled: Mask = np.logical_and.reduce([data.filled(key) for key in keys])
    return filled


def sharing(group: NDArray[np.intp], chosen: Mask) -> Mask:
    """Records among those chosen that share their group with another one of them; -1 is no group."""
    own = chosen & (group >= 0)
    times = np.bincount(group[own], minlength=int(group.max(initial=0)) + 1)
    return own & (times[group] > 1)


@readiness(
    "AE041",
    title="Duplicate adverse event",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "ASTDT"),
    needs_any=(("AETERM", "AEDECOD"),),
)
def event_repeated(data: Dataset) -> Iterator[Fault]:
    """A subject has more than one record of the same event.

    ## What it checks
    No two records of a subject have the same term (AETERM, otherwise AEDECOD), dates, severity or
    grade, seriousness, causality and outcome, as far as these variables are present. Records with the
    same term and start date are counted in a note, whatever else differs.

    ## Not a fault
    Records of different analyses (ANLzzFL); those not selected by an analysis flag are a note. One record
    per severity, grade or period of an event: these differ in dates or severity. Records with different
    system organ classes. Events without a term or a start date.

    ## Why it matters
    Events are counted twice, and recurrent-event analyses see a gap time of zero.

    ## Smallest fix
    Remove the duplicate, or combine the records.
    """
    term = "AETERM" if "AETERM" in data else "AEDECOD"
    key = ("USUBJID", term, "ASTDT")
    start = data.groups(*key)
    same_start = sharing(start, _filled(data, key))
    if not same_start.any():
        return
    shared = tuple(name for name in _SAME_EVENT if name in data)
    sets = analysis_sets(data)
    same = np.logical_or.reduce([_equal_among(data, same_start & own, key + shared) for own in sets])
    message = "records of a subject agree in all event variables"
    yield Fault(same, (*key, *shared), message)
    alike = np.logical_or.reduce([sharing(start, same_start & own) for own in sets])
    yield Fault(alike, key, "records of a subject agree in term and start date", Severity.NOTE)
    unselected = sharing(start, same_start & ~selected(data))
    message = "records not selected by an analysis flag agree in term and start date"
    yield Fault(unselected, (*key, *analysis_flags(data)), message, Severity.NOTE)


def _equal_among(data: Dataset, chosen: Mask, keys: tuple[str, ...]) -> Mask:
    """Records among those chosen that agree with another one in all keys; missing agrees with missing."""
    positions = np.flatnonzero(chosen)
    group = data.groups(*keys, among=positions)
    equal = np.zeros(len(data), dtype=np.bool_)
    equal[positions] = sharing(group, np.ones(len(positions), dtype=np.bool_))
    return equal


@readiness(
    "AE045",
    title="AETERM or AESER is missing",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=(Structure.ADAE,),
    needs_any=(("AETERM", "AESER"),),
)
def required_value_missing(data: Dataset) -> Iterator[Fault]:
    """An adverse event has no reported term, or its seriousness is not known.

    ## What it checks
    AETERM has a value on every event, and so has AESER in a study that records both Y and N.

    ## Not a fault
    AESER that is Y or null. AESER that is recorded for treatment-emergent events only. A record without
    term, start date and AESEQ, which is kept for a subject without events.

    ## Why it matters
    An event without AESER is in neither of the tables of serious and of other events. An event without
    AETERM cannot be coded or traced.

    ## Smallest fix
    Take the value from the AE domain, or query it.
    """
    event = np.logical_or.reduce(
        [data.filled(name) for name in ("AETERM", "AEDECOD", "ASTDT", "AESEQ") if name in data]
        or [np.zeros(len(data), dtype=np.bool_)]
    )
    if "AETERM" in data:
        yield Fault(event & data.missing("AETERM"), ("AETERM",), "AETERM is missing")
    if "AESER" not in data:
        return
    unknown = event & data.missing("AESER")
    others = event & ~emergent(data)
    asked = (data.equals("AESER", "N"), unknown & ~others, others & ~unknown)
    not_serious, of_emergent, known_of_others = data.total(
        "AESER", np.array([np.count_nonzero(each) for each in asked])
    )
    if not not_serious or ("TRTEMFL" in data and not of_emergent and not known_of_others):
        return
    yield Fault(unknown, ("AESER",), "AESER is missing; it has a value on other records")
