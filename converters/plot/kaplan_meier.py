"""Kaplan-Meier curves as matplotlib axes, with the numbers at risk below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import ListOf, checked, time_point
from ...schemas.study.columns import Codes, Numbers
from ..page.axis import marks
from ..survival.summaries.kaplan_meier.summary import KaplanMeierTables
from .drawing import calm, new_axes
from .style import COLOURS, DASHES, INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_GROUPS = len(COLOURS)
_NAMES, _FIRST_ROW, _ROW = -0.045, -0.24, 0.055
"""Where the names of the numbers at risk end, where the rows begin, and their height; shares of the axes."""


def kaplan_meier(
    tables: KaplanMeierTables,
    *,
    ax: Axes | None = None,
    times: Sequence[float] = (),
    limits: bool = True,
    censored: bool = True,
    numbers: bool = True,
) -> Axes:
    """The curves of Kaplan-Meier tables; every number is one of the tables.

    Parameters
    ----------
    tables : KaplanMeierTables
        Of `kaplan_meier`, with estimates at each time of the data (without ``at``).
    ax : Axes, optional
        To draw on (default: those of a new figure).
    times : sequence of float
        Marks of the axis, at which the numbers at risk are given (default: round ones).
    limits, censored, numbers : bool
        Draw the 95% limits; mark censored subjects; give the numbers at risk. Those are not known of
        tables with delayed entry, and are then left out.

    Returns
    -------
    Axes
        Artists have a `gid`: "curve-0", "limits-0", "censored-0", "at-risk-0-3".

    Raises
    ------
    ConfigurationError
        If the tables have estimates at some times only, or too many groups, or matplotlib is not installed.

    Examples
    --------
    >>> km = ag.kaplan_meier(ag.read("adam"), "OS", by="TRT01P", total=False)
    >>> ax = ag.plot.kaplan_meier(km)
    >>> [line.get_label() for line in ax.get_lines() if str(line.get_gid()).startswith("curve")]
    ['Active', 'Placebo']
    """
    codebook = tables.codebook
    steps = tables.estimates.frame
    if codebook.at:
        raise ConfigurationError(
            "the tables have estimates at some times only", "tables", "make them without at"
        )
    names = list(dict.fromkeys(steps["group"].astype(str)))
    if len(names) > MOST_GROUPS:
        raise ConfigurationError(
            f"the tables have {len(names)} groups; a figure shows at most {MOST_GROUPS}",
            "tables",
            "choose a variable with fewer values",
        )
    given = checked(list(times), ListOf(time_point), "times", "times") if len(times) else ()
    at = tuple(sorted(set(given))) or marks(float(steps["time"].max()), codebook.unit)
    axes = new_axes(7.2, 4.4 + 0.22 * len(names)) if ax is None else ax
    for place, name in enumerate(names):
        _curve(axes, steps[steps["group"].astype(str) == name], place, name, limits=limits, censored=censored)
    calm(axes, f"Time, {codebook.unit}", at)
    axes.set_ylim(0, 1.01)
    axes.set_title(codebook.records.param or codebook.records.paramcd, loc="left", fontsize="medium")
    axes.set_ylabel("Kaplan-Meier estimate", color=INK)
    if len(names) > 1:
        axes.legend(frameon=False, title=codebook.records.arm or None, alignment="left")
    if numbers and codebook.entry is None:
        _numbers_at_risk(axes, steps, names, at)
    return axes


def _curve(axes: Axes, steps: pd.DataFrame, place: int, name: str, *, limits: bool, censored: bool) -> None:
    """From survival 1 at time 0, down at each event, to the last time."""
    colour, time = COLOURS[place], steps["time"].to_numpy(np.float64)
    survival = steps["survival"].to_numpy(np.float64)
    axes.step(
        np.append(0.0, time),
        np.append(1.0, survival),
        where="post",
        color=colour,
        linestyle=DASHES[place],
        linewidth=1.8,
        label=name,
        gid=f"curve-{place}",
    )
    if limits:
        axes.fill_between(
            time,
            steps["lower"].to_numpy(np.float64),
            steps["upper"].to_numpy(np.float64),
            step="post",
            color=colour,
            alpha=0.13,
            linewidth=0,
            gid=f"limits-{place}",
        )
    marked = (steps["censored"] > 0).to_numpy()
    if censored and marked.any():
        axes.plot(
            time[marked],
            survival[marked],
            linestyle="none",
            marker="|",
            markersize=7,
            color=colour,
            gid=f"censored-{place}",
        )


def at_risk(steps: pd.DataFrame, times: Sequence[float]) -> Codes:
    """Subjects of one group at risk at some times: those whose time is at least as long."""
    time: Numbers = steps["time"].to_numpy(np.float64)
    known = np.append(steps["at_risk"].to_numpy(np.intp), 0)
    found: Codes = known[np.searchsorted(time, np.asarray(times, np.float64), side="left")]
    return found


def _numbers_at_risk(axes: Axes, steps: pd.DataFrame, names: Sequence[str], times: Sequence[float]) -> None:
    """A row for each group below the axis: the name, then the numbers at its marks."""
    from matplotlib.transforms import blended_transform_factory

    across = blended_transform_factory(axes.transData, axes.transAxes)
    beside: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "center"}
    below: dict[str, Any] = {"transform": across, "ha": "center", "va": "center"}
    axes.text(_NAMES, _FIRST_ROW + _ROW, "At risk", color=QUIET, **beside)
    for place, name in enumerate(names):
        y = _FIRST_ROW - _ROW * place
        axes.text(_NAMES, y, name, color=COLOURS[place], **beside)
        numbers = at_risk(steps[steps["group"].astype(str) == name], times)
        for column, (time, number) in enumerate(zip(times, numbers.tolist(), strict=True)):
            axes.text(time, y, f"{number:,}", gid=f"at-risk-{place}-{column}", **below)
