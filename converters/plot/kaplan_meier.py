"""Kaplan-Meier curves as matplotlib axes, with the numbers at risk below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ...schemas.wording import plain
from ..survival.summaries.kaplan_meier.summary import KaplanMeierTables
from .curves import (
    draw_at_risk,
    draw_limits,
    draw_steps,
    marked_times,
    numbers_of,
    require_few,
    require_steps,
)
from .drawing import calm, names_as_they_are, new_axes
from .style import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@names_as_they_are
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
        Draw the 95% limits; mark censored subjects; give the numbers at risk, which of tables with delayed
        entry count those who have entered.

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
    codebook, steps = tables.codebook, tables.estimates.frame
    require_steps(codebook.at)
    names = list(dict.fromkeys(steps["group"].astype(str)))
    require_few(len(names), "groups", "choose a variable with fewer values")
    at = marked_times(times, float(steps["time"].max()), codebook.unit)
    axes = new_axes(7.2, 4.4 + 0.22 * len(names)) if ax is None else ax
    for place, name in enumerate(names):
        own = steps[steps["group"].astype(str) == name]
        draw_steps(axes, own, place, name, estimate="survival", start=1.0)
        if limits:
            draw_limits(axes, own, place)
        if censored:
            _mark_censored(axes, own, place)
    calm(axes, f"Time, {codebook.unit}", at)
    axes.set_ylim(0, 1.01)
    axes.set_title(plain(codebook.records.param or codebook.records.paramcd), loc="left", fontsize="medium")
    axes.set_ylabel("Kaplan-Meier estimate", color=INK)
    if len(names) > 1:
        axes.legend(frameon=False, title=codebook.records.arm or None, alignment="left")
    if numbers:
        draw_at_risk(axes, tables.estimated_at(at), dict(zip(names, COLOURS, strict=False)))
    return axes


def _mark_censored(axes: Axes, steps: pd.DataFrame, place: int) -> None:
    marked = steps[steps["censored"] > 0]
    if len(marked):
        axes.plot(
            numbers_of(marked["time"]),
            numbers_of(marked["survival"]),
            linestyle="none",
            marker="|",
            markersize=7,
            color=COLOURS[place],
            gid=f"censored-{place}",
        )
