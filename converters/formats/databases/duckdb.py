"""DuckDB, by its own driver. What a database file says cannot make it read other files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ....schemas.wording import counted
from .database import (
    ROWS,
    CatalogColumn,
    FetchedRecords,
    NewTable,
    StoredTable,
    UnfitColumns,
    fetched,
    literal,
    quoted,
)
from .place import DatabasePlace

ERRORS: tuple[type[Exception], ...] = (duckdb.Error,)
# Not UHUGEINT, which comes as a double, rounded.
_READ = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG)?(INT|INTEGER)|HUGEINT|FLOAT|DOUBLE|DECIMAL\(.*\)|VARCHAR|ENUM\(.*\)|UUID|DATE|TIME"
    r"|TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?",
    re.DOTALL,
)
_INFINITE = re.compile(r"DATE|TIMESTAMP.*")
_TABLES = """
select table_name, comment, false from duckdb_tables()
where database_name = current_database() and schema_name = ? and not internal
union all
select view_name, comment, true from duckdb_views()
where database_name = current_database() and schema_name = ? and not internal
order by 1
"""
_COLUMNS = """
select column_name, data_type, comment from duckdb_columns()
where database_name = current_database() and schema_name = ? and table_name = ? order by column_index
"""
_SOURCE = "adamgate_records"


class _DuckDB:
    def __init__(self, connection: Any, schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def tables(self) -> list[StoredTable]:
        found = self._all(_TABLES, [self._schema, self._schema])
        return [
            StoredTable(
                name,
                comment or "",
                tuple(
                    CatalogColumn(column, kind, label or "")
                    for column, kind, label in self._all(_COLUMNS, [self._schema, name])
                ),
                is_view,
            )
            for name, comment, is_view in found
        ]

    def records(self, table: StoredTable) -> FetchedRecords:
        faults = [f"{each.name}: {each.type}" for each in table.columns if not _READ.fullmatch(each.type)]
        endless = [each.name for each in table.columns if _INFINITE.fullmatch(each.type)]
        place = self._named(table.name)
        if endless:
            counts = ", ".join(f"count(*) filter (where isinf({quoted(name)}))" for name in endless)
            (found,) = self._all(f"select {counts} from {place}")  # noqa: S608 - quoted
            faults += [
                f"{name}: infinite in {counted(count, 'record')}"
                for name, count in zip(endless, found, strict=True)
                if count
            ]
        if faults:
            raise UnfitColumns(faults)
        columns = ", ".join(quoted(each.name) for each in table.columns)
        reader = self._connection.sql(f"select {columns} from {place}").to_arrow_reader(ROWS)  # noqa: S608
        return FetchedRecords(reader.schema, fetched(reader))

    def drop(self, name: str) -> None:
        self._connection.execute(f"drop table {self._named(name)}")

    def create(self, table: NewTable, records: Any) -> None:
        place = self._named(table.name)
        self._connection.execute(f"create schema if not exists {quoted(self._schema)}")
        self._connection.register(_SOURCE, records)
        try:
            self._connection.execute(f"create table {place} as select * from {_SOURCE}")  # noqa: S608
        finally:
            self._connection.unregister(_SOURCE)
        if table.label:
            self._connection.execute(f"comment on table {place} is {literal(table.label)}")
        for name, label in table.labels.items():
            self._connection.execute(f"comment on column {place}.{quoted(name)} is {literal(label)}")

    def _named(self, table: str) -> str:
        return f"{quoted(self._schema)}.{quoted(table)}"

    def _all(self, statement: str, values: Any = None) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()  # type: ignore[no-any-return]


@contextmanager
def connect(place: DatabasePlace, *, writes: bool) -> Iterator[_DuckDB]:
    """See `Connect`."""
    limits = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_unsigned_extensions": "false",
    }
    connection = duckdb.connect(str(place.file), read_only=not writes, config=limits)
    try:
        connection.execute("set enable_external_access = false")
        connection.execute("set TimeZone = 'UTC'")  # of times with a zone, whatever that of this machine
        connection.execute("set lock_configuration = true")
        connection.execute("begin transaction")
        yield _DuckDB(connection, place.schema or "main")
        connection.execute("commit")
    finally:
        connection.close()  # what was not committed is undone
