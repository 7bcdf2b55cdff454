"""Rules about adverse events as they are analysed: their dates and their identity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..columns import Mask
from ..dataset import Dataset
from ..finding import Severity
from ..rule import Fault, Grain
from ..structure import Structure
from .readiness import readiness

_COMPLETE_DATE = len("2024-01-31")


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
    AENDT is on or after ASTDT. An error where both dates are complete, a warning where either was
    imputed: ASTDTF or AENDTF is filled, or AESTDTC or AEENDTC has no day.

    ## Not a fault
    An event without an end date.

    ## Why it matters
    Durations become negative, and the event is outside every window of time at risk.

    ## Smallest fix
    Correct the date; for an imputed one, impute no later than the end or no earlier than the start.
    """
    before = data.days("AENDT") < data.days("ASTDT")
    imputed = _imputed(data, "ASTDTF", "AESTDTC") | _imputed(data, "AENDTF", "AEENDTC")
    yield Fault(before & ~imputed, ("AENDT", "ASTDT"), "AENDT is before ASTDT")
    message = "AENDT is before ASTDT, and one of them is imputed"
    yield Fault(before & imputed, ("AENDT", "ASTDT", "ASTDTF", "AENDTF"), message, Severity.WARNING)


def _imputed(data: Dataset, flag: str, collected: str) -> Mask:
    """Records whose date was completed, by its flag or because the collected text has no day."""
    imputed = np.zeros(len(data), dtype=np.bool_)
    if flag in data:
        imputed |= data.filled(flag)
    if collected in data and data.is_character(collected):
        imputed |= data.matching(collected, lambda text: len(str(text).partition("T")[0]) < _COMPLETE_DATE)
    return imputed


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
    USUBJID and AESEQ identify a record. Where ASEQ does so instead it is a note: an event was split by
    period or severity.

    ## Not a fault
    Records without AESEQ, which have no parent in SDTM.

    ## Why it matters
    An event that is there twice is counted twice, and nothing can be traced to its source.

    ## Smallest fix
    Remove the repetition; number split records in ASEQ.
    """
    repeated = _repeated(data, "USUBJID", "AESEQ")
    if "ASEQ" in data and repeated.any():
        numbered = data.filled("ASEQ")
        if numbered[repeated].all() and not _repeated(data, "USUBJID", "ASEQ").any():
            message = "AESEQ is repeated within a subject; ASEQ is not"
            yield Fault(repeated, ("AESEQ", "ASEQ"), message, Severity.NOTE)
            return
    yield Fault(repeated, ("USUBJID", "AESEQ"), "AESEQ is repeated within a subject")


def _repeated(data: Dataset, *keys: str) -> Mask:
    """Records whose keys are filled and occur more than once."""
    filled = np.logical_and.reduce([data.filled(key) for key in keys])
    group = data.groups(*keys)
    times = np.bincount(group[filled], minlength=int(group.max(initial=0)) + 1)
    repeated: Mask = filled & (times[group] > 1)
    return repeated
