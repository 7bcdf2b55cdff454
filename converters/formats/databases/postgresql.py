"""PostgreSQL, by ADBC: records come and go as binary COPY. Passwords are from the environment or files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import adbc_driver_manager
import adbc_driver_postgresql.dbapi
import pyarrow as pa

from ....schemas.wording import counted
from .adbc import Statements
from .database import (
    CatalogColumn,
    FetchedRecords,
    NewTable,
    StoredTable,
    UnfitColumns,
    fetched,
    in_types_of,
    literal,
    quoted,
    transaction,
)
from .place import DatabasePlace

ERRORS: tuple[type[Exception], ...] = (adbc_driver_manager.Error,)
_SECONDS = "30"
_PLAIN = frozenset("bool int2 int4 int8 float4 float8 text varchar date timestamp timestamptz time".split())
_AS_TEXT = frozenset({"bpchar", "name", "uuid"})
_STAMPS = frozenset({"date", "timestamp", "timestamptz"})
_NUMERIC = "numeric"
_AFTER_LAST = "294247-01-01"
"""Of timestamps: as many microseconds from 1970 are no more a number of 64 bits."""
_DIGITS = 76
"""Of the longest decimal that Arrow has."""
_TABLES = """
select c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), c.relkind in ('v', 'm', 'f'),
       a.attname, case when b.typtype = 'e' then 'name' else b.typname end,
       coalesce(col_description(c.oid, a.attnum), '')
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_type t on t.oid = a.atttypid
left join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
where n.nspname = {schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
order by c.relname collate "C", a.attnum
"""


class _PostgreSQL(Statements):
    def __init__(self, connection: Any, schema: str) -> None:
        super().__init__(connection)
        self._schema = schema or self._current_schema()

    def tables(self) -> list[StoredTable]:
        found: dict[str, StoredTable] = {}
        rows = self._all(_TABLES.format(schema=literal(self._schema)))
        for table, label, is_view, column, kind, comment in rows:
            known = found.setdefault(table, StoredTable(table, label, (), is_view))
            if column is not None:
                added = CatalogColumn(column, kind, comment)
                found[table] = replace(known, columns=(*known.columns, added))
        return list(found.values())

    def records(self, table: StoredTable) -> FetchedRecords:
        known = _PLAIN | _AS_TEXT | {_NUMERIC}
        faults = [f"{each.name}: {each.type}" for each in table.columns if each.type not in known]
        decimals, infinite = self._checked(table)
        faults += infinite
        if faults:
            raise UnfitColumns(faults)
        columns = ", ".join(_selected(each) for each in table.columns)
        cursor = self._connection.cursor()
        cursor.execute(f"select {columns} from {self._named(table.name)}")  # noqa: S608 - quoted
        reader = cursor.fetch_record_batch()
        return _in_decimals(FetchedRecords(reader.schema, fetched(reader, cursor)), decimals)

    def drop(self, name: str) -> None:
        self._do(f"drop table {self._named(name)}")

    def create(self, table: NewTable, records: Any) -> None:
        if not self._all(f"select 1 from pg_namespace where nspname = {literal(self._schema)}"):  # noqa: S608
            self._do(f"create schema {quoted(self._schema)}")
        cursor = self._connection.cursor()
        cursor.adbc_ingest(table.name, records, mode="create", db_schema_name=self._schema)
        cursor.close()
        place = self._named(table.name)
        if table.label:
            self._do(f"comment on table {place} is {literal(table.label)}")
        for name, label in table.labels.items():
            self._do(f"comment on column {place}.{quoted(name)} is {literal(label)}")

    def _checked(self, table: StoredTable) -> tuple[dict[str, pa.DataType], list[str]]:
        """The decimal type that holds each column of numerics, and what no dataset can hold."""
        concerned = [each for each in table.columns if each.type in _STAMPS or each.type == _NUMERIC]
        if not concerned:
            return {}, []
        asked = ", ".join(map(_counts, concerned))
        (counts,) = self._all(f"select {asked} from {self._named(table.name)}")  # noqa: S608
        decimals: dict[str, pa.DataType] = {}
        faults: list[str] = []
        for at, each in enumerate(concerned):
            infinite, scale, digits = (int(count) for count in counts[3 * at : 3 * at + 3])
            if infinite:
                faults.append(f"{each.name}: infinite or NaN in {counted(infinite, 'record')}")
            elif each.type in _STAMPS and scale:
                faults.append(f"{each.name}: times after the year 294246 in {counted(scale, 'record')}")
            elif each.type == _NUMERIC and scale + digits > _DIGITS:
                faults.append(f"{each.name}: numbers of {scale + digits} digits")
            elif each.type == _NUMERIC:
                wide = pa.decimal128 if scale + digits <= 38 else pa.decimal256
                decimals[each.name] = wide(scale + digits, scale)
        return decimals, faults

    def _current_schema(self) -> str:
        return str(self._all("select coalesce(current_schema(), 'public')")[0][0])

    def _named(self, table: str) -> str:
        return f"{quoted(self._schema)}.{quoted(table)}"


def _counts(column: CatalogColumn) -> str:
    """Three numbers of a column of times or numerics.

    How many values are infinite or NaN; how many times are too late, or the digits of numerics behind the
    point; their digits before it.
    """
    name = quoted(column.name)
    if column.type == _NUMERIC:
        return (
            f"count(*) filter (where {name}::text in ('NaN', 'Infinity', '-Infinity')), "
            f"coalesce(max(scale({name})), 0), "
            f"coalesce(max(length(ltrim(split_part({name}::text, '.', 1), '-'))), 1)"
        )
    late = f"isfinite({name}) and {name} >= {literal(_AFTER_LAST)}" if column.type != "date" else "false"
    return f"count(*) filter (where not isfinite({name})), count(*) filter (where {late}), 0"


def _selected(column: CatalogColumn) -> str:
    name = quoted(column.name)
    as_text = column.type in _AS_TEXT or column.type == _NUMERIC
    return f"{name}::text as {name}" if as_text else name


def _in_decimals(records: FetchedRecords, decimals: Mapping[str, pa.DataType]) -> FetchedRecords:
    """Records whose columns of numerics, which come as text, have the decimal type that holds them."""
    schema = pa.schema([pa.field(each.name, decimals.get(each.name, each.type)) for each in records.schema])
    return FetchedRecords(schema, (in_types_of(schema, batch) for batch in records.batches))


@contextmanager
def connect(place: DatabasePlace, *, writes: bool) -> Iterator[_PostgreSQL]:
    """See `Connect`. A reader sees the database as it was when it began."""
    parameters = dict(place.parameters)
    if "PGCONNECT_TIMEOUT" not in os.environ:
        parameters.setdefault("connect_timeout", _SECONDS)
    query = urlencode(parameters)
    connection = adbc_driver_postgresql.dbapi.connect(f"{place.address}{query and '?'}{query}")
    with transaction(connection, ERRORS):
        with connection.cursor() as cursor:
            mode = "read write" if writes else "isolation level repeatable read, read only"
            cursor.execute(f"set transaction {mode}")
            cursor.execute("set local standard_conforming_strings = on")
            cursor.execute("set local client_min_messages = error")
        yield _PostgreSQL(connection, place.schema)
