"""The examples of every rule: studies that break it, and studies that come close and do not."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from ...schemas.gate.finding import Finding
from ...schemas.gate.report import Report
from ...schemas.gate.selection import full_book
from ...schemas.gate.validate import judge
from ...schemas.gate.waivers import Waiver
from ...schemas.standards.versions import Standards
from ...schemas.study.definition import SchemaProblem
from .checked_case import CheckedCase, failure
from .stored_answers import StoredStudies, declarations, stored

FILE = "rules.json"


def rule_cases(document: Mapping[str, Any] | None = None) -> Iterator[CheckedCase]:
    """Every example of every rule, judged; a rule without an example is one that differs."""
    held = stored(FILE) if document is None else document
    studies, known = StoredStudies(held), set(full_book())
    alike: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case in held["cases"]:
        alike[_circumstances(case)].append(case)
    reports = {
        each: judged(studies, cases[0], known.intersection(case["rule"] for case in cases))
        for each, cases in alike.items()
    }
    times: Counter[tuple[str, str]] = Counter()
    for case in held["cases"]:
        report = reports[_circumstances(case)]
        observed = failure(report) if isinstance(report, Exception) else observations(report, case["rule"])
        times[case["rule"], case["test"]] += 1
        name = f"{case['test']}, example {times[case['rule'], case['test']]}"
        yield CheckedCase(case["rule"], name, tuple(case["expected"]), observed)
    for rule_id in sorted(known.difference(case["rule"] for case in held["cases"])):
        yield CheckedCase(rule_id, "examples", ("at least one is stored",), ("none is stored",))


def _circumstances(case: Mapping[str, Any]) -> str:
    """What decides a report, beside the rules."""
    names = ("datasets", "define", "schema_problems", "declared", "standards", "waivers", "today")
    return json.dumps({name: case[name] for name in names if name in case})


def judged(studies: StoredStudies, case: Mapping[str, Any], rules: Collection[str]) -> Report | Exception:
    """A report, or the error in its place: whatever is wrong with one case, others are run."""
    try:
        waivers = [
            Waiver(**{**each, "expires": date.fromisoformat(each["expires"])})
            for each in case.get("waivers", ())
        ]
        problems = [SchemaProblem(*each) for each in case.get("schema_problems", ())]
        return judge(
            studies.study(
                case["datasets"], case.get("define"), problems if "schema_problems" in case else None
            ),
            declarations=declarations(json.dumps(case["declared"])) if "declared" in case else None,
            standards=Standards(**case["standards"]) if "standards" in case else None,
            waivers=waivers,
            today=date.fromisoformat(case["today"]) if "today" in case else None,
            rules=None if waivers else rules,  # rules about waivers see those of all others
        )
    except Exception as error:
        return error


def observations(report: Report, rule_id: str) -> tuple[str, ...]:
    """What a report says of a rule: the outcome in each dataset that it judged, and its findings."""
    outcomes = (f"{each.dataset}: {each.status}" for each in report.outcomes if each.rule_id == rule_id)
    findings = (_said(each) for each in report.findings if each.rule_id == rule_id)
    return (*outcomes, *findings)


def _said(finding: Finding) -> str:
    """Severity, variables, parameter, records and message of a finding."""
    numbers = ", ".join(str(each.record) for each in finding.examples)
    where = f"{finding.records} records: {numbers}" if finding.records else "the whole dataset"
    line = f", line {finding.line}" if finding.line else ""
    about = f" ({finding.parameter})" if finding.parameter else ""
    named = " ".join((finding.dataset, ", ".join(finding.variables))).strip()
    return f"{finding.severity}: {named}{about}, {where}{line}: {finding.message}"
