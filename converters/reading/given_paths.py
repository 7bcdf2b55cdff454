"""The files that a user means by paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput
from ...schemas.study.variable import ReadingNote
from ...schemas.wording import nearest
from ..formats import readable
from ..formats.parquet.parts import is_partitioned
from ..metadata.sidecar_names import is_sidecar
from ..values.address import place_of
from ..values.file_kind import suffix_of
from .delivery import FilesFound, cannot_look_into, files_in
from .folder import parts_named_as_datasets

_ADVICE_BY_SUFFIX = {
    ".sas7bcat": "give a format catalogue with --catalog; one beside the data is found automatically",
    ".xml": "define.xml describes data: name it with --define, and give the data or their folder;"
    " adamgate validate takes --define alone",
}


def paths_of(given: Any) -> list[Path]:
    """What was given as one path or several; a frame is neither, though one can walk over its columns."""
    several = isinstance(given, Iterable) and not isinstance(given, str) and not hasattr(given, "columns")
    paths = list(given) if several else [given]
    for each in paths:
        if not isinstance(each, str | os.PathLike):
            raise TypeError(
                f"a path is required, not {type(each).__name__}; "
                "a frame becomes a dataset with Dataset.from_frame(frame, name)"
            )
        if each == "":
            raise UnreadableInput("a path is empty", advice="give a file or a folder")
    return [place_of(each) for each in paths]


def files_named(given: Sequence[Path], recursive: bool, problems: list[UnreadableInput]) -> FilesFound:
    """The files to read, each once, in the order given."""
    files: dict[Path, Path] = {}
    notes: list[ReadingNote] = []
    for at, each in enumerate(given):
        try:
            found = _files_of(each, recursive, [*given[:at], *given[at + 1 :]])
        except UnreadableInput as problem:
            problems.append(problem)
        except OSError as error:
            problems.append(cannot_look_into(error, each))
        else:
            for file in found.files:
                files.setdefault(file.resolve(), file)
            notes += found.notes
            problems += found.problems
    parts = parts_named_as_datasets(files.values()) if len(files) > 1 else None
    if parts is not None:
        problems.append(parts)
        return FilesFound(())
    if not given and not problems:
        problems.append(UnreadableInput("no input is given", advice="give a file or a folder"))
    elif not files and not problems:
        problems.append(
            UnreadableInput(
                "only metadata tables are given, no data files", _listed(given), "give the data files as well"
            )
        )
    return FilesFound(tuple(files.values()), tuple(dict.fromkeys(notes)))


def _files_of(path: Path, recursive: bool, others: Sequence[Path]) -> FilesFound:
    """The files to read of one path; `others` are given beside it."""
    if path.is_dir() and not is_partitioned(path):
        return files_in(path, readable(), recursive, [other for other in others if other.is_dir()])
    if not path.exists():
        raise _absent(path)
    if is_sidecar(path) and others:
        return FilesFound(())  # a shell's *.csv names them too; they are read with their data
    suffix = suffix_of(path, readable())
    if not suffix:
        raise UnreadableInput(
            f"unknown file type {path.suffix or '(no suffix)'}",
            str(path),
            _ADVICE_BY_SUFFIX.get(path.suffix.lower(), f"known file types: {', '.join(readable())}"),
        )
    return FilesFound((path,))


def _absent(path: Path) -> UnreadableInput:
    within = next((each for each in path.parents if os.path.isfile(each)), None)
    if within is not None:
        return UnreadableInput(
            "the file or folder does not exist", str(path), f"{within} is a file: give that"
        )
    folder = path.parent
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    close = nearest(path.name, names)
    advice = f"did you mean {' or '.join(close)}?" if close else "check the path"
    return UnreadableInput("the file or folder does not exist", str(path), advice)


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(dict.fromkeys(map(str, paths)))
