"""Datasets to tables of one database, in one transaction: the whole delivery, or nothing of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.errors import UnwritableOutput
from ...schemas.wording import one_line
from ..formats.databases.database import DRIVERS, ROWS, Database, NewTable, StoredTable, in_types_of
from ..formats.databases.place import DatabasePlace
from ..formats.databases.session import at, writing
from ..formats.parquet.metadata import dataset_metadata
from ..values.address import FILE_DATABASES, Address
from ..values.temporary_names import give_name, remove_leftovers, temporary_name
from . import FileToSend


def present(places: Sequence[Path], /) -> list[Path]:
    """Places whose tables exist.

    Raises
    ------
    UnwritableOutput
        Also when a view has the name of a table.
    """
    place = _place(places)
    if _is_new(place):
        return []
    with writing(place, place) as database:
        return [each for each in places if _stored(database, place, each) is not None]


def send(made: Sequence[FileToSend], /, *, overwrite: bool) -> None:
    """Make the tables. A new database file appears with all of them."""
    place = _place([each.place for each in made])
    with _whole(place) as written, writing(written, place) as database:
        for each in made:
            name = _table(place, each.place)
            stored = _stored(database, place, each.place)
            if stored is not None:
                if not overwrite or stored.is_view:
                    raise _taken(stored, each.place, is_ours_to_replace=not stored.is_view)
                database.drop(stored.name)
            with pq.ParquetFile(each.file) as file:
                schema = _plain(file.schema_arrow)
                batches = (in_types_of(schema, batch) for batch in file.iter_batches(ROWS))
                records = pa.RecordBatchReader.from_batches(schema, batches)
                database.create(_described(name, file.schema_arrow, schema), records)


def _place(places: Sequence[Path]) -> DatabasePlace:
    return DatabasePlace.of(cast("Address", places[0].parent))


def _table(place: DatabasePlace, path: Path) -> str:
    return f"{place.prefix}{path.name}"


def _stored(database: Database, place: DatabasePlace, path: Path) -> StoredTable | None:
    """What has the name of a table, in whatever case: most databases take them for one.

    Raises
    ------
    UnwritableOutput
        When only another case of the name is there, and is another table: both would be one dataset.
    """
    name = _table(place, path)
    found = [each for each in database.tables() if each.name.lower() == name.lower()]
    stored = next((each for each in found if each.name == name), next(iter(found), None))
    if stored is not None and stored.name != name and DRIVERS[place.address.scheme].case_counts:
        raise _taken(stored, path, is_ours_to_replace=False)
    return stored


def _taken(stored: StoredTable, place: Path, *, is_ours_to_replace: bool) -> UnwritableOutput:
    what = "a view" if stored.is_view else "a table"
    return UnwritableOutput(
        f"{what} with the name {one_line(stored.name)} already exists",
        str(place),
        "use another schema or prefix (?schema=NAME, ?prefix=TEXT)"
        + (", or --overwrite" if is_ours_to_replace else ""),
    )


def _plain(schema: pa.Schema) -> pa.Schema:
    """Columns without our metadata, their texts as texts."""
    return pa.schema(
        [
            pa.field(each.name, pa.string() if pa.types.is_dictionary(each.type) else each.type)
            for each in schema
        ]
    )


def _described(name: str, written: pa.Schema, schema: pa.Schema) -> NewTable:
    labels: dict[str, Any] = {
        each.name: each.metadata[b"label"].decode() for each in written if b"label" in (each.metadata or {})
    }
    return NewTable(name, dataset_metadata(written).label, labels, schema)


def _is_new(place: DatabasePlace) -> bool:
    return place.address.scheme in FILE_DATABASES and not os.path.lexists(place.file)


@contextmanager
def _whole(place: DatabasePlace) -> Iterator[DatabasePlace]:
    """Where to write: a new database file gets its name when it is complete."""
    if not _is_new(place):
        yield place
        return
    folder = place.file.parent
    remove_leftovers(folder)
    work = folder / temporary_name("work")  # a folder: databases have files beside theirs while they work
    try:
        work.mkdir(mode=0o700)
        temporary = work / place.file.name
        yield at(place, Address(f"{place.address.scheme}:/{temporary}"))
        give_name(temporary, place.file)
    except FileExistsError:
        raise UnwritableOutput(
            "the output already exists", str(place.address), "choose another name, or use --overwrite"
        ) from None
    except OSError as error:
        raise UnwritableOutput(
            f"the output cannot be written: {error.strerror or error}",
            str(place.address),
            "choose another folder",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
