"""`adamgate report`: the gate and the curves of the data as one HTML page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import adamgate

from ...configuration.file_search import settings_files
from ...configuration.settings import SETTINGS, SettingGroup
from ...page.options import PageOptions, options_among
from ...reports import Detail
from ...reports.files import ReportFile
from ..exit_codes import PASSED, REFUSED
from ..inputs import gate_options, kept_files, paths_in, read_study, settings_for
from ..messages import tell_report, tell_written
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    QUIET,
    READING_OPTIONS,
    declared_options,
    expanded,
    setting_options,
)
from ..progress import progress

_FORM = "html"


@click.command("report")
@click.argument("paths", nargs=-1, required=True, type=PATH)  # a report says so where nothing matches
@click.option("-o", "--output", type=PATH, required=True, metavar="FILE", help="HTML file of the page.")
@declared_options(PageOptions)
@setting_options(SettingGroup.REPORTING)
@JUDGING_OPTIONS
@click.option(
    "--baseline", type=PATH, metavar="FILE", help="Earlier JSON report; only new findings fail the gate."
)
@click.option(
    "--record",
    type=PATH,
    metavar="FILE",
    help="Record of the run that made the data (run.jsonl), to be shown.",
)
@READING_OPTIONS
@OVERWRITING
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    output: Path,
    baseline: Path | None,
    record: Path | None,
    rule_files: tuple[Path, ...],
    config: Path | None,
    overwrite: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Validate a study, and write one HTML page with the verdict, the findings and the curves.

    The page needs no network: it can be mailed and archived. Findings are filtered and searched in it; each
    time-to-event parameter has its Kaplan-Meier curve with numbers at risk, median and follow-up.
    """
    from ...writing.inputs import files_in, inputs_given

    options = options_among(given)
    overrides = {name: value for name, value in given.items() if name in SETTINGS}
    named = paths_in(paths, settings_files(paths, config), rule_files, baseline, record, *overrides.values())
    with ReportFile(output, _FORM, overwrite=overwrite) as file:
        file.spare(inputs_given(named))
        paths = expanded(paths)
        file.spare(inputs_given(paths), files_in(paths), data=paths)
        file.withdraw()
        settings = settings_for(paths, config, overrides, judging=True)
        file.spare(*kept_files(paths, settings))
        file.claim(settings.threshold)
        from ...configuration.from_tables import figure_options
        from ...page.write_page import rendered  # takes long to import: the file says "not judged" already
        from ...pipeline.shown import run_shown

        judging = gate_options(settings, rule_files)
        own_rules = judging.get("extra_rules", ())
        judging["show_values"] = settings.show_values
        judging["baseline"] = adamgate.read_baseline(baseline) if baseline is not None else None
        run = run_shown(record) if record is not None else None
        with progress(sys.stderr, shown=not quiet) as callbacks:
            study = read_study(paths, settings, callbacks)
            report = adamgate.validate(study, **judging, progress=callbacks.judging)
        file.spare(Path(each.path) for each in report.inputs if each.path)
        document = rendered(
            report,
            study,
            options,
            settings.threshold,
            extra_rules=own_rules,
            show_keys=settings.show_keys,
            run=run,
            figures=figure_options(settings.entries),
        )
        file.deliver(document)
        tell_report(report, settings, Detail.VERDICT)
        tell_written([output], quiet)
    return REFUSED if report.refuses(settings.threshold) else PASSED
