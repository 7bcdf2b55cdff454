"""What an address says of a database: where it is, and which of its tables are meant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ....schemas.errors import ConfigurationError
from ....schemas.wording import did_you_mean, plain
from ...values.address import FILE_DATABASES, Address, masked

_KEYS = ("schema", "prefix", "table")
_OF_POSTGRESQL = ("service", "sslmode", "sslrootcert", "connect_timeout", "host", "port", "dbname", "user")
_USUAL_SCHEMA = {"duckdb": "main", "postgresql": "public"}
_LONGEST_NAME, _LONGEST_LIST = 63, 10_000
"""Bytes; PostgreSQL cuts longer names without a word."""


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """A database and a choice of its tables.

    Attributes
    ----------
    address : Address
        Without what follows ``?``.
    schema : str
        Empty for that of the connection.
    prefix : str
        Begins the names of the tables, and is not part of the names of datasets.
    tables : tuple of str
        Names, with their prefix, of those that are read; empty for all.
    parameters : tuple of (str, str)
        Of the connection.
    """

    address: Address
    schema: str = ""
    prefix: str = ""
    tables: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, address: Address) -> DatabasePlace:
        """What an address says.

        Raises
        ------
        ConfigurationError
            When it has a key that is not known, twice, or without a value, or is not valid Unicode.
        """
        text = str(address)
        if not _is_unicode(text):  # of a file system that has other bytes; drivers fail in ways of their own
            raise ConfigurationError(
                "the address is not valid Unicode", masked(text), "rename the file or folder, or move it"
            )
        place, question, query = text.partition("?")
        known = _KEYS if address.scheme in FILE_DATABASES else (*_KEYS, *_OF_POSTGRESQL)
        given: dict[str, str] = {}
        for key, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape"):
            fault = "is not known" if key not in known else "is given twice" if key in given else ""
            if fault or not _is_usable(key, value):
                raise ConfigurationError(
                    f"{plain(key)} of the address {fault or 'has no usable value'}",
                    masked(text),
                    did_you_mean(key, known),
                )
            given[key] = value
        if question and not given:
            raise ConfigurationError(
                "nothing follows ? in the address", masked(text), did_you_mean("", known)
            )
        if address.scheme == "sqlite" and "schema" in given:
            raise ConfigurationError(
                "SQLite has no schemas", masked(text), "use a prefix: sqlite:///study.sqlite?prefix=adam_"
            )
        return cls(
            Address.of(place),
            given.get("schema", ""),
            given.get("prefix", ""),
            tuple(filter(None, given.get("table", "").split(","))),
            tuple((key, value) for key, value in given.items() if key not in _KEYS),
        )

    @property
    def file(self) -> Path:
        """Of a database that is a file."""
        return Path("/", *self.address.parts[1:])

    def dataset_of(self, table: str) -> str | None:
        """The dataset that a table is; None where the table is not meant."""
        has_prefix = table.lower().startswith(self.prefix.lower())
        is_meant = table in self.tables if self.tables else has_prefix
        name = (table[len(self.prefix) :] if has_prefix else table).strip().upper()
        return name if is_meant and name else None


def _is_usable(key: str, value: str) -> bool:
    """Whether a value has what a name has, and is not so long that it would be cut without a word."""
    longest = _LONGEST_LIST if key == "table" else _LONGEST_NAME
    return value != "" and "\0" not in value and _is_unicode(value) and len(value.encode()) <= longest


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


def place_of_table(path: Address) -> tuple[Any, ...]:
    """What the addresses of one table have in common, whatever else they say."""
    place = DatabasePlace.of(Address(path.parent))
    name, prefix = path.name.lower(), place.prefix.lower()
    schema = place.schema or _USUAL_SCHEMA.get(path.scheme, "")
    return (place.address, schema.lower(), name if name.startswith(prefix) else f"{prefix}{name}")
