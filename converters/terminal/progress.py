"""Progress of long work: a bar on a terminal, nothing in a pipe or a log.

Work that is done within half a second shows nothing either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TextIO

from ...schemas.wording import plain
from .streams import colours, is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DELAY = 0.5
"""Seconds before a bar appears."""


class Callbacks(NamedTuple):
    """What readers, the gate and writers call as they go; None where nobody watches.

    Attributes
    ----------
    reading : callable
        With the file's name, the amount done and the total, in bytes or records.
    judging : callable
        With the rule's id and the dataset's name.
    writing : callable
        With the output's name, the records that are written, and all of them.
    """

    reading: Callable[[str, int, int], None] | None = None
    judging: Callable[[str, str], None] | None = None
    writing: Callable[[str, int, int], None] | None = None


@contextmanager
def progress(stream: TextIO | None, *, shown: bool = True) -> Iterator[Callbacks]:
    """Show progress on `stream` while the block runs, if that is a terminal; leave no trace of it."""
    if stream is None or not shown or not is_terminal(stream):
        yield Callbacks()
        return
    bars = _Bars(stream)
    try:
        yield Callbacks(bars.reading, bars.judging, bars.writing)
    finally:
        bars.close()


class _Bars:
    """A bar per file, and one line for the rule that runs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._start = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def reading(self, name: str, done: int, total: int) -> None:
        self._show(f"Reading {plain(name)}", done, total)

    def judging(self, rule_id: str, dataset: str) -> None:
        self._show("Judging", None, None, plain(f"{dataset} {rule_id}"))

    def writing(self, name: str, done: int, total: int) -> None:
        self._show(f"Writing {plain(name)}", done, total, f"{done:,} of {total:,} records")

    def close(self) -> None:
        if self._bars is not None:
            self._bars.stop()

    def _show(self, title: str, done: int | None, total: int | None, detail: str = "") -> None:
        if self._bars is None:
            if time.monotonic() - self._start < DELAY:
                return
            self._bars = self._open()
        if title not in self._tasks:
            self._tasks[title] = self._bars.add_task(title, total=total, detail=detail)
        self._bars.update(self._tasks[title], completed=done, total=total, detail=detail)

    def _open(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=self._stream, force_terminal=True, no_color=not colours(self._stream)),
            transient=True,
        )
        bars.start()
        return bars


class RunningSteps:
    """The steps of a pipeline that are being done, and for how long; nothing without a stream."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def add(self, step: str) -> None:
        """A step begins."""
        if self._stream is None:
            return
        if self._bars is None:
            self._bars = _lines_on(self._stream)
        self._tasks[step] = self._bars.add_task(f"Running {plain(step)}", total=None)
        self._bars.start()

    @contextmanager
    def without(self, step: str) -> Iterator[None]:
        """A step has ended; what is printed within is not disturbed."""
        if self._bars is None:
            yield
            return
        self._bars.stop()
        if step in self._tasks:
            self._bars.remove_task(self._tasks.pop(step))
        yield
        if self._tasks:
            self._bars.start()

    def close(self) -> None:
        if self._bars is not None:
            self._bars.stop()


@contextmanager
def running_steps(stream: TextIO | None, *, shown: bool = True) -> Iterator[RunningSteps]:
    """Show on a terminal which steps run while the block runs; leave no trace of it."""
    steps = RunningSteps(stream if shown and is_terminal(stream) else None)
    try:
        yield steps
    finally:
        steps.close()


def _lines_on(stream: TextIO) -> Progress:
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(file=stream, force_terminal=True, no_color=not colours(stream)),
        refresh_per_second=1,
        transient=True,
    )
