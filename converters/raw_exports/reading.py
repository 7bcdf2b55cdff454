"""Raw files to raw tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import numpy as np

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.options import options_of
from ...schemas.wording import plain
from ..formats import readable
from ..formats.format import ReadOptions
from ..reading.read import raise_all
from ..reading.unchanged import Hashing, hashed, hashing_beside, read_unchanged
from ..values.file_kind import suffix_of
from .options import RawFile
from .raw_table import RawTable
from .source_files import SourceFile, source_files

RawReader = Callable[[SourceFile, RawFile, ReadOptions], Sequence[RawTable]]


@dataclass(frozen=True, slots=True)
class RawFormat:
    """A kind of raw files.

    Attributes
    ----------
    name : str
        For people.
    suffixes : tuple of str
    reader : str
        Module and function.
    unused : tuple of str
        Options that mean nothing for it.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str
    unused: tuple[str, ...] = ()


_OF_TEXT = ("encoding", "delimiter", "quote")
_OF_HEADERS = ("header_lines", "skip_lines", "comment", "unusable_names", "missing_values")
_TEXTS = (".csv", ".tsv", ".txt", ".tab", ".dat", ".psv", ".asc")

RAW_FORMATS = (
    RawFormat("delimited text", (*_TEXTS, *(f"{each}.gz" for each in _TEXTS)), ".reading:_read_text"),
    RawFormat(
        "an Excel or OpenDocument workbook",
        (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        ".workbook:read_workbook",
        (*_OF_TEXT, "comment"),
    ),
    RawFormat(
        "a file that describes its variables",
        tuple(each for each in readable() if not each.startswith((".csv", ".tsv", ".xlsx"))),
        ".reading:_read_described",
        (*_OF_HEADERS, "delimiter", "quote"),
    ),
)


def raw_suffixes() -> tuple[str, ...]:
    """Suffixes of files that can be read."""
    return tuple(suffix for each in RAW_FORMATS for suffix in each.suffixes)


def read_raw_tables(
    paths: Sequence[Path], declared: RawFile, options: ReadOptions | None = None
) -> tuple[RawTable, ...]:
    """The tables that a declaration names.

    Parameters
    ----------
    paths : sequence of Path
        Source folders, in which files are looked for by name or pattern; or files.
    declared : RawFile
    options : ReadOptions, optional
        `memory`, `progress`, `catalog`, `max_unpacked`, and `encoding` where none is declared.

    Returns
    -------
    tuple of RawTable
        In the order of `declared.files`, of one pattern by name; no file twice.

    Raises
    ------
    ConfigurationError
        When an option is declared that means nothing for a file.
    UnreadableInput
        When a pattern fits no file, or a file cannot be read; `UnreadableInputs` for several.
    """
    options = options or ReadOptions()
    files, absent = source_files(paths, declared.files)
    raise_all(absent)
    problems: list[UnreadableInput] = []
    tables: list[RawTable] = []
    with hashing_beside() as hashing:
        for file in files:
            try:
                tables += _read(file, declared, options, hashing)
            except UnreadableInput as problem:
                problems.append(problem)
    raise_all(problems)
    by_name: dict[str, RawTable] = {}
    for table in tables:
        by_name.setdefault(table.name, table)  # two patterns may fit a sheet
    return tuple(by_name.values())


def _read(file: SourceFile, declared: RawFile, options: ReadOptions, hashing: Hashing) -> list[RawTable]:
    known = {suffix: each for each in RAW_FORMATS for suffix in each.suffixes}
    suffix = suffix_of(file.path, known)
    if not suffix:
        raise UnreadableInput(
            f"unknown file type {file.path.suffix or '(no suffix)'}",
            str(file.path),
            f"known file types: {', '.join(known)}",
        )
    raw_format = known[suffix]
    _require_used(raw_format, declared, file.name)
    module, _, function = raw_format.reader.partition(":")
    reader: RawReader = getattr(import_module(module, __package__), function)
    tables, content = read_unchanged(file.path, lambda: reader(file, declared, options), hashing)
    return [replace(each, dataset=hashed(each.dataset, content)) for each in tables]


def _require_used(raw_format: RawFormat, declared: RawFile, name: str) -> None:
    defaults = {each.name: each.default for each in options_of(RawFile)}
    for option in raw_format.unused:
        if getattr(declared, option) != defaults[option]:
            raise ConfigurationError(
                f"{option} is declared, but {plain(name)} is {raw_format.name}",
                option,
                "omit it, or declare such files in a table of their own",
            )


def _read_text(file: SourceFile, declared: RawFile, options: ReadOptions) -> list[RawTable]:
    from .delimited_text import read_delimited_text

    return [read_delimited_text(file.path, file.name, declared, options)]


def _read_described(file: SourceFile, declared: RawFile, options: ReadOptions) -> list[RawTable]:
    """SAS, Parquet and Dataset-JSON: as the readers of delivered files give them."""
    known = readable()
    options = replace(options, encoding=declared.encoding or options.encoding)
    datasets = known[suffix_of(file.path, known)].read(file.path, options)
    from .members import chosen_members

    names = [each.name for each in datasets]
    chosen = chosen_members(names, file, "dataset")
    return [
        RawTable(
            file.name if len(datasets) == 1 else f"{file.name}#{each.name}",
            each,
            np.arange(1, len(each) + 1),
            {variable.name: variable.label for variable in each.variables if variable.label},
        )
        for each in datasets
        if each.name in chosen
    ]
