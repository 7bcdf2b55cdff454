"""Datasets with a document about them: files that appear together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ...schemas.study.study import Study
from ..formats.format import WritingProgress
from ..formats.planned_file import PlannedFile
from .atomic import write_together
from .file_hashes import FileHash, hashing
from .inputs import refuse_data_beside, refuse_inputs
from .losses import tell_changes, tell_losses, tell_repairs
from .write import Target, planned


@dataclass(frozen=True)
class AboutFiles:
    """A document about files.

    Attributes
    ----------
    path : Path
    text : callable
        The files, with their hashes, to the content; it is called when they are written.
    """

    path: Path
    text: Callable[[Mapping[Path, FileHash]], str]


def write_documented(
    data: Study,
    target: Target,
    about: AboutFiles | None,
    *,
    inputs: Sequence[Path],
    overwrite: bool = False,
    progress: WritingProgress | None = None,
) -> list[Path]:
    """Write the datasets of a study, and a document about the files, if there is to be one.

    Parameters
    ----------
    data : Study
    target : Target
    about : AboutFiles or None
    inputs : sequence of Path
        Files that are never replaced.
    overwrite : bool
        Replace other files.
    progress : callable, optional
        As of `write`.

    Returns
    -------
    list of Path
        Data files, sidecars, the document.

    Raises
    ------
    ConfigurationError, UnwritableOutput
        As of `write`; nothing is left behind.

    Warns
    -----
    MetadataNotKept, Repaired
    """
    outputs = [replace(output, progress=progress) for output in target.outputs(list(data))]
    plan = planned(outputs, target, inputs, overwrite=overwrite)
    hashed: dict[Path, FileHash] = {}
    files = list(plan.files)
    if about is not None:
        refuse_inputs([about.path], inputs)
        refuse_data_beside([about.path], inputs)
        files = [*(hashing(each, hashed) for each in files), _document(about, hashed)]
    written = write_together(files, overwrite=overwrite)
    tell_repairs(plan.repairs)
    tell_changes(plan.changes, target.format)
    tell_losses(plan.outputs, target.format)
    return written


def _document(about: AboutFiles, hashed: Mapping[Path, FileHash]) -> PlannedFile:
    def write(stream: BinaryIO) -> None:
        stream.write(about.text(hashed).encode("utf-8", "backslashreplace"))

    return PlannedFile(about.path, write)
