"""Which variables a rule is about, by what it needs, its arguments, its title and what it says it checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ...schemas.rules.rule import Rule

_NAME = re.compile(r"(?<![\w-])(?:--)?[A-Z](?=[A-Zxyz])[A-Z0-9]*(?:xx|yy|zz|[xyzw])?[A-Z0-9]*(?![\w-])")
"""A variable as it is in a page: CNSR, TRTxxP, --SEQ."""
_PLACE = re.compile(r"xx|yy|zz|[xyzw]")
_CHECKS = re.compile(r"## What it checks\n(.*?)(?=\n## |\Z)", re.DOTALL)


def variables_of(rule: Rule) -> frozenset[str]:
    """The variables that a rule is about; one of several has small letters in place of a number: TRTxxP."""
    scope = rule.scope
    needed = (name.rpartition(".")[2] for name in chain(scope.needs, *scope.needs_any))
    checks = _CHECKS.search(rule.page)
    texts = (*_texts(value for _, value in rule.arguments), rule.title, checks[1] if checks else "")
    mentioned = chain.from_iterable(_NAME.findall(text) for text in texts)
    return frozenset({*needed, *mentioned})


def _texts(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple | list | frozenset):
            yield from _texts(value)


def about(rules: Iterable[Rule], variable: str) -> tuple[Rule, ...]:
    """The rules that are about a variable, in any case: those for TRTxxP are about TRT01P."""
    wanted = variable.strip().upper()
    return tuple(rule for rule in rules if any(_is(wanted, name) for name in variables_of(rule)))


def _is(wanted: str, name: str) -> bool:
    if name.startswith("--"):
        return wanted == name or re.fullmatch(f"[A-Z][A-Z0-9]{re.escape(name[2:])}", wanted) is not None
    if wanted == name.upper():
        return True
    parts = _PLACE.split(name)
    return len(parts) > 1 and re.fullmatch(r"\d{1,2}".join(map(re.escape, parts)), wanted) is not None


def known_variables(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Every variable that a rule is about."""
    return tuple(sorted(set().union(*map(variables_of, rules))))
