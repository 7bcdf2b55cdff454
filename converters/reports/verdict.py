"""The verdict in one line, as every form of a report states it."""

from __future__ import annotations

from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from . import text
from .presentation import Detail, Presentation


def verdict_line(report: Report, threshold: Severity | None) -> str:
    """ "REFUSED  1 error; 2 records waived (waivers.toml) (fails on: error)"."""
    return text.render(report, Presentation(threshold, Detail.VERDICT)).strip()
