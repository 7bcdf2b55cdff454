"""What shows how AVAL of the selected records was made: the dates, its own digits, the other parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from ...schemas.columns import Mask
from ...schemas.dataset import Dataset
from ...schemas.duration import DurationFormula, Numbers, constant_text, decimals_of
from ...schemas.duration_digits import whole_day_constants
from ...schemas.duration_inference import (
    HOLDS,
    DurationInference,
    in_use,
    infer_duration,
    judged_records,
)
from ...schemas.errors import Refused
from ...schemas.parameters import Parameters
from ...schemas.time_unit import TimeUnit, other_unit_in
from .selection import Selection

Formulas = tuple[DurationFormula, ...]

Constants = frozenset[float | None]
"""Days per unit that the data allow; None among them is a calendar month."""

BY_DEFINITION = "definition"
BY_DATES = "the dates ADT and STARTDT"
BY_DIGITS = "AVAL: its values are whole numbers of days"
ASSUMED = "assumed"

_ONE_LENGTH = (TimeUnit.DAYS, TimeUnit.WEEKS)
"""Units that have the same length everywhere."""

_SHOW_A_FORMULA = 10
"""So many selected records show a formula of their own, where the whole parameter shows another one."""


@dataclass(frozen=True, slots=True)
class UnitLength:
    """Days of one unit of AVAL.

    Attributes
    ----------
    days : float
    found_by : str
        What shows it: the definition of a week, the dates, …; `ASSUMED` where nothing does.
    """

    days: float
    found_by: str


@dataclass(frozen=True, eq=False)
class Times:
    """AVAL and its dates in days, each of shape (n_records,); NaN where missing or not present."""

    aval: Numbers
    adt: Numbers
    startdt: Numbers

    @classmethod
    def of(cls, data: Dataset) -> Times:
        absent = np.full(len(data), np.nan)

        def days(name: str) -> Numbers:
            return data.days(name) if name in data and not data.is_character(name) else absent

        aval = absent if data.is_character("AVAL") else data.numbers("AVAL")
        return cls(aval, days("ADT"), days("STARTDT"))

    def subset(self, records: Mask | NDArray[np.intp]) -> Times:
        return Times(self.aval[records], self.adt[records], self.startdt[records])

    @cached_property
    def dated(self) -> Mask:
        """Records with AVAL and both dates."""
        return judged_records(self.aval, self.adt, self.startdt)

    def following(self, formulas: Formulas) -> Mask:
        """Records with both dates whose AVAL is what one of the formulas gives."""
        dated = self.dated
        known = self.subset(dated)
        given = np.zeros(len(self.aval), dtype=np.bool_)
        for formula in formulas:
            given[dated] |= formula.holds(known.aval, known.adt, known.startdt)
        return given

    def follow(self, formulas: Formulas) -> bool:
        """Whether at least 95% of the dated records do so."""
        given, judged = np.count_nonzero(self.following(formulas)), np.count_nonzero(self.dated)
        return bool(given >= HOLDS * judged)

    @cached_property
    def inference(self) -> DurationInference:
        return infer_duration(self.aval, self.adt, self.startdt)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What can show how AVAL of the selected records was made; each answer is found once, when asked for."""

    selection: Selection

    @cached_property
    def parameter(self) -> Times:
        """All records of the parameter."""
        return Times.of(self.selection.parameter)

    @cached_property
    def selected(self) -> Times:
        """The selected ones."""
        data, parameter = self.selection.data, self.selection.parameter
        return self.parameter if len(data) == len(parameter) else Times.of(data)

    @cached_property
    def siblings(self) -> Mapping[str, Times]:
        """The other times to an event of the dataset, by PARAMCD, if dates can give their unit."""
        data = self.selection.dataset
        parameters, times = Parameters.of(data), Times.of(data)
        others = parameters.durations & ~data.equals("PARAMCD", self.selection.paramcd)
        if "AVALU" in data:
            others = others & ~data.matching("AVALU", lambda text: bool(other_unit_in(text)))
        return {name: times.subset(own) for name, own in parameters.each(others)}

    @cached_property
    def inference(self) -> DurationInference:
        """What the dates say: of the whole parameter, or of a selection that follows another formula."""
        whole = self.parameter.inference
        if self.selected is self.parameter or (whole.fits and self.selected.follow(whole.fits)):
            return whole
        own = self.selected.inference
        return own if own.fits and (not whole.fits or own.records >= _SHOW_A_FORMULA) else whole


