"""A step that compares two studies, as `adamgate diff` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ....schemas.errors import ConfigurationError
from ....schemas.kinds import NAMES, ListOf, switch, text, time_point, words
from ....schemas.options import option
from ....schemas.wording import counted
from ...values.cited_run import citing
from ..project import PipelineProject
from ..step_options import STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import DONE, REFUSED, StepOutcome
from .noted import noting

if TYPE_CHECKING:
    from ...diff.differences import Differences

_FORMATS = {".txt": "text", ".json": "json"}
_SHOWN, _LINES = 5, 20
"""Variables of a dataset, and lines, that are shown where the sides differ; the output has all."""


@dataclass(frozen=True, kw_only=True)
class DiffStep(StepOptions):
    """Two studies; the step fails if they differ."""

    compares: ClassVar[bool] = True
    cites: ClassVar[bool] = True

    a: tuple[Path, ...] = option(STEP_PATHS, "Files and folders of one side.")
    b: tuple[Path, ...] = option(STEP_PATHS, "Files and folders of the other.")
    by: tuple[str, ...] = option(
        ListOf(text, least=0),
        "Key variables: `USUBJID,PARAMCD`, or `ADTTE=USUBJID,PARAMCD` for one dataset.",
        default=(),
        otherwise="from metadata, else found",
    )
    abs: float = option(time_point, "Absolute tolerance of numbers.", default=0.0)
    rel: float = option(time_point, "Relative tolerance of numbers.", default=0.0)
    only: tuple[str, ...] = option(NAMES, "Compare only these variables.", default=(), otherwise="all")
    ignore: tuple[str, ...] = option(words, "Variables that are not compared.", default=())
    metadata: bool = option(switch, "Also compare labels, lengths and formats.", default=True)
    output: Path | None = option(
        step_path, "File of the differences: .txt or .json.", default=None, otherwise="none"
    )

    def inputs(self) -> tuple[Path, ...]:
        return (*self.a, *self.b)

    def outputs(self, _: Document) -> tuple[Path, ...]:
        return () if self.output is None else (self.output,)

    def narrowed(self, document: Document) -> Document:
        return {name: each for name, each in document.items() if name == "settings"}

    def check(self, _: PipelineProject) -> None:
        from ...diff.key_choice import key_options

        key_options(self.by)
        if self.output is not None and self.output.suffix.lower() not in _FORMATS:
            raise ConfigurationError(
                f"{self.output} is not the name of a text or of JSON", "output", "end it with .txt or .json"
            )

    def run(self, project: PipelineProject) -> StepOutcome:
        from ...diff.diff import diff
        from ...diff.key_choice import key_options
        from ...reports import differences
        from ...reports.files import write_document
        from ...writing.inputs import refuse_inputs

        with noting() as notes:
            sides = [project.read(each) for each in (self.a, self.b)]
            for study in sides:
                notes.of_reading(study)
            found = diff(
                *sides,
                by=key_options(self.by),
                abs=self.abs,
                rel=self.rel,
                only=self.only,
                ignore=self.ignore,
                metadata=self.metadata,
                show_values=project.show_values,
            )
        if self.output is not None:
            refuse_inputs([self.output], project.kept(self.inputs()))
            render = differences.RENDERERS[_FORMATS[self.output.suffix.lower()]]
            write_document(render(found, differences.LISTED), self.output, overwrite=True)
        return StepOutcome(
            differences.render_verdict(found).strip().split("\n")[0],
            () if self.output is None else (self.output,),
            DONE if found.equal else REFUSED,
            details="" if found.equal else self._in_short(found),
            notes=notes.lines,
        )

    def _in_short(self, found: Differences) -> str:
        """The first lines of what differs, and where all of it is."""
        from ...reports.differences import render_text

        with citing({}):
            _, *lines = render_text(found, _SHOWN).rstrip("\n").split("\n")
        more = [f"… {counted(len(lines) - _LINES, 'further line')}"] if len(lines) > _LINES else []
        full = str(self.output) if self.output is not None else "declare `output`"
        return "\n".join([*lines[:_LINES], *more, f"All differences: {full}"])
