"""A Kaplan-Meier curve as the numbers of an SVG: paths, marks of censored subjects, numbers at risk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...schemas.study.columns import Numbers
from ...schemas.wording import plain

WIDTH, LEFT, RIGHT = 860, 52, 24
TOP, HEIGHT = 14, 300
"""Of the plot, in the units of the SVG; the numbers at risk are below it."""
_CENSORED = 4
"""Half of the length of the mark of a censored subject."""
_SHARES = (0, 25, 50, 75, 100)
_ROW = 36
"""Height of the numbers at risk of one group."""
_BELOW = 62
"""From the axis to the first of them."""


@dataclass(frozen=True, slots=True)
class CurveLine:
    """The curve of one group.

    Attributes
    ----------
    name : str
    style : int
        Which colour and dashes.
    path, band, censored : str
        Of the estimate, its limits and the censored subjects; the band is empty without limits.
    at_risk : tuple of (float, int)
        Place and number, at each mark of the axis.
    """

    name: str
    style: int
    path: str
    band: str
    censored: str
    at_risk: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A mark of an axis, with its place."""

    value: float
    text: str
    place: float


@dataclass(frozen=True, slots=True)
class CurveFigure:
    """A figure of curves.

    Attributes
    ----------
    lines : tuple of CurveLine
    times, shares : tuple of AxisMark
        Of the axes.
    unit : str
    """

    lines: tuple[CurveLine, ...]
    times: tuple[AxisMark, ...]
    shares: tuple[AxisMark, ...]
    unit: str

    width, left, right = WIDTH, LEFT, WIDTH - RIGHT
    top, bottom = TOP, TOP + HEIGHT

    @property
    def height(self) -> int:
        return TOP + HEIGHT + _BELOW + _ROW * len(self.lines) if self.has_numbers else TOP + HEIGHT + 46

    @property
    def has_numbers(self) -> bool:
        return any(each.at_risk for each in self.lines)

    def row(self, number: int) -> int:
        """Where the numbers at risk of a group are."""
        return TOP + HEIGHT + _BELOW + _ROW * number


def curve_figure(
    steps: pd.DataFrame, marked: pd.DataFrame | None, times: Sequence[float], unit: str
) -> CurveFigure:
    """The figure of some estimates.

    Parameters
    ----------
    steps : DataFrame
        Estimates at each time of the data, as `kaplan_meier` gives them.
    marked : DataFrame or None
        Those at the marks of the axis, for the numbers at risk.
    times : sequence of float
        The marks of the axis.
    unit : str
    """
    across = _Scale(0, times[-1], LEFT, WIDTH - RIGHT)
    names = list(dict.fromkeys(steps["group"].astype(str)))
    lines = []
    for style, name in enumerate(names):
        of_group = steps[steps["group"] == name]
        at_risk: tuple[tuple[float, int], ...] = ()
        if marked is not None:
            at = marked[marked["group"] == name]
            at_risk = tuple(zip(map(across.place, at["time"]), map(int, at["at_risk"]), strict=True))
        lines.append(
            CurveLine(
                plain(name),
                style,
                _path(of_group, across),
                _band(of_group, across),
                _ticks(of_group, across),
                at_risk,
            )
        )
    return CurveFigure(
        tuple(lines),
        tuple(AxisMark(each, f"{each:g}", across.place(each)) for each in times),
        tuple(AxisMark(each / 100, f"{each}%", _DOWN.place(each / 100)) for each in _SHARES),
        unit,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where the values of an axis are."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def text(self, values: Numbers) -> list[str]:
        return [f"{self.place(each):g}" for each in values.tolist()]


_DOWN = _Scale(0, 1, TOP + HEIGHT, TOP)


def _path(steps: pd.DataFrame, across: _Scale) -> str:
    """From survival 1 at time 0, down at each event, to the last time."""
    events = steps[steps["events"] > 0]
    last = across.text(steps["time"].to_numpy(np.float64)[-1:])
    moves = _stairs(across.text(_numbers(events["time"])), _DOWN.text(_numbers(events["survival"])))
    return f"M{LEFT} {TOP}{''.join(moves)}H{last[0]}"


def _stairs(across: Iterable[str], down: Iterable[str]) -> Iterator[str]:
    for x, y in zip(across, down, strict=True):
        yield f"H{x}V{y}"


def _band(steps: pd.DataFrame, across: _Scale) -> str:
    """The upper limit from left to right, the lower one back; from the first event, where both are known."""
    events = steps[steps["events"] > 0]
    known = events["lower"].notna() & events["upper"].notna()
    if not known.any():
        return ""
    ends = np.append(_numbers(events["time"])[1:], _numbers(steps["time"])[-1])[known.to_numpy()]
    limits = events[known]
    time = across.text(np.append(_numbers(limits["time"]), ends[-1]))
    upper, lower = _DOWN.text(_numbers(limits["upper"])), _DOWN.text(_numbers(limits["lower"]))
    forth = "".join(f"V{y}H{x}" for y, x in zip(upper, time[1:], strict=True))
    back = "".join(f"V{y}H{x}" for y, x in zip(reversed(lower), reversed(time[:-1]), strict=True))
    return f"M{time[0]} {upper[0]}{forth}{back}Z"


def _ticks(steps: pd.DataFrame, across: _Scale) -> str:
    censored = steps[steps["censored"] > 0]
    places = zip(across.text(_numbers(censored["time"])), map(_DOWN.place, censored["survival"]), strict=True)
    return "".join(dict.fromkeys(f"M{x} {y - _CENSORED:g}v{2 * _CENSORED}" for x, y in places))


def _numbers(column: pd.Series) -> Numbers:
    return column.to_numpy(np.float64)
