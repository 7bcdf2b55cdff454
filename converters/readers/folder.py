"""Which files of a folder are read, and which may hold data and are not."""

from __future__ import annotations

import mmap
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ...schemas.dataset import ReadingNote
from ...schemas.errors import UnreadableInput
from .sidecars import is_sidecar

_UNREAD_KINDS = {
    "Excel": ".xls .xlsx .xlsm .xlsb",
    "OpenDocument": ".ods",
    "compressed": ".gz .bz2 .xz .zst .z",
    "archive": ".zip .7z .rar .tar .tgz",
    "PROC CPORT": ".cpt .cport .stc",
    "XPT by another name": ".xpt5 .xpt8 .xpt9 .v5xpt .v8xpt .v9xpt .tpt .trp",
    "older SAS": ".sd2 .sd7 .ssd .ssd01 .ssd04 .sas7bvew .sas7bdat1",
    "SPSS": ".sav .zsav .por",
    "Stata": ".dta",
    "R": ".rds .rda .rdata",
    "JMP": ".jmp",
    "Minitab": ".mtw",
    "pandas": ".pkl .pickle",
    "HDF5": ".h5 .hdf .hdf5",
    "Arrow": ".feather .arrow .ipc",
    "Parquet by another name": ".parq .pq",
    "Avro": ".avro",
    "ORC": ".orc",
    "database": ".db .sqlite .sqlite3 .duckdb .mdb .accdb .dbf",
    "text": ".dat .psv .tab .jsonl",
}
_UNREAD = {suffix: kind for kind, suffixes in _UNREAD_KINDS.items() for suffix in suffixes.split()}
"""Kinds of files that hold data and that no reader takes, by suffix."""

_OWN_KEYS = ({"schema_version", "verdict"}, {"schema_version", "polarity"})
"""What our reports and our codebooks have on their first level."""

_LISTED = 20


@dataclass(frozen=True, slots=True)
class FilesFound:
    """Files to read, what must be known of those left out, and those that must be read and cannot."""

    files: tuple[Path, ...]
    notes: tuple[ReadingNote, ...] = ()
    problems: tuple[UnreadableInput, ...] = ()


def suffix_of(path: Path, known: Collection[str]) -> str:
    """The known suffix of a file name, the longest that fits; empty when none does."""
    name = path.name.lower()
    return max((suffix for suffix in known if name.endswith(suffix)), key=len, default="")


def files_in(folder: Path, known: Collection[str]) -> FilesFound:
    """The data files of a folder by name, with a note that lists what else may hold data.

    Sidecars, hidden files and what is no data by its suffix (documents, programs, define.xml) are left
    out without a word; so are our own reports and codebooks.

    Parameters
    ----------
    folder : Path
    known : collection of str
        Suffixes of files that can be read.

    Raises
    ------
    UnreadableInput
        When there is nothing to read.
    """
    present = sorted(path for path in folder.iterdir() if _is_told_of(path))
    named = [path for path in present if suffix_of(path, known) and not path.is_dir()]
    problems = tuple(_no_file(path) for path in named if not path.is_file())
    files = tuple(path for path in named if path.is_file() and not _is_other_json(path))
    unread = [f"{path.name} ({kind})" for path in present for kind in _unread_kind(path, known)]
    more = f" and {len(unread) - _LISTED} more" if len(unread) > _LISTED else ""
    listed = ", ".join(unread[:_LISTED]) + more
    if not files and not problems:
        raise UnreadableInput(
            "the folder holds no data that can be read",
            f"{folder}, {sum(path.is_file() for path in folder.iterdir())} files",
            f"looked for {', '.join(known)}, not in subfolders" + (f"; found {listed}" if unread else ""),
        )
    notes = (ReadingNote("", f"not read in {folder}, though it may hold data: {listed}"),) if unread else ()
    return FilesFound(files, notes, problems)


def _is_told_of(path: Path) -> bool:
    return not path.name.startswith((".", "~$")) and not is_sidecar(path)


def _no_file(path: Path) -> UnreadableInput:
    what = "the link points to nothing" if path.is_symlink() else "this is no file"
    return UnreadableInput(
        what, str(path), "mend it or take it away, or name the files instead of the folder"
    )


def _unread_kind(path: Path, known: Collection[str]) -> Iterator[str]:
    """What a file or folder is that may hold data and is not read; nothing for all others."""
    if suffix_of(path, known):
        if path.is_dir():
            yield "folder"
        elif _is_other_json(path) and not _is_own_json(path):
            yield "JSON, but not Dataset-JSON"
    elif path.suffix.lower() in _UNREAD:
        yield _UNREAD[path.suffix.lower()]


def _is_other_json(path: Path) -> bool:
    """Whether it is JSON without the key that Dataset-JSON has; a broken file is for its reader to judge."""
    if path.suffix.lower() != ".json" or not path.is_file() or path.stat().st_size == 0:
        return False
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(b'"datasetJSONVersion"') < 0 and _keys(content) is not None
    except OSError:
        return False  # its reader says why, beside what is wrong with the other files


def _is_own_json(path: Path) -> bool:
    keys = _keys(path.read_bytes())
    return keys is not None and any(own <= keys for own in _OWN_KEYS)


def _keys(content: bytes | mmap.mmap) -> set[str] | None:
    """The keys of a JSON object, none for other JSON, and None for what is no JSON."""
    import orjson

    try:
        document = orjson.loads(memoryview(content))
    except orjson.JSONDecodeError:
        return None
    return set(document) if isinstance(document, dict) else set()
