"""What every database does: list its tables, give their records, take new ones, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa

from ....schemas.errors import ConfigurationError
from .place import DatabasePlace

ROWS = 65_536
"""Records that are fetched together."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table or view, as the catalogue of its database has it.

    Attributes
    ----------
    name : str
    label : str
        Its comment.
    columns : tuple of CatalogColumn
    is_view : bool
    """

    name: str
    label: str
    columns: tuple[CatalogColumn, ...]
    is_view: bool = False


@dataclass(frozen=True, slots=True)
class CatalogColumn:
    """A column: its name, its type as the database calls it, its comment."""

    name: str
    type: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table that is to be made.

    Attributes
    ----------
    name : str
    label : str
    labels : mapping of str to str
        Of columns that have one.
    schema : pyarrow.Schema
    """

    name: str
    label: str
    labels: Mapping[str, str]
    schema: Any


@dataclass(frozen=True, slots=True)
class FetchedRecords:
    """The records of a table, batch by batch: a schema of Arrow, and batches that have it."""

    schema: Any
    batches: Iterator[Any]


class FetchFailed(Exception):
    """A database that ended, or failed, while its records were fetched."""


def fetched(reader: Any, cursor: Any = None) -> Iterator[Any]:
    """The batches of a reader; the cursor that it belongs to is kept until the last one.

    Raises
    ------
    FetchFailed
    """
    batches = iter(reader)
    while True:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise FetchFailed(str(error)) from None
        if batch is None:
            break
        yield batch
    if cursor is not None:
        cursor.close()


@contextmanager
def transaction(connection: Any, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Keep what is done in the block if it ends well, else undo it, and close the connection.

    A database that failed may have undone all by itself, and then refuses to do so again: the first error
    is the one that is raised.
    """
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(*errors):
            connection.rollback()
        raise
    finally:
        connection.close()


def in_types_of(schema: Any, batch: Any) -> Any:
    """A batch whose columns have the types and names of a schema."""
    arrays = [
        array if array.type == field.type else array.cast(field.type)
        for array, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


class UnfitColumns(Exception):
    """Columns that no dataset can hold, each with the reason."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(*faults)
        self.faults = tuple(faults)


class Database(Protocol):
    """An open database, within one transaction."""

    def tables(self) -> list[StoredTable]:
        """The tables and views of the schema, by name."""
        ...

    def records(self, table: StoredTable) -> FetchedRecords:
        """The records of a table, in the types that it states.

        Raises
        ------
        UnfitColumns
            Also when a batch is fetched.
        FetchFailed
            When a batch is fetched.
        """
        ...

    def drop(self, name: str) -> None:
        """Remove a table."""
        ...

    def create(self, table: NewTable, records: Any) -> None:
        """Make a table of the batches of a reader, and say what its columns are."""
        ...


class Connect(Protocol):
    """Opens a database: what is done within the block is done as a whole, or not at all."""

    def __call__(self, place: DatabasePlace, *, writes: bool) -> AbstractContextManager[Database]: ...


@dataclass(frozen=True, slots=True)
class Driver:
    """How one kind of database is reached.

    Attributes
    ----------
    name : str
        For people.
    module : str
        With `connect` and `ERRORS`.
    needs : str
        The package that must be installed.
    longest_name : int
        Bytes of a name; longer ones are cut without a word.
    most_columns : int
    reserved : str
        What no name of a table may begin with, in whatever case; empty where there is none.
    case_counts : bool
        Whether names that differ only in case are of different tables.
    has_negative_zero : bool
        Whether -0.0 stays what it is.
    """

    name: str
    module: str
    needs: str
    longest_name: int
    most_columns: int
    reserved: str = ""
    case_counts: bool = False
    has_negative_zero: bool = True

    def loaded(self) -> tuple[Connect, tuple[type[Exception], ...]]:
        """What opens it, and the errors that it raises.

        Raises
        ------
        ConfigurationError
            When the package is not installed.
        """
        try:
            module = import_module(self.module, __package__)
        except ImportError as error:
            raise ConfigurationError(
                f"{self.name} needs the package {self.needs}, which is not installed",
                "",
                "pip install 'adamgate[databases]'",
            ) from error
        return module.connect, (*module.ERRORS, FetchFailed)


DRIVERS: Mapping[str, Driver] = MappingProxyType(
    {
        "duckdb": Driver("DuckDB", ".duckdb", "duckdb", 1_000, 10_000),
        "postgresql": Driver(
            "PostgreSQL", ".postgresql", "adbc-driver-postgresql", 63, 1_600, case_counts=True
        ),
        "sqlite": Driver(
            "SQLite", ".sqlite", "adbc-driver-sqlite", 1_000, 2_000, "sqlite_", has_negative_zero=False
        ),
    }
)
"""By the scheme of addresses."""


def quoted(name: str) -> str:
    """A name as an identifier, whatever it contains."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text as a constant of SQL: quotes are doubled, backslashes mean nothing in it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
