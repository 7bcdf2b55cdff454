"""Where datasets go: a file, a folder of files of one format, a database, or standard output."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...schemas.errors import ConfigurationError, UnwritableOutput
from ...schemas.study.dataset import Dataset
from ...schemas.wording import one_line
from ..formats import FORMATS, FORMATS_OF_DATABASES, Format, readable, writable
from ..formats.databases.place import DatabasePlace
from ..formats.format import Output
from ..formats.write_options import AS_USUAL, WriteOptions
from ..values.address import STANDARD_OUTPUT, Address, masked, place_of
from ..values.file_kind import suffix_of
from .names import require_output_name
from .options import flag_of

_NOT_WRITTEN = {
    ".xport": "SAS transport files are written as .xpt",
    ".sas7bdat": "writing sas7bdat is not supported; only SAS writes this format reliably",
}
_ARCHIVE, _GZIP = ".zip", ".gz"
GIVEN_AS_OUTPUT = Path("-")
_FILE_NAME = re.compile(r"[\w$#@-][\w$#@ .-]{0,99}")
_LISTED = 50


@dataclass(frozen=True, slots=True)
class Target:
    """Where datasets go.

    Attributes
    ----------
    path : Path
        A file, or the folder of the files.
    suffix : str
        Of the files in a folder, as ".parquet"; empty when `path` is a file.
    options : WriteOptions
        Those that the format takes.
    """

    path: Path
    suffix: str = ""
    options: WriteOptions = AS_USUAL

    @classmethod
    def of(cls, path: str | Path, to: str | None = None, options: WriteOptions = AS_USUAL) -> Target:
        """What a user means by a path and, for a folder, a format.

        Parameters
        ----------
        path : path
            A file, its format by its suffix; or a folder, there or not, when `to` is given.
        to : str, optional
            "parquet", "csv", "xpt", "dta" or another suffix of a format that is written.
        options : WriteOptions
            Those that the format takes.

        Raises
        ------
        ConfigurationError
            When there is no such format, none for a folder, or two for a file; when options are given that
            mean nothing for it.
        """
        target = replace(cls._place(path, to), options=options)
        target._require_meaning()
        return target

    @classmethod
    def _place(cls, path: str | Path, to: str | None) -> Target:
        if to is not None and not isinstance(to, str):
            raise TypeError(f"a format must be a string, not {type(to).__name__}")
        place = place_of(path) if isinstance(path, str) else path
        if place == GIVEN_AS_OUTPUT:
            return cls._standard_output(to)
        if isinstance(place, Address) and place.is_database:
            return cls._database(place, str(path), to)
        is_folder = os.path.isdir(place) or str(path).endswith((os.sep, "/"))
        if to is None:
            if is_folder:
                raise ConfigurationError(
                    "no output format is given for the folder", str(path), "add --to parquet, csv or json"
                )
            _format(suffix_of(place, writable()) or place.suffix, str(path))
            return cls(place)
        suffix, named = _suffix(to), suffix_of(place, writable())
        if is_folder or not named:
            return cls(place if is_folder else _new_folder(place), suffix)
        if named != suffix:
            raise ConfigurationError(
                f"the output has the suffix {named}, but --to is {to}", str(path), "give only one of the two"
            )
        return cls(place)

    @classmethod
    def _standard_output(cls, to: str | None) -> Target:
        if to is None:
            raise ConfigurationError(
                "no output format is given for standard output", "-", "add --to csv, parquet or xpt"
            )
        return cls(STANDARD_OUTPUT, _suffix(to))

    @classmethod
    def _database(cls, place: Address, path: str, to: str | None) -> Target:
        if to is not None:
            raise ConfigurationError(
                "--to has no meaning for a database", masked(path), "omit it: datasets become tables"
            )
        if DatabasePlace.of(place).tables:
            raise ConfigurationError(
                "the address names tables, but datasets become tables of their own names",
                masked(path),
                "omit table=; prefix=TEXT begins the names",
            )
        return cls(place)

    @property
    def has_files_beside(self) -> bool:
        """Whether files that describe the data can be beside them."""
        return not self.is_database and self.path != STANDARD_OUTPUT

    @property
    def is_database(self) -> bool:
        return isinstance(self.path, Address) and self.path.is_database

    def _require_meaning(self) -> None:
        """Refuse options that have no effect."""
        unused = [each for each in self.options.given if each not in self.format.takes]
        for form in FORMATS:
            if flags := ", ".join(flag_of(each) for each in unused if each in form.takes):
                raise ConfigurationError(
                    f"{flags}: only for {form.name} files, not for {self.format.name}",
                    str(self.path),
                    f"omit it, or write {form.written[0]}",
                )
        if self.options.one_file and self.suffix:
            raise ConfigurationError(
                "--one-file needs the name of a file, not of a folder", str(self.path), "add .xpt to it"
            )

    @property
    def format(self) -> Format:
        """Of the files, or of the tables of a database."""
        if isinstance(self.path, Address) and self.path.is_database:
            return FORMATS_OF_DATABASES[self.path.scheme]
        known = writable()
        found = known[self.suffix or suffix_of(self.path, known)]
        if self.path == STANDARD_OUTPUT and found.alone is not None:
            return replace(found, holds=found.alone)
        return found

    @property
    def encoding(self) -> str:
        """Of the text in the files."""
        return self.options.xpt_encoding if "xpt_encoding" in self.format.takes else "utf-8"

    def outputs(self, datasets: Sequence[Dataset]) -> list[Output]:
        """Each dataset and its file.

        Raises
        ------
        ConfigurationError
            When several datasets, or none, are to go to one file.
        UnwritableOutput
            When a dataset name is not a valid file name, or that of the output holds what is not text.
        """
        if self.path == STANDARD_OUTPUT and len(datasets) != 1:
            raise ConfigurationError(
                f"{len(datasets)} datasets cannot go to standard output",
                ", ".join(dataset.name for dataset in datasets[:_LISTED]) or "no dataset",
                "give one file to read, or a folder to write to",
            )
        if self.is_database:
            paths = [self.path / self._table_name(dataset) for dataset in datasets]
        elif self.suffix:
            require_output_name(self.path / self.suffix)
            paths = [self.path / self._file_name(dataset) for dataset in datasets]
        elif len(datasets) == 1 or (datasets and self.options.one_file):
            require_output_name(self.path)
            paths = [self.path] * len(datasets)
        else:
            raise self._several(datasets)
        return [
            Output(dataset, path, options=self.options) for dataset, path in zip(datasets, paths, strict=True)
        ]

    def _several(self, datasets: Sequence[Dataset]) -> ConfigurationError:
        names = ", ".join(dataset.name for dataset in datasets[:_LISTED])
        one_file = ", or use --one-file" if "one_file" in self.format.takes and datasets else ""
        return ConfigurationError(
            f"{len(datasets)} datasets cannot be written to one file",
            f"{self.path}: {names or 'no dataset'}",
            f"give a folder, and the file format with --to {suffix_of(self.path, writable())[1:]}{one_file}",
        )

    def _table_name(self, dataset: Dataset) -> str:
        """That of the dataset in lower case, which SQL finds without quotes."""
        if dataset.name in ("", ".", "..") or "/" in dataset.name or "\0" in dataset.name:
            raise UnwritableOutput(
                "a dataset name is not a valid table name", one_line(dataset.name), "rename the dataset"
            )
        return dataset.name.lower()

    def _file_name(self, dataset: Dataset) -> str:
        if not _FILE_NAME.fullmatch(dataset.name):
            raise UnwritableOutput(
                "a dataset name is not a valid file name",
                one_line(dataset.name),
                "write this dataset alone, to a file with another name",
            )
        return dataset.name.lower() + self.suffix


def _suffix(to: str) -> str:
    """That of a format which a user names by it: ".parquet" for parquet."""
    suffix = "." + to.lower().removeprefix(".")
    _format(suffix, f"--to {to}")
    return suffix


def _format(suffix: str, where: str) -> Format:
    known = writable()
    if suffix.lower() in known:
        return known[suffix.lower()]
    no_format = (
        f"no output format has the suffix {suffix!r}" if suffix else "the output file name has no suffix"
    )
    advice = _choice() if suffix else f"{_choice()}; for a folder add --to FORMAT"
    raise ConfigurationError(_NOT_WRITTEN.get(suffix.lower(), no_format), where, advice)


def _new_folder(folder: Path) -> Path:
    """The folder; refused where everybody would take it for one file, as ``adsl.xpt.gz``."""
    known = suffix_of(folder, (*readable(), _ARCHIVE, _GZIP))
    if known:
        raise ConfigurationError(
            f"no output format has the suffix {known!r}",
            str(folder),
            f"{_choice()}; a folder of this name ends with /",
        )
    return folder


def _choice() -> str:
    """Formats that are written, the one that holds most first."""
    formats = sorted(dict.fromkeys(writable().values()), key=lambda each: -len(each.holds))
    *others, last = (f"{each.name} ({', '.join(each.written)})" for each in formats)
    return f"choose {', '.join(others)} or {last}" if others else f"choose {last}"
