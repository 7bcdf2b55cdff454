"""Rules about age, age group and other characteristics of subjects in ADSL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce

import numpy as np

from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_OLDEST = {
    "YEARS": 120.0,
    "MONTHS": 120.0 * 12,
    "WEEKS": 120.0 * 53,
    "DAYS": 120.0 * 366,
    "HOURS": 120.0 * 366 * 24,
}
"""Nobody is older, by the terms of AGEU."""


@readiness(
    "SL014",
    title="AGE is negative or above 120 years",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("AGE",),
)
def impossible_age(data: Dataset) -> Iterator[Fault]:
    """AGE of a subject is not possible.

    ## What it checks
    AGE is from 0 to 120 years, in the unit of AGEU. If AGEU is not present, AGE is in years if at most 120
    for most subjects. With another unit only a negative AGE is reported.

    ## Not a fault
    Children, with AGE in days, weeks or months.

    ## Why it matters
    Age is a covariate and defines subgroups; one impossible value moves the mean.

    ## Smallest fix
    Correct the date of birth, or AGEU.
    """
    age = data.numbers("AGE")
    yield Fault(age < 0, ("AGE",), "AGE is negative")
    if "AGEU" in data:
        oldest = [data.equals("AGEU", unit) & (age > limit) for unit, limit in _OLDEST.items()]
        yield Fault(np.logical_or.reduce(oldest), ("AGE", "AGEU"), "AGE is above 120 years")
    elif 2 * np.count_nonzero(age <= _OLDEST["YEARS"]) > np.count_nonzero(data.filled("AGE")):
        yield Fault(age > _OLDEST["YEARS"], ("AGE",), "AGE is above 120 years")


@readiness(
    "SL015",
    title="AGEGRy does not contain AGE",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("AGE",),
)
def age_outside_group(data: Dataset) -> Iterator[Yield]:
    """The age group of a subject is one that AGE is not in.

    ## What it checks
    Age groups (AGEGR1, AGEGR2, …) that state their limits, such as <65, 65-80, >=75 or 18 to 64 years,
    contain AGE. It is reported if the groups contain AGE of most subjects.

    ## Not a fault
    Groups without limits, such as Adults. Groups in another unit than AGE. Groups of another age: if most
    subjects are outside, nothing is reported.

    ## Why it matters
    The subject is in the wrong subgroup.

    ## Smallest fix
    Derive the age group again from AGE.
    """
    groups = [name for name in data.names if re.match(r"AGEGR\d+$", name) and data.is_character(name)]
    if not groups:
        yield NotApplicable("no age group (AGEGR1, …) is present")
        return
    age = data.numbers("AGE")
    in_years = data.missing("AGEU") | data.equals("AGEU", "YEARS") if "AGEU" in data else True
    for name in groups:
        texts = data.distinct(name)
        limits = [_limits(str(text)) or (np.nan, np.nan) for text in texts]
        low = texts.spread(np.array([each[0] for each in limits], dtype=np.float64), missing=np.nan)
        high = texts.spread(np.array([each[1] for each in limits], dtype=np.float64), missing=np.nan)
        judged: Mask = ~np.isnan(low) & ~np.isnan(age) & in_years
        outside = judged & ((age < low) | (age >= high))
        if 2 * np.count_nonzero(outside) < np.count_nonzero(judged):
            yield Fault(outside, (name, "AGE"), f"AGE is not in the range stated by {name}")


_NUMBER = r"(\d+(?:\.\d+)?)"
_OTHER_UNIT = re.compile(r"\b(month|week|day|hour|mo|wk)s?\b", re.IGNORECASE)
_RANGE = re.compile(
    rf"{_NUMBER}\s*(?:years?|yrs?|y)?\s*(?:-|\u2013|\u2014|to|through)\s*(<=|<)?\s*{_NUMBER}", re.IGNORECASE
)
_FROM = re.compile(rf"(>=|>|\bover|\babove|\bolder than)\s*{_NUMBER}", re.IGNORECASE)
_BELOW = re.compile(rf"(<=|<|\bunder|\bbelow|\byounger than|\bup to)\s*{_NUMBER}", re.IGNORECASE)
_AND_OVER = re.compile(
    rf"{_NUMBER}\s*(?:years?|yrs?|y)?\s*(?:\+|(?:and|or|&)\s*(?:over|older|above|more))", re.IGNORECASE
)
_INCLUDED = frozenset({"<=", "up to"})


def _limits(text: str) -> tuple[float, float] | None:
    """Ages that a group states, from the first to below the second; None where it states none.

    An upper limit that is included stands for the whole year: 18-64 and <=64 end with the 65th birthday. An
    age with decimals, such as 80.5, is in both of >80 and <=80.
    """
    if _OTHER_UNIT.search(text):
        return None
    plain = reduce(
        lambda old, new: old.replace(*new), (("≥", ">="), ("≤", "<="), ("=>", ">="), ("=<", "<=")), text
    )
    plain = re.sub(r"([<>])\s*=", r"\1=", plain)
    if found := _RANGE.search(plain):
        return float(found[1]), float(found[3]) + (found[2] != "<")
    if found := _AND_OVER.search(plain):
        return float(found[1]), np.inf
    start, end = _FROM.search(plain), _BELOW.search(plain)
    if start is None and end is None:
        return None
    low = float(start[2]) if start else -np.inf
    high = float(end[2]) + (end[1].lower() in _INCLUDED) if end else np.inf
    if start and start[1] != ">=" and low.is_integer():
        low = np.nextafter(low, np.inf)
    return low, high


_CHARACTERISTICS = ("AGE", "SEX", "RACE")
_IN_ANALYSIS = ("SAFFL", "RANDFL", "ITTFL", "FASFL")


@readiness(
    "SL016",
    title="AGE, SEX or RACE is missing",
    severity=Severity.NOTE,
    grain=Grain.RECORD,
    structures=(Structure.ADSL,),
    needs_any=(_CHARACTERISTICS, _IN_ANALYSIS),
)
def characteristic_missing(data: Dataset) -> Iterator[Fault]:
    """A characteristic of an analysed subject is missing in ADSL.

    ## What it checks
    AGE, SEX and RACE have a value for subjects with SAFFL, RANDFL, ITTFL or FASFL = Y.

    ## Not a fault
    Screen failures. A study without RACE.

    ## Why it matters
    A model with this covariate silently excludes the subject, and subgroups do not add up to the total.

    ## Smallest fix
    None if the value was not collected; otherwise derive it again from DM.
    """
    analysed = np.logical_or.reduce([data.equals(flag, "Y") for flag in _IN_ANALYSIS if flag in data])
    for name in _CHARACTERISTICS:
        if name in data:
            yield Fault(analysed & data.missing(name), (name,), f"{name} is missing in ADSL")
