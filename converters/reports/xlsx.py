"""A report as an Excel workbook, with the sheets that reports of CDISC conformance have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...schemas.gate.finding import Example, Finding, Status
from ...schemas.gate.loosening import loosenings
from ...schemas.gate.report import Report
from ...schemas.severity import Severity
from ..values.cited_run import cited_lines
from .check_results import check_results, titles_of
from .marks import signature
from .presentation import Presentation
from .terms import comparison_count, definition_said, standing, terms_lines
from .workbook import CellRow, Sheet, workbook

_WIDTHS = {
    "Property": 26,
    "Value": 100,
    "Title": 70,
    "Message": 70,
    "Reason": 50,
    "Keys": 50,
    "File": 40,
    "Label": 32,
    "Values": 30,
    "Raw record": 24,
    "Variables": 20,
    "Owner": 20,
    "Waiver": 20,
    "SHA-256": 20,
    "Fingerprint": 20,
    "Since baseline": 14,
    "Outcome": 14,
}
"""Of columns, in characters."""
_USUAL = 12


def render(report: Report, presentation: Presentation) -> bytes:
    """The workbook."""
    sheets = (
        _sheet("Conformance Details", "Property|Value", _about(report, presentation)),
        _sheet(
            "Dataset Details",
            "Dataset|Label|Structure|Records|Variables|File|Format|Encoding|SHA-256|Errors|Warnings|Notes",
            _datasets(report),
        ),
        _sheet("Issue Summary", "Dataset|Rule|Severity|Title|Findings|Records", _summary(report)),
        _sheet(
            "Issue Details",
            "Finding|Severity|Dataset|Rule|Parameter|Variables|Message|Records|Since baseline|"
            "Record|Raw record|Keys|Values|Fingerprint",
            _details(report),
        ),
        _sheet("Rules Report", "Rule|Dataset|Title|Outcome|Findings|Reason", _checks(report)),
        _sheet(
            "Waived",
            "Dataset|Rule|Parameter|Variables|Message|Records|Reason|Owner|Expires|Waiver",
            _waived(report),
        ),
    )
    return workbook(sheets, "adamgate report", signature())


def _sheet(name: str, columns: str, rows: Iterable[CellRow]) -> Sheet:
    return Sheet(name, tuple((each, _WIDTHS.get(each, _USUAL)) for each in columns.split("|")), [*rows])


def _about(report: Report, presentation: Presentation) -> Iterator[CellRow]:
    threshold = presentation.threshold
    yield "Verdict", report.verdict(threshold).upper()
    if report.not_judged:
        yield "Reason", report.not_judged
    yield "Fails on", "never" if threshold is None else str(threshold)
    yield from (("Loosened by", str(each)) for each in loosenings(report, threshold))
    yield from _counts(report)
    if report.comparison is not None:
        yield "Compared with", report.comparison.path or "the earlier report"
        yield "Comparison", comparison_count(report)
    for name, version in report.standards.items():
        origin = report.terms.origins.get(name)
        yield f"Standard: {name}", version + (f" ({origin})" if origin else "")
    if report.definition is not None:
        yield "define.xml", definition_said(report.definition)
    yield from (("Setting", line) for line in terms_lines(report.terms))
    yield from (("Note from reading", str(note)) for note in report.notes)
    yield from (("Run", line.strip()) for line in cited_lines())
    for each in report.inferred:
        about = f"{each.dataset} {each.parameter or each.subject}"
        yield "Inferred from the data", f"{about}: {each.statement}"
    yield from ((f"Version: {name}", version) for name, version in sorted(report.versions.items()))


def _counts(report: Report) -> Iterator[CellRow]:
    yield "Datasets", len(report.inputs)
    yield from ((f"Findings: {each}", report.count(each)) for each in reversed(Severity))
    yield from ((f"Checks: {each}", report.count(each)) for each in Status)
    yield "Checks: deselected", len(report.terms.deselected)
    yield "Records waived", sum(each.records for each in report.terms.waived)


def _datasets(report: Report) -> Iterator[CellRow]:
    """A row for each dataset; for what findings are about and is none, as the study, its counts."""
    inputs = {each.dataset: each for each in report.inputs}
    for name in dict.fromkeys((*inputs, *(each.dataset for each in report.findings))):
        found = [each.severity for each in report.findings if each.dataset == name]
        counts = (found.count(each) for each in reversed(Severity))
        if (known := inputs.get(name)) is None:
            yield name, *[None] * 8, *counts
            continue
        size = known.records, known.variables
        source = known.path, known.format, known.encoding, known.sha256
        yield name, known.label, known.structure, *size, *source, *counts


def _summary(report: Report) -> Iterator[CellRow]:
    """Findings of one rule in one dataset together."""
    titles = titles_of(report)
    groups: dict[tuple[str, str, Severity], list[Finding]] = {}
    for each in report.findings:
        groups.setdefault((each.dataset, each.rule_id, each.severity), []).append(each)
    for (dataset, rule_id, severity), found in groups.items():
        records = sum(each.records for each in found)
        yield dataset, rule_id, str(severity), titles.get(rule_id, ""), len(found), records


def _details(report: Report) -> Iterator[CellRow]:
    """A row for each record that a finding has as example; one for a finding of a dataset as a whole."""
    for number, each in enumerate(report.findings, 1):
        about = number, str(each.severity), each.dataset, each.rule_id, each.parameter
        said = ", ".join(each.variables), each.worded, each.records, standing(each)
        for record in map(_record, each.examples) if each.examples else [(None, "", "", "")]:
            yield *about, *said, *record, each.fingerprint


def _record(example: Example) -> CellRow:
    _, _, raw = example.place.partition(", ")
    return example.record, raw, _named(example.keys), _named(example.values)


def _named(values: Mapping[str, Any]) -> str:
    """ "USUBJID = 01-001, PARAMCD = OS"."""
    return ", ".join(
        f"{name} = {'missing' if each is None or each == '' else each}" for name, each in values.items()
    )


def _checks(report: Report) -> Iterator[CellRow]:
    titles = titles_of(report)
    for each in check_results(report):
        title = titles.get(each.rule_id, "")
        yield each.rule_id, each.dataset, title, str(each.status), len(each.findings), each.reason


def _waived(report: Report) -> Iterator[CellRow]:
    for each in report.terms.waived:
        about = each.dataset, each.rule_id, each.parameter, ", ".join(each.variables), each.message
        yield *about, each.records, each.reason, each.owner, each.expires.isoformat(), each.place
