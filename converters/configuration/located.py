"""Faults of a file of settings with the line of the key or table that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ...schemas.errors import ConfigurationError
from .key_lines import KeyLines, KeyPath
from .toml_file import shown_path, text_of

_TABLE = re.compile(r"\[(?P<table>[^\[\]]+)\](?:, \w+)?(?: (?P<key>[\w-]+))?")
"""Also "[derive.ADTTE], time_to_event carry", where a key decides which others there are."""
_LISTED = re.compile(r"(?P<table>[a-z_]+) (?P<number>\d+)(?: (?P<key>[\w-]+))?(?![\w-])")
""" "waiver 2 rule"."""
_WORD = re.compile(r"'([^']+)'|^([\w-]+) |\bkey ([\w-]+)")
"""What a fault may call the key where its place does not: "unknown setting 'fail_onn'"."""


@contextmanager
def faults_located(file: Path | None) -> Iterator[None]:
    """Faults that are found in what a file holds get the line, where they name a key or table of it."""
    try:
        yield
    except ConfigurationError as fault:
        where = None if file is None else _where(fault, file)
        if where is None:
            raise
        raise ConfigurationError(fault.what, where, fault.advice, details=fault.details) from fault.__cause__


def _where(fault: ConfigurationError, file: Path) -> str | None:
    """The place of a fault with its line; None where it is of no table of the file."""
    shown = shown_path(file)
    of_file = fault.where == shown or fault.where.startswith(f"{shown}, ")
    place = fault.where[len(shown) :].removeprefix(", ") if of_file else fault.where
    path = _path(place)
    if path is None and not (of_file and not place):
        return None
    try:
        found = KeyLines.of(text_of(file))
    except ConfigurationError:  # it is gone since
        return None
    lines = {tuple(map(str.casefold, keys)): line for keys, line in found.lines.items()}
    line = _line(lines, path or (), fault.what)
    start = shown if line is None else f"{shown}:{line}"
    return f"{start}, {place}" if place else start


def _path(place: str) -> KeyPath | None:
    if named := _TABLE.match(place):
        table = named["table"].split(".")
    elif named := _LISTED.match(place):
        table = [named["table"], named["number"]]
    else:
        return None
    return tuple(each.casefold() for each in (*table, named["key"]) if each)


def _line(lines: Mapping[KeyPath, int], path: KeyPath, what: str) -> int | None:
    """The line of the key that a fault names, else of its place, else of the table around that."""
    words = [word.casefold() for found in _WORD.findall(what) for word in found if word]
    for word in words:
        if (*path, word) in lines:
            return lines[(*path, word)]
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
