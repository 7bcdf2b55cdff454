"""sas7bdat files, uncompressed and compressed, of 32 and 64 bits, in both byte orders.

Pages are read by blocks; text is kept as bytes until all of it is there, because how bytes become text is
decided once for a file (`text`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, Variable
from ...values.encodings import codec_name
from ...values.file_kind import seems
from ...values.gathering import GatheredNumbers, Gathering
from ...values.regular_file import FileBecameShorter, open_regular
from ...values.sas_formats import kind_of
from ...values.typed_text import STAMPS_OF
from ..format import ReadOptions, refuse_repeated_names, refuse_too_many, stated_name
from ..unpacking import Allowance
from .catalog import value_labels
from .columns import DoubleColumn, TextOfBytes, column_blocks
from .contents import Compression, SasColumn, SasContents, read_contents
from .header import BYTES, SasHeader
from .pages import DamagedFile, PageFile
from .records import records_of
from .text import BytesColumn, SasText

_SIZE_OF_A_VALUE = 8
_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_SIZES = range(1024, (1 << 24) + 1)
"""Bytes of a header or page, as ReadStat has met them."""
_DAMAGED = "copy it again; if it is encrypted or password-protected, save it unprotected in SAS (ENCRYPT=NO)"


def read_sas7bdat(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a sas7bdat file as one dataset.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        Without `catalog` the one beside the data is taken that is named like the data or ``formats``,
        else the only one there. Its value labels go to ``attributes["value_labels"]``: per variable a
        mapping of value (as text, ".A" for a special missing) to label.

    Raises
    ------
    UnreadableInput
        When the file is no whole SAS dataset, is encrypted, declares an encoding that is not known, or
        holds text that is not in the encoding the user named; or when the catalogue the user named is no
        SAS catalogue.
    """
    try:
        with open_regular(path) as file:
            return [_read(PageFile(file, _header(path, file)), path, options)]
    except DamagedFile as damage:
        raise UnreadableInput(
            "the SAS dataset is damaged, encrypted or of an unsupported type", f"{path}: {damage}", _DAMAGED
        ) from None
    except FileBecameShorter:
        raise UnreadableInput(
            "the file became shorter while it was being read", str(path), "read it again when it is complete"
        ) from None


def _read(file: PageFile, path: Path, options: ReadOptions) -> Dataset:
    contents = read_contents(file)
    _refuse_impossible_sizes(file.header, contents, path, options)
    gathering = options.memory.gathering(_SIZE_OF_A_VALUE * contents.records * len(contents.columns))
    columns = _columns(file, contents, gathering, path, options)
    text = SasText(
        file.header.encoding,
        codec_name(options.encoding) if options.encoding else None,
        "the SAS dataset",
        str(path),
    )
    text.settle(_words(file.header, contents), _ColumnsOfBytes(columns))
    dataset = stated_name(text.word(file.header.name.decode(BYTES)), path)
    text.where = f"{path}, dataset {dataset}"
    variables = tuple(_variable(column, text) for column in contents.columns)
    _check_names(variables, text.where)
    notes: list[ReadingNote] = []
    # Popped one by one, so that what a column was collected in goes as soon as it is finished.
    columns.reverse()
    for variable in variables:
        column = columns.pop()
        if isinstance(column, TextOfBytes):
            texts = text.column(BytesColumn(column.column()), variable.name)
            gathering.add(variable.name, texts.to_pandas())
        else:
            numbers = _numbers(column, variable, dataset)
            gathering.add(variable.name, numbers.values, column.special_missing)
            notes += numbers.notes
    labels, labels_notes = value_labels(path, dataset, variables, options)
    if options.progress:
        options.progress(path.name, contents.records, contents.records)
    return Dataset.of(
        DatasetDescription(
            name=dataset,
            variables=variables,
            label=text.word(contents.label.decode(BYTES)),
            source=Source(path, "SAS7BDAT", encoding=text.usual),
            created=file.header.created,
            modified=file.header.modified,
            attributes=MappingProxyType({"value_labels": labels} if labels else {}),
        ),
        gathering.columns(contents.records),
        notes=(*text.notes(dataset), *notes, *labels_notes),
    )


