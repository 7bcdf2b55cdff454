"""One folder per format, and the table that names them: a new format is one entry here.

A module is imported when a file of its format comes up: reading a CSV loads no pyreadstat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ..values.address import Address
from ..values.file_kind import suffix_of
from .holds import EVERYTHING, Holds
from .write_options import OF_EXCEL, OF_XPT

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset
    from ...schemas.study.variable import MetadataKind
    from .format import Reader, ReadOptions, Writer

_PLACES: Mapping[MetadataKind, Holds] = {
    "label": Holds.LABELS,
    "length": Holds.LENGTHS,
    "format": Holds.FORMATS,
}


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Attributes
    ----------
    name : str
        For people: "CSV".
    suffixes : tuple of str
        Of the files that are read, in lower case.
    holds : frozenset of Holds
        What it has a place for, sidecars included.
    reader : str
        Module and function that read it, as ".csv.reader:read_csv"; a module outside of this package is
        named in full.
    writer : str
        Module and `Writer` that write it; empty where it is not written.
    written : tuple of str
        Suffixes of the files that are written.
    attributes : frozenset of str
        Attributes that it has a place for, if not for all.
    takes : frozenset of str
        Names of the `WriteOptions` that mean something to its writer.
    alone : frozenset of Holds or None
        What it has a place for without files beside it; None if that is all the same.
    packed : tuple of str
        Suffixes of those files in gzip that its reader does not unpack itself.
    """

    name: str
    suffixes: tuple[str, ...]
    holds: frozenset[Holds]
    reader: str
    writer: str = ""
    written: tuple[str, ...] = ()
    attributes: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    packed: tuple[str, ...] = ()
    alone: frozenset[Holds] | None = None

    def read(self, path: Path, options: ReadOptions, /) -> list[Dataset]:
        """The datasets of a file, which carry no metadata that the format has no place for.

        See `format.Reader`.
        """
        reader = cast("Reader", _loaded(self.reader))
        if suffix_of(path, (*self.suffixes, *self.packed)) in self.packed:
            from .packed import read_packed

            datasets = read_packed(reader, path, options)
        else:
            datasets = reader(path, options)
        return [
            each if each.carries <= self.carries else each.replace(carries=each.carries & self.carries)
            for each in datasets
        ]

    @property
    def word(self) -> str:
        """Its name on a command line: "dataset-json"."""
        return self.name.lower().replace(" ", "-")

    @property
    def carries(self) -> frozenset[MetadataKind]:
        """What its files say of variables, where they say all that they can."""
        return frozenset(kind for kind, place in _PLACES.items() if place in self.holds)

    def load_writer(self) -> Writer:
        return cast("Writer", _loaded(self.writer))


def _loaded(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module, __name__), name)


_OF_SAS = EVERYTHING - {Holds.CLASS, Holds.KEYS, Holds.OIDS, Holds.ATTRIBUTES}

