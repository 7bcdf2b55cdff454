"""`adamgate diff`: what differs between two datasets or two studies."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import adamgate

from ....schemas.errors import ConfigurationError
from ...reports.files import destination, refuse_existing, write_document
from ...writing.inputs import refuse_inputs
from ...writing.names import require_document_name
from ..exit_codes import DIFFERENT, EQUAL
from ..inputs import kept_files, read_study, settings_for
from ..messages import tell_notes
from ..options import OVERWRITING, PATH, QUIET, READING_OPTIONS, expanded
from ..progress import progress
from ..streams import is_closed_or, show, tell

if TYPE_CHECKING:
    from ...diff.differences import Differences

FIRST = 5
LISTED = 50


@click.command("diff")
@click.argument("a", type=PATH)
@click.argument("b", type=PATH)
@click.option(
    "--by",
    multiple=True,
    metavar="KEYS",
    help="Key variables: USUBJID,PARAMCD, or ADTTE=USUBJID,PARAMCD for one dataset; _N_: the record number "
    "(repeatable; default: from metadata, else found).",
)
@click.option(
    "--abs",
    "absolute",
    multiple=True,
    metavar="NUMBER",
    help="Absolute tolerance of numbers: 1e-9, or AVAL=1e-9 for one variable (repeatable).",
)
@click.option(
    "--rel",
    "relative",
    multiple=True,
    metavar="NUMBER",
    help="Relative tolerance of numbers: 1e-9, or AVAL=1e-9 for one variable (repeatable).",
)
@click.option("--only", multiple=True, metavar="VARIABLES", help="Compare only these variables.")
@click.option("--ignore", multiple=True, metavar="VARIABLES", help="Do not compare these variables.")
@click.option("--no-metadata", is_flag=True, help="Do not compare labels, lengths, formats and informats.")
@click.option(
    "--first",
    type=click.IntRange(min=0),
    default=FIRST,
    show_default=True,
    metavar="N",
    help="Differences listed per variable.",
)
@click.option(
    "--list",
    "listed",
    type=click.IntRange(min=1),
    default=LISTED,
    show_default=True,
    metavar="N",
    help="Variables and metadata differences listed per dataset; JSON has all.",
)
@click.option(
    "--show-values/--no-show-values",
    default=None,
    help="Show the values listed and their keys (patient data).",
)
@click.option("--format", "form", type=click.Choice(("text", "json")), help="Output format.")
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Output file (- for stdout).")
@READING_OPTIONS
@OVERWRITING
@QUIET
def command(
    *,
    a: Path,
    b: Path,
    by: tuple[str, ...],
    absolute: tuple[str, ...],
    relative: tuple[str, ...],
    only: tuple[str, ...],
    ignore: tuple[str, ...],
    no_metadata: bool,
    first: int,
    listed: int,
    form: str | None,
    output: Path | None,
    config: Path | None,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Compare two datasets or two studies, like PROC COMPARE.

    A and B are files or folders, of any formats that can be read. The exit code is 0 if they are equal, 1 if
    they differ.
    """
    from ...diff.key_choice import key_options
    from ...diff.tolerance import tolerance_options
    from ...reports import differences

    options: dict[str, Any] = {
        "by": key_options(by),
        "abs": tolerance_options(absolute, "--abs"),
        "rel": tolerance_options(relative, "--rel"),
        "only": only,
        "ignore": ignore,
        "metadata": not no_metadata,
        "first": first,
    }
    form, file = destination(form, output)
    if file is not None and form not in differences.RENDERERS:
        raise ConfigurationError(
            "the output format cannot be determined from the file name",
            str(file),
            f"give --format {'|'.join(differences.RENDERERS)}",
        )
    sides = [expanded((each,)) for each in (a, b)]
    settings = settings_for((*sides[0], *sides[1]), config, overrides)
    if settings.memory is not None:  # of both together
        settings = replace(settings, memory=max(1, settings.memory // 2))
    if file is not None:
        require_document_name(file)
        refuse_inputs([file], chain(*kept_files((*sides[0], *sides[1]), settings)))
        refuse_existing(file, overwrite=overwrite)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        studies = [read_study(each, settings, callbacks) for each in sides]
    for side, study in zip("AB", studies, strict=True):
        tell_notes(study, quiet, side)
    found = adamgate.diff(*studies, **options, show_values=settings.show_values)
    _deliver(found, form or "text", file, listed=listed, overwrite=overwrite, quiet=quiet)
    return EQUAL if found.equal else DIFFERENT


def _deliver(
    found: Differences, form: str, file: Path | None, *, listed: int, overwrite: bool, quiet: bool
) -> None:
    """The document where it was asked for; the text, or its first line, on stdout or beside it on stderr."""
    from ...reports import differences

    if file is not None:
        write_document(differences.RENDERERS[form](found, listed), file, overwrite=overwrite)
    verdict = differences.render_verdict(found)
    text = verdict if quiet else differences.render_text(found, listed)
    if file is not None and is_closed_or(file):
        tell(text.rstrip("\n"))
    elif file is None and form == "json":
        show(differences.render_json(found))
        if not quiet:
            tell(verdict.rstrip("\n"))
    else:
        show(text)
