"""The command line: one module per command in `converters/terminal/commands`, imported when it is asked for.

What takes long to import (pandas, pandera, rich, …) is imported by the command that needs it, so that
``adamgate --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, cast

import click
from click.shell_completion import CompletionItem, shell_complete

from .converters.terminal import completion
from .converters.terminal import run as terminal
from .converters.terminal.exit_codes import SUMMARY
from .converters.terminal.options import DEBUG

COMMANDS = (
    *(
        "ae",
        "completion",
        "config",
        "convert",
        "cuminc",
        "define",
        "derive",
        "describe",
        "diff",
        "explain",
        "init",
        "km",
        "qualify",
        "report",
    ),
    *("responders", "rules", "run", "survival", "swimmer", "validate", "verify"),
)


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f".converters.terminal.commands.{name}", __package__)
        return cast("click.Command", module.command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, of which none is imported; else options."""
        return completion.commands(incomplete) or super().shell_complete(ctx, incomplete)


@click.group(
    cls=Commands,
    commands=dict.fromkeys(COMMANDS, click.Command("")),  # their names, for lists and near names
    epilog=SUMMARY,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="adamgate", message="adamgate %(version)s")
@DEBUG
def cli() -> None:
    """Validate clinical trial data (CDISC ADaM) and write survival analysis tables."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what went wrong is told on stderr."""
    return terminal.run(cli, arguments)


def main() -> NoReturn:
    """Entry point: run the command line and leave with its exit code."""
    terminal.prepare()
    if asked := os.environ.get(completion.VARIABLE):
        sys.exit(shell_complete(cli, {}, "adamgate", completion.VARIABLE, asked))
    terminal.end_with(lambda: run(sys.argv[1:]))