FORMATS: tuple[Format, ...] = (
    Format(
        "SAS transport",
        (".xpt", ".xport"),
        _OF_SAS - {Holds.VALUE_LABELS},
        ".xpt.reader:read_xpt",
        ".xpt.writer:XPT",
        (".xpt",),
        frozenset({"dataset_type", "sas_version", "operating_system"}),
        takes=OF_XPT,
        packed=(".xpt.gz", ".xport.gz"),
    ),
    Format(
        "SAS dataset",
        (".sas7bdat",),
        _OF_SAS,
        ".sas7bdat.reader:read_sas7bdat",
        packed=(".sas7bdat.gz",),
    ),
    Format(
        "CSV",
        (".csv", ".csv.gz", ".tsv", ".tsv.gz"),
        EVERYTHING - {Holds.KEYS, Holds.VALUE_LABELS, Holds.OIDS, Holds.ATTRIBUTES},
        ".csv.reader:read_csv",
        ".csv.writer:CSV",
        (".csv",),
        alone=frozenset({Holds.SPECIAL_MISSING}),
    ),
    Format(
        "Parquet",
        (".parquet",),
        EVERYTHING,
        ".parquet.reader:read_parquet",
        ".parquet.writer:PARQUET",
        (".parquet",),
    ),
    Format(
        "Arrow",
        (".feather", ".arrow"),
        EVERYTHING,
        ".arrow.reader:read_arrow",
        ".arrow.writer:ARROW",
        (".feather", ".arrow"),
    ),
    Format(
        "Dataset-JSON",
        (".json", ".ndjson", ".ndjson.gz", ".dsjc"),
        EVERYTHING - {Holds.INFORMATS, Holds.SPECIAL_MISSING, Holds.CLASS, Holds.VALUE_LABELS},
        ".dataset_json.reader:read_dataset_json",
        ".dataset_json.writer:DATASET_JSON",
        (".json", ".ndjson", ".ndjson.gz", ".dsjc"),
        packed=(".json.gz",),
    ),
    Format(
        "Excel",
        (".xlsx",),
        EVERYTHING
        - {
            Holds.SPECIAL_MISSING,
            Holds.KEYS,
            Holds.VALUE_LABELS,
            Holds.OIDS,
            Holds.ATTRIBUTES,
        },
        ".xlsx.reader:read_xlsx",
        ".xlsx.writer:EXCEL",
        (".xlsx",),
        takes=OF_EXCEL,
    ),
    Format(
        "R",
        (),
        frozenset(
            {
                Holds.LABELS,
                Holds.LENGTHS,
                Holds.FORMATS,
                Holds.INFORMATS,
                Holds.SPECIAL_MISSING,
                Holds.DATASET_LABEL,
                Holds.VALUE_LABELS,
            }
        ),
        "",
        ".rds.writer:RDS",
        (".rds",),
    ),
    Format(
        "Stata",
        (".dta",),
        EVERYTHING,
        ".stata.reader:read_dta",
        ".stata.writer:STATA",
        (".dta",),
        packed=(".dta.gz",),
    ),
    Format(
        "SPSS",
        (".sav", ".zsav"),
        frozenset({Holds.LABELS, Holds.DATASET_LABEL, Holds.VALUE_LABELS}),
        ".spss.reader:read_sav",
        ".spss.writer:SPSS",
        (".sav",),
    ),
)


_OF_DATABASES = ".databases.writer:TABLES"
FORMATS_OF_DATABASES: Mapping[str, Format] = MappingProxyType(
    {
        "duckdb": Format("DuckDB", (), frozenset({Holds.LABELS, Holds.DATASET_LABEL}), "", _OF_DATABASES),
        "postgresql": Format(
            "PostgreSQL", (), frozenset({Holds.LABELS, Holds.DATASET_LABEL}), "", _OF_DATABASES
        ),
        "sqlite": Format("SQLite", (), frozenset(), "", _OF_DATABASES),
    }
)
"""Tables of databases, by the scheme of addresses."""


def readable() -> Mapping[str, Format]:
    """Formats that are read, by suffix."""
    return {suffix: each for each in FORMATS for suffix in (*each.suffixes, *each.packed)}


def written_formats() -> tuple[Format, ...]:
    """Formats that are written, each once."""
    return tuple(each for each in FORMATS if each.writer)


def writable() -> Mapping[str, Format]:
    """Formats that are written, by suffix."""
    return {suffix: each for each in FORMATS for suffix in each.written}


def format_written(path: Path) -> Format:
    """The format in which an output is written, by its suffix or its database.

    Raises
    ------
    KeyError
        When there is none.
    """
    if isinstance(path, Address) and path.is_database:
        return FORMATS_OF_DATABASES[path.scheme]
    return writable()[path.suffix.lower()]


def dataset_named(path: Path) -> str:
    """The name that the dataset of a file has, unless something else says so: "ADSL" of adsl.csv.gz."""
    suffix = suffix_of(path, (*readable(), *writable()))
    return path.name[: len(path.name) - len(suffix)].strip().upper()
