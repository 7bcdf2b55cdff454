"""Rules about the order of a subject's dates in ADSL."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain

_LAST = ("TRTEDT", "LSTALVDT")


@readiness(
    "SL012",
    title="TRTEDT or LSTALVDT is after DTHDT",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.ADSL,),
    needs=("DTHDT",),
    needs_any=(_LAST,),
)
def alive_after_death(data: Dataset) -> Iterator[Fault]:
    """The date of last treatment or the date last known alive is after the date of death.

    ## What it checks
    TRTEDT and LSTALVDT are on or before DTHDT; otherwise it is an error, or a warning if a flag says that
    one of the two dates is imputed (DTHDTF, TRTEDTF, LSTALVDF, LSTALVDTF).

    ## Not a fault
    The last dose, or the last contact, on the day of death. EOSDT, RFENDT and other dates of contact after
    death: a site may report a death later than it occurred.

    ## Why it matters
    A subject who was alive after DTHDT did not die on that day: overall survival is wrong.

    ## Smallest fix
    Correct the wrong date. Derive LSTALVDT from dates on which the subject was seen alive, up to DTHDT.
    """
    death = data.days("DTHDT")
    for name in _LAST:
        if name not in data:
            continue
        after = data.days(name) > death
        if name == "TRTEDT" and "TRTSDT" in data:
            after &= ~(data.days("TRTSDT") > death)  # its own finding
        imputed = _flagged(data, "DTHDTF", f"{name}F", f"{name[:-1]}F")
        yield Fault(after & ~imputed, (name, "DTHDT"), f"{name} is after DTHDT")
        message = f"{name} is after DTHDT (imputed date)"
        yield Fault(after & imputed, (name, "DTHDT"), message, Severity.WARNING)


def _flagged(data: Dataset, *flags: str) -> Mask:
    """Records on which one of these flags has a value."""
    there = [data.filled(flag) for flag in flags if flag in data]
    nothing = np.zeros(len(data), dtype=np.bool_)
    flagged: Mask = np.logical_or.reduce([nothing, *there])
    return flagged


@readiness(
    "SL013",
    title="TRTSDT or DTHDT is before RANDDT",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("RANDDT",),
    needs_any=(("TRTSDT", "DTHDT"),),
)
def before_randomization(data: Dataset) -> Iterator[Fault]:
    """A subject was treated, or died, before randomization.

    ## What it checks
    TRTSDT and DTHDT are on or after RANDDT. TRTSDT is only compared if it is on or after RANDDT for most
    subjects who have both dates.

    ## Not a fault
    A run-in, or randomization to maintenance: TRTSDT is before RANDDT for most subjects. Treatment on the
    day of randomization.

    ## Why it matters
    Time from randomization excludes exposure and events before it, or is negative.

    ## Smallest fix
    Correct the wrong date. If a subject was treated before randomization, document the protocol deviation.
    """
    randomized = data.days("RANDDT")
    for name in ("TRTSDT", "DTHDT"):
        if name not in data:
            continue
        early = data.days(name) < randomized
        both = int(np.count_nonzero(data.filled(name) & data.filled("RANDDT")))
        if name == "DTHDT" or 2 * np.count_nonzero(early) < both:
            yield Fault(early, (name, "RANDDT"), f"{name} is before RANDDT")
