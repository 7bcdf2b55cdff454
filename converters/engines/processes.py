"""Processes of this machine, which are kept from task to task."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic

from ..values.worker_process import begin_to_work, main_not_run_again
from .engine import ATTEMPTS, Sent, SentBack, WorkerLost


@dataclass
class _Begun(Generic[Sent]):
    """A task that is being done."""

    task: Sent
    future: Future[Any]
    attempts: int = 1


class Processes:
    """Runs functions in processes of this machine.

    Parameters
    ----------
    jobs : int
        How many. They begin with the first task.

    Examples
    --------
    >>> import math
    >>> from adamgate.converters.engines.processes import Processes
    >>> engine = Processes(2)
    >>> list(engine.map(math.sqrt, [1.0, 4.0, 9.0]))
    [1.0, 2.0, 3.0]
    >>> engine.close()
    """

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[Sent], SentBack], tasks: Iterable[Sent]) -> Iterator[SentBack]:
        """What a function returns for each task; see `Engine`."""
        waiting = iter(tasks)
        begun: deque[_Begun[Sent]] = deque()
        for task in waiting:
            begun.append(_Begun(task, self._submit(function, task)))
            if len(begun) > self.workers:  # one more than are done: nobody waits for this process
                yield self._result(function, begun)
        while begun:
            yield self._result(function, begun)

    def _result(self, function: Callable[[Sent], SentBack], begun: deque[_Begun[Sent]]) -> SentBack:
        """Of the first task, however many workers it takes."""
        while True:
            try:
                found: SentBack = begun[0].future.result()
            except BrokenProcessPool as lost:
                if begun[0].attempts >= ATTEMPTS:
                    self.close()
                    raise _told(begun[0].task) from lost
                self._begin_again(function, begun)
            else:
                begun.popleft()
                return found

    def _begin_again(self, function: Callable[[Sent], SentBack], begun: Iterable[_Begun[Sent]]) -> None:
        """Other processes, for all that has no result: which task ended a process is not known."""
        self.close()
        for each in begun:
            if each.future.done() and each.future.exception() is None:
                continue
            each.future, each.attempts = self._submit(function, each.task), each.attempts + 1

    def _submit(self, function: Callable[[Sent], SentBack], task: Sent) -> Future[Any]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=begin_to_work
            )
        with main_not_run_again():
            try:
                return self._pool.submit(function, task)
            except BrokenProcessPool as lost:
                future: Future[Any] = Future()
                future.set_exception(lost)
                return future

    def close(self) -> None:
        """End the processes; what they are doing is dropped."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        running = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _told(task: object) -> WorkerLost:
    return WorkerLost(
        f"a process was ended {ATTEMPTS} times before its work was done",
        str(task),
        "this happens when the memory of the machine is used up: set fewer --jobs, or a lower --memory",
    )
