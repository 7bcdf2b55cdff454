"""`adamgate convert`: one format into another."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import Any

import click

from ...configuration.settings import SETTINGS, SettingGroup, Settings
from ...formats import writable
from ...formats.write_options import WriteOptions
from ..engines_run import converted_as_set
from ..exit_codes import PASSED
from ..inputs import kept_files, reading_options, settings_for
from ..messages import tell_conversion
from ..options import OVERWRITING, PATH, QUIET, READING_OPTIONS, matching, setting_options
from ..progress import progress
from ..writing_options import WRITING_OPTIONS

_SELECTION = ("keep", "drop", "where", "rename")


@click.command("convert")
@click.argument("sources", nargs=-1, type=PATH, callback=matching, metavar="IN...")
@click.argument("target", type=PATH, metavar="OUT")
@click.option(
    "--to",
    metavar="FORMAT",
    help=f"Format of the files in the folder OUT: {', '.join(suffix[1:] for suffix in writable())}.",
)
@click.option("--keep", multiple=True, metavar="NAMES", help="Variables to write: USUBJID,ADTTE.AVAL.")
@click.option("--drop", multiple=True, metavar="NAMES", help="Variables to omit.")
@click.option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help="Records to write: \"SAFFL == 'Y'\", or of one dataset \"ADTTE: PARAMCD == 'OS'\" (repeatable).",
)
@click.option("--rename", multiple=True, metavar="OLD=NEW", help="New names of variables, after --where.")
@click.option(
    "--all-or-none",
    is_flag=True,
    help="Write nothing if a file cannot be read or a dataset cannot be written.",
)
@click.option(
    "--manifest",
    type=PATH,
    metavar="FILE",
    help="JSON file with the SHA-256 of inputs and outputs, and what was selected and not kept.",
)
@setting_options(SettingGroup.ENGINE)
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
    all_or_none: bool,
    manifest: Path | None,
    writing: WriteOptions,
    overwrite: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Convert datasets to another format.

    OUT is a file, whose suffix is the format, or a folder with --to. Metadata are kept; anything
    that the target format cannot hold is reported. Of several datasets, those that can be written are
    written; the exit code is the highest of all.
    """
    from ...writing.conversion_run import Request
    from ...writing.convert import MEMORY
    from ...writing.selection import Selection
    from ...writing.target import Target

    if not sources:
        raise click.UsageError("OUT is not given")
    selection = Selection.of(**{name: given.pop(name) or None for name in _SELECTION})
    settings = settings_for(sources, config, given)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        request = Request(
            Target.of(target, to, writing),
            selection,
            all_or_none=all_or_none,
            overwrite=overwrite,
            kept=tuple(chain(*kept_files(sources, settings))),
            manifest=manifest,
            progress=callbacks.writing,
            options={"to": to, **_deciding(settings)},
        )
        request.check()  # before any work is done, so that it is not done in vain
        options = reading_options(settings, callbacks, MEMORY)
        conversion = converted_as_set(sources, options, request, settings)
    tell_conversion(conversion, quiet)
    return max((each.exit_code for each in conversion.problems), default=PASSED)


def _deciding(settings: Settings) -> dict[str, Any]:
    """The settings that decide what is read."""
    of_reading = (SettingGroup.DELIVERY, SettingGroup.READING)
    names = [each.name for each in SETTINGS.values() if each.group in of_reading]
    return {name: getattr(settings, name) for name in names if name not in ("memory", "work_dir")}
