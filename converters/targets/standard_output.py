"""Standard output: one file, when it is whole."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ...schemas.errors import UnwritableOutput
from . import FileToSend

_WHERE = "standard output"


def present(_places: Sequence[Path], /) -> list[Path]:
    """Nothing is replaced there.

    Raises
    ------
    UnwritableOutput
        When it is closed or a terminal, which bytes could command.
    """
    if sys.stdout is None or sys.stdout.closed:
        raise UnwritableOutput("the output cannot be written: it is closed", _WHERE, "give a file")
    if sys.stdout.isatty():
        raise UnwritableOutput(
            "standard output is a terminal", _WHERE, "send it to a program or a file: > NAME"
        )
    return []


def send(made: Sequence[FileToSend], /, *, overwrite: bool) -> None:  # noqa: ARG001 - nothing is there to replace
    """The bytes of the only file."""
    if len(made) != 1:
        raise UnwritableOutput(f"{len(made)} files cannot go to standard output", _WHERE, "give a folder")
    try:
        sys.stdout.flush()
        with made[0].file.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableOutput(
            f"the output cannot be written: {error.strerror}", _WHERE, "free some disk space, or give a file"
        ) from error