def formulas_of(evidence: Evidence, unit: TimeUnit, *, ask_siblings: bool) -> Formulas:
    """The formulas of AVAL in its unit: its own, or those of other parameters that give it too.

    Its own give 95% of the records, or half of them where chance does not: AVAL tells its day, and not by
    a constant that only a rounded AVAL suggests. A few records do not show an unusual constant by
    themselves: a formula of another parameter of the dataset counts where it gives 95% of them.
    """
    inference = evidence.inference
    likely = (f for f in inference.best if f.tells_day and (not f.rounds or in_use(f)))
    own = tuple(formula for formula in inference.fits or likely if formula.unit is unit)
    if own or not inference.records or not ask_siblings:
        return own
    theirs = (formula for other in evidence.siblings.values() for formula in other.inference.fits)
    return tuple(f for f in dict.fromkeys(theirs) if f.unit is unit and evidence.parameter.follow((f,)))


def agreed_length(unit: TimeUnit, formulas: Formulas) -> UnitLength | None:
    """Days of one unit of AVAL by definition or by its formulas; None where they do not settle it."""
    if unit in _ONE_LENGTH:
        return UnitLength(unit.days, BY_DEFINITION)
    constant = _only({formula.days_per_unit for formula in formulas})
    return None if constant is None else UnitLength(constant, BY_DATES)


def shown_length(evidence: Evidence, unit: TimeUnit, formulas: Formulas) -> UnitLength:
    """Days of one unit of AVAL, for records that have no dates to start from.

    Parameters
    ----------
    evidence : Evidence
    unit : TimeUnit
        Of AVAL.
    formulas : tuple of DurationFormula
        Of other records of the parameter.

    Returns
    -------
    UnitLength
        As the formulas, the digits of AVAL or the other parameters of the dataset show it; assumed where
        nothing shows it and nothing contradicts the usual one.

    Raises
    ------
    Refused
        When they contradict each other, or only show that the usual length is not the one.
    """
    agreed = agreed_length(unit, formulas)
    if agreed is not None:
        return agreed
    selection, times = evidence.selection, evidence.parameter
    own = _constants(formulas, times, unit)
    by_aval = None if formulas else _only(own)
    if by_aval is not None:
        return UnitLength(by_aval, BY_DIGITS)
    siblings = evidence.siblings.items()
    all_shown = {name: _constants(other.inference.fits, other, unit) for name, other in siblings}
    shown = {name: found for name, found in (*all_shown.items(), (selection.paramcd, own)) if found}
    allowed = reduce(frozenset.intersection, shown.values()) if shown else frozenset({unit.days})
    settled = _only(allowed) if shown else None
    if settled is not None:
        return UnitLength(settled, f"the other parameters of {selection.data.name}")
    if unit.days not in allowed or (not shown and _contradict(times, unit)):
        raise _unknown_length(selection, unit, shown)
    return UnitLength(unit.days, ASSUMED)


def _only(constants: Collection[float | None]) -> float | None:
    """The constant, if there is exactly one; calendar months have none."""
    return next(iter(constants)) if len(constants) == 1 else None


def _constants(formulas: Formulas, times: Times, unit: TimeUnit) -> Constants:
    """Days per unit that formulas state or, without any, the digits of AVAL; none if it has another unit."""
    if formulas:
        return frozenset(formula.days_per_unit for formula in formulas if formula.unit is unit)
    return frozenset(whole_day_constants(times.aval, unit))


def _contradict(times: Times, unit: TimeUnit) -> bool:
    """Whether the dates are more than a day off the usual length of the unit, on most records."""
    dated = times.subset(times.dated)
    if not len(dated.aval):
        return False
    slack = 1 + unit.days * 10.0 ** -decimals_of(dated.aval).astype(np.float64)
    off = np.abs(dated.aval * unit.days - (dated.adt - dated.startdt))
    return bool(2 * np.count_nonzero(off > slack + 1e-6) > len(off))


def _unknown_length(selection: Selection, unit: TimeUnit, shown: Mapping[str, Constants]) -> Refused:
    one, name = str(unit).removesuffix("s"), selection.data.name
    where = "; ".join(f"{paramcd} has {_lengths(constants)}" for paramcd, constants in sorted(shown.items()))
    return Refused(
        f"the length of a {one} of {selection.paramcd} cannot be determined",
        f"{name}, {where or f'AVAL is not {unit} of {unit.days:g} days between STARTDT and ADT'}",
        f"ask for AVAL's own unit, {unit}, or derive AVAL in days",
    )


def _lengths(constants: Constants) -> str:
    days = sorted(each for each in constants if each is not None)
    texts = [f"{constant_text(each)} days" for each in days] + ["calendar months"] * (None in constants)
    return " or ".join(texts)
