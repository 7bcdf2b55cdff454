"""`adamgate convert`: one format into another."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Any

import click

import adamgate

from ...formats import writable
from ...formats.write_options import WriteOptions
from ..inputs import kept_files, read_study, settings_for
from ..messages import losses_recorded, tell_held_twice, tell_notes, tell_recorded, tell_written
from ..options import OVERWRITING, PATH, QUIET, READING_OPTIONS, matching
from ..progress import progress
from ..writing_options import WRITING_OPTIONS


@click.command("convert")
@click.argument("sources", nargs=-1, type=PATH, callback=matching, metavar="IN...")
@click.argument("target", type=PATH, metavar="OUT")
@click.option(
    "--to",
    metavar="FORMAT",
    help=f"Format of the files in the folder OUT: {', '.join(suffix[1:] for suffix in writable())}.",
)
@READING_OPTIONS
@WRITING_OPTIONS
@OVERWRITING
@QUIET
def command(
    *,
    sources: tuple[Path, ...],
    target: Path,
    to: str | None,
    config: Path | None,
    writing: WriteOptions,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> None:
    """Convert a dataset or a study to another format.

    OUT is a file, whose suffix is the format, or a folder with --to. Metadata are kept; anything
    that the target format cannot hold is reported.
    """
    from ...writing.convert import MEMORY
    from ...writing.write import Target

    if not sources:
        raise click.UsageError("OUT is not given")
    settings = settings_for(sources, config, overrides)
    place = Target.of(target, to, writing)  # before any work is done, so that it is not done in vain
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(sources, settings, callbacks, MEMORY)
        with losses_recorded() as losses:
            written = adamgate.write(
                study,
                place,
                overwrite=overwrite,
                keep=chain(*kept_files(sources, settings)),
                progress=callbacks.writing,
            )
    tell_notes(study, quiet)
    tell_recorded(losses)
    outputs = place.outputs(list(study))
    tell_held_twice(((each.dataset.name, each.path) for each in outputs), study)
    tell_written(written, quiet)
