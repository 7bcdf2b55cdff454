"""`write_report`: a report into a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import ConfigurationError
from ..values.address import place_of
from . import REPORTS, SeverityName, document_of, form_named
from .files import ReportFile

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity


def write_report(
    report: Report,
    path: str | os.PathLike[str],
    format: str | None = None,  # noqa: A002  (the word of the option)
    fail_on: Severity | SeverityName | None = "error",
    *,
    overwrite: bool = False,
) -> None:
    """Write a report into a file, which appears when it is complete.

    Parameters
    ----------
    report : Report
    path : path-like
        Its suffix is the format (.txt, .json, .html, .xml, .sarif, .md, .xlsx), if `format` is not given.
    format : {"text", "json", "html", "junit", "sarif", "github", "markdown", "xlsx"}, optional
    fail_on : Severity, its name, or None
        Lowest severity that fails the gate; with None, only rules that could not be run do.
    overwrite : bool
        Replace a file that is not an adamgate report. A report is replaced.

    Raises
    ------
    ConfigurationError
        For an unknown format, or a suffix that is of none.
    UnwritableOutput
        When the file is an input of the report, exists and is not to be replaced, or cannot be written.

    Examples
    --------
    >>> report = ag.validate(ag.read("adam"))
    >>> ag.write_report(report, "findings.sarif")
    >>> ag.write_report(report, "findings.docx")
    Traceback (most recent call last):
        ...
    adamgate.schemas.errors.ConfigurationError: the report format cannot be determined from the file name
    ...
    """
    form = form_named(place_of(path)) if format is None else format
    if form is None:
        suffixes = ", ".join(suffix for each in REPORTS.values() for suffix in each.suffixes)
        raise ConfigurationError(
            "the report format cannot be determined from the file name",
            str(path),
            f"end it with one of {suffixes}, or give format",
        )
    document = document_of(report, form, fail_on)
    file = ReportFile(place_of(path), form, overwrite=overwrite)
    file.spare(Path(each.path) for each in report.inputs if each.path)
    file.require_writable()
    file.deliver(document)
