"""One run of a settings file at a time: two would write each other's outputs and record.

The lock is the system's, on the settings file itself: it leaves nothing behind, whatever ends a run. Where
there is none (Windows, some network file systems), a run goes on without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...schemas.errors import UnwritableOutput

if sys.platform == "win32":

    @contextmanager
    def alone_with(_: Path) -> Iterator[None]:
        yield

else:
    import fcntl

    @contextmanager
    def alone_with(file: Path) -> Iterator[None]:
        """Keep other runs of a settings file from starting.

        Raises
        ------
        UnwritableOutput
            If one is going on.
        """
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _lock(handle, file)
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def _lock(handle: int, file: Path) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UnwritableOutput(
                "another run of this settings file has not ended", str(file), "wait for it, or end it"
            ) from None
        except OSError:  # a file system without locks
            return
