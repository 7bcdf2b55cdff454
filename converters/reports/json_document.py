"""A report as one JSON document, by the published ``report.schema.json``.

The same report gives the same bytes: no clock, no durations, one order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...schemas.finding import Example, Finding, Input, Outcome, Report, Severity, Status
from ...schemas.rule import Rule, rule_book
from .presentation import Presentation

SCHEMA_VERSION = "1.0"
SCHEMA = Path(__file__).with_name("report.schema.json")


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented, ending with a line break."""
    content = json.dumps(document(report, presentation), ensure_ascii=False, indent=2, allow_nan=False)
    return content.encode("utf-8", "backslashreplace").decode() + "\n"  # a lone surrogate of a path


def document(report: Report, presentation: Presentation) -> dict[str, Any]:
    """The document as dicts and lists."""
    book = rule_book()
    threshold = presentation.threshold
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": "refused" if report.refuses(threshold) else "passed",
        "fail_on": "never" if threshold is None else str(threshold),
        "counts": _counts(report),
        "standards": [
            {"name": name, "version": version, "origin": presentation.origins.get(name)}
            for name, version in report.standards.items()
        ],
        "inputs": [_input(each) for each in report.inputs],
        "inferred": [
            {
                "dataset": each.dataset,
                "parameter": each.parameter or None,
                "subject": each.subject,
                "statement": each.statement,
            }
            for each in report.inferred
        ],
        "notes": [
            {
                "dataset": each.dataset or None,
                "variable": each.variable or None,
                "record": each.record,
                "message": each.message,
            }
            for each in report.notes
        ],
        "findings": [_finding(each, book) for each in report.findings],
        "outcomes": [_outcome(each) for each in report.outcomes],
        "versions": dict(sorted(report.versions.items())),
    }


def _counts(report: Report) -> dict[str, Any]:
    return {
        "datasets": len(report.inputs),
        "rules": len({outcome.rule_id for outcome in report.outcomes}),
        "outcomes": {str(status): report.count(status) for status in Status},
        "findings": {str(severity): report.count(severity) for severity in reversed(Severity)},
    }


def _input(each: Input) -> dict[str, Any]:
    return {
        "dataset": each.dataset,
        "label": each.label,
        "structure": each.structure,
        "records": each.records,
        "variables": each.variables,
        "path": each.path or None,
        "format": each.format or None,
        "encoding": each.encoding or None,
        "sha256": each.sha256 or None,
    }


def _finding(finding: Finding, book: Mapping[str, Rule]) -> dict[str, Any]:
    rule = book.get(finding.rule_id)
    return {
        "rule_id": finding.rule_id,
        "severity": str(finding.severity),
        "dataset": finding.dataset,
        "variable": finding.variables[0] if finding.variables else None,
        "variables": list(finding.variables),
        "title": rule.title if rule is not None else finding.message,
        "message": finding.message,
        "records": finding.records,
        "examples": [_example(each) for each in finding.examples],
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "record": example.record,
        "keys": {name: _plain(value) for name, value in example.keys.items()},
        "values": {name: _plain(value) for name, value in example.values.items()},
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule_id": outcome.rule_id,
        "dataset": outcome.dataset,
        "status": str(outcome.status),
        "reason": outcome.reason or None,
    }


def _plain(value: Any) -> str | int | float | bool | None:
    """A value that JSON has; infinities become words, as JSON has none."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
