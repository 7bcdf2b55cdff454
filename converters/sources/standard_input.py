"""Standard input as a file: it is read to its end before anything else."""

from __future__ import annotations

import sys
from pathlib import Path

from ...schemas.errors import ConfigurationError, UnreadableInput
from ..formats.format import ReadOptions
from ..values.work_folder import work_told

_CHUNK = 1 << 20


def bring(place: Path, folder: Path, options: ReadOptions, /) -> Path:
    """The bytes of standard input under the name that the user gave them.

    Raises
    ------
    ConfigurationError
        When no name is given.
    UnreadableInput
        When it is closed, empty or a terminal.
    """
    if options.stdin_name is None:
        raise ConfigurationError(
            "standard input (-) needs a file name, which says its format and dataset",
            str(place),
            "add --stdin-name adsl.xpt (stdin_name in Python); give a file named - by its full path",
        )
    if sys.stdin is None or sys.stdin.closed:
        raise UnreadableInput(
            "standard input is closed", str(place), "send the file: adamgate ... - < adsl.xpt"
        )
    if sys.stdin.isatty():
        raise UnreadableInput(
            "standard input is a terminal", str(place), "send a file: adamgate ... - < adsl.xpt"
        )
    path = folder / options.stdin_name
    stream = sys.stdin.buffer
    with work_told(path), path.open("xb") as file:
        while block := stream.read(_CHUNK):
            file.write(block)
    if not path.stat().st_size:
        raise UnreadableInput("standard input is empty", str(path), "check the program that sends it")
    return path
