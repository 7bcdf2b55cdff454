"""A report as JUnit XML, by the schema of Jenkins: a suite for each dataset, a test case for each check.

A check fails where it has a finding that fails the gate; lesser findings are its output. A check that could
not be run is an error, one that is not applicable is skipped. No times: the same report gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ...schemas.gate.finding import Finding, Status
from ...schemas.gate.report import JudgedDefinition, Report
from ...schemas.severity import Severity
from ...schemas.wording import counted, plain
from ..values.cited_run import cited_lines
from .check_results import CheckResult, check_results, titles_of
from .examples import examples_of
from .presentation import Detail, Presentation
from .terms import definition_said, standing
from .verdict import verdict_line

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented, ending with a line break."""
    root = _element("testsuites", name="adamgate")
    suites = [_not_judged(report)] if report.not_judged else _suites(report, presentation)
    root.extend(suites)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    ElementTree.indent(root)
    return _DECLARATION + ElementTree.tostring(root, encoding="unicode") + "\n"


def _not_judged(report: Report) -> ElementTree.Element:
    suite = _element("testsuite", name="adamgate", tests="1", failures="0", errors="1", skipped="0")
    case = _within(suite, "testcase", name="verdict", classname="adamgate")
    _within(case, "error", type=report.verdict(), message=report.not_judged)
    return suite


def _suites(report: Report, presentation: Presentation) -> list[ElementTree.Element]:
    """One for each dataset, with what its checks came to."""
    by_dataset: dict[str, list[CheckResult]] = {each.dataset: [] for each in report.inputs}
    for each in check_results(report):
        by_dataset.setdefault(each.dataset, []).append(each)
    refusing = frozenset(map(id, report.refusing(presentation.threshold)))
    titles = titles_of(report)
    everything = presentation.detail is Detail.EVERYTHING
    verdict = verdict_line(report, presentation.threshold)
    suites = []
    for dataset, results in by_dataset.items():
        suite = _element("testsuite", name=dataset, tests=str(len(results)))
        _properties(suite, verdict, results, report.definition)
        for each in results:
            case = _within(suite, "testcase", name=_name(each, titles.get(each.rule_id, "")))
            case.set("classname", plain(f"adamgate.{dataset}"))
            _outcome(case, each, refusing, everything)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
        suites.append(suite)
    return suites


def _properties(
    suite: ElementTree.Element,
    verdict: str,
    results: Sequence[CheckResult],
    definition: JudgedDefinition | None,
) -> None:
    """The verdict on the study, which states what loosened the gate, and the findings of the dataset."""
    properties = _within(suite, "properties")
    found = [finding.severity for each in results for finding in each.findings]
    values = {"verdict": verdict} | {
        f"findings.{each}": str(found.count(each)) for each in reversed(Severity)
    }
    run = "; ".join(each.strip() for each in cited_lines())
    values |= {"run": run} if run else {}
    values |= {"define.xml": definition_said(definition)} if definition else {}
    for name, value in values.items():
        _within(properties, "property", name=name, value=value)


def _name(result: CheckResult, title: str) -> str:
    return plain(f"{result.rule_id} {title}".rstrip())


def _outcome(
    case: ElementTree.Element, result: CheckResult, refusing: frozenset[int], everything: bool
) -> None:
    failing = [finding for finding in result.findings if id(finding) in refusing]
    lines = "\n".join(_line(finding, everything) for finding in result.findings)
    if result.status is Status.NOT_RUN:
        _within(case, "error", type=result.status, message=result.reason)
    elif result.status is Status.NOT_APPLICABLE:
        _within(case, "skipped", message=result.reason)
    if failing:
        first = max(failing, key=lambda finding: finding.severity)
        more = f" (and {counted(len(failing) - 1, 'more finding')})" if len(failing) > 1 else ""
        _within(case, "failure", type=first.severity, message=first.said + more).text = lines
    elif lines:
        _within(case, "system-out").text = lines


def _line(finding: Finding, everything: bool) -> str:
    """ "error: OS: AVAL is negative [AVAL] (new): 4 records by USUBJID: 01-001 (record 3); …"."""
    about = f" [{', '.join(finding.variables)}]" if finding.variables else ""
    since = f" ({standing(finding)})" if finding.standing is not None else ""
    records = f": {counted(finding.records, 'record')}" if finding.records else ""
    examples = examples_of(finding, everything=everything) if records else ""
    return plain(f"{finding.severity}: {finding.said}{about}{since}{records}{examples}")


def _element(tag: str, **attributes: str) -> ElementTree.Element:
    """Texts from outside as one line without control characters: XML 1.0 has no place for those."""
    return ElementTree.Element(tag, {name: plain(value) for name, value in attributes.items()})


def _within(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    child = _element(tag, **attributes)
    parent.append(child)
    return child
