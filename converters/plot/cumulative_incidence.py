"""Cumulative incidence curves as matplotlib axes, with the numbers at risk below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...schemas.wording import plain
from ..survival.summaries.cuminc.summary import CumulativeIncidenceTable
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
def cumulative_incidence(
    table: CumulativeIncidenceTable,
    *,
    ax: Axes | None = None,
    times: Sequence[float] = (),
    limits: bool = True,
    numbers: bool = True,
) -> Axes:
    """The curve of each cause in each group; every number is one of the table.

    Parameters
    ----------
    table : CumulativeIncidenceTable
        Of `cumulative_incidence`, with estimates at each time of the data (without ``at``). If it has
        1 - Kaplan-Meier (``naive``), that is a thin dotted line of the same colour.
    ax : Axes, optional
        To draw on (default: those of a new figure).
    times : sequence of float
        Marks of the axis, at which the numbers at risk are given (default: round ones).
    limits, numbers : bool
        Draw the 95% limits; give the numbers at risk of any cause.

    Returns
    -------
    Axes
        From incidence 0 to 1. Artists have a `gid`: "curve-0", "limits-0", "naive-0", "at-risk-0-3"; curves
        are numbered by group, then cause.

    Raises
    ------
    ConfigurationError
        If the table has estimates at some times only, or too many curves, or matplotlib is not installed.

    Examples
    --------
    >>> causes = ["older: CNSR == 0 and AGE >= 50", "younger: CNSR == 0 and AGE < 50"]
    >>> ax = ag.plot.cumulative_incidence(ag.cumulative_incidence(ag.read("adam"), "OS", causes))
    >>> [line.get_label() for line in ax.get_lines()]
    ['older', 'younger']
    """
    codebook, steps = table.codebook, table.estimates.frame
    require_steps(codebook.at)
    curves = list(steps.groupby(["group", "cause"], sort=False, observed=True))
    require_few(len(curves), "curves", "choose fewer groups or causes, or no total")
    groups = list(dict.fromkeys(str(group) for (group, _), _ in curves))
    at = marked_times(times, float(steps["time"].max()), codebook.unit)
    axes = new_axes(7.2, 4.4 + 0.22 * len(groups)) if ax is None else ax
    for place, ((group, cause), own) in enumerate(curves):
        label = f"{group}, {cause}" if len(groups) > 1 else str(cause)
        draw_steps(axes, own, place, label, estimate="incidence", start=0.0)
        if limits:
            draw_limits(axes, own, place)
        if "one_minus_km" in own:
            axes.step(
                numbers_of(own["time"]),
                numbers_of(own["one_minus_km"]),
                where="post",
                color=COLOURS[place],
                linestyle=":",
                linewidth=1,
                label="_nolegend_" if place else "1 - Kaplan-Meier",
                gid=f"naive-{place}",
            )
    calm(axes, f"Time, {codebook.unit}", at)
    axes.set_ylim(0, 1.01)
    axes.set_title(plain(codebook.records.param or codebook.records.paramcd), loc="left", fontsize="medium")
    axes.set_ylabel("Cumulative incidence", color=INK)
    axes.legend(frameon=False, title=codebook.records.arm or None, alignment="left")
    if numbers:
        marked = table.estimated_at(at)
        of_any = marked[marked["cause"] == marked["cause"].iloc[0]]
        draw_at_risk(axes, of_any, dict.fromkeys(groups, INK))
    return axes
