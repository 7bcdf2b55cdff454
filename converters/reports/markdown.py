"""A report as Markdown, for the summary of a job or a comment: the verdict, the datasets, the findings.

Subjects are not named: summaries are read by whoever sees the repository. What comes from the data is text:
no character of it is a mark of Markdown or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ...schemas.gate.finding import Finding
from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from ...schemas.wording import counted, plain
from ..values.cited_run import cited_lines, cited_run
from .presentation import Presentation
from .terms import definition_said, standing, waived_lines
from .verdict import verdict_line

LISTED = 500
"""Rows of a table; the rest is counted. A summary may have 1 MiB, else GitHub shows nothing of it."""

_MARKS = re.compile(r"[\\`*_\[\]|~$]|(?<=[wW]{3})\.")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINKED = re.compile(r":(?=//)|@")
_APART = r"\g<0><!-- -->"
"""After a character that makes a link of what is around it, in whatever way it is escaped."""
_ALIGNED_RIGHT = ("records", "variables", "errors", "warnings", "notes", "first record")


def render(report: Report, presentation: Presentation) -> str:
    """The document, ending with a line break."""
    verdict, _, statement = verdict_line(report, presentation.threshold).partition("  ")
    blocks = [f"## adamgate: {verdict}", f"The gate: {text(statement)}"]
    if not report.not_judged:
        blocks += _datasets(report)
        if report.definition is not None:
            blocks.append(text(f"define.xml: {definition_said(report.definition)}"))
        blocks += [text("; ".join(each.strip() for each in cited_lines()))] if cited_run() else []
        blocks += _findings(report)
        blocks += _not_run(report)
        blocks += _waived(report)
    return "\n\n".join(blocks) + "\n"


def text(given: object) -> str:
    """A text from outside as Markdown shows it: on one line, each mark as the character that it is."""
    marked = _MARKS.sub(r"\\\g<0>", plain(given).translate(_ENTITIES))
    return _LINKED.sub(_APART, marked)


def _datasets(report: Report) -> Iterator[str]:
    """A row for each dataset, for the study where something is about it, and the sums."""
    inputs = {each.dataset: each for each in report.inputs}
    rows = []
    for name in dict.fromkeys((*inputs, *(each.dataset for each in report.findings))):
        found = [each.severity for each in report.findings if each.dataset == name]
        known = inputs.get(name)
        size = (f"{known.records:,}", f"{known.variables:,}") if known is not None else ("", "")
        rows.append((name, *size, *(f"{found.count(each):,}" for each in reversed(Severity))))
    sums = (f"{report.count(each):,}" for each in reversed(Severity))
    yield from _table(
        ("dataset", "records", "variables", "errors", "warnings", "notes"), [*rows, ("all", "", "", *sums)]
    )


def _findings(report: Report) -> Iterator[str]:
    rows = [
        (
            str(each.severity),
            each.dataset,
            each.rule_id,
            _said(each),
            f"{each.records:,}" if each.records else "",
            f"{each.examples[0].record:,}" if each.examples else "",
        )
        for each in report.findings
    ]
    if rows:
        yield "### Findings"
        yield from _table(("severity", "dataset", "rule", "finding", "records", "first record"), rows)


def _said(finding: Finding) -> str:
    since = f" ({standing(finding)})" if finding.standing is not None else ""
    return finding.said + since


def _not_run(report: Report) -> Iterator[str]:
    if report.not_run:
        yield "### Could not be checked (fails the gate)"
        rows = [(each.dataset, each.rule_id, each.reason) for each in report.not_run]
        yield from _table(("dataset", "rule", "reason"), rows)


def _waived(report: Report) -> Iterator[str]:
    lines = list(waived_lines(report.terms))
    if lines:
        yield "### Waived"
        yield from _table(("what, why, by whom",), [(line,) for line in lines])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    ruler = "|".join("---:" if name in _ALIGNED_RIGHT else "---" for name in head)
    lines = [f"| {' | '.join(head)} |", f"|{ruler}|"]
    lines += [f"| {' | '.join(map(text, row))} |" for row in rows[:LISTED]]
    yield "\n".join(lines)
    yield from _rest(len(rows))


def _rest(number: int) -> Iterator[str]:
    if number > LISTED:
        yield f"… {counted(number - LISTED, 'more row')}"
