"""Raw files to proposals: each file, or each sheet, as it can be read."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ....schemas.errors import UnreadableInput
from ...formats.format import ReadOptions
from ...reading.read import raise_all
from ...sources.arrivals import arrivals
from ...values.file_kind import suffix_of
from ..options import RawFile
from ..raw_table import RawTable
from ..reading import raw_suffixes, read_raw_tables
from ..source_files import parts_of
from ..undeclared import SeveralMembers, Undeclared
from .found_code_lists import FoundCodeList, found_code_lists
from .suggest import Suggestion, named, suggest

_BESIDE = re.compile(r"^[._]|^~\$|readme|^datasets\.csv$", re.IGNORECASE)
"""Names of files that lie beside data: hidden ones, open workbooks, descriptions."""
_SHORTENED = "order has only variables of all files of the dataset"
_MOST_TRIES = 8
"""Declarations that may be needed before a file is read."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Proposals for several files.

    Attributes
    ----------
    source : Path
        The folder that the names of files begin in.
    proposed : tuple of Suggestion
    code_lists : tuple of FoundCodeList
    remarks : tuple of str
        Files and sheets for which nothing is proposed, and what is to be said of the reading of others.
    """

    source: Path
    proposed: tuple[Suggestion, ...]
    code_lists: tuple[FoundCodeList, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A table, and how it was read."""

    table: RawTable
    declared: RawFile

    @property
    def kind(self) -> tuple[Any, ...]:
        """What files of one table of a specification have in common."""
        return (named(self.table)[1], self.table.columns, replace(self.declared, files=("",)))


@dataclass(eq=False)
class _Reading:
    """Tables while they are read, with what is to be said of them."""

    source: Path
    options: ReadOptions
    tables: list[_Read] = field(default_factory=list)
    problems: list[UnreadableInput] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self, name: str, member: str) -> None:
        """Read a file, or a sheet of it; all sheets if none is named. What cannot be read is noted."""
        try:
            self._read(name, RawFile(files=(f"{name}#{member}" if member else name,)))
        except SeveralMembers as several:
            if several.hidden:
                self.remarks.append(f"{name}: hidden sheets, not read: {', '.join(several.hidden)}")
            for each in several.members:
                self.read(name, each)
        except UnreadableInput as problem:
            self.problems.append(problem)
            advice = f"; {problem.advice}" if problem.advice else ""
            self.remarks.append(f"{name}{f'#{member}' if member else ''}: not read: {problem.what}{advice}")

    def _read(self, name: str, declared: RawFile) -> None:
        for _ in range(_MOST_TRIES):
            try:
                tables = read_raw_tables([self.source], declared, self.options)
            except Undeclared as refusal:
                declared = replace(declared, **refusal.settled_by)
                continue
            self.tables += [_Read(each, declared) for each in tables]
            self.remarks += [f"{each.name}: {note.message}" for each in tables for note in each.dataset.notes]
            self.remarks += [f"{each.name}: no records" for each in tables if not len(each)]
            return
        raise UnreadableInput("the lines above the records are not understood", name, "declare header_lines")


def suggestions_for(paths: Sequence[Path], options: ReadOptions | None = None) -> Suggestions:
    """Propose how raw files become datasets of SDTM.

    Parameters
    ----------
    paths : sequence of Path
        Files, also ``export.xlsx#AE``, or folders, of which all files are taken whose type is known.
    options : ReadOptions, optional

    Raises
    ------
    UnreadableInput
    """
    options = options or ReadOptions()
    with arrivals(options) as brought:
        found = _suggestions_here([brought.bring(each) for each in paths], options)
        return replace(found, source=brought.shown(found.source))


def _suggestions_here(paths: Sequence[Path], options: ReadOptions) -> Suggestions:
    files = [each for path in paths for each in _files(path)]
    if not files:
        raise UnreadableInput("no raw file was found", ", ".join(map(str, paths)), "give files or a folder")
    parents = {file.parent.absolute() for file, _ in files}
    source = Path(os.path.commonpath(parents))
    reading = _Reading(source, options)
    for file, member in files:
        reading.read(file.absolute().relative_to(source).as_posix(), member)
    if not reading.tables:
        raise_all(reading.problems)
    together: dict[tuple[Any, ...], list[_Read]] = {}
    code_lists: list[FoundCodeList] = []
    for each in reading.tables:
        found = found_code_lists(each.table, each.declared)
        code_lists += found
        if not found:
            together.setdefault(each.kind, []).append(each)
    proposed = [_suggestion(each) for each in together.values()]
    shown = source if any(path.is_absolute() for path in paths) else Path(os.path.relpath(source))
    return Suggestions(
        shown,
        tuple(_distinctly_named(list(_ordered_alike(proposed)))),
        tuple(_codes_distinctly_named(code_lists)),
        tuple(dict.fromkeys(reading.remarks)),
    )


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Files with the sheets that are named."""
    if path.is_dir():
        known = raw_suffixes()
        for each in sorted(path.iterdir()):
            if each.is_file() and suffix_of(each, known) and not _BESIDE.search(each.name):
                yield each, ""
    elif path.exists():
        yield path, ""
    else:
        file, member = parts_of(path.name)
        yield path.with_name(file), member


def _suggestion(reads: Sequence[_Read]) -> Suggestion:
    files = tuple(file for each in reads for file in each.declared.files)
    return suggest([each.table for each in reads], replace(reads[0].declared, files=files))


def _ordered_alike(proposed: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Proposals of which those for one dataset have one order: the variables that all of them have."""
    for each in proposed:
        same = [other for other in proposed if other.domain == each.domain]
        order = tuple(name for name in each.order if all(name in other.order for other in same))
        reasons = [other.same_order for other in same if other.same_order]
        if any(len(other.order) > len(order) for other in same):
            reasons.append(_SHORTENED)
        yield replace(each, order=order, same_order=next(iter(reasons), "")) if len(same) > 1 else each


def _codes_distinctly_named(found: Sequence[FoundCodeList]) -> Iterator[FoundCodeList]:
    taken: Counter[str] = Counter()
    for each in found:
        taken[each.name] += 1
        number = taken[each.name]
        yield replace(each, name=f"{each.name}_{number}") if number > 1 else each


def _distinctly_named(proposed: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Proposals of which no two have one name; several files, the only ones of a domain, have its name."""
    domains = Counter(each.domain for each in proposed)
    taken: set[str] = set()
    for each in proposed:
        is_whole = each.domain and domains[each.domain] == 1 and len(each.declared.files) > 1
        stem = each.domain if is_whole else each.name
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        yield replace(each, name=name)
