"""A Parquet file, or the parts of one dataset, as one table that is read column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ....schemas.errors import UnreadableInput
from ....schemas.standards.known_variables import variable_type
from ....schemas.wording import one_line
from ...values.file_kind import seems
from ...values.regular_file import open_regular
from ...values.sas_formats import FormatKind
from ...values.text_column import FIRST_BLOCK
from ...values.typed_text import kind_by_name
from ..format import refuse_repeated_names, refuse_too_many
from .parts import Part

ANOTHER_NAME = "rename one in the program that wrote the file"
_TEXT = pa.large_string()
_BLOCK = FIRST_BLOCK
"""Records that are read at once."""
_HELD_OPEN = 32
_OTHER_DATASETS = (
    "write the dataset again in one run; if these are several datasets, rename the folder so that it does "
    "not end in .parquet"
)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Refuse a file that Arrow cannot make sense of, by what it seems to be."""
    try:
        yield
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UnreadableInput:
    with open_regular(path) as stream:
        head = stream.read(512)
    if head.startswith(b"PAR1"):
        return UnreadableInput(
            "a damaged or incomplete Parquet file",
            f"{path}: {one_line(str(error))}",
            "copy or write the file again, and check that the copy is complete",
        )
    kind = seems(head)
    return UnreadableInput(
        "the file is not a Parquet file",
        f"{path}: it is {kind}" if kind else str(path),
        "check the file name and the source of the file",
    )


class TableFile(Protocol):
    """One file of a table."""

    @property
    def part(self) -> Part: ...
    @property
    def schema(self) -> pa.Schema: ...


class ArrowTable(Protocol):
    """A table of one or several files that is read column by column: see `ParquetTable`."""

    @property
    def path(self) -> Path: ...
    @property
    def files(self) -> Sequence[TableFile]: ...
    @property
    def schema(self) -> pa.Schema: ...
    @property
    def from_folders(self) -> tuple[str, ...]: ...
    @property
    def size(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def bounds(self) -> list[tuple[int, int]]: ...
    def column(self, name: str) -> Iterator[pa.Array]: ...


@dataclass(frozen=True, slots=True)
class _File:
    """One file: its footer, and while it is held open the file itself."""

    part: Part
    footer: pq.FileMetaData
    schema: pa.Schema
    held: list[pq.ParquetFile] = field(default_factory=list)

    @classmethod
    def of(cls, part: Part) -> _File:
        with readable(part.path), open_regular(part.path) as stream, pq.ParquetFile(stream) as file:
            refuse_too_many(file.metadata.num_columns, str(part.path))
            return cls(part, file.metadata, file.schema_arrow)

    @contextmanager
    def opened(self) -> Iterator[pq.ParquetFile]:
        """The file: the one that is held, else one for this time only."""
        if self.held:
            yield self.held[0]
            return
        with open_regular(self.part.path) as stream, pq.ParquetFile(stream, metadata=self.footer) as file:
            yield file

    def blocks(self, name: str) -> Iterator[pa.Array]:
        """A column, some thousand records at a time: memory never holds all copies of a text that repeats."""
        with readable(self.part.path), self.opened() as file:
            for batch in file.iter_batches(_BLOCK, columns=[name]):
                yield batch.column(0)


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """One table of one or several files.

    Attributes
    ----------
    path : Path
        The file, or the folder of the parts.
    files : tuple of _File
        In the order of their records.
    schema : Schema
        Columns of the first file with the types that hold the values of all, then the variables that
        only the names of the folders state.
    from_folders : tuple of str
        Those variables.
    """

    path: Path
    files: tuple[_File, ...]
    schema: pa.Schema
    from_folders: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, parts: Sequence[Part]) -> ParquetTable:
        """The table of these parts.

        Raises
        ------
        UnreadableInput
            When a part is damaged, lacks a column of another, or has it with a type that cannot be
            joined without loss.
        """
        files = tuple(map(_File.of, parts))
        schema = files[0].schema
        for file in files:
            refuse_repeated_names(file.schema.names, str(file.part.path), ANOTHER_NAME, "columns")
            _refuse_other_columns(files[0], file)
        if len(files) > 1:
            for at, name in enumerate(schema.names):
                schema = schema.set(at, schema.field(at).with_type(_joined_type(files, name)))
        taken = {name.upper() for name in schema.names}
        from_folders = tuple(key for key in parts[0].keys if key.upper() not in taken)
        for key in from_folders:
            schema = schema.append(pa.field(key, _key_type(key, parts)))
        return cls(path, files, schema, from_folders)

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Open files once for all their columns: each opening looks at all of them.

        Only the first files: a dataset of Spark may have more parts than a process may have open files.
        """
        with ExitStack() as stack:
            for file in self.files[:_HELD_OPEN]:
                with readable(file.part.path):
                    file.held.append(stack.enter_context(file.opened()))
                stack.callback(file.held.clear)
            yield

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.part.path.stat().st_size for file in self.files)

    @property
    def records(self) -> int:
        return sum(file.footer.num_rows for file in self.files)

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """First record of each file, and the first behind it; counted from 0."""
        ends = list(accumulate(file.footer.num_rows for file in self.files))
        return list(zip([0, *ends], ends, strict=False))

    def column(self, name: str) -> Iterator[pa.Array]:
        """One column in blocks, the records of all files after each other.

        Raises
        ------
        UnreadableInput
            When a file is damaged, or contradicts the name of its folder.
        """
        wanted = self.schema.field(name).type
        for file in self.files:
            if name in self.from_folders:
                key = pa.scalar(file.part.keys[name], _TEXT).cast(wanted)
                yield from (pa.repeat(key, length) for length in _lengths(file.footer.num_rows))
                continue
            for block in file.blocks(name):
                column = _cast(block, wanted, file, name) if len(self.files) > 1 else block
                _refuse_contradiction(column, file, name)
                yield column


def _lengths(records: int) -> Iterator[int]:
    """Lengths of the blocks of so many records."""
    yield from (min(_BLOCK, records - start) for start in range(0, records, _BLOCK))


def _refuse_other_columns(first: _File, file: _File) -> None:
    for has, lacks in ((first, file), (file, first)):
        present = set(lacks.schema.names)
        names = [name for name in has.schema.names if name not in present]
        if names:
            raise UnreadableInput(
                "a part lacks columns of the other parts",
                f"{lacks.part.path}: {one_line(names[0])} is not present",
                _OTHER_DATASETS,
            )


def _joined_type(files: Sequence[_File], name: str) -> pa.DataType:
    """The type that holds a column's values of all parts."""
    joined = _stored(files[0].schema.field(name).type)
    for file in files[1:]:
        kind = _stored(file.schema.field(name).type)
        if kind == joined:
            continue
        try:
            if pa.types.is_decimal(kind) != pa.types.is_decimal(joined) and pa.null() not in (kind, joined):
                raise pa.ArrowTypeError("decimals and other numbers have no common type")
            pair = (pa.schema([(name, each)]) for each in (joined, kind))
            joined = pa.unify_schemas(list(pair), promote_options="permissive").field(0).type
        except pa.ArrowException:
            raise _other_type(file, name, f"{kind}, and {joined} in other parts") from None
    return joined


