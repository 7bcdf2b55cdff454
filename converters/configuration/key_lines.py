"""On which line of a file a key stands: `tomllib` does not say it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .toml_file import PART, TOKENS

KeyPath = tuple[str, ...]
"""Keys as they are written; of a list of tables with the number: ("waiver", "2", "rule")."""


@dataclass(frozen=True, slots=True)
class KeyLines:
    """The lines of a file's keys and tables."""

    lines: Mapping[KeyPath, int]

    @classmethod
    def of(cls, text: str) -> KeyLines:
        """Of a file that is TOML; `tomllib` has read it before."""
        reading = _Reading()
        for token in TOKENS.finditer(text):
            reading.take(token[0])
        return cls(reading.lines)

    def line(self, *keys: str) -> int | None:
        """The line of a key, else of the table around it: the key may be in braces."""
        path = tuple(each for each in keys if each)
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


@dataclass(slots=True)
class _Reading:
    """What has been read so far, token by token."""

    lines: dict[KeyPath, int] = field(default_factory=dict)
    line: int = 1
    table: KeyPath = ()
    expected: str = "key"
    depth: int = 0
    tables: Counter[KeyPath] = field(default_factory=Counter)

    def take(self, token: str) -> None:
        if token[0] in "#" or token.startswith(('"""', "'''")):
            self.line += token.count("\n")
        elif re.match(PART, token):
            self._key(token)
        else:
            for character in token:
                self._sign(character)

    def _key(self, token: str) -> None:
        if self.expected == "value":
            return
        path = tuple(_name(part) for part in re.findall(PART, token))
        if self.expected == "key":
            self._note((*self.table, *path))
        elif self.depth == 2:  # [[waiver]]
            self.tables[path] += 1
            self.table = (*path, str(self.tables[path]))
            self.lines[self.table] = self.line
        else:
            self.table = path
            self._note(path)
        self.expected = "value"

    def _note(self, path: KeyPath) -> None:
        """The line of a key, and of the tables that its dots make."""
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.line)

    def _sign(self, sign: str) -> None:
        if sign == "\n":
            self.line += 1
            if self.depth == 0:
                self.expected = "key"
        elif sign in "[{":
            self.depth += 1
            if self.expected == "key":
                self.expected = "table"
        elif sign in "]}":
            self.depth -= 1


def _name(part: str) -> str:
    """A key without its quotes."""
    return str(tomllib.loads(f"key = {part}")["key"]) if part[0] in "\"'" else part
