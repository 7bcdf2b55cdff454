"""`adamgate run`: the steps of a project, from its data to its tables."""

from __future__ import annotations

import os
from contextlib import chdir, nullcontext
from pathlib import Path

import click

from ....schemas.errors import ConfigurationError
from ...configuration.file_search import FILE_NAME, nearest_file
from ...configuration.located import faults_located
from ...configuration.pipeline_file import pipeline_of
from ...pipeline.lineage import require_lineage, write_lineage
from ...pipeline.one_run import alone_with
from ...pipeline.rendering import as_document, step_lines, summary_line
from ...pipeline.run import PipelineRun
from ...pipeline.run_request import RunRequest
from ...pipeline.run_result import StepState
from ...reports.presentation import as_json
from ..exit_codes import code_of
from ..options import DEBUG, PATH, QUIET
from ..streams import show, tell

RECORD = "run.jsonl"


@click.command("run")
@click.argument("file", type=PATH, required=False, metavar="[FILE]")
@click.option("--force", is_flag=True, help="Also run steps that have not changed.")
@click.option("--only", multiple=True, metavar="STEP", help="Run this step alone (repeatable).")
@click.option("--from", "start", default="", metavar="STEP", help="Run this step and those that need it.")
@click.option("--dry-run", is_flag=True, help="Print what would run, and why; run nothing.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N", help="Steps run at once."
)
@click.option(
    "--record", type=PATH, metavar="FILE", help=f"Record of the run (default: {RECORD} beside FILE)."
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
    settings = _settings_file(file)
    here = Path.cwd()
    folder = Path(os.path.abspath(settings)).parent
    recorded = _from_here(record) if record is not None else Path(RECORD)
    events = None if lineage is None else _from_here(lineage)

    def told(state: StepState) -> None:
        if form == "text" and not quiet:
            show("".join(f"{line}\n" for line in step_lines(state, width)))
        elif state.exit_code and form == "text":
            tell(state.details.rstrip("\n"))

    with chdir(folder):
        own = Path(settings.name)
        if events is not None and not overwrite:
            require_lineage(events)
        elsewhere = os.path.realpath(here) != os.path.realpath(folder)
        pipeline = pipeline_of(own, recorded, os.environ, code_of, elsewhere=elsewhere)
        width = max(len(each.name) for each in pipeline.steps)
        request = RunRequest(force, only, start, jobs, overwrite)
        running = PipelineRun(pipeline, request, told, dict(os.environ))
        with faults_located(own), nullcontext() if dry_run else alone_with(own):
            result = running.plan() if dry_run else running.run()
        if events is not None and not dry_run:
            write_lineage(result.record, recorded, result.sha256, events)
    if result.note:
        tell(f"note: {result.note}")
    show(as_json(as_document(result, recorded)) if form == "json" else f"{summary_line(result, recorded)}\n")
    return result.exit_code


def _settings_file(given: Path | None) -> Path:
    if given is not None:
        return given / FILE_NAME if os.path.isdir(given) else given
    found = nearest_file(Path.cwd())
    if found is None:
        raise ConfigurationError(
            f"no {FILE_NAME} in this folder or above it",
            str(Path.cwd()),
            "give the settings file, or write one",
        )
    return found


def _from_here(path: Path) -> Path:
    """A path of the command line, which is relative to the working directory."""
    return Path(os.path.abspath(path))
