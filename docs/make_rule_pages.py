"""The rules on the site: a list, and a page for each with an example that fails and one that passes."""

from __future__ import annotations

from make_rules import by_family
from markdown_text import as_text
from rule_examples import Examples

from adamgate.converters.reports.rule_page import applies_to, family_name, render_rule
from adamgate.schemas.rules.rule import Rule

INTRODUCTION = """\
# The rules

All rules by family, each with its page. `adamgate explain ID` prints one, `adamgate rules` lists
them (`--dataset`, `--structure`, `--family`). Ids never change. How to deselect rules, waive findings and add
custom rules is described in [Living with the rules](living-with-rules.md).
"""


def rules_index() -> str:
    """A table for each family, which leads to the page of each rule."""
    parts = [INTRODUCTION]
    for family, group in by_family():
        parts += [f"## {family_name(family).capitalize()}\n", f"`--select {family}`\n"]
        parts += ["| id | severity | applies to | title |", "|---|---|---|---|"]
        for rule in group:
            cells = (f"[{rule.id}](rules/{rule.id}.md)", rule.severity, applies_to(rule), as_text(rule.title))
            parts.append(f"| {' | '.join(cells)} |")
        parts.append("")
    return "\n".join(parts)


def rule_pages() -> dict[str, str]:
    """The page of each rule by its name: what `adamgate explain` prints, and examples."""
    examples = Examples()
    return {
        f"{rule.id}.md": _page(rule, examples.sections(rule)) for _, rules in by_family() for rule in rules
    }


def _page(rule: Rule, examples: str) -> str:
    family = family_name(rule.family)
    _, facts, text = render_rule(rule).split("\n\n", 2)
    rows = [[as_text(part.strip()) for part in each.split(":", 1)] for each in facts.split("\n")]
    first, *others = (f"| {name} | {value} |" for name, value in rows)
    return "\n".join(
        [
            f"# {rule.id}: {as_text(rule.title)}\n",
            f"[All rules](../rules.md) / [{family}](../rules.md#{family.replace(' ', '-')})\n",
            first,
            "|---|---|",
            *others,
            "",
            text,
            examples,
        ]
    )
