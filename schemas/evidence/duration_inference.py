"""Which formula makes AVAL of a time-to-event parameter from its dates.

Nothing is assumed. A formula is inferred when it gives AVAL on at least 95% of a parameter's records,
within half a unit of the last decimal that AVAL carries; formulas that do so equally well all stand.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..study.columns import Mask, Numbers
from .duration import MAX_DECIMALS, NOISE, UNROUNDED, DurationFormula, decimals_of
from .time_unit import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR, TimeUnit

HOLDS = 0.95
"""Share of the records on which something must hold to be inferred: 1 in 20 may be the fault sought."""


@dataclass(frozen=True, eq=False)
class DurationInference:
    """What the dates say about AVAL of one parameter.

    Attributes
    ----------
    judged : ndarray of bool, shape (n_records,)
        Records with AVAL and both dates; only these take part.
    fits : tuple of DurationFormula
        Formulas that hold on at least 95% of the judged records and on equally many; empty if none.
    best : tuple of DurationFormula
        The formulas that give most records, whether or not they hold, the most usual first; empty when
        none gives half.
    explained : int
        Number of records that each of `best` gives.
    exceptions : ndarray of bool, shape (n_records,)
        Judged records that no formula of `fits` gives, or, where none holds, not `closest`.
    second : DurationFormula or None
        A formula that gives nearly all of the exceptions: the parameter holds two formulas.
    rival : DurationFormula or None
        With a constant that is not in use, the formula that gives one record more than `fits` do: their
        one exception may be a matter of the constant.
    """

    judged: Mask
    fits: tuple[DurationFormula, ...]
    best: tuple[DurationFormula, ...]
    explained: int
    exceptions: Mask
    second: DurationFormula | None = None
    rival: DurationFormula | None = None

    @property
    def records(self) -> int:
        """Number of judged records."""
        return int(np.count_nonzero(self.judged))

    @property
    def formula(self) -> DurationFormula | None:
        """The inferred formula, the most usual one where several tie."""
        return self.fits[0] if self.fits else None

    @property
    def closest(self) -> DurationFormula | None:
        """The most usual of `best`."""
        return self.best[0] if self.best else None

    @property
    def unit(self) -> TimeUnit | None:
        """The unit that all inferred formulas share; None when the dates do not prove one."""
        units = {formula.unit for formula in self.fits}
        return units.pop() if len(units) == 1 else None

    @property
    def statement(self) -> str:
        """What was inferred, in words: "AVAL = ADT - STARTDT + 1 (days)"."""
        if not self.fits:
            return "no formula reproduces AVAL"
        more = len(self.fits) - _SHOWN
        shown = ", or ".join(map(str, self.fits[:_SHOWN]))
        return f"AVAL = {shown}{f', or {more} more' if more > 0 else ''}"


SCALES = (
    (TimeUnit.DAYS, 1.0),
    (TimeUnit.WEEKS, DAYS_PER_WEEK),
    (TimeUnit.MONTHS, DAYS_PER_MONTH),
    (TimeUnit.MONTHS, 30.44),
    (TimeUnit.MONTHS, 30.4),
    (TimeUnit.MONTHS, 365 / 12),
    (TimeUnit.MONTHS, 30.42),
    (TimeUnit.MONTHS, 30.0),
    (TimeUnit.YEARS, DAYS_PER_YEAR),
    (TimeUnit.YEARS, 365.0),
)
"""Units and constants in use, the usual ones first."""

RARE_SCALES = (
    (TimeUnit.MONTHS, 365.2425 / 12),
    (TimeUnit.YEARS, 365.2425),
    (TimeUnit.MONTHS, 28.0),
)
"""Constants of some: of the Gregorian year, and months of four weeks."""

_CALENDAR = ((TimeUnit.MONTHS, None),)

Scale = tuple[TimeUnit, float | None]
"""A unit and its days; None counts calendar months."""

_OFFSETS = (0, 1)

_UNKNOWN_CONSTANTS = ((TimeUnit.MONTHS, 28.0, 31.5), (TimeUnit.YEARS, 360.0, 367.0))
"""Where an unlisted constant may lie: from a four-week month to a little above a long one."""

_UNLISTED_GAIN = 2
"""An unlisted constant must give so many more records than any listed one."""

_SHOWN = 3
"""Formulas that tie are listed up to so many."""

_NO_DATE = 1e8
"""Days from 1970 that no calendar reaches; such a number is no date."""

_ENOUGH = 10
"""Fewer records than this show neither an unlisted constant nor two formulas in one parameter."""

_ENOUGH_UNROUNDED = 2
"""So many distinct records show a constant by all the digits of an unrounded AVAL: no chance does that."""


def infer_duration(
    aval: Numbers, adt: Numbers, startdt: Numbers, proven: tuple[Scale, ...] = (), *, rare: bool = True
) -> DurationInference:
    """Find the formula that makes AVAL of one parameter from its dates.

    Parameters
    ----------
    aval : ndarray of float, shape (n,)
        Durations, NaN where missing.
    adt, startdt : ndarray of float, shape (n,)
        Days since 1970-01-01, NaN where missing.
    proven : tuple of Scale
        Units and constants that other parameters of the dataset show; they are tried first.
    rare : bool
        Whether to try what few do as well: `RARE_SCALES`, and rounding up.

    Returns
    -------
    DurationInference
        Independent of the order of the records.
    """
    judged = judged_records(aval, adt, startdt)
    once = np.ones(np.count_nonzero(judged), dtype=np.intp)
    records = _Records(aval[judged], adt[judged], startdt[judged], once)
    evidence = _Evidence(records, proven, rare=rare)
    best = evidence.best()
    if not best:
        return DurationInference(judged, (), (), 0, np.zeros(len(aval), dtype=np.bool_))
    explained = evidence.count(best[0])
    fits = best if explained >= HOLDS * len(records) else ()
    unexplained = np.logical_and.reduce([~evidence.given(formula) for formula in fits or best[:1]])
    second = None
    several = np.count_nonzero(unexplained) > 1 if fits else len(records) >= _ENOUGH
    if several:
        second = _Evidence(records.only(unexplained)).nearly_always()
    exceptions = np.zeros(len(aval), dtype=np.bool_)
    exceptions[np.flatnonzero(judged)[unexplained]] = True
    one_exception = fits and np.count_nonzero(unexplained) == 1
    rival = evidence.rival(explained) if one_exception else None
    return DurationInference(judged, fits, best, explained, exceptions, second, rival)


def judged_records(aval: Numbers, adt: Numbers, startdt: Numbers) -> Mask:
    """Records with AVAL and two dates that a calendar reaches."""
    return ~np.isnan(aval) & (np.abs(adt) < _NO_DATE) & (np.abs(startdt) < _NO_DATE)


def in_use(formula: DurationFormula) -> bool:
    """Whether its constant is one in use, or calendar months, and not one that the records suggest."""
    return (formula.unit, formula.days_per_unit) in (*SCALES, *_CALENDAR)


@dataclass(frozen=True)
class _Records:
    """Complete records, or distinct ones with their number in `weight`."""

    aval: Numbers
    adt: Numbers
    startdt: Numbers
    weight: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.aval)

    def only(self, chosen: Mask | NDArray[np.intp]) -> _Records:
        return _Records(self.aval[chosen], self.adt[chosen], self.startdt[chosen], self.weight[chosen])

    @cached_property
    def decimals(self) -> NDArray[np.int8]:
        return decimals_of(self.aval)

    def given(self, formula: DurationFormula) -> Mask:
        return formula.gives(self.aval, formula.durations(self.adt, self.startdt), self.decimals)

    def count(self, formula: DurationFormula) -> int:
        return int(self.weight[self.given(formula)].sum())


_HALF = 0.5

_NEARLY = 0.9
"""Less than `HOLDS`: of a part of the records, where a formula for all of them was not found."""

_SAMPLE = 20_000
"""Formulas are first tried on about so many records; only promising ones are tried on all."""

_PROMISING = 0.02
"""A formula this much behind the best one on the sample cannot be the best on all records."""


class _Evidence:
    """The records of one parameter, asked which formulas give them.

    A formula with a constant depends on AVAL and the elapsed days only, so it is tried on the distinct
    pairs of these, which are few; calendar months need the dates themselves.
    """

    def __init__(self, records: _Records, proven: tuple[Scale, ...] = (), *, rare: bool = True) -> None:
        self.records = records
        self._proven = proven
        self._rare = rare
        self._by_calendar: dict[DurationFormula, Mask] = {}
        days = records.adt - records.startdt
        aval_codes, avals = pd.factorize(records.aval)
        day_codes, elapsed = pd.factorize(days)
        combined = aval_codes.astype(np.int64) * (len(elapsed) + 1) + day_codes
        self._pair_of, distinct = pd.factorize(combined)
        pair_days = elapsed[distinct % (len(elapsed) + 1)]
        self.pairs = _Records(
            avals[distinct // (len(elapsed) + 1)],
            pair_days,
            np.zeros_like(pair_days),
            np.bincount(self._pair_of, minlength=len(distinct)),
        )

    def given(self, formula: DurationFormula) -> Mask:
        """Records that a formula gives."""
        if formula.days_per_unit is None:
            if formula not in self._by_calendar:
                self._by_calendar[formula] = self.records.given(formula)
            return self._by_calendar[formula]
        return self.pairs.given(formula)[self._pair_of]

    def count(self, formula: DurationFormula) -> int:
        """Number of records that a formula gives."""
        if formula.days_per_unit is None:
            return int(np.count_nonzero(self.given(formula)))
        return self.pairs.count(formula)

    def best(self) -> tuple[DurationFormula, ...]:
        """The formulas that give most records and at least half, the most usual first."""
        sample = self._sample()
        ranking, trials = _Ranking(), _Ranking()
        stages = (sample.proven, sample.usual, sample.raised, sample.cut, sample.calendar)
        rare = (sample.up, sample.rare) if self._rare else ()
        for stage, gain in (*((each, 0) for each in (*stages, *rare)), (sample.unlisted, _UNLISTED_GAIN)):
            coarse = stage == sample.cut and not all(formula.tells_day for formula in ranking.first)
            if ranking.most == len(self.records) and not coarse:
                continue
            tried = [(formula, sample.count(formula)) for formula in stage()]
            for formula, count in tried:
                trials.enter(formula, count)
            promising = max(trials.most - _PROMISING * len(sample.records), 0.4 * len(sample.records))
            for formula, count in tried:
                if count >= promising:
                    ranking.enter(formula, self.count(formula), gain)
        return ranking.first if ranking.most >= _HALF * len(self.records) else ()

    def rival(self, explained: int) -> DurationFormula | None:
        """A formula with an unlisted constant that gives more records than the best one."""
        return next((f for f in self._sample().unlisted() if self.count(f) > explained), None)

    def nearly_always(self) -> DurationFormula | None:
        """The formula that gives nearly all of these records, if there is one."""
        best = self.best()
        return best[0] if best and self.count(best[0]) >= _NEARLY * len(self.records) else None

    def _sample(self) -> _Evidence:
        """Some of the records, chosen by their dates, so that their order does not matter."""
        records = self.records
        step = len(records) // _SAMPLE
        if step < 2:
            return self
        spread = (records.adt * 7919 + records.startdt * 104_729).astype(np.int64) * 2_654_435_761 >> 7
        chosen = np.flatnonzero(spread % step == 0)
        return (
            _Evidence(records.only(chosen), self._proven, rare=self._rare)
            if len(chosen) >= _SAMPLE // 4
            else self
        )

    # Formulas to try, stage by stage: a later stage is asked only while records are left unexplained.
    # Where AVAL is too coarse to tell the day, cutting is tried all the same: it may fit other days as well.

    def proven(self) -> Iterator[DurationFormula]:
        for formula in self._candidates(self._proven):
            yield from (formula, *self._one_way(formula))

    def usual(self) -> Iterator[DurationFormula]:
        return self._candidates(SCALES)

    def raised(self) -> Iterator[DurationFormula]:
        """Durations of zero days that were raised, all to the same value of at most a day."""
        raised = np.unique(self.pairs.aval[self.pairs.adt == 0])
        if len(raised) != 1 or raised[0] <= 0:
            return
        for formula in self._candidates(SCALES):
            day = 1 / (formula.days_per_unit or 1) + 10.0 ** -(formula.decimals or MAX_DECIMALS) / 2
            if formula.offset == 0 and raised[0] <= day:
                yield replace(formula, same_day=float(raised[0]))

    def cut(self) -> Iterator[DurationFormula]:
        for formula in self._candidates(SCALES):
            if formula.rounds:
                yield replace(formula, truncated=True)

    def up(self) -> Iterator[DurationFormula]:
        for formula in self._candidates((*SCALES, *_CALENDAR)):
            if formula.rounds:
                yield replace(formula, rounded_up=True)

    def calendar(self) -> Iterator[DurationFormula]:
        for formula in self._candidates(_CALENDAR):
            yield formula
            if formula.decimals is not None:
                yield replace(formula, truncated=True)

    def rare(self) -> Iterator[DurationFormula]:
        for formula in self._candidates(RARE_SCALES):
            yield from (formula, *self._one_way(formula))

    def _one_way(self, formula: DurationFormula) -> Iterator[DurationFormula]:
        """The same, cut and rounded up."""
        if formula.rounds:
            yield replace(formula, truncated=True)
            yield replace(formula, rounded_up=True)

    def unlisted(self) -> Iterator[DurationFormula]:
        """The constant that most records allow, whether or not anybody lists it."""
        for (unit, low, high), offset, decimals in product(_UNKNOWN_CONSTANTS, _OFFSETS, self._carried):
            enough = _ENOUGH_UNROUNDED if decimals is None else _ENOUGH
            if len(self.pairs) < enough:
                continue
            constant = self._commonest_constant(low, high, offset, decimals)
            if constant is None:
                continue
            formula = DurationFormula(unit, constant, offset, decimals)
            if decimals is not None or np.count_nonzero(self.pairs.given(formula)) >= enough:
                yield formula

    def _commonest_constant(self, low: float, high: float, offset: int, decimals: int | None) -> float | None:
        """The constant between two bounds that most records allow.

        AVAL within `half` of days / constant means a constant from days / (AVAL + half) to
        days / (AVAL - half); the ends of these intervals are swept for where most of them overlap.
        """
        days, aval = self.pairs.adt + offset, self.pairs.aval
        half = (
            NOISE * np.maximum(1.0, aval) if decimals is None else np.full(len(aval), 0.5 * 10.0**-decimals)
        )
        usable = (days > 0) & (aval > half)
        days, aval, half = days[usable], aval[usable], half[usable]
        lower = np.maximum(days / (aval + half), low)
        upper = np.minimum(days / (aval - half), high)
        possible = lower <= upper
        if not possible.any():
            return None
        weight = self.pairs.weight[usable][possible]
        ends = np.concatenate([lower[possible], upper[possible]])
        order = np.lexsort((np.repeat([0, 1], len(weight)), ends))
        at = int(np.concatenate([weight, -weight])[order].cumsum().argmax())
        return _shortest_between(float(ends[order[at]]), float(ends[order[at + 1]]))

    def _candidates(self, scales: Iterable[Scale]) -> Iterator[DurationFormula]:
        for (unit, constant), offset in product(scales, _OFFSETS):
            for decimals in (0,) if unit is TimeUnit.DAYS else self._carried:
                yield DurationFormula(unit, constant, offset, decimals)

    @cached_property
    def _carried(self) -> tuple[int | None, ...]:
        """Numbers of decimals that AVAL may have been rounded to.

        The fewest that at least half of the records have, and further ones until 95% have them: a few
        records may be wrong, and a part may stem from another formula.
        """
        pairs = self.pairs
        counts = np.bincount(pairs.decimals, weights=pairs.weight, minlength=int(UNROUNDED) + 1)
        share = counts.cumsum() / max(1.0, counts.sum())
        before = np.concatenate([[0.0], share[:-1]])
        chosen = np.flatnonzero((share >= _HALF) & (before < HOLDS) & (counts > 0))
        return tuple(None if places == UNROUNDED else int(places) for places in chosen)


class _Ranking:
    """Keeps the formulas that give most records, in the order they were entered."""

    def __init__(self) -> None:
        self.most = 0
        self.first: tuple[DurationFormula, ...] = ()

    def enter(self, formula: DurationFormula, count: int, gain: int = 0) -> None:
        """Take a formula in; one that is to replace others must give `gain` more records than they do."""
        if count > self.most and count >= self.most + gain:
            self.most, self.first = count, (formula,)
        elif count == self.most and count and not gain:
            self.first = (*self.first, formula)


def _shortest_between(low: float, high: float) -> float:
    """The number with the fewest decimals between two others."""
    for decimals in range(12):
        rounded: float = math.ceil(low * 10.0**decimals) / 10.0**decimals
        if rounded <= high:
            return rounded
    return (low + high) / 2
