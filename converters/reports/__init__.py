"""Report → text, JSON, HTML; one module per format. A new format is one module and one entry of `REPORTS`.

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
from .marks import KnownByKeys, Mark, SignedAtEnd
from .presentation import Detail, Presentation, Renderer

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

SeverityName = Literal["error", "warning", "note"]

__all__ = ["REPORTS", "Detail", "Presentation", "ReportFormat", "form_in", "form_named", "render"]


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
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    module: str
    mark: Mark

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
            ),
        ),
        ReportFormat(
            "html",
            "a page to filter and search; `adamgate report` adds the curves of the data",
            (".html", ".htm"),
            "..page.findings_page",
            SignedAtEnd(rb"<!doctype html>", "<!-- {} -->"),
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
    """A report as a document.

    Parameters
    ----------
    report : Report
    format : {"text", "json", "html"}
    fail_on : Severity, its name, or None
        Lowest severity that fails the gate; with None, only rules that could not be run do.
    presentation : Presentation, optional
        Detail, colour and width.

    Returns
    -------
    str
        Ends with a line break. The same report gives the same document.

    Raises
    ------
    ConfigurationError
        For an unknown format.

    Examples
    --------
    >>> report = ag.validate(ag.read("adam"))
    >>> ag.render(report).splitlines()[0].split()[0]
    'PASSED'
    >>> import json
    >>> json.loads(ag.render(report, "json"))["verdict"]
    'passed'
    """
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

    if not isinstance(report, Report):
        raise TypeError(f"a Report is required, not {type(report).__name__}; validate(study) returns one")
    if not isinstance(format, str) or format not in REPORTS:
        raise ConfigurationError(
            f"{format!r} is not a report format", "", f"use one of: {', '.join(REPORTS)}"
        )
    threshold = None if fail_on is None else Severity(fail_on)
    shown = replace(presentation or Presentation(threshold), threshold=threshold)
    return REPORTS[format].load()(report, shown)
