"""`adamgate swimmer`: the course of each subject, as a table or a swimmer plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...figures.options import SwimmerCommandOptions, SwimmerOptions, is_figure
from ..figure_files import drawn_by
from ..options import PATHS, declared_options
from ..table_run import RUN_OPTIONS, TableRun, write_table


@click.command("swimmer")
@PATHS
@declared_options(SwimmerCommandOptions)
@RUN_OPTIONS
def command(*, paths: tuple[Path, ...], **given: Any) -> int:
    """Write the course of each subject: treatment, response, progression, death, follow-up.

    A table, or with .png, .pdf or .svg a swimmer plot, which needs the extra plot (matplotlib).
    """
    run = TableRun.of(paths, given, figures=True)
    asked = {name: value for name, value in given.items() if value is not None}
    beside = {name: asked.pop(name, None) for name in ("arm", "population", "unit")}

    def make(study: Any, *, gate: Any, show_keys: bool) -> Any:
        from ...figures.swimmer import swimmer_lanes
        from ...survival.gate_run import gate_report

        gate_report(study, gate, None, show_keys=show_keys)
        return swimmer_lanes(study, SwimmerOptions(**asked), **beside)

    def draw(lanes: Any) -> Any:
        from ...plot.swimmer import swimmer

        return swimmer(lanes, labels=run.settings.show_keys)

    if is_figure(run.output):
        return write_table(run, drawn_by(make, draw), lambda drawn, width: _told(drawn.made, width))
    return write_table(run, make, _told)


def _told(lanes: Any, _: int) -> str:
    """What came of it: counts, and where each time comes from."""
    from ....schemas.wording import counted, plain
    from ...figures.lanes import TIMES

    subjects = counted(lanes.subjects, "subject")
    lines = [f"{len(lanes.frame):,} of {subjects}, {lanes.unit} from {lanes.start}; shown: {lanes.chosen}"]
    lines += [f"  {TIMES.get(name, name)}: {source}" for name, source in lanes.sources.items()]
    return "\n".join(map(plain, lines))
