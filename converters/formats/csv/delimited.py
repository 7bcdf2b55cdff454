"""Bytes of a delimited file into columns of text, without a guess at what the text means.

Arrow splits the bytes. Whether quotation marks are where they may be (RFC 4180) is checked before,
since a lost one would silently move the borders of all that follows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.variable import ReadingNote
from ....schemas.wording import counted
from ...values.content import Content, blocks
from ...values.encodings import decode_values, undecoded_note
from ...values.gathering import Gathering
from ...values.regular_file import open_regular
from ...values.text_column import TextBlocks, TextColumn, columns_of, kept_columns
from ..format import ReadOptions
from .head import Head, nameless, read_head
from .plain_text import BYTE_ORDER_MARK, PlainText, line_breaks, line_of, plain_text
from .quotation_marks import Scan, scan
from .record_lines import line_of_record

NA = "NA"
"""How R writes a missing value, without quotation marks."""

LONGEST_RECORD = 8 << 20
"""Bytes that a record may have: a lost quotation mark makes one of all that follows."""

_BLOCK = LONGEST_RECORD
_SCANNED = 1 << 20
_CONTENT = re.compile(rb"[^\r\n]")
_BYTES = "iso-8859-1"


@dataclass(frozen=True, slots=True)
class Delimited:
    """A delimited file as text.

    Attributes
    ----------
    header : list of str
        Without blanks around the names.
    labels : list of str
        One per name; empty where no line of the file holds labels.
    columns : sequence of TextColumn
        One per name, all of `records` values; null where a word that the user declared missing stands
        without quotation marks. On disk each is fetched again whenever it is asked for.
    bare : list of int
        Per column, how many values are missing ones without quotation marks: the words that the user
        declared, else NA, as R writes them.
    """

    header: list[str]
    labels: list[str]
    columns: Sequence[TextColumn]
    bare: list[int]
    records: int
    encoding: str
    notes: list[ReadingNote]


def read_delimited(
    path: Path,
    dataset: str,
    options: ReadOptions,
    gathering: Gathering,
    described: Collection[str] = (),
) -> Delimited:
    """Split a file into columns; the delimiter is the one that parts its header.

    Parameters
    ----------
    path : Path
    dataset : str
        For notes.
    options : ReadOptions
    gathering : Gathering
        Where the columns are kept.
    described : collection of str
        Names in capitals of the variables that a table beside the file describes.

    Raises
    ------
    UnreadableInput
        When the file is empty or no text, a name is missing or there twice, a record has more or fewer
        values than there are names, or a quotation mark stands where none may.
    """
    with open_regular(path) as file:
        text = plain_text(file, path, options, gathering)
        first = first_content(text.content, text.start)
        head = read_head(text.content, first, path, dataset, stray=text.stray, described=described)
        return parted(text, head, path, dataset, options, gathering=gathering)


def parted(
    text: PlainText, head: Head, path: Path, dataset: str, options: ReadOptions, *, gathering: Gathering
) -> Delimited:
    """The columns below a head, of a file that is open; raises as `read_delimited`."""
    raw = _Raw(gathering, [TextBlocks(gathering.blocks()) for _ in head.names], keeps_na=not options.missing)
    blank = _part(text.content, head, raw, path, options)
    notes = head.notes
    if len(head.names) == 1 and blank > 0:
        notes.append(ReadingNote(dataset, f"blank lines at the end, excluded: {blank}"))
    names = _named(head.names, raw.blocks, path, dataset, notes)
    columns = columns_of(raw.blocks[: len(names)], gathering)
    if text.stray:
        decoded = (
            _decoded(column, name, dataset, notes) for name, column in zip(names, columns, strict=True)
        )
        columns = kept_columns(decoded, gathering)
    return Delimited(
        names,
        head.labels[: len(names)],
        columns,
        raw.bare[: len(names)],
        raw.records,
        "cp1252" if text.stray else text.encoding,
        notes,
    )


def _part(content: Content, head: Head, raw: _Raw, path: Path, options: ReadOptions) -> int:
    """Part the records into columns; how many lines behind the last of them are blank."""
    found = scan(content, head.delimiter, head.start, head.body, min(_SCANNED, _BLOCK), mark=head.quote)
    if found.misplaced is not None:
        raise _misplaced(found, content, path)
    end = content_end(content, head.body)
    for begin, cut in _pieces(found.ends, head.body, end, path):
        for batch in _split(_records(content, begin, cut), raw, head, path, options):
            raw.add(batch)
        raw.gathering.give_back()
        if options.progress:
            options.progress(path.name, cut - head.body, end - head.body)
    if raw.ragged is not None:
        line = line_of_record(content, head, end, raw.ragged[0])
        place = f"{path}, record {raw.ragged[0]} (line {line})"
        raise _ragged(raw.ragged, raw.count_ragged, len(head.names), place)
    return line_breaks(content, end, content.size) - (end > head.body)


def first_content(content: Content, start: int) -> int:
    """Where the first line with something on it begins; the beginning where there is none."""
    found = ((at, _CONTENT.search(block)) for at, block in blocks(content, start))
    return next((at + match.start() for at, match in found if match), start)


def content_end(content: Content, body: int) -> int:
    """Where the last line with something on it ends, its line break not counted."""
    end = content.size
    while end > body:
        start = max(body, end - _SCANNED)
        filled = bytes(content.part(start, end - start)).rstrip(b"\r\n")
        if filled:
            return start + len(filled)
        end = start
    return end


def _pieces(ends: Sequence[int], body: int, end: int, path: Path) -> Iterator[tuple[int, int]]:
    """Where whole records begin and end that Arrow parts at once: about as many as a block holds.

    Raises
    ------
    UnreadableInput
        When a record begins before a block, and does not end in it.
    """
    begin = body
    for limit in range(body + _BLOCK, end, _BLOCK):
        place = bisect_right(ends, limit)
        cut = ends[place - 1] if place else 0
        if cut > begin:
            yield begin, cut
            begin = cut
        elif begin < limit - _BLOCK:
            raise UnreadableInput(
                f"a record is longer than {_BLOCK >> 20} MB",
                str(path),
                "a quotation mark may be missing near its start; export the file again",
            )
    if end > begin:
        yield begin, end


def _records(content: Content, begin: int, end: int) -> pa.Buffer:
    """The bytes of records. Arrow drops a byte order mark in front, also where it is part of a value."""
    data = content.part(begin, end - begin)
    if data[: len(BYTE_ORDER_MARK)] == BYTE_ORDER_MARK:
        return pa.py_buffer(BYTE_ORDER_MARK + bytes(data))
    return pa.py_buffer(data)


def _named(
    names: list[str], columns: Sequence[TextBlocks], path: Path, dataset: str, notes: list[ReadingNote]
) -> list[str]:
    """The names; columns at the end that have none must be empty, as Excel writes them.

    A line of names without any is refused.
    """
    named = sum(1 for name in names if name)
    for place, column in enumerate(columns[named:], start=named + 1):
        if not named or column.column().filled().any():
            raise nameless(place, path)
    if named < len(names):
        message = f"columns at the end without name or values, excluded: {len(names) - named}"
        notes.append(ReadingNote(dataset, message))
    return names[:named]


def _misplaced(found: Scan, content: Content, path: Path) -> UnreadableInput:
    place = found.misplaced or 0
    return UnreadableInput(
        "an unescaped quotation mark inside a value" if found.closed else "a quotation mark is not closed",
        f"{path}, line {line_of(content, place)}",
        "enclose such values in quotation marks, and double each quotation mark inside them",
    )


@dataclass(slots=True)
class _Raw:
    """Columns of bytes, block by block, and the records that have too few or too many values.

    Attributes
    ----------
    keeps_na : bool
        Whether NA without quotation marks, which comes as null, is a text and only counted.
    ragged : tuple of (int, int) or None
        The first record that has too few or too many values: its number, and how many.
    """

    gathering: Gathering
    blocks: list[TextBlocks]
    keeps_na: bool
    records: int = 0
    bare: list[int] = field(default_factory=list)
    ragged: tuple[int, int] | None = None
    count_ragged: int = 0

    def __post_init__(self) -> None:
        self.bare = [0] * len(self.blocks)

    def note_ragged(self, row: Any) -> str:
        """Count a record, which Arrow numbers from the beginning of its piece."""
        if self.ragged is None:
            self.ragged = self.records + row.number, row.actual_columns
        self.count_ragged += 1
        return "skip"

    def add(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        self.records += batch.num_rows
        for place, part in enumerate(batch.columns):
            self.bare[place] += part.null_count
            self.blocks[place].add(part.fill_null(NA) if self.keeps_na and part.null_count else part)


def _split(body: pa.Buffer, raw: _Raw, head: Head, path: Path, options: ReadOptions) -> list[pa.RecordBatch]:
    names = [str(position) for position in range(len(raw.blocks))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(use_threads=False, block_size=body.size, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=head.delimiter.decode(),
                quote_char=head.quote.decode() or False,
                newlines_in_values=True,
                ignore_empty_lines=len(names) > 1,  # an only column has a missing value there
                invalid_row_handler=raw.note_ragged,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=list(options.missing or (NA,)),
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise UnreadableInput(
            "the file is not delimited text", str(path), "export the dataset as CSV again"
        ) from error
    return table.to_batches()  # type: ignore[no-any-return]


def _ragged(first: tuple[int, int], count: int, expected: int, place: str) -> UnreadableInput:
    _, found = first
    others = f" (in {count} records)" if count > 1 else ""
    return UnreadableInput(
        f"expected {counted(expected, 'value')}, found {found}{others}",
        place,
        "quote values that contain the delimiter or a line break, and write missing values as empty fields",
    )


def without_empty_end(
    columns: Sequence[TextColumn], records: int, gathering: Gathering
) -> tuple[Sequence[TextColumn], int]:
    """The columns without records at the end that hold nothing, as spreadsheets leave them."""
    filled = np.zeros(records, dtype=np.bool_)
    for column in columns:
        filled |= column.filled()
        if not records or filled[-1]:
            return columns, records
    kept = int(np.flatnonzero(filled)[-1]) + 1 if filled.any() else 0
    return kept_columns((column.first(kept) for column in columns), gathering), kept


def empty_end(dataset: str, records: int) -> ReadingNote:
    """The note on records that were excluded so."""
    return ReadingNote(dataset, f"records at the end without values, excluded: {records}")


def _decoded(column: TextColumn, variable: str, dataset: str, notes: list[ReadingNote]) -> TextColumn:
    """Values whose bytes became characters, each in its own encoding."""
    raw = [None if text is None else text.encode(_BYTES) for text in column.values.to_pylist()]
    texts, undecoded = decode_values([text or b"" for text in raw])
    if undecoded is not None:
        first: NDArray[np.bool_] = np.zeros(len(texts), dtype=np.bool_)
        first[undecoded.position] = True
        notes.append(undecoded_note(undecoded, dataset, variable, column.first_record(first)))
    decoded = [None if old is None else new for old, new in zip(raw, texts, strict=True)]
    return column.with_values(pa.array(decoded, pa.large_string()))
