"""AVAL in another unit: the value that is analysed stays the same.

AVAL is converted through days, by the length of a month that it was made with. The dates serve only where
AVAL is rounded so far that it no longer tells its day, and only for records whose AVAL they make.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...schemas.columns import Mask
from ...schemas.duration import DurationFormula, Numbers, constant_text, scaled_to_days
from ...schemas.errors import Refused
from ...schemas.time_unit import TimeUnit
from .aval_formula import Evidence, Formulas, Times, UnitLength, agreed_length, shown_length
from .selection import Selection
from .subjects import listed, subjects_of


@dataclass(frozen=True, eq=False)
class Conversion:
    """Durations in another unit than AVAL's.

    Attributes
    ----------
    durations : ndarray of float, shape (n_records,)
    made_from : str
        In words: "AVAL * 30.44 / 7".
    length : UnitLength or None
        Days of one unit of AVAL; None where it was not needed and the data do not settle it.
    from_dates : int
        Records that were counted from their dates; the others are AVAL, converted.
    """

    durations: Numbers
    made_from: str
    length: UnitLength | None
    from_dates: int = 0


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is to be converted into what, and how it was made; `second` has another unit or constant."""

    selection: Selection
    unit: TimeUnit
    target: TimeUnit
    formulas: Formulas
    second: DurationFormula | None


def convert(
    evidence: Evidence,
    unit: TimeUnit,
    target: TimeUnit,
    formulas: Formulas,
) -> Conversion:
    """Durations of the selected records in another unit.

    Parameters
    ----------
    evidence : Evidence
    unit, target : TimeUnit
        Of AVAL, and of the durations.
    formulas : tuple of DurationFormula
        How the dates make AVAL, equally good ones.

    Raises
    ------
    Refused
        When the duration of a record cannot be given exactly, or nothing settles the length of a month.
    """
    times = evidence.selected
    second = evidence.inference.second
    if formulas:
        wanted = _Wanted(evidence.selection, unit, target, formulas, _differing(second, formulas))
        follows = times.following(formulas)
        days = _days_of_aval(wanted, times, follows)
        if not np.isnan(days).any():
            made_from = _of_aval(formulas[0], target)
            return Conversion(days / target.days, made_from, agreed_length(unit, formulas))
        if times.dated.any():
            return _completed_by_dates(wanted, times, follows, days)
    length = shown_length(evidence, unit, formulas)
    days = scaled_to_days(times.aval, length.days)
    return Conversion(days / target.days, _product(length.days, target), length)


def _differing(second: DurationFormula | None, formulas: Formulas) -> DurationFormula | None:
    """The second formula where the same AVAL would be another number of days by it."""
    scales = {(formula.unit, formula.days_per_unit) for formula in formulas}
    return None if second is None or (second.unit, second.days_per_unit) in scales else second


def _days_of_aval(wanted: _Wanted, times: Times, follows: Mask) -> Numbers:
    """Days that AVAL stands for by all formulas alike; NaN where they differ or it does not tell."""
    by_formula = np.stack([formula.days_from(times.aval) for formula in wanted.formulas])
    days = np.where((by_formula == by_formula[0]).all(axis=0), by_formula[0], np.nan)
    if wanted.second is None:
        return days
    return np.where(times.following((wanted.second,)) & ~follows, np.nan, days)


def _completed_by_dates(wanted: _Wanted, times: Times, follows: Mask, days: Numbers) -> Conversion:
    """The dates where AVAL follows them, AVAL where it does not and still tells its day."""
    formula = _of_dates(wanted)
    raised = (times.adt == times.startdt) & any(each.same_day is not None for each in wanted.formulas)
    by_dates = follows & ~raised
    unknown = ~by_dates & np.isnan(days)
    if unknown.any():
        raise _inexact(wanted, unknown, times.dated)
    durations = np.where(by_dates, formula.durations(times.adt, times.startdt), days / wanted.target.days)
    kept = np.count_nonzero(~by_dates)
    made_from = str(formula)
    if kept:
        others = f"{kept} other record{'' if kept == 1 else 's'}"
        made_from += f", but {_of_aval(wanted.formulas[0], wanted.target)} for {others}"
    length = agreed_length(wanted.unit, wanted.formulas)
    return Conversion(durations, made_from, length, int(np.count_nonzero(by_dates)))


def _of_dates(wanted: _Wanted) -> DurationFormula:
    """The formula for another unit, unrounded. Several that fit equally well must agree on the days."""
    target, formulas = wanted.target, wanted.formulas
    converted = {
        DurationFormula(target, target.days, offset) for offset in {formula.offset for formula in formulas}
    }
    if len(converted) > 1:
        raise Refused(
            f"the dates do not settle how AVAL counts days, so it cannot be given in {target}",
            f"{wanted.selection.data.name}, equally good: {'; '.join(sorted(map(str, formulas)))}",
            f"ask for AVAL's own unit, {wanted.unit}, or derive AVAL with more decimals or in days",
        )
    return converted.pop()


def _inexact(wanted: _Wanted, unknown: Mask, dated: Mask) -> Refused:
    """Some records have only an AVAL that does not tell its day."""
    data, first = wanted.selection.data, wanted.formulas[0]
    why = (
        "AVAL is in calendar months, which have no fixed length"
        if first.days_per_unit is None
        else ("AVAL is rounded" if first.rounds else "its records follow different formulas")
    )
    return Refused(
        f"{wanted.selection.paramcd} cannot be given in {wanted.target}: {why}, and "
        + " and ".join(_without_a_day(unknown & dated, unknown & ~dated)),
        f"{data.name}, {listed(subjects_of(data, unknown))}; AVAL = {first}"
        + (f", or {wanted.second} on others" if wanted.second else ""),
        f"ask for AVAL's own unit (--unit {wanted.unit}), exclude these records by a condition (--where), or "
        "correct the data",
    )


def _without_a_day(other: Mask, undated: Mask) -> Iterator[str]:
    for records, one, several in (
        (other, "does not follow its formula", "do not follow its formula"),
        (undated, "has no ADT or STARTDT", "have no ADT or STARTDT"),
    ):
        number = np.count_nonzero(records)
        if number:
            yield f"1 record {one}" if number == 1 else f"{number} records {several}"


def _of_aval(formula: DurationFormula, target: TimeUnit) -> str:
    """What `DurationFormula.days_from` does, and the division after it, in words."""
    if formula.days_per_unit is None or not formula.rounds:
        return _product(formula.days_per_unit or 1.0, target)
    whole = "ceil" if formula.truncated else "round"
    return f"{whole}(AVAL * {constant_text(formula.days_per_unit)}){_over(target)}"


def _product(days: float, target: TimeUnit) -> str:
    return f"AVAL{'' if days == 1 else f' * {constant_text(days)}'}{_over(target)}"


def _over(target: TimeUnit) -> str:
    return "" if target is TimeUnit.DAYS else f" / {target.days:g}"
