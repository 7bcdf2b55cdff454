"""Dataset-JSON v1.1: one document (.json), a line per record (.ndjson), or those lines compressed.

Records are parsed in blocks, so that memory holds the columns and one block of records; a document whose rows
are not its last part is parsed at once. A file is refused when it departs from the standard: in its metadata,
in its number of records or of values, or in a value whose type is not the declared one.
"""

from __future__ import annotations

import gc
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BufferedReader
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, Variable
from ....schemas.wording import counted, one_line
from ...values.encodings import Undecoded, codec_name, decode_values, undecoded_note, undecoded_words
from ...values.file_kind import seems
from ...values.memory import size_of_text
from ...values.reading_notes import notes_on
from ...values.regular_file import open_regular
from ...values.sas_formats import FormatKind, kind_of
from ...values.text_column import FIRST_BLOCK
from ..format import ReadOptions, refuse_too_many
from ..unpacking import Allowance, unpacked
from .columns import Column, ColumnBuilder, WrongValue
from .document import NotInParts, SplitDocument
from .fault import fault_of
from .metadata import attributes_of, creation_of, faults, time_of, unknown_attributes, variable_of

_CHUNK = 1 << 20
_VALUES = 400_000
"""Values that are taken at once."""
_ADVICE = "write it again with a tool that follows Dataset-JSON 1.1"
_LISTED = 10
_ROWS_KEY = re.compile(rb'(?<!\\)"rows"\s*:\s*\[')
_VERSION = re.compile(r"\d{1,2}(\.\d{1,2}){0,2}", re.ASCII)
"""What a version looks like; anything else may be data, and is not quoted."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Content:
    """A file taken apart: the metadata, and the rows in blocks."""

    metadata: dict[str, Any]
    blocks: Iterator[list[Any]]
    undecoded: Undecoded | None = None


def read_dataset_json(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a Dataset-JSON file as one dataset.

    Parameters
    ----------
    path : Path
        .json, .ndjson, or compressed .ndjson.gz or .dsjc (zlib or gzip).
    options : ReadOptions

    Raises
    ------
    UnreadableInput
        When the file is not Dataset-JSON 1.1, is cut short, contradicts its own metadata, or has two
        columns of one name.
    """
    with open_regular(path) as file, _without_garbage_collection():
        try:
            return [_read_file(file, path, options)]
        except _Broken as broken:
            raise UnreadableInput(
                broken.what, f"{path}{broken.place and ', '}{broken.place}", broken.advice
            ) from broken


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Millions of small lists hold no cycle; searching them for one takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Broken(Exception):
    """What is wrong with a file, and where in it."""

    def __init__(self, what: str, place: str = "", advice: str = _ADVICE) -> None:
        super().__init__(what)
        self.what = what
        self.place = place
        self.advice = advice


def _read_file(file: BufferedReader, path: Path, options: ReadOptions) -> Dataset:
    head = file.read(512)
    file.seek(0)
    if not head.strip():
        raise _Broken("the file is empty", advice="write or copy it again")
    kind = path.suffix.lower()
    if kind in (".dsjc", ".gz"):
        return _read(_by_lines(_lines(_decompressed(file, path, options)), options), path, options)
    if seems(head) not in ("", "a JSON document", "a text file, perhaps CSV"):
        raise _Broken(f"the file is {seems(head)}, not Dataset-JSON")
    if kind == ".ndjson":
        return _read(_by_lines(_lines(iter(lambda: file.read(_CHUNK), b"")), options), path, options)
    return _read_document(file, path, options)


def _read_document(file: BufferedReader, path: Path, options: ReadOptions) -> Dataset:
    """Read a document in parts; at once where that cannot be done, so that what is wrong is said of it."""
    split = SplitDocument.of(file) if options.encoding is None else None
    if split is not None:
        rows = chain.from_iterable(split.rows())
        try:
            return _read(_Content(split.metadata, _in_blocks(rows, split.metadata)), path, options)
        except (NotInParts, _Broken):
            pass  # perhaps for what follows the rows
    return _read(_whole(file, options), path, options)


