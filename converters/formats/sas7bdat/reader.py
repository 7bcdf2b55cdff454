"""sas7bdat through pyreadstat, with what it leaves out: whole files only, special missing values, dates
that cannot overflow, text in its own encoding, and the format catalogue beside the data.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyreadstat
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, SpecialMissing, Variable
from ....schemas.wording import one_line
from ...values.encodings import codec_name
from ...values.file_kind import seems
from ...values.sas_formats import kind_of
from ...values.text_column import TextBlocks
from ...values.typed_text import STAMPS_OF
from ..format import ReadOptions, refuse_too_many
from ..unpacking import Allowance
from .catalog import value_labels
from .header import BYTES, FileOfBytes, SasHeader
from .text import BytesColumn, SasText

_SIZE_OF_A_VALUE = 8
_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_DAMAGED = "copy it again; if it is encrypted or password-protected, save it unprotected in SAS (ENCRYPT=NO)"
_FAILURES = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, TypeError)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """One numeric column as the dataset holds it."""

    values: NDArray[Any]
    special_missing: SpecialMissing | None = None
    notes: tuple[ReadingNote, ...] = ()


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
    header = _header(path)
    _refuse_impossible_sizes(header, _pyreadstat(path, metadata_only=True)[1], path, options)
    values, metadata = _pyreadstat(path)
    written = metadata.column_names
    if not written:  # a copy that was broken off may hold zeros for the rest
        raise UnreadableInput("the SAS dataset has no variables", str(path), _DAMAGED)
    texts = {
        name: _column_of_bytes(values.pop(name))
        for name in written
        if metadata.readstat_variable_types[name] == "string"
    }
    chosen = codec_name(options.encoding) if options.encoding else None
    text = SasText(header.encoding, chosen, "the SAS dataset", str(path))
    text.settle(_words(metadata), texts.values())
    dataset = (text.word(metadata.table_name).strip() or path.stem).upper()
    text.where = f"{path}, dataset {dataset}"
    variables = tuple(_variables(metadata, text))
    _check_names(variables, text.where)
    gathering = options.memory.gathering(_SIZE_OF_A_VALUE * metadata.number_rows * len(variables))
    notes: list[ReadingNote] = []
    for variable, name in zip(variables, written, strict=True):
        if name in texts:
            gathering.add(variable.name, text.column(texts.pop(name), variable.name).to_pandas())
        else:
            numbers = _number_column(variable, values.pop(name), dataset)
            gathering.add(variable.name, numbers.values, numbers.special_missing)
            notes += numbers.notes
    labels, labels_notes = value_labels(path, dataset, variables, options)
    if options.progress:
        options.progress(path.name, metadata.number_rows, metadata.number_rows)
    return [
        Dataset.of(
            DatasetDescription(
                name=dataset,
                variables=variables,
                label=text.word(metadata.file_label),
                source=Source(path, "SAS7BDAT", encoding=text.usual),
                created=metadata.creation_time,
                modified=metadata.modification_time,
                attributes=MappingProxyType({"value_labels": labels} if labels else {}),
            ),
            gathering.columns(metadata.number_rows),
            notes=(*text.notes(dataset), *notes, *labels_notes),
        )
    ]


def _header(path: Path) -> SasHeader:
    """The header; refuses what is no sas7bdat, or less of one than its header says."""
    header = SasHeader.of(path)
    if not header.first.startswith(_MAGIC):
        kind = seems(header.first)
        what = {"empty": "the file is empty", "": "the file is not a SAS dataset"}.get(
            kind, f"the file is {kind}, not a SAS dataset"
        )
        raise UnreadableInput(what, str(path), "export the dataset from SAS again")
    size = path.stat().st_size
    if size < header.size:
        raise UnreadableInput(
            f"the file is truncated: {size:,} of {header.size:,} bytes", str(path), "copy it again"
        )
    return header


def _refuse_impossible_sizes(header: SasHeader, metadata: Any, path: Path, options: ReadOptions) -> None:
    """Compare the records that the file states with its size: memory is taken for all of them at once."""
    refuse_too_many(metadata.number_columns, str(path))
    records, width = metadata.number_rows, sum(metadata.variable_storage_width.values())
    if records is None:  # so pyreadstat calls a number below zero
        raise UnreadableInput("the SAS dataset states a negative number of records", str(path), _DAMAGED)
    possible = header.most_records(width)
    if records > possible:
        raise UnreadableInput(
            f"the SAS dataset states {records:,} records, but is large enough for {possible:,} at most",
            str(path),
            _DAMAGED,
        )
    if records * width > header.size:  # it must be compressed
        Allowance(path, header.size, options).take(records * width)


def _pyreadstat(path: Path, *, metadata_only: bool = False) -> tuple[dict[str, list[Any]], Any]:
    """Values by variable, and metadata; in all text every byte is a character."""
    try:
        with FileOfBytes(path) as file, warnings.catch_warnings(record=True) as renamed:
            warnings.simplefilter("always")
            values, metadata = pyreadstat.read_sas7bdat(
                file,
                encoding=BYTES,
                user_missing=True,
                disable_datetime_conversion=True,
                output_format="dict",
                metadataonly=metadata_only,
            )
    except _FAILURES as error:
        raise UnreadableInput(
            "the SAS dataset is damaged, encrypted or of an unsupported type",
            f"{path}: {one_line(str(error))}",
            _DAMAGED,
        ) from error
    if renamed:  # the only warning there is; SAS makes no such dataset
        raise UnreadableInput(
            "two variables have the same name, so the SAS dataset is damaged", str(path), _DAMAGED
        )
    return values, metadata


def _column_of_bytes(values: list[str | None]) -> BytesColumn:
    blocks = TextBlocks()
    blocks.add(pa.array(values, pa.large_string()))
    return BytesColumn(blocks.column())


def _words(metadata: Any) -> Iterator[str | None]:
    """All text of the file that is not data."""
    yield from (metadata.table_name, metadata.file_label)
    yield from chain(metadata.column_names, metadata.column_labels)
    yield from chain(metadata.original_variable_types.values(), metadata.original_variable_informats.values())


def _variables(metadata: Any, text: SasText) -> Iterator[Variable]:
    for name, label in zip(metadata.column_names, metadata.column_labels, strict=True):
        yield Variable(
            name=text.word(name),
            label=text.word(label),
            type="Char" if metadata.readstat_variable_types[name] == "string" else "Num",
            length=metadata.variable_storage_width[name],
            format=_format(text.word(metadata.original_variable_types[name])),
            informat=_format(text.word(metadata.original_variable_informats[name])),
        )


def _format(text: str) -> str:
    """A format as SAS writes it, "DATE9." of "DATE9"."""
    return f"{text}." if text and "." not in text else text


def _check_names(variables: tuple[Variable, ...], where: str) -> None:
    # Names that differ as bytes may be one text.
    if len({variable.name.upper() for variable in variables}) < len(variables):
        raise UnreadableInput(
            "two variables have the same name", where, "rename one of them and export again"
        )


def _number_column(variable: Variable, values: list[Any], dataset: str) -> _Numbers:
    numbers, special = _numbers(values)
    kind = kind_of(variable.format)
    if kind not in STAMPS_OF:
        return _Numbers(numbers, special)
    stamps = STAMPS_OF[kind](numbers)
    if stamps is None:
        message = f"has a {kind} format, but contains values outside the SAS range; kept as numbers"
        return _Numbers(numbers, special, (ReadingNote(dataset, message, variable.name),))
    return _Numbers(stamps, special)


def _numbers(values: list[Any]) -> tuple[NDArray[np.float64], SpecialMissing | None]:
    """Doubles and special missing values, which pyreadstat gives as letters among the numbers."""
    if str not in set(map(type, values)):
        return np.array(values, dtype=np.float64), None
    mixed = np.array(values, dtype=object)
    tagged = np.fromiter((isinstance(value, str) for value in values), np.bool_, len(values))
    records = np.flatnonzero(tagged).astype(np.int64)
    tags = mixed[tagged].astype("<U1")
    mixed[tagged] = None
    return mixed.astype(np.float64), SpecialMissing(records, tags)
