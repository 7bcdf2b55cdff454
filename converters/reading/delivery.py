"""Which files of a delivered folder are read, and which may hold data and are not."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import ReadingNote
from ..formats.parquet.parts import is_partitioned
from ..metadata.sidecar_names import is_sidecar
from .folder import Contents, contents_of, is_hidden, listed, may_be_data

_LISTED = 20
_HOLDERS_LISTED = 5
_NAMES_LISTED = 3
_LOOKED_AT = 10_000
"""Entries of subfolders that are looked at only to say that they were not read."""
_RECURSIVE = "use --recursive (recursive=True in Python) to read them"

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FilesFound:
    """Files to read, what must be known of those left out, and those that must be read and cannot."""

    files: tuple[Path, ...]
    notes: tuple[ReadingNote, ...] = ()
    problems: tuple[UnreadableInput, ...] = ()


def files_in(
    folder: Path, known: Collection[str], recursive: bool = False, apart: Iterable[Path] = ()
) -> FilesFound:
    """The data files of a folder by name, with notes that list what else may hold data.

    Sidecars, hidden files and folders, and what is no data by its suffix (documents, programs, define.xml)
    are left out without a word; so are our own reports and codebooks. A folder named ``.parquet`` is one
    dataset.

    Parameters
    ----------
    folder : Path
    known : collection of str
        Suffixes of files that can be read.
    recursive : bool
        Take the files of subfolders, too, after those of their folder; none twice, whatever links there are.
    apart : iterable of Path
        Folders that are read anyway, for which no note is needed.

    Raises
    ------
    UnreadableInput
        When there is nothing to read.
    """
    seen = {_identity(each) for each in (folder.resolve(), *folder.resolve().parents, *apart)}
    contents = [contents_of(folder, known)]
    below = _DataBelow()
    if recursive:
        contents += _below(contents[0], known, seen)
    else:
        below = _data_below(contents[0].subfolders, folder, known, seen)
    files = tuple(file for each in contents for file in each.files)
    problems = tuple(problem for each in contents for problem in each.problems)
    unread = [
        f"{path.relative_to(folder)} ({kind})" for each in contents for path, kind in each.unread.items()
    ]
    unread_files = listed(unread, _LISTED)
    if not files and not problems:
        present = sum(each.files_present for each in contents)
        where = f"{folder}, {present} file{'' if present == 1 else 's'}"
        places = "subfolders were searched" if recursive else "subfolders were not searched"
        raise _nothing(
            where, f"give a folder with data files ({', '.join(known)}); {places}", unread_files, below
        )
    notes = []
    if unread:
        notes.append(ReadingNote("", f"not read in {folder}, may contain data: {unread_files}"))
    if below:
        message = f"not read: subfolders of {folder} that may contain data: {below}; {_RECURSIVE}"
        notes.append(ReadingNote("", message))
    return FilesFound(files, tuple(notes), problems)


def _nothing(where: str, advice: str, unread: str, below: _DataBelow) -> UnreadableInput:
    if below.holders:
        also = f"; also not read: {unread}" if unread else ""
        return UnreadableInput(
            "the folder contains data only in subfolders, which were not read",
            f"{where}; data in {below}{also}",
            "give the subfolder that contains the data, or use --recursive (recursive=True in Python)",
        )
    return UnreadableInput(
        "the folder contains no data files that can be read",
        where + (f"; not read: {unread}" if unread else ""),
        advice,
    )


def _below(contents: Contents, known: Collection[str], seen: set[Identity]) -> Iterator[Contents]:
    """The contents of all subfolders, each folder once; `seen` grows."""
    for folder in contents.subfolders:
        try:
            identity = _identity(folder)
            if identity in seen:
                continue
            seen.add(identity)
            inside = contents_of(folder, known)
        except OSError as error:
            yield Contents((), {}, (cannot_look_into(error, folder),), (), 0)
            continue
        yield inside
        yield from _below(inside, known, seen)


def cannot_look_into(error: OSError, folder: Path) -> UnreadableInput:
    """The refusal of a folder whose files cannot be listed."""
    return UnreadableInput(
        "cannot be listed",
        f"{error.filename or folder}: {error.strerror or error}",
        "check your read permission",
    )


@dataclass(frozen=True, slots=True)
class _DataBelow:
    """Subfolders that may hold data, with names of their files, and whether all were looked into."""

    holders: tuple[str, ...] = ()
    complete: bool = True

    def __bool__(self) -> bool:
        return bool(self.holders) or not self.complete

    def __str__(self) -> str:
        if not self.holders:
            return "not all of them were searched"
        more = "" if self.complete else " and possibly more"
        return listed(self.holders, _HOLDERS_LISTED) + more


def _data_below(
    subfolders: Iterable[Path], top: Path, known: Collection[str], seen: set[Identity]
) -> _DataBelow:
    """Which subfolders may hold data, the nearest first.

    Ends after so many entries: the folder may be somebody's home.
    """
    waiting = deque(subfolders)
    left = _LOOKED_AT
    holders: list[str] = []
    while waiting and left > 0:
        folder = waiting.popleft()
        try:
            identity = _identity(folder)
            if identity in seen:
                continue
            seen.add(identity)
            with os.scandir(folder) as entries:
                present = [entry.name for entry in islice(entries, left)]
            left -= len(present)
            paths = [folder / name for name in sorted(present)]
            paths = [path for path in paths if not is_hidden(path) and not is_sidecar(path)]
            deeper = [path for path in paths if path.is_dir() and not is_partitioned(path)]
            names = [path.name for path in paths if path not in set(deeper) and may_be_data(path, known)]
        except OSError:
            deeper, names = [], ["cannot be listed"]
        waiting.extend(deeper)
        if names:
            holders.append(f"{folder.relative_to(top)} ({listed(names, _NAMES_LISTED)})")
    return _DataBelow(tuple(holders), complete=left > 0)


def _identity(folder: Path) -> Identity:
    """What a folder is, by whatever link it is reached."""
    status = folder.stat()
    return status.st_dev, status.st_ino