def _whole(file: BufferedReader, options: ReadOptions) -> _Content:
    metadata, rows = _parsed(file, options)
    size = _records_of_a_block(metadata)
    blocks = (rows[start : start + size] for start in range(0, len(rows), size))
    texts = _Texts()
    return _Content(texts.decoded(metadata), blocks, undecoded=texts.undecoded)


def _parsed(file: BufferedReader, options: ReadOptions) -> tuple[dict[str, Any], list[Any]]:
    """Metadata and rows of a document that is parsed at once."""
    file.seek(0)
    data = file.read()
    document = _loads(data, options)
    if not isinstance(document, dict):
        raise _Broken("the file is JSON, but not a Dataset-JSON object")
    if len(_ROWS_KEY.findall(data)) > 1:
        raise _Broken("the document contains rows twice")
    rows = document.pop("rows", [])
    if not isinstance(rows, list):
        raise _Broken("rows is not an array of arrays")
    return document, rows


def _by_lines(lines: Iterator[bytes], options: ReadOptions) -> _Content:
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line and not line.isspace())
    number, first = next(numbered, (1, b"null"))
    metadata = _loads(first, options, number)
    if not isinstance(metadata, dict):
        raise _Broken("the first line is not an object with the metadata", f"line {number}")
    if "rows" in metadata:
        raise _Broken("the file is one JSON document, not one line per record", advice="name it .json")
    names = _names(metadata)
    known = frozenset(names)
    rows = (_row(_loads(line, options, number, names), names, known, number) for number, line in numbered)
    texts = _Texts()
    return _Content(texts.decoded(metadata), _in_blocks(rows, metadata), undecoded=texts.undecoded)


def _in_blocks(rows: Iterator[Any], metadata: dict[str, Any]) -> Iterator[list[Any]]:
    size = _records_of_a_block(metadata)
    return iter(lambda: list(islice(rows, size)), [])


