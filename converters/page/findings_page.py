"""A report as a page without curves: what ``--format html`` gives."""

from __future__ import annotations

from ...schemas.gate.report import Report
from ..reports.presentation import Presentation
from .html import page


def render(report: Report, presentation: Presentation) -> str:
    """The page, ending with a line break."""
    return page(report, presentation)
