"""A step that writes datasets in another format, as `adamgate convert` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ....schemas.kinds import Choice, words
from ....schemas.options import option
from ....schemas.wording import counted
from ...formats import writable
from ...metadata.sidecar_names import sidecars_of
from ..project import PipelineProject
from ..step_options import STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import StepOutcome
from .noted import noting


@dataclass(frozen=True, kw_only=True)
class ConvertStep(StepOptions):
    """Datasets in another format: all of them, or none."""

    data: tuple[Path, ...] = option(STEP_PATHS, "Files and folders to convert.")
    to: Path = option(step_path, "Output file, or with `format` the folder of the files.")
    format: str | None = option(
        Choice(tuple(each[1:] for each in writable())),
        "Format of the files in a folder.",
        default=None,
        otherwise="by the suffix of the file",
    )
    keep: tuple[str, ...] = option(
        words, "Variables to write: USUBJID, ADTTE.AVAL.", default=(), otherwise="all"
    )
    drop: tuple[str, ...] = option(words, "Variables to omit.", default=())

    def inputs(self) -> tuple[Path, ...]:
        return self.data

    def outputs(self, _: Document) -> tuple[Path, ...]:
        return (self.to, *(() if self.format else sidecars_of(self.to)))

    def narrowed(self, document: Document) -> Document:
        return {name: each for name, each in document.items() if name == "settings"}

    def check(self, _: PipelineProject) -> None:
        from ...writing.selection import Selection
        from ...writing.target import Target

        Target.of(self.to, self.format)
        Selection.of(keep=self.keep or None, drop=self.drop)

    def run(self, project: PipelineProject) -> StepOutcome:
        from ...writing.convert import convert

        with noting() as notes:
            written = convert(
                self.data,
                self.to,
                to=self.format,
                keep=self.keep or None,
                drop=self.drop,
                overwrite=True,
                **project.reading,
            )
        return StepOutcome(counted(len(written), "file"), tuple(written), notes=notes.lines)
