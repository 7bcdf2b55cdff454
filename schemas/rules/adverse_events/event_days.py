"""Rules about study days and durations of adverse events, which follow from their dates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.duration import DurationFormula
from ...evidence.duration_inference import HOLDS, DurationInference, infer_duration
from ...evidence.subjects import subject, subject_days
from ...evidence.time_unit import TimeUnit, other_unit_in, unit_from_text
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, Yield

_ADAE = (Structure.ADAE,)
_DURATION = ("ADURN", "AENDT", "ASTDT")
_MOST, _FEWEST = 2 / 3, 3
"""Share and number of records that show how days are counted, where it is stated that days are."""
_PER_DAY = {"hours": 24.0, "minutes": 1_440.0, "seconds": 86_400.0}
_REFERENCES = ("TRTSDT", "RANDDT", "APERSDT", "AP01SDT", "TR01SDT", "RFICDT", "ENRLDT")
"""Dates that study days may count from, the usual one first."""


@readiness(
    {"AE003": {"variable": "ASTDY", "date": "ASTDT"}, "AE004": {"variable": "AENDY", "date": "AENDT"}},
    title="{variable} is inconsistent with {date} and TRTSDT",
    severity=Severity.ERROR,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("{variable}", "{date}"),
    consults=("ADSL",),
)
def study_day(data: Dataset, study: Study, variable: str, date: str) -> Iterator[Yield]:
    """The study day of an adverse event does not match its date.

    ## What it checks
    {variable} is {date} - TRTSDT, plus 1 on and after TRTSDT, and never 0. TRTSDT is taken from the
    record, otherwise from ADSL. If at least 95% of the study days are counted from another date
    (RANDDT, APERSDT, …), that date is used and reported. A study day where {date} is missing is a
    warning.

    ## Not a fault
    A missing study day, for whatever reason.

    ## Why it matters
    Onset day, time to first event and time at risk are wrong by a day or more, or the date is.

    ## Smallest fix
    Correct the date that is wrong, then derive {variable} again.
    """
    day, dated = data.numbers(variable), data.days(date)
    zero = np.equal(day, 0)
    yield Fault(zero, (variable,), f"{variable} is 0, which is not a valid study day")
    reference, differs = _reference(data, study, day, dated)
    if reference != _REFERENCES[0]:
        yield Inference(variable, f"{variable} is counted from {reference}")
    message = f"{variable} differs from the study day derived from {date} and {reference}"
    yield Fault(differs & ~zero, (variable, date, reference), message)
    undated = ~np.isnan(day) & np.isnan(dated) & ~zero
    message = f"{variable} has a value where {date} is missing"
    yield Fault(undated, (date, variable), message, Severity.WARNING)


def _reference(data: Dataset, study: Study, day: Days, dated: Days) -> tuple[str, Mask]:
    """The date that study days count from, and the records whose study day does not follow from it."""
    usual = _REFERENCES[0], _differs(day, dated, subject_days(data, study, _REFERENCES[0]))
    counted = np.array([np.count_nonzero(usual[1]), np.count_nonzero(~np.isnan(day) & ~np.isnan(dated))])
    differing, judged = data.total("study days", counted)
    if differing <= (1 - HOLDS) * judged:
        return usual
    for name in _REFERENCES[1:]:
        if subject(data, study, name) is None:
            continue
        days = subject_days(data, study, name)
        differs = _differs(day, dated, days)
        agreeing = int(np.count_nonzero(~np.isnan(dated - days + day) & ~differs))
        if data.total(f"study days from {name}", agreeing) >= HOLDS * judged:
            return name, differs
    return usual


def _differs(day: Days, dated: Days, reference: Days) -> Mask:
    elapsed = dated - reference
    return np.abs(elapsed + (elapsed >= 0) - day) > 0


@readiness(
    "AE005",
    title="ADURN is inconsistent with ASTDT and AENDT",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("ADURN", "ASTDT", "AENDT"),
)
def event_duration(data: Dataset) -> Iterator[Yield]:
    """The duration of an adverse event does not match its dates.

    ## What it checks
    For each unit in ADURU, the formula that gives ADURN from ASTDT and AENDT on at least 95% of the
    records is inferred and reported: the unit, whether the first day counts, and the number of
    decimals. Records that do not follow it are errors, and so is an ADURU that contradicts the dates.
    If ADURU is days, two thirds of the records are enough, because only the first day is open. A
    difference of one in the last decimal of a number of months is a warning. If no formula fits, one
    warning is given for the whole dataset. Hours, minutes and seconds are errors if no times on these
    days are consistent with them. A duration where a date is missing is a warning.

    ## Not a fault
    A missing duration although both dates have values: many studies leave it missing if a date was
    imputed. Fractions of days if ASTDTM or AENDTM has the times. The spelling of the unit in ADURU.

    ## Why it matters
    Duration and dates appear side by side in listings; one of them is wrong.

    ## Smallest fix
    Correct the date or the duration, then derive ADURN again.
    """
    lasted, dated = data.numbers("ADURN"), ~np.isnan(data.days("AENDT") - data.days("ASTDT"))
    for stated, own in _by_unit(data, dated & ~np.isnan(lasted)):
        yield from _by_formula(data, stated, own)
    message = "ADURN is not possible with ASTDT and AENDT"
    yield Fault(_impossible(data), _DURATION, message)
    message = "ADURN has a value where ASTDT or AENDT is missing"
    yield Fault(~np.isnan(lasted) & ~dated, _DURATION, message, Severity.WARNING)


def _by_formula(data: Dataset, stated: TimeUnit | None, own: NDArray[np.intp]) -> Iterator[Yield]:
    """Faults of the dated records of one unit, by the formula that most of them follow."""
    found = infer_duration(data.numbers("ADURN")[own], data.days("AENDT")[own], data.days("ASTDT")[own])
    timed = "ASTDTM" in data or "AENDTM" in data
    clear = stated is TimeUnit.DAYS and not timed and _is_clear(found)
    if found.closest is not None and (found.fits or clear):
        yield Inference("ADURN", f"ADURN = {_shown(found.closest)}")
        yield from _contradicting(data, own[found.exceptions], found.closest)
        if stated is not None and found.unit is not None and stated is not found.unit:
            message = f"ADURU states {stated}, but ASTDT and AENDT show {found.unit}"
            yield Fault(_mask(data, own), ("ADURU", "ADURN"), message)
    elif not timed:
        message = f"no formula derives ADURN from ASTDT and AENDT on 95% of {len(own)} records"
        yield Fault(None, _DURATION, message, Severity.WARNING, cause=str(stated or ""))


def _is_clear(found: DurationInference) -> bool:
    """Whether most records follow a whole number of days, so that the others are at fault."""
    closest = found.closest
    return (
        closest is not None
        and closest.unit is TimeUnit.DAYS
        and found.explained >= max(_FEWEST, _MOST * found.records)
    )


def _impossible(data: Dataset) -> Mask:
    """Durations in parts of a day that are too short or too long for their dates, whatever the times."""
    lasted, days = data.numbers("ADURN"), data.days("AENDT") - data.days("ASTDT")
    per_day = np.full(len(data), np.nan)
    if "ADURU" in data:
        units = data.distinct("ADURU")
        known = [_PER_DAY.get(other_unit_in(text), np.nan) for text in units]
        per_day = units.spread(np.array(known, dtype=np.float64), missing=np.nan)
    impossible: Mask = (lasted < (days - 1) * per_day) | (lasted > (days + 1) * per_day)
    return impossible


def _by_unit(data: Dataset, dated: Mask) -> Iterator[tuple[TimeUnit | None, NDArray[np.intp]]]:
    """Positions of the records of each unit; those in hours or another unit without dates are left out."""
    if "ADURU" not in data:
        if dated.any():
            yield None, np.flatnonzero(dated)
        return
    units = data.distinct("ADURU")
    each: dict[TimeUnit | None, list[int]] = {}
    for code, text in enumerate(units):
        unit = unit_from_text(str(text))
        if unit is not None:
            each.setdefault(unit, []).append(code)
    each.setdefault(None, []).append(-1)
    for unit, codes in each.items():
        own = np.flatnonzero(dated & np.isin(units.codes, codes))
        if len(own):
            yield unit, own


def _contradicting(data: Dataset, wrong: NDArray[np.intp], formula: DurationFormula) -> Iterator[Fault]:
    near = np.zeros(len(wrong), dtype=np.bool_)
    if formula.unit is not TimeUnit.DAYS and formula.decimals is not None:
        values = (data.numbers("ADURN")[wrong], data.days("AENDT")[wrong], data.days("ASTDT")[wrong])
        near = formula.misses(*values) < 1.5
    message = f"ADURN differs from {_shown(formula)}, the formula of the other records"
    yield Fault(_mask(data, wrong[~near]), _DURATION, message)
    message = f"ADURN differs from {_shown(formula)} by one in the last decimal"
    yield Fault(_mask(data, wrong[near]), _DURATION, message, Severity.WARNING)


def _mask(data: Dataset, positions: NDArray[np.intp]) -> Mask:
    mask = np.zeros(len(data), dtype=np.bool_)
    mask[positions] = True
    return mask


def _shown(formula: DurationFormula) -> str:
    """The formula in the names of an adverse event's dates."""
    return str(formula).replace("STARTDT", "ASTDT").replace("ADT", "AENDT")
