"""Opening files, and nothing else: a named pipe or a device could be waited for without end."""

from __future__ import annotations

import errno
import os
import re
import stat
from io import BufferedReader
from pathlib import Path

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_NOT_IN_NAMES = re.compile(r"[/\\\0-\x1f\x7f]")
_LONGEST_NAME = 200
# Without O_NONBLOCK a pipe that nobody writes to is waited for in `open`. Windows has no such flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class FileBecameShorter(EOFError):
    """A file holds fewer bytes than when it was opened."""


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading its bytes.

    Raises
    ------
    OSError
        When it cannot be opened, or is a folder, a named pipe, a device or a socket; `strerror` says which.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except ValueError:  # NUL, or a part of a character
        raise OSError(errno.EINVAL, "not a valid file name", str(path)) from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for fits, name in _KINDS if fits(mode)), "a special file")
    raise OSError(errno.EINVAL, f"{kind}, not a file", str(path))


def is_file_name(given: object) -> bool:
    """Whether a text is the name of a file in any folder, and leads nowhere else."""
    if not isinstance(given, str) or given in ("", ".", ".."):
        return False
    try:
        return len(os.fsencode(given)) <= _LONGEST_NAME and not _NOT_IN_NAMES.search(given)
    except UnicodeEncodeError:
        return False


def read_regular(path: Path) -> bytes:
    """All bytes of a file; raises as `open_regular`."""
    with open_regular(path) as file:
        return file.read()
