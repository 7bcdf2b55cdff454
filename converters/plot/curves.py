"""What figures of curves have in common: steps, their limits, the axis, the numbers at risk below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import ListOf, checked, time_point
from ...schemas.study.columns import Numbers
from ...schemas.wording import plain
from ..page.axis import marks
from .drawing import label_of
from .style import COLOURS, DASHES, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_CURVES = len(COLOURS)
_NAMES, _FIRST_ROW, _ROW = -0.045, -0.24, 0.055
"""Where the names of the numbers at risk end, where the rows begin, and their height; shares of the axes."""


def require_steps(at: Sequence[float] | None) -> None:
    """Refuse tables whose estimates are not those of each time of the data.

    Raises
    ------
    ConfigurationError
    """
    if at:
        raise ConfigurationError(
            "the tables have estimates at some times only", "tables", "make them without at"
        )


def require_few(number: int, noun: str, advice: str) -> None:
    """Refuse more curves than people tell apart.

    Raises
    ------
    ConfigurationError
    """
    if number > MOST_CURVES:
        raise ConfigurationError(
            f"the tables have {number} {noun}; a figure shows at most {MOST_CURVES}", "tables", advice
        )


def marked_times(times: Sequence[float], last: float, unit: str) -> tuple[float, ...]:
    """The marks of the axis: as given, else round ones up to the last time."""
    given = checked(list(times), ListOf(time_point), "times", "times") if len(times) else ()
    return tuple(sorted(set(given))) or marks(last, unit)


def draw_steps(
    axes: Axes, steps: pd.DataFrame, place: int, label: str, *, estimate: str, start: float
) -> None:
    """From the start at time 0, up or down at each event, to the last time."""
    axes.step(
        np.append(0.0, numbers_of(steps["time"])),
        np.append(start, numbers_of(steps[estimate])),
        where="post",
        color=COLOURS[place],
        linestyle=DASHES[place],
        linewidth=1.8,
        label=label_of(label),
        gid=f"curve-{place}",
    )


def draw_limits(axes: Axes, steps: pd.DataFrame, place: int) -> None:
    """The band between the limits, from the first time."""
    axes.fill_between(
        numbers_of(steps["time"]),
        numbers_of(steps["lower"]),
        numbers_of(steps["upper"]),
        step="post",
        color=COLOURS[place],
        alpha=0.13,
        linewidth=0,
        gid=f"limits-{place}",
    )


def draw_at_risk(axes: Axes, marked: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """A row for each group below the axis: the name, then the numbers at its marks.

    Parameters
    ----------
    axes : Axes
    marked : DataFrame
        group, time, at_risk.
    colours : mapping of str to str
        Of the names of the groups, in their order.
    """
    from matplotlib.transforms import blended_transform_factory

    across = blended_transform_factory(axes.transData, axes.transAxes)
    beside: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "center"}
    below: dict[str, Any] = {"transform": across, "ha": "center", "va": "center"}
    axes.text(_NAMES, _FIRST_ROW + _ROW, "At risk", color=QUIET, **beside)
    for place, (name, colour) in enumerate(colours.items()):
        y = _FIRST_ROW - _ROW * place
        axes.text(_NAMES, y, plain(name), color=colour, **beside)
        own = marked[marked["group"].astype(str) == name]
        for column, (time, number) in enumerate(zip(own["time"], own["at_risk"], strict=True)):
            axes.text(float(time), y, f"{int(number):,}", gid=f"at-risk-{place}-{column}", **below)


def numbers_of(column: pd.Series) -> Numbers:
    """The values of a column."""
    return column.to_numpy(np.float64)
