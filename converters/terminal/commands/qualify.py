"""`adamgate qualify`: a record of installation and operational qualification."""

from __future__ import annotations

from pathlib import Path

import click

from ....schemas.wording import plain
from ..exit_codes import PASSED, REFUSED
from ..messages import tell_written
from ..options import DEBUG, OVERWRITING, PATH, QUIET
from ..streams import show, tell


@click.command("qualify")
@click.option(
    "-o",
    "--output",
    "folder",
    type=PATH,
    required=True,
    metavar="DIR",
    help="Folder for qualification.html and qualification.json.",
)
@OVERWRITING
@QUIET
@DEBUG
def command(*, folder: Path, overwrite: bool, quiet: bool) -> int:
    """Run the examples of every rule, format and table shape, and write the record of it.

    What is installed is checked (IQ), and operation by stored examples and answers (OQ), without a network.
    The exit code is 0 if everything is as expected, 1 if something differs; the record is written in both
    cases, and lists what was not run, with the reason.
    """
    from ...qualification.qualify import qualify, require_no_record, write_record

    if not overwrite:
        require_no_record(folder)
    record = qualify(lambda part: None if quiet else tell(f"running: {part}"))
    written = write_record(record, folder, overwrite=overwrite)
    lines = [plain(each) for each in record.lines()]
    show("".join(f"{line}\n" for line in (lines[-1:] if quiet else lines)))
    tell_written(written, quiet)
    return PASSED if record.equal else REFUSED
