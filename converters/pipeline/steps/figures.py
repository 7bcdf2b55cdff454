"""A step that compares published figures with what the data and tables of the project give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ....schemas.errors import ConfigurationError
from ....schemas.options import option
from ....schemas.wording import counted
from ..project import PipelineProject
from ..step_options import STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import DONE, REFUSED, StepOutcome
from .noted import noting


@dataclass(frozen=True, kw_only=True)
class FiguresStep(StepOptions):
    """Published figures beside those of the project; the step fails if one differs."""

    compares: ClassVar[bool] = True

    published: Path = option(
        step_path,
        "CSV file of the published figures: figure, published, dataset, where, among, against, statistic, "
        "variable, source.",
    )
    data: tuple[Path, ...] = option(STEP_PATHS, "Files and folders with the datasets that it names.")
    output: Path | None = option(
        step_path, "CSV file: published and reproduced figures.", default=None, otherwise="none"
    )

    def inputs(self) -> tuple[Path, ...]:
        return (self.published, *self.data)

    def outputs(self, _: Document) -> tuple[Path, ...]:
        return () if self.output is None else (self.output,)

    def narrowed(self, document: Document) -> Document:
        return {name: each for name, each in document.items() if name in ("settings", "study")}

    def check(self, _: PipelineProject) -> None:
        if self.output is not None and self.output.suffix.lower() != ".csv":
            raise ConfigurationError(
                f"{self.output} is not the name of a CSV file", "output", "end it with .csv"
            )

    def run(self, project: PipelineProject) -> StepOutcome:
        from ...reports.files import write_document
        from ...writing.inputs import refuse_inputs
        from ..figures import as_csv, as_text, compared
        from ..published import read_published

        published = read_published(self.published)
        declarations = project.gate_options().get("declarations")
        cut_off = str((declarations and declarations.cut_off) or "")
        with noting() as notes:
            study = project.read(self.data)
            notes.of_reading(study)
            figures = compared(published, study, self.published)
        if self.output is not None:
            refuse_inputs([self.output], project.kept(self.inputs()))
            write_document(as_csv(figures, cut_off), self.output, overwrite=True)
        differing = sum(each.equal is False for each in figures)
        quoted = sum(each.equal is None for each in figures)
        parts = [f"{counted(len(figures), 'figure')}: {len(figures) - differing - quoted} equal"]
        parts += [f"{differing} different"] if differing else []
        parts += [f"{quoted} not reproduced"] if quoted else []
        return StepOutcome(
            ", ".join(parts),
            () if self.output is None else (self.output,),
            REFUSED if differing else DONE,
            details=as_text(figures, cut_off),
            notes=notes.lines,
        )