def _records_of_a_block(metadata: dict[str, Any]) -> int:
    """So many that their values, objects of Python's for a moment, take some ten megabytes."""
    return min(FIRST_BLOCK, max(1, _VALUES // max(1, len(_names(metadata)))))


def _names(metadata: dict[str, Any]) -> list[str]:
    """Names of the columns, of metadata that are not checked yet."""
    columns = metadata.get("columns")
    return [
        str(column.get("name")) if isinstance(column, dict) else "?"
        for column in (columns if isinstance(columns, list) else [])
    ]


def _row(row: Any, names: list[str], known: frozenset[str], number: int) -> Any:
    """A record as a list of values; on a line of its own it may be an object, with a value for each name."""
    if type(row) is not dict:
        return row
    unknown = next((name for name in row if name not in known), None)
    if unknown is not None:
        raise _Broken(
            f"a record has a value for {one_line(unknown)}, which is not a column", f"line {number}"
        )
    return [row.get(name) for name in names]


def _loads(data: bytes, options: ReadOptions, line: int | None = None, names: Sequence[str] = ()) -> Any:
    """JSON; bytes that are not UTF-8 become lone surrogates, which the columns decode.

    `line` is that of a file which has a document on each; `names` are those of its columns.
    """
    place = "" if line is None else f"line {line}"
    try:
        if options.encoding is not None:
            data = str(data, codec_name(options.encoding)).encode()
        return orjson.loads(data.removeprefix(_BYTE_ORDER_MARK))
    except UnicodeError as error:
        advice = "give the correct encoding, or omit --encoding to try UTF-8 and cp1252"
        raise _Broken(f"text is not {options.encoding}", place, advice) from error
    except orjson.JSONDecodeError as error:
        fault: json.JSONDecodeError = error
        try:
            str(data, "utf-8")
        except UnicodeDecodeError:
            try:
                return _loads_bytes(data)
            except json.JSONDecodeError as of_bytes:
                fault = of_bytes
            except RecursionError:
                raise _Broken("not valid JSON: nested too deeply", place) from None
        found = fault_of(fault, _ADVICE, line, names)
        raise _Broken(found.what, found.where, found.advice) from fault


def _loads_bytes(data: bytes) -> Any:
    text = str(data.removeprefix(_BYTE_ORDER_MARK), "utf-8", "surrogateescape")

    def refuse(constant: str) -> None:
        found = re.search(rf"[\[,:]\s*({constant})\s*[,\]}}]", text)
        raise json.JSONDecodeError("not a JSON value", text, found.start(1) if found else 0)

    return json.loads(text, parse_int=orjson.loads, parse_float=orjson.loads, parse_constant=refuse)


class _Texts:
    """Metadata whose stray bytes are read as cp1252; keeps the first of them."""

    def __init__(self) -> None:
        self.undecoded: Undecoded | None = None

    def decoded(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if value.isascii() else self._text(value)
        if isinstance(value, list):
            return [self.decoded(each) for each in value]
        if isinstance(value, dict):
            return {self.decoded(name): self.decoded(each) for name, each in value.items()}
        return value

    def _text(self, text: str) -> str:
        try:
            texts, undecoded = decode_values([text.encode("utf-8", "surrogateescape")])
        except UnicodeEncodeError as error:
            raise _Broken("a string is not valid Unicode (half a surrogate pair)", "metadata") from error
        self.undecoded = self.undecoded or undecoded
        return texts[0]


def _decompressed(file: BufferedReader, path: Path, options: ReadOptions) -> Iterator[bytes]:
    try:
        yield from unpacked(file, Allowance.of_file(file, path, options))
    except EOFError as error:
        raise _Broken(str(error), advice="copy or write the file again") from error
    except zlib.error as error:
        raise _Broken("the compression is not zlib or gzip, or is damaged", one_line(str(error))) from error


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        begun.append(first)
        if others:
            yield b"".join(begun)
            yield from others[:-1]
            begun = others[-1:]
    if any(begun):
        yield b"".join(begun)


def _read(content: _Content, path: Path, options: ReadOptions) -> Dataset:
    metadata = content.metadata
    refuse_too_many(len(_names(metadata)), str(path))
    _refuse_faults(metadata)
    name = metadata["name"].strip().upper()
    variables = _variables(metadata)
    gathering = options.memory.gathering(size_of_text(path))
    builders = [ColumnBuilder(variable, gathering, options.date_order) for variable in variables]
    expected = int(metadata["records"])
    records = 0
    for count in _taken(content.blocks, builders):
        records += count
        if options.progress:
            options.progress(path.name, min(records, expected), expected)
    if records != expected:
        raise _Broken(
            f"the metadata state {expected} records, the file contains {records}",
            advice="copy or write the file again",
        )
    builders.reverse()  # popped one by one: what a column was gathered in goes as soon as it is finished
    columns = []
    for variable in variables:
        column = _column(builders.pop())
        gathering.add(variable.name, column.values)
        columns.append(replace(column, values=None))
        del column  # or it is held while the next one is made
    return Dataset.of(
        DatasetDescription(
            name=name,
            variables=tuple(map(_described, variables, columns)),
            label=metadata["label"],
            source=Source(path, "Dataset-JSON"),
            created=creation_of(metadata),
            modified=time_of(metadata.get("dbLastModifiedDateTime")),
            attributes=attributes_of(metadata),
        ),
        gathering.columns(records),
        notes=tuple(
            chain(
                _notes_on_metadata(name, content),
                *(_notes(name, *each) for each in zip(variables, columns, strict=True)),
                notes_on(
                    name, {each.name: column.told for each, column in zip(variables, columns, strict=True)}
                ),
            )
        ),
    )


def _refuse_faults(metadata: dict[str, Any]) -> None:
    version = metadata.get("datasetJSONVersion")
    if "datasetJSONVersion" not in metadata:
        raise _Broken("the file is JSON, but not Dataset-JSON: datasetJSONVersion is not present")
    if isinstance(version, str) and not version.startswith("1.1"):
        stated = f" {version}" if _VERSION.fullmatch(version) else " of another version"
        raise _Broken(f"the file is Dataset-JSON{stated}; only version 1.1 can be read")
    found = list(faults(metadata))
    if found:
        count = f" (one of {len(found)} faults)" if len(found) > 1 else ""
        raise _Broken(f"the file is not valid Dataset-JSON 1.1: {found[0]}{count}", "metadata")
    if not metadata["name"].strip():
        raise _Broken("the dataset has no name", "metadata")


def _variables(metadata: dict[str, Any]) -> list[Variable]:
    variables = [variable_of(column) for column in metadata["columns"]]
    seen: set[str] = set()
    for variable in variables:
        if variable.name.upper() in seen:
            raise _Broken(f"two columns are named {one_line(variable.name)}", "metadata")
        seen.add(variable.name.upper())
    return variables


def _taken(blocks: Iterator[list[Any]], builders: list[ColumnBuilder]) -> Iterator[int]:
    """Have all records taken; yields the number of each block, of which none is held any more."""
    records = 0
    while block := next(blocks, []):
        _add(block, builders, records)
        count = len(block)
        del block  # or it is held while the next one is made
        records += count
        yield count


def _add(block: list[Any], builders: list[ColumnBuilder], before: int) -> None:
    """Turn rows into columns; `before` records came in earlier blocks."""
    if set(map(type, block)) != {list}:
        record = next(i for i, row in enumerate(block, before + 1) if type(row) is not list)
        raise _Broken("a record is not an array of values", f"record {record}")
    if set(map(len, block)) != {len(builders)}:
        record, row = next((i, row) for i, row in enumerate(block, before + 1) if len(row) != len(builders))
        raise _Broken(f"expected {counted(len(builders), 'value')}, found {len(row)}", f"record {record}")
    for builder, values in zip(builders, zip(*block, strict=True), strict=True):
        with _placed(builder.variable):
            builder.add(values)


def _column(builder: ColumnBuilder) -> Column:
    with _placed(builder.variable):
        return builder.column()


@contextmanager
def _placed(variable: Variable) -> Iterator[None]:
    """Tell of a wrong value where it is."""
    try:
        yield
    except WrongValue as wrong:
        raise _Broken(
            str(wrong),
            f"variable {one_line(variable.name)}, record {wrong.record}",
            "correct the column's dataType or the value; a missing value is null",
        ) from wrong


def _described(variable: Variable, column: Column) -> Variable:
    """The variable as its column turned out: a date that is none stays the text it is."""
    if variable.type == "Num" and not column.is_number:
        return replace(variable, type="Char", length=None, format="", target_data_type="")
    if column.kind is FormatKind.DATETIME and kind_of(variable.format) is FormatKind.DATE:
        return replace(variable, format="", data_type="datetime")  # dates with a time of day
    return replace(variable, format=variable.format or column.format)


def _notes_on_metadata(dataset: str, content: _Content) -> Iterator[ReadingNote]:
    if content.undecoded is not None:
        yield ReadingNote(dataset, f"metadata: {undecoded_words(content.undecoded)}")
    unknown = list(unknown_attributes(content.metadata))
    if unknown:
        more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
        yield ReadingNote(
            dataset,
            f"attributes that are not part of Dataset-JSON 1.1: {', '.join(unknown[:_LISTED])}{more}; "
            "not used, and not written to Dataset-JSON",
        )


def _notes(dataset: str, variable: Variable, column: Column) -> Iterator[ReadingNote]:
    if column.undecoded is not None:
        yield undecoded_note(column.undecoded, dataset, variable.name, column.undecoded.position + 1)
    for problem, record in column.problems:
        yield ReadingNote(dataset, problem, variable.name, record)
