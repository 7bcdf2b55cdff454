"""A step that judges data, as `adamgate validate` does: a gate."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ....schemas.kinds import Choice
from ....schemas.options import option
from ....schemas.severity import Severity
from ...page.run_shown import RunShown
from ...reports import REPORTS, form_named
from ...reports.marks import ReportDocument
from ..project import PipelineProject
from ..step_options import DERIVING_TABLES, FIGURE_TABLES, STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import DONE, REFUSED, StepOutcome
from .noted import noting

NEVER = "never"
FAILS_ON = Choice((*map(str, reversed(Severity)), NEVER))


def threshold_of(fail_on: str | None, otherwise: Severity | None) -> Severity | None:
    """The lowest severity that fails the gate, as a step declares it."""
    if fail_on is None:
        return otherwise
    return None if fail_on == NEVER else Severity(fail_on)


@dataclass(frozen=True, kw_only=True)
class ValidateStep(StepOptions):
    """A gate: what it refuses, no other step reads."""

    judges: ClassVar[bool] = True
    cites: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = DERIVING_TABLES | FIGURE_TABLES | {"table"}

    data: tuple[Path, ...] = option(STEP_PATHS, "Files and folders to judge.")
    output: Path | None = option(
        step_path, "Report file; its suffix is the format.", default=None, otherwise="none"
    )
    fail_on: str | None = option(
        FAILS_ON, "Lowest severity that fails the gate.", default=None, otherwise="that of `[settings]`"
    )

    def inputs(self) -> tuple[Path, ...]:
        return self.data

    def outputs(self, _: Document) -> tuple[Path, ...]:
        return () if self.output is None else (self.output,)

    def check(self, project: PipelineProject) -> None:
        from ....schemas.errors import ConfigurationError

        project.gate_options()
        if self.output is not None and form_named(self.output) is None:
            suffixes = ", ".join(suffix for each in REPORTS.values() for suffix in each.suffixes)
            raise ConfigurationError(
                f"{self.output} is not the name of a report", "output", f"end it with one of: {suffixes}"
            )

    def unjudged(self, reason: str, run: RunShown) -> Mapping[Path, ReportDocument]:
        from ...reports.files import not_judged

        form = None if self.output is None else form_named(self.output)
        if self.output is None or form is None:
            return {}
        said = "; ".join([reason, *run.problem])
        threshold = threshold_of(self.fail_on, Severity.ERROR)
        return {self.output: not_judged(said, form, threshold)}

    def run(self, project: PipelineProject) -> StepOutcome:
        from ....schemas.gate.validate import validate
        from ...reports import document_of
        from ...reports.files import write_document
        from ...reports.refusal import render_refusal, verdict_in_short
        from ...writing.inputs import refuse_inputs

        threshold = threshold_of(self.fail_on, project.threshold)
        with noting() as notes:
            study = project.read(self.data)
            notes.of_reading(study)
            options = project.gate_options()
            options["show_values"] = project.show_values
            report = validate(study, **options)
        written: tuple[Path, ...] = ()
        if self.output is not None:
            refuse_inputs([self.output], project.kept(self.data))
            form = form_named(self.output) or "text"
            write_document(document_of(report, form, threshold), self.output, overwrite=True)
            written = (self.output,)
        refused = report.refuses(threshold)
        return StepOutcome(
            verdict_in_short(report, threshold),
            written,
            REFUSED if refused else DONE,
            findings={str(each): report.count(each) for each in reversed(Severity)},
            details=render_refusal(report, threshold, self._full_report()) if refused else "",
            notes=notes.lines,
        )

    def _full_report(self) -> str:
        """Where all findings are, or the command that prints them."""
        if self.output is not None:
            return str(self.output)
        chosen = [] if self.fail_on is None else ["--fail-on", self.fail_on]
        return shlex.join(["adamgate", "validate", *map(str, self.data), *chosen])
