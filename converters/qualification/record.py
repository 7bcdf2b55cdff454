"""The record of a qualification, and its JSON form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...schemas.rules.rule import Rule
from ...schemas.wording import counted
from .checked_case import CheckedCase, CheckedPart, NotRun
from .installation import Installation

SCHEMA_VERSION = "1.0"
INSTALLATION, RULES, FORMATS, TABLES = "installation", "rules", "formats", "tables"
EQUAL, DIFFERENT = "equal", "different"


@dataclass(frozen=True)
class QualificationRecord:
    """What was qualified, and with which result.

    Attributes
    ----------
    made : datetime
        The one thing in it that differs between two runs on one installation.
    installation : Installation
    rules : mapping of id to Rule
    parts : tuple of CheckedPart
    """

    made: datetime
    installation: Installation
    rules: Mapping[str, Rule]
    parts: tuple[CheckedPart, ...]

    @property
    def equal(self) -> bool:
        """Whether every case was observed as expected, and there were cases."""
        return all(each.cases or each.not_run for each in self.parts) and not any(self.different)

    @property
    def different(self) -> Iterator[CheckedCase]:
        return (case for part in self.parts for case in part.different)

    @property
    def not_run(self) -> Iterator[NotRun]:
        return (each for part in self.parts for each in part.not_run)

    @property
    def cases(self) -> int:
        return sum(len(part.cases) for part in self.parts)

    def lines(self) -> Iterator[str]:
        """The result in lines for people, the verdict last."""
        for part in self.parts:
            differ = f", {len(part.different)} different" if part.different else ""
            apart = f", {len(part.not_run)} not run" if part.not_run else ""
            subjects = counted(len({each.subject for each in part.cases}), "subject")
            yield f"{part.name}: {counted(len(part.cases), 'case')} of {subjects}{differ}{apart}"
        for absent in self.not_run:
            yield f"not run: {absent.subject}: {absent.reason}"
        for case in self.different:
            yield f"different: {case.subject}: {case.case}"
        differing = sum(1 for _ in self.different)
        if self.equal:
            yield f"EQUAL: adamgate {self.installation.version}, {counted(self.cases, 'case')} as expected"
        else:
            yield f"DIFFERENT: {counted(differing, 'case')} of {self.cases:,} not as expected"

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "schema_version": SCHEMA_VERSION,
            "made": self.made.isoformat(),
            "result": EQUAL if self.equal else DIFFERENT,
            "adamgate": self.installation.version,
            "counts": {
                "cases": self.cases,
                "different": sum(1 for _ in self.different),
                "not_run": sum(1 for _ in self.not_run),
            },
            "platform": dict(self.installation.platform),
            "dependencies": dict(self.installation.versions),
            "files": dict(self.installation.files),
            "files_sha256": self.installation.digest,
            "rules": list(self._rules()),
            "parts": [_part(each) for each in self.parts],
        }

    def _rules(self) -> Iterator[dict[str, Any]]:
        """Rule, citation, cases, result."""
        by_rule: dict[str, list[CheckedCase]] = defaultdict(list)
        for part in self.parts:
            if part.name == RULES:
                for case in part.cases:
                    by_rule[case.subject].append(case)
        for rule_id in sorted({*self.rules, *by_rule}):
            cases, rule = by_rule[rule_id], self.rules.get(rule_id)
            yield {
                "id": rule_id,
                "title": rule.title if rule is not None else "",
                "severity": str(rule.severity) if rule is not None else "",
                "since": rule.since if rule is not None else "",
                "changed": rule.changed if rule is not None else "",
                "citations": list(map(str, rule.citations)) if rule is not None else [],
                "cases": len(cases),
                "result": _result(bool(cases) and all(each.equal for each in cases)),
            }


def _part(part: CheckedPart) -> dict[str, Any]:
    return {
        "name": part.name,
        "result": _result(not part.different),
        "cases": [
            {
                "subject": each.subject,
                "case": each.case,
                "expected": list(each.expected),
                "observed": list(each.observed),
                "result": _result(each.equal),
            }
            for each in part.cases
        ],
        "not_run": [{"subject": each.subject, "reason": each.reason} for each in part.not_run],
    }


def _result(equal: bool) -> str:
    return EQUAL if equal else DIFFERENT
