"""`adamgate km`: Kaplan-Meier tables."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Any

import click

import adamgate

from ...configuration.settings import SETTINGS
from ...formats import dataset_named
from ...survival.layouts import written_suffixes
from ...survival.summaries import SUMMARIES
from ..exit_codes import PASSED, REFUSED
from ..inputs import gate_options, kept_files, read_study, settings_for
from ..messages import (
    losses_recorded,
    tell_gate_refused,
    tell_held_twice,
    tell_notes,
    tell_recorded,
    tell_written,
)
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    PATHS,
    QUIET,
    READING_OPTIONS,
    declared_options,
)
from ..progress import progress
from ..streams import columns, tell

_SUMMARY = SUMMARIES["kaplan-meier"]


@click.command("km")
@PATHS
@declared_options(_SUMMARY.options)
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    help=f"File of the estimates: {', '.join(written_suffixes())}.",
)
@click.option("--no-gate", is_flag=True, help="Skip validation of the study.")
@OVERWRITING
@JUDGING_OPTIONS
@READING_OPTIONS
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    output: Path,
    no_gate: bool,
    overwrite: bool,
    rule_files: tuple[Path, ...],
    config: Path | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Write Kaplan-Meier tables: estimates at times, and a summary of each group.

    The summary (km_summary.csv for km.csv) has medians, follow-up, restricted means and the log-rank test. A
    codebook is written beside both.
    """
    from ...reports.kaplan_meier_summary import render_kaplan_meier
    from ...survival.tools import layout_for
    from ...writing.names import require_output_name

    require_output_name(output)
    layout_for(output)  # before any work is done, so that it is not done in vain
    overrides = {name: given.pop(name) for name in SETTINGS if name in given}
    settings = settings_for(paths, config, overrides, judging=not no_gate)
    gate = False if no_gate else gate_options(settings, rule_files)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
    try:
        make = _SUMMARY.load()
        tables = make(study, given.pop("param"), gate=gate, show_keys=settings.show_keys, **given)
    except adamgate.GateRefused as refusal:
        tell_gate_refused(refusal, settings, quiet=quiet)
        return REFUSED
    kept = (*rule_files, *chain(*kept_files(paths, settings)))
    with losses_recorded() as losses:
        written = tables.write(output, overwrite=overwrite, keep=kept)
    tell_notes(study, quiet)
    tell_recorded(losses)
    if not quiet:
        tell(render_kaplan_meier(tables, columns(sys.stderr)))
    tell_held_twice([(dataset_named(each), each) for each in written[:2]], study)
    tell_written(written, quiet)
    return PASSED
