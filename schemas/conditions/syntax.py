"""Python's syntax tree of a short text, within bounds that no text can exhaust the parser by."""

from __future__ import annotations

import ast
import re
import warnings

LONGEST = 2_000
"""Characters that an expression may have."""
DEEPEST = 40
"""Levels of nesting that an expression may have."""

STRING_OR_BRACKET = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()\[\]{}]""", re.DOTALL)


class NotParsed(ValueError):
    """A text of which there is no syntax tree; says why."""


def syntax_tree(text: str) -> ast.expr:
    """The tree of an expression.

    Raises
    ------
    NotParsed
    """
    _check_size(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a doubtful escape ("\d") is refused, not printed
            return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise NotParsed("cannot be parsed") from None


def piece_of(text: str, node: ast.AST) -> str:
    """What is written for a part of the tree."""
    return ast.get_source_segment(f"({text}\n)", node) or ""


def _check_size(text: str) -> None:
    """Refuse what could exhaust the parser before it starts."""
    if not text.strip():
        raise NotParsed("is empty")
    if len(text) > LONGEST:
        raise NotParsed(f"has {len(text):,} characters; the limit is {LONGEST:,}")
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(match.group(), 0)
        if depth > DEEPEST:
            raise NotParsed(f"is nested deeper than {DEEPEST} levels")
        if depth < 0:
            raise NotParsed("has an unmatched closing bracket")
