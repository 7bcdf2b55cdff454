"""What one folder holds: files that are read, and others that may hold data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile
from zlib import error as zlib_error

from ...schemas.errors import UnreadableInput
from ...schemas.wording import one_line
from ..formats.parquet.parts import SUFFIX, is_partitioned
from ..formats.xlsx.sheet_names import VARIABLES
from ..metadata.sidecar_names import is_sidecar
from ..values.file_kind import suffix_of
from ..values.regular_file import open_regular

_UNREAD_KINDS = {
    "Excel": ".xls .xlsm .xlsb",
    "OpenDocument": ".ods",
    "compressed": ".gz .bz2 .xz .zst .z",
    "archive": ".zip .7z .rar .tar .tgz",
    "PROC CPORT": ".cpt .cport .stc",
    "XPT under another suffix": ".xpt5 .xpt8 .xpt9 .v5xpt .v8xpt .v9xpt .tpt .trp",
    "older SAS": ".sd2 .sd7 .ssd .ssd01 .ssd04 .sas7bvew .sas7bdat1",
    "SPSS portable": ".por",
    "R": ".rds .rda .rdata",
    "JMP": ".jmp",
    "Minitab": ".mtw",
    "pandas": ".pkl .pickle",
    "HDF5": ".h5 .hdf .hdf5",
    "Arrow under another suffix": ".ipc .arrows",
    "Parquet under another suffix": ".parq .pq",
    "Avro": ".avro",
    "ORC": ".orc",
    "database": ".db .sqlite .sqlite3 .duckdb .mdb .accdb .dbf",
    "text": ".dat .psv .tab .jsonl",
}
_UNREAD = {suffix: kind for kind, suffixes in _UNREAD_KINDS.items() for suffix in suffixes.split()}
"""Kinds of files that hold data and that no reader takes, by suffix."""

_PERHAPS_DELIMITED = frozenset({".txt", ".asc", ".lst"})
_DELIMITERS = b",;\t|^"
_LINES = 10

_DATASET_JSON = re.compile(rb'"datasetJSONVersion"\s*:\s*"')
_KEY = b'"datasetJSONVersion"'
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_FIRST_LEVEL = re.compile(rb'^  "(\w+)":', re.MULTILINE)
"""Keys of JSON that we wrote, by its indentation."""
_OWN_KEYS = (
    {"schema_version", "verdict"},
    {"schema_version", "polarity"},
    {"schema_version", "sidecars"},
)
"""What our reports, our codebooks and our manifests have on their first level."""

_SHEETS, _DESCRIPTION = "xl/workbook.xml", f'name="{VARIABLES}"'.encode()
"""Where a workbook lists its sheets, and how that of our metadata is listed."""

_NAMES_LISTED = 3
_HEAD = 1 << 16
"""In so many bytes Dataset-JSON has said that it is that."""

_PART = re.compile(r"part[-._]?\d+.*\.(parquet|csv|tsv)(\.gz)?", re.IGNORECASE)
"""How Spark, Arrow and dask name the parts of one dataset, in formats where the file name names it."""


def parts_named_as_datasets(paths: Iterable[Path]) -> UnreadableInput | None:
    """A refusal of files that by their names are parts of one dataset; None when there are none."""
    parts = [path for path in paths if _PART.fullmatch(path.name)]
    if not parts:
        return None
    folder = parts[0].parent
    advice = (
        "rename the folder to the dataset name with .parquet (such as adtte.parquet), and read the folder"
        if parts[0].name.lower().endswith(SUFFIX)
        else "write each dataset to one file with the name of the dataset"
    )
    if is_partitioned(folder):
        advice = f"read the folder {folder}; its parts are one dataset"
    return UnreadableInput(
        "the file names are those of parts of one dataset, not of datasets",
        f"{folder}: {listed([path.name for path in parts], _NAMES_LISTED)}",
        advice,
    )


@dataclass(frozen=True, slots=True)
class Contents:
    """What one folder holds: files to read, others that may hold data and what they are, subfolders."""

    files: tuple[Path, ...]
    unread: Mapping[Path, str]
    problems: tuple[UnreadableInput, ...]
    subfolders: tuple[Path, ...]
    files_present: int


def contents_of(folder: Path, known: Collection[str]) -> Contents:
    entries = sorted(folder.iterdir())
    present = [path for path in entries if not is_hidden(path) and not is_sidecar(path)]
    subfolders = tuple(path for path in present if path.is_dir() and not is_partitioned(path))
    named = [path for path in present if suffix_of(path, known) and path not in set(subfolders)]
    files = [path for path in named if is_partitioned(path) or (path.is_file() and not _is_other(path))]
    problems = [_no_file(path) for path in named if not path.is_file() and not path.is_dir()]
    parts = parts_named_as_datasets(files)
    if parts is not None:
        problems.append(parts)
        files = [path for path in files if not _PART.fullmatch(path.name)]
    unread = {path: kind for path in present if not path.is_dir() and (kind := _unread_kind(path, known))}
    return Contents(
        tuple(files), unread, tuple(problems), subfolders, sum(path.is_file() for path in entries)
    )


def may_be_data(path: Path, known: Collection[str]) -> bool:
    """Whether a file in a subfolder may hold data, by its name; JSON by its first bytes."""
    if suffix_of(path, known) == ".json" and path.is_file():
        return _DATASET_JSON.search(_head(path)) is not None
    return bool(suffix_of(path, known)) or bool(_unread_kind(path, known))


def listed(names: Sequence[str], longest: int) -> str:
    """The first names, each as one printable line, and how many more there are."""
    more = f" and {len(names) - longest} more" if len(names) > longest else ""
    return ", ".join(one_line(name, 200) for name in names[:longest]) + more


def is_hidden(path: Path) -> bool:
    return path.name.startswith((".", "~$"))


def _no_file(path: Path) -> UnreadableInput:
    what = "the link target does not exist" if path.is_symlink() else "not a file"
    return UnreadableInput(what, str(path), "fix or remove it, or give the files instead of the folder")


def _unread_kind(path: Path, known: Collection[str]) -> str:
    """What a file is that may hold data and is not read; "" for all others."""
    if suffix_of(path, known):
        if _is_other_workbook(path):
            return "Excel"
        return "JSON, but not Dataset-JSON" if _is_other_json(path) and not _is_own_json(path) else ""
    suffix = path.suffix.lower()
    if suffix in _PERHAPS_DELIMITED and path.is_file() and _is_delimited(path):
        return "delimited text"
    if suffix == ".xml" and path.is_file() and b"<ClinicalData" in _head(path):
        return "ODM"
    return _UNREAD.get(suffix, "")


def _is_delimited(path: Path) -> bool:
    """Whether the first lines of a text have one delimiter equally often, as data have and prose has not."""
    lines = [line for line in _head(path).splitlines()[:_LINES] if line.strip()]
    counts = ({line.count(each) for line in lines} for each in _DELIMITERS)
    return len(lines) > 1 and any(len(found) == 1 and 0 not in found for found in counts)


def _head(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read(_HEAD)


def _is_other(path: Path) -> bool:
    return _is_other_json(path) or _is_other_workbook(path)


def _is_other_workbook(path: Path) -> bool:
    """Whether it is a workbook that does not describe its data: a specification, a report, or data of others.

    Such a one is read where it is named. One that is damaged is not known to describe its data.
    """
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return False
    try:
        with open_regular(path) as file, ZipFile(file) as packed, packed.open(_SHEETS) as sheets:
            return _DESCRIPTION not in sheets.read(_HEAD)
    except OSError:
        return False  # its reader says why, beside what is wrong with the other files
    except (KeyError, BadZipFile, RuntimeError, ValueError, EOFError, zlib_error):
        return True


def _is_other_json(path: Path) -> bool:
    """Whether it is JSON without the key that Dataset-JSON has; a broken file is for its reader to judge.

    The key is in the head. Where it is not, the rest is searched for it block by block, and of a file
    that is longer than its head it is not proved that it is valid JSON.
    """
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD)
            if len(head) < _HEAD:
                return _KEY not in head and _keys(head) is not None
            return head.lstrip(_BLANKS)[:1] in (b"{", b"[") and not _holds_key(head, file)
    except OSError:
        return False  # its reader says why, beside what is wrong with the other files


def _holds_key(block: bytes, rest: IO[bytes]) -> bool:
    while block:
        if _KEY in block:
            return True
        overlap = block[1 - len(_KEY) :]
        more = rest.read(_HEAD)
        block = overlap + more if more else b""
    return False


def _is_own_json(path: Path) -> bool:
    """Whether it is a report, a codebook or a manifest of ours, by the keys in its head."""
    head = _head(path)
    keys = _keys(head)
    if keys is None:  # only its head
        keys = {str(key, "ascii") for key in _FIRST_LEVEL.findall(head)}
    return any(own <= keys for own in _OWN_KEYS)


def _keys(content: bytes) -> set[str] | None:
    """The keys of a JSON object, none for other JSON, and None for what is no JSON."""
    import orjson

    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return set(document) if isinstance(document, dict) else set()
