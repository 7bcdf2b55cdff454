"""Rules about how adverse events end: on which side of death and cut-off, and with which outcome."""

from __future__ import annotations

from collections.abc import Iterator

from ...evidence.cut_off import NO_CUT_OFF, cut_off_for
from ...evidence.partial_dates import analysed
from ...evidence.subjects import subject_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield
from .seriousness import DEATH_DATE, death_imputed, fatal

_ADAE = (Structure.ADAE,)
_RESOLVED = frozenset(
    f"{word}{kind}"
    for word in ("RECOVERED/RESOLVED", "RECOVERED", "RESOLVED")
    for kind in ("", " WITH SEQUELAE")
)


@readiness(
    "AE042",
    title="Adverse event ends after death",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID", "AENDT"),
    needs_any=(DEATH_DATE,),
    consults=("ADSL",),
)
def end_after_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """An adverse event that was not fatal ends after the subject's death.

    ## What it checks
    AENDT is on or before DTHDT (from the record, otherwise from ADSL). A note if DTHDT was imputed.

    ## Not a fault
    An end on the date of death. An imputed end date that may have been earlier. A death without a date.
    Fatal events, and events that start after death: other rules report them.

    ## Why it matters
    The duration includes days after death, and one of the two dates is wrong. If it is DTHDT, overall
    survival is wrong, too.

    ## Smallest fix
    Correct the date that is wrong; set AENDT to missing, or to DTHDT, if the event was ongoing at death.
    """
    death = subject_days(data, study, "DTHDT")
    after = (analysed(data, "AENDT", "AENDTF", "AEENDTC").first > death) & ~fatal(data)
    if "ASTDT" in data:
        after &= ~(analysed(data, "ASTDT", "ASTDTF", "AESTDTC").first > death)
    imputed = death_imputed(data, study)
    yield Fault(after & ~imputed, ("AENDT", "DTHDT"), "AENDT is after DTHDT")
    message = "AENDT is after DTHDT (imputed date)"
    yield Fault(after & imputed, ("AENDT", "DTHDT"), message, Severity.NOTE)


@readiness(
    "AE043",
    title="Adverse event ends after the data cut-off",
    severity=Severity.NOTE,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("USUBJID", "AENDT"),
    consults=("TS", "ADSL"),
)
def end_after_cut_off(data: Dataset, study: Study) -> Iterator[Yield]:
    """An adverse event ends after the data cut-off.

    ## What it checks
    AENDT is on or before the data cut-off: declared, in TS (TSPARMCD = DCUTDTC), or in a variable of ADSL.

    ## Not a fault
    An imputed end date that may have been earlier. An event that starts after the cut-off, or ends after
    death: other rules report it. A cut-off that is applied to start dates only: hence a note.

    ## Why it matters
    The event was ongoing at the cut-off. Its duration and outcome come from a later snapshot.

    ## Smallest fix
    Set AENDT to missing where it is after the cut-off, and AEOUT to the outcome at the cut-off.
    """
    cut_off = cut_off_for(data, study)
    if cut_off is None:
        yield NotApplicable(NO_CUT_OFF)
        return
    end = analysed(data, "AENDT", "AENDTF", "AEENDTC").first
    late = (end > cut_off.day) & ~(end > subject_days(data, study, "DTHDT"))
    if "ASTDT" in data:
        late &= ~(data.days("ASTDT") > cut_off.day)
    yield Fault(late, ("AENDT",), f"AENDT is after {cut_off.source}")


@readiness(
    "AE044",
    title="Resolved adverse event without an end date",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("AENDT", "AEOUT"),
)
def resolved_without_end(data: Dataset) -> Iterator[Fault]:
    """The outcome of an event is recovered or resolved, but the event has no end date.

    ## What it checks
    Where AEOUT is RECOVERED/RESOLVED, with or without sequelae, AENDT has a value.

    ## Not a fault
    RECOVERING/RESOLVING. A partial AEENDTC: the end is known by month or year, and was not imputed.

    ## Why it matters
    The event counts as resolved in one table and as ongoing in another.

    ## Smallest fix
    Query the end date, or correct the outcome.
    """
    resolved = data.matching("AEOUT", lambda text: str(text).strip().upper() in _RESOLVED)
    endless = resolved & data.missing("AENDT")
    if "AEENDTC" in data:
        endless &= data.missing("AEENDTC")
    yield Fault(endless, ("AENDT", "AEOUT"), "AENDT is missing where AEOUT is RECOVERED/RESOLVED")
