"""From AVAL to a duration in a stated unit.

The unit of AVAL is the one that AVALU states, else the text of PARAM, else the one the dates prove,
else the one the user states; it is never assumed, and two that contradict each other are refused. A
change of unit starts from the dates where they make AVAL, not from rounded months.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...schemas.dataset import Dataset
from ...schemas.duration import DurationFormula, Numbers
from ...schemas.duration_inference import DurationInference, infer_duration
from ...schemas.errors import ConfigurationError, Refused
from ...schemas.time_unit import TimeUnit, other_unit_in, unit_from_text
from .selection import Selection

_PROOF = 10
"""Records that prove a unit by their dates where AVAL is rounded; whole days show themselves at once."""


@dataclass(frozen=True, eq=False)
class TimeScale:
    """Durations of a selection and how they came about.

    Attributes
    ----------
    durations : ndarray of float, shape (n_records,)
        In `unit`, not rounded; NaN where AVAL, or a date that is needed, is missing.
    unit : TimeUnit
        Of the durations.
    aval_unit : TimeUnit
        Of AVAL.
    found_by : str
        What states the unit of AVAL.
    formulas : tuple of DurationFormula
        How the dates make AVAL, equally good ones, the most usual first; empty where they do not.
    exceptions : int
        Records of the selection whose AVAL is not what the formula gives.
    made_from : str
        The duration in words: "AVAL", "(ADT - STARTDT + 1) / 30.4375 (months)".
    """

    durations: Numbers
    unit: TimeUnit
    aval_unit: TimeUnit
    found_by: str
    formulas: tuple[DurationFormula, ...]
    exceptions: int
    made_from: str

    @property
    def days_per_unit(self) -> float | None:
        """Days of one unit: those of AVAL's own formula while AVAL is the duration, None if they vary."""
        if self.made_from == "AVAL" and self.formulas:
            return self.formulas[0].days_per_unit
        return self.unit.days


def time_scale(selection: Selection, unit: TimeUnit | None, aval_unit: TimeUnit | None) -> TimeScale:
    """Durations of the selected records.

    Parameters
    ----------
    selection : Selection
    unit : TimeUnit or None
        Wanted; None for the unit of AVAL.
    aval_unit : TimeUnit or None
        What the user states about AVAL.

    Raises
    ------
    ConfigurationError
        When the user's statement contradicts the data.
    Refused
        When the data contradict themselves, nothing tells the unit, or a change of unit would have to
        guess whether AVAL counts the first day.
    """
    inference = _inference(selection)
    known, found_by = _unit_of_aval(selection, inference, aval_unit)
    aval = selection.data.numbers("AVAL")
    formulas = tuple(each for each in inference.fits if each.unit is known) if inference else ()
    exceptions = _exceptions(selection.data, formulas[0]) if formulas else 0
    target = unit or known
    durations, made_from = aval, "AVAL"
    if target is not known:
        durations, made_from = _changed(selection.data, known, target, formulas)
    return TimeScale(durations, target, known, found_by, formulas, exceptions, made_from)


def _exceptions(data: Dataset, formula: DurationFormula) -> int:
    """Number of records whose AVAL is not what a formula gives."""
    aval, adt, startdt = data.numbers("AVAL"), data.days("ADT"), data.days("STARTDT")
    complete = ~np.isnan(aval + adt + startdt)
    return int(np.count_nonzero(complete & ~formula.holds(aval, adt, startdt)))


def _changed(
    data: Dataset, known: TimeUnit, target: TimeUnit, formulas: Sequence[DurationFormula]
) -> tuple[Numbers, str]:
    """Durations in another unit than AVAL's, and how they are made: from the dates where both are there."""
    days = (formulas[0].days_per_unit if formulas else None) or known.days
    from_aval, product = data.numbers("AVAL") * (days / target.days), _product(days, target.days)
    if not formulas:
        return from_aval, product
    adt, startdt = data.days("ADT"), data.days("STARTDT")
    undated = np.isnan(adt + startdt)
    if undated.all():
        return from_aval, product
    formula = _in_unit(formulas, target, data.name)
    if not undated.any():
        return formula.durations(adt, startdt), str(formula)
    without = np.count_nonzero(undated)
    records = f"{without} record{'' if without == 1 else 's'} without both dates"
    mixed = np.where(undated, from_aval, formula.durations(adt, startdt))
    return mixed, f"{formula}, but {product} for {records}"


