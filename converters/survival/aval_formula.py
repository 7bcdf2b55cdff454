"""What shows how AVAL of the selected records was made: the dates, its own digits, the other parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from ...schemas.errors import Refused
from ...schemas.evidence.duration import NOISE, DurationFormula, constant_text
from ...schemas.evidence.duration_digits import formula_read_by, whole_day_formulas
from ...schemas.evidence.duration_inference import (
    HOLDS,
    DurationInference,
    in_use,
    infer_duration,
    judged_records,
)
from ...schemas.evidence.parameters import quoted
from ...schemas.evidence.time_unit import TimeUnit, other_unit_in
from ...schemas.study.columns import Mask, Numbers
from ...schemas.study.dataset import Dataset
from .records import AnalysedRecords

Formulas = tuple[DurationFormula, ...]

Constants = frozenset[float | None]
"""Days per unit that the data allow; None among them is a calendar month."""

BY_DEFINITION = "definition"
BY_DATES = "the dates ADT and STARTDT"
BY_DIGITS = "AVAL (values are whole days)"
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
        return infer_duration(self.aval, self.adt, self.startdt, rare=False)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What can show how AVAL of the selected records was made; each answer is found once, when asked for."""

    selection: AnalysedRecords

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
        parameters, times = data.parameters, Times.of(data)
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


def formulas_without_dates(evidence: Evidence, unit: TimeUnit) -> tuple[Formulas, UnitLength | None]:
    """How AVAL was made where its dates do not show it.

    Parameters
    ----------
    evidence : Evidence
    unit : TimeUnit
        Of AVAL.

    Returns
    -------
    tuple of DurationFormula
        As the digits of AVAL or the other parameters of the dataset show it, equally good ones; by the
        usual length of the unit where nothing shows it and nothing contradicts that. Their offset is 0:
        AVAL holds it.
    UnitLength or None
        Days of one unit of AVAL; None where the formulas differ in them.

    Raises
    ------
    Refused
        When the data contradict each other, or only show that the usual length is not the one.
    """
    aval = evidence.parameter.aval
    own = whole_day_formulas(aval, unit)
    if unit in _ONE_LENGTH:
        return own or (formula_read_by(aval, unit, unit.days),), UnitLength(unit.days, BY_DEFINITION)
    by_digits = _only(_constants(own, unit))
    if by_digits is not None:
        return own, UnitLength(by_digits, BY_DIGITS)
    shown = dict(_shown(evidence, own, unit))
    allowed = reduce(frozenset.intersection, shown.values()) if shown else frozenset({unit.days})
    settled, others = _only(allowed), f"the other parameters of {evidence.selection.data.name}"
    length = UnitLength(settled, others) if shown and settled is not None else None
    equally_good = tuple(formula for formula in own if formula.days_per_unit in allowed)
    if equally_good:
        return equally_good, length
    if length is None and unit.days in allowed:
        length = UnitLength(unit.days, ASSUMED)
    if length is None or _contradict(evidence.parameter, unit, length.days):
        raise _unknown_length(evidence.selection, unit, shown, length)
    return (formula_read_by(aval, unit, length.days),), length


def _only(constants: Collection[float | None]) -> float | None:
    """The constant, if there is exactly one; calendar months have none."""
    return next(iter(constants)) if len(constants) == 1 else None


def _constants(formulas: Formulas, unit: TimeUnit) -> Constants:
    return frozenset(formula.days_per_unit for formula in formulas if formula.unit is unit)


def _shown(evidence: Evidence, own: Formulas, unit: TimeUnit) -> Iterator[tuple[str, Constants]]:
    """Days per unit that each parameter shows, by its formulas or its digits; those that show any."""
    for paramcd, other in evidence.siblings.items():
        found = _constants(other.inference.fits or whole_day_formulas(other.aval, unit), unit)
        if found:
            yield paramcd, found
    if own:
        yield evidence.selection.paramcd, _constants(own, unit)


def _contradict(times: Times, unit: TimeUnit, days_per_unit: float) -> bool:
    """Whether AVAL with units of this length is not between its dates, on more than 5% of the records.

    AVAL may count the first day or not, be rounded up to half a unit of its last decimal, or cut.
    """
    formula = formula_read_by(times.aval, unit, days_per_unit)
    dated = times.subset(times.dated)
    step = 0.0 if formula.decimals is None else days_per_unit * 10.0**-formula.decimals
    days, elapsed = dated.aval * days_per_unit, dated.adt - dated.startdt
    noise = NOISE * np.maximum(1.0, days)
    between = (elapsed - days <= step + noise) & (days - (elapsed + 1) <= step / 2 + noise)
    return bool(np.count_nonzero(between) < HOLDS * len(elapsed))


def _unknown_length(
    selection: AnalysedRecords, unit: TimeUnit, shown: Mapping[str, Constants], length: UnitLength | None
) -> Refused:
    one, name = str(unit).removesuffix("s"), selection.data.name
    having = (
        f"{quoted(selection.dataset, paramcd)} has {_lengths(constants)}"
        for paramcd, constants in sorted(shown.items())
    )
    where = "; ".join(dict.fromkeys(having))
    if length is not None:
        of_this_length = f"{unit} of {constant_text(length.days)} days"
        where = f"AVAL in {of_this_length} does not equal the time from STARTDT to ADT"
    return Refused(
        f"the length of a {one} of {selection.paramcd} cannot be determined",
        f"{name}, {where}",
        f"request the unit of AVAL, {unit}, or derive AVAL in days",
    )


def _lengths(constants: Constants) -> str:
    days = sorted(each for each in constants if each is not None)
    texts = [f"{constant_text(each)} days" for each in days] + ["calendar months"] * (None in constants)
    return " or ".join(texts)
