"""Report → text, JSON, HTML, …; one module per format. A new format is one module and one entry of `REPORTS`.

Needs no pandas: a module is imported when a report of its format is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from ...schemas.errors import ConfigurationError
from ..values.file_kind import suffix_of
from ..values.regular_file import open_regular
from .marks import KnownByKeys, Mark, ReportDocument, SignedAtEnd, SignedInProperties
from .presentation import Detail, Presentation, Renderer

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

SeverityName = Literal["error", "warning", "note"]

__all__ = [
    "REPORTS",
    "Detail",
    "Presentation",
    "ReportFormat",
    "document_of",
    "form_in",
    "form_named",
    "render",
]


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format of reports.

    Attributes
    ----------
    name : str
        Its word on a command line: "text".
    summary : str
        What it is good for, in one line.
    suffixes : tuple of str
        Of the files whose name tells the format, in lower case.
    module : str
        Module that has its ``render(report, presentation)``, as ".text"; a module outside of this package
        is named in full.
    mark : Mark
        How its files are known as reports of ours.
    is_text : bool
        Whether it can be printed; what cannot is only written to files.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    module: str
    mark: Mark
    is_text: bool = True

    def load(self) -> Renderer:
        return cast("Renderer", import_module(self.module, __name__).render)


REPORTS: Mapping[str, ReportFormat] = {
    each.name: each
    for each in (
        ReportFormat(
            "text",
            "for people: the verdict first, then the findings",
            (".txt",),
            ".text",
            SignedAtEnd(rb"(PASSED|REFUSED|NOT JUDGED)  \S"),
        ),
        ReportFormat(
            "json",
            "for programs, and the baseline of later runs; has a JSON Schema",
            (".json",),
            ".json_document",
            KnownByKeys(
                rb'\s*\{\s*"schema_version":\s*"1\.\d+",\s*"verdict":\s*"(passed|refused|not judged)"',
                frozenset(("fail_on", "counts", "standards", "inputs", "findings", "outcomes", "versions")),
                ("versions", "adamgate"),
            ),
        ),
        ReportFormat(
            "html",
            "a page to filter and search; `adamgate report` adds the curves of the data",
            (".html", ".htm"),
            "..page.findings_page",
            SignedAtEnd(rb"<!doctype html>", "<!-- {} -->"),
        ),
        ReportFormat(
            "junit",
            "for CI servers (Jenkins, GitLab): a test case for each check",
            (".xml",),
            ".junit",
            SignedAtEnd(
                rb'<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="adamgate"', "<!-- {} -->"
            ),
        ),
        ReportFormat(
            "sarif",
            "for code scanning (GitHub, Azure DevOps) and editors: SARIF 2.1.0, record as line",
            (".sarif", ".sarif.json"),
            ".sarif",
            KnownByKeys(
                rb'\s*\{\s*"\$schema":\s*"https://docs\.oasis-open\.org/sarif/',
                frozenset(("version", "runs")),
                ("runs", 0, "properties", "adamgate"),
            ),
        ),
        ReportFormat(
            "github",
            "for a step of GitHub Actions: annotations, as many as GitHub shows",
            (),
            ".github",
            SignedAtEnd(rb"::(error|notice) title=adamgate::(PASSED|REFUSED|NOT JUDGED)  "),
        ),
        ReportFormat(
            "markdown",
            "for the summary of a job, or a comment",
            (".md",),
            ".markdown",
            SignedAtEnd(rb"## adamgate: (PASSED|REFUSED|NOT JUDGED)\n\n", "<!-- {} -->"),
        ),
        ReportFormat(
            "xlsx",
            "for reviewers: a workbook of datasets, issues and rules",
            (".xlsx",),
            ".xlsx",
            SignedInProperties(),
            is_text=False,
        ),
    )
}


def form_named(path: Path) -> str | None:
    """The format that a file's name tells; None where it tells none."""
    suffixes = {suffix: each.name for each in REPORTS.values() for suffix in each.suffixes}
    return suffixes.get(suffix_of(path, suffixes))


def form_in(path: Path) -> str | None:
    """The format of the report of ours that a file holds; None for any other file, and for none."""
    try:
        with open_regular(path) as file:
            return next((each.name for each in REPORTS.values() if each.mark.is_on(file)), None)
    except OSError:
        return None


def render(
    report: Report,
    format: str = "text",  # noqa: A002  (the word of the option)
    fail_on: Severity | SeverityName | None = "error",
    presentation: Presentation | None = None,
) -> str:
    """A report as a text.

    Parameters
    ----------
    report : Report
    format : {"text", "json", "html", "junit", "sarif", "github", "markdown"}
    fail_on : Severity, its name, or None
        Lowest severity that fails the gate; with None, only rules that could not be run do.
    presentation : Presentation, optional
        Detail, colour and width.

    Returns
    -------
    str
        Ends with a line break. The same report gives the same text.

    Raises
    ------
    ConfigurationError
        For an unknown format, and for one that is not a text: `write_report` writes it.

    Examples
    --------
    >>> report = ag.validate(ag.read("adam"))
    >>> ag.render(report).splitlines()[0].split()[0]
    'PASSED'
    >>> import json
    >>> json.loads(ag.render(report, "json"))["verdict"]
    'passed'
    """
    document = document_of(report, format, fail_on, presentation)
    if isinstance(document, bytes):
        raise ConfigurationError(
            f"a report in the format {format} is not a text",
            "",
            "use write_report, which writes it to a file",
        )
    return document


def document_of(
    report: Report,
    form: str,
    fail_on: Severity | SeverityName | None = "error",
    presentation: Presentation | None = None,
) -> ReportDocument:
    """A report in any format, as its file holds it but for the mark."""
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

    if not isinstance(report, Report):
        raise TypeError(f"a Report is required, not {type(report).__name__}; validate(study) returns one")
    if not isinstance(form, str) or form not in REPORTS:
        raise ConfigurationError(f"{form!r} is not a report format", "", f"use one of: {', '.join(REPORTS)}")
    threshold = None if fail_on is None else Severity(fail_on)
    shown = replace(presentation or Presentation(threshold), threshold=threshold)
    return REPORTS[form].load()(report, shown)
