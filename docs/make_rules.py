"""Write docs/rules.md from the docstrings of the rules.

.venv/bin/python docs/make_rules.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from adamgate.converters.reports.rule_page import applies_to, family_name, needed
from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules.rule import Rule

PAGE = Path(__file__).with_name("rules.md")

INTRODUCTION = """\
# The rules

All rules by family, generated from the pages of the rules. `adamgate explain ID` prints one, `adamgate rules`
lists them (`--dataset`, `--structure`, `--family`, `--since`). A rule is *not applicable* if a variable it
needs is not present; `ADSL.DTHDT` is a variable of another dataset, joined by USUBJID. Ids never change.
"since" is the version of adamgate that a rule came in, "changed" the one that last changed what it finds or
says. How to deselect rules, waive findings and add custom rules is described in [Living with the
rules](living-with-rules.md). Words in *italics* are replaced by the values of each rule.
"""

_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_PLACE = re.compile(r"\{(\w+)\}")


def rules_page() -> str:
    """The page as the rules are today."""
    return "\n".join([INTRODUCTION, *_families()])


def _families() -> Iterator[str]:
    for family, group in by_family():
        yield f"## {family_name(family).capitalize()}\n"
        yield f"`--select {family}`\n"
        by_function: dict[object, list[Rule]] = {}
        for rule in group:
            by_function.setdefault(rule.function, []).append(rule)
        for rules in by_function.values():
            yield _statement(rules)


def by_family() -> Iterator[tuple[str, Iterator[Rule]]]:
    """The rules of each family, in order of id."""
    rules = sorted(full_book().values(), key=lambda rule: (rule.family, rule.id))
    return groupby(rules, key=lambda rule: rule.family)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _statement(rules: list[Rule]) -> str:
    """The rules that share a function: their ids, then its page."""
    first = rules[0]
    text = first.page if len(rules) == 1 else _PLACE.sub(r"*\1*", first.function.__doc__ or "")
    body = _HEADING.sub(r"**\1.**", inspect.cleandoc(text))
    rows = [
        f"| {rule.id} | {rule.severity} | {applies_to(rule)} | {needed(rule)} | {_cell(rule.title)} "
        f"| {rule.since} | {rule.changed} |"
        for rule in rules
    ]
    heading = f"### {rules[0].id}" + (f" to {rules[-1].id}" if len(rules) > 1 else "")
    table = ["| id | severity | applies to | needs | title | since | changed |", f"{'|---' * 7}|", *rows]
    return "\n".join([heading, "", *table, "", body, ""])


if __name__ == "__main__":
    PAGE.write_text(rules_page(), encoding="utf-8", newline="\n")
