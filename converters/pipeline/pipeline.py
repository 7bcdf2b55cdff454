"""The pipeline that a settings file declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .plan import PlannedStep
from .project import PipelineProject
from .record import RecordedFile
from .step_options import Document


@dataclass(frozen=True)
class Pipeline:
    """The steps of a settings file, as they are to be run from its folder.

    Attributes
    ----------
    file : Path
        The settings file.
    document : mapping
        What it holds.
    sha256 : RecordedFile
        The file as it was read.
    steps : tuple of PlannedStep
    named : tuple of Path
        Files that its settings name, which decide every step.
    recursive : bool
        Whether folders are read with their subfolders.
    record : Path
    load : callable
        The settings file to the project; it takes long, and may raise `ConfigurationError`.
    """

    file: Path
    document: Document
    sha256: RecordedFile
    steps: tuple[PlannedStep, ...]
    named: tuple[Path, ...]
    recursive: bool
    record: Path
    load: Callable[[Path], PipelineProject]
