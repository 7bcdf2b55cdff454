"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from glob import glob, has_magic
from pathlib import Path
from typing import Any, TypeVar

import click

from ...schemas.errors import UnreadableInput
from ...schemas.standards.structure import Structure
from ...schemas.standards.versions import OCCDS_VERSIONS
from ..configuration.declared_options import DeclaredOption, options_of
from ..configuration.settings import ADAMIG_CHOICES
from ..configuration.values import Choice, Words, checked, switch
from ..formats import written_formats
from ..values.left_open import DATE_ORDERS, DECIMALS

Command = TypeVar("Command", bound=Callable[..., Any])

STRUCTURES = tuple(str(each) for each in Structure if each is not Structure.OTHER)
TOOLS = ("lifelines", "scikit-survival", "r")
"""The tools of `survival.tools` (a test holds them equal), which needs pyarrow."""


class ToolOrFormat(click.Choice):  # type: ignore[type-arg]  # of click 8.1 it takes none
    """A tool that reads a survival table, or a format that is written: as many as there are."""

    def __init__(self) -> None:
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        return (*TOOLS, *(each.word for each in written_formats()))

    @choices.setter
    def choices(self, _: tuple[str, ...]) -> None:
        """They are not set, but found."""


class _NamedPath(click.Path):
    """A path that is not empty, which would mean the folder a job happens to run in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if value == "":
            self.fail("the path is empty; check that the script sets its variables", param, ctx)
        return super().convert(value, param, ctx)


PATH = _NamedPath(readable=False, path_type=Path)  # an unreadable input is no wrong usage: exit code 3


def together(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def declared_options(declaring: type) -> Callable[[Command], Command]:
    """The options that a dataclass declares, in the order of its fields."""
    return together(*map(_declared_option, options_of(declaring)))


def _declared_option(declared: DeclaredOption) -> Callable[[Command], Command]:
    told: dict[str, Any] = {
        "help": declared.help,
        "metavar": declared.metavar or None,
        "required": declared.required,
    }
    kind = declared.kind
    if isinstance(kind, Choice):
        told["type"] = click.Choice(kind.allowed)
    if kind is switch:
        told["is_flag"] = True
    if isinstance(kind, Words):
        told["callback"] = lambda _context, _option, given: checked(
            given or (), kind, declared.name, declared.flag
        )
    return click.option(declared.flag, declared.name, **told)


def matching(_context: click.Context, _option: click.Parameter, given: Iterable[Path]) -> tuple[Path, ...]:
    return expanded(given)


def expanded(given: Iterable[Path]) -> tuple[Path, ...]:
    """Expand patterns such as ``*.xpt`` where the shell did not."""
    found: list[Path] = []
    for path in given:
        if not has_magic(str(path)) or os.path.exists(path):
            found.append(path)
            continue
        matches = sorted(map(Path, glob(str(path), recursive=True)))
        if not matches:
            raise UnreadableInput("no file matches", str(path), "check the pattern and the folder")
        found += matches
    return tuple(found)


PATHS = click.argument("paths", nargs=-1, required=True, type=PATH, callback=matching)
DEBUG = click.option(
    "--debug", is_flag=True, expose_value=False, help="Show the Python traceback of an error."
)
READING_OPTIONS = together(
    click.option("--encoding", metavar="NAME", help="Text encoding of the inputs (default: detected)."),
    click.option("--catalog", type=PATH, metavar="FILE", help="SAS format catalogue (sas7bcat)."),
    click.option("--recursive/--no-recursive", default=None, help="Also read subfolders (default: no)."),
    click.option(
        "--missing",
        multiple=True,
        metavar="WORD",
        help="Text to read as missing in CSV, such as NA (repeatable).",
    ),
    click.option(
        "--date-order",
        type=click.Choice(DATE_ORDERS),
        help="Order of day and month in dates such as 03/04/2020 (default: not guessed).",
    ),
    click.option(
        "--decimal",
        type=click.Choice(DECIMALS),
        help="Decimal sign in CSV (default: a point, or a comma if only that fits).",
    ),
    click.option(
        "--max-unpacked",
        metavar="SIZE",
        help="Size limit for unpacking a compressed file, such as 4GB (default: 100 times its size, "
        "at least 64 MB).",
    ),
    click.option(
        "--memory",
        metavar="SIZE",
        help="Memory limit for data, such as 256MB; the rest is kept on disk "
        "(default: none; convert: 256MB).",
    ),
    click.option(
        "--work-dir",
        type=PATH,
        metavar="FOLDER",
        help="Folder for data kept on disk (default: TMPDIR).",
    ),
    click.option(
        "--config",
        type=PATH,
        metavar="FILE",
        help="Settings file (default: adamgate.toml in this folder or the nearest above).",
    ),
    DEBUG,
)
OWN_RULES = click.option(
    "--rules",
    "rule_files",
    type=PATH,
    multiple=True,
    metavar="FILE",
    help="Python file with custom rules (the file is executed).",
)
JUDGING_OPTIONS = together(
    click.option("--standard", type=click.Choice(ADAMIG_CHOICES), help="ADaMIG version to check against."),
    click.option("--occds", type=click.Choice(OCCDS_VERSIONS), help="OCCDS version to check against."),
    click.option(
        "--ct",
        type=PATH,
        multiple=True,
        metavar="FILE",
        help="Controlled terminology file (NCI EVS or CDISC Library).",
    ),
    click.option(
        "--select",
        multiple=True,
        metavar="RULES",
        help="Run only these rules: ids, beginnings of ids, families (TTE006,AD02,censoring).",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="RULES",
        help="Skip these rules; ADAE:AD02 skips them in one dataset.",
    ),
    click.option(
        "--show-keys/--no-keys",
        default=None,
        help="Show subject keys in reports and messages (default: yes).",
    ),
    click.option(
        "--complete/--no-complete",
        default=None,
        help="The delivery is complete: a dataset that is not present fails the gate.",
    ),
    click.option(
        "--today", metavar="DATE", help="Date used to decide whether waivers have expired (default: today)."
    ),
    OWN_RULES,
)
OVERWRITING = click.option(
    "--force", "--overwrite", "overwrite", is_flag=True, help="Replace existing files."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print only the verdict and skipped files.")

CONFIG_HERE = click.option(
    "--config",
    type=PATH,
    metavar="FILE",
    help="Settings file (default: adamgate.toml in this folder or the nearest above).",
)
