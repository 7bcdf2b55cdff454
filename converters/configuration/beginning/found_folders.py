"""Which folders have data, and which kind of data: analysis datasets, SDTM, or raw exports."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ....schemas.errors import UnreadableInput
from ....schemas.standards.structure import Structure
from ....schemas.study.study import Study
from ....schemas.word import Word
from ....schemas.wording import counted
from ...formats import readable
from ...reading.folder import contents_of
from ...reading.read import read

_AS_IS: Mapping[str, Any] = MappingProxyType({})
_MOST_FOLDERS = 200
"""The folder may be the home of a user."""
_RAW_KINDS = frozenset({"Excel", "OpenDocument", "delimited text"})
"""Files that are data where nothing else is: raw exports."""
_CODEBOOKS = "*.codebook.json"
"""A folder with these has results of adamgate, not data."""
_ANALYSIS = re.compile(r"(i|iss|ise)?ad[a-z]\w*", re.IGNORECASE)
"""How files of analysis datasets are named."""


class FolderKind(Word):
    """What the data of a folder are."""

    ADAM = "ADaM"
    SDTM = "SDTM"
    RAW = "raw exports"


@dataclass(frozen=True, slots=True)
class FoundFolder:
    """A folder with data.

    Attributes
    ----------
    path : Path
    kind : FolderKind
    names : tuple of str
        Of its datasets; of raw exports the names of its files.
    """

    path: Path
    kind: FolderKind
    names: tuple[str, ...]

    def __str__(self) -> str:
        """ "ADaM: ADAE, ADSL, ADTTE"; raw exports are counted."""
        named = counted(len(self.names), "file") if self.kind is FolderKind.RAW else ", ".join(self.names)
        return f"{self.kind}: {named}"


def found_below(start: Path, reading: Mapping[str, Any] = _AS_IS) -> tuple[FoundFolder, ...]:
    """The folders with data from one folder on, itself first.

    Parameters
    ----------
    start : Path
    reading : mapping
        Options of `read`.

    Raises
    ------
    UnreadableInput
        If a folder cannot be listed, analysis datasets cannot be read, or no folder has data.
    """
    if not start.is_dir():
        what = "not a folder" if start.exists() else "the folder does not exist"
        raise UnreadableInput(what, str(start), "give the folder that has the data, or one above it")
    found = tuple(each for folder, files in _with_files(start) for each in _found(folder, files, reading))
    if not found:
        raise UnreadableInput(
            "no data were found in the folder or below it",
            str(start),
            "give the folder of the datasets or raw exports; adamgate init without a folder prints a file "
            "to start from",
        )
    return found


def study_folders(found: Sequence[FoundFolder]) -> tuple[FoundFolder, ...]:
    """The folders that are one study: of analysis datasets the first with most, and SDTM with other names."""
    adam = [each for each in found if each.kind is FolderKind.ADAM]
    if not adam:
        return ()
    first = max(adam, key=lambda each: len(each.names))
    taken = set(first.names)
    sdtm = (each for each in found if each.kind is FolderKind.SDTM and taken.isdisjoint(each.names))
    return (first, *([beside] if (beside := next(sdtm, None)) is not None else []))


def _with_files(start: Path) -> Iterator[tuple[Path, tuple[Path, ...]]]:
    """Folders with files that may be data, the nearest first, each once whatever links lead to it."""
    known = tuple(readable())
    waiting, left = deque([start]), _MOST_FOLDERS
    seen: set[str] = set()
    while waiting and left:
        folder, left = waiting.popleft(), left - 1
        if (place := os.path.realpath(folder)) in seen:
            continue
        seen.add(place)
        try:
            contents = contents_of(folder, known)
        except OSError as failure:
            if folder == start:
                raise UnreadableInput(
                    "cannot be listed", f"{folder}: {failure.strerror}", "check your read permission"
                ) from failure
            continue
        waiting.extend(contents.subfolders)
        if any(folder.glob(_CODEBOOKS)):
            continue
        raw = [path for path, kind in contents.unread.items() if kind in _RAW_KINDS]
        if contents.files or raw:
            yield folder, (*contents.files, *raw)


def _found(folder: Path, files: tuple[Path, ...], reading: Mapping[str, Any]) -> Iterator[FoundFolder]:
    try:
        study: Study | None = read(folder, **reading)
    except UnreadableInput:
        if any(_ANALYSIS.fullmatch(each.name.partition(".")[0]) for each in files):
            raise
        study = None  # raw exports need not be as datasets are
    if study is not None and (kind := _kind(study)) is not FolderKind.RAW:
        yield FoundFolder(folder, kind, tuple(each.name for each in study))
    else:
        yield FoundFolder(folder, FolderKind.RAW, tuple(each.name for each in files))


def _kind(study: Study) -> FolderKind:
    of_subjects = [each for each in study if "USUBJID" in each]
    if any(each.structure is not Structure.OTHER for each in of_subjects):
        return FolderKind.ADAM
    return FolderKind.SDTM if any("DOMAIN" in each for each in of_subjects) else FolderKind.RAW
