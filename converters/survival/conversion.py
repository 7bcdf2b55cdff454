"""AVAL in another unit: the value that is analysed stays the same.

AVAL is converted through days, by the length of a month that it was made with, record by record. The date
serves only a record whose AVAL is rounded so far that it no longer tells its day, and only if it makes
that AVAL; a record that has neither is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...schemas.errors import Refused
from ...schemas.evidence.duration import DurationFormula, constant_text, scaled_to_days
from ...schemas.evidence.time_unit import TimeUnit
from ...schemas.study.columns import Mask, Numbers
from .aval_formula import Evidence, Formulas, Times, UnitLength, agreed_length, formulas_without_dates
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
class _Reading:
    """How AVAL of the selected records is read as days.

    Attributes
    ----------
    evidence : Evidence
    unit, target : TimeUnit
        Of AVAL, and of the durations.
    by_dates : tuple of DurationFormula
        How the dates make AVAL; empty where they do not.
    by : tuple of DurationFormula
        Those, or what AVAL was made with by other evidence: equally good ones, which must agree.
    """

    evidence: Evidence
    unit: TimeUnit
    target: TimeUnit
    by_dates: Formulas
    by: Formulas

    @property
    def times(self) -> Times:
        return self.evidence.selected

    @property
    def second(self) -> DurationFormula | None:
        """The formula of dated records that do not follow the others."""
        return self.evidence.inference.second if self.by_dates else None

    @cached_property
    def follows(self) -> Mask:
        """Records whose dates make their AVAL."""
        return self.times.following(self.by_dates)

    @cached_property
    def of_second(self) -> Mask:
        """Records that the second formula makes, or may make: an undated one does not show its own."""
        if self.second is None:
            return np.zeros_like(self.follows)
        return ~self.follows & (self.times.following((self.second,)) | ~self.times.dated)

    @cached_property
    def days(self) -> Numbers:
        """Days that AVAL stands for by all formulas alike; NaN where they differ or it does not tell."""
        aval, first = self.times.aval, self.by[0]
        by_formula = np.stack([formula.days_from(aval) for formula in self.by])
        days = np.where((by_formula == by_formula[0]).all(axis=0), by_formula[0], np.nan)
        if first.same_day is not None:  # a value that somebody chose: no constant made it
            days = np.where(np.isnan(days) & (aval == first.same_day), by_formula[0], days)
        if self.second is None:
            return days
        return np.where(self.of_second & (days != self.second.days_from(aval)), np.nan, days)


def conversion_of(evidence: Evidence, unit: TimeUnit, target: TimeUnit, formulas: Formulas) -> Conversion:
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
        When the duration of a record with AVAL cannot be given exactly, or nothing shows the length of a
        month.
    """
    by, length = (
        (formulas, agreed_length(unit, formulas)) if formulas else formulas_without_dates(evidence, unit)
    )
    reading = _Reading(evidence, unit, target, formulas, by)
    times, days = reading.times, reading.days
    untold = np.isnan(days) & ~np.isnan(times.aval)  # without AVAL there is nothing to convert
    counted = _counted_by_dates(reading) if (untold & reading.follows).any() else None
    unknown = untold & ~reading.follows
    if unknown.any():
        raise _inexact(reading, unknown)
    durations = days / target.days
    told = ~np.isnan(days)
    parts = list(_parts_of_aval(by[0], target, times.aval[told], days[told]))
    if counted is not None:
        dated = times.subset(untold)
        durations[untold] = counted.durations(dated.adt, dated.startdt)
        parts.append((str(counted), len(dated.aval)))
    return Conversion(durations, _in_words(parts), length, int(np.count_nonzero(untold)))


def _counted_by_dates(reading: _Reading) -> DurationFormula:
    """The formula for another unit, unrounded. Several that fit equally well must agree on the days."""
    unit, target, formulas = reading.unit, reading.target, reading.by_dates
    offsets = {formula.offset for formula in formulas}
    if len(offsets) > 1:
        raise Refused(
            f"AVAL cannot be converted to {target}: the dates fit several formulas",
            f"{reading.evidence.selection.data.name}, equally good fits: "
            + "; ".join(sorted(map(str, formulas))),
            f"request the unit of AVAL, {unit}, or derive AVAL with more decimals or in days",
        )
    return DurationFormula(target, target.days, offsets.pop())


