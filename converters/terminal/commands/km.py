"""`adamgate km`: Kaplan-Meier estimates and a summary of each group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...survival.summaries import SUMMARIES
from ..options import PATHS, declared_options
from ..summary_commands import write_summary
from ..table_run import RUN_OPTIONS

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

    def draw(tables: Any, times: Any) -> Any:
        from ...plot.kaplan_meier import kaplan_meier

        return kaplan_meier(tables, times=times)

    return write_summary(_SUMMARY, paths, given, draw)
