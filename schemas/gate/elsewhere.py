"""Checks that are run in other processes, which get ids and names and open the study themselves.

A rule of a user's own is run here: other processes may not have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeVar

from ..rules import rule_book
from ..study.dataset import Dataset
from ..study.study import Study
from .by_part import OfPart, PartWork, checks_of_parts, in_parts
from .check import Check, CheckOptions, run_check
from .execution import Task
from .subject_parts import RECORDS, SubjectParts, parts_by_subject

BUNDLED = 4
"""At most so many checks go together: few messages, and no process waits long for the last one."""

Given = TypeVar("Given")
GivenBack = TypeVar("GivenBack")


def _nothing() -> None:
    """Close a study for which nothing was written."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A study with columns that are fetched when they are asked for, how it is checked, its parts if any.

    `close` removes what was written for it, if anything; the study cannot be read then.
    """

    study: Study
    options: CheckOptions
    parts: SubjectParts | None = None
    close: Callable[[], object] = _nothing


class KeptStudy(Protocol):
    """A study and how it is checked, where other processes find it; equal where it is the same."""

    def __hash__(self) -> int: ...

    def open(self) -> Opened: ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """Checks of one dataset that are run together.

    Attributes
    ----------
    kept : KeptStudy
    dataset : str
        Empty for checks of the study.
    rules : tuple of str
        Ids.
    """

    kept: KeptStudy
    dataset: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.dataset or 'the study'}: {', '.join(self.rules)}"


@dataclass(frozen=True, slots=True)
class PartOfWork:
    """PartWork on parts of a study."""

    kept: KeptStudy
    work: PartWork

    def __str__(self) -> str:
        return str(self.work)


class RunAll(Protocol):
    """Runs a function on tasks, wherever, and gives what it returns in their order."""

    def __call__(
        self, function: Callable[[Given], GivenBack], tasks: Iterable[Given], /
    ) -> Iterator[GivenBack]: ...


class Elsewhere:
    """Runs checks in other processes.

    Parameters
    ----------
    run_all : callable
        `map` of an engine.
    keep : callable
        Puts an opened study where other processes find it.
    records : int
        About how many records of the longest dataset are a part.
    """

    def __init__(self, run_all: RunAll, keep: Callable[[Opened], KeptStudy], records: int = RECORDS) -> None:
        self._records = records
        self._map = run_all
        self._keep = keep

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        parts = parts_by_subject(study, self._records)
        opened = Opened(study, options.afresh(), parts)
        if parts is None:
            return self._whole(tasks, opened, None)
        kept = self._keep(opened)
        return in_parts(
            tasks,
            parts,
            lambda work: self._map(run_parts, (PartOfWork(kept, each) for each in work)),
            lambda left: self._whole(left, opened, kept),
        )

    def _whole(self, tasks: Iterable[Task], opened: Opened, kept: KeptStudy | None) -> Iterator[Check]:
        for known, together in groupby(tasks, lambda task: rule_book().get(task[0].id) is task[0]):
            if not known:
                yield from (run_check(rule, data, opened.study, opened.options) for rule, data in together)
                continue
            if kept is None:
                kept = self._keep(opened)
            for checks in self._map(run_bundle, bundles(together, kept)):
                yield from checks


def bundles(tasks: Iterable[Task], kept: KeptStudy) -> Iterator[Bundle]:
    """Tasks that follow each other and are about the same dataset, at most `BUNDLED` of them each."""
    for dataset, together in groupby(tasks, lambda task: _name(task[1])):
        rules: list[str] = []
        for rule, _ in together:
            rules.append(rule.id)
            if len(rules) == BUNDLED:
                yield Bundle(kept, dataset, tuple(rules))
                rules = []
        if rules:
            yield Bundle(kept, dataset, tuple(rules))


def _name(data: Dataset | None) -> str:
    return data.name if data is not None else ""


def run_bundle(bundle: Bundle) -> list[Check]:
    """The checks of a bundle on the whole study, in a process that keeps the study for the next one."""
    opened = _opened(bundle.kept)
    data = opened.study[bundle.dataset] if bundle.dataset else None
    return [run_check(rule_book()[rule], data, opened.study, opened.options) for rule in bundle.rules]


def run_parts(part: PartOfWork) -> list[OfPart]:
    """What came of the rules of some work."""
    opened = _opened(part.kept)
    if opened.parts is None:
        raise ValueError(f"the study has no parts: {part}")
    return checks_of_parts(opened.study, opened.options, opened.parts, part.work)


_HERE: dict[KeptStudy, Opened] = {}
"""The study that is open in this process, if one is."""


def forget() -> None:
    """Let go of the study that this process keeps for the next task, and of its files."""
    while _HERE:
        _HERE.popitem()[1].close()


def _opened(kept: KeptStudy) -> Opened:
    """The study of a task, which stays open for the next one; tasks follow each other."""
    if kept not in _HERE:
        forget()
        _HERE[kept] = kept.open()
    return _HERE[kept]
