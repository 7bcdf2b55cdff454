"""Commands of summaries, and the tables of the settings that are one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from ..figures.options import is_figure
from ..survival.summaries import TableSummary
from .figure_files import drawn_by
from .table_run import TableRun, write_table

_RENDERED = {
    "kaplan-meier": ("kaplan_meier_summary", "render_kaplan_meier"),
    "cumulative-incidence": ("cumulative_incidence_summary", "render_cumulative_incidence"),
    "adverse-events": ("adverse_event_summary", "render_adverse_events"),
}
"""The module of `reports` and its function that tells what came of a summary."""


def write_summary(
    summary: TableSummary,
    paths: tuple[Path, ...],
    given: dict[str, Any],
    draw: Callable[[Any, Sequence[float]], Any] | None = None,
) -> int:
    """Make and write a summary as its command was given; the exit code.

    With `draw` an output that is named like a figure is one: of estimates at all times, marked at those of
    the option ``at``.
    """
    shown = renderer(summary)
    if draw is None or not is_figure(given["output"]):
        run = TableRun.of(paths, given)
        return write_table(run, maker(summary, options_told(summary, given)), shown)
    times = given.pop("at") or ()
    run = TableRun.of(paths, given, figures=True)
    make = drawn_by(maker(summary, options_told(summary, given)), lambda made: draw(made, times))
    return write_table(run, make, lambda drawn, width: shown(drawn.made, width))


def options_told(summary: TableSummary, given: Mapping[str, Any]) -> Any:
    """The options of a summary; what was left out has the default of the dataclass."""
    return summary.options(**{name: value for name, value in given.items() if value is not None})


def maker(summary: TableSummary, options: Any) -> Callable[..., Any]:
    """What makes a summary with these options of a study."""
    given = asdict(options)
    first = [given.pop("param")] if "param" in given else []

    def make(study: Any, **judged_by: Any) -> Any:
        return summary.load()(study, *first, **given, **judged_by)

    return make


def renderer(summary: TableSummary) -> Callable[[Any, int], str]:
    """What renders a summary for the terminal."""
    module, function = _RENDERED[summary.name]

    def render(made: Any, width: int) -> str:
        return str(getattr(import_module(f"..reports.{module}", __package__), function)(made, width))

    return render
