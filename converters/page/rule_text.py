"""The page of a rule in its parts, for a template: headings, paragraphs, code."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...schemas.rules.rule import Rule
from ..reports.rule_page import applies_to, family_name

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_BETWEEN = re.compile(r"\n\s*\n")
_CODE = re.compile(r"(``.+?``|`.+?`)")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph, which is code or words."""

    text: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page; the first has no heading."""

    heading: str
    paragraphs: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a reader of a finding needs to know of its rule.

    Attributes
    ----------
    id, title : str
    applies_to, family, sources : str
        In words.
    sections : tuple of Section
    """

    id: str
    title: str
    applies_to: str
    family: str
    sources: str
    sections: tuple[Section, ...]


def rule_text(rule: Rule) -> RuleText:
    """The parts of a rule's page."""
    lead, *rest = _HEADING.split(inspect.cleandoc(rule.page) + "\n")
    parts = [("", lead), *zip(rest[::2], rest[1::2], strict=True)]
    sections = (Section(heading, tuple(_paragraphs(text))) for heading, text in parts)
    return RuleText(
        rule.id,
        rule.title,
        applies_to(rule),
        family_name(rule.family),
        "; ".join(map(str, rule.citations)),
        tuple(each for each in sections if each.paragraphs),
    )


def rule_texts(book: Mapping[str, Rule], ids: set[str]) -> dict[str, RuleText]:
    """Those of some rules that are in a book."""
    return {each: rule_text(book[each]) for each in sorted(ids & book.keys())}


def _paragraphs(text: str) -> Iterator[tuple[Run, ...]]:
    for paragraph in _BETWEEN.split(text.strip()):
        if words := " ".join(paragraph.split()):
            pieces = _CODE.split(words)
            yield tuple(Run(each.strip("`"), each.startswith("`")) for each in pieces if each)
