"""Workers of a Dask cluster, on whichever machines.

Their scheduler is trusted, as Dask has it: what is sent to it and comes back is pickled.
"""

from __future__ import annotations

import logging
import platform
import socket
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib import import_module
from typing import Any

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.gate.elsewhere import forget
from .engine import Sent, SentBack, WorkerLost
from .worker_versions import SAME_ON_ALL, refuse_other_versions, versions_here

CONNECTING = 10.0
"""Seconds that a scheduler has to answer, and to have a worker."""
ANSWERING = 20.0
"""Seconds that a connected scheduler and its workers have to answer; a process that is stopped never does."""
WITHOUT_WORKERS = 30.0
"""Seconds that a task may be without any worker that does it before the run ends."""
LOOKED_AFTER = 2.0
"""Seconds after which it is asked again whether there are workers."""

_BETWEEN_ATTEMPTS = 0.2
_NOT_UNPACKED = "Error during deserialization"
"""So begins what Dask says of a task that a worker cannot unpickle."""
_MORE_MEMORY = "dask worker --memory-limit"
_LOGGERS = ("distributed", "distributed.client", "bokeh", "tornado", "tornado.application")
_one_at_a_time = threading.Lock()
_is_to_forget = threading.Event()


class DaskCluster:
    """Runs functions on the workers of a cluster; a worker does one task at a time.

    Parameters
    ----------
    scheduler : str
        Its address, such as "tcp://10.0.0.5:8786".

    Raises
    ------
    ConfigurationError
        When `distributed` is not installed, or workers have other versions than this machine.
    UnreadableInput
        When the scheduler cannot be reached, has no worker, or has one that does not answer.
    """

    def __init__(self, scheduler: str) -> None:
        self._scheduler = scheduler
        self._distributed = _distributed()
        self._client = self._connected()
        try:
            self._require_workers()
            self._require_versions()
            self.workers = len(self._workers())
        except BaseException:
            self._end()
            raise

    def map(self, function: Callable[[Sent], SentBack], tasks: Iterable[Sent]) -> Iterator[SentBack]:
        """What a function returns for each task; see `Engine`."""
        begun: deque[tuple[Sent, Any]] = deque()
        for task in tasks:
            future = self._client.submit(run_alone, function, task, versions_here(), pure=False)
            begun.append((task, future))
            if len(begun) > 2 * self.workers:  # no worker waits for this process
                yield self._result(*begun.popleft())
        while begun:
            yield self._result(*begun.popleft())

    def close(self) -> None:
        """Leave the cluster; its workers forget what they have read."""
        with suppress(Exception):
            self._asked(self._client.run, _forget_when_idle, on_error="ignore")
        self._end()

    def _end(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=CONNECTING)

    def _connected(self) -> Any:
        _require_greeting(self._scheduler)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions, which are compared here
                return self._distributed.Client(self._scheduler, timeout=CONNECTING, set_as_default=False)
        except Exception as error:  # whatever answers at that address
            raise _no_scheduler(self._scheduler) from error

    def _require_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=CONNECTING)
        except Exception as error:
            raise UnreadableInput(
                "the cluster has no workers", self._scheduler, f"start some: dask worker {self._scheduler}"
            ) from error

    def _asked(self, question: Callable[..., Any], *arguments: object, **options: object) -> Any:
        """What the scheduler or all workers answer.

        Raises
        ------
        TimeoutError
            When one of them does not.
        """

        async def asking() -> Any:
            return await question(*arguments, **options)

        return self._client.sync(asking, callback_timeout=ANSWERING)

    def _workers(self) -> dict[str, Any]:
        """What the scheduler knows of each worker, by its address."""
        found: dict[str, Any] = self._asked(self._client.scheduler.identity)["workers"]
        return found

    def _require_versions(self) -> None:
        before = self._workers()
        try:
            found = self._asked(self._client.get_versions, check=False, packages=["adamgate", "pyarrow"])
        except self._distributed.TimeoutError as error:
            silent = [name for name, each in self._workers().items() if _is_silent(each, before.get(name))]
            raise UnreadableInput(
                "workers of the cluster do not answer",
                "; ".join(silent[:5]) or self._scheduler,
                "end them or let them go on, and run the command again",
            ) from error
        here = {**versions_here(), "distributed": self._distributed.__version__}
        refuse_other_versions(here, {worker: _versions(each) for worker, each in found["workers"].items()})

    def _result(self, task: Sent, future: Any) -> Any:
        seen = time.monotonic()
        while True:
            try:
                return future.result(timeout=LOOKED_AFTER)
            except self._distributed.TimeoutError:
                if future.status == "error":  # the function itself has raised it
                    raise
                if not future.done():
                    seen = self._seen_at_work(seen, task, future.key)
            except self._distributed.scheduler.KilledWorker as lost:
                raise WorkerLost(
                    "every worker that began the work was ended before it was done",
                    str(task),
                    "this happens when the memory of a worker is used up: give workers more "
                    f"({_MORE_MEMORY}), or set a lower --memory",
                ) from lost
            except CancelledError as lost:
                raise self._scheduler_lost(task) from lost
            except RuntimeError as error:
                if not str(error).startswith(_NOT_UNPACKED):
                    raise
                raise ConfigurationError(
                    "a worker cannot load what it is sent",
                    f"{task} ({type(error.__cause__).__name__})",
                    f"adamgate is missing there, or another one: {SAME_ON_ALL}",
                ) from error

    def _seen_at_work(self, before: float, task: object, key: str) -> float:
        """When there was last a worker that does the task, or that could."""
        try:
            workers = self._workers()
            given = self._asked(self._client.scheduler.processing)
        except Exception as lost:
            raise self._scheduler_lost(task) from lost
        its = [name for name, keys in given.items() if key in keys and name in workers] or list(workers)
        if any(_is_at_work(workers[name]) for name in its):
            return time.monotonic()
        if time.monotonic() - before <= WITHOUT_WORKERS:
            return before
        if its:
            raise WorkerLost(
                "workers have paused, since they have little memory left, and do not go on",
                f"{task} ({'; '.join(its[:5])})",
                f"give workers more memory ({_MORE_MEMORY}), or set a lower --memory",
            )
        raise WorkerLost(
            "all workers of the cluster are gone",
            f"{task} ({self._scheduler})",
            "read the logs of the workers, start them again, and run the command again",
        )

    def _scheduler_lost(self, task: object) -> WorkerLost:
        return WorkerLost(
            "the connection to the scheduler was lost",
            f"{task} ({self._scheduler})",
            "start the cluster again, and run the command again",
        )


