"""From a figure back: the command that gives its numbers, and the files of its records."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...schemas.gate.report import Report
from ...schemas.kinds import ListOf, text
from ...schemas.options import DeclaredOption, options_of
from ...schemas.wording import plain

_EXPANDED = re.compile(r'["$`\\!\n]')
"""What a shell does not leave as it is between double quotes."""


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A dataset, and its file."""

    dataset: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure comes from.

    Attributes
    ----------
    command : str
        That gives its numbers; empty where none does.
    files : tuple of FigureFile
    """

    command: str
    files: tuple[FigureFile, ...]


def provenance(
    report: Report, datasets: Iterable[str], command: str = "", options: Any = None, output: str = ""
) -> Provenance:
    """Where a figure comes from.

    Parameters
    ----------
    report : Report
        Knows the files.
    datasets : iterable of str
        That have its records.
    command : str
        Of adamgate, that gives its numbers: "km".
    options : object
        Its options, a dataclass that declares them.
    output : str
        The file that it would write: "km.csv".
    """
    files = tuple(_files(report, frozenset(datasets)))
    if not command:
        return Provenance("", files)
    paths = dict.fromkeys(each.path or "DATA" for each in files)
    words = ["adamgate", command, *paths, *_given(options), "-o", output]
    return Provenance(plain(" ".join(map(_quoted, words))), files)


def _quoted(word: str) -> str:
    """A word for a shell: a condition, which has single quotes, in double ones, if they keep all of it."""
    if "'" in word and not _EXPANDED.search(word):
        return f'"{word}"'
    return shlex.quote(word)


def _given(options: Any) -> Iterator[str]:
    """The options that are not left to their defaults, as a command line has them."""
    for each in options_of(type(options)):
        value = getattr(options, each.name)
        if value not in (None, "", ()) and value != each.default:
            yield from _words(each, value)


def _words(declared: DeclaredOption, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield declared.flag.split("/")[not value]
        return
    if isinstance(declared.kind, ListOf) and declared.kind.kind is text:  # texts may have any sign
        for each in value:
            yield from (declared.flag, each)
        return
    yield declared.flag
    if isinstance(value, tuple):
        words = [f"{each:.15g}" if isinstance(each, float) else str(each) for each in value]
        yield (";" if any("," in word for word in words) else ",").join(words)
    else:
        yield f"{value:.15g}" if isinstance(value, float) else str(value)


def _files(report: Report, datasets: frozenset[str]) -> Iterator[FigureFile]:
    for each in report.inputs:
        if each.dataset in datasets:
            yield FigureFile(each.dataset, plain(each.path or ""), each.sha256 or "")
