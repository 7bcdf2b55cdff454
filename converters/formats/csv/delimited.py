"""Bytes of a delimited file into columns of text, without a guess at what the text means.

Arrow splits the bytes. Whether quotation marks are where they may be (RFC 4180) is checked before,
since a lost one would silently move the borders of all that follows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.variable import ReadingNote
from ...values.encodings import BYTE_ORDER_MARKS, codec_name, decode_values, shown_bytes, undecoded_note
from ...values.file_kind import seems
from ...values.gathering import Gathering
from ...values.regular_file import open_regular
from ...values.text_column import TextBlocks, TextColumn, columns_of, kept_columns
from ..format import ReadOptions
from ..unpacking import Allowance, unpacked
from .head import LINE_BREAK, nameless, read_head

NA = "NA"
"""How R writes a missing value, without quotation marks."""

LONGEST_RECORD = 8 << 20
"""Bytes that a record may have: a lost quotation mark makes one of all that follows."""

_BLOCK = LONGEST_RECORD
_CONTENT = re.compile(rb"[^\r\n]")
_FILLED = re.compile(rb"\S")
_PLAUSIBLE = ("", "a text file, perhaps CSV")
_BYTES = "iso-8859-1"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    data, encoding, stray = _utf8(_content(path, options), path, options.encoding)
    first = _CONTENT.search(data)
    head = read_head(data, first.start() if first else 0, path, dataset, stray=stray, described=described)
    _refuse_misplaced_quotes(data, head.start, head.delimiter, path)
    notes, body = head.notes, head.body
    raw = _Raw([TextBlocks(gathering.blocks()) for _ in head.names], keeps_na=not options.missing)
    end = _content_end(data, body)
    if len(head.names) == 1 and (blank := len(LINE_BREAK.findall(data, end)) - (end > body)) > 0:
        notes.append(ReadingNote(dataset, f"blank lines at the end, excluded: {blank}"))
    if end > body:
        _split(_records(data, body, end), raw, head.delimiter, path, options)
    names = _named(head.names, raw.blocks, path, dataset, notes)
    columns = columns_of(raw.blocks[: len(names)], gathering)
    if stray:
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
        "cp1252" if stray else encoding,
        notes,
    )


def _records(data: bytes, body: int, end: int) -> pa.Buffer:
    """The bytes of the records. Arrow drops a byte order mark in front, also where it is part of a value."""
    if data.startswith(_BYTE_ORDER_MARK, body):
        return pa.py_buffer(_BYTE_ORDER_MARK + data[body:end])
    return pa.py_buffer(data).slice(body, end - body)


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
        message = f"columns at the end without a name and without a value, excluded: {len(names) - named}"
        notes.append(ReadingNote(dataset, message))
    return names[:named]


def _content(path: Path, options: ReadOptions) -> bytes:
    with open_regular(path) as file:
        data = _gunzipped(file, path, options) if file.peek(2).startswith(b"\x1f\x8b") else file.read()
    if not _FILLED.search(data):
        raise UnreadableInput(
            "the file is empty", str(path), "export it again; an empty dataset still has a line of names"
        )
    kind = seems(data[:512])
    if kind not in _PLAUSIBLE and not data.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)):
        raise UnreadableInput(f"this is {kind}, not CSV", str(path), "export the dataset as CSV again")
    return data


def _gunzipped(file: BufferedReader, path: Path, options: ReadOptions) -> bytes:
    try:
        return b"".join(unpacked(file, Allowance.of_file(file, path, options)))
    except (EOFError, zlib.error) as error:
        raise UnreadableInput(
            "the gzip compression is broken or cut short", str(path), "copy or export the file again"
        ) from error


def _utf8(data: bytes, path: Path, encoding: str | None) -> tuple[bytes, str, bool]:
    """The content as UTF-8, its encoding, and whether there are stray bytes.

    Where neither the user nor a byte order mark names an encoding and some bytes are not UTF-8, every
    byte becomes a character (Latin 1), to be decoded value by value once the borders are known.
    """
    marked = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    wanted = codec_name(encoding) if encoding else marked
    if b"\0" in data[:4096] and not wanted.startswith(("utf-16", "utf-32")):
        raise UnreadableInput(
            "this is a binary file, not CSV", f"{path}: zero bytes", "export the dataset as CSV again"
        )
    if wanted == "utf-8" and data.isascii():
        return data, wanted, False
    try:
        text = str(data, wanted)
    except UnicodeDecodeError as error:
        if encoding is None and wanted.startswith("utf-8"):
            return str(data.removeprefix(b"\xef\xbb\xbf"), _BYTES).encode(), "utf-8", True
        raise UnreadableInput(
            f"text is not {wanted}: bytes {shown_bytes(data[error.start : error.start + 6])}",
            f"{path}, line {_line(data, error.start)}",
            "name the right encoding, or leave --encoding out to have UTF-8 and cp1252 tried",
        ) from error
    known = "utf-8" if wanted == "utf-8-sig" else wanted
    return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass"), known, False


def _content_end(data: bytes, body: int) -> int:
    """Where the last line with something on it ends, its line break not counted."""
    end = len(data)
    while end > body and data[end - 1] in b"\r\n":
        end -= 1
    return end


def _refuse_misplaced_quotes(data: bytes, start: int, delimiter: bytes, path: Path) -> None:
    place, closed = _misplaced_quote(data, delimiter, start)
    if place is not None:
        raise UnreadableInput(
            "a quotation mark stands inside a value" if closed else "a quotation mark is never closed",
            f"{path}, line {_line(data, place)}",
            "put such a value into quotation marks, and write each mark within it twice",
        )


def _misplaced_quote(data: bytes, delimiter: bytes, begin: int = 0) -> tuple[int | None, bool]:
    """Position of the first quotation mark out of place from `begin` on, if any, and whether all are closed.

    Every other mark opens and must follow a border, the rest close and must precede one. Two in a row
    within quotes stand for one: they close and open at once, so a mark counts as a border too.
    """
    if data.find(b'"', begin) < 0:
        return None, True
    border = np.zeros(256, dtype=np.bool_)
    border[list(delimiter + b'\r\n"')] = True
    content = np.frombuffer(data, dtype=np.uint8)
    seen = 0
    for start in range(begin, len(content), _BLOCK):
        marks = start + np.flatnonzero(content[start : start + _BLOCK] == ord('"'))
        opening = (seen + np.arange(len(marks))) % 2 == 0
        beside = np.where(opening, marks - 1, marks + 1)
        inside = (beside >= begin) & (beside < len(content))
        wrong = inside & ~border[content[np.clip(beside, 0, len(content) - 1)]]
        if wrong.any():
            return int(marks[wrong.argmax()]), True
        seen += len(marks)
    return (data.rindex(b'"'), False) if seen % 2 else (None, True)


def _line(data: bytes, place: int) -> int:
    return sum(1 for _ in LINE_BREAK.finditer(data, 0, place)) + 1


@dataclass(slots=True)
class _Raw:
    """Columns of bytes, block by block, and the records that have too few or too many values.

    Attributes
    ----------
    keeps_na : bool
        Whether NA without quotation marks, which comes as null, is a text and only counted.
    """

    blocks: list[TextBlocks]
    keeps_na: bool
    records: int = 0
    bare: list[int] = field(default_factory=list)
    ragged: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bare = [0] * len(self.blocks)

    def note_ragged(self, row: Any) -> str:
        """Keep the number of the record and of its values."""
        self.ragged.append((row.number, row.actual_columns))
        return "skip"

    def add(self, batch: pa.RecordBatch) -> None:
        self.records += batch.num_rows
        for place, part in enumerate(batch.columns):
            self.bare[place] += part.null_count
            self.blocks[place].add(part.fill_null(NA) if self.keeps_na and part.null_count else part)


def _split(body: pa.Buffer, raw: _Raw, delimiter: bytes, path: Path, options: ReadOptions) -> None:
    names = [str(position) for position in range(len(raw.blocks))]
    stream = pa.BufferReader(body)
    try:
        reader = arrow_csv.open_csv(
            stream,
            arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=delimiter.decode(),
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
        for batch in reader:
            raw.add(batch)
            if options.progress:
                options.progress(path.name, min(stream.tell(), body.size), body.size)
    except pa.ArrowInvalid as error:
        raise _unsplit(error, path) from error
    if raw.ragged:
        raise _ragged(raw.ragged, len(names), path)


def _unsplit(error: pa.ArrowInvalid, path: Path) -> UnreadableInput:
    if "straddl" in str(error):
        return UnreadableInput(
            f"a record is longer than {_BLOCK >> 20} MB",
            str(path),
            "a quotation mark may be lost near its beginning: export the file again",
        )
    return UnreadableInput("this is no delimited text", str(path), "export the dataset as CSV again")


def _ragged(ragged: list[tuple[int, int]], expected: int, path: Path) -> UnreadableInput:
    number, found = ragged[0]
    others = f" (in {len(ragged)} records)" if len(ragged) > 1 else ""
    return UnreadableInput(
        f"expected {expected} values, found {found}{others}",
        f"{path}, record {number}",
        "quote values that hold the delimiter or a line break, and write missing values as empty fields",
    )


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
