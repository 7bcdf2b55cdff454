"""A report as SARIF 2.1.0, for code scanning and for editors that show findings beside a file.

A result for each finding, at the file of its dataset with its first record as line; for each waived finding
one that is suppressed; for each fixed finding of the baseline one that is absent. Checks that could not be
run are notifications. Subjects are not named: results are read by whoever sees the repository. No times: the
same report gives the same bytes.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...schemas.gate.finding import Finding, KnownFinding, Outcome, Standing, sentence
from ...schemas.gate.report import Report, Waived
from ...schemas.wording import counted, plain
from ..values.cited_run import cited_run
from .check_results import rules_of, titles_of
from .json_document import counts
from .places import Place, Places
from .presentation import Presentation, as_json
from .verdict import verdict_line

if TYPE_CHECKING:  # needs pandas; a report is claimed before libraries are loaded
    from ...schemas.rules.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS = 25_000
"""GitHub refuses a file with more; errors come first."""
_LONGEST = 1_000
"""Characters of a description that GitHub takes, less some."""
_STATES = {Standing.NEW: "new", Standing.UNCHANGED: "unchanged"}


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented, ending with a line break."""
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, presentation)]})


def _run(report: Report, presentation: Presentation) -> dict[str, Any]:
    places = Places.of(report)
    concerned = {each.rule_id for each in report.findings}
    concerned |= {each.rule_id for each in report.not_run}
    concerned |= {each.rule_id for each in report.terms.waived}
    fixed = report.comparison.fixed if report.comparison is not None else ()
    concerned |= {each.rule_id for each in fixed}
    indexes = {name: at for at, name in enumerate(sorted(concerned))}
    prints = Counter[str]()
    results = [_result(each, indexes, places, prints) for each in report.findings]
    results += [_waived(each, indexes, places) for each in report.terms.waived]
    results += [_fixed(each, indexes, places, prints) for each in fixed]
    notifications = [_not_run(each, indexes, places) for each in report.not_run]
    if report.not_judged:
        notifications.append(_notification("error", report.not_judged))
    if len(results) > RESULTS:
        rest = counted(len(results) - RESULTS, "result")
        notifications.append(_notification("warning", f"{rest} not in this file; the JSON report has all"))
    return {
        "tool": {
            "driver": {
                "name": "adamgate",
                "version": report.versions.get("adamgate", ""),
                "rules": _rules(indexes, report),
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.not_judged,
                "toolExecutionNotifications": notifications,
            }
        ],
        "artifacts": _artifacts(report, places),
        "columnKind": "unicodeCodePoints",
        "results": results[:RESULTS],
        "properties": {
            "adamgate": {
                "verdict": report.verdict(presentation.threshold),
                "statement": verdict_line(report, presentation.threshold),
                "counts": counts(report),
                "run": cited_run().get("run"),
            }
        },
    }


def _rules(indexes: Mapping[str, int], report: Report) -> list[dict[str, Any]]:
    """Those that results and notifications are of; of custom rules only the title is known."""
    known, titles = rules_of(report), titles_of(report)
    return [_rule(name, titles.get(name, name), known.get(name)) for name in indexes]


