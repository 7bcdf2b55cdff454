"""Parquet: files of our own writer with all their metadata, files and folders of parts that others made.

Text stays text; what another column becomes is the table `_CONVERSIONS`. Whatever changes a value is told by
a note; a column that no dataset can hold (nested, bytes that are no text) is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ....schemas.errors import UnreadableInput
from ....schemas.standards.known_variables import variable_type
from ....schemas.standards.requirement import VariableType
from ....schemas.study.dataset import Dataset
from ....schemas.study.description import DatasetDescription
from ....schemas.study.variable import ReadingNote, Source, SpecialMissing, Variable
from ....schemas.wording import one_line
from ...values.arrow_columns import are_whole_days
from ...values.reading_notes import Told, notes_on
from ...values.sas_formats import FormatKind
from ...values.text_column import TextBlocks
from ...values.typed_text import TIME_FORMAT, kind_by_name
from ...values.written_forms import mask_of
from ...values.written_stamps import CUT_TO_MICROSECONDS, MIDNIGHTS, READ_IN_ZONE, as_meant
from ..format import ReadOptions
from ..unpacking import Allowance
from . import metadata
from .parts import parts_of
from .table import ArrowTable, ParquetTable, readable
from .tables import STAMPS_OF_DATES

_EXACT = 2**53
_SIZE_OF_A_VALUE = 8
"""Bytes in memory: of a number, and more than of a code of text."""
_DIGITS_OF_A_DOUBLE = 15
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_UNNAMED_INDEX = "__index_level_"
_INDEX = "unnamed index column written by pandas, excluded"
_FROM_FOLDERS = "read from the folder names of the parts"
_MOVED = (
    "special missing values are read as plain missing: the records were changed, filtered or sorted by "
    "another tool since they were written"
)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column as a Dataset holds it."""

    values: Any
    type: VariableType = "Num"
    format: str = ""
    notes: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()


class _Unfit(Exception):
    """A column that no dataset can hold: why, and what to do."""


