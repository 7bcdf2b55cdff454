"""The file beside a dataset that says which raw record each of its records was made of.

``_ae.raw.parquet`` beside ``ae.xpt``: a row for each record with the file and the line, and two columns for
each variable that is of other raw records. Numbers are packed as differences, so that records in the order of
the file need next to nothing. It has the SHA-256 of the dataset's file: beside another file it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from ...schemas.errors import UnreadableInput
from ...schemas.study.raw_places import RawPlaces
from ..values.regular_file import is_file_name
from .sidecar_names import raw_places_file

if TYPE_CHECKING:
    import pyarrow as pa

    from ...schemas.study.dataset import Dataset

_VERSION = b"1"
_VERSION_KEY, _HASH_KEY = b"adamgate.raw_places", b"adamgate.sha256"


def write_raw_places(places: RawPlaces, sha256: str, stream: BinaryIO) -> None:
    """Write the places of a dataset whose file has this hash; the same places give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(_columns("", places)))
    for name, each in places.variables.items():
        for column, values in _columns(f"{name}.", each):
            table = table.append_column(column, values)
    table = table.replace_schema_metadata({_VERSION_KEY: _VERSION, _HASH_KEY: sha256.encode()})
    lines = [name for name in table.column_names if name.endswith("line")]
    files = [name for name in table.column_names if name.endswith("file")]
    pq.write_table(
        table,
        stream,
        compression="zstd",
        use_dictionary=files,
        column_encoding=dict.fromkeys(lines, "DELTA_BINARY_PACKED"),
    )


def _columns(prefix: str, places: RawPlaces) -> Iterator[tuple[str, pa.Array]]:
    import pyarrow as pa

    codes = pa.array(places.file.astype(np.int32), mask=~places.known)
    yield f"{prefix}file", pa.DictionaryArray.from_arrays(codes, pa.array(places.files, pa.string()))
    yield f"{prefix}line", pa.array(np.where(places.known, places.line, 0).astype(np.int64))


@dataclass(frozen=True, slots=True)
class FilePlaces:
    """The places in a file, which are read when somebody asks.

    Attributes
    ----------
    path : Path
    records : int
        Number of records of the dataset.
    """

    path: Path
    records: int
    _read: list[RawPlaces] = field(default_factory=list, repr=False, compare=False)

    def load(self) -> RawPlaces:
        """The places.

        Raises
        ------
        UnreadableInput
            If the file is damaged.
        """
        if not self._read:
            self._read.append(_read(self.path, self.records))
        return self._read[0]

    def __getstate__(self) -> tuple[Path, int]:
        return self.path, self.records

    def __setstate__(self, state: tuple[Path, int]) -> None:
        for name, value in zip(("path", "records"), state, strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_read", [])


def raw_places_beside(dataset: Dataset) -> FilePlaces | None:
    """What the file beside a dataset's file says; None without one, or if it is of another file.

    Raises
    ------
    UnreadableInput
        If it cannot be read.
    """
    source = dataset.source
    if source is None or not source.sha256:
        return None
    path = raw_places_file(source.path.parent, dataset.name)
    # A name that a file gives to its dataset may be longer than any file's, or lead to another folder.
    if path.parent != source.path.parent or not is_file_name(path.name) or not path.is_file():
        return None
    about = _metadata(path)
    return FilePlaces(path, len(dataset)) if about.get(_HASH_KEY) == source.sha256.encode() else None


def _metadata(path: Path) -> dict[bytes, bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error


def _read(path: Path, records: int) -> RawPlaces:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path) from error
    names = [name.removesuffix(".file") for name in table.column_names if name.endswith(".file")]
    if len(table) != records or not {"file", "line"} <= set(table.column_names):
        raise _damaged(path)
    variables = {name: _places(table, f"{name}.") for name in names}
    own = _places(table, "")
    return RawPlaces(own.files, own.file, own.line, MappingProxyType(variables))


def _places(table: pa.Table, prefix: str) -> RawPlaces:
    import pyarrow as pa

    files: Any = table.column(f"{prefix}file").combine_chunks().cast(pa.dictionary(pa.int32(), pa.string()))
    codes = files.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return RawPlaces(tuple(files.dictionary.to_pylist()), codes, table.column(f"{prefix}line").to_numpy())


def _damaged(path: Path) -> UnreadableInput:
    return UnreadableInput(
        "the file with the raw records of a dataset is damaged",
        str(path),
        "derive the dataset again, or remove it",
    )
