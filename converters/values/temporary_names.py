"""Names of temporary files and folders, and what killed runs left behind under them.

A name tells the system and the process that write the file. Where that process is gone, nobody will finish
the file: the next run that writes into the folder removes it. Of a process on another machine, or before
the last start of this one, nothing can be asked; what nobody touched for a day is left over, too.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

_NAME = re.compile(
    r"\.adamgate-(?P<system>[0-9a-f]{12})-(?P<process>[1-9][0-9]{0,9})-[0-9a-f]{16}\.(?P<kind>part|old|work)"
)
"""Hidden, so that no reader of the folder takes such a file for data."""
_DAY = 86_400
_CAN_ASK = os.name == "posix"
"""On Windows the question whether a process lives would end it."""


def temporary_name(kind: str = "part") -> str:
    """A name that no other file has: of a "part", a file that is not complete yet, or of a "work" folder."""
    return f".adamgate-{_system()}-{os.getpid()}-{secrets.token_hex(8)}.{kind}"


def give_name(temporary: Path, target: Path) -> None:
    """Give a file that is complete its name, unless another program took it in the meantime.

    Raises
    ------
    FileExistsError
    OSError
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links; the name was free a moment ago.
        temporary.rename(target)
    else:
        temporary.unlink()


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files and folders of runs that were killed; what cannot be removed stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = _NAME.fullmatch(entry.name)
            if not name or not _is_left(entry, name):
                continue
            if name["kind"] == "work" and entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    os.unlink(entry.path)


def _is_left(entry: os.DirEntry[str], name: re.Match[str]) -> bool:
    if _CAN_ASK and name["system"] == _system():
        return not _lives(int(name["process"]))
    try:
        return time.time() - entry.stat(follow_symlinks=False).st_mtime > _DAY
    except OSError:
        return False


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # somebody else's
        return True
    return True


@cache
def _system() -> str:
    """A number for what process ids are unique in: this start of this machine, or this container of it."""
    start = _content("/proc/sys/kernel/random/boot_id")  # Linux; elsewhere the machine must do
    told = (start or str(uuid.getnode()), _link("/proc/self/ns/pid"), platform.node())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _content(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
