"""A file of Arrow's, with a footer or a stream of record batches, as a table that is read by columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ....schemas.errors import UnreadableInput
from ....schemas.wording import one_line
from ...values.file_kind import seems
from ...values.regular_file import open_regular
from ..format import refuse_repeated_names, refuse_too_many
from ..parquet.parts import Part
from ..parquet.table import ANOTHER_NAME

_FILE, _STREAM, _OLD = b"ARROW1", b"\xff\xff\xff\xff", b"FEA1"
_HEAD = 512


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Refuse a file that Arrow cannot make sense of."""
    try:
        yield
    except pa.ArrowNotImplementedError as error:
        raise UnreadableInput(
            f"the Arrow file contains what pyarrow {pa.__version__} does not read",
            f"{path}: {one_line(str(error))}",
            "write that column as text or numbers, or update pyarrow; if the file is damaged, copy it again",
        ) from error
    except (pa.ArrowException, ValueError, KeyError, EOFError) as error:
        raise _damaged(path, error) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UnreadableInput:
    return UnreadableInput(
        "a damaged or incomplete Arrow file",
        f"{path}: {one_line(str(error))}",
        "copy or write the file again, and check that the copy is complete",
    )


@dataclass(frozen=True, slots=True)
class IpcTable:
    """One file; see `parquet.table.ArrowTable`.

    Attributes
    ----------
    part : Part
    schema : Schema
    records : int
    is_stream : bool
        Whether the file has no footer.
    """

    part: Part
    schema: pa.Schema
    records: int
    is_stream: bool

    @classmethod
    def of(cls, path: Path) -> IpcTable:
        """The table of a file.

        Raises
        ------
        UnreadableInput
            When it is not one of Arrow's, or damaged.
        """
        with open_regular(path) as stream:
            head = stream.read(_HEAD)
        is_stream = head.startswith(_STREAM)
        if not is_stream and not head.startswith(_FILE):
            raise _other(path, head)
        part = Part(path, {})
        with readable(path), _opened(path, is_stream) as reader:
            schema = reader.schema
            refuse_too_many(len(schema), str(path))
            refuse_repeated_names(schema.names, str(path), ANOTHER_NAME, "columns")
        with readable(path):
            records = sum(each.num_rows for each in _batches(path, is_stream, 0)) if len(schema) else 0
        return cls(part, schema, records, is_stream)

    @property
    def path(self) -> Path:
        return self.part.path

    @property
    def files(self) -> tuple[IpcTable, ...]:
        return (self,)

    @property
    def from_folders(self) -> tuple[str, ...]:
        return ()

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def bounds(self) -> list[tuple[int, int]]:
        return [(0, self.records)]

    def column(self, name: str) -> Iterator[pa.Array]:
        """One column, a batch at a time; what a damaged file would have Arrow read beyond its end is refused.

        Raises
        ------
        UnreadableInput
        """
        with readable(self.path):
            for batch in _batches(self.path, self.is_stream, self.schema.get_field_index(name)):
                batch.validate(full=True)
                yield batch.column(0)


def _other(path: Path, head: bytes) -> UnreadableInput:
    if head.startswith(_OLD):
        return UnreadableInput(
            "the file is of Feather version 1, which is not read",
            str(path),
            "write it again with a later version of Arrow (write_feather in Python or R)",
        )
    kind = seems(head)
    return UnreadableInput(
        "the file is empty" if kind == "empty" else "the file is not an Arrow file",
        f"{path}: it is {kind}" if kind not in {"", "empty"} else str(path),
        "check the file name and the source of the file",
    )


@contextmanager
def _opened(
    path: Path, is_stream: bool, options: pa.ipc.IpcReadOptions | None = None
) -> Iterator[pa.ipc.RecordBatchStreamReader]:
    opens = pa.ipc.open_stream if is_stream else pa.ipc.open_file
    with open_regular(path) as file, opens(file, options=options) as reader:
        yield reader


def _batches(path: Path, is_stream: bool, column: int) -> Iterator[pa.RecordBatch]:
    """All batches with this column alone."""
    options = pa.ipc.IpcReadOptions(included_fields=[column])
    with _opened(path, is_stream, options) as reader:
        if is_stream:
            yield from reader
            return
        for place in range(reader.num_record_batches):
            yield reader.get_batch(place)