def read_parquet(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a Parquet file, or a folder of the parts of one dataset, as one dataset.

    Parameters
    ----------
    path : Path
        A file, or a folder such as ``adtte.parquet/`` with parts as Spark, Arrow, dask and others write
        them (see `parts`).
    options : ReadOptions
        `encoding` has no meaning here: text in Parquet is UTF-8.

    Raises
    ------
    UnreadableInput
        When a file is no whole Parquet file, a column is nested, holds bytes that are no text, or
        shares its name with another, or the parts are not parts of one dataset.
    """
    found = parts_of(path)
    table = ParquetTable.of(path, found.parts)
    form = f"Parquet, {len(table.files)} parts" if path.is_dir() else "Parquet"
    with table.held_open(), readable(found.parts[0].path):
        return [dataset_of(table, found.others, options, form)]


def dataset_of(table: ArrowTable, others: Sequence[str], options: ReadOptions, form: str) -> Dataset:
    """A table as a dataset.

    Parameters
    ----------
    table : ArrowTable
    others : sequence of str
        Files of its folder that are not read.
    options : ReadOptions
    form : str
        What `Source.format` is to say.

    Raises
    ------
    UnreadableInput
        When no dataset can hold a column of it.
    """
    path = table.path
    told = _told(table)
    name = told.name or path.stem.upper()
    fields = [field for field in table.schema if not field.name.startswith(_UNNAMED_INDEX)]
    allowance = Allowance(path, table.size, options)
    allowance.take(table.records * len(fields))  # a run of equal values takes a few bytes of a file
    gathering = options.memory.gathering(_SIZE_OF_A_VALUE * table.records * len(fields))
    variables: list[Variable] = []
    told_by_column: list[tuple[str, str]] = [(_FROM_FOLDERS, key) for key in table.from_folders]
    told_of_values: dict[str, tuple[Told, ...]] = {}
    if len(fields) < len(table.schema):
        told_by_column.append((_INDEX, ""))
    if others:
        told_by_column.append(
            (f"not read, in the folder of the parts: {', '.join(map(one_line, others))}", "")
        )
    for done, field in enumerate(fields, start=1):
        column = _column(table, field, told.ours, allowance)
        variable = metadata.variable_of(field, column.type)
        variables.append(replace(variable, format=variable.format or column.format))
        told_by_column += [(message, field.name) for message in column.notes]
        told_of_values[field.name] = column.told
        try:
            special = _special_missing(table, field.name, column)
        except ValueError:
            special = None
            told_by_column.append((_MOVED, field.name))
        gathering.add(field.name, column.values, special)
        del column  # or it is held while the next one is made
        if options.progress:
            options.progress(path.name, done, len(fields))
    return Dataset.of(
        DatasetDescription(
            name=name,
            variables=tuple(variables),
            label=told.label,
            declared_class=told.declared_class,
            declared_subclass=told.declared_subclass,
            carries=told.carries,
            source=Source(path, form),
            created=told.created,
            modified=told.modified,
            attributes=MappingProxyType(dict(told.attributes)),
        ),
        gathering.columns(table.records),
        notes=(*_notes(name, told_by_column), *notes_on(name, told_of_values)),
    )


def _told(table: ArrowTable) -> metadata.DatasetMetadata:
    """What the first part says about the dataset; the others must be of the same one."""
    first, *further = (metadata.dataset_metadata(file.schema) for file in table.files)
    for file, told in zip(table.files[1:], further, strict=True):
        if told.name != first.name:
            raise UnreadableInput(
                f"the parts belong to different datasets: {first.name or '?'} and {told.name or '?'}",
                str(file.part.path),
                "move the files that do not belong to it",
            )
    return first


def _special_missing(table: ArrowTable, name: str, column: _Column) -> SpecialMissing | None:
    """The special missing values that the files keep of a column.

    A part that our writer wrote keeps the positions in that part. A tool that split such a file gives
    every part the metadata of the whole, with the positions in the whole.

    Raises
    ------
    ValueError
        When they belong to other records than these.
    """
    if name in table.from_folders:
        return None
    fields = [file.schema.field(name) for file in table.files]
    if not any(map(metadata.has_special_missing, fields)):
        return None
    missing = pd.Series(column.values).isna().to_numpy(dtype=np.bool_)
    if all(field.metadata == fields[0].metadata for field in fields):
        with suppress(ValueError):
            return metadata.special_missing_of(fields[0], missing)
    of_parts = [
        (first, metadata.special_missing_of(field, missing[first:end]))
        for field, (first, end) in zip(fields, table.bounds, strict=True)
        if metadata.has_special_missing(field)
    ]
    return SpecialMissing(
        np.concatenate([first + each.records for first, each in of_parts]),
        np.concatenate([each.tags for _, each in of_parts]),
    )


def _notes(dataset: str, told_by_column: list[tuple[str, str]]) -> tuple[ReadingNote, ...]:
    """One note for all columns of which the same is to be told."""
    names: dict[str, list[str]] = {}
    for message, name in told_by_column:
        names.setdefault(message, []).append(name)
    return tuple(
        ReadingNote(dataset, message, variable=concerned[0])
        if len(concerned) == 1
        else ReadingNote(dataset, f"{', '.join(concerned)}: {message}")
        for message, concerned in names.items()
    )


def _column(table: ArrowTable, field: pa.Field, ours: bool, allowance: Allowance) -> _Column:
    try:
        kind = _stored_type(field.type)
        blocks = (_plain(block, kind) for block in table.column(field.name))
        if _is_text(kind):
            return _text(blocks, allowance)
        data = pa.chunked_array(blocks, kind).combine_chunks()
        convert = next(convert for fits, convert in _CONVERSIONS if fits(kind))
        return convert(data, field, ours)
    except _Unfit as reason:
        what, advice = reason.args
        raise UnreadableInput(what, f"{table.path}: {field.name}", advice) from None


def _stored_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values, without extension type or dictionary."""
    if str(getattr(kind, "extension_name", "")).startswith("pandas."):
        raise _Unfit("a column of periods or intervals", "write it as dates, numbers or text")
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    plain = storage.value_type if pa.types.is_dictionary(storage) else storage
    return pa.large_string() if plain == pa.string_view() else plain


def _plain(block: pa.Array, kind: pa.DataType) -> pa.Array:
    """The values of a block in that type."""
    storage = block.storage if isinstance(block, pa.ExtensionArray) else block
    if pa.types.is_dictionary(storage.type):  # a dictionary of views, as polars writes it, cannot be cast
        storage = pa.DictionaryArray.from_arrays(storage.indices, storage.dictionary.cast(kind))
    return storage.cast(kind) if storage.type != kind else storage


def _text(blocks: Iterable[pa.Array], allowance: Allowance | None = None) -> _Column:
    texts = TextBlocks()
    for block in blocks:
        text = block.cast(pa.large_string())
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            raise _Unfit("text is not UTF-8", "write the file again with its text as UTF-8") from None
        texts.add(text)
        if allowance is not None and not texts.encodes:
            allowance.take(text.nbytes)
    return _Column(texts.column().to_pandas(), "Char")


def _bytes(data: pa.Array, _field: pa.Field, _ours: bool) -> _Column:
    """Older writers mark text as mere bytes."""
    try:
        return _text([data.cast(pa.large_binary()).cast(pa.large_string())])
    except pa.ArrowInvalid:
        raise _Unfit(
            "a column of bytes that are not text", "remove or decode it in the program that wrote the file"
        ) from None


def _number(data: pa.Array, _field: pa.Field, _ours: bool) -> _Column:
    return _Column(_doubles(data.cast(pa.float64())))


def _whole_number(data: pa.Array, field: pa.Field, ours: bool) -> _Column:
    extremes = pc.min_max(data).as_py().values()
    if any(value is not None and abs(value) > _EXACT for value in extremes):
        note = "contains integers beyond 2**53, which a double cannot hold exactly; read as character"
        return _Column(_text([data.cast(pa.large_string())]).values, "Char", notes=(note,))
    return _number(data, field, ours)


def _decimal(data: pa.Array, _field: pa.Field, _ours: bool) -> _Column:
    # By way of text, which gives the nearest double.
    numbers = _doubles(data.cast(pa.large_string()).cast(pa.float64()))
    if data.type.precision <= _DIGITS_OF_A_DOUBLE:
        return _Column(numbers)
    inexact = sum(Decimal(repr(value)) != exact for value, exact in _pairs(data))
    values = "value has" if inexact == 1 else "values have"
    note = f"{inexact:,} distinct decimal {values} more digits than a double can hold; rounded"
    return _Column(numbers, notes=(note,) if inexact else ())


def _pairs(data: pa.Array) -> list[tuple[float, Decimal]]:
    distinct = data.drop_null().unique()
    nearest = distinct.cast(pa.large_string()).cast(pa.float64())
    return list(zip(nearest.to_pylist(), distinct.to_pylist(), strict=True))


def _date(data: pa.Array, field: pa.Field, ours: bool) -> _Column:
    days = data.cast(pa.date32()).to_numpy(zero_copy_only=False)
    if ours or kind_by_name(field.name) is not FormatKind.DATETIME:
        return _Column(days.astype("datetime64[s]"))
    has_time = np.zeros(len(days), dtype=np.bool_)
    return _stamps(days.astype("datetime64[us]"), has_time, FormatKind.DATETIME)


def _datetime(data: pa.Array, field: pa.Field, ours: bool) -> _Column:
    if ours and data.type == STAMPS_OF_DATES and are_whole_days(data.to_numpy(zero_copy_only=False)):
        return _Column(data.to_numpy(zero_copy_only=False).astype("datetime64[s]"))
    told: list[Told] = []
    present = ~np.asarray(data.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    if data.type.tz is not None:
        told.append(_of_records(READ_IN_ZONE.format(zone=data.type.tz), present))
        data = pc.local_timestamp(data)
    micros = data.cast(pa.timestamp("us"), safe=data.type.unit != "ns")
    if data.type.unit == "ns":
        finer = present & ~mask_of(pc.equal(micros.cast(data.type), data).fill_null(True))
        told += [_of_records(CUT_TO_MICROSECONDS, finer)] if finer.any() else []
    stamps = micros.to_numpy(zero_copy_only=False)
    if ours or kind_by_name(field.name) is not FormatKind.DATE:
        return _Column(stamps, told=tuple(told))
    return _stamps(stamps, present, FormatKind.DATE, told)


def _stamps(
    stamps: NDArray[np.datetime64], has_time: NDArray[np.bool_], kind: FormatKind, told: Sequence[Told] = ()
) -> _Column:
    """Stamps in a variable that is a date or a datetime by its name, as text of them would be read."""
    values, _, remarks = as_meant(stamps, has_time, kind)
    # A writer that knows datetimes alone has no other way to hold dates than as midnights.
    remarks = tuple(each for each in remarks if each.message != MIDNIGHTS)
    return _Column(values, told=(*told, *(_of_records(each.message, each.where) for each in remarks)))


def _of_records(message: str, where: NDArray[np.bool_]) -> Told:
    return Told(message, int(np.count_nonzero(where)), int(where.argmax()) + 1)


def _time(data: pa.Array, _field: pa.Field, _ours: bool) -> _Column:
    ticks = data.cast(pa.int32() if pa.types.is_time32(data.type) else pa.int64())
    return _Column(_doubles(ticks.cast(pa.float64())) / _PER_SECOND[data.type.unit], format=TIME_FORMAT)


def _nothing(data: pa.Array, field: pa.Field, ours: bool) -> _Column:
    """A column without a type, all null: what its metadata or its name says, else text."""
    if (metadata.told_type(field) or variable_type(field.name)) == "Num":
        return _number(data, field, ours)
    return _text([data])


def _unfit(data: pa.Array, _field: pa.Field, _ours: bool) -> _Column:
    raise _Unfit(
        f"a column of unsupported type {data.type}", "flatten or remove it in the program that wrote the file"
    )


def _doubles(data: pa.Array) -> NDArray[np.float64]:
    return np.array(data.to_numpy(zero_copy_only=False), dtype=np.float64)


def _is_text(kind: pa.DataType) -> bool:
    return bool(_is.is_string(kind) or _is.is_large_string(kind) or kind == pa.string_view())


_is = pa.types
_CONVERSIONS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, pa.Field, bool], _Column]], ...
] = (
    (lambda kind: _is.is_binary(kind) or _is.is_large_binary(kind) or _is.is_fixed_size_binary(kind), _bytes),
    (lambda kind: _is.is_floating(kind) or _is.is_boolean(kind), _number),
    (_is.is_integer, _whole_number),
    (_is.is_decimal, _decimal),
    (_is.is_date, _date),
    (_is.is_timestamp, _datetime),
    (_is.is_time, _time),
    (_is.is_null, _nothing),
    (lambda _: True, _unfit),
)
