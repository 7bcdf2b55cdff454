"""SQLite, by ADBC. A column may hold anything there, so what it holds is looked at before it is read.

SQLite has no dates: columns that are declared DATE or TIMESTAMP hold ISO 8601 texts, as we write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import adbc_driver_manager
import adbc_driver_sqlite.dbapi
import pyarrow as pa

from .adbc import Statements
from .database import (
    CatalogColumn,
    FetchedRecords,
    NewTable,
    StoredTable,
    UnfitColumns,
    fetched,
    literal,
    quoted,
    transaction,
)
from .place import DatabasePlace

ERRORS: tuple[type[Exception], ...] = (adbc_driver_manager.Error, UnicodeError)
_TABLES = """
select name, type = 'view' from sqlite_master
where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name
"""
_STAMPS = {"DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us"), "DATETIME": pa.timestamp("us")}
_NUMBER, _WHOLE, _TEXT = "0.5", "0", "''"
_BEYOND = "integer beyond 2**53"
"""A kind of value beside those that SQLite names: a real number does not hold it exactly."""
_DECLARED = (
    (pa.types.is_date, "DATE"),
    (pa.types.is_timestamp, "TIMESTAMP"),
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_integer, "INTEGER"),
    (pa.types.is_floating, "REAL"),
)


class _SQLite(Statements):
    def tables(self) -> list[StoredTable]:
        return [
            StoredTable(name, "", self._columns(name, bool(is_view)), bool(is_view))
            for name, is_view in self._all(_TABLES)
        ]

    def _columns(self, table: str, is_view: bool) -> tuple[CatalogColumn, ...]:
        """Columns, those that are computed included; of a view that cannot be opened none."""
        try:
            rows = self._all(f"select name, type from pragma_table_xinfo({literal(table)}) where hidden <> 1")  # noqa: S608
        except adbc_driver_manager.Error:
            if is_view:
                return ()
            raise
        return tuple(CatalogColumn(name, kind.upper()) for name, kind in rows)

    def records(self, table: StoredTable) -> FetchedRecords:
        held = self._held(table)
        faults = [
            f"{each.name}: {' and '.join(sorted(kinds))}"
            for each, kinds in zip(table.columns, held, strict=True)
            if _mark(kinds, each) is None
        ]
        if faults:
            raise UnfitColumns(faults)
        marks = [str(_mark(kinds, each)) for each, kinds in zip(table.columns, held, strict=True)]
        names = [quoted(each.name) for each in table.columns]
        # The type of a column is that of its first values: of this line, which is taken off again.
        first = ", ".join(f"{mark} as {name}" for mark, name in zip(marks, names, strict=True))
        values = ", ".join(
            f"cast({name} as real)" if mark == _NUMBER else name
            for mark, name in zip(marks, names, strict=True)
        )
        cursor = self._connection.cursor()
        cursor.execute(f"select {first} union all select {values} from {quoted(table.name)}")  # noqa: S608
        reader = cursor.fetch_record_batch()
        return _without_first(FetchedRecords(reader.schema, fetched(reader, cursor)), table)

    def drop(self, name: str) -> None:
        self._do(f"drop table {quoted(name)}")

    def create(self, table: NewTable, records: Any) -> None:
        columns = ", ".join(f"{quoted(each.name)} {_declared(each.type)}" for each in table.schema)
        self._do(f"create table {quoted(table.name)} ({columns})")
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(table.name, records, mode="append")

    def _held(self, table: StoredTable) -> list[set[str]]:
        """What each column holds: `_BEYOND` or a kind of SQLite, as "real"; nothing where all is missing."""
        kinds = ", ".join(f"group_concat(distinct {_kind(quoted(each.name))})" for each in table.columns)
        (found,) = self._all(f"select {kinds} from {quoted(table.name)}")  # noqa: S608 - quoted
        return [set((each or "").split(",")) - {"", "null"} for each in found]


def _kind(name: str) -> str:
    """The kind of a value as an expression of SQL."""
    beyond = f"typeof({name}) = 'integer' and {name} not between -{1 << 53} and {1 << 53}"
    return f"case when {beyond} then {literal(_BEYOND)} else typeof({name}) end"


def _mark(kinds: set[str], column: CatalogColumn) -> str | None:
    """A value of the type that a column has; None where it has several."""
    if kinds == {"text"} or (
        not kinds and (column.type in _STAMPS or "CHAR" in column.type or "TEXT" in column.type)
    ):
        return _TEXT
    if kinds and kinds <= {"integer", _BEYOND}:
        return _WHOLE
    return _NUMBER if kinds <= {"integer", "real"} else None


def _declared(kind: pa.DataType) -> str:
    return next((name for fits, name in _DECLARED if fits(kind)), "TEXT")


def _without_first(records: FetchedRecords, table: StoredTable) -> FetchedRecords:
    """Records without the first one, whose texts are dates in columns that are declared as such."""
    texts = {each.name for each in records.schema if pa.types.is_string(each.type)}
    stamps = {
        each.name: _STAMPS[each.type] for each in table.columns if each.type in _STAMPS and each.name in texts
    }
    schema = pa.schema([pa.field(each.name, stamps.get(each.name, each.type)) for each in records.schema])

    def batches() -> Iterator[pa.RecordBatch]:
        skipped = 1
        for batch in records.batches:
            rest = batch.slice(skipped)
            skipped = 0
            arrays = [_cast(array, each) for array, each in zip(rest.columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return FetchedRecords(schema, batches())


def _cast(array: pa.Array, field: pa.Field) -> pa.Array:
    try:
        return array.cast(field.type)
    except pa.ArrowInvalid:
        is_date = pa.types.is_date(field.type)
        form = "a date in the form 2024-05-01" if is_date else "a time in the form 2024-05-01 12:30:00"
        raise UnfitColumns([f"{field.name}: text that is not {form}"]) from None


@contextmanager
def connect(place: DatabasePlace, *, writes: bool) -> Iterator[_SQLite]:
    """See `Connect`."""
    mode = "rwc" if writes else "ro"
    connection = adbc_driver_sqlite.dbapi.connect(f"file:{quote(str(place.file))}?mode={mode}")
    with transaction(connection, ERRORS):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from sqlite_master")  # begins what is read
            cursor.fetchall()
        yield _SQLite(connection)
