"""Runs that write into one folder put their files in place one after the other, never in between.

The lock is the system's, on the folder itself: it leaves nothing behind, whatever ends a run. Where there is
none (Windows, some network file systems), or another program keeps it, a run goes on without: every file is
still complete, and a codebook shows whether it belongs to its table.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_PATIENCE = 10.0
"""Seconds; renaming takes milliseconds."""
_PAUSE = 0.01


@contextmanager
def taking_turns(folders: Iterable[Path]) -> Iterator[None]:
    """Keep other runs from renaming files in these folders, which exist."""
    with ExitStack() as held:
        for folder in sorted({os.path.realpath(each) for each in folders}):  # in one order: no deadlock
            held.enter_context(_alone_in(folder))
        yield


if sys.platform == "win32":

    @contextmanager
    def _alone_in(_: str) -> Iterator[None]:
        yield

else:
    import fcntl

    @contextmanager
    def _alone_in(folder: str) -> Iterator[None]:
        try:
            handle = os.open(folder, os.O_RDONLY)
        except OSError:
            yield
            return
        try:
            _lock(handle)
            yield
        finally:
            with suppress(OSError):  # a process that was forked meanwhile has the handle, too
                fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def _lock(handle: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE)
            except OSError:  # a file system without locks
                return
            else:
                return
