"""A swimmer plot as matplotlib axes: a lane for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.wording import plain
from ..figures.lanes import TIMES, SwimmerLanes
from ..page.axis import marks
from .drawing import calm, names_as_they_are, new_axes
from .style import LANE_MARKS, QUIET, RESPONSE, TREATMENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LANE = 0.1
"""Height of a lane, in inches."""
_TOLD = {**TIMES, "in follow-up": "still in follow-up", "ended": "alive at the end of the study"}


@names_as_they_are
def swimmer(lanes: SwimmerLanes, *, ax: Axes | None = None, labels: bool = False) -> Axes:
    """The lanes of a swimmer plot, the longest of each arm above.

    Parameters
    ----------
    lanes : SwimmerLanes
        Of `swimmer_lanes`.
    ax : Axes, optional
        To draw on (default: those of a new figure).
    labels : bool
        Name the subjects.

    Returns
    -------
    Axes
        Artists have a `gid`: "follow-up", "in-response", "treatment", "death".

    Raises
    ------
    ConfigurationError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = ag.plot.swimmer(ag.swimmer_lanes(ag.read("adam")))
    >>> ax.get_xlabel()
    'Months from TRTSDT'
    """
    frame = lanes.frame
    axes = new_axes(7.2, 1.6 + _LANE * len(frame)) if ax is None else ax
    y = np.arange(len(frame), dtype=np.float64)
    end = frame["end"].to_numpy(np.float64)
    axes.hlines(y, 0, end, color=QUIET, linewidth=0.7, gid="follow-up", zorder=1.5, label="follow-up")
    began, ended = (frame[name].to_numpy(np.float64) for name in ("response", "response_end"))
    responding = began < ended
    if responding.any():
        axes.hlines(
            y[responding],
            began[responding],
            ended[responding],
            color=RESPONSE,
            alpha=0.35,
            linewidth=4,
            gid="in-response",
            label="in response",
        )
    treated = frame["treatment_end"].to_numpy(np.float64)
    times = marks(float(np.nanmax(frame[list(TIMES)].to_numpy(np.float64))), lanes.unit)
    known = ~np.isnan(treated)
    if known.any():
        least = 0.004 * times[-1]  # a treatment of one day is seen, too
        axes.hlines(
            y[known],
            0,
            np.maximum(treated[known], least),
            color=TREATMENT,
            linewidth=5,
            gid="treatment",
            label="treatment",
        )
    for name, look in LANE_MARKS.items():
        _mark(axes, frame, name, look)
    calm(axes, f"{lanes.unit.capitalize()} from {lanes.start}", times)
    axes.set_ylim(len(frame) - 0.3, -0.7)
    axes.grid(visible=False, axis="y")
    axes.set_yticks(y if labels else [], list(map(plain, frame["USUBJID"])) if labels else [], fontsize=5)
    if lanes.arm:
        _name_arms(axes, frame["arm"].tolist())
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return axes


def _mark(axes: Axes, frame: Any, name: str, look: Any) -> None:
    """The marks of one kind: where its time is known, or its status holds."""
    own = name in frame
    time = frame[name if own else "end"].to_numpy(np.float64)
    drawn = ~np.isnan(time) if own else (frame["status"] == name).to_numpy()
    if drawn.any():
        given = {"markersize": 4.5, "linestyle": "none", **look}
        axes.plot(time[drawn], np.flatnonzero(drawn), gid=name, label=_TOLD[name], **given)


def _name_arms(axes: Axes, arms: list[str]) -> None:
    """The name of each arm beside its lanes."""
    for name in dict.fromkeys(arms):
        first, count = arms.index(name), arms.count(name)
        axes.text(
            -0.01,
            first + (count - 1) / 2,
            plain(name),
            transform=axes.get_yaxis_transform(),
            rotation=90,
            ha="right",
            va="center",
        )
