"""`adamgate survival`: a table for a survival tool."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import click

import adamgate

from ....schemas.wording import did_you_mean, plain
from ...configuration.settings import SETTINGS, Settings
from ...configuration.toml_file import shown_path
from ...formats import dataset_named
from ...survival.layouts import written_suffixes
from ...survival.shapes import DEFAULT_SHAPE, SHAPES, TableShape, all_options, options_given
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
    TOOL_OR_FORMAT,
    options_of_some,
)
from ..progress import progress
from ..streams import columns, tell

ALL_OPTIONS = all_options()


@click.command("survival")
@PATHS
@click.option(
    "--shape",
    type=click.Choice(tuple(SHAPES)),
    help=f"What the table looks like (default: {DEFAULT_SHAPE}).",
)
@click.option(
    "--table",
    "table_name",
    metavar="NAME",
    help="Table that [table.NAME] of adamgate.toml declares.",
)
@options_of_some(ALL_OPTIONS.values())
@click.option("--for", "layout", type=TOOL_OR_FORMAT, help="Tool that will read the table, or output format.")
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
    shape: str | None,
    table_name: str | None,
    layout: str | None,
    output: Path,
    no_gate: bool,
    overwrite: bool,
    rule_files: tuple[Path, ...],
    config: Path | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Write a survival analysis table: one record per subject, or another shape.

    A codebook is written beside it: unit, polarity, censoring reasons, excluded records and why.
    """
    from ...reports.table_summary import render_summary
    from ...survival.make import make_table
    from ...survival.tools import layout_for
    from ...writing.names import require_output_name

    require_output_name(output)
    layout_for(output, layout)  # before any work is done, so that it is not done in vain
    asked = {name: given.pop(name) for name in ALL_OPTIONS}
    overrides = {name: given.pop(name) for name in SETTINGS if name in given}
    settings = settings_for(paths, config, overrides, judging=not no_gate)
    chosen, options = _table_asked_for(settings, shape, table_name, asked)
    gate = False if no_gate else gate_options(settings, rule_files)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
    try:
        table = make_table(chosen.name, study, options, gate=gate, show_keys=settings.show_keys)
    except adamgate.GateRefused as refusal:
        tell_gate_refused(refusal, settings, quiet=quiet)
        return REFUSED
    kept = (*rule_files, *chain(*kept_files(paths, settings)))
    with losses_recorded() as losses:
        written = table.write(output, layout, overwrite=overwrite, keep=kept)
    tell_notes(study, quiet)
    tell_recorded(losses)
    if not quiet:
        tell(render_summary(table.codebook, columns(sys.stderr)))
    tell_held_twice([(dataset_named(output), output)], study)
    tell_written(written, quiet)
    return PASSED


def _table_asked_for(
    settings: Settings, shape: str | None, table_name: str | None, asked: Mapping[str, Any]
) -> tuple[TableShape, Any]:
    """The shape and its options; those of the command line count before those of a table of the settings."""
    declared: Mapping[str, Any] = {}
    if table_name is not None:
        declared = _declared_table(settings, table_name)
        if shape is not None and shape != declared["shape"]:
            raise adamgate.ConfigurationError(
                f"[table.{table_name}] has the shape {declared['shape']}",
                "--shape, --table",
                "omit --shape, or declare another table",
            )
    chosen = SHAPES[declared.get("shape", shape or DEFAULT_SHAPE)]
    told = {name: value for name, value in asked.items() if value not in (None, False, ())}
    of_file = {name: value for name, value in declared.items() if name != "shape"}
    return chosen, options_given(chosen, of_file | told, lambda name: ALL_OPTIONS[name].flag)


def _declared_table(settings: Settings, name: str) -> Mapping[str, Any]:
    from ...configuration.registry import TABLE

    tables = {each.name: each for each in settings.entries if each.table is TABLE}
    if name.strip().upper() not in tables:
        where = "no settings file" if settings.file is None else shown_path(settings.file)
        raise adamgate.ConfigurationError(
            f"[table.{plain(name)}] is not present",
            where,
            did_you_mean(name, [each.written for each in tables.values()]) if tables else "declare it there",
        )
    return tables[name.strip().upper()].values
