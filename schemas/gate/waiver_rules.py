"""Rules about waivers. They see how the gate was used, not the data, so that the gate runs them last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..rules.rule import Citation, Fault, Grain, Rule, RuleFunction, Scope
from ..severity import Severity
from ..study import columns
from ..study.dataset import Dataset
from ..wording import nearest, one_line
from .report import Waived
from .waivers import Waiver, Waivers


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
    scoped : tuple of str
        Datasets that selections, severities and rules of one's own name.
    """

    waivers: Waivers
    waived: tuple[Waived, ...]
    judged: frozenset[tuple[str, str]]
    datasets: Mapping[str, Dataset | None]
    scoped: tuple[str, ...] = ()


def unused(audit: Audit) -> Iterator[Fault]:
    """A waiver meets no finding.

    ## What it checks
    Each waiver in force whose rule judged its dataset: does it name at least one record at fault that no
    waiver before it names? Every entry of `records` is asked by itself.

    ## Not a fault
    A waiver whose rule did not judge (deselected, not applicable, not run), or whose dataset was not read.

    ## Why it matters
    The data were corrected, or the waiver names nothing because of a slip. Left where it is, it may one day
    hide a fault that nobody has looked at.

    ## Smallest fix
    Remove the waiver; or correct its keys: texts in quotes, numbers without, as the data hold them. Records
    are named by `records` or `values`; without them a waiver is about a fault of the whole dataset.
    """
    met = {each.place for each in audit.waived}
    for each in audit.waivers.all:
        judged = (each.rule, each.dataset) in audit.judged
        if judged and each.holds_on(audit.waivers.today) and each.place not in met:
            slip = _slip(each, audit.datasets.get(each.dataset))
            yield Fault(None, (), f"{each} meets no finding{slip}", cause=each.identity)


def _slip(waiver: Waiver, data: Dataset | None) -> str:
    """What the dataset tells of the names and kinds of value in a waiver that meets nothing."""
    if data is None:
        return ""
    asked = {**waiver.record, **({waiver.variable: None} if waiver.variable else {})}
    for variable, value in asked.items():
        if variable not in data:
            near = nearest(variable, data.names, 1)
            meant = f"; is {near[0]} meant?" if near else ""
            return f": {waiver.dataset} has no {one_line(variable, 40)}{meant}"
        if isinstance(value, str) and not data.is_character(variable) and not columns.is_date(data[variable]):
            return f": {variable} holds numbers, which stand without quotes"
        if isinstance(value, float) and data.is_character(variable):
            return f": {variable} holds texts, which stand in quotes"
    return ""


def expired(audit: Audit) -> Iterator[Fault]:
    """A waiver has expired.

    ## What it checks
    Each waiver: is its last day, `expires`, before today? Today is the date of the machine unless
    `--today` or `ADAMGATE_TODAY` says otherwise; the report states it.

    ## Why it matters
    It hides nothing any more: what it accepted counts again.

    ## Smallest fix
    Correct the data; or look at the finding again and give the waiver a new date.
    """
    for each in audit.waivers.all:
        if not each.holds_on(audit.waivers.today):
            last = each.expires.isoformat()
            yield Fault(None, (), f"{each} expired on {last}", cause=f"{each.identity} {last}")


def unread(audit: Audit) -> Iterator[Fault]:
    """A waiver, a selection or a rule of one's own names a dataset that was not read.

    ## What it checks
    The datasets that waivers, rules of one's own, `[rules.DATASET]` and names such as `ADAE:AD0269` speak of:
    were they read?

    ## Not a fault
    Settings of a whole study, where a part of it is judged: this is a note.

    ## Why it matters
    A slip in the name leaves the setting without effect.

    ## Smallest fix
    Correct the name, or judge the whole study.
    """
    named = (*(each.dataset for each in audit.waivers.all), *audit.scoped)
    for dataset in dict.fromkeys(named):
        if dataset not in audit.datasets:
            near = nearest(dataset, audit.datasets, 1)
            meant = f"; is {near[0]} meant?" if near else ""
            name = one_line(dataset, 40)
            yield Fault(None, (), f"settings name {name}, which was not read{meant}", cause=name)


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


UNREAD = _rule("WV003", "Settings name a dataset that was not read", Severity.NOTE, unread)


WAIVER_RULES = (
    _rule("WV001", "A waiver meets no finding", Severity.WARNING, unused),
    _rule("WV002", "A waiver has expired", Severity.WARNING, expired),
    UNREAD,
)
"""They judge how the gate is used; `rule_book` holds those that judge data."""


def about(rule: Rule, audit: Audit) -> Rule:
    """A rule about waivers, given what it is to judge in place of the study."""
    return replace(rule, function=lambda _study: rule.function(audit))
