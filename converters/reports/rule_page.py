"""The page of a rule, for ``adamgate explain``; the list of all rules, for ``adamgate rules``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ...schemas.errors import ConfigurationError
from ...schemas.rule import Rule, rule_book
from ...schemas.spelling import nearest

_GRAINS = {
    "metadata": "the names and metadata of one dataset",
    "record": "one record at a time",
    "subject": "all records of one subject",
    "dataset": "one whole dataset",
    "study": "the study as a whole",
}


def explain(rule_id: str) -> str:
    """The documentation page of a rule.

    Parameters
    ----------
    rule_id : str
        In any case: "TTE006".

    Returns
    -------
    str
        Id and title, facts, then the page, ending with a line break.

    Raises
    ------
    ConfigurationError
        When there is no such rule; names those with ids like it.
    """
    book = rule_book()
    wanted = rule_id.strip().upper()
    if wanted not in book:
        near = nearest(wanted, book)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise ConfigurationError(f"there is no rule {rule_id!r}", "", f"{meant}`adamgate rules` lists all")
    return render_rule(book[wanted])


def render_rule(rule: Rule) -> str:
    """A rule's page: what a reader of a finding needs."""
    facts = list(_facts(rule))
    width = max(len(name) for name, _ in facts)
    return "\n".join(
        [
            f"{rule.id}  {rule.title}",
            "",
            *(f"{name + ':':<{width + 1}} {value}" for name, value in facts),
            "",
            inspect.cleandoc(rule.page),
            "",
        ]
    )


def render_list() -> str:
    """Every rule: id, severity, structures, title."""
    rows = [(rule.id, str(rule.severity), _structures(rule), rule.title) for rule in rule_book().values()]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]) + "\n"
        for row in rows
    )


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    scope = rule.scope
    yield "severity", str(rule.severity)
    yield "applies to", _structures(rule) + (f", not {', '.join(scope.excluded)}" if scope.excluded else "")
    if scope.needs:
        yield "needs", ", ".join(scope.needs)
    for group in scope.needs_any:
        yield "needs one of", ", ".join(group)
    if scope.metadata:
        yield "needs metadata", ", ".join(scope.metadata)
    if scope.datasets:
        yield "needs datasets", ", ".join(scope.datasets)
    if scope.consults:
        yield "looks into", ", ".join(scope.consults)
    yield "looks at", _GRAINS[rule.grain]
    yield "family", rule.family.replace("_", " ")
    if scope.standards:
        yield "belongs to", ", ".join(scope.standards)
    if rule.citations:
        yield "cites", "; ".join(map(str, rule.citations))


def _structures(rule: Rule) -> str:
    return ", ".join(rule.scope.structures) or "any ADaM dataset"
