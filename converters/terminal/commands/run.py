"""`adamgate run`: the steps of a project, from its data to its tables."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from ....schemas.errors import ConfigurationError
from ...configuration.file_search import FILE_NAME, RUN_RECORD, nearest_file
from ...reports.presentation import as_json
from ..options import DEBUG, PATH, PATH_HERE, QUIET
from ..progress import running_steps
from ..streams import show, tell


@click.command("run")
@click.argument("file", type=PATH_HERE, required=False, metavar="[FILE]")
@click.option("--force", is_flag=True, help="Also run steps that have not changed.")
@click.option("--only", multiple=True, metavar="STEP", help="Run this step alone (repeatable).")
@click.option("--from", "start", default="", metavar="STEP", help="Run this step and those that need it.")
@click.option("--dry-run", is_flag=True, help="Print what would run, and why; run nothing.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Steps run at once."
)
@click.option(
    "--record", type=PATH, metavar="FILE", help=f"Record of the run (default: {RUN_RECORD} beside FILE)."
)
@click.option("--lineage", type=PATH, metavar="FILE", help="OpenLineage events of the steps, one per line.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that no earlier run has written.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@QUIET
@DEBUG
def command(
    *,
    file: Path | None,
    force: bool,
    only: tuple[str, ...],
    start: str,
    dry_run: bool,
    jobs: int,
    record: Path | None,
    lineage: Path | None,
    overwrite: bool,
    form: str,
    quiet: bool,
) -> int:
    """Run the steps that a settings file declares, as far as they have changed.

    FILE is by default adamgate.toml of this folder or the nearest above; its paths are relative to its
    folder. A step is skipped if its inputs, its specification, its outputs, and the versions of adamgate and
    its libraries are those of the record. A refused gate stops the steps that read what it judges. The exit
    code is the highest of the steps'.
    """
    from ...configuration.run_pipeline import run_watched
    from ...pipeline.rendering import summary_line
    from ...pipeline.run_request import RunRequest
    from ..told_steps import ToldSteps

    request = RunRequest(force, only, start, jobs, overwrite)
    with running_steps(sys.stderr, shown=not quiet) as bars:
        result = run_watched(
            _settings_file(file),
            request,
            ToldSteps(form, bars, quiet=quiet),
            dry_run=dry_run,
            record=record,
            lineage=lineage,
        )
    if result.note:
        tell(f"note: {result.note}")
    show(as_json(result.to_dict()) if form == "json" else f"{summary_line(result)}\n")
    return result.exit_code


def _settings_file(given: Path | None) -> Path:
    from ...configuration.run_pipeline import working_directory

    if given is not None:
        return given
    here = working_directory()
    found = nearest_file(Path(here))
    if found is None:
        raise ConfigurationError(
            f"no {FILE_NAME} in this folder or above it",
            here,
            "give the settings file, or write one: adamgate init --pipeline",
        )
    return Path(os.path.relpath(found))
