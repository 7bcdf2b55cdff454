"""Notes about follow-up that a reader of a survival curve should know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...evidence.parameters import split
from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain

_MANY = 5
_SHARE = 0.10
"""So many records of a parameter, and such a share of them, are many."""


@readiness(
    "TTE024",
    title="Many are censored on the first day",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR", "ADT", "STARTDT"),
)
def censored_at_start(data: Dataset) -> Iterator[Fault]:
    """A tenth of a parameter's subjects or more are censored on the day they start, or the day after.

    ## What it checks
    How many censored records have ADT at most a day after STARTDT; five records that are a tenth of the
    parameter or more are told.

    ## Not a fault
    A few subjects without an assessment after the start.

    ## Why it matters
    They count in the number of subjects and say nothing about time: the curve rests on the others. Where
    they are many, assessments were not found or not delivered.

    ## Smallest fix
    None if they were not assessed. Otherwise look for the dates of assessments.
    """
    parameters = data.parameters
    censored = data.numbers("CNSR") >= 1
    at_start = censored & (np.abs(data.days("ADT") - data.days("STARTDT") - 0.5) <= 0.5)
    counts, records = parameters.count(at_start), parameters.count(parameters.durations)
    many = (counts >= _MANY) & (counts >= _SHARE * records)
    for of, mask in split(data, at_start & many[parameters.codes]):
        message = f"{of.opening}{np.count_nonzero(mask)} records are censored at day 0 or 1"
        yield Fault(mask, ("ADT", "STARTDT"), message, parameter=of.parameter)


@readiness(
    "TTE025",
    title="Dates are imputed",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD",),
    needs_any=(("ADTF", "STARTDTF"),),
)
def imputed_dates(data: Dataset) -> Iterator[Fault]:
    """Some durations rest on dates of which only the month or the year was known.

    ## What it checks
    How many records of each parameter have ADTF or STARTDTF.

    ## Why it matters
    A month taken for its first day shifts an event by up to thirty days; with few events that is seen in
    the median.

    ## Smallest fix
    None. An analysis without these records tells how much rests on them.
    """
    for date in ("ADT", "STARTDT"):
        flag = f"{date}F"
        if flag in data:
            for of, mask in split(data, data.filled(flag)):
                count = np.count_nonzero(mask)
                message = f"{of.opening}{date} is imputed on {count} record{'' if count == 1 else 's'}"
                yield Fault(mask, (flag, date), message, parameter=of.parameter)
