"""`adamgate km`: Kaplan-Meier estimates and a summary of each group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...figures.options import is_figure
from ...survival.summaries import SUMMARIES
from ..figure_files import drawn_by
from ..options import PATHS, declared_options
from ..summary_commands import maker, options_told, renderer, write_summary
from ..table_run import RUN_OPTIONS, TableRun, write_table

_SUMMARY = SUMMARIES["kaplan-meier"]


@click.command("km")
@PATHS
@declared_options(_SUMMARY.options)
@RUN_OPTIONS
def command(*, paths: tuple[Path, ...], **given: Any) -> int:
    """Write Kaplan-Meier tables: estimates at times, and a summary of each group.

    The summary (km_summary.csv for km.csv) has medians, follow-up, restricted means and the log-rank test. A
    codebook is written beside both. With .png, .pdf or .svg the curves are drawn, with numbers at risk at the
    times of --at; that needs the extra plot (matplotlib).
    """
    if not is_figure(given["output"]):
        return write_summary(_SUMMARY, paths, given)
    times = given.pop("at") or ()
    run = TableRun.of(paths, given, figures=True)

    def draw(tables: Any) -> Any:
        from ...plot.kaplan_meier import kaplan_meier

        return kaplan_meier(tables, times=times)

    shown = renderer(_SUMMARY)
    make = drawn_by(maker(_SUMMARY, options_told(_SUMMARY, given)), draw)
    return write_table(run, make, lambda drawn, width: shown(drawn.made, width))
