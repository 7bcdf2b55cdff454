"""Report → text, JSON; one module per format. A new format is one file and one line of `REPORTS`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from ...schemas.errors import ConfigurationError
from .presentation import Detail, Presentation, Renderer

if TYPE_CHECKING:
    from ...schemas.gate.report import Report
    from ...schemas.severity import Severity

SeverityName = Literal["error", "warning", "note"]

__all__ = ["REPORTS", "SUFFIXES", "Detail", "Presentation", "render"]

REPORTS: Mapping[str, str] = MappingProxyType({"text": ".text", "json": ".json_document"})
"""Format to the module that has its ``render``, which is loaded when it is asked for."""

SUFFIXES: Mapping[str, str] = MappingProxyType({".json": "json", ".txt": "text"})
"""Formats that a file's name tells."""


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
    format : {"text", "json"}
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
    renderer: Renderer = import_module(REPORTS[format], __name__).render
    return renderer(report, shown)