def _product(days: float, target_days: float) -> str:
    times = "" if days == 1 else f" * {days:.10g}"
    over = "" if target_days == 1 else f" / {target_days:.10g}"
    return f"AVAL{times}{over}"


def _in_unit(formulas: Sequence[DurationFormula], target: TimeUnit, dataset: str) -> DurationFormula:
    """The formula for another unit, unrounded. Several that fit equally well must agree on the days."""
    converted = {
        replace(
            formula,
            unit=target,
            days_per_unit=target.days,
            decimals=None,
            truncated=False,
            same_day=None
            if formula.same_day is None
            else formula.same_day * (formula.days_per_unit or formula.unit.days) / target.days,
        )
        for formula in formulas
    }
    if len(converted) > 1:
        raise Refused(
            f"the dates do not settle how AVAL counts days, so it cannot be given in {target}",
            f"{dataset}, equally good: {'; '.join(sorted(map(str, formulas)))}",
            f"ask for AVAL's own unit, {formulas[0].unit}, or derive AVAL with more decimals or in days",
        )
    return converted.pop()


def _inference(selection: Selection) -> DurationInference | None:
    """What the dates say: those of the whole parameter, or, where it mixes formulas, of the selection."""
    inference = None
    for data in (selection.parameter, selection.data):
        if any(name not in data or data.is_character(name) for name in ("AVAL", "ADT", "STARTDT")):
            return None
        inference = infer_duration(data.numbers("AVAL"), data.days("ADT"), data.days("STARTDT"))
        if inference.fits:
            break
    return inference


def _unit_of_aval(
    selection: Selection, inference: DurationInference | None, stated: TimeUnit | None
) -> tuple[TimeUnit, str]:
    sources: Mapping[str, TimeUnit | None] = {
        "AVALU": _unit_in(selection.data, "AVALU", must_be_unit=True),
        "the text of PARAM": _unit_in(selection.data, "PARAM", must_be_unit=False),
        "the dates ADT and STARTDT": _proven(inference),
        "aval_unit": stated,
    }
    found = {source: unit for source, unit in sources.items() if unit is not None}
    _refuse_other_units(selection)
    where = f"{selection.data.name}, {selection.paramcd}"
    if not found:
        raise Refused(
            f"nothing tells the unit of AVAL of {selection.paramcd}",
            f"{where}: no unit in AVALU or PARAM, and the dates prove none",
            "state it: --aval-unit days, weeks, months or years",
        )
    if len(set(found.values())) > 1:
        said = ", ".join(f"{unit} by {source}" for source, unit in found.items())
        if stated is not None and len({unit for source, unit in found.items() if source != "aval_unit"}) == 1:
            raise ConfigurationError(
                "the stated unit of AVAL contradicts the data",
                f"{where}: {said}",
                "omit aval_unit (--aval-unit)",
            )
        raise Refused("the unit of AVAL is contradictory", f"{where}: {said}", "correct the data")
    return next(iter(found.values())), next(iter(found))


def _refuse_other_units(selection: Selection) -> None:
    for variable in ("AVALU", "PARAM"):
        if variable not in selection.data:
            continue
        others = sorted(filter(None, map(other_unit_in, selection.data.distinct(variable).values)))
        if others:
            raise Refused(
                f"AVAL is in {others[0]}, and durations are given in days, weeks, months or years",
                f"{selection.data.name}, {selection.paramcd}, by {variable}",
                "derive AVAL in one of these units",
            )


def _unit_in(data: Dataset, variable: str, *, must_be_unit: bool) -> TimeUnit | None:
    """The unit that a text variable states for all selected records; None where it names none known."""
    if variable not in data or data.missing(variable).all():
        return None
    texts = data.distinct(variable).values
    incomplete = bool(data.missing(variable).any())
    units = [unit_from_text(text) for text in texts]
    stated = {unit for unit in units if unit is not None}
    if len(stated) == 1 and None not in units and not incomplete:
        return stated.pop()
    if not stated or (len(stated) < 2 and not must_be_unit):
        return None
    shown = [*map(str, texts), *(["missing"] if incomplete else [])]
    raise Refused(
        f"{variable} does not state one unit of time",
        f"{data.name}: {', '.join(shown)}",
        "correct the data, or select the records of one unit by a condition",
    )


def _proven(inference: DurationInference | None) -> TimeUnit | None:
    if inference is None or inference.unit is None:
        return None
    return inference.unit if inference.unit is TimeUnit.DAYS or inference.records >= _PROOF else None
