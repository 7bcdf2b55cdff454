"""The work of one step, here or in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...schemas.errors import AdamgateError
from ..page.run_shown import RunShown, going_on
from ..values.worker_process import FAULT, begin_to_work, main_not_run_again
from .project import PipelineProject
from .record import RecordedFile
from .step_options import StepOptions
from .step_outcome import StepOutcome
from .times import StepTime


@dataclass(frozen=True)
class Ended:
    """What came of the work of a step.

    Attributes
    ----------
    time : StepTime
    outcome : StepOutcome or None
        None if it failed.
    failure : str
        Why.
    exit_code : int
    """

    time: StepTime
    outcome: StepOutcome | None
    failure: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class Work:
    """One step that is to be done.

    Attributes
    ----------
    step : str
    options : StepOptions
    file : Path
        The settings file.
    load : callable
        It, to the project.
    cited : mapping
        What its outputs say of the record.
    inputs : tuple of RecordedFile
        What it reads, as it was before.
    reasons : tuple of str
        Why it is done.
    before : RunShown
        The steps before it.
    """

    step: str
    options: StepOptions
    file: Path
    load: Callable[[Path], PipelineProject]
    cited: Mapping[str, Any]
    inputs: tuple[RecordedFile, ...]
    reasons: tuple[str, ...]
    before: RunShown

    def done(self, project: PipelineProject) -> Ended:
        """Do it."""
        from ..values.cited_run import citing

        started = time.time()
        outcome, failure, code = None, "", 0
        try:
            with citing(self.cited if self.options.cites else {}), going_on(self.before):
                outcome = self.options.run(project)
        except AdamgateError as problem:
            failure, code = str(problem), problem.exit_code
        return Ended(StepTime.between(started, time.time()), outcome, failure, code)


class Workers:
    """Processes that do steps at the same time, one after the other each: libraries are loaded once."""

    def __init__(self) -> None:
        self._running: dict[Connection, tuple[Work, BaseProcess]] = {}
        self._idle: list[tuple[Connection, BaseProcess]] = []

    @property
    def busy(self) -> bool:
        return bool(self._running)

    @property
    def names(self) -> frozenset[str]:
        """The steps that are being done."""
        return frozenset(work.step for work, _ in self._running.values())

    def start(self, work: Work) -> None:
        """Let a process do it."""
        while self._idle:
            connection, process = self._idle.pop()
            try:
                connection.send(work)
            except OSError:  # somebody ended it
                _end(connection, process)
                continue
            self._running[connection] = (work, process)
            return
        connection, process = _started()
        with suppress(OSError):  # `wait` says that it ended
            connection.send(work)
        self._running[connection] = (work, process)

    def wait(self) -> tuple[Work, Ended]:
        """The next that is done."""
        started = time.time()
        (connection, *_) = (each for each in wait(list(self._running)) if isinstance(each, Connection))
        work, process = self._running.pop(connection)
        try:
            ended = connection.recv()
        except (EOFError, OSError):
            _end(connection, process)
            return work, Ended(StepTime.between(started, time.time()), None, "its process was ended", FAULT)
        self._idle.append((connection, process))
        return work, ended

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        running = [(connection, process) for connection, (_work, process) in self._running.items()]
        for connection, process in (*running, *self._idle):
            process.terminate()
            _end(connection, process)


def _started() -> tuple[Connection, BaseProcess]:
    """A process that does steps until this one ends."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(there,))
    with main_not_run_again():
        process.start()
    there.close()
    return here, process


def _end(connection: Connection, process: BaseProcess) -> None:
    connection.close()
    process.join()


def _serve(connection: Connection) -> None:
    """Do steps as they come, and send what came of each."""
    begin_to_work()
    with suppress(EOFError, OSError):  # nobody sends or reads any more
        while True:
            connection.send(_ended(connection.recv()))


def _ended(work: Work) -> Ended:
    started = time.time()
    try:
        return work.done(work.load(work.file))
    except BaseException as fault:  # its text may quote patient data
        failure = f"internal error in adamgate: {type(fault).__name__}"
        return Ended(StepTime.between(started, time.time()), None, failure, FAULT)
