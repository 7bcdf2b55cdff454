"""`adamgate cuminc`: the cumulative incidence of competing events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...survival.summaries import SUMMARIES
from ..options import PATHS, declared_options
from ..summary_commands import write_summary
from ..table_run import RUN_OPTIONS

_SUMMARY = SUMMARIES["cumulative-incidence"]


@click.command("cuminc")
@PATHS
@declared_options(_SUMMARY.options)
@RUN_OPTIONS
def command(*, paths: tuple[Path, ...], **given: Any) -> int:
    """Write the cumulative incidence of each cause of an event, by Aalen-Johansen.

    The causes are given by --cause, or by --competing. A codebook is written beside the table. With .png,
    .pdf or .svg the curves are drawn, with numbers at risk at the times of --at; that needs the extra plot
    (matplotlib).
    """

    def draw(table: Any, times: Any) -> Any:
        from ...plot.cumulative_incidence import cumulative_incidence

        return cumulative_incidence(table, times=times)

    return write_summary(_SUMMARY, paths, given, draw)
