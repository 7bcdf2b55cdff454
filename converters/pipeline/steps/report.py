"""A step that writes the page of a study, as `adamgate report` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

from ....schemas.errors import ConfigurationError
from ....schemas.options import option, same_option
from ....schemas.severity import Severity
from ...page.options import PageOptions
from ...page.run_shown import RunShown, run_going_on
from ...reports.marks import ReportDocument
from ..project import PipelineProject
from ..step_options import DERIVING_TABLES, STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import StepOutcome
from .noted import noting
from .validate import ValidateStep, threshold_of

_SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, kw_only=True)
class ReportStep(StepOptions, PageOptions):
    """A page with the verdict, the findings and the curves; it is no gate, and no gate stops it."""

    ungated: ClassVar[bool] = True
    cites: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = DERIVING_TABLES | {"table"}

    data: tuple[Path, ...] = option(STEP_PATHS, "Files and folders of the study.")
    output: Path = option(step_path, "HTML file.")
    fail_on: str | None = same_option(ValidateStep, "fail_on")

    def inputs(self) -> tuple[Path, ...]:
        return self.data

    def outputs(self, _: Document) -> tuple[Path, ...]:
        return (self.output,)

    def check(self, project: PipelineProject) -> None:
        project.gate_options()
        if not self._is_page:
            raise ConfigurationError(
                f"{self.output} is not the name of an HTML file", "output", "end it with .html"
            )

    @property
    def _is_page(self) -> bool:
        return self.output.suffix.lower() in _SUFFIXES

    def unjudged(self, reason: str, run: RunShown) -> Mapping[Path, ReportDocument]:
        from ...page.findings_page import page_without_verdict

        if not self._is_page:
            return {}
        threshold = threshold_of(self.fail_on, Severity.ERROR)
        return {self.output: page_without_verdict(reason, run, threshold)}

    def run(self, project: PipelineProject) -> StepOutcome:
        from ....schemas.gate.validate import validate
        from ...page.write_page import rendered
        from ...reports import Detail, Presentation, render
        from ...reports.files import write_document
        from ...writing.inputs import refuse_inputs

        threshold = threshold_of(self.fail_on, project.threshold)
        with noting() as notes:
            study = project.read(self.data)
            notes.of_reading(study)
            judging = project.gate_options()
            declared = judging.pop("declarations", None)
            if declared is not None:
                study = study.declaring(declared)
            judging["show_values"] = project.show_values
            report = validate(study, **judging)
        refuse_inputs([self.output], project.kept(self.data))
        document = rendered(
            report,
            study,
            PageOptions(**{each.name: getattr(self, each.name) for each in fields(PageOptions)}),
            threshold,
            extra_rules=judging.get("extra_rules", ()),
            show_keys=project.show_keys,
            figures=project.figure_options(),
            run=run_going_on(),
        )
        write_document(document, self.output, overwrite=True)
        verdict = render(report, "text", threshold, Presentation(threshold, Detail.VERDICT)).strip()
        return StepOutcome(verdict.split("\n")[0].split(";")[0], (self.output,), notes=notes.lines)
