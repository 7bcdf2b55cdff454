"""Where a report is written: format and file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ...schemas.errors import ConfigurationError, UnwritableOutput
from . import REPORTS, SUFFIXES

STDOUT = Path("-")


def destination(form: str | None, output: Path | None) -> tuple[str | None, Path | None]:
    """Format and file of the report; before any work is done, so that it is not done in vain."""
    if output is None or output == STDOUT:
        return form or ("text" if output else None), None
    if form is None and output.suffix.lower() not in SUFFIXES:
        raise ConfigurationError(
            "the file's name does not tell the report's format",
            str(output),
            f"give --format {'|'.join(REPORTS)}",
        )
    return form or SUFFIXES[output.suffix.lower()], output


def save(document: str, output: Path, inputs: Iterable[Path]) -> None:
    """Write a report; the one of an earlier run is replaced, what was judged is not.

    Raises
    ------
    UnwritableOutput
        When the output is one of `inputs`, or cannot be written.
    """
    from ..writers.atomic import write_together
    from ..writers.inputs import refuse_inputs
    from ..writers.protocol import PlannedFile

    refuse_inputs([output], inputs)
    content = document.encode("utf-8", "backslashreplace")
    if os.path.exists(output) and not os.path.isfile(output):
        # /dev/null, a named pipe: nothing to rename over
        _write_special(content, output)
    else:
        write_together([PlannedFile(output, partial(_write, content))], overwrite=True)


def _write(content: bytes, stream: BinaryIO) -> None:
    stream.write(content)


def _write_special(content: bytes, output: Path) -> None:
    try:
        output.write_bytes(content)
    except OSError as failure:
        raise UnwritableOutput(
            f"the output cannot be written: {failure.strerror}",
            str(output),
            "name a file in a folder you own",
        ) from failure
