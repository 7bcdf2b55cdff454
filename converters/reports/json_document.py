"""A report as one JSON document, by the published ``report.schema.json``.

The same report gives the same bytes: no clock, no durations, one order.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.gate.finding import Example, Finding, KnownFinding, Outcome, Status
from ...schemas.gate.loosening import loosenings
from ...schemas.gate.report import Comparison, Input, Report, Waived
from ...schemas.severity import Severity
from ..values.cited_run import cited_run
from .presentation import Presentation, as_json

if TYPE_CHECKING:  # needs numpy; a report is claimed before libraries are loaded
    from ...schemas.gate.event_counts import EventCount
    from ...schemas.study.raw_places import RawPlace

SCHEMA_VERSION = "1.5"
SCHEMA = Path(__file__).with_name("report.schema.json")


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented, ending with a line break."""
    return as_json(document(report, presentation))


def document(report: Report, presentation: Presentation) -> dict[str, Any]:
    """The document as dicts and lists."""
    threshold = presentation.threshold
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": report.verdict(threshold),
        "reason": report.not_judged or None,
        "fail_on": "never" if threshold is None else str(threshold),
        "counts": counts(report),
        "standards": [
            {"name": name, "version": version, "origin": report.terms.origins.get(name)}
            for name, version in report.standards.items()
        ],
        "terms": _terms(report, threshold),
        "inputs": [_input(each) for each in report.inputs],
        **_definition(report),
        "inferred": [
            {
                "dataset": each.dataset,
                "parameter": each.parameter or None,
                "subject": each.subject,
                "statement": each.statement,
            }
            for each in report.inferred
        ],
        "events": [_events(each) for each in report.events],
        "notes": [
            {
                "dataset": each.dataset or None,
                "variable": each.variable or None,
                "record": each.record,
                "message": each.message,
            }
            for each in report.notes
        ],
        "findings": [_finding(each) for each in report.findings],
        "comparison": None if report.comparison is None else _comparison(report.comparison),
        "outcomes": [_outcome(each) for each in report.outcomes],
        "versions": dict(sorted(report.versions.items())),
        "run": cited_run().get("run"),
    }


def counts(report: Report) -> dict[str, Any]:
    """How many datasets, rules, outcomes and findings there are."""
    return {
        "datasets": len(report.inputs),
        "rules": len({outcome.rule_id for outcome in report.outcomes}),
        "outcomes": {str(status): report.count(status) for status in Status},
        "findings": {str(severity): report.count(severity) for severity in reversed(Severity)},
        "deselected": len(report.terms.deselected),
        "waived": sum(each.records for each in report.terms.waived),
    }


def _terms(report: Report, threshold: Severity | None) -> dict[str, Any]:
    terms = report.terms
    return {
        "judged_on": None if terms.judged_on is None else terms.judged_on.isoformat(),
        "declared": [{"name": name, "value": value} for name, value in terms.declared.items()],
        "own_rules": list(terms.own_rules),
        "select_origin": terms.origins.get("select"),
        "ignore_origin": terms.origins.get("ignore"),
        "severities": [{"rules": name, "severity": str(each)} for name, each in terms.severities.items()],
        "deselected": [
            {"rule_id": each.rule_id, "dataset": each.dataset, "reason": each.reason}
            for each in terms.deselected
        ],
        "waived": [_waived(each) for each in terms.waived],
        "loosened": [
            {"kind": each.kind, "statement": str(each), "origin": each.origin or None}
            for each in loosenings(report, threshold)
        ],
    }


def _waived(each: Waived) -> dict[str, Any]:
    return {
        "rule_id": each.rule_id,
        "dataset": each.dataset,
        "variables": list(each.variables),
        "parameter": each.parameter or None,
        "message": each.message,
        "records": each.records,
        "reason": each.reason,
        "owner": each.owner,
        "expires": each.expires.isoformat(),
        "waiver": each.place,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "path": comparison.path or None,
        "sha256": comparison.sha256 or None,
        "fixed": [_known(each) for each in comparison.fixed],
        "not_judged": [_known(each) for each in comparison.not_judged],
    }


def _known(known: KnownFinding) -> dict[str, Any]:
    return {
        "rule_id": known.rule_id,
        "severity": str(known.severity),
        "dataset": known.dataset,
        "variables": list(known.variables),
        "parameter": known.parameter or None,
        "message": known.message,
        "records": known.records,
        "fingerprint": known.fingerprint,
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


def _definition(report: Report) -> dict[str, Any]:
    """The define.xml, where the study has one."""
    used = report.definition
    return {} if used is None else {"definition": {"path": used.path, "sha256": used.sha256 or None}}


def _events(each: EventCount) -> dict[str, Any]:
    return {
        "dataset": each.dataset,
        "parameter": each.parameter,
        "subjects": each.subjects,
        "events": each.events,
        "arm_variable": each.arm_variable or None,
        "arms": [{"arm": arm.arm, "subjects": arm.subjects, "events": arm.events} for arm in each.arms],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    listed = finding.keys.listed if finding.keys_shown else None
    return {
        "rule_id": finding.rule_id,
        "severity": str(finding.severity),
        "dataset": finding.dataset,
        "variable": finding.variables[0] if finding.variables else None,
        "variables": list(finding.variables),
        "parameter": finding.parameter or None,
        "cause": finding.cause or None,
        "title": finding.title or finding.message,
        "message": finding.worded,
        "records": finding.records,
        "examples": [_example(each) for each in finding.examples],
        "fingerprint": finding.fingerprint,
        "record_keys": None if listed is None else " ".join(listed),
        "standing": None if finding.standing is None else str(finding.standing),
        "new_records": finding.new_records,
        "earlier_records": finding.earlier_records,
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "record": example.record,
        "keys": {name: _plain(value) for name, value in example.keys.items()},
        "values": {name: _plain(value) for name, value in example.values.items()},
        "raw": None if example.raw is None else _raw(example.raw),
        "raw_of_variables": {name: _raw(each) for name, each in example.raw_of_variables.items()},
    }


def _raw(place: RawPlace) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}


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
