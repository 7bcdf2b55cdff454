"""A report as annotations of GitHub Actions: workflow commands, one to a line.

GitHub shows the first ten errors, ten warnings and ten notices of a step, and drops the others silently. So
the last one of each kind says how many more there are in the report, and the first of all is the verdict.
Subjects are not named: annotations are read by whoever sees the repository.
"""

from __future__ import annotations

from ...schemas.gate.finding import Finding, Outcome, Standing
from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from ...schemas.wording import counted, plain
from .places import Place, Places
from .presentation import Presentation
from .terms import standing
from .verdict import verdict_line

SHOWN = 10
"""Annotations of each kind that GitHub shows of a step."""

_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_TEXT | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, presentation: Presentation) -> str:
    """A line for each annotation."""
    refused = report.refuses(presentation.threshold)
    shown: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    verdict = _command("error" if refused else "notice", verdict_line(report, presentation.threshold))
    shown["error" if refused else "notice"].append(verdict)
    for kind, found in _annotations(report).items():
        shown[kind] += _fitting(kind, found, SHOWN - len(shown[kind]))
    others = [line for lines in shown.values() for line in lines if line is not verdict]
    return "\n".join([verdict, *others]) + "\n"


def _fitting(kind: str, found: list[str], room: int) -> list[str]:
    """All of a kind; or as many as there is room for, the last of them counting the others."""
    if len(found) <= room:
        return found
    rest = len(found) - (room - 1)
    return [*found[: room - 1], _command(kind, f"{counted(rest, f'more {kind}')} in the report")]


def _annotations(report: Report) -> dict[str, list[str]]:
    """All of them by kind, what the baseline has last; checks that were not run are errors."""
    places = Places.of(report)
    found: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    for finding in sorted(report.findings, key=lambda each: each.standing is Standing.UNCHANGED):
        kind = _KINDS[finding.severity]
        found[kind].append(_command(kind, _said(finding), _title(finding), places.of_finding(finding)))
    for outcome in report.not_run:
        found["error"].append(
            _command("error", outcome.reason, _title(outcome), places.of_dataset(outcome.dataset))
        )
    return found


def _title(of: Finding | Outcome) -> str:
    return f"{of.dataset} {of.rule_id}" + (" not run" if isinstance(of, Outcome) else "")


def _said(finding: Finding) -> str:
    """ "OS: AVAL is negative [AVAL] (4 records, new)"."""
    about = f" [{', '.join(finding.variables)}]" if finding.variables else ""
    records = counted(finding.records, "record") if finding.records else ""
    facts = ", ".join(filter(None, [records, standing(finding)]))
    return f"{finding.said}{about}" + (f" ({facts})" if facts else "")


def _command(kind: str, message: str, title: str = "adamgate", place: Place | None = None) -> str:
    """ "::error file=adtte.xpt,line=3,title=ADTTE TTE006::OS: AVAL is negative"."""
    properties = dict[str, str]()
    if place is not None:
        properties |= {"file": place.path, "line": str(place.line)}
    properties["title"] = title
    given = ",".join(f"{name}={plain(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{kind} {given}::{plain(message).translate(_IN_TEXT)}"
