"""What was read is never written over, not even with leave to replace files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from ...schemas.dataset import Dataset
from ...schemas.errors import UnwritableOutput
from ..readers.sidecars import sidecars_in


def refuse_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Refuse to write over a file that was read, by whatever name or link it is called.

    Raises
    ------
    UnwritableOutput
        When one of `outputs` is one of `inputs`, or would lie in one: a folder that was read as the parts
        of one dataset.
    """
    given, written = list(inputs), list(outputs)
    read = {_identity(path) for path in given} - {None}
    replaced = [str(path) for path in written if _identity(path) in read]
    if replaced:
        raise UnwritableOutput(
            "the output would replace an input", ", ".join(replaced), "choose another name or folder"
        )
    folders = {_identity(path) for path in given if os.path.isdir(path)} - {None}
    inside = [str(path) for path in written if folders.intersection(map(_identity, path.absolute().parents))]
    if inside:
        raise UnwritableOutput(
            "the output would become a part of an input", ", ".join(inside), "choose another folder"
        )


def inputs_of(datasets: Iterable[Dataset]) -> tuple[Path, ...]:
    """The files that datasets were read from, and the tables that describe them there."""
    files = [dataset.source.path for dataset in datasets if dataset.source is not None]
    beside = (sidecars_in(folder) for folder in dict.fromkeys(file.parent for file in files))
    return tuple(dict.fromkeys(chain(files, *beside)))


def _identity(path: Path) -> tuple[int, int] | None:
    """What a file is by any name; None when there is none, so that nothing can be written over."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
