"""Which files of a source folder are meant by the names and patterns of a declaration.

A declaration is not trusted: it names files inside the source folder, and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.wording import did_you_mean, plain

_WITH_MEMBER = re.compile(r"(?P<file>.+\.(?:xlsx|xlsm|xlsb|xls|ods|xpt|xport))#(?P<member>.+)", re.IGNORECASE)
WILD = re.compile(r"[*?\[]")
_MOST_ENTRIES = 100_000
"""Entries of folders that are looked at for one pattern."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that is meant.

    Attributes
    ----------
    path : Path
    name : str
        As in the source folder, for messages.
    members : str
        Name or pattern of the sheets or datasets that are meant; empty for the only one.
    pattern : str
        As declared.
    """

    path: Path
    name: str
    members: str
    pattern: str


def source_files(
    paths: Sequence[Path], patterns: Sequence[str]
) -> tuple[tuple[SourceFile, ...], tuple[UnreadableInput, ...]]:
    """The files, each once, and what is wrong with the patterns.

    Parameters
    ----------
    paths : sequence of Path
        Source folders; a file is meant by patterns that fit its name.
    patterns : sequence of str
        As declared, each within the source folders.

    Returns
    -------
    tuple of SourceFile
        In the order of the patterns, of one pattern by name.
    tuple of UnreadableInput
        Patterns that no file fits.

    Raises
    ------
    ConfigurationError
        When a pattern leads out of the source folder.
    """
    found: dict[tuple[Path, str], SourceFile] = {}
    problems: list[UnreadableInput] = []
    for pattern in patterns:
        require_inside(pattern, "files")
        file, members = parts_of(pattern)
        try:
            matches = [each for path in paths for each in _matches(path, file)]
        except UnreadableInput as problem:
            problems.append(problem)
            continue
        if not matches:
            problems.append(_none(paths, file))
        for path, name in matches:
            found.setdefault((path.resolve(), members), SourceFile(path, name, members, pattern))
    return tuple(found.values()), tuple(problems)


def parts_of(pattern: str) -> tuple[str, str]:
    """ "export.xlsx#AE" as ("export.xlsx", "AE")."""
    parts = _WITH_MEMBER.fullmatch(pattern)
    return (parts["file"], parts["member"]) if parts else (pattern, "")


def require_inside(pattern: str, place: str) -> None:
    """Refuse a name or pattern that leads out of the source folder, or through all of it.

    Raises
    ------
    ConfigurationError
    """
    file, _ = parts_of(pattern)
    steps = re.split(r"[/\\]", file)
    if "**" in file:
        advice = "write one * for each subfolder: site*/ae.csv"
        raise ConfigurationError(f"{plain(pattern)} contains **", place, advice)
    if ".." in steps or steps[0] in ("", "~") or ":" in steps[0] or "\\" in file or "\0" in file:
        raise ConfigurationError(
            f"{plain(pattern)} is not a place inside the source folder",
            place,
            "name files by their place in the source folder, with /: site1/ae.csv",
        )


def _matches(path: Path, file: str) -> list[tuple[Path, str]]:
    """The files that are meant in one source, with their names there."""
    if not path.is_dir():
        name = path.name
        return [(path, name)] if path.exists() and fnmatchcase(name, file.rsplit("/", 1)[-1]) else []
    walked = [(path, "")]
    steps = [step for step in file.split("/") if step != "."]
    for number, step in enumerate(steps, 1):
        inner = number < len(steps)
        walked = [each for folder, shown in walked for each in _step(folder, shown, step, inner)]
        if len(walked) > _MOST_ENTRIES:
            raise UnreadableInput(f"too many files fit {plain(file)}", str(path), "write a narrower pattern")
    return walked


def _step(folder: Path, shown: str, step: str, inner: bool) -> Iterator[tuple[Path, str]]:
    """One part of a pattern. A wildcard passes hidden files, and those that Excel keeps of open workbooks."""
    if WILD.search(step):
        names = [
            name for name in _names(folder) if fnmatchcase(name, step) and not name.startswith((".", "~$"))
        ]
    else:
        names = [step] if os.path.lexists(folder / step) else []
    for name in names:
        if inner == (folder / name).is_dir() or (not inner and name.lower().endswith(".parquet")):
            yield folder / name, f"{shown}{name}{'/' if inner else ''}"


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise UnreadableInput(
            "the folder cannot be listed", f"{folder}: {error.strerror}", "ask for read permission"
        ) from error


def _none(paths: Sequence[Path], file: str) -> UnreadableInput:
    """No file is meant by a pattern: with the names that are like it."""
    absent = [path for path in paths if not path.exists()]
    if absent:
        return UnreadableInput("the file or folder does not exist", str(absent[0]), "check the path")
    folders = [path for path in paths if path.is_dir()]
    inner, _, last = file.rpartition("/")
    names = [
        name
        for folder in folders
        if not WILD.search(inner) and (folder / inner).is_dir()
        for name in _names(folder / inner)
        if not name.startswith(".")
    ]
    names += [path.name for path in paths if not path.is_dir()]
    what = "no file fits" if WILD.search(file) else "the source has no file"
    where = ", ".join(map(str, paths))
    return UnreadableInput(f"{what} {plain(file)}", where, did_you_mean(last, names))
