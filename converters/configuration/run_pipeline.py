"""A run of the pipeline of a settings file, from Python or from the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import chdir, nullcontext
from dataclasses import replace
from pathlib import Path

from ...schemas.errors import ConfigurationError
from ...schemas.wording import counted
from ..pipeline.lineage import require_lineage, write_lineage
from ..pipeline.one_run import alone_with
from ..pipeline.run import PipelineRun
from ..pipeline.run_request import RunRequest
from ..pipeline.run_result import RunResult
from ..pipeline.watcher import RunWatcher
from .file_search import FILE_NAME, RUN_RECORD
from .located import faults_located
from .pipeline_file import pipeline_of


def run(
    path: str | os.PathLike[str] = FILE_NAME,
    *,
    only: str | Sequence[str] = (),
    start: str = "",
    force: bool = False,
    dry_run: bool = False,
    jobs: int = 1,
    record: str | os.PathLike[str] | None = None,
    lineage: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
) -> RunResult:
    r"""Run the steps that a settings file declares, as far as they have changed: `adamgate run`.

    While it runs, the working directory of the process is the folder of the settings file.

    Parameters
    ----------
    path : path
        The settings file, or its folder. Paths in it are relative to its folder.
    only : str or sequence of str
        Steps to run; those that they need must be up to date.
    start : str
        Run this step and those that need it (`--from`).
    force : bool
        Also run steps that have not changed.
    dry_run : bool
        Say what would run, and why; run nothing.
    jobs : int
        Steps that run at once, each in its own process.
    record : path, optional
        Record of the run; by default ``run.jsonl`` beside the settings file.
    lineage : path, optional
        File for OpenLineage events.
    overwrite : bool
        Replace outputs that no earlier run has written.

    Returns
    -------
    RunResult
        What became of each step and why. A step that was refused or has failed raises nothing: see
        `passed` and `exit_code`.

    Raises
    ------
    ConfigurationError
        If the settings file, its steps or what they declare is not valid; before anything is run.
    UnwritableOutput
        If an output exists that no earlier run has written, the record cannot be written, or another run of
        the settings file has not ended.

    Examples
    --------
    >>> steps = '[step.gate]\nkind = "validate"\ndata = ["adam"]\noutput = "report.json"\n'
    >>> _ = Path("adamgate.toml").write_text(steps)
    >>> ag.run("adamgate.toml")
    RunResult: 1 step: 1 ran
      gate  ran  PASSED no findings (fails on: error)
    >>> ag.run("adamgate.toml", dry_run=True)["gate"].state
    'unchanged'
    """
    names = (only,) if isinstance(only, str) else tuple(only)
    request = RunRequest(force, names, start, jobs, overwrite)
    return run_watched(
        Path(path),
        request,
        RunWatcher(),
        dry_run=dry_run,
        record=None if record is None else Path(record),
        lineage=None if lineage is None else Path(lineage),
    )


def run_watched(
    path: Path,
    request: RunRequest,
    watcher: RunWatcher,
    *,
    dry_run: bool,
    record: Path | None,
    lineage: Path | None,
) -> RunResult:
    """As `run`, reporting to a watcher as it goes."""
    file = path / FILE_NAME if os.path.isdir(path) else path
    shown = record if record is not None else file.parent / RUN_RECORD
    here, folder = working_directory(), Path(os.path.abspath(file)).parent
    _require_file(file)
    recorded = Path(RUN_RECORD) if record is None else _from_here(record)
    events = None if lineage is None else _from_here(lineage)
    with chdir(folder):
        own = Path(file.name)
        if events is not None and not request.overwrite:
            require_lineage(events)
        pipeline = pipeline_of(own, recorded, os.environ, elsewhere=working_directory() != here)
        watcher.planned([each.name for each in pipeline.steps])
        running = PipelineRun(pipeline, request, watcher, dict(os.environ))
        with faults_located(own), nullcontext() if dry_run else alone_with(own):
            result = running.plan() if dry_run else running.run()
        if events is not None and not dry_run:
            without = write_lineage(running.record, recorded, result.sha256, events)
            if without:
                steps = counted(len(without), "step")
                said = (
                    f"no events of {steps} whose times are not known ({', '.join(without)}); --force has them"
                )
                result = replace(result, note="; ".join(filter(None, (result.note, said))))
    return replace(result, record=shown)


def working_directory() -> str:
    """The folder that we are in, by whatever links.

    Raises
    ------
    ConfigurationError
        If it was removed.
    """
    try:
        return os.path.realpath(os.getcwd())
    except OSError as gone:
        raise ConfigurationError(
            "the working directory does not exist any more", "", "change to another folder"
        ) from gone


def _require_file(file: Path) -> None:
    if not os.path.exists(file):
        raise ConfigurationError(
            "the settings file does not exist",
            str(file),
            "check the path, or write one: adamgate init --pipeline",
        )


def _from_here(path: Path) -> Path:
    """A path that is relative to the working directory."""
    return Path(os.path.abspath(path))
