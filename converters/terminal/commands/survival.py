"""`adamgate survival`: a table for a survival tool."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import click

import adamgate

from ...configuration.settings import SETTINGS
from ...formats import dataset_named
from ...reports import Detail
from ...survival.layouts import written_suffixes
from ...survival.shapes import SHAPES
from ..exit_codes import PASSED, REFUSED
from ..inputs import gate_options, kept_files, read_study, settings_for
from ..messages import (
    losses_recorded,
    tell_held_twice,
    tell_notes,
    tell_recorded,
    tell_report,
    tell_written,
)
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    PATHS,
    QUIET,
    READING_OPTIONS,
    TOOL_OR_FORMAT,
    declared_options,
)
from ..progress import progress
from ..streams import columns, tell


@click.command("survival")
@PATHS
@declared_options(SHAPES["one-record"].options)
@click.option("--for", "layout", type=TOOL_OR_FORMAT, help="Tool that will read the table, or output format.")
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    help=f"Output file: {', '.join(written_suffixes())}.",
)
@click.option("--no-program", is_flag=True, help="Write the data and the codebook alone.")
@click.option("--no-gate", is_flag=True, help="Skip validation of the study.")
@OVERWRITING
@JUDGING_OPTIONS
@READING_OPTIONS
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    layout: str | None,
    output: Path,
    no_program: bool,
    no_gate: bool,
    overwrite: bool,
    rule_files: tuple[Path, ...],
    config: Path | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Write a survival analysis table with one record per subject.

    A codebook is written beside it: unit, polarity, censoring reasons, excluded records and why. With --for
    a tool, so is a program: Kaplan-Meier by arm, log-rank test, Cox.
    """
    from ...reports.table_summary import render_summary
    from ...survival.tools import layout_for
    from ...writing.names import require_output_name

    require_output_name(output)
    layout_for(output, layout)  # before any work is done, so that it is not done in vain
    overrides = {name: given.pop(name) for name in SETTINGS if name in given}
    settings = settings_for(paths, config, overrides, judging=not no_gate)
    gate = False if no_gate else gate_options(settings, rule_files)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
    try:
        table = adamgate.survival(
            study,
            gate=gate,
            show_keys=settings.show_keys,
            **given,
        )
    except adamgate.GateRefused as refusal:
        judged_by = replace(settings, fail_on=str(refusal.threshold))  # not by --fail-on of a validation
        tell_report(refusal.report, judged_by, Detail.VERDICT if quiet else Detail.SUMMARY)
        tell("No table was written. Correct the data, or use --no-gate to skip validation.")
        return REFUSED
    kept = (*rule_files, *chain(*kept_files(paths, settings)))
    with losses_recorded() as losses:
        written = table.write(output, layout, program=not no_program, overwrite=overwrite, keep=kept)
    tell_notes(study, quiet)
    tell_recorded(losses)
    if not quiet:
        tell(render_summary(table.codebook, columns(sys.stderr)))
    tell_held_twice([(dataset_named(output), output)], study)
    tell_written(written, quiet)
    return PASSED
