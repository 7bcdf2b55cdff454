"""Run a project again and again, each time killed at the next place where a file is written or gets its name.

    python killed_runs.py PROJECT COPY

After each kill the project is run to its end; all files must be those of a run that nobody killed. Writes how
many places there are.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from adamgate import cli
from adamgate.converters.terminal import run as terminal
from adamgate.converters.writing import atomic

terminal.prepare()
atomic.os.fsync = lambda _: None  # type: ignore[assignment]  # a kill takes nothing from what was written
PLACES = ("_write_temporary", "_put_in_place", "_flush_folder")
"""Before a file is written, before it gets its name, and after all of its group have theirs."""


def in_child(work: Callable[[], int]) -> int:
    """The exit code of work that a process of its own does, negative for a signal."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(kill_at: int | None = None) -> int:
    """A run; killed at a place, if there are as many."""
    passed = [0]

    def place() -> None:
        if passed[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        passed[0] += 1

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            place()
            return real(*arguments)

        return call

    for name in PLACES:
        setattr(atomic, name, watched(getattr(atomic, name)))
    return cli.run(["run", "-q"])


def files() -> dict[str, bytes]:
    found = {path.as_posix(): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}
    found.pop("run.times.jsonl", None)
    return found


def main() -> None:
    given, copy = map(Path, sys.argv[1:3])

    def afresh() -> None:
        os.chdir(given)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(given, copy)
        os.chdir(copy)

    afresh()
    assert cli.run(["run", "-q"]) == 0  # loads what children have from here
    whole = files()
    place = 0
    while True:
        afresh()
        code = in_child(partial(run, place))
        if code == 0:
            break
        assert code == -signal.SIGKILL, (place, code)
        assert not any(each.startswith(".") for each in whole)
        assert in_child(run) == 0, place
        assert files() == whole, place
        place += 1
    sys.stdout.write(f"{place}\n")


main()
