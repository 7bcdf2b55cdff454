"""Notes on follow-up that matter for the interpretation of a survival curve."""

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
    title="Many subjects are censored at day 0 or 1",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR", "ADT", "STARTDT"),
)
def censored_at_start(data: Dataset) -> Iterator[Fault]:
    """At least 10% of the records of a parameter are censored on STARTDT or the day after.

    ## What it checks
    The number of censored records with ADT at most one day after STARTDT; reported if it is at least five
    and at least 10% of the records of the parameter.

    ## Not a fault
    A few subjects without a post-baseline assessment.

    ## Why it matters
    These subjects are counted in the analysis but contribute no follow-up. A large number suggests that
    assessments are missing.

    ## Smallest fix
    None if the subjects were not assessed. Otherwise check the source of the assessment dates.
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
    """Some durations are derived from imputed dates.

    ## What it checks
    The number of records of each parameter with ADTF or STARTDTF.

    ## Why it matters
    Imputing the first day of the month shifts an event by up to thirty days; with few events this affects
    the median.

    ## Smallest fix
    None. A sensitivity analysis without these records shows their influence.
    """
    for date in ("ADT", "STARTDT"):
        flag = f"{date}F"
        if flag in data:
            for of, mask in split(data, data.filled(flag)):
                count = np.count_nonzero(mask)
                message = f"{of.opening}{date} is imputed on {count} record{'' if count == 1 else 's'}"
                yield Fault(mask, (flag, date), message, parameter=of.parameter)
