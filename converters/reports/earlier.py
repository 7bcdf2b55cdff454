"""Which files are reports of ours, so that a run may replace them.

How a file begins proves nothing: other tools write "PASSED  12 tests". A JSON report is known by its schema,
a text by its first line and by the one that is added to it at its end when it is written to a file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType

from ..values.regular_file import open_regular

_SIGNATURE = "Report written by adamgate "
_END = 200
"""Bytes at either end of a file that are enough to tell that it is no report."""
_LARGEST = 64_000_000
"""Bytes that a JSON report may have."""

_TEXT_BEGINS = re.compile(rb"(PASSED|REFUSED|NOT JUDGED)  \S")
_TEXT_ENDS = re.compile(rb"\n" + _SIGNATURE.encode() + rb"\d[\w.+-]*\n\Z")
_JSON_BEGINS = re.compile(
    rb'\s*\{\s*"schema_version":\s*"1\.\d+",\s*"verdict":\s*"(passed|refused|not judged)"'
)
_KEYS = frozenset(("fail_on", "counts", "standards", "inputs", "findings", "outcomes", "versions"))
"""What reports of every version have."""


def signed(document: str, form: str) -> str:
    """A report as it is written to a file; of one without a schema the last line says whose it is."""
    return f"{document}\n{_SIGNATURE}{version('adamgate')}\n" if form == "text" else document


def form_of(path: Path) -> str | None:
    """The format of the report of ours that a file holds; None for any other file, and for none."""
    try:
        with open_regular(path) as file:
            return next((form for form, is_ours in _OURS.items() if is_ours(file)), None)
    except OSError:
        return None


def _is_text(file: BufferedReader) -> bool:
    return _TEXT_BEGINS.match(_head(file)) is not None and _TEXT_ENDS.search(_tail(file)) is not None


def _is_json(file: BufferedReader) -> bool:
    if not _JSON_BEGINS.match(_head(file)) or os.fstat(file.fileno()).st_size > _LARGEST:
        return False
    file.seek(0)
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError):
        return False
    versions = document.get("versions")
    return document.keys() >= _KEYS and isinstance(versions, dict) and "adamgate" in versions


_OURS: Mapping[str, Callable[[BufferedReader], bool]] = MappingProxyType({"text": _is_text, "json": _is_json})
"""How the reports of each format are known."""


def _head(file: BufferedReader) -> bytes:
    file.seek(0)
    return file.read(_END)


def _tail(file: BufferedReader) -> bytes:
    file.seek(-min(_END, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return file.read()
