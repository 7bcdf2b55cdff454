"""Settings: options, ``ADAMGATE_*`` variables, ``adamgate.toml`` and defaults, each with its origin."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, get_origin, get_type_hints

from .schemas.errors import ConfigurationError
from .schemas.spelling import did_you_mean, nearest

if TYPE_CHECKING:
    from .schemas.finding import Severity
    from .schemas.rule import Standards

FILE_NAME = "adamgate.toml"
TABLE = "settings"
PREFIX = "ADAMGATE_"
DEFAULT = "default"

# The words of `schemas` (a test holds them equal), which is not imported here: it needs pandas.
ADAMIG = ("adamig-1.0", "adamig-1.1", "adamig-1.2", "adamig-1.3")
OCCDS = ("1.0", "1.1")
NEVER = "never"
FAIL_ON = ("error", "warning", "note", NEVER)

_REPOSITORY = (".git", ".hg")
"""A folder with one of these is the root of a repository; files above it belong to something else."""
_SWITCH_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_TYPO = 0.75
"""An unknown ``ADAMGATE_*`` variable this much like a setting is taken for a misspelling of it."""

Kind = Callable[[Any], Any]
"""Takes a value as TOML has it and returns it checked; ValueError says what was expected."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    allowed: tuple[str, ...]

    def __call__(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a text in quotes, one of {', '.join(self.allowed)}")
        if value not in self.allowed:
            near = nearest(value, self.allowed, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"one of {', '.join(self.allowed)}{meant}")
        return value


def switch(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def codec(value: Any) -> str:
    """A text encoding by its Python or SAS name."""
    from .converters.readers.text import codec_name

    try:
        return codec_name(str(value))
    except ConfigurationError:
        raise ValueError("an encoding that Python or SAS knows: utf-8, cp1252, wlatin1, shift_jis") from None


def path(value: Any) -> Path:
    """A file; relative to the folder of the file that names it."""
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("a path")
    return Path(value)


@dataclass(frozen=True)
class Settings:
    """What a user has set, or left to its default. A new setting is one line here.

    Attributes
    ----------
    standard, occds : str
        Versions of the standards to judge by.
    fail_on : str
        The least severity that refuses; "never" leaves that to rules that were not run.
    complete : bool
        The delivery is declared complete: an undelivered dataset that a rule needs refuses.
    encoding : str or None
        Of text in the inputs; by default UTF-8, else what the file declares, else cp1252.
    catalog : Path or None
        The format catalogue (sas7bcat); by default the one beside the data.
    show_values : bool
        Show the values of faulty records. They are patient data.
    origins : mapping of name to str
        Where each came from: "--fail-on", "ADAMGATE_FAIL_ON", a file, or "default".
    """

    standard: Annotated[str, Choice(ADAMIG)] = "adamig-1.3"
    occds: Annotated[str, Choice(OCCDS)] = "1.1"
    fail_on: Annotated[str, Choice(FAIL_ON)] = "error"
    complete: Annotated[bool, switch] = False
    encoding: Annotated[str | None, codec] = None
    catalog: Annotated[Path | None, path] = None
    show_values: Annotated[bool, switch] = False
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def standards(self) -> Standards:
        from .schemas.rule import Standards

        return Standards(adamig=self.standard.removeprefix("adamig-"), occds=self.occds)

    @property
    def threshold(self) -> Severity | None:
        """The least severity that refuses, or None."""
        from .schemas.finding import Severity

        return None if self.fail_on == NEVER else Severity(self.fail_on)

    def origin(self, name: str) -> str:
        """Where a setting came from."""
        return self.origins.get(name, DEFAULT)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        name: hint.__metadata__[0]
        for name, hint in get_type_hints(Settings, include_extras=True).items()
        if get_origin(hint) is Annotated
    }
)


