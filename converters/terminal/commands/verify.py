"""`adamgate verify`: whether the files of a run are as its record says."""

from __future__ import annotations

from pathlib import Path

import click

from ....schemas.wording import plain
from ...reports.presentation import as_json
from ..exit_codes import DIFFERENT, EQUAL
from ..options import DEBUG, PATH, QUIET
from ..streams import show


@click.command("verify")
@click.argument("record", type=PATH)
@click.argument("files", nargs=-1, type=PATH)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@QUIET
@DEBUG
def command(*, record: Path, files: tuple[Path, ...], form: str, quiet: bool) -> int:
    """Compare the files of a run with its RECORD (run.jsonl).

    Reported are inputs and outputs that have changed or are not present, another settings file, other
    versions of adamgate and its libraries, and a record that was altered. FILES are looked up among the
    outputs: which step made each, and of what. The exit code is 0 if all is as recorded, else 1. This detects
    changes; it does not prove who wrote the files or the record.
    """
    from ...pipeline.verify import verification_lines, verify

    found = verify(record, files)
    if form == "json":
        show(as_json(found.to_dict()))
    else:
        lines = [plain(each) for each in verification_lines(found)]
        show("".join(f"{line}\n" for line in (lines[:1] if quiet else lines)))
    return EQUAL if found.equal else DIFFERENT
