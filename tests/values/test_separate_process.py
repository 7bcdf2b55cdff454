"""Functions in another process: what they give, and that only the other process ends."""

import ctypes
import math
import os
import signal
import threading
import time

import numpy as np
import pytest

from adamgate.converters.values.separate_process import ProcessDied, call_apart


def test_what_a_function_gives_and_raises_comes_back() -> None:
    assert call_apart(math.hypot, 3.0, 4.0) == 5.0
    assert call_apart(os.getpid) != os.getpid()
    with pytest.raises(ValueError, match=r"math domain|expected a"):
        call_apart(math.sqrt, -1.0)
    assert call_apart(np.arange, 3).tolist() == [0, 1, 2]


def test_one_process_serves_all_calls() -> None:
    assert call_apart(os.getpid) == call_apart(os.getpid)


def test_what_is_printed_is_not_taken_for_an_answer() -> None:
    assert call_apart(os.write, 1, b"x" * 100) == 100
    assert call_apart(math.hypot, 3.0, 4.0) == 5.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "arguments", "reason"),
    [
        (ctypes.string_at, (1,), "it crashed (SIGSEGV)"),
        (os.abort, (), "it crashed (SIGABRT)"),
        (os._exit, (7,), "it ended with exit code 7"),
        (os.kill, (0, signal.SIGKILL), ""),
    ],
    ids=["segmentation fault", "abort", "exit", "killed"],
)
def test_a_crash_is_reported_and_the_next_call_is_answered(
    function: object, arguments: tuple[object, ...], reason: str
) -> None:
    if function is os.kill:
        arguments, reason = (call_apart(os.getpid), signal.SIGKILL), "it crashed (SIGKILL)"
    with pytest.raises(ProcessDied) as death:
        call_apart(function, *arguments)  # type: ignore[arg-type]
    assert str(death.value) == reason
    assert call_apart(math.hypot, 3.0, 4.0) == 5.0


def test_within_another_program_it_is_called_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", None)
    assert call_apart(os.getpid) == os.getpid()


@pytest.mark.slow
def test_time_is_bounded() -> None:
    started = time.monotonic()
    with pytest.raises(ProcessDied, match=r"longer than 0\.2 seconds"):
        call_apart(time.sleep, 60, seconds=0.2)
    assert time.monotonic() - started < 20
    assert call_apart(math.hypot, 3.0, 4.0) == 5.0


@pytest.mark.slow
def test_memory_is_bounded() -> None:
    call_apart(np.ones, 1)
    with pytest.raises(ProcessDied, match="more than 100,000,000 bytes of memory"):
        call_apart(np.ones, 1 << 28, memory=100_000_000)
    assert len(call_apart(bytes, 100_000_000, memory=400_000_000)) == 100_000_000


def test_several_threads_get_each_their_own_answer() -> None:
    found: dict[int, float] = {}

    def ask(number: int) -> None:
        found[number] = call_apart(math.hypot, number, 0.0)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: float(number) for number in range(20)}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_asks_one_of_its_own() -> None:
    before = call_apart(os.getpid)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(call_apart(os.getpid)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 20)) != before
    os.close(read)
    os.close(write)
    assert call_apart(os.getpid) == before
