"""`adamgate config`: the settings that are in effect, and what a file of settings may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..inputs import settings_for
from ..options import CONFIG, DEBUG, PATH, matching, setting_options
from ..streams import show, tell


@click.group("config", invoke_without_command=True)
@DEBUG
@click.pass_context
def command(context: click.Context) -> None:
    """Show the settings in effect, or the schema of adamgate.toml."""
    if context.invoked_subcommand is None:
        show(f"{context.get_help()}\n")


@command.command("show")
@click.argument("paths", nargs=-1, type=PATH, callback=matching)
@click.option("--origin", is_flag=True, help="Show where each value came from.")
@click.option("--format", "form", type=click.Choice(("toml", "json")), default="toml", help="Output format.")
@setting_options()
@CONFIG
@DEBUG
def show_settings(
    *, paths: tuple[Path, ...], origin: bool, form: str, config: Path | None, **overrides: Any
) -> None:
    """Show the settings in effect.

    They come from options, environment, adamgate.toml and defaults. PATHS are the inputs of a run: an
    adamgate.toml beside them says how they are read.
    """
    from ...configuration.file_search import FILE_NAME
    from ...configuration.shown import as_json, as_toml, shown
    from ...reports.presentation import as_json as json_text

    settings = settings_for(paths, config, overrides, judging=True)
    if settings.file is None:
        tell(f"note: no {FILE_NAME} in this folder or above it")
    tables = shown(settings)
    show(json_text(as_json(tables)) if form == "json" else as_toml(tables, origins=origin))


@command.command("schema")
@DEBUG
def show_schema() -> None:
    """Show the JSON Schema (2020-12) of adamgate.toml."""
    from ...configuration.file_schema import file_schema
    from ...reports.presentation import as_json

    show(as_json(file_schema()))
