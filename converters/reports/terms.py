"""What a user set about how to judge, and the comparison with an earlier report, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from ...schemas.gate.finding import Finding, KnownFinding, Standing
from ...schemas.gate.report import JudgedDefinition, Policy, Report, Waived
from ...schemas.wording import counted, plain

REASONS = 6


def definition_said(used: JudgedDefinition) -> str:
    """The define.xml of a study: "adam/define.xml, Define-XML 2.1, SHA-256 0f3a…"."""
    sha256 = f", SHA-256 {used.sha256}" if used.sha256 else ""
    return f"{plain(used.path)}, Define-XML {used.version}{sha256}"


def terms_lines(terms: Policy) -> Iterator[str]:
    """Declarations, rules of the user's own, severities that were set, and what was set aside."""
    if terms.declared:
        yield "Declared: " + "; ".join(f"{name} {value}" for name, value in terms.declared.items())
    if terms.own_rules:
        yield f"Custom rules: {', '.join(terms.own_rules)}"
    if terms.severities:
        yield "Severity changed: " + ", ".join(f"{rules} {each}" for rules, each in terms.severities.items())
    if terms.deselected:
        yield _deselected(terms)
    if terms.judged_on is not None:
        yield f"Waivers evaluated as of {terms.judged_on.isoformat()}"


def _deselected(terms: Policy) -> str:
    """ "Deselected: 12 checks of 6 rules (ignore AD02 from adamgate.toml: 12)"."""
    rules = len({each.rule_id for each in terms.deselected})
    reasons = Counter(each.reason for each in terms.deselected)
    told = [f"{_from(reason, terms.origins)}: {number:,}" for reason, number in reasons.most_common(REASONS)]
    if len(reasons) > REASONS:
        told.append(f"{len(reasons) - REASONS} more")
    return (
        f"Deselected: {counted(len(terms.deselected), 'check')} of {counted(rules, 'rule')} "
        f"({'; '.join(told)})"
    )


def _from(reason: str, origins: Mapping[str, str]) -> str:
    option = reason.partition(" ")[0]
    origin = origins.get(option)
    if not origin:
        return reason
    return f"{origin}{reason.removeprefix(option)}" if origin.startswith("--") else f"{reason} from {origin}"


def waived_lines(terms: Policy) -> Iterator[str]:
    """Each waiver that met something, with who answers for it; its records together."""
    waived = sorted(terms.waived, key=_grant)
    for _, group in groupby(waived, key=_grant):
        entries = list(group)
        first = entries[0]
        records = sum(each.records for each in entries)
        what = counted(records, "record") if records else "the whole dataset"
        yield (
            f"{first.dataset} {first.rule_id}: {what}: {first.reason} "
            f"({first.owner}, until {first.expires.isoformat()})"
        )


def _grant(waived: Waived) -> tuple[str, str, str, str, str]:
    return waived.dataset, waived.rule_id, waived.reason, waived.owner, waived.expires.isoformat()


def standing(finding: Finding) -> str:
    """What a finding is beside the earlier report."""
    if finding.is_changed:
        return f"changed: {_change(finding)}"
    return "" if finding.standing is None else str(finding.standing)


def _change(finding: Finding) -> str:
    """ "2 new records, 5 in the earlier report"."""
    new = counted(finding.new_records, "new record") if finding.new_records else "no new records"
    return f"{new}, {finding.earlier_records:,} in the earlier report"


def comparison_count(report: Report) -> str:
    """ "1 new, 1 changed, 3 unchanged, 2 fixed"; empty where nothing was compared."""
    if report.comparison is None:
        return ""
    changed = sum(each.is_changed for each in report.findings)
    found = Counter(each.standing for each in report.findings if not each.is_changed)
    parts = [f"{found[Standing.NEW]} new", f"{changed} changed", f"{found[Standing.UNCHANGED]} unchanged"]
    parts.append(f"{len(report.comparison.fixed)} fixed")
    if report.comparison.not_judged:
        parts.append(f"{len(report.comparison.not_judged)} not judged")
    return ", ".join(parts)


def compared_lines(report: Report) -> Iterator[list[str]]:
    """Findings that are new, that changed, that are fixed, and those that could not be found again."""
    new = [each for each in report.findings if each.standing is Standing.NEW and not each.is_changed]
    yield [f"new: {_line(each)}" for each in new]
    yield [f"changed: {_line(each)} ({_change(each)})" for each in report.findings if each.is_changed]
    if report.comparison is not None:
        yield [f"fixed: {_line(each)}" for each in report.comparison.fixed]
        yield [f"not judged: {_line(each)}" for each in report.comparison.not_judged]


def _line(found: Finding | KnownFinding) -> str:
    size = f", {counted(found.records, 'record')}" if found.records else ""
    return f"{found.dataset} {found.rule_id} {found.severity}{size}: {found.sentence}"
