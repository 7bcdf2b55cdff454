"""`adamgate validate`: the gate."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ...configuration.settings import SettingGroup
from ...reports import Detail
from ...reports.files import ReportFile, destinations
from ..exit_codes import PASSED, REFUSED
from ..judgement import Judgement
from ..messages import deliver
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    PATH_HERE,
    QUIET,
    READING_OPTIONS,
    REPORT_FORMAT,
    setting_options,
)


@click.command("validate")
@click.argument("paths", nargs=-1, type=PATH)  # a report says so where nothing matches
@setting_options(SettingGroup.REPORTING, SettingGroup.ENGINE)
@click.option("--format", "form", type=REPORT_FORMAT, help="Report format.")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Report file (- for stdout). Repeat it for several reports; the suffix is the format.",
)
@JUDGING_OPTIONS
@click.option(
    "--baseline", type=PATH_HERE, metavar="FILE", help="Earlier JSON report; only new findings fail the gate."
)
@READING_OPTIONS
@click.option("-v", "--verbose", is_flag=True, help="Show every check with its outcome and run time.")
@OVERWRITING
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    form: str | None,
    outputs: tuple[Path, ...],
    baseline: Path | None,
    rule_files: tuple[Path, ...],
    config: Path | None,
    verbose: bool,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Validate a study with every rule that applies.

    PATHS are files, folders, or both; without PATHS, define.xml alone is judged (--define). The text report
    is printed on stdout; with --format, that document instead; with -o, the report is also written to a file,
    or to several of different formats. Notes, progress and errors go to stderr.
    """
    if not paths and not overrides["define"]:
        raise click.UsageError(
            "Missing argument 'PATHS...'; without data, give --define FILE to judge a define.xml"
        )
    if verbose and quiet:
        raise click.UsageError("-v and -q cannot be used together")
    on_stdout, named = destinations(form, outputs)
    with ExitStack() as stack:
        files = [stack.enter_context(ReportFile(path, of, overwrite=overwrite)) for of, path in named]
        judging = Judgement.begun(
            paths, files, overrides, config=config, rule_files=rule_files, baseline=baseline
        )
        report, settings = judging.judged(quiet=quiet).report, judging.settings
        detail = Detail.VERDICT if quiet else Detail.EVERYTHING if verbose else Detail.SUMMARY
        deliver(report, settings, on_stdout, files, detail)
    return REFUSED if report.refuses(settings.threshold) else PASSED
