"""Axes to draw on; matplotlib is imported when they are made."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from .style import GRID, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def new_axes(width: float, height: float) -> Axes:
    """Axes of a figure of their own, in inches.

    Raises
    ------
    ConfigurationError
        If matplotlib is not installed.
    """
    _, axes = _pyplot().subplots(figsize=(width, height), layout="constrained")
    made: Axes = axes
    return made


def default_style() -> AbstractContextManager[None]:
    """The style of matplotlib itself, not the user's.

    Raises
    ------
    ConfigurationError
        If matplotlib is not installed.
    """
    within: AbstractContextManager[None] = _pyplot().style.context("default")
    return within


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ConfigurationError(
            "matplotlib is not installed", "plot", "install it: pip install 'adamgate[plot]'"
        ) from None
    return pyplot


def calm(axes: Axes, unit: str, times: tuple[float, ...]) -> None:
    """An axis of time with round marks, and no more lines than are needed."""
    axes.set_xlim(0, times[-1])
    axes.set_xticks(times)
    axes.set_xlabel(unit)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(QUIET)
    axes.tick_params(colors=QUIET, labelcolor=QUIET)
    axes.set_axisbelow(True)
    axes.grid(color=GRID, axis="both")
