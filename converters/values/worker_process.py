"""Processes of our own that work for this one: how they begin, and that they end with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

FAULT = 70
"""Exit code of an error in adamgate itself."""


@contextmanager
def main_not_run_again() -> Iterator[None]:
    """A process that starts here does not run the script that called us, which would call us again."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def begin_to_work() -> None:
    """What a process does first: it leaves interrupts to the one that started it, and ends with that."""
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one says what happens
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process, in whatever it is, when the one that started it is gone: another run may begin."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(FAULT)
