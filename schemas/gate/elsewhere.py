"""Checks that are run in other processes, which get ids and names and open the study themselves.

A rule of a user's own is run here: other processes may not have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Protocol

from ..rules import rule_book
from ..study.dataset import Dataset
from ..study.study import Study
from .check import Check, CheckOptions, run_check
from .execution import Task

BUNDLED = 4
"""At most so many checks go together: few messages, and no process waits long for the last one."""


class KeptStudy(Protocol):
    """A study and how it is checked, where other processes find it; equal where it is the same."""

    def __hash__(self) -> int: ...

    def open(self) -> tuple[Study, CheckOptions]:
        """Both, with columns that are fetched as they are asked for."""
        ...


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


BundleMap = Callable[[Callable[[Bundle], list[Check]], Iterable[Bundle]], Iterator[list[Check]]]
"""Runs a function on bundles, wherever, and gives what it returns in their order."""


class Elsewhere:
    """Runs checks in other processes.

    Parameters
    ----------
    run_all : callable
        `map` of an engine.
    keep : callable
        Puts a study and how it is checked where other processes find it.
    """

    def __init__(self, run_all: BundleMap, keep: Callable[[Study, CheckOptions], KeptStudy]) -> None:
        self._map = run_all
        self._keep = keep

    def run(self, tasks: Iterable[Task], study: Study, options: CheckOptions) -> Iterator[Check]:
        kept: KeptStudy | None = None
        for known, together in groupby(tasks, lambda task: rule_book().get(task[0].id) is task[0]):
            if not known:
                yield from (run_check(rule, data, study, options) for rule, data in together)
                continue
            if kept is None:
                kept = self._keep(study, options.afresh())
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
    """The checks of a bundle, in a process that keeps the study for the next one."""
    study, options = _opened(bundle.kept)
    data = study[bundle.dataset] if bundle.dataset else None
    return [run_check(rule_book()[rule], data, study, options) for rule in bundle.rules]


@lru_cache(maxsize=1)
def _opened(kept: KeptStudy) -> tuple[Study, CheckOptions]:
    return kept.open()
