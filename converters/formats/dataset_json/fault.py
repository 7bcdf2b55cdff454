"""Why a text is not JSON, where in Dataset-JSON it breaks, and what to do about it.

A JSON parser says what it expected; a user wants to know what was written: NaN, None, a text in single
quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ....schemas.wording import one_line

_NULL = "write null for a missing value"
_TOKENS = (
    (
        re.compile(r"-?(NaN|nan|Infinity|[Ii]nf)"),
        f"{_NULL}: Python's json module writes NaN and Infinity unless allow_nan=False, pandas writes null",
    ),
    (re.compile(r"None"), f"{_NULL}; None is Python's, and json.dumps writes null"),
    (re.compile(r"True|False"), "write true or false, as json.dumps does"),
    (re.compile(r"NA|NULL|Null|undefined|\."), _NULL),
)
"""What stands where JSON has a value, in the words of other languages, and the remedy."""
_QUOTE = ("a string in single quotes", 'write strings in double quotes ("), as json.dumps does')
_REASONS = {
    "trailing comma is not allowed": ("a comma before a closing bracket", "remove the comma"),
    "unexpected control character in string": (
        "a string with a line break or another control character",
        r"write it as an escape (\n), as JSON libraries do",
    ),
}
_CUT_SHORT = "unexpected end of data"
_ENDS = {
    False: ("the file is truncated: the JSON is incomplete", "copy or write the file again"),
    True: (
        "the JSON of the line is incomplete: the file is truncated, or its lines are broken",
        "copy or write the file again; a JSON document of several lines must be named .json",
    ),
}
"""For a document that is the whole file, and for one on a line."""
_MORE_FOLLOWS = "unexpected content after document"
_ROWS = re.compile(r'"rows"\s*:\s*\[')
_BLANKS = " \t\r\n"


@dataclass(frozen=True, slots=True)
class JsonFault:
    """What is wrong, where in the file, and what to do."""

    what: str
    where: str
    advice: str


def fault_of(
    error: json.JSONDecodeError, advice: str, line: int | None = None, names: Sequence[str] = ()
) -> JsonFault:
    """The fault that a parser met.

    Parameters
    ----------
    error : JSONDecodeError
        Of orjson or of Python's json module.
    advice : str
        Where there is no better one.
    line : int, optional
        The line of a file that has a document on each; by default the document is the whole file.
    names : sequence of str
        Names of the columns, where they are known.
    """
    text, at = error.doc, error.pos
    what, remedy = _reason(error, by_lines=line is not None)
    position = f"line {line or error.lineno}, column {error.colno}"
    place = _place_in_document(text[:at]) if line is None else _variable(text[:at], names)
    return JsonFault(what, f"{place} ({position})" if place else position, remedy or advice)


def _reason(error: json.JSONDecodeError, by_lines: bool) -> tuple[str, str]:
    text, at = error.doc, error.pos
    if error.msg == _CUT_SHORT or not text[at:].strip():
        return _ENDS[by_lines]
    if error.msg in _REASONS:
        fault, remedy = _REASONS[error.msg]
        return f"not valid JSON: {fault}", remedy
    if error.msg == _MORE_FOLLOWS:
        advice = "if the file has one line per record, name it .ndjson" if text[at] in "[{" else ""
        return "the file contains more than one JSON document", advice
    if text[at] == "'":
        return f"not valid JSON: {_QUOTE[0]}", _QUOTE[1]
    for token, remedy in _TOKENS:
        found = token.match(text, at)
        if found and not text[found.end() : found.end() + 1].isalnum():
            sign = "-" if text[at - 1 : at] == "-" else ""
            return f"{sign}{found[0]} is not JSON", remedy
    return f"not valid JSON: {one_line(error.msg)}", ""


def _place_in_document(before: str) -> str:
    """Record and variable behind the part of a document that is valid; "metadata" before the first record."""
    rows = _ROWS.search(before)
    if rows is None:
        return "metadata"
    records = before[rows.end() :]
    end = records.rfind("]") + 1
    try:
        count = len(_loads(f"[{records[:end]}]"))
    except orjson.JSONDecodeError:  # the bracket is part of a text
        return ""
    names = _names(before[: rows.start()])
    variable = _variable(records[end:].lstrip("," + _BLANKS), names)
    return ", ".join(filter(None, (f"record {count + 1}", variable)))


def _names(metadata: str) -> list[str]:
    try:
        columns = _loads(metadata.rstrip("," + _BLANKS) + "}")["columns"]
        return [str(column["name"]) for column in columns]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []


def _variable(begun: str, names: Sequence[str]) -> str:
    """The variable whose value comes next in a record that has only begun."""
    values = begun.rstrip("-" + _BLANKS)
    if not values.startswith("[") or not values.endswith(("[", ",")):
        return ""
    try:
        position = len(_loads(values.rstrip("," + _BLANKS) + "]"))
    except orjson.JSONDecodeError:
        return ""
    return f"variable {one_line(names[position])}" if position < len(names) else ""


def _loads(text: str) -> Any:
    """JSON that may hold stray bytes, kept as lone surrogates."""
    return orjson.loads(text.encode("utf-8", "replace"))
