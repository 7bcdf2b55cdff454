"""Rules about STARTDT of a parameter as a whole: mixed, shifted or missing on some records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.parameters import split
from ...evidence.subjects import adsl_record, in_adsl, of_each
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, NotApplicable, Yield

_HOLDS = 0.95
_MOSTLY = 0.5
_ENOUGH = 10
_YEARS = 3650
"""A shift of so many days, as between two ways to count days, is no design."""
_GROUPS = ("TRT01P", "TRT01A", "SITEID", "COUNTRY", "REGION1", "COHORT")
"""Variables in ADSL that may distinguish the records of one origin from those of another."""


@readiness(
    "XD035",
    title="STARTDT has several origins, or is shifted from a date in ADSL",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "STARTDT", "ADSL.USUBJID"),
)
def origin_mixed_or_shifted(data: Dataset, study: Study) -> Iterator[Yield]:
    """STARTDT of a parameter is one date in ADSL on some records and another on others, or all are shifted.

    ## What it checks
    Parameters whose STARTDT equals no single date in ADSL on 95% of the records (otherwise see XD006).
    If it is a date in ADSL on at least half of them, the other records are reported, with the variable of
    ADSL (treatment, site, …) that distinguishes them. If at least 95% of 10 or more records are the same
    number of days before or after TRTSDT, RANDDT or another date in ADSL: one day is a warning, ten
    years or more is an error; other shifts are listed as inferred.

    ## Not a fault
    A STARTDT that is a date in ADSL on fewer than half of the records, such as the response that duration of
    response starts at. Landmark analyses that start a number of days after the first dose. Several records
    per subject, which may start at the previous event or period. A declared origin, which XD006 checks.
    Subjects without the date in ADSL.

    ## Why it matters
    With another origin in one arm the difference between arms is that of the origins. Dates that are all
    shifted give right durations and wrong comparisons with every other dataset.

    ## Smallest fix
    Derive STARTDT from the same date in ADSL for all subjects of the parameter.
    """
    adsl, parameters = study["ADSL"], data.parameters
    names = [name for name in adsl.names if name.endswith("DT") and not adsl.is_character(name)]
    if not names:
        yield NotApplicable("no numeric date is present in ADSL")
        return
    start, record = data.days("STARTDT"), adsl_record(data, adsl)
    dates = {name: in_adsl(data, adsl, name).days() for name in names}
    judged = parameters.durations & data.filled("STARTDT") & (record >= 0)
    for name, own in parameters.each(judged):
        if parameters.endpoint(name).origin or len(np.unique(record[own])) < len(own):
            continue
        same = {each: int(np.count_nonzero(day[own] == start[own])) for each, day in dates.items()}
        best = max(same, key=same.__getitem__)
        known = np.count_nonzero(~np.isnan(dates[best][own]))
        if same[best] >= _HOLDS * known and 2 * same[best] >= len(own):
            continue
        these = np.zeros(len(data), dtype=np.bool_)
        these[own] = True
        shown = next((of.parameter for of, _ in split(data, these)), name)
        if 2 * same[best] >= len(own):
            others = these & (start != dates[best]) & ~np.isnan(dates[best])
            second = _second(others, start, dates)
            majority = these & (start == dates[best])
            count, total = np.count_nonzero(others), len(own)
            elsewhere = f"{second} in ADSL" if second else "another date"
            message = (
                f"STARTDT is {best} in ADSL on {total - count} of {total} records and {elsewhere} on {count}"
            )
            if second:
                majority &= start != dates[second]
            group, values = _telling_apart(adsl, record, others, majority)
            message += f"; {group} distinguishes them" if group else ""
            yield Fault(others, ("STARTDT",), message, values=values, parameter=shown)
        elif len(own) >= _ENOUGH:
            yield from _shifted(these, start, dates, shown)


def _second(others: Mask, start: Days, dates: dict[str, Days]) -> str:
    """The date in ADSL that most of the other records have; empty where they have none."""
    same = {name: int(np.count_nonzero(others & (start == day))) for name, day in dates.items()}
    second = max(same, key=same.__getitem__)
    return second if same[second] > _MOSTLY * np.count_nonzero(others) else ""


def _telling_apart(adsl: Dataset, record: NDArray[np.intp], others: Mask, majority: Mask) -> tuple[str, str]:
    """The variable in ADSL with other values on some records than on the majority, and those values."""
    for group in filter(adsl.__contains__, _GROUPS):
        distinct = adsl.distinct(group)
        codes = of_each(distinct.codes, record, unknown=-1)
        theirs = np.unique(codes[others])
        shared = np.intersect1d(theirs, codes[majority])
        if not len(shared) and len(theirs) < np.count_nonzero(others):
            return group, ", ".join(str(distinct[code]) for code in theirs if code >= 0)
    return "", ""


def _shifted(these: Mask, start: Days, dates: dict[str, Days], shown: str) -> Iterator[Yield]:
    """What is said of a parameter whose STARTDT is always as many days from a date in ADSL."""
    for name, day in dates.items():
        apart = (start - day)[these & ~np.isnan(day)]
        if 2 * len(apart) < np.count_nonzero(these) or len(apart) < _ENOUGH:
            continue
        shifts, times = np.unique(apart, return_counts=True)
        shift = int(shifts[times.argmax()])
        if times.max() < _HOLDS * len(apart):
            continue
        side = "after" if shift > 0 else "before"
        words = f"{abs(shift):,} {'day' if abs(shift) == 1 else 'days'} {side} {name} in ADSL"
        if abs(shift) == 1 or abs(shift) >= _YEARS:
            severity = Severity.ERROR if abs(shift) >= _YEARS else None
            mask = these & (start - day == shift)
            yield Fault(mask, ("STARTDT",), f"STARTDT is always {words}", severity, parameter=shown)
        else:
            yield Inference("STARTDT", f"STARTDT is {words}", shown)
        return


@readiness(
    "TTE031",
    title="STARTDT is missing where AVAL has a value",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "AVAL", "STARTDT"),
)
def start_missing(data: Dataset) -> Iterator[Fault]:
    """A record has AVAL but no STARTDT, which the other records of the parameter have.

    ## What it checks
    In parameters in which at least half of the records have STARTDT, records with AVAL have it too.

    ## Not a fault
    A parameter without STARTDT, or in which most records have none. Records without AVAL.

    ## Why it matters
    AVAL cannot be checked against its dates, and the start of the time at risk is unknown.

    ## Smallest fix
    Populate STARTDT with the date that AVAL was derived from.
    """
    parameters, filled = data.parameters, data.filled("STARTDT")
    judged = parameters.durations & data.filled("AVAL")
    having = parameters.mostly(filled, judged)[parameters.codes]
    for of, mask in split(data, judged & ~filled & having):
        message = f"{of.opening}STARTDT is missing where AVAL has a value"
        yield Fault(mask, ("STARTDT", "AVAL"), message, parameter=of.parameter)
