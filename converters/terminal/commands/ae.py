"""`adamgate ae`: adverse events by term and arm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...survival.summaries import SUMMARIES
from ..options import PATHS, declared_options
from ..summary_commands import write_summary
from ..table_run import RUN_OPTIONS

_SUMMARY = SUMMARIES["adverse-events"]


@click.command("ae")
@PATHS
@declared_options(_SUMMARY.options)
@RUN_OPTIONS
def command(*, paths: tuple[Path, ...], **given: Any) -> int:
    """Write a table of adverse events by term and arm: incidence, highest grade, or rates.

    Subjects in ADSL are the denominators. A codebook is written beside it: how each figure is defined, and
    excluded subjects and records with the reason.
    """
    return write_summary(_SUMMARY, paths, given)