def _stored(kind: pa.DataType) -> pa.DataType:
    """The type of the values themselves: how a tool packed a text in one part is not the data."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return _TEXT if pa.types.is_string(kind) or kind == pa.string_view() else kind


def _other_type(file: _File, name: str, kinds: str) -> UnreadableInput:
    return UnreadableInput(
        "a column has different types in the parts of the dataset",
        f"{file.part.path}: {one_line(name)} is {kinds}",
        _OTHER_DATASETS,
    )


def _cast(column: pa.Array, wanted: pa.DataType, file: _File, name: str) -> pa.Array:
    """A part's column in the type of all; whole numbers that a double cannot hold are refused."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.cast(column.type.storage_type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    try:
        return column.cast(wanted)
    except pa.ArrowException:
        raise _other_type(file, name, f"{column.type}, with values that do not fit into {wanted}") from None


def _key_type(key: str, parts: Sequence[Part]) -> pa.DataType:
    """Text; numbers or dates where ADaM has the variable as numeric and every folder names one."""
    values = pa.array(sorted(filter(None, {part.keys[key] for part in parts})), _TEXT)
    if variable_type(key) != "Num":
        return _TEXT
    kind = pa.date32() if kind_by_name(key) is FormatKind.DATE else pa.float64()
    return kind if _casts(values, kind) else _TEXT


def _casts(values: pa.Array, kind: pa.DataType) -> bool:
    try:
        cast = values.cast(kind)
    except pa.ArrowInvalid:
        return False
    return not pa.types.is_floating(kind) or bool(pc.all(pc.is_finite(cast)).as_py() is not False)


def _refuse_contradiction(column: pa.Array, file: _File, name: str) -> None:
    """Some tools write a variable into the files and into the names of the folders."""
    stated = {key.upper(): value for key, value in file.part.keys.items()}
    if name.upper() not in stated:
        return
    value = stated[name.upper()]
    texts = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    if value is None:
        same = texts.null_count == len(texts)
    else:
        same = pc.all(pc.equal(texts, _stated(value, texts.type)).fill_null(False)).as_py() is not False
    if not same:
        raise UnreadableInput(
            "a part contains values other than that in its folder name",
            f"{file.part.path}: {one_line(name)}",
            "write the dataset again",
        )


def _stated(value: str, kind: pa.DataType) -> pa.Scalar:
    """What the name of a folder says, as the files hold it: 1.0 is 1; a null where it is of another type."""
    try:
        return pa.scalar(value, _TEXT).cast(kind)
    except pa.ArrowInvalid:
        return pa.scalar(None, kind)
