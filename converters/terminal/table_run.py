"""What commands that write a table do alike: read, judge, make, write, tell."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

import adamgate

from ..configuration.settings import SETTINGS, SettingGroup, Settings
from ..figures.options import is_figure
from ..formats import dataset_named
from ..survival.layouts import written_suffixes
from .engines_run import checks_run
from .exit_codes import PASSED, REFUSED
from .inputs import gate_options, kept_files, read_study, settings_for
from .messages import (
    losses_recorded,
    tell_gate_refused,
    tell_held_twice,
    tell_notes,
    tell_recorded,
    tell_written,
)
from .options import JUDGING_OPTIONS, OVERWRITING, PATH, QUIET, READING_OPTIONS, setting_options, together
from .progress import Callbacks, progress
from .streams import columns, tell

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions

OUTPUT = click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    help=f"Output file: {', '.join(written_suffixes())}. Or a table: duckdb:///FILE?table=NAME.",
)
NO_GATE = click.option("--no-gate", is_flag=True, help="Skip validation of the study.")
RUN_OPTIONS = together(
    OUTPUT,
    NO_GATE,
    OVERWRITING,
    setting_options(SettingGroup.ENGINE),
    JUDGING_OPTIONS,
    READING_OPTIONS,
    QUIET,
)


@dataclass(frozen=True)
class TableRun:
    """What is to be read, and how the table is to be written.

    Attributes
    ----------
    paths : tuple of Path
    settings : Settings
    output : Path
    layout : str or None
        Of `layouts`; None for that of the suffix.
    no_gate, overwrite, quiet : bool
    rule_files : tuple of Path
    """

    paths: tuple[Path, ...]
    settings: Settings
    output: Path
    layout: str | None
    no_gate: bool
    overwrite: bool
    quiet: bool
    rule_files: tuple[Path, ...]

    @classmethod
    def of(cls, paths: tuple[Path, ...], given: dict[str, Any], *, figures: bool = False) -> TableRun:
        """What was given on the command line, without the options of the table, which are left in `given`.

        With `figures` the output may be the name of a figure, too.

        Raises
        ------
        ConfigurationError
            When no table can be written to the file; before any work is done, so that it is not done in vain.
        """
        from ..survival.table_place import table_place
        from ..survival.tools import layout_for

        output, layout, no_gate = given.pop("output"), given.pop("layout", None), given.pop("no_gate")
        place = table_place(output)
        if not (figures and is_figure(output)):
            layout_for(place, layout)
        overrides = {name: given.pop(name) for name in SETTINGS if name in given}
        settings = settings_for(paths, given.pop("config"), overrides, judging=not no_gate)
        return cls(
            paths,
            settings,
            output,
            layout,
            no_gate,
            given.pop("overwrite"),
            given.pop("quiet"),
            given.pop("rule_files"),
        )


def write_table(
    run: TableRun,
    make: Callable[..., Any],
    render: Callable[[Any, int], str],
    **writing: Any,
) -> int:
    """Read the study, make the table, write it, and tell what came of it; the exit code.

    Parameters
    ----------
    run : TableRun
    make : callable
        Study, `gate` and `show_keys` to what has a method `write`.
    render : callable
        That, and the columns of the terminal, to the lines printed.
    **writing
        Options of `write`.
    """
    settings = run.settings
    gate: GateOptions | Literal[False] = False if run.no_gate else gate_options(settings, run.rule_files)
    with checks_run(run.paths, settings, Callbacks()) as executor:
        with progress(sys.stderr, shown=not run.quiet) as callbacks:
            study = read_study(run.paths, settings, callbacks)
        # A table goes by what is declared also where nothing is judged: a parameter that recurs.
        declared = settings.declarations()
        if declared is not None:
            study = study.declaring(declared)
        if gate is not False:
            gate["executor"] = executor
        try:
            table = make(study, gate=gate, show_keys=settings.show_keys)
        except adamgate.GateRefused as refusal:
            tell_gate_refused(refusal, settings, quiet=run.quiet)
            return REFUSED
    kept = (*run.rule_files, *chain(*kept_files(run.paths, settings)))
    with losses_recorded() as losses:
        written = table.write(run.output, overwrite=run.overwrite, keep=kept, **writing)
    tell_notes(study, run.quiet)
    tell_recorded(losses)
    if not run.quiet:
        tell(render(table, columns(sys.stderr)))
    tables = [each for each in written if each.suffix == run.output.suffix and ".codebook." not in each.name]
    tell_held_twice([(dataset_named(each), each) for each in tables], study)
    tell_written(written, run.quiet)
    return PASSED
