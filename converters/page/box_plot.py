"""A box plot of two groups as the numbers of an SVG: boxes, whiskers, points and an axis with round marks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Numbers
from ..figures.biomarkers import quartiles
from .curve import AxisMark

WIDTH, HEIGHT = 260, 218
"""Of one plot, in the units of the SVG."""
_LEFT, _TOP, _BOTTOM = 46, 10, 182
_CENTRES = (106, 206)
_HALF = 30
_POINT_STEP = 5
"""Between points that would be in one place; they are as high as they are wide."""
_ACROSS = 8
"""Points beside each other on one side of the middle."""
MOST_POINTS = 300
"""Points of one group that are drawn: of more, so many evenly spaced by rank."""
_WIDE = 100
"""Greatest over least value from which on the axis is logarithmic, if all values are positive."""
_REACH = 1.5
"""Whiskers reach to the last value within so many interquartile ranges of the box."""


@dataclass(frozen=True, slots=True)
class BoxStatistics:
    """Of one group; NaN without a value.

    Attributes
    ----------
    n : int
    median, lower, upper : float
        The median and the quartiles, as R's ``quantile`` has them by default (type 7).
    low, high : float
        Ends of the whiskers.
    """

    n: int
    median: float
    lower: float
    upper: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Numbers) -> BoxStatistics:
        """Of sorted values without missing ones."""
        if not len(values):
            return cls(0, *[math.nan] * 5)
        lower, median, upper = quartiles(values)
        reach = _REACH * (upper - lower)
        within = values[(values >= lower - reach) & (values <= upper + reach)]
        return cls(len(values), median, lower, upper, float(within[0]), float(within[-1]))


@dataclass(frozen=True, slots=True)
class GroupBox:
    """One group: its box with the whiskers, its median, its points, as paths."""

    statistics: BoxStatistics
    box: str
    whiskers: str
    median: str
    points: tuple[tuple[float, float], ...]
    centre: int


@dataclass(frozen=True, slots=True)
class BoxFigure:
    """A box plot."""

    groups: tuple[GroupBox, ...]
    marks: tuple[AxisMark, ...]
    is_logarithmic: bool

    width, height, left, bottom = WIDTH, HEIGHT, _LEFT, _BOTTOM


def box_figure(groups: Sequence[Numbers]) -> BoxFigure | None:
    """The figure of some groups of sorted values; None if none of them has a value."""
    together = np.concatenate(groups)
    if not len(together):
        return None
    low, high = float(together.min()), float(together.max())
    logarithmic = low > 0 and high / low >= _WIDE
    texts = _decades(low, high) if logarithmic else _round_marks(low, high)
    scale = _Vertical(texts[0], texts[-1], logarithmic)
    drawn = tuple(_group(values, centre, scale) for values, centre in zip(groups, _CENTRES, strict=True))
    return BoxFigure(
        drawn, tuple(AxisMark(each, f"{each:g}", scale.place(each)) for each in texts), logarithmic
    )


@dataclass(frozen=True, slots=True)
class _Vertical:
    low: float
    high: float
    logarithmic: bool

    def place(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(value)
        return round(_BOTTOM - (at - low) / (high - low) * (_BOTTOM - _TOP), 1)


def _round_marks(low: float, high: float) -> list[float]:
    """Four to eight round numbers, the first at most the least value, the last at least the greatest."""
    span = high - low or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 4))
    step *= next(each for each in (1, 2, 5, 10) if span / (step * each) <= 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    if first == last:
        last += 1
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    return [10.0**each for each in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def _group(values: Numbers, centre: int, scale: _Vertical) -> GroupBox:
    found = BoxStatistics.of(values)
    if not found.n:
        return GroupBox(found, "", "", "", (), centre)
    lower, median, upper = (scale.place(each) for each in (found.lower, found.median, found.upper))
    left, right = centre - _HALF, centre + _HALF
    return GroupBox(
        found,
        f"M{left} {upper:g}H{right}V{lower:g}H{left}Z",
        f"M{centre} {upper:g}V{scale.place(found.high):g}M{centre} {lower:g}V{scale.place(found.low):g}",
        f"M{left} {median:g}H{right}",
        tuple(_points(values, centre, scale)),
        centre,
    )


def _points(values: Numbers, centre: int, scale: _Vertical) -> Iterator[tuple[float, float]]:
    """Beside each other where they would be in one place: in the middle, then right and left in turn."""
    if len(values) > MOST_POINTS:
        values = values[np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(np.intp)]
    taken: dict[int, int] = {}
    for y in map(scale.place, values.tolist()):
        row = round(y / _POINT_STEP)
        number = taken[row] = taken.get(row, -1) + 1
        turn = (number + 1) // 2 % _ACROSS * (1 if number % 2 else -1)
        yield centre + turn * _POINT_STEP, y
