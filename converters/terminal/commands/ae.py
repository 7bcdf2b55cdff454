"""`adamgate ae`: incidence and rates of adverse events."""

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

_SUMMARY = SUMMARIES["adverse-events"]


@click.command("ae")
@PATHS
@declared_options(_SUMMARY.options)
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    help=f"Output file: {', '.join(written_suffixes())}.",
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
    """Write a table of adverse events by term and arm: incidence, highest grade, or rates.

    Subjects in ADSL are the denominators. A codebook is written beside it: how each figure is defined, and
    excluded subjects and records with the reason.
    """
    from ...reports.adverse_event_summary import render_adverse_events
    from ...survival.tools import layout_for
    from ...writing.names import require_output_name

    require_output_name(output)
    layout_for(output)  # before any work is done, so that it is not done in vain
    overrides = {name: given.pop(name) for name in SETTINGS if name in given}
    asked = {name: value for name, value in given.items() if value is not None}
    settings = settings_for(paths, config, overrides, judging=not no_gate)
    gate = False if no_gate else gate_options(settings, rule_files)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
    try:
        table = _SUMMARY.load()(study, gate=gate, show_keys=settings.show_keys, **asked)
    except adamgate.GateRefused as refusal:
        tell_gate_refused(refusal, settings, quiet=quiet)
        return REFUSED
    kept = (*rule_files, *chain(*kept_files(paths, settings)))
    with losses_recorded() as losses:
        written = table.write(output, overwrite=overwrite, keep=kept)
    tell_notes(study, quiet)
    tell_recorded(losses)
    if not quiet:
        tell(render_adverse_events(table.codebook, columns(sys.stderr)))
    tell_held_twice([(dataset_named(output), output)], study)
    tell_written(written, quiet)
    return PASSED
