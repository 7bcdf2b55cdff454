"""Python's syntax tree of a short text, within bounds that no text can exhaust the parser by."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from itertools import count

LONGEST = 2_000
"""Characters that an expression may have."""
DEEPEST = 40
"""Levels of nesting that an expression may have."""

STRING_OR_BRACKET = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()\[\]{}]""", re.DOTALL)


_STRING_OR_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?P<name>[^`\n]+)`""", re.DOTALL)


class NotParsed(ValueError):
    """A text of which there is no syntax tree; says why."""


def syntax_tree(text: str) -> ast.expr:
    """The tree of an expression; a name may be written between backquotes, whatever is in it.

    Raises
    ------
    NotParsed
    """
    _check_length(text)
    plain, quoted = _without_backquotes(text)
    _check_depth(plain)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a doubtful escape ("\d") is refused, not printed
            tree = ast.parse(f"({plain}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise NotParsed("cannot be parsed") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = quoted.get(node.id, node.id)
    return tree


def _without_backquotes(text: str) -> tuple[str, Mapping[str, str]]:
    """The text with a plain word for each name between backquotes, and the name of each such word.

    A word has the length of what it replaces in bytes, in which places in the text are counted.
    """
    words: dict[str, str] = {}

    def word(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match.group()
        length = len(match.group().encode())
        candidates = (f"_{number:x}".ljust(length, "_") for number in count(len(words)))
        plain = next(each for each in candidates if each not in text)
        words[plain] = match["name"]
        return plain

    return _STRING_OR_QUOTED.sub(word, text), words


def piece_of(text: str, node: ast.AST) -> str:
    """What is written for a part of the tree."""
    return ast.get_source_segment(f"({text}\n)", node) or ""


def _check_length(text: str) -> None:
    if not text.strip():
        raise NotParsed("is empty")
    if len(text) > LONGEST:
        raise NotParsed(f"has {len(text):,} characters; the limit is {LONGEST:,}")
    if not _is_unicode(text):  # from a terminal of another encoding
        raise NotParsed("is not valid Unicode")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_depth(text: str) -> None:
    """Refuse what could exhaust the parser before it starts."""
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(match.group(), 0)
        if depth > DEEPEST:
            raise NotParsed(f"is nested deeper than {DEEPEST} levels")
        if depth < 0:
            raise NotParsed("has an unmatched closing bracket")
