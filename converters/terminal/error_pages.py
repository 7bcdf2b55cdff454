"""Which section of docs/errors.md an error is explained in, and these sections without a network.

``errors.md`` beside this file is that page; ``make docs`` copies it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ...schemas.errors import AdamgateError, UnreadableInputs

PAGE = Path(__file__).with_name("errors.md")
ALL = "errors"
"""What `adamgate explain` takes for all of them."""
INTERNAL = "internal-error"
"""Of an error that is not an `AdamgateError`."""

SAYING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "missing-package": (r"is not installed$", r"are not both installed$"),
        "unreadable-define-xml": (r"\bdefine\.xml\b", r"XML Schema"),
        "standard-streams": (r"\bstandard (in|out)put\b",),
        "file-not-found": (
            r"^the (file or folder|folder|database|format catalogue|rule file) does not exist$",
            r"^no file matches$",
        ),
        "file-cannot-be-opened": (
            r"^the (file|terminology) cannot be opened\b",
            r"^(the (output )?folder )?cannot be listed$",
            r"^the (baseline|file|input|published figures|record) cannot be read: ",
        ),
        "no-data-found": (
            r"^the folder contains (no data files|data only in subfolders|no files)",
            r"^no (data were|raw file was) found",
            r"^unknown file type",
        ),
        "text-encoding": (r"^text is not .*: bytes", r"unknown encoding"),
        "delimited-text": (
            r"^expected .*, found",
            r"quotation mark",
            r"in the first line$",
            r"^the first lines? ",
            r" above the names of the columns, ",
            r"^the file is not delimited text$",
            r"^column .* has no name$",
        ),
        "too-large": (
            r"unpacks to more than",
            r"does not fit (into memory|on the disk)$",
            r"^the archive has .* members, more than",
        ),
        "damaged-file": (
            r"damaged|incomplete|truncated|encrypted",
            r"(became shorter|changed) while it was being read$",
            r"^the file is (not (an? \w+ (file|dataset)|gzip)|binary|empty)",
            r"changed in transfer",
        ),
        "dataset-found-twice": (
            r"^dataset .* was found",
            r"^the file contains two datasets named",
            r"^two (variables|columns) have the same name$",
            r"^several inputs contain the same datasets",
        ),
        "no-settings-file": (
            r"^the settings file does not exist$",
            r"^no .* in this folder or above it$",
            r"^no step is declared$",
            r"is an output of .* and of",
            r"^another run of this settings file has not ended$",
        ),
        "invalid-settings-file": (r"^the configuration file", r"^a key of the configuration file"),
        "unknown-setting": (r"^unknown setting", r"^unknown table or key", r"is not a key of this table$"),
        "invalid-condition": (
            r"^the (date )?(condition|expression) ",
            r"in the (condition|expression) is not present in",
        ),
        "unknown-rule": (
            r"is not a (rule id|family of rules)\b",
            r"^unknown rule",
            r"^rule id .* is already in use$",
        ),
        "address-not-valid": (r"^the address\b", r"^unknown kind of address", r"of the address"),
        "required-data-not-present": (
            r"^(USUBJID|STARTDT|ADSL|ADSL with USUBJID) (is|has)( not)? (present|missing)",
            r"^the study has no (time-to-event dataset|dataset of adverse events)$",
        ),
        "several-records-per-subject": (
            r"^some subjects have several",
            r"several records( per subject)?\b",
        ),
        "nothing-to-analyse": (r"has no events\b", r"\bremains?\b.*$"),
        "unit-of-aval": (
            r"unit of AVAL",
            r"^the length of a .* cannot be determined$",
            r"cannot be converted to",
            r"^AVAL is in ",
        ),
        "name-not-present": (
            r"^(parameter|dataset|variable) .* is not present",
            r"^\S+ is not present in ",
        ),
        "gate-failed": (r"^gate failed:",),
        "output-is-an-input": (
            r"^the output would (replace|become part)",
            r"^the output folder is a source$",
        ),
        "output-exists": (r"^the output already exists", r"^the file exists and "),
        "output-cannot-be-written": (r"^the output cannot be written",),
        "format-cannot-hold-the-data": (r" cannot hold all of the data:", r"reads back otherwise"),
        "unknown-output-format": (
            r"format cannot be determined from the file name$",
            r"^no output format (is given|has the suffix)",
            r"^the output file name has no suffix$",
            r"is not the name of a (report|figure|CSV file)$",
        ),
        "cluster-not-reached": (
            r"^no Dask scheduler answers$",
            r"^the cluster has no workers$",
            r"^workers of the cluster do not answer$",
        ),
        "workers-differ": (
            r"^workers have other versions",
            r"^a worker (reads another file|finds other|cannot load)",
        ),
        "invalid-value": (
            r"is not a value of ",
            r"^a value of .* is not valid$",
            r"^the value of .* is out of range$",
            r"^key .* is not present$",
        ),
    }
)
"""Sections of the page, each with what the errors say that it explains; the first that fits counts."""

_SECTION = re.compile(r"^### (?P<title>.+)\n\n(?P<text>(?:(?!#{2,3} ).*\n)+)", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_FENCED = re.compile(r"^```console\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_WIDTH = 100


def section_of(problem: AdamgateError) -> str:
    """The anchor of the section that explains an error; empty if none does."""
    said = problem.problems[0].what if isinstance(problem, UnreadableInputs) else problem.what
    for anchor, patterns in SAYING.items():
        if any(re.search(pattern, said) for pattern in patterns):
            return anchor
    return ""


def pointer(anchor: str) -> str:
    """The last line of an error: where more is to be read."""
    return f"\n  more: adamgate explain {anchor}" if anchor else ""


def is_section(name: str) -> bool:
    """Whether a name is that of a section, or of all of them."""
    return name == ALL or name in _sections()


def section(name: str) -> str:
    """A section as a terminal shows it, or the list of all."""
    sections = _sections()
    if name == ALL:
        width = max(map(len, sections))
        return "".join(f"{anchor:{width}}  {title}\n" for anchor, (title, _) in sections.items())
    title, text = sections[name]
    parts = _FENCED.split(_LINK.sub(r"\1", text))
    parts[::2] = map(_filled, parts[::2])
    return f"{title}\n\n{''.join(parts).rstrip()}\n"


def _filled(text: str) -> str:
    """Paragraphs in the width of a terminal."""
    return "\n\n".join(textwrap.fill(each, _WIDTH, break_long_words=False) for each in text.split("\n\n"))


def titles() -> Mapping[str, str]:
    """The titles of the sections by their anchors."""
    return {anchor: title for anchor, (title, _) in _sections().items()}


@cache
def _sections() -> Mapping[str, tuple[str, str]]:
    page = PAGE.read_text(encoding="utf-8")
    return {_anchor(found["title"]): (found["title"], found["text"]) for found in _SECTION.finditer(page)}


def _anchor(title: str) -> str:
    """As renderers of Markdown make it of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
