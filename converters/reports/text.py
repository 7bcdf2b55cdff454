"""A report as text for people: the verdict and the counts first, then what there is to see to.

A clean study takes at most some twenty lines however many datasets it has; `Detail.EVERYTHING` lifts
every limit. Nothing is said by colour alone, and nothing from a file can carry terminal codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ...schemas.gate.finding import Finding, Inferred, Outcome, Status
from ...schemas.gate.loosening import loosenings
from ...schemas.gate.report import Policy, Report
from ...schemas.severity import Severity
from ...schemas.wording import counted, plain
from ..values.cited_run import cited_lines
from .examples import examples_of
from .gathering import of_one_cause, on_many_records
from .presentation import Detail, Presentation
from .terms import compared_lines, comparison_count, definition_said, standing, terms_lines, waived_lines

if TYPE_CHECKING:  # needs numpy; a report is claimed before libraries are loaded
    from ...schemas.gate.event_counts import ArmCount

INPUTS = 6
PARAMETERS = 6
INFERENCES = 5
NOTES = 4
RULES_OF_ONE_REASON = 6
NOT_RUN = 10
COMPARED = 5
WAIVED = 5
FINDINGS_OF_A_RULE = 3
ALIKE = 12

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_INPUT_COLUMNS: tuple[JustifyMethod, ...] = ("left", "left", "right", "right", "left")
_EVENT_COLUMNS: tuple[JustifyMethod, ...] = ("left", "right", "right", "left")
_RELEVANT = ("AVAL", "STARTDT", "selection", "cut-off", "TRTEMFL")
"""What was inferred, in the order of what it changes in a survival table; anything else comes after it."""
_OUTCOME_COLUMNS: tuple[JustifyMethod, ...] = ("left", "left", "left", "right")


def render(report: Report, presentation: Presentation) -> str:
    """The text, ending with a line break."""
    return printed(report, presentation)


def printed(report: Report, presentation: Presentation, blocks: Blocks | None = None) -> str:
    """Some blocks of a report, all of them by default, ending with a line break."""
    out = StringIO()
    console = Console(
        file=out,
        width=presentation.width,
        force_terminal=presentation.colour,
        color_system="standard" if presentation.colour else None,
        no_color=not presentation.colour,
        legacy_windows=False,
        force_jupyter=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for block in (blocks or _blocks)(report, presentation):
        console.print(block, soft_wrap=presentation.detail is Detail.VERDICT)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


TextBlock = Text | Table | Padding
Blocks = Callable[[Report, Presentation], Iterator[TextBlock]]


def refusing_blocks(report: Report, _: Presentation) -> Iterator[TextBlock]:
    """The findings, and what could not be checked."""
    yield from _findings(report, everything=False)
    yield from _not_run(report.not_run, everything=False)


def _blocks(report: Report, presentation: Presentation) -> Iterator[TextBlock]:
    everything = presentation.detail is Detail.EVERYTHING
    yield _verdict(report, presentation.threshold)
    if report.not_judged:
        return
    if presentation.detail is Detail.VERDICT:
        return
    yield Text(_counts(report))
    yield from _standards(report)
    yield from (Text(plain(line)) for line in terms_lines(report.terms))
    yield from _inputs(report, everything)
    yield from (Text(plain(line)) for line in cited_lines())
    yield from _events(report, everything)
    yield from _inferred(report.inferred, everything)
    yield from _notes(report, everything)
    yield from _findings(report, everything)
    yield from _comparison(report, everything)
    yield from _waived(report.terms, everything)
    yield from _not_run(report.not_run, everything)
    if everything:
        yield from _outcomes(report.outcomes)
    if report.findings:
        yield Text()
        first = report.findings[0].rule_id
        yield Text(f"What a rule checks, why, and the smallest fix: adamgate explain {first}")


def _verdict(report: Report, threshold: Severity | None) -> Text:
    word = Text(report.verdict(threshold).upper(), "bold red" if report.refuses(threshold) else "bold green")
    if report.not_judged:
        return Text.assemble(word, f"  {plain(report.not_judged)}")
    parts = [
        counted(report.count(severity), severity) for severity in reversed(Severity) if report.count(severity)
    ]
    if report.not_run:
        parts.append(f"{counted(len(report.not_run), 'check')} not run")
    told = [", ".join(parts) or "no findings"]
    limit = f"fails on: {threshold}"
    for each in loosenings(report, threshold):
        if each.kind == "baseline":
            told.append(comparison_count(report) + (f" since {each.origin}" if each.origin else ""))
            limit += ", new findings only"
        elif each.kind == "fail_on":
            limit = each.what + (f", from {each.origin}" if each.origin else "")
        else:
            told.append(str(each))
    return Text.assemble(word, f"  {plain('; '.join(told))} ({plain(limit)})")


def _counts(report: Report) -> str:
    rules = len({outcome.rule_id for outcome in report.outcomes})
    return (
        f"{counted(len(report.inputs), 'dataset')}, {counted(rules, 'rule')}, "
        f"{counted(len(report.outcomes), 'check')}: "
        + ", ".join(f"{report.count(status):,} {status}" for status in Status)
    )


def _standards(report: Report) -> Iterator[TextBlock]:
    named = []
    for name, version in report.standards.items():
        origin = report.terms.origins.get(name)
        named.append(f"{name} {version}" + (f" ({plain(origin)})" if origin else ""))
    if named:
        yield Text(f"Standards: {', '.join(named)}")


def _inputs(report: Report, everything: bool) -> Iterator[TextBlock]:
    table = Table.grid(padding=(0, 2))
    for justify in _INPUT_COLUMNS:
        table.add_column(justify=justify, overflow="fold")
    shown, more = _limited(report.inputs, INPUTS, everything)
    for each in shown:
        kind = each.structure if each.structure != each.dataset else ""
        size = counted(each.records, "record"), counted(each.variables, "variable")
        source = ", ".join(plain(part) for part in (each.path, each.format) if part)
        table.add_row(plain(each.dataset), kind, *size, source)
    yield from _section("Datasets", [table] if shown else [], more)
    if report.definition is not None:
        yield Text(f"define.xml: {definition_said(report.definition)}")


def _events(report: Report, everything: bool) -> Iterator[TextBlock]:
    table = Table.grid(padding=(0, 2))
    for justify in _EVENT_COLUMNS:
        table.add_column(justify=justify, overflow="fold")
    shown, more = _limited(report.events, PARAMETERS, everything)
    for each in shown:
        arms = ", ".join(map(_arm, each.arms))
        size = counted(each.subjects, "subject"), counted(each.events, "event")
        by_arm = f"by {each.arm_variable}: {arms}" if len(each.arms) > 1 else ""
        table.add_row(plain(f"{each.dataset} {each.parameter}"), *size, plain(by_arm))
    yield from _section("Events", [table] if shown else [], more)


def _arm(arm: ArmCount) -> str:
    """ "Placebo 22 of 30", "no arm 0 of 1"; without a name where values are not shown."""
    name = "" if arm.arm is None else f"{arm.arm or 'no arm'} "
    return f"{name}{arm.events:,} of {arm.subjects:,}"


def _inferred(inferred: Sequence[Inferred], everything: bool) -> Iterator[TextBlock]:
    """What is the same of several parameters on one line, what a reader would object to first.

    What times are made of comes first, and events' days last.
    """
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in inferred:
        alike.setdefault((each.dataset, each.subject, each.statement), []).append(each.parameter)
    groups = sorted(alike.items(), key=lambda group: _relevance(group[0][1]))
    shown, more = _limited(groups, INFERENCES, everything)
    lines = [
        Text(plain(f"{dataset} {_some(list(filter(None, names)), everything) or subject}: {statement}"))
        for (dataset, subject, statement), names in shown
    ]
    yield from _section("Inferred from the data", lines, more)


def _relevance(subject: str) -> int:
    return _RELEVANT.index(subject) if subject in _RELEVANT else len(_RELEVANT)


def _notes(report: Report, everything: bool) -> Iterator[TextBlock]:
    shown, more = _limited(report.notes, NOTES, everything)
    yield from _section("Notes from reading", [Text(plain(note)) for note in shown], more)


def _findings(report: Report, everything: bool) -> Iterator[TextBlock]:
    datasets = list(dict.fromkeys(finding.dataset for finding in report.findings))
    place = {each.dataset: number for number, each in enumerate(report.inputs)}
    for dataset in sorted(datasets, key=lambda name: place.get(name, -1)):
        yield Text()
        yield Text(plain(dataset), "bold")
        mine = [finding for finding in report.findings if finding.dataset == dataset]
        summed_up = () if everything else on_many_records(mine)
        singly = [finding for finding in mine if finding not in summed_up]
        together = [(each,) for each in singly] if everything else of_one_cause(singly)
        for _, group in groupby(together, key=lambda alike: (alike[0].severity, alike[0].rule_id)):
            of_rule = list(group)
            shown, more = _limited(of_rule, FINDINGS_OF_A_RULE, everything)
            for finding, *others in shown:
                yield from _finding(finding, everything, others)
            if more:
                yield Text(f"  … {more} more of {of_rule[0][0].rule_id}")
        if summed_up:
            yield _summary(summed_up)


def _summary(notes: Sequence[Finding]) -> Text:
    """One line for notes that concern many records each."""
    records: dict[str, int] = {}
    for note in notes:
        records[note.rule_id] = max(note.records, records.get(note.rule_id, 0))
    listed = ", ".join(f"{rule_id} ({number:,} records)" for rule_id, number in records.items())
    word = Severity.NOTE.ljust(len(Severity.WARNING))
    return Text.assemble("  ", (word, _STYLE[Severity.NOTE]), f"  {plain(listed)} (-v shows them)")


def _finding(finding: Finding, everything: bool, others: Sequence[Finding] = ()) -> Iterator[TextBlock]:
    row = Table.grid(padding=(0, 2))
    row.add_column(no_wrap=True)
    row.add_column()
    row.add_column(overflow="fold")
    concerns = f" [{', '.join(finding.variables)}]" if finding.variables and not others else ""
    body = Text(plain(finding.said + concerns))
    if others:
        body.append(plain(f"; likewise {_listed([other.variables[0] for other in others])}"))
        ids = dict.fromkeys(other.rule_id for other in others if other.rule_id != finding.rule_id)
        body.append(plain(f" ({_listed(list(ids))})" if ids else ""))
    if finding.standing is not None:
        body.append(f" ({standing(finding)})", "bold")
    if finding.records:
        body.append(f"\n{counted(finding.records, 'record')}", "bold")
        body.append(examples_of(finding, everything=everything))
    # Filled up here: versions of rich differ in whether the width of a column has its padding in it.
    word = Text(finding.severity.ljust(len(Severity.WARNING)), _STYLE[finding.severity])
    row.add_row(word, Text(plain(finding.rule_id)), body)
    yield Padding(row, (0, 0, 0, 2))


def _listed(names: Sequence[str]) -> str:
    shown, more = _limited(names, ALIKE, everything=False)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _comparison(report: Report, everything: bool) -> Iterator[TextBlock]:
    if report.comparison is None:
        return
    lines, rest = [comparison_count(report)], 0
    for of_one_kind in compared_lines(report):
        shown, more = _limited(of_one_kind, COMPARED, everything)
        lines += shown
        rest += more
    path = report.comparison.path
    yield from _section(
        f"Compared with {plain(path)}" if path else "Compared with the earlier report",
        [Text(plain(line)) for line in lines],
        rest,
    )


def _waived(terms: Policy, everything: bool) -> Iterator[TextBlock]:
    shown, more = _limited(list(waived_lines(terms)), WAIVED, everything)
    yield from _section("Waived", [Text(plain(line)) for line in shown], more)


def _not_run(not_run: Sequence[Outcome], everything: bool) -> Iterator[TextBlock]:
    rules: dict[tuple[str, str], list[str]] = {}
    for each in not_run:
        rules.setdefault((each.dataset, each.reason), []).append(each.rule_id)
    shown, more = _limited(list(rules.items()), NOT_RUN, everything)
    lines = [Text(plain(f"{dataset} {_some(ids, everything)}: {reason}")) for (dataset, reason), ids in shown]
    yield from _section("Could not be checked (fails the gate)", lines, more)


def _some(ids: Sequence[str], everything: bool) -> str:
    """Rules that are not run for one reason: "TTE009, TTE011, TTE012 and 15 more"."""
    shown, more = _limited(ids, RULES_OF_ONE_REASON, everything)
    return f"{', '.join(shown)}{f' and {more} more' if more else ''}"


def _outcomes(outcomes: Sequence[Outcome]) -> Iterator[TextBlock]:
    table = Table.grid(padding=(0, 2))
    for justify in _OUTCOME_COLUMNS:
        table.add_column(justify=justify)
    table.add_column(overflow="fold")
    for each in outcomes:
        time = f"{each.seconds * 1000:.1f} ms" if each.status in (Status.PASSED, Status.FAILED) else ""
        table.add_row(each.rule_id, plain(each.dataset), each.status, time, plain(each.reason))
    yield from _section("All checks", [table] if outcomes else [], 0)


def _section(title: str, blocks: Iterable[TextBlock], more: int) -> Iterator[TextBlock]:
    content = list(blocks)
    if not content:
        return
    yield Text(title, "bold")
    for block in content:
        yield Padding(block, (0, 0, 0, 2))
    if more:
        yield Text(f"  … {more:,} more (-v shows all)")


def _limited(items: Sequence[Any], limit: int, everything: bool) -> tuple[Sequence[Any], int]:
    """The items to show, and how many are left out."""
    if everything or len(items) <= limit:
        return items, 0
    return items[:limit], len(items) - limit
