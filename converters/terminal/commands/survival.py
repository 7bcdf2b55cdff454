"""`adamgate survival`: a table for a survival tool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import adamgate

from ....schemas.wording import did_you_mean, plain
from ...configuration.settings import Settings
from ...configuration.toml_file import shown_path
from ...survival.shapes import DEFAULT_SHAPE, SHAPES, TableShape, all_options, options_given
from ...survival.summaries import SUMMARIES, TableSummary
from ..options import PATHS, TOOL_OR_FORMAT, options_of_some
from ..shape_help import ByShape
from ..summary_commands import maker, renderer
from ..table_run import RUN_OPTIONS, TableRun, write_table

ALL_OPTIONS = all_options()


@click.command("survival", cls=ByShape)
@PATHS
@click.option(
    "--shape",
    type=click.Choice(tuple(SHAPES)),
    metavar="SHAPE",
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
@click.option("--no-program", is_flag=True, help="Write the data and the codebook alone.")
@RUN_OPTIONS
def command(
    *, paths: tuple[Path, ...], shape: str | None, table_name: str | None, no_program: bool, **given: Any
) -> int:
    """Write a survival analysis table: one record per subject, or another shape.

    A codebook is written beside it: unit, polarity, censoring reasons, excluded records and why. With --for
    a tool, so is a program: Kaplan-Meier by arm, log-rank test and Cox, or the models of the shape.
    """
    asked = {name: given.pop(name) for name in ALL_OPTIONS}
    run = TableRun.of(paths, given)
    chosen, options = _table_asked_for(run.settings, shape, table_name, asked)
    if isinstance(chosen, TableSummary):
        return write_table(run, maker(chosen, options), renderer(chosen))

    def make(study: Any, **judged_by: Any) -> Any:
        from ...survival.make import make_table

        return make_table(chosen.name, study, options, **judged_by)

    return write_table(run, make, _told, layout=run.layout, program=not no_program)


def _told(table: Any, width: int) -> str:
    from ...reports.table_summary import render_summary

    return render_summary(table.codebook, width)


def _table_asked_for(
    settings: Settings, shape: str | None, table_name: str | None, asked: Mapping[str, Any]
) -> tuple[TableShape | TableSummary, Any]:
    """The shape or summary, and its options: those of the command line before those of the settings."""
    declared: Mapping[str, Any] = {}
    if table_name is not None:
        declared = _declared_table(settings, table_name)
        if shape is not None and shape != declared["shape"]:
            raise adamgate.ConfigurationError(
                f"[table.{table_name}] has the shape {declared['shape']}",
                "--shape, --table",
                "omit --shape, or declare another table",
            )
    name = declared.get("shape", shape or DEFAULT_SHAPE)
    chosen = SHAPES.get(name) or SUMMARIES[name]
    told = {name: value for name, value in asked.items() if value not in (None, False, ())}
    of_file = {name: value for name, value in declared.items() if name != "shape"}
    return chosen, options_given(chosen, of_file | told, _flag)


def _flag(name: str) -> str:
    return ALL_OPTIONS[name].flag if name in ALL_OPTIONS else f"--{name.replace('_', '-')}"


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
