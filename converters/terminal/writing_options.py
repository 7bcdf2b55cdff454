"""Options about how files of some formats are written; for other formats they are a wrong usage."""

from __future__ import annotations

from functools import wraps
from typing import Any

import click

from ..formats.write_options import LENGTHS, XPT_VERSIONS
from .options import Command, together

_GIVEN = (
    "xpt_version", "fix", "lengths", "xpt_encoding", "read_back", "split_size", "one_file", "label_row"
)  # fmt: skip

_OPTIONS = together(
    click.option(
        "--xpt-version",
        type=click.Choice([str(each) for each in XPT_VERSIONS]),
        default="5",
        help="Version of SAS transport files (default: 5).",
    ),
    click.option("--fix", is_flag=True, help="Repair what XPT cannot hold, and list each repair."),
    click.option(
        "--lengths",
        type=click.Choice(LENGTHS),
        default="source",
        help="Lengths of XPT variables: of the source, or the shortest for the data (default: source).",
    ),
    click.option(
        "--xpt-encoding",
        metavar="NAME",
        default="ascii",
        help="Text encoding of XPT files (default: ascii).",
    ),
    click.option(
        "--read-back/--no-read-back",
        "read_back",
        default=True,
        help="Compare XPT files with the data before they appear (default: yes).",
    ),
    click.option(
        "--split-size",
        metavar="SIZE",
        default="5GB",
        help="Split larger XPT files by subject (default: 5GB).",
    ),
    click.option("--one-file", is_flag=True, help="Write all datasets into one XPT file."),
    click.option("--label-row", is_flag=True, help="Write the labels below the names in Excel workbooks."),
)


def WRITING_OPTIONS(command: Command) -> Command:  # noqa: N802 - as other groups of options
    """The command gets them as one argument, `writing`."""

    @wraps(command)
    def with_options(**given: Any) -> Any:
        from ..writing.options import write_options

        options = {name: given.pop(name) for name in _GIVEN}
        options["xpt_version"] = int(options["xpt_version"])
        return command(writing=write_options(**options), **given)

    return _OPTIONS(with_options)  # type: ignore[return-value]
