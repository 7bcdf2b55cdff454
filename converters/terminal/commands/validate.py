"""`adamgate validate`: the gate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import adamgate

from ...configuration.file_search import settings_files
from ...configuration.settings import SettingGroup
from ...reports import Detail
from ...reports.files import ReportFile, destination, require_text
from ..exit_codes import PASSED, REFUSED
from ..inputs import gate_options, kept_files, paths_in, read_study, settings_for
from ..messages import deliver
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    QUIET,
    READING_OPTIONS,
    REPORT_FORMAT,
    expanded,
    setting_options,
)
from ..progress import progress


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=PATH)  # a report says so where nothing matches
@setting_options(SettingGroup.REPORTING)
@click.option("--format", "form", type=REPORT_FORMAT, help="Report format.")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Report file (- for stdout).")
@JUDGING_OPTIONS
@click.option(
    "--baseline", type=PATH, metavar="FILE", help="Earlier JSON report; only new findings fail the gate."
)
@READING_OPTIONS
@click.option("-v", "--verbose", is_flag=True, help="Show every check with its outcome and run time.")
@OVERWRITING
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    form: str | None,
    output: Path | None,
    baseline: Path | None,
    rule_files: tuple[Path, ...],
    config: Path | None,
    verbose: bool,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Validate a study with every rule that applies.

    PATHS are files, folders, or both. The text report is printed on stdout; with --format, that document
    instead; with -o, the report is also written to a file. Notes, progress and errors go to stderr.
    """
    from ...writing.inputs import files_in, inputs_given

    if verbose and quiet:
        raise click.UsageError("-v and -q cannot be used together")
    form, output = destination(form, output)
    require_text(form, output)
    named = paths_in(paths, settings_files(paths, config), rule_files, baseline, *overrides.values())
    with ReportFile(output, form, overwrite=overwrite) as file:
        file.spare(inputs_given(named))
        paths = expanded(paths)
        file.spare(inputs_given(paths), files_in(paths), data=paths)
        file.withdraw()
        settings = settings_for(paths, config, overrides, judging=True)
        file.spare(*kept_files(paths, settings))
        file.claim(settings.threshold)
        options = gate_options(settings, rule_files)
        options["show_values"] = settings.show_values
        options["baseline"] = adamgate.read_baseline(baseline) if baseline is not None else None
        with progress(sys.stderr, shown=not quiet) as callbacks:
            study = read_study(paths, settings, callbacks)
            report = adamgate.validate(study, **options, progress=callbacks.judging)
        detail = Detail.VERDICT if quiet else Detail.EVERYTHING if verbose else Detail.SUMMARY
        deliver(report, settings, form, file, detail)
    return REFUSED if report.refuses(settings.threshold) else PASSED
