"""Metadata beside the data: `_variables.csv` for CSV files, `datasets.csv` for files of any format.

Both are small tables that people edit, so headers are taken in any case and order, unknown columns are
left alone, and what cannot be meant is refused with its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ...schemas.errors import UnreadableInput
from ...schemas.standards.known_variables import variable_type
from ...schemas.standards.requirement import VariableType
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import MetadataKind
from ...schemas.wording import counted, one_line
from ..values.encodings import decode_values, undecodable, undecoded_words
from ..values.regular_file import read_regular
from ..values.sas_formats import FormatKind, kind_of
from .sidecar_names import DATASETS_FILES, VARIABLES_FILE, find_beside, is_sidecar

Item = TypeVar("Item")

_DELIMITERS = ",;\t"
_CHARACTER_TYPES = frozenset(("char", "character", "text", "string", "c", "$", "uri"))
_NUMERIC_TYPES = frozenset(
    ("num", "numeric", "number", "n", "integer", "int", "float", "double", "decimal", "boolean")
)
_DATA_SUFFIX = re.compile(
    r"\.(xpt|xport|sas7bdat|csv|tsv|parquet|json|ndjson|dsjc|dta|feather|arrow|xlsx|rds)(\.gz)?$",
    re.IGNORECASE,
)
_CSV_NAME = re.compile(r"\.(csv|tsv)(\.gz)?$", re.IGNORECASE)
_SAS_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,31}")
_STAMP_TYPES = {"date": FormatKind.DATE, "datetime": FormatKind.DATETIME, "time": FormatKind.TIME}
"""Define-XML calls ISO 8601 text so, other people a SAS date: the name decides."""


@dataclass(frozen=True, slots=True)
class VariableEntry:
    """What `_variables.csv` says about one variable.

    Attributes
    ----------
    type : {"Char", "Num"} or None
        None when the table does not say.
    kind : FormatKind
        What a number stands for, by its format or by a type such as "date".
    """

    name: str
    label: str
    type: VariableType | None
    length: int | None
    format: str
    informat: str
    kind: FormatKind


@dataclass(frozen=True, slots=True)
class VariablesTable:
    """What `_variables.csv` says about the variables of one dataset.

    Attributes
    ----------
    entries : mapping of variable name in capitals to VariableEntry
    carries : frozenset
        Which metadata the table has columns for.
    undecoded : str
        What to tell where some bytes of the table fitted no encoding but cp1252.
    """

    entries: Mapping[str, VariableEntry]
    carries: frozenset[MetadataKind]
    undecoded: str = ""


@dataclass(frozen=True)
class DatasetsTable:
    """What `datasets.csv` says, line by line; `undecoded` as in `VariablesTable`."""

    entries: tuple[DatasetEntry, ...] = ()
    undecoded: str = ""

    def about(self, dataset: Dataset) -> DatasetEntry | None:
        """What is said of a dataset in its file, else of the dataset in another; the last word counts."""
        said = self._by_dataset.get(dataset.name, [])
        of_file = [entry for entry in said if entry.file == _file_of(dataset)]
        return next(reversed(of_file or said), None)

    def names_of(self, file: str) -> set[str]:
        """The datasets that are said to be in a file."""
        return {entry.dataset for entry in self._by_file.get(file_key(file), [])}

    @cached_property
    def _by_dataset(self) -> dict[str, list[DatasetEntry]]:
        return _grouped(self.entries, lambda entry: entry.dataset)

    @cached_property
    def _by_file(self) -> dict[str, list[DatasetEntry]]:
        return _grouped(self.entries, lambda entry: entry.file)


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """What `datasets.csv` says about one dataset.

    Attributes
    ----------
    file : str
        The file that holds it, as `file_key` has it; empty when the line names none.
    created, modified : datetime or None
        None, too, when what it holds is not ISO 8601.
    """

    dataset: str
    file: str = ""
    label: str = ""
    declared_class: str = ""
    declared_subclass: str = ""
    created: datetime | None = None
    modified: datetime | None = None

    def applied_to(self, dataset: Dataset) -> Dataset:
        """The dataset with what it did not say itself; times only when they are those of its file."""
        known = dataset.replace(
            label=dataset.label or self.label,
            declared_class=dataset.declared_class or self.declared_class,
            declared_subclass=dataset.declared_subclass or self.declared_subclass,
        )
        if self.file != _file_of(dataset):
            return known
        return known.replace(
            created=dataset.created or self.created, modified=dataset.modified or self.modified
        )


class Tables:
    """The tables beside the data of one reading: each is read once, however many files it describes."""

    def __init__(self) -> None:
        self._variables: dict[tuple[Path, str | None], _VariablesFile | None] = {}
        self._datasets: dict[tuple[Path, str | None], DatasetsTable] = {}

    def of_variables(self, folder: Path, encoding: str | None) -> _VariablesFile | None:
        key = folder, encoding
        if key not in self._variables:
            sidecar = find_beside(folder, (VARIABLES_FILE,))
            self._variables[key] = None if sidecar is None else _VariablesFile.read(sidecar, encoding)
        return self._variables[key]

    def of_datasets(self, folder: Path, encoding: str | None) -> DatasetsTable:
        key = folder, encoding
        if key not in self._datasets:
            self._datasets[key] = datasets_beside(folder, encoding)
        return self._datasets[key]


def variables_beside(
    path: Path, dataset: str, encoding: str | None = None, tables: Tables | None = None
) -> VariablesTable | None:
    """What `_variables.csv` in the folder of `path` says about a dataset; None when it says nothing.

    Raises
    ------
    UnreadableInput
        When the table lacks its columns, names a variable twice, or has a type or length that is none.
    """
    described = (tables or Tables()).of_variables(path.parent, encoding)
    return None if described is None else described.about(dataset)


@dataclass(frozen=True, slots=True)
class _VariablesFile:
    """A `_variables.csv`: its lines by the dataset that they are about."""

    path: Path
    table: _Table
    lines: Mapping[str, list[tuple[int, dict[str, str]]]]

    @classmethod
    def read(cls, path: Path, encoding: str | None) -> _VariablesFile:
        table = _Table.read(path, encoding, needed=("dataset", "variable"))
        return cls(path, table, _grouped(table.rows, lambda line: dataset_name(line[1]["dataset"])))

    def about(self, dataset: str) -> VariablesTable | None:
        entries: dict[str, VariableEntry] = {}
        for line, row in self.lines.get(dataset, []):
            entry = _variable_entry(row, f"{self.path}, line {line}")
            if entry.name.upper() in entries:
                raise UnreadableInput(
                    f"{entry.name} of {dataset} is described twice",
                    f"{self.path}, line {line}",
                    "keep one line per variable of a dataset",
                )
            entries[entry.name.upper()] = entry
        if not entries:
            return None
        kinds: tuple[MetadataKind, ...] = ("label", "length", "format")
        return VariablesTable(entries, frozenset(kinds) & self.table.header, self.table.undecoded)


def datasets_beside(folder: Path, encoding: str | None = None) -> DatasetsTable:
    """What `_datasets.csv` or `datasets.csv` in a folder says, line by line; nothing without one.

    Raises
    ------
    UnreadableInput
        When the table has no column that names the dataset.
    """
    sidecar = find_beside(folder, DATASETS_FILES)
    if sidecar is None:
        return DatasetsTable()
    table = _Table.read(sidecar, encoding)
    if not table.header.intersection(("dataset", "filename", "name")):
        raise UnreadableInput(
            "no column identifies the dataset",
            str(sidecar),
            "add a column 'dataset' or 'Filename'; the others are Label, class and subclass",
        )
    return DatasetsTable(tuple(_dataset_entry(row) for _, row in table.rows), table.undecoded)


def dataset_in(path: Path, encoding: str | None = None, tables: Tables | None = None) -> str:
    """Name of the dataset in a CSV file: what `datasets.csv` beside it says, else the file's own name.

    A broken table says nothing here: it is refused once for its folder, by `datasets_beside`.

    Raises
    ------
    UnreadableInput
        When the table names several datasets for the file.
    """
    try:
        names = (tables or Tables()).of_datasets(path.parent, encoding).names_of(path.name)
    except UnreadableInput:
        names = set()
    if len(names) > 1:
        raise UnreadableInput(
            f"the datasets table says that the file contains {' and '.join(sorted(names))}",
            str(path),
            "keep one line per CSV file",
        )
    return names.pop() if names else dataset_name(path.name)


def csv_files_in(folder: Path) -> Iterator[Path]:
    """The CSV files of a folder, all of which `_variables.csv` describes."""
    for path in sorted(folder.iterdir()):
        if _CSV_NAME.search(path.name) and not path.name.startswith(".") and not is_sidecar(path):
            yield path


@dataclass(frozen=True, slots=True)
class _Table:
    """A small table: its header in lower case, its rows with their line numbers."""

    header: frozenset[str]
    rows: tuple[tuple[int, dict[str, str]], ...]
    undecoded: str = ""

    @classmethod
    def read(cls, path: Path, encoding: str | None = None, needed: tuple[str, ...] = ()) -> _Table:
        try:
            text, undecoded = _decoded(path, encoding)
            lines = list(_records(text))
        except (OSError, csv.Error) as error:
            raise UnreadableInput(
                "cannot be read as a table", f"{path}: {one_line(str(error))}", "fix or remove it"
            ) from error
        header = [name.strip().lower() for name in lines[0][1]] if lines else []
        lacking = [name for name in needed if name not in header]
        if lacking or not header:
            raise UnreadableInput(
                f"no column named {' and none named '.join(lacking) or 'anything'}",
                str(path),
                "the first line must name the columns: dataset, variable, label, type, length, format"
                if needed
                else "the first line must name the columns: dataset, label, class, subclass",
            )
        for line, values in lines[1:]:
            if len(values) != len(header):
                raise UnreadableInput(
                    f"expected {counted(len(header), 'value')}, found {len(values)}",
                    f"{path}, line {line}",
                    "quote values that contain the delimiter, and write missing values as empty fields",
                )
        # Blanks around a label are part of it, but where the whole table is laid out with blanks.
        as_written = {"label"} if all(name == name.strip() for name in lines[0][1]) else set()
        rows = (
            (
                line,
                {
                    key: text if key in as_written else text.strip()
                    for key, text in zip(header, row, strict=True)
                },
            )
            for line, row in lines[1:]
        )
        return cls(frozenset(header), tuple(rows), undecoded)


def _decoded(path: Path, encoding: str | None) -> tuple[str, str]:
    """The text of a table, and what to tell about lines that are not UTF-8 where nobody named an encoding."""
    raw = read_regular(path).removeprefix(b"\xef\xbb\xbf")
    if encoding is not None:
        texts, wrong = decode_values([raw], encoding)
        if wrong is not None:
            raise undecodable(wrong, encoding, str(path))
        return texts[0], ""
    texts, wrong = decode_values(raw.split(b"\n"))
    told = "" if wrong is None else f"{path.name}, line {wrong.position + 1}: {undecoded_words(wrong)}"
    return "\n".join(texts), told


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for values in reader:
        if any(value.strip() for value in values):
            yield reader.line_num, values


def _dataset_entry(row: Mapping[str, str]) -> DatasetEntry:
    file, dataset = row.get("filename", ""), dataset_name(row.get("dataset", ""))
    if file and not is_sas_name(dataset):  # a description, or nothing
        dataset = dataset_name(file)
    return DatasetEntry(
        dataset=dataset or dataset_name(row.get("name", "")),
        file=file_key(file),
        label=row.get("label", ""),
        declared_class=row.get("class", ""),
        declared_subclass=row.get("subclass", ""),
        created=_time(row.get("created", "")),
        modified=_time(row.get("modified", "")),
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _variable_entry(row: Mapping[str, str], where: str) -> VariableEntry:
    name, sas_format = row["variable"], row.get("format", "")
    declared, kind = _type_of(name, row.get("type", ""), where)
    return VariableEntry(
        name=name,
        label=row.get("label", ""),
        type=declared,
        length=_length(row.get("length", ""), where),
        format=sas_format,
        informat=row.get("informat", ""),
        kind=kind_of(sas_format) if sas_format and not sas_format.startswith("$") else kind,
    )


def _type_of(name: str, text: str, where: str) -> tuple[VariableType | None, FormatKind]:
    declared = text.lower()
    if not declared:
        return None, FormatKind.NUMBER
    if declared in _CHARACTER_TYPES:
        return "Char", FormatKind.NUMBER
    if declared in _NUMERIC_TYPES:
        return "Num", FormatKind.NUMBER
    if declared in _STAMP_TYPES:
        return variable_type(name) or "Num", _STAMP_TYPES[declared]
    raise UnreadableInput(
        f"type '{one_line(text)}' is not Char or Num",
        where,
        "write Char or Num (also text, integer, float, date, datetime, time)",
    )


def _length(text: str, where: str) -> int | None:
    if not text:
        return None
    try:
        length = float(text)
    except ValueError:
        length = 0.0
    if not (length.is_integer() and 0 < length < 2**31):
        raise UnreadableInput(
            f"length '{one_line(text)}' is not a positive integer",
            where,
            "write the length in bytes, such as 8 or 200",
        )
    return int(length)


def dataset_name(text: str) -> str:
    """Name of a dataset that is given by name or by file: "ADSL" of "ADSL" or "adsl.csv.gz"."""
    return _DATA_SUFFIX.sub("", text.strip()).upper()


def file_key(name: str) -> str:
    """By what a file's name is recognised in a table."""
    return name.strip().lower()


def is_sas_name(dataset: str) -> bool:
    """Whether a name in capitals is one that SAS allows."""
    return _SAS_NAME.fullmatch(dataset) is not None


def _grouped(lines: Iterable[Item], key: Callable[[Item], str]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


def _file_of(dataset: Dataset) -> str:
    return file_key(dataset.source.path.name) if dataset.source else ""