def _inexact(reading: _Reading, unknown: Mask) -> Refused:
    """Some records have only an AVAL that does not tell its day."""
    selection, dated = reading.evidence.selection, reading.times.dated
    records = " and ".join(_without_a_day(reading, unknown & dated, unknown & ~dated))
    where = f"{selection.data.name}, {listed(subjects_of(selection.data, unknown))}"
    if reading.by_dates:
        where += f"; AVAL = {reading.by_dates[0]}"
    if (unknown & reading.of_second).any():
        where += f", or {reading.second} on others"
    *remedies, last = _remedies(reading, unknown)
    reason = _reason(reading, unknown)
    return Refused(
        f"{selection.paramcd} cannot be converted to {reading.target}: {reason}, and {records}",
        where,
        f"{', '.join(remedies)}, or {last}",
    )


def _reason(reading: _Reading, unknown: Mask) -> str:
    if (unknown & reading.of_second).any():
        return "the records follow different formulas"
    if any(formula.days_per_unit is None for formula in reading.by):
        return "AVAL is in calendar months, which have no fixed length"
    if not np.isnan([formula.days_from(reading.times.aval[unknown]) for formula in reading.by]).any():
        return "several formulas fit equally well and give different numbers of days"
    if all(formula.tells_day for formula in reading.by):
        return "AVAL is rounded and is not a whole number of days"
    return "AVAL is rounded"


def _without_a_day(reading: _Reading, dated: Mask, undated: Mask) -> Iterator[str]:
    source = "its formula" if reading.by_dates else "from ADT and STARTDT"
    for records, one, several in (
        (dated, f"does not follow {source}", f"do not follow {source}"),
        (undated, "has no ADT or STARTDT", "have no ADT or STARTDT"),
    ):
        number = np.count_nonzero(records)
        if number:
            yield f"1 record {one}" if number == 1 else f"{number} records {several}"


def _remedies(reading: _Reading, unknown: Mask) -> Iterator[str]:
    yield f"request the unit of AVAL (--unit {reading.unit})"
    if not unknown.all():
        yield "exclude these records with a condition (--where)"
    if (unknown & reading.of_second).any():
        yield "correct the data"
    elif (unknown & ~reading.times.dated).any():
        yield "provide AVAL unrounded or with ADT and STARTDT"
    else:
        yield "provide AVAL unrounded"


def _parts_of_aval(
    formula: DurationFormula, target: TimeUnit, aval: Numbers, days: Numbers
) -> Iterator[tuple[str, int]]:
    """How durations come from AVAL, in words, and the number of records of each: the words give them."""
    over = "" if target is TimeUnit.DAYS else f" / {target.days:g}"
    constant = formula.days_per_unit or 1.0
    product = "AVAL" if constant == 1 else f"AVAL * {constant_text(constant)}"
    whole = np.zeros(len(aval), dtype=np.bool_)
    if formula.rounds:
        rounding, word = (np.ceil, "ceil") if formula.truncated else (np.rint, "round")
        whole = rounding(scaled_to_days(aval, constant)) == days
        yield f"{word}({product}){over}", int(np.count_nonzero(whole))
    yield f"{product}{over}", int(np.count_nonzero(~whole))


def _in_words(parts: list[tuple[str, int]]) -> str:
    """What most durations are, and the others: "round(AVAL * 30.44), but AVAL * 30.44 for 1 other record"."""
    found = [part for part in parts if part[1]] or parts[-1:]  # the last one where every AVAL is missing
    (most, _), *others = sorted(found, key=lambda part: -part[1])
    texts = [f"{text} for {n} other record{'' if n == 1 else 's'}" for text, n in others]
    return f"{most}, but {' and '.join(texts)}" if texts else most
