"""Delimited text files as raw tables: every value is the text of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import ReadingNote, Source
from ..formats.csv.delimited import content_end, empty_end, first_content, parted, without_empty_end
from ..formats.csv.head import (
    LONGEST_SAMPLE,
    SEP_LINE,
    Head,
    delimiter_of,
    parted_lines,
    raw_lines,
)
from ..formats.csv.plain_text import PlainText, plain_text
from ..formats.csv.record_lines import record_lines
from ..formats.format import ReadOptions
from ..values.content import Content
from ..values.memory import size_of_text
from ..values.regular_file import open_regular
from .header import Header, header_of, lines_of_header
from .options import RawFile
from .raw_table import RawTable
from .text_table import text_table

_SAMPLE = 30
"""Records by which the delimiter is found, and whether there is a second header line."""


def read_delimited_text(path: Path, name: str, declared: RawFile, options: ReadOptions) -> RawTable:
    """Read a delimited text file.

    Parameters
    ----------
    path : Path
    name : str
        For messages.
    declared : RawFile
    options : ReadOptions
        Its `memory`, `progress` and `max_unpacked`, and its `encoding` where none is declared.

    Raises
    ------
    UnreadableInput
        As the reader of CSV, with the line of the file.
    """
    options = replace(options, encoding=declared.encoding or options.encoding, missing=())
    gathering = options.memory.gathering(size_of_text(path))
    with open_regular(path) as file:
        text = plain_text(file, path, options, gathering)
        head, header = _head(text, path, name, declared)
        found = parted(text, head, path, name, options, gathering=gathering)
        lines = record_lines(text.content, head, content_end(text.content, head.body), found.records)
    columns, records = without_empty_end(found.columns, found.records, gathering)
    notes = list(found.notes)
    if records < found.records:
        notes.append(empty_end(name, found.records - records))
    return text_table(
        Source(path, "CSV", encoding=found.encoding),
        name,
        replace(header, names=found.header),
        columns,
        lines[:records],
        declared=declared,
        notes=notes,
        gathering=gathering,
    )


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the header lines begin, and the delimiter that the file states (``sep=;``)."""

    place: int
    delimiter: bytes = b""


def _head(text: PlainText, path: Path, name: str, declared: RawFile) -> tuple[Head, Header]:
    """The head of the file as its reader takes it, and what its lines say."""
    notes: list[ReadingNote] = []
    start = _start(text, path, declared)
    mark, above = declared.quotation_mark, lines_of_header(declared)
    data = bytes(text.content.part(start.place, LONGEST_SAMPLE + 1))
    raw = list(raw_lines(data, 0, text.stray, above + _SAMPLE, mark))
    if not raw:
        raise UnreadableInput(
            "the file has no header line and no records", str(path), "correct skip_lines, or export it again"
        )
    stated = declared.delimiter.encode() or start.delimiter
    delimiter = stated or delimiter_of(raw, path, name, notes)
    lines = list(parted_lines(raw, delimiter, path, mark))
    fields: list[Sequence[str]] = [line.fields for line in lines]
    header = header_of(fields[:above], fields[above:], declared, str(path))
    first, body = (start.place + place for place in (lines[0].start, lines[above - 1].end))
    return Head(delimiter, first, body, header.names, [], notes, mark), header


def _start(text: PlainText, path: Path, declared: RawFile) -> _Start:
    """Behind the line that states the delimiter, the lines that are skipped, and comments."""
    content, place = text.content, text.start
    stated = SEP_LINE.match(bytes(content.part(first_content(content, place), 64)))
    delimiter = b""
    if stated:
        delimiter = stated[1].replace(b"\\t", b"\t")
        if not declared.skip_lines:
            place = first_content(content, place) + stated.end()
    for _ in range(declared.skip_lines):
        place = _next_line(content, place)
    place = first_content(content, place)
    comment = declared.comment.encode()
    while comment and bytes(content.part(place, len(comment))) == comment:
        place = first_content(content, _next_line(content, place))
    if place >= content.size:
        raise UnreadableInput("all lines of the file are skipped", str(path), "correct skip_lines or comment")
    return _Start(place, delimiter)


def _next_line(content: Content, place: int) -> int:
    """Where the next line begins; the end of the file where there is none."""
    line = bytes(content.part(place, LONGEST_SAMPLE))
    ends = [at for mark in (b"\n", b"\r") if (at := line.find(mark)) >= 0]
    if not ends:
        return content.size
    end = min(ends)
    return place + end + (2 if line[end : end + 2] == b"\r\n" else 1)