def load_settings(
    inputs: Sequence[Path] = (),
    config_path: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settings for these inputs.

    Parameters
    ----------
    inputs : sequence of Path
        ``adamgate.toml`` is looked for from the first one's folder upwards, to the root of the
        repository, the home folder or the root of the file system, whichever comes first.
    config_path : Path, optional
        The file to use instead.
    overrides : mapping
        Command-line options; None means not given.
    environ : mapping, optional
        The environment; by default this process's.

    Returns
    -------
    Settings
        For each setting the option, else the environment's value, else the file's, else the default.

    Raises
    ------
    ConfigurationError
        For an unknown key or table, or a value of another type than the setting has.
    """
    file = config_path if config_path is not None else (_find(inputs[0]) if inputs else None)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for found in (
        _from_file(file) if file is not None else (),
        _from_environment(os.environ if environ is None else environ),
        _from_options(overrides or {}),
    ):
        for name, value, origin in found:
            values[name] = value
            origins[name] = origin
    return Settings(**values, origins=MappingProxyType(origins))


def _find(start: Path) -> Path | None:
    folder = start.absolute()
    if not folder.is_dir():
        folder = folder.parent
    home = Path.home()
    for each in (folder, *folder.parents):
        candidate = each / FILE_NAME
        if candidate.is_file():
            return candidate
        if each == home or any((each / mark).exists() for mark in _REPOSITORY):
            return None
    return None


Found = Iterator[tuple[str, Any, str]]
"""Name, checked value and origin of settings."""


def _from_file(file: Path) -> Found:
    shown = _shown(file)
    document = _parse(file)
    for table in document:
        if table != TABLE:
            raise ConfigurationError(
                f"unknown table or key {table!r}",
                shown,
                f"settings stand under [{TABLE}]; {did_you_mean(table, (f'[{TABLE}]', *KINDS))}",
            )
    settings = document.get(TABLE, {})
    if not isinstance(settings, dict):
        raise ConfigurationError(f"{TABLE!r} is not a table", shown, f"write [{TABLE}] on a line of its own")
    for name, value in settings.items():
        _require_known(name, f"{shown}, [{TABLE}]")
        checked = _checked(name, value, f"{shown}, [{TABLE}] {name}")
        yield name, file.parent / checked if isinstance(checked, Path) else checked, shown


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as failure:
        raise ConfigurationError(
            "the configuration file cannot be read", f"{file}: {failure.strerror}", "check --config"
        ) from failure
    except UnicodeDecodeError as failure:
        raise ConfigurationError(
            "the configuration file is not UTF-8", f"{_shown(file)}, byte {failure.start}", "save it as UTF-8"
        ) from failure
    except tomllib.TOMLDecodeError as failure:
        raise ConfigurationError(
            f"the configuration file is not TOML: {failure}",
            _shown(file),
            "texts need quotes, tables [brackets]",
        ) from failure


def _from_environment(environ: Mapping[str, str]) -> Found:
    names = {PREFIX + name.upper(): name for name in KINDS}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or not text:
            continue
        if variable not in names:
            _refuse_misspelt(variable, names)
            continue
        name = names[variable]
        value = _SWITCH_WORDS.get(text.lower(), text) if KINDS[name] is switch else text
        yield name, _checked(name, value, f"environment variable {variable}"), variable


def _refuse_misspelt(variable: str, names: Mapping[str, str]) -> None:
    """A setting that is silently not set could leave the gate open; others may use the prefix freely."""
    settings = {name.removeprefix(PREFIX) for name in names}
    near = get_close_matches(variable.removeprefix(PREFIX), settings, n=1, cutoff=_TYPO)
    if near:
        raise ConfigurationError(
            f"unknown setting {variable}", "environment", f"write {PREFIX}{near[0]}, or unset it"
        )


def _from_options(overrides: Mapping[str, Any]) -> Found:
    for name, value in overrides.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            _require_known(name, option)
            yield name, _checked(name, value, option), option


def _require_known(name: str, where: str) -> None:
    if name not in KINDS:
        raise ConfigurationError(f"unknown setting {name!r}", where, did_you_mean(name, KINDS))


def _checked(name: str, value: Any, where: str) -> Any:
    try:
        return KINDS[name](value)
    except ValueError as expected:
        raise ConfigurationError(f"{value!r} is not a value of {name}", where, f"give {expected}") from None


def _shown(file: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(file.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(file)