def _require_greeting(scheduler: str) -> None:
    """A scheduler speaks first; for what says nothing, such as a web server, a client waits without end.

    Raises
    ------
    UnreadableInput
    """
    scheme, _, place = scheduler.partition("://")
    if scheme != "tcp":
        return
    host, _, port = place.rpartition(":")
    until = time.monotonic() + CONNECTING
    while True:
        try:
            said = _first_byte(host.strip("[]"), int(port))
        except ConnectionRefusedError as error:  # one that is just starting
            if time.monotonic() > until:
                raise _no_scheduler(scheduler) from error
            time.sleep(_BETWEEN_ATTEMPTS)
        except (OSError, OverflowError, UnicodeError) as error:
            raise _no_scheduler(scheduler) from error
        else:
            break
    if not said:
        raise _no_scheduler(scheduler)


def _first_byte(host: str, port: int) -> bytes:
    with socket.create_connection((host, port), timeout=CONNECTING) as connection:
        return connection.recv(1)


def _no_scheduler(scheduler: str) -> UnreadableInput:
    return UnreadableInput(
        "no Dask scheduler answers",
        scheduler,
        "check the address, that `dask scheduler` runs there, and that this machine may reach it",
    )


def run_alone(function: Callable[[Sent], SentBack], task: Sent, versions: Mapping[str, str]) -> SentBack:
    """A task on a worker, whose other threads wait: a study is read by one thread at a time.

    Raises
    ------
    ConfigurationError
        When this worker came later than the run, and has other versions.
    """
    refuse_other_versions(versions, {platform.node(): versions_here()})
    try:
        with _one_at_a_time:
            return function(task)
    finally:  # whoever asks while the lock is held leaves it to the task that holds it
        if _is_to_forget.is_set():
            _forget_when_idle()


def _forget_when_idle() -> None:
    """Forget what was read: at once, or after the task that a worker is at, which may read it."""
    _is_to_forget.set()
    if _one_at_a_time.acquire(blocking=False):
        try:
            _is_to_forget.clear()
            forget()
        finally:
            _one_at_a_time.release()


def _is_at_work(worker: Mapping[str, Any]) -> bool:
    """One that has paused ends what it has begun, and begins nothing."""
    executing: int = worker["metrics"]["task_counts"].get("executing", 0)
    return bool(worker["status"] == "running" or executing)


def _is_silent(worker: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    """Whether the scheduler has not heard of it since."""
    return before is not None and bool(worker["last_seen"] == before["last_seen"])


def _versions(of_worker: Mapping[str, Any]) -> dict[str, str | None]:
    """What a worker says of itself; its Python is "3.11.2.final.0"."""
    python = ".".join(str(of_worker["host"]["python"]).split(".")[:3])
    return {"Python": python, **of_worker["packages"]}


def _distributed() -> Any:
    """The package, which writes nothing to the terminal."""
    try:
        found = import_module("distributed")
    except ImportError as error:
        raise ConfigurationError(
            "--engine dask needs the package distributed, which is not installed",
            advice="pip install 'adamgate[dask]'",
        ) from error
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [logging.NullHandler()], False
    return found
