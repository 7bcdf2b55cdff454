"""Why a gate refused, in a few lines: the verdict, and the first findings that made it refuse."""

from __future__ import annotations

from dataclasses import replace

from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from ...schemas.wording import counted
from .presentation import Detail, Presentation
from .text import printed, refusing_blocks

SHOWN = 5
"""Findings that are shown; the report has all."""


def verdict_in_short(report: Report, threshold: Severity | None) -> str:
    """ "REFUSED  1 error, 6 warnings, 2 notes", without what is declared."""
    line = printed(report, Presentation(threshold, Detail.VERDICT)).strip()
    return line.split("\n")[0].split(";")[0]


def render_refusal(report: Report, threshold: Severity | None, full: str) -> str:
    """The first findings at or above the threshold, what was not run, and where all findings are.

    Parameters
    ----------
    report : Report
    threshold : Severity or None
    full : str
        Where the full report is, or how it is made.
    """
    refusing = sorted(report.refusing(threshold), key=lambda each: each.severity, reverse=True)
    shown = refusing[:SHOWN]
    lines = printed(replace(report, findings=tuple(shown)), Presentation(threshold), refusing_blocks)
    more = len(refusing) - len(shown)
    rest = [f"{counted(more, 'further finding')} that failed the gate"] if more else []
    return "\n".join([lines.strip("\n"), *rest, f"All findings: {full}"]) + "\n"