def _header(path: Path, file: BufferedReader) -> SasHeader:
    """The header; refuses what is no sas7bdat, or less of one than its header says."""
    header = SasHeader.read(file)
    if not header.first.startswith(_MAGIC):
        kind = seems(header.first)
        what = {"empty": "the file is empty", "": "the file is not a SAS dataset"}.get(
            kind, f"the file is {kind}, not a SAS dataset"
        )
        raise UnreadableInput(what, str(path), "export the dataset from SAS again")
    size = os.fstat(file.fileno()).st_size
    if size < header.size:
        raise UnreadableInput(
            f"the file is truncated: {size:,} of {header.size:,} bytes", str(path), "copy it again"
        )
    if not header.whole:
        raise UnreadableInput("the file is truncated: its header is not complete", str(path), "copy it again")
    if header.start not in _SIZES or header.page_size not in _SIZES:
        raise DamagedFile(f"a header of {header.start:,} bytes, pages of {header.page_size:,} bytes")
    return header


def _refuse_impossible_sizes(
    header: SasHeader, contents: SasContents, path: Path, options: ReadOptions
) -> None:
    """Compare the records that the file states with its size: memory is taken for all of them at once."""
    refuse_too_many(len(contents.columns), str(path))
    records, width = contents.records, contents.width
    packed = contents.compression is not Compression.NONE
    possible = header.most_records(width) if packed else header.size // max(1, width)
    if records > possible:
        raise UnreadableInput(
            f"the SAS dataset states {records:,} records, but is large enough for {possible:,} at most",
            str(path),
            _DAMAGED,
        )
    if records * width > header.size:
        Allowance(path, header.size, options).take(records * width)


def _columns(
    file: PageFile, contents: SasContents, gathering: Gathering, path: Path, options: ReadOptions
) -> list[DoubleColumn | TextOfBytes]:
    records = contents.records
    columns: list[DoubleColumn | TextOfBytes] = [
        DoubleColumn(gathering.numbers(records), file.header.order)
        if column.numeric
        else TextOfBytes(gathering, records)
        for column in contents.columns
    ]
    if not records:
        return columns
    done = 0
    for block in column_blocks(records_of(file, contents), contents.columns, contents.width, records):
        for column, stored in zip(columns, block, strict=True):
            column.add(stored)
        gathering.give_back()
        done += len(block[0])
        if options.progress:
            options.progress(path.name, done, records)
    return columns


class _ColumnsOfBytes:
    """The columns of text, each put together when it is asked for."""

    def __init__(self, columns: Sequence[DoubleColumn | TextOfBytes]) -> None:
        self._columns = [column for column in columns if isinstance(column, TextOfBytes)]

    def __iter__(self) -> Iterator[BytesColumn]:
        return (BytesColumn(column.column()) for column in self._columns)


def _words(header: SasHeader, contents: SasContents) -> Iterator[str]:
    """All text of the file that is not data."""
    of_columns = ((each.name, each.label, each.format, each.informat) for each in contents.columns)
    return (word.decode(BYTES) for word in chain((header.name, contents.label), *of_columns))


def _variable(column: SasColumn, text: SasText) -> Variable:
    return Variable(
        name=text.word(column.name.decode(BYTES)),
        label=text.word(column.label.decode(BYTES)),
        type="Num" if column.numeric else "Char",
        length=column.length,
        format=_format(text.word(column.format.decode(BYTES))),
        informat=_format(text.word(column.informat.decode(BYTES))),
    )


def _format(text: str) -> str:
    """A format as SAS writes it, "DATE9." of "DATE9"."""
    return f"{text}." if text and "." not in text else text


def _check_names(variables: tuple[Variable, ...], where: str) -> None:
    # Names that differ as bytes may be one text.
    names = [variable.name for variable in variables]
    refuse_repeated_names(names, where, "rename one of them and export again")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """One numeric column as the dataset holds it."""

    values: GatheredNumbers | NDArray[Any]
    notes: tuple[ReadingNote, ...] = ()


def _numbers(column: DoubleColumn, variable: Variable, dataset: str) -> _Numbers:
    kind = kind_of(variable.format)
    if kind not in STAMPS_OF:
        return _Numbers(column.numbers)
    stamps = STAMPS_OF[kind](column.numbers.whole())
    if stamps is None:
        message = f"has a {kind} format, but contains values outside the SAS range; kept as numbers"
        return _Numbers(column.numbers, (ReadingNote(dataset, message, variable.name),))
    return _Numbers(stamps)
