"""Rules that compare the treatment of records with that of their subject in ADSL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ...evidence.agreement import agreement
from ...evidence.subjects import adsl_record
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import none_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield


@readiness(
    "XD014",
    title="TRTP or TRTA differs from the treatment in ADSL",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "ADSL.USUBJID"),
    needs_any=(("TRTP", "TRTA"),),
)
def another_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """TRTP or TRTA differs from the treatment of the subject in ADSL.

    ## What it checks
    TRTP equals TRT01P of ADSL and TRTA equals TRT01A; with APERIOD, TRTxxP and TRTxxA of that period.

    ## Not a fault
    A crossover: if ADSL has several periods and the record has no APERIOD, the treatment of any period.
    An ADSL without these variables.

    ## Why it matters
    The subject is analysed in the wrong arm, or in different arms in different tables.

    ## Smallest fix
    Derive TRTP and TRTA from ADSL, by period in a crossover.
    """
    adsl = study["ADSL"]
    compared = [
        (name, periods) for name in ("TRTP", "TRTA") if name in data and (periods := _periods(adsl, name[-1]))
    ]
    if not compared:
        yield NotApplicable(
            none_present(*(f"ADSL.TRT01{name[-1]}" for name in ("TRTP", "TRTA") if name in data))
        )
        return
    for name, periods in compared:
        yield Fault(
            _another(data, adsl, name, periods), (name,), f"{name} differs from {_said(periods)} of ADSL"
        )


def _periods(adsl: Dataset, kind: str) -> dict[int, str]:
    """TRTxxP or TRTxxA of ADSL by period."""
    named = re.compile(rf"TRT(\d\d){kind}$")
    found = [named.match(variable.name.upper()) for variable in adsl.variables]
    return {int(each[1]): each[0] for each in found if each is not None}


def _said(periods: dict[int, str]) -> str:
    return " and ".join(periods.values())


def _another(data: Dataset, adsl: Dataset, name: str, periods: dict[int, str]) -> Mask:
    """Records whose treatment is that of no period, or not that of their own."""
    record = adsl_record(data, adsl)
    found = {period: agreement(data, name, adsl, theirs, record) for period, theirs in periods.items()}
    differs = {period: each.differs | each.absent_there for period, each in found.items()}
    of_none: Mask = np.logical_and.reduce(list(differs.values()))
    if "APERIOD" not in data:
        return of_none
    period = data.numbers("APERIOD")
    another = of_none & ~np.isin(period, list(differs))
    for number, mask in differs.items():
        another |= mask & (period == number)
    return another
