"""Rules about waivers. They see how the gate was used, not the data, so that the gate runs them last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..rules.rule import Citation, Fault, Grain, Rule, RuleFunction
from ..rules.scope import Scope
from ..severity import Severity
from ..study import columns
from ..study.dataset import Dataset
from ..wording import nearest, one_line
from .finding import Finding
from .report import Waived
from .waivers import Waiver, Waivers

_LISTED = 12


@dataclass(frozen=True, slots=True)
class Audit:
    """How the waivers of a study were used.

    Attributes
    ----------
    waivers : Waivers
    waived : tuple of Waived
        What they hid.
    judged : frozenset of (rule id, dataset)
        What was judged, so that a waiver could have been of use.
    datasets : mapping of name to Dataset or None
        What was read; None stands for the study as a whole.
    findings : tuple of Finding
        What they left.
    scoped : tuple of str
        Datasets that selections, severities and rules of one's own name.
    """

    waivers: Waivers
    waived: tuple[Waived, ...]
    judged: frozenset[tuple[str, str]]
    datasets: Mapping[str, Dataset | None]
    findings: tuple[Finding, ...] = ()
    scoped: tuple[str, ...] = ()


def unused(audit: Audit) -> Iterator[Fault]:
    """A waiver matches no finding.

    ## What it checks
    Each waiver in force whose rule ran on its dataset matches at least one record of a finding that no
    earlier waiver matches. Each entry of `records` is checked separately.

    ## Not a fault
    A waiver whose rule did not run (deselected, not applicable, not run), or whose dataset was not
    read.

    ## Why it matters
    The data were corrected, or the waiver has a typing error. A waiver that is kept may later hide a
    finding that nobody has reviewed.

    ## Smallest fix
    Remove the waiver, or correct its keys: character values in quotes, numbers without, exactly as in
    the data. Records are identified by `records` or `values`; without them a waiver applies to a
    finding about the whole dataset.
    """
    met = {each.place for each in audit.waived}
    findings: dict[tuple[str, str], list[Finding]] = {}
    for finding in audit.findings:
        findings.setdefault((finding.rule_id, finding.dataset), []).append(finding)
    for each in audit.waivers.all:
        judged = (each.rule, each.dataset) in audit.judged
        if judged and each.holds_on(audit.waivers.today) and each.place not in met:
            slip = _slip_of_keys(each, audit.datasets.get(each.dataset))
            slip = slip or _slip_of_scope(each, findings.get((each.rule, each.dataset), ()))
            yield Fault(None, (), f"{each} matches no finding{slip}", cause=each.identity)


def _slip_of_scope(waiver: Waiver, findings: Sequence[Finding]) -> str:
    """What the findings of its rule tell of a waiver that meets none of them."""
    concerned = [each for each in findings if waiver.is_of(each.parameter)]
    if not concerned:
        known = sorted({each.parameter for each in findings if each.parameter})
        about = f"; its findings are about {_listed(known)}" if known else ""
        asked = f"{waiver.rule} has no finding of PARAMCD {one_line(waiver.parameter, 40)}{about}"
        return f": {asked}" if findings else ""
    if not waiver.names_records and any(each.records for each in concerned):
        return ": it names no records, so it covers only a finding about the whole dataset"
    if waiver.names_records and not any(each.records for each in concerned):
        return f": the finding of {waiver.rule} is about the whole dataset; remove records and values"
    return ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(each, 40) for each in names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more"


def _slip_of_keys(waiver: Waiver, data: Dataset | None) -> str:
    """What the dataset tells of the names and kinds of value in a waiver that meets nothing."""
    if data is None:
        return ""
    asked = {**waiver.record, **({waiver.variable: None} if waiver.variable else {})}
    for variable, value in asked.items():
        if variable not in data:
            near = nearest(variable, data.names, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            return f": {one_line(variable, 40)} is not present in {waiver.dataset}{meant}"
        if isinstance(value, str) and not data.is_character(variable) and not columns.is_date(data[variable]):
            return f": {variable} is not character; write its values without quotes"
        if isinstance(value, float) and data.is_character(variable):
            return f": {variable} is character; write its values in quotes"
    return ""


def expired(audit: Audit) -> Iterator[Fault]:
    """A waiver has expired.

    ## What it checks
    The last day of each waiver, `expires`, is not before today. Today is the system date unless
    `--today` or `ADAMGATE_TODAY` gives another date; the report states it.

    ## Why it matters
    The waiver no longer applies: the findings it accepted count again.

    ## Smallest fix
    Correct the data, or review the finding again and give the waiver a new date.
    """
    for each in audit.waivers.all:
        if not each.holds_on(audit.waivers.today):
            last = each.expires.isoformat()
            yield Fault(None, (), f"{each} expired on {last}", cause=f"{each.identity} {last}")


def unread(audit: Audit) -> Iterator[Fault]:
    """A waiver, a rule selection or a custom rule refers to a dataset that was not read.

    ## What it checks
    The datasets in waivers, custom rules, `[rules.DATASET]` and names such as `ADAE:AD0269` were read.

    ## Not a fault
    Settings for a whole study when only part of it is checked: hence a note.

    ## Why it matters
    A setting with a misspelled dataset name has no effect.

    ## Smallest fix
    Correct the name, or check the whole study.
    """
    named = (*(each.dataset for each in audit.waivers.all), *audit.scoped)
    for dataset in dict.fromkeys(named):
        if dataset not in audit.datasets:
            near = nearest(dataset, audit.datasets, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            name = one_line(dataset, 40)
            yield Fault(None, (), f"settings refer to {name}, which was not read{meant}", cause=name)


def _rule(rule_id: str, title: str, severity: Severity, function: RuleFunction) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        severity=severity,
        family="waivers",
        grain=Grain.STUDY,
        scope=Scope(),
        citations=(Citation("adamgate"),),
        function=function,
    )


UNREAD = _rule("WV003", "Settings refer to a dataset that was not read", Severity.NOTE, unread)


WAIVER_RULES = (
    _rule("WV001", "Waiver matches no finding", Severity.WARNING, unused),
    _rule("WV002", "Waiver has expired", Severity.WARNING, expired),
    UNREAD,
)
"""They judge how the gate is used; `rule_book` holds those that judge data."""


def about(rule: Rule, audit: Audit) -> Rule:
    """A rule about waivers, given what it is to judge in place of the study."""
    return replace(rule, function=lambda _study: rule.function(audit))
