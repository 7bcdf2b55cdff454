"""The folder of a run for data that do not fit into the memory it may use.

The data are patients': nobody else can enter the folder (mode 0700), it goes when the run ends, and what a
killed run left goes with the next one.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from weakref import WeakSet, finalize

from ...schemas.errors import UnwritableOutput
from .temporary_names import remove_leftovers, temporary_name

OTHER_FOLDER = "use another folder with --work-dir, or --shared-dir if that is set (work_dir in Python)"
"""What to do where a work folder does not take the data; it is in the folder that is shared, if one is."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PRESENT: WeakSet[WorkFolder] = WeakSet()
_USUAL: ContextVar[Path | None] = ContextVar("work_folder", default=None)


@contextmanager
def working_in(folder: Path | None) -> Iterator[None]:
    """Have work folders made in this one meanwhile, where nothing else is said."""
    before = _USUAL.set(folder)
    try:
        yield
    finally:
        _USUAL.reset(before)


class WorkFolder:
    """A folder that is made when it is first needed, and removed with this object.

    Parameters
    ----------
    within : Path or None
        Where; None for that of `working_in`, or the system's folder for temporary files (TMPDIR).
    """

    def __init__(self, within: Path | None = None) -> None:
        # Not as the folder that the process is in says: that may be another when the data are removed.
        self._within = Path(os.path.abspath(within or _USUAL.get() or tempfile.gettempdir()))
        self._path: Path | None = None
        self._files = 0

    def new_file(self) -> Path:
        """The path of a new file."""
        self._files += 1
        return self._made() / f"{self._files:06}.columns"

    def new_folder(self) -> Path:
        """An empty folder."""
        self._files += 1
        folder = self._made() / f"{self._files:06}"
        with work_told(folder):
            folder.mkdir()
        return folder

    def _made(self) -> Path:
        if self._path is None:
            remove_leftovers(self._within)
            path = self._within / temporary_name("work")
            with work_told(path):
                os.mkdir(path, mode=0o700)
            self._path = path
            self._remove = finalize(self, _remove, path, os.getpid())
            _PRESENT.add(self)
        return self._path

    def close(self) -> None:
        """Remove the folder, if it was made, with all that is in it."""
        if self._path is not None:
            self._remove()


def remove_work() -> None:
    """Remove what this process keeps in work folders, where it ends without tidying up."""
    for folder in list(_PRESENT):
        folder.close()


def _remove(path: Path, process: int) -> None:
    if process == os.getpid():  # not in a process that was forked
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def work_told(path: Path) -> Iterator[None]:
    """Tell of a work folder that cannot be written.

    Raises
    ------
    UnwritableOutput
    """
    try:
        yield
    except OSError as error:
        raise UnwritableOutput(
            f"the work folder cannot be written: {error.strerror or error}",
            str(path),
            f"{'free some disk space' if error.errno in _FULL else 'check your write permission'}, "
            f"or {OTHER_FOLDER}",
        ) from error
