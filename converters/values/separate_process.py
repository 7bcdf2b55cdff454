"""Functions of C libraries on files that nobody vouches for, called in another process.

A damaged file may crash such a library, have it take all memory, or never come to an end. Here only the other
process ends, and the caller is told. That process is started when it is first needed and serves all later
calls; after a crash another one is started.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

Returned = TypeVar("Returned")

MEMORY = 4 << 30
"""Bytes that a call may take, unless said otherwise."""
SECONDS = 600.0
"""Time that a call may take."""

_LENGTH = struct.Struct("<Q")
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {} import _serve; _serve()"


class ProcessDied(Exception):
    """A call did not come to an end; its message says why, as "it crashed (SIGSEGV)"."""


def call_apart(
    function: Callable[..., Returned], *arguments: Any, memory: int = MEMORY, seconds: float = SECONDS
) -> Returned:
    """Call a function in another process.

    Parameters
    ----------
    function : callable
        Of a module: it is found there by its name. What it takes, gives and raises can be pickled.
    *arguments
    memory : int
        Bytes that it may take; not enforced on Windows.
    seconds : float
        Time that it may take.

    Returns
    -------
    What the function returns.

    Raises
    ------
    ProcessDied
        When it crashed, took more memory or more time.
    Exception
        What the function raises.

    Examples
    --------
    >>> import math
    >>> call_apart(math.hypot, 3.0, 4.0)
    5.0
    """
    if not sys.executable:  # Python within another program: there is nothing to start
        return function(*arguments)
    with _LOCK:
        return _process().call(function, arguments, memory, seconds)  # type: ignore[no-any-return]


class _Process:
    """The other process, as this one sees it."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._process = subprocess.Popen(  # noqa: S603  our own code
            [sys.executable, "-c", _START.format(__name__), json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._questions = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    @property
    def alive(self) -> bool:
        """Whether it can be asked: a process that was forked from its owner cannot."""
        return self._owner == os.getpid() and self._process.poll() is None

    def call(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], memory: int, seconds: float
    ) -> Any:
        question = pickle.dumps((function, arguments, memory), pickle.HIGHEST_PROTOCOL)
        late = threading.Event()
        timer = threading.Timer(seconds, self._stop, [late])
        timer.start()
        try:
            _send(self._questions, question)
            returned, value = pickle.loads(_received(self._answers))  # noqa: S301  from our own process
        except (EOFError, BrokenPipeError):
            self.close()
            reason = f"it took longer than {seconds:g} seconds" if late.is_set() else self._reason()
            raise ProcessDied(reason) from None
        except BaseException:  # an answer that comes now would be taken for that of the next call
            self._stop(late)
            self.close()
            raise
        finally:
            timer.cancel()
        if returned:
            return value
        if isinstance(value, MemoryError):
            raise ProcessDied(f"it needed more than {memory:,} bytes of memory")
        raise value

    def close(self) -> None:
        """Let it end: nothing more is asked."""
        if self._owner != os.getpid():
            return
        for stream in (self._questions, self._answers):
            with suppress(OSError):
                stream.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _stop(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _reason(self) -> str:
        code = self._process.returncode
        if code < 0:
            with suppress(ValueError):
                return f"it crashed ({signal.Signals(-code).name})"
        return f"it ended with exit code {code}"


_LOCK = threading.Lock()
_RUNNING: list[_Process] = []
"""None or one."""


def _process() -> _Process:
    if not (_RUNNING and _RUNNING[0].alive):
        _RUNNING[:] = [_Process()]
    return _RUNNING[0]


@atexit.register
def _close() -> None:
    for process in _RUNNING:
        process.close()


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    if len(message) < length:
        raise EOFError
    return message


def _serve() -> None:
    """What the other process does: answer until nothing more is asked."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # of a terminal; the one that asks decides what becomes of it
    # A library that prints must not write into an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            question = _received(sys.stdin.buffer)
        except EOFError:
            return
        _send(answers, _answer(question))


def _answer(question: bytes) -> bytes:
    try:
        function, arguments, memory = pickle.loads(question)  # noqa: S301  from our own process
        _limit(memory)
        return pickle.dumps((True, function(*arguments)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps((False, MemoryError()))
    except Exception as error:
        try:
            answer = pickle.dumps((False, error))
            pickle.loads(answer)  # noqa: S301  some cannot be made again
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return answer


def _limit(memory: int) -> None:
    """Let this process take so much beyond what it has now."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(OSError, ValueError):
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hardest = resource.getrlimit(resource.RLIMIT_AS)
        most = now + memory
        resource.setrlimit(resource.RLIMIT_AS, (most if hardest < 0 else min(most, hardest), hardest))
