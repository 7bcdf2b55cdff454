"""A report as a page without curves: what ``--format html`` gives."""

from __future__ import annotations

from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from ..reports.files import report_not_judged
from ..reports.presentation import Presentation
from .html import page
from .run_shown import RunShown


def render(report: Report, presentation: Presentation) -> str:
    """The page, ending with a line break."""
    return page(report, presentation)


def page_without_verdict(reason: str, run: RunShown, threshold: Severity | None) -> str:
    """The page of a study that could not be judged: what stopped the run, with all that it says."""
    return page(report_not_judged(reason), Presentation(threshold), run=run)
