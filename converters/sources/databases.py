"""The tables of a database, each brought as a Parquet file in which its comments are labels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.errors import UnreadableInput, UnreadableInputs
from ...schemas.wording import one_line
from ..formats.databases.database import Database, StoredTable, UnfitColumns, in_types_of
from ..formats.databases.place import DatabasePlace
from ..formats.databases.session import reading
from ..formats.format import ReadOptions, refuse_too_many
from ..formats.parquet.metadata import KEY
from ..values.address import Address
from ..values.work_folder import work_told

_FILE_NAME = re.compile(r"[A-Za-z0-9][\w$#-]{0,99}")
_LISTED = 12


def bring(place: Path, folder: Path, options: ReadOptions, /) -> Path:
    """The tables and views that an address means, as they are at one moment.

    Raises
    ------
    ConfigurationError
        When the address has an unknown key, or the driver is not installed.
    UnreadableInput
        When the database cannot be read, has no such tables, or has a column that no dataset can hold.
    """
    chosen = DatabasePlace.of(Address(place))
    problems: list[UnreadableInput] = []
    with reading(chosen) as database:
        stored = database.tables()
        _require_present(chosen, stored)
        meant = [(name, each) for each in stored if (name := chosen.dataset_of(each.name)) is not None]
        for number, (name, table) in enumerate(meant, 1):
            try:
                _fetch(database, table, name, folder / _file_name(table, number), str(place))
            except UnreadableInput as problem:
                problems.append(problem)
            if options.progress:
                options.progress(table.name, number, len(meant))
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise UnreadableInputs(problems)
    return folder


def _require_present(chosen: DatabasePlace, stored: list[StoredTable]) -> None:
    names = [each.name for each in stored]
    absent = [each for each in chosen.tables if each not in names]
    if absent or not any(map(chosen.dataset_of, names)):
        listed = ", ".join(map(one_line, names[:_LISTED])) + (", …" if len(names) > _LISTED else "")
        named = f" {', '.join(map(one_line, absent))}" if absent else ""
        begins = f" that begins with {one_line(chosen.prefix)}" if chosen.prefix and not absent else ""
        raise UnreadableInput(
            f"the database has no table{named}{begins}",
            f"{chosen.address}{f', schema {one_line(chosen.schema)}' if chosen.schema else ''}",
            f"its tables are: {listed}" if names else "check the schema: ?schema=NAME",
        )


def _fetch(database: Database, table: StoredTable, name: str, path: Path, place: str) -> None:
    where = f"{place}, table {one_line(table.name)}"
    if not table.columns:
        what = "the view cannot be opened" if table.is_view else "the table has no columns"
        raise UnreadableInput(what, where, "omit it: name the others in ?table=A,B")
    refuse_too_many(len(table.columns), where)
    try:
        records = database.records(table)
        schema = _described(records.schema, table, name)
        with work_told(path), pq.ParquetWriter(path, schema, compression="lz4") as writer:
            for batch in records.batches:
                writer.write_batch(in_types_of(schema, batch))
    except UnfitColumns as unfit:
        raise UnreadableInput(
            "the table has columns that no dataset can hold:",
            where,
            "make a view without them, or with text, numbers and dates, and read that: ?table=NAME",
            details=[one_line(each, 200) for each in unfit.faults],
        ) from None
    except Exception as error:  # of the driver: `session` says what it means
        error.add_note(f", table {one_line(table.name)}")
        raise


def _described(schema: pa.Schema, table: StoredTable, name: str) -> pa.Schema:
    """The schema with comments as labels; types of columns are what they mean, whatever the names."""
    fields = [
        pa.field(column.name, _storage(field.type)).with_metadata(
            {"label": column.label} if column.label else None
        )
        for field, column in zip(schema, table.columns, strict=True)
    ]
    is_labelled = any(column.label for column in table.columns)
    told: dict[str, Any] = {
        "layout": 1,
        "name": name,
        "label": table.label,
        "class": "",
        "subclass": "",
        "created": None,
        "modified": None,
        "carries": ["label"] if is_labelled else [],
        "attributes": {},
    }
    return pa.schema(fields, metadata={KEY: orjson.dumps(told)})


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _file_name(table: StoredTable, number: int) -> str:
    name = table.name if _FILE_NAME.fullmatch(table.name) else f"{number:06}"
    return f"{name}.parquet"
