"""A step that writes a table for survival analysis, as `adamgate survival --table` does."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from ....schemas.errors import ConfigurationError
from ....schemas.kinds import Choice, switch, text
from ....schemas.options import option
from ....schemas.wording import counted
from ...survival.layouts import layouts, layouts_by_suffix
from ...survival.shapes import SHAPES, options_given
from ...survival.summaries import SUMMARIES
from ..project import PipelineProject
from ..step_options import DERIVING_TABLES, FIGURE_TABLES, STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import REFUSED, StepOutcome
from .noted import noting

TableMaker = Callable[..., Any]
"""Study, gate and show_keys to what has a method `write`."""


@dataclass(frozen=True, kw_only=True)
class SurvivalStep(StepOptions):
    """A table of any shape that `[table.NAME]` declares, with its codebook."""

    cites: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = DERIVING_TABLES | FIGURE_TABLES

    data: tuple[Path, ...] = option(STEP_PATHS, "Files and folders of the study.")
    table: str = option(text, "Table that `[table.NAME]` declares.")
    output: Path = option(step_path, "File of the table; its suffix is the format.")
    layout: str | None = option(
        Choice(tuple(layouts())),
        "Tool that will read the table, or output format.",
        default=None,
        otherwise="by the suffix",
    )
    gate: bool = option(switch, "Also judge the study here; else a `validate` step does.", default=True)

    def inputs(self) -> tuple[Path, ...]:
        return self.data

    def outputs(self, _: Document) -> tuple[Path, ...]:
        stem, suffix = self.output.stem, self.output.suffix
        chosen = layouts()[self.layout] if self.layout else layouts_by_suffix().get(suffix.lower())
        program = chosen.program_suffix if chosen is not None else ""
        beside = [
            f"{stem}.codebook.json",
            f"{stem}_summary{suffix}",
            *([f"{stem}{program}"] if program else []),
        ]
        return (self.output, *(self.output.with_name(each) for each in beside))

    def narrowed(self, document: Document) -> Document:
        tables = document.get("table")
        if not isinstance(tables, Mapping):
            tables = {}
        own = {name: each for name, each in tables.items() if name.strip().upper() == self.table.upper()}
        deciding = {name: each for name, each in document.items() if self.gate or name == "settings"}
        return {**deciding, "table": own}

    def check(self, project: PipelineProject) -> None:
        from ...survival.tools import layout_for

        layout_for(self.output, self.layout)
        if self.gate:
            project.gate_options()
        self._declared(project)

    def run(self, project: PipelineProject) -> StepOutcome:
        from ....schemas.gate.report import GateRefused
        from ...reports.refusal import render_refusal, verdict_in_short

        make, writing = self._declared(project)
        with noting() as notes:
            study = project.read(self.data)
            notes.of_reading(study)
            gate = project.gate_options() if self.gate else False
            try:
                made = make(study, gate=gate, show_keys=project.show_keys)
            except GateRefused as refusal:
                full = shlex.join(["adamgate", "validate", *map(str, self.data)])
                return StepOutcome(
                    verdict_in_short(refusal.report, refusal.threshold),
                    exit_code=REFUSED,
                    details=render_refusal(refusal.report, refusal.threshold, full),
                )
            written = made.write(self.output, overwrite=True, keep=project.kept(self.data), **writing)
        return StepOutcome(_size(made), tuple(written), notes=notes.lines)

    def _place(self, key: str) -> str:
        return f"[table.{self.table}] {key}"

    def _declared(self, project: PipelineProject) -> tuple[TableMaker, Mapping[str, Any]]:
        """What makes the table, and the options of writing it."""
        declared = dict(project.table(self.table, "table"))
        shape = declared.pop("shape")
        if shape in SUMMARIES:
            if self.layout is not None:
                raise ConfigurationError(
                    f"a table of the shape {shape} is not for a tool",
                    "layout",
                    "omit it; the suffix is the format",
                )
            summary = SUMMARIES[shape]
            given = asdict(options_given(summary, declared, self._place))
            first = [given.pop("param")] if "param" in given else []
            return lambda study, **judged: summary.load()(study, *first, **given, **judged), {}
        options = options_given(SHAPES[shape], declared, self._place)

        def make(study: Any, **judged: Any) -> Any:
            from ...survival.make import make_table

            return make_table(shape, study, options, **judged)

        return make, {"layout": self.layout}


def _size(made: Any) -> str:
    """ "80 records"."""
    table = getattr(made, "dataset", None)
    if table is None:
        table = getattr(made, "table", None) or made.estimates
    return counted(len(table), "record")