def _rule(rule_id: str, title: str, rule: Rule | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": plain(rule_id), "shortDescription": _message(_short(title))}
    if rule is None:
        return described | {"fullDescription": _message(_short(title))}
    page = inspect.cleandoc(rule.page)
    fault, _, _ = page.partition("\n## ")
    return described | {
        "fullDescription": _message(_short(" ".join(fault.split()) or title)),
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": {"tags": [rule.family, *map(str, rule.citations)]},
    }


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _result(
    finding: Finding, indexes: Mapping[str, int], places: Places, prints: Counter[str]
) -> dict[str, Any]:
    made = _of_rule(finding.rule_id, indexes) | {"level": str(finding.severity)}
    made |= _about(finding, finding.said, places.of_finding(finding))
    if finding.standing is not None:
        made["baselineState"] = "updated" if finding.is_changed else _STATES[finding.standing]
    return made | _prints(finding.fingerprint, prints)


def _fixed(
    known: KnownFinding, indexes: Mapping[str, int], places: Places, prints: Counter[str]
) -> dict[str, Any]:
    """A finding of the baseline that is not found any more, where its dataset is now."""
    made = _of_rule(known.rule_id, indexes) | {"level": str(known.severity), "baselineState": "absent"}
    made |= _about(known, known.sentence, places.of_dataset(known.dataset))
    return made | _prints(known.fingerprint, prints)


def _prints(fingerprint: str, prints: Counter[str]) -> dict[str, Any]:
    prints[fingerprint] += 1
    return {
        "partialFingerprints": {
            "adamgate/v1": fingerprint,
            "primaryLocationLineHash": f"{fingerprint}:{prints[fingerprint]}",
        }
    }


def _waived(waived: Waived, indexes: Mapping[str, int], places: Places) -> dict[str, Any]:
    """Of the severity that the rule has: that of the finding is not known any more."""
    said = sentence(waived.parameter, waived.message)
    made = _of_rule(waived.rule_id, indexes) | _about(waived, said, places.of_dataset(waived.dataset))
    reason = f"{waived.reason} ({waived.owner}, until {waived.expires.isoformat()})"
    made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": plain(reason)}]
    return made


def _of_rule(rule_id: str, indexes: Mapping[str, int]) -> dict[str, Any]:
    return {"ruleId": plain(rule_id), "ruleIndex": indexes[rule_id]}


def _about(of: Finding | Waived | KnownFinding, said: str, place: Place | None) -> dict[str, Any]:
    records = f" ({counted(of.records, 'record')})" if of.records else ""
    about = {
        "dataset": plain(of.dataset),
        "variables": [plain(name) for name in of.variables],
        "parameter": plain(of.parameter) if of.parameter else None,
        "records": of.records,
    }
    return {
        "message": _message(f"{said}{records}"),
        "locations": _locations(place, of.dataset, of.variables),
        **({"occurrenceCount": of.records} if of.records else {}),
        "properties": {"adamgate": about},
    }


def _not_run(outcome: Outcome, indexes: Mapping[str, int], places: Places) -> dict[str, Any]:
    made = _notification("error", f"{outcome.rule_id} could not be checked: {outcome.reason}")
    made["associatedRule"] = {"id": plain(outcome.rule_id), "index": indexes[outcome.rule_id]}
    made["locations"] = _locations(places.of_dataset(outcome.dataset), outcome.dataset, ())
    return made


def _notification(level: str, said: str) -> dict[str, Any]:
    return {"level": level, "message": _message(said)}


def _locations(place: Place | None, dataset: str, variables: Iterable[str]) -> list[dict[str, Any]]:
    """One: the file and the record, the dataset and its variables, each once."""
    logical = [{"name": plain(dataset), "fullyQualifiedName": plain(dataset)}]
    logical += [
        {"name": plain(name), "fullyQualifiedName": plain(f"{dataset}.{name}"), "kind": "variable"}
        for name in dict.fromkeys(variables)
    ]
    found: dict[str, Any] = {"logicalLocations": logical}
    if place is not None:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": place.uri},
            "region": {"startLine": place.line},
        }
    return [found]


def _artifacts(report: Report, places: Places) -> list[dict[str, Any]]:
    """The files that were judged and the define.xml, each once."""
    hashes = {
        place.uri: each.sha256
        for each in report.inputs
        if each.path and (place := places.of_dataset(each.dataset)) is not None
    }
    if report.definition is not None:
        hashes[Place(places.definition).uri] = report.definition.sha256
    return [
        {"location": {"uri": uri}} | ({"hashes": {"sha-256": sha256}} if sha256 else {})
        for uri, sha256 in hashes.items()
    ]


def _message(said: str) -> dict[str, str]:
    """A text in which nothing is a link, as [this](that) would be."""
    return {"text": plain(said).replace("](", "] (")}
