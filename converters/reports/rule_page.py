"""The page of a rule, for ``adamgate explain``; lists of rules, for ``adamgate rules``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.gate.selection import full_book
from ...schemas.rules.history import after
from ...schemas.rules.rule import Grain, Rule, RuleFunction
from ...schemas.standards.structure import Structure, detect_structure
from ...schemas.wording import counted, did_you_mean, nearest
from .presentation import as_json
from .rules_about import about, known_variables

_NUMBERED = re.compile(r"([A-Z]+)0*(\d+)")

_GRAINS = {
    "metadata": "variable names and metadata of the dataset",
    "record": "each record",
    "subject": "all records of a subject",
    "totals": "all records of a subject, and totals of the dataset",
    "dataset": "the whole dataset",
    "study": "the whole study",
}


def explain(rule_id: str, extra_rules: Iterable[Rule | RuleFunction] = ()) -> str:
    """The documentation page of a rule, or the rules about a variable.

    Parameters
    ----------
    rule_id : str
        In upper or lower case, with or without leading zeros: "TTE006", "tte6"; or a variable: "CNSR".
    extra_rules : iterable of Rule, or of functions that ``@rule`` made rules of
        Custom rules.

    Returns
    -------
    str
        Id and title, properties, then the page; of a variable the list of its rules. Ends with a line break.

    Raises
    ------
    ConfigurationError
        If the rule is not known, and no rule is about such a variable; the message lists similar names.

    Examples
    --------
    >>> print(ag.explain("tte6").splitlines()[0])
    TTE006  AVAL is negative or infinite
    """
    if not isinstance(rule_id, str):
        raise TypeError(f"rule_id must be a string, not {type(rule_id).__name__}")
    book = full_book(extra_rules)
    wanted = _with_its_zeros(rule_id.strip().upper(), book)
    if wanted in book:
        return render_rule(book[wanted])
    found = about(book.values(), wanted)
    if not found:
        near = nearest(wanted, (*book, *known_variables(book.values())))
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise ConfigurationError(
            f"{rule_id!r} is not a rule id, and no rule is about such a variable",
            "",
            f"{meant}`adamgate rules` lists all rules",
        )
    return f"{wanted}: {counted(len(found), 'rule')} (adamgate explain {found[0].id})\n\n{render_list(found)}"


def _with_its_zeros(rule_id: str, book: Iterable[str]) -> str:
    """ "AE9" is AE009, "AD0000169" is AD0169."""
    found = _NUMBERED.fullmatch(rule_id)
    if found is None:
        return rule_id
    plain = found.expand(r"\1\2")
    return next((each for each in book if _NUMBERED.sub(r"\1\2", each) == plain), rule_id)


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


_HYPHENATED = {
    "cross_dataset": "cross-dataset",
    "cut_offs": "cut-offs",
    "follow_up": "follow-up",
    "non_compartmental": "non-compartmental",
}
"""Families whose names take a hyphen; options accept it, a blank and an underscore."""


def listed(
    rules: Iterable[Rule],
    *,
    dataset: str | None = None,
    structure: str | None = None,
    family: str | None = None,
    variable: str | None = None,
    since: str | None = None,
) -> tuple[Rule, ...]:
    """The rules for a dataset of this name, or of this structure, of this family, about this variable.

    With `since`, those that came or changed after this version of adamgate.

    Raises
    ------
    ConfigurationError
        For a family that no rule has, a variable that no rule is about, or what is not a version.
    """
    found = tuple(rules)
    if since:
        found = tuple(rule for rule in found if after(rule.changed, since))
    if family:
        wanted = family.lower().replace("-", "_").replace(" ", "_")
        families = sorted({rule.family for rule in found})
        if wanted not in families:
            raise ConfigurationError(
                f"{family!r} is not a family of rules", "--family", did_you_mean(wanted, families)
            )
        found = tuple(rule for rule in found if rule.family == wanted)
    if variable:
        known, found = found, about(found, variable)
        if not found:
            raise ConfigurationError(
                f"no rule is about {variable}", "--variable", did_you_mean(variable, known_variables(known))
            )
    if structure:
        found = tuple(rule for rule in found if _covers(rule, Structure(structure), structure))
    if dataset:
        name = dataset.upper()
        kind = detect_structure(name, ())
        found = tuple(rule for rule in found if name in rule.scope.named or _covers(rule, kind, name))
    return found


def _covers(rule: Rule, structure: Structure, name: str) -> bool:
    if rule.grain is Grain.STUDY or rule.scope.named:
        return False
    adam = structure is not Structure.OTHER or name.startswith("AD")
    return rule.scope.covers_structure(structure, adam=adam)


def render_list(rules: Iterable[Rule] | None = None) -> str:
    """Rules as a table, by default all: id, severity, what they apply to, title."""
    chosen = full_book().values() if rules is None else rules
    rows = [(rule.id, str(rule.severity), applies_to(rule), rule.title) for rule in chosen]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]) + "\n"
        for row in rows
    )


def render_changes(rules: Iterable[Rule]) -> str:
    """Rules as a table, each with the version that it came in, and that of its last change."""
    rows = [(rule.id, *_versions(rule), str(rule.severity), rule.title) for rule in rules]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return "".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)), row[4]]) + "\n"
        for row in rows
    )


def _versions(rule: Rule) -> tuple[str, str]:
    return f"new in {rule.since}", "" if rule.changed == rule.since else f"changed in {rule.changed}"


def render_json(rules: Iterable[Rule]) -> str:
    """Rules as a JSON list."""
    return as_json([_entry(rule) for rule in rules])


LISTS: Mapping[str, Callable[[Iterable[Rule]], str]] = MappingProxyType(
    {"text": render_list, "json": render_json}
)


def _entry(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": str(rule.severity),
        "family": rule.family,
        "structures": list(map(str, rule.scope.structures)),
        "datasets": list(rule.scope.named),
        "grain": str(rule.grain),
        "requires": list(rule.scope.needs),
        "needs_datasets": list(rule.scope.required),
        "standards": list(rule.scope.standards),
        "citations": list(map(str, rule.citations)),
        "since": rule.since,
        "changed": rule.changed,
    }


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    scope = rule.scope
    yield "severity", str(rule.severity)
    yield "applies to", applies_to(rule) + (f", not {', '.join(scope.excluded)}" if scope.excluded else "")
    if scope.needs:
        yield "requires", ", ".join(scope.needs)
    for group in scope.needs_any:
        yield "requires one of", ", ".join(group)
    if scope.metadata:
        yield "requires metadata", ", ".join(scope.metadata)
    if scope.required:
        yield "requires datasets", ", ".join(scope.required)
    if scope.consults:
        yield "also reads", ", ".join(scope.consults)
    yield "level", _GRAINS[rule.grain]
    yield "family", family_name(rule.family)
    if scope.standards:
        yield "standards", ", ".join(scope.standards)
    if rule.citations:
        yield "sources", "; ".join(map(str, rule.citations))
    if rule.since:
        yield "since", f"adamgate {rule.since}"
        yield "last changed", f"adamgate {rule.changed}"


def family_name(family: str) -> str:
    """The name of a family as people write it: "cut-offs"."""
    return _HYPHENATED.get(family, family.replace("_", " "))


def needed(rule: Rule) -> str:
    """Variables and datasets without which a rule does not apply: "USUBJID, one of TRTP or TRTA, ADSL"."""
    scope = rule.scope
    owners = {each.rpartition(".")[0] for each in chain(scope.needs, *scope.needs_any)}
    groups = [f"one of {' or '.join(group)}" for group in scope.needs_any]
    return ", ".join([*scope.needs, *groups, *(each for each in scope.datasets if each not in owners)])


def applies_to(rule: Rule) -> str:
    """The structures or datasets of a rule, in words."""
    if rule.grain is Grain.STUDY:
        return "define.xml" if rule.scope.defined else "the study"
    by_default = "any dataset with a define.xml" if rule.scope.defined else "any ADaM dataset"
    return ", ".join(rule.scope.named or rule.scope.structures) or by_default
