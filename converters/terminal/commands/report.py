"""`adamgate report`: the gate and the curves of the data as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ....schemas.errors import ConfigurationError
from ...configuration.settings import SETTINGS, SettingGroup, Settings
from ...page.options import PageOptions, options_among
from ...page.run_shown import RunShown
from ...reports import Detail, document_of
from ...reports.files import FormAndFile, ReportFile, destinations
from ..exit_codes import PASSED, REFUSED
from ..judgement import Judged, Judgement
from ..messages import tell_report, tell_written
from ..options import (
    JUDGING_OPTIONS,
    OVERWRITING,
    PATH,
    PATH_HERE,
    QUIET,
    READING_OPTIONS,
    declared_options,
    setting_options,
)

FORM = "html"
"""A page among the formats of reports."""


@click.command("report")
@click.argument("paths", nargs=-1, required=True, type=PATH)  # a report says so where nothing matches
@click.option(
    "-o",
    "--output",
    "outputs",
    type=PATH,
    multiple=True,
    required=True,
    metavar="FILE",
    help="HTML file of the page. Repeat it for further reports; the suffix is the format.",
)
@declared_options(PageOptions)
@setting_options(SettingGroup.REPORTING, SettingGroup.ENGINE)
@JUDGING_OPTIONS
@click.option(
    "--baseline", type=PATH_HERE, metavar="FILE", help="Earlier JSON report; only new findings fail the gate."
)
@click.option(
    "--record",
    type=PATH_HERE,
    metavar="FILE",
    help="Record of the run that made the data (run.jsonl), to be shown.",
)
@READING_OPTIONS
@OVERWRITING
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    outputs: tuple[Path, ...],
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
    options = options_among(given)
    overrides = {name: value for name, value in given.items() if name in SETTINGS}
    with ExitStack() as stack:
        files = [
            stack.enter_context(ReportFile(path, form, overwrite=overwrite)) for form, path in _named(outputs)
        ]
        judging = Judgement.begun(
            paths,
            files,
            overrides,
            config=config,
            rule_files=rule_files,
            baseline=baseline,
            named=(record,),
        )
        run = _run_in(record)
        found, settings = judging.judged(quiet=quiet), judging.settings
        page = _page(found, settings, options, run)
        for file in files:
            form = file.form or FORM
            file.deliver(page if form == FORM else document_of(found.report, form, settings.threshold))
        tell_report(found.report, settings, Detail.VERDICT)
        tell_written(outputs, quiet)
    return REFUSED if found.report.refuses(settings.threshold) else PASSED


def _named(outputs: Sequence[Path]) -> Sequence[FormAndFile]:
    """Each output with its form: that of its suffix, else a page.

    Raises
    ------
    ConfigurationError
        When none is a page, which other commands do not write.
    """
    _, named = destinations(None, outputs)
    formed = [(form or FORM, path) for form, path in named]
    if not any(form == FORM for form, _ in formed):
        raise ConfigurationError(
            "no output is a page",
            ", ".join(map(str, outputs)),
            "add -o report.html, or use adamgate validate",
        )
    return formed


def _run_in(record: Path | None) -> RunShown | None:
    from ...pipeline.shown import run_shown

    return None if record is None else run_shown(record)


def _page(found: Judged, settings: Settings, options: PageOptions, run: RunShown | None) -> str:
    from ...configuration.from_tables import figure_options
    from ...page.write_page import rendered  # takes long to import: the files say "not judged" already

    return rendered(
        found.report,
        found.study,
        options,
        settings.threshold,
        extra_rules=found.own_rules,
        show_keys=settings.show_keys,
        run=run,
        figures=figure_options(settings.entries),
    )
