"""Rules about time-to-event data: durations, censoring, origins."""

from __future__ import annotations

from collections.abc import Iterator

from ..dataset import Dataset
from ..finding import Severity
from ..rule import Citation, Fault, Grain, rule
from ..structure import Structure

OWN = Citation("adamgate", "readiness of survival data")


@rule(
    "TTE006",
    title="AVAL is negative",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=(Structure.TTE,),
    needs=("AVAL",),
    citations=(OWN,),
)
def negative_duration(data: Dataset) -> Iterator[Fault]:
    """A time to event is below zero.

    ## What it checks
    AVAL of a time-to-event record is zero or more.

    ## Why it matters
    lifelines, Stata and R take a negative time without complaint or drop the subject; either changes
    the estimate and says nothing.

    ## Example
    AVAL is -4 where ADT is five days before STARTDT.

    ## Smallest fix
    Correct ADT or STARTDT and derive AVAL again.
    """
    yield Fault(data.numbers("AVAL") < 0, ("AVAL",), "AVAL is negative")
