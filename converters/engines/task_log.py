"""What each worker did, when, and with how much memory: a line of JSON for each task."""

from __future__ import annotations

import json
import os
import platform
import stat
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TextIO

from ...schemas.errors import UnwritableOutput
from .engine import Engine, Sent, SentBack

_BEGINS = '{"log": "adamgate tasks", '
"""So begins the line of a run; a file that begins otherwise is somebody else's."""


@dataclass(frozen=True, slots=True)
class Timed(Generic[Sent, SentBack]):
    """A task that tells how it went."""

    function: Callable[[Sent], SentBack]
    task: Sent

    def __str__(self) -> str:
        return str(self.task)


@dataclass(frozen=True, slots=True)
class TaskDone(Generic[SentBack]):
    """What a task gave, and where and when.

    Attributes
    ----------
    result
    worker : str
        Host and process.
    began, ended : float
        Seconds since 1970, by the clock of the worker.
    peak_mb : int or None
        The most memory that the process has taken so far; None where the system does not tell.
    """

    result: SentBack
    worker: str
    began: float
    ended: float
    peak_mb: int | None


Watch = Callable[[str, TaskDone[Any]], None]
"""Called with a task, in words, when it is done."""


class Watched:
    """An engine that reports each task when it is done.

    Parameters
    ----------
    engine : Engine
    *watches : callable
    """

    def __init__(self, engine: Engine, *watches: Watch) -> None:
        self._engine = engine
        self._watches = watches

    @property
    def workers(self) -> int:
        return self._engine.workers

    def map(self, function: Callable[[Sent], SentBack], tasks: Iterable[Sent]) -> Iterator[SentBack]:
        """What a function returns for each task; see `Engine`."""
        sent: deque[str] = deque()

        def timed() -> Iterator[Timed[Sent, SentBack]]:
            for task in tasks:
                sent.append(str(task))
                yield Timed(function, task)

        for done in self._engine.map(run_timed, timed()):
            task = sent.popleft()
            for watch in self._watches:
                watch(task, done)
            yield done.result

    def close(self) -> None:
        """End the workers; see `Engine`."""
        self._engine.close()


class TaskLog:
    """A file to which the tasks of a run are appended, each when its result is there.

    Parameters
    ----------
    path : Path
        A new file, an empty one, or a log of earlier runs, which stays.

    Raises
    ------
    UnwritableOutput
        When the file is another one, or cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from adamgate.converters.engines import engine_of
    >>> from adamgate.converters.engines.task_log import TaskLog, Watched
    >>> import math
    >>> with TaskLog(Path("tasks.jsonl")) as log:
    ...     engine = Watched(engine_of("processes", 2), log.write_task)
    ...     print(list(engine.map(math.sqrt, [1.0, 4.0])))
    ...     engine.close()
    [1.0, 2.0]
    >>> len(Path("tasks.jsonl").read_text().splitlines())
    3
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)
        self._write({"run": _stamp(time.time()), "host": platform.node(), "process": os.getpid()}, _BEGINS)

    def write_task(self, task: str, done: TaskDone[Any]) -> None:
        """One line: a task that is done."""
        self._write(
            {
                "task": task,
                "worker": done.worker,
                "began": _stamp(done.began),
                "seconds": round(done.ended - done.began, 3),
                "peak_mb": done.peak_mb,
            }
        )

    def _write(self, entry: dict[str, object], begins: str = "{") -> None:
        try:
            self._file.write(begins + json.dumps(entry)[1:] + "\n")
            self._file.flush()
        except OSError as error:
            raise UnwritableOutput(
                "the log cannot be written", str(self.path), f"{error.strerror}: make room, or choose another"
            ) from error

    def __enter__(self) -> TaskLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def run_timed(timed: Timed[Sent, SentBack]) -> TaskDone[SentBack]:
    """A task in a worker, with what the log says of it."""
    began = time.time()
    result = timed.function(timed.task)
    return TaskDone(result, f"{platform.node()}:{os.getpid()}", began, time.time(), _peak_mb())


def _peak_mb() -> int | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10


def _opened(path: Path) -> TextIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o666)
        with open(descriptor, encoding="utf-8", errors="replace") as before:
            is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
            begins = before.read(len(_BEGINS)) if is_file else "not a file"
        if begins not in ("", _BEGINS):
            raise UnwritableOutput(
                "the file is not a log of adamgate", str(path), "choose another name; nothing was changed"
            )
        return path.open("a", encoding="utf-8")
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else "the name is not possible"
        raise UnwritableOutput("the log cannot be written", str(path), f"{told}: choose another") from error


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
