"""Datasets with a document about them: files that appear together or not at all."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ...schemas.study.raw_places import KeptPlaces
from ...schemas.study.study import Study
from ..formats.format import Output, WritingProgress
from ..formats.planned_file import PlannedFile
from ..metadata.raw_places_file import write_raw_places
from ..metadata.sidecar_names import raw_places_file
from .atomic import write_together
from .file_hashes import FileHash, hashing
from .inputs import refuse_data_beside, refuse_inputs
from .losses import MetadataNotKept, tell_changes, tell_losses, tell_repairs
from .plan import planned
from .target import Target


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
    traced = list(_raw_places(plan.outputs, hashed)) if target.has_files_beside else []
    if traced or about is not None:
        files = [hashing(each, hashed) for each in files]
    if traced:
        refuse_inputs([each.path for each in traced], inputs)
        merged = [each for each in files if each.merged]  # these come last
        files = [*(each for each in files if not each.merged), *traced, *merged]
    if about is not None:
        refuse_inputs([about.path], inputs)
        refuse_data_beside([about.path], inputs)
        files = [*files, _document(about, hashed)]
    written = write_together(files, overwrite=overwrite)
    tell_repairs(plan.repairs)
    tell_changes(plan.changes, target.format)
    tell_losses(plan.outputs, target.format)
    untraced = [each.dataset.name for each in plan.outputs if each.dataset.raw_places is not None]
    if untraced and not target.has_files_beside:
        told = f"{target.format.name} cannot hold their raw records (file and line); not written"
        warnings.warn(f"{', '.join(untraced)}: {told}", MetadataNotKept, stacklevel=2)
    return written


def _raw_places(outputs: Sequence[Output], hashed: Mapping[Path, FileHash]) -> Iterator[PlannedFile]:
    """Beside each dataset the raw records that it was made of, where they are known."""
    files = Counter(each.dataset.name for each in outputs)
    for each in outputs:
        places, name = each.dataset.raw_places, each.dataset.name
        if places is not None and files[name] == 1:
            path = raw_places_file(each.path.parent, name)
            yield PlannedFile(path, partial(_write_raw_places, places, each.path, hashed))


def _write_raw_places(
    places: KeptPlaces, data: Path, hashed: Mapping[Path, FileHash], stream: BinaryIO
) -> None:
    write_raw_places(places.load(), hashed[data].sha256, stream)


def _document(about: AboutFiles, hashed: Mapping[Path, FileHash]) -> PlannedFile:
    def write(stream: BinaryIO) -> None:
        stream.write(about.text(hashed).encode("utf-8", "backslashreplace"))

    return PlannedFile(about.path, write)
