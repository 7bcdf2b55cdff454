"""`adamgate responders`: long-term responders, what is counted of them, and their biomarkers, as a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ....schemas.options import options_of
from ...figures.options import ResponderCommandOptions, ResponderOptions
from ..options import PATHS, declared_options
from ..table_run import RUN_OPTIONS, TableRun, write_table

_CONDITIONS = {"count": "counts", "event": "events"}
"""Options with names and conditions, and the keys of [responders] that they stand for."""


@click.command("responders")
@PATHS
@declared_options(ResponderCommandOptions)
@RUN_OPTIONS
def command(*, paths: tuple[Path, ...], **given: Any) -> int:
    """Write long-term responders: subjects without the event at a landmark, counts, events, biomarkers.

    A record for each number of the report's figure and each group of subjects, with a codebook. What is not
    given is as [responders] of adamgate.toml declares it.
    """
    run = TableRun.of(paths, given)
    asked = {each.name: given[each.name] for each in options_of(ResponderCommandOptions)}
    population = asked.pop("population")
    options = _declared(run, {name: value for name, value in asked.items() if value not in (None, ())})

    def make(study: Any, *, gate: Any, show_keys: bool) -> Any:
        from ...figures.responders import long_term_responders
        from ...survival.gate_run import gate_report
        from ...survival.subjects import naming_subjects

        gate_report(study, gate, None, show_keys=show_keys)
        with naming_subjects(show_keys):
            return long_term_responders(study, options, population=population, show_keys=show_keys)

    return write_table(run, make, _told)


def _declared(run: TableRun, asked: dict[str, Any]) -> ResponderOptions:
    """What the file declares, with what was given instead."""
    from ...configuration.from_tables import figure_options
    from ...figures.responder_conditions import named_conditions

    for option, key in _CONDITIONS.items():
        if option in asked:
            asked[key] = named_conditions(asked.pop(option), f"--{option}")
    return replace(figure_options(run.settings.entries).responders or ResponderOptions(), **asked)


def _told(found: Any, _: int) -> str:
    """What came of it: the groups, and what was taken where nothing was declared."""
    from ....schemas.wording import counted, plain
    from ...figures.responder_table import GROUPS

    at = f"{found.param} at {found.landmark:g} {found.unit}"
    lines = [f"{counted(found.subjects, 'subject')}, {at}; without a record: {found.without:,}"]
    lines += [f"  {group}: {size:,}" for group, size in zip(GROUPS, found.sizes, strict=True)]
    lines += [f"  {name}: not declared; taken: {told}" for name, told in found.chosen.items()]
    return "\n".join(map(plain, lines))
