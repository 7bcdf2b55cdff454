"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from glob import glob, has_magic
from pathlib import Path
from typing import Any, TypeVar

import click

from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.kinds import Choice, ListOf, Words, amount, checked, count, switch, time_point
from ...schemas.options import DeclaredOption, options_of
from ...schemas.standards.structure import Structure
from ..configuration.settings import SETTINGS, SettingGroup
from ..configuration.values import path, paths
from ..reports import REPORTS
from ..survival.layouts import layouts
from ..values.address import Address, is_address, masked, place_of
from .completion import OF_SETTINGS

Command = TypeVar("Command", bound=Callable[..., Any])

STRUCTURES = tuple(str(each) for each in Structure if each is not Structure.OTHER)


class Registered(click.Choice):  # type: ignore[type-arg]  # of click 8.1 it takes none
    """One of the words that a registry has, as many as there are when it is asked."""

    def __init__(self, words: Callable[[], Iterable[str]]) -> None:
        self._words = words
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self._words())

    @choices.setter
    def choices(self, _: tuple[str, ...]) -> None:
        """They are not set, but found."""


TOOL_OR_FORMAT = Registered(layouts)
"""A tool that reads a survival table, or a format that is written."""
REPORT_FORMAT = Registered(lambda: REPORTS)


class _NamedPath(click.Path):
    """A path that is not empty, which would mean the folder a job happens to run in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if value == "":
            self.fail("the path is empty; check that the script sets its variables", param, ctx)
        if is_address(value):
            return place_of(value)
        return super().convert(value, param, ctx)


class _PathHere(_NamedPath):
    """A path of this machine: of what is not data, and is read from nowhere else."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if is_address(value):
            self.fail(f"{masked(str(value))} is an address; copy the file to this machine", param, ctx)
        return super().convert(value, param, ctx)


PATH = _NamedPath(readable=False, path_type=Path)  # an unreadable input is no wrong usage: exit code 3
PATH_HERE = _PathHere(readable=False, path_type=Path)


def together(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def declared_options(declaring: type) -> Callable[[Command], Command]:
    """The options that a dataclass declares, in the order of its fields."""
    return together(*(_asked(each, required=each.required) for each in options_of(declaring)))


def options_of_some(options: Iterable[DeclaredOption]) -> Callable[[Command], Command]:
    """Options that some of the things have that a command makes: none is required."""
    return together(*(_asked(each, required=False) for each in options))


def asked_option(declared: DeclaredOption) -> click.Parameter:
    """One such option, of no command: for the help of what needs it."""

    @click.command()
    @_asked(declared, required=declared.required)
    def asking() -> None: ...

    return asking.params[0]


def setting_options(*groups: SettingGroup) -> Callable[[Command], Command]:
    """The options for settings of these groups, else of all; what is not given is None or empty."""
    wanted = groups or tuple(each for each in SettingGroup if each is not SettingGroup.RUN)
    return together(*(_set(each) for each in SETTINGS.values() if each.group in wanted))


def named_settings(*names: str) -> Callable[[Command], Command]:
    """The options for these settings; what is not given is None or empty."""
    return together(*(_set(SETTINGS[name]) for name in names))


def _set(declared: DeclaredOption) -> Callable[[Command], Command]:
    """An option for a setting, which the environment or a file may give instead; they check it."""
    repeatable = declared.kind is paths or isinstance(declared.kind, Words)
    completed = OF_SETTINGS.get(declared.name, {})
    return _option(declared, default=None, multiple=repeatable, **completed)


def _asked(declared: DeclaredOption, *, required: bool) -> Callable[[Command], Command]:
    """An option that the command line alone gives; numbers and lists are checked at once."""
    kind, told = declared.kind, dict[str, Any]()
    is_list, is_number = isinstance(kind, ListOf), kind in _NUMBERS
    of_numbers = isinstance(kind, ListOf) and kind.kind in _NUMBERS
    is_checked = is_list or is_number or isinstance(kind, Words)

    def taken(_context: click.Context, _option: click.Parameter, given: Any) -> Any:
        if given in (None, ()):
            return (declared.default if is_number else ()) if is_checked else given
        if any(isinstance(each, str) and not each.strip() for each in (given, *_several(given))):
            raise ConfigurationError(
                f"{declared.flag} is empty", declared.flag, "give a value, or omit the option"
            )
        if not is_checked:
            return given
        return checked(_numbers(given) if of_numbers else given, kind, declared.name, declared.flag)

    if kind is switch:  # not stated of others: click would take a negative number for the next option
        told["is_flag"] = True
    else:
        told["callback"] = taken
    if is_number:
        told["type"] = click.INT if kind is count else click.FLOAT
    if declared.default and isinstance(declared.default, bool | str):
        told["default"] = declared.default
    return _option(declared, required=required, multiple=is_list, **told)


def _several(given: Any) -> tuple[Any, ...]:
    """What was given of an option that takes several values."""
    return given if isinstance(given, tuple) else ()


_NUMBERS = (amount, time_point, count)
"""Kinds of which the command line has texts."""


def _numbers(given: Iterable[str]) -> tuple[float, ...]:
    """Numbers with commas between them."""
    parts = [part for each in given for part in each.split(",")]
    try:
        return tuple(map(float, parts))
    except ValueError:
        raise click.BadParameter("numbers with commas between them are expected, such as 6,12") from None


def _option(declared: DeclaredOption, **told: Any) -> Callable[[Command], Command]:
    if isinstance(declared.kind, Choice):
        told["type"] = click.Choice(declared.kind.allowed)
    if declared.kind in (path, paths):
        told["type"] = PATH_HERE
    return click.option(
        declared.flag, declared.name, help=declared.phrase, metavar=declared.metavar or None, **told
    )


def matching(_context: click.Context, _option: click.Parameter, given: Iterable[Path]) -> tuple[Path, ...]:
    return expanded(given)


def expanded(given: Iterable[Path]) -> tuple[Path, ...]:
    """Expand patterns such as ``*.xpt`` where the shell did not."""
    found: list[Path] = []
    for each in given:
        if isinstance(each, Address) or not has_magic(str(each)) or os.path.exists(each):
            found.append(each)
            continue
        matches = sorted(map(Path, glob(str(each), recursive=True)))
        if not matches:
            raise UnreadableInput("no file matches", str(each), "check the pattern and the folder")
        found += matches
    return tuple(found)


PATHS = click.argument("paths", nargs=-1, required=True, type=PATH, callback=matching)
DEBUG = click.option("--debug", is_flag=True, expose_value=False, help=SETTINGS["debug"].phrase)
CONFIG = click.option(
    "--config",
    type=PATH_HERE,
    metavar="FILE",
    help="Settings file (default: adamgate.toml in this folder or the nearest above).",
)
READING_OPTIONS = together(setting_options(SettingGroup.DELIVERY, SettingGroup.READING), CONFIG, DEBUG)
OWN_RULES = click.option(
    "--rules",
    "rule_files",
    type=PATH_HERE,
    multiple=True,
    metavar="FILE",
    help="Python file with custom rules (the file is executed).",
)
JUDGING_OPTIONS = together(setting_options(SettingGroup.JUDGING), OWN_RULES)
OVERWRITING = click.option(
    "--force", "--overwrite", "overwrite", is_flag=True, help="Replace existing files."
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print only the verdict and skipped files.")
