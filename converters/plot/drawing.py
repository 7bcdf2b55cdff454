"""Axes to draw on; matplotlib is imported when they are made."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ...schemas.errors import ConfigurationError
from ...schemas.wording import plain
from .style import GRID, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Given = ParamSpec("_Given")
_Drawn = TypeVar("_Drawn")


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


def names_as_they_are(draw: Callable[_Given, _Drawn]) -> Callable[_Given, _Drawn]:
    """What a function draws has names as the data have them: "$" begins no formula."""

    @wraps(draw)
    def drawn(*given: _Given.args, **named: _Given.kwargs) -> _Drawn:
        pyplot = _pyplot()
        with pyplot.rc_context({"text.parse_math": False}):
            return draw(*given, **named)

    return drawn


def label_of(name: str) -> str:
    """A name for a legend, which would leave out those that begin with an underscore."""
    shown = plain(name)
    return f" {shown}" if shown.startswith("_") else shown


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ConfigurationError(
            "matplotlib, which draws figures, is not installed",
            advice="install it: pip install 'adamgate[plot]'",
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
