"""A file of TOML, which is untrusted, into its document: bounded in size and depth, nothing evaluated."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from ...schemas.errors import ConfigurationError
from ..values.regular_file import open_regular

_LARGEST = 4_000_000
"""Bytes that a configuration file may have."""
_DEEPEST = 32
"""Levels of one dotted key: what `tomllib` does with it takes their square in time and memory."""
_ONCE = "each key and table may be given once"
_AGAIN = ("Cannot ", "Duplicate ")
"""So begins what `tomllib` says of a key or table that is given twice."""
PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?)"""
"""One part of a key, bare or in quotes."""
TOKENS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{0,5}' + r"|'{3}(?:[^']|'(?!''))*+'{0,5}" + r"|#[^\n]*+"
    rf"|(?P<deep>(?:{PART}[ \t]*+\.[ \t]*+){{{_DEEPEST}}})"
    rf"|{PART}(?:[ \t]*+\.[ \t]*+{PART})*+" + r"""|[^A-Za-z0-9_"'\#-]++|.""",
    re.DOTALL,
)
"""What a TOML file is made of: texts, comments, keys and words, all else."""


def document_of(file: Path) -> dict[str, Any]:
    """What a file holds, as `tomllib` gives it.

    Raises
    ------
    ConfigurationError
        When it cannot be read, is not TOML or UTF-8, or is larger or deeper than any such file needs to be.
    """
    try:
        return tomllib.loads(text_of(file))
    except ValueError as failure:  # of TOML, or a number of too many digits
        what, _, place = str(failure).partition(" (at ")
        line, _, column = place.removesuffix(")").removeprefix("line ").partition(", ")
        start = f"{shown_path(file)}:{line}" if line.isdecimal() else shown_path(file)
        raise ConfigurationError(
            f"the configuration file is not valid TOML: {what}",
            ", ".join(filter(None, (start, column if line.isdecimal() else line))),
            _ONCE if what.startswith(_AGAIN) else "text needs quotes, tables need [brackets]",
        ) from failure
    except RecursionError:
        raise ConfigurationError(
            "the configuration file is nested too deeply", shown_path(file), "check --config"
        ) from None


def text_of(file: Path) -> str:
    """The text of a file that may be TOML; raises as `document_of` does."""
    try:
        with open_regular(file) as stream:
            content = stream.read(_LARGEST + 1)
        text = str(content[:_LARGEST], "utf-8-sig").replace("\r\n", "\n")
    except OSError as failure:
        raise ConfigurationError(
            "the configuration file cannot be read", f"{file}: {failure.strerror}", "check --config"
        ) from failure
    except UnicodeDecodeError as failure:
        raise ConfigurationError(
            "the configuration file is not UTF-8",
            f"{shown_path(file)}, byte {failure.start}",
            "save it as UTF-8",
        ) from failure
    if len(content) > _LARGEST:
        raise ConfigurationError(
            f"the configuration file has more than {_LARGEST:,} bytes", shown_path(file), "check --config"
        )
    deep = next((token for token in TOKENS.finditer(text) if token["deep"]), None)
    if deep is not None:
        line = text.count("\n", 0, deep.start()) + 1
        raise ConfigurationError(
            f"a key of the configuration file has more than {_DEEPEST} levels",
            f"{shown_path(file)}:{line}",
            "check --config",
        )
    return text


def shown_path(file: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(file.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(file)
