"""Settings of a run: options, ``ADAMGATE_*`` variables, ``adamgate.toml`` and defaults, each with its origin.

Two files are looked for. The one of the working directory, or above it, belongs to whoever runs the gate.
One that lies with the data came, perhaps, with the delivery: it says how the data are read, not how they are
judged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import checked, require_known, switch
from .file_search import WithData, settings_files
from .located import faults_located
from .settings import DELIVERY, JUDGING, PREFIX, SETTINGS, SETTINGS_TABLE, TABLE, Settings
from .tables import Entry, Table, entries_of
from .toml_file import document_of, shown_path

_SWITCH_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_TYPO = 0.75
"""An unknown ``ADAMGATE_*`` variable this much like a known name is taken for a misspelling of it."""
OPTIONS_ONLY = ("baseline", "rules", "config")
"""Options that decide how data are judged and that only the command line can give."""
_VARIABLES: Mapping[str, str] = MappingProxyType({each.environment: each.name for each in SETTINGS.values()})


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
        Beside the nearest ``adamgate.toml`` from the working directory upwards, one is looked for from the
        first input's folder upwards; of that one only `DELIVERY` counts. Both searches end at the root of the
        repository, the home folder or the root of the file system, whichever comes first.
    config_path : Path, optional
        The file to use instead of any other.
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
        For an unknown key or table, a value of another type than the setting has, or a variable of the
        environment that seems to be meant as a setting or as an option and is none.
    """
    environ = os.environ if environ is None else environ
    file, beside = settings_files(inputs, config_path)
    own = entries_in(file) if file is not None else ()
    delivered = entries_in(beside) if beside is not None else ()
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, value, origin in chain(
        (each for each in _from_file(beside, delivered) if each[0] in DELIVERY),
        _from_file(file, own),
        _from_environment(environ),
        _from_options(overrides or {}),
    ):
        values[name] = value
        origins[name] = origin
    return Settings(
        **values,
        entries=own,
        origins=MappingProxyType(origins),
        file=file,
        with_data=_said_of(beside, delivered) if beside is not None else None,
        without_effect=tuple(variable for variable in _prefixed(environ) if variable not in _VARIABLES),
    )


def settings_alone(file: Path, document: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings of a file and of the environment, without its other tables. Needs no pandas.

    Parameters
    ----------
    file : Path
    document : mapping
        What it holds.
    environ : mapping

    Raises
    ------
    ConfigurationError
    """
    own = {name: each for name, each in document.items() if name == TABLE}
    with faults_located(file):
        entries = entries_of(own, (SETTINGS_TABLE,), shown_path(file))
    found = chain(_from_file(file, entries), _from_environment(environ))
    return Settings(**{name: value for name, value, _ in found}, file=file)


def settings_without_file(overrides: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings of options and of the environment, whatever files there are.

    Raises
    ------
    ConfigurationError
    """
    found = list(chain(_from_environment(environ), _from_options(overrides)))
    origins = {name: origin for name, _, origin in found}
    return Settings(**{name: value for name, value, _ in found}, origins=MappingProxyType(origins))


def entries_in(file: Path) -> tuple[Entry, ...]:
    """The tables of a file, checked."""
    document = document_of(file)
    tables: Sequence[Table] = (SETTINGS_TABLE,)
    if document.keys() - {TABLE}:
        from .registry import TABLES  # needs pandas

        tables = TABLES
    with faults_located(file):
        return entries_of(document, tables, shown_path(file))


def _said_of(file: Path, entries: Sequence[Entry]) -> WithData:
    names = [name for each in entries if each.table is SETTINGS_TABLE for name in each.values]
    tables = dict.fromkeys(f"[{each.table.name}]" for each in entries if each.table is not SETTINGS_TABLE)
    unused = tuple(name for name in names if name not in DELIVERY)
    return WithData(file, tuple(name for name in names if name in DELIVERY), (*unused, *tables))


Found = Iterator[tuple[str, Any, str]]
"""Name, checked value and origin of settings."""


def _from_file(file: Path | None, entries: Sequence[Entry]) -> Found:
    if file is None:
        return
    shown = shown_path(file)
    for each in entries:
        if each.table is SETTINGS_TABLE:
            yield from ((name, _beside(file, value), shown) for name, value in each.values.items())
    if any(each.table is not SETTINGS_TABLE for each in entries):
        from .from_tables import judging  # needs pandas

        with faults_located(file):
            found = judging(entries)
        yield JUDGING, found, shown
        for name in ("select", "ignore"):
            if getattr(found, name):
                yield name, getattr(found, name), shown


def _beside(file: Path, value: Any) -> Any:
    """Paths in a file are relative to its folder."""
    if isinstance(value, Path):
        return file.parent / value
    if isinstance(value, tuple):
        return tuple(_beside(file, each) for each in value)
    return value


def _prefixed(environ: Mapping[str, str]) -> list[str]:
    """Variables that may be meant for us, in order; an empty one sets nothing."""
    return sorted(each for each in environ if each.startswith(PREFIX) and environ[each])


def _from_environment(environ: Mapping[str, str]) -> Found:
    for variable in _prefixed(environ):
        if variable not in _VARIABLES:
            _refuse_misspelt(variable)
            continue
        name, text = _VARIABLES[variable], environ[variable]
        value = _SWITCH_WORDS.get(text.lower(), text) if SETTINGS[name].kind is switch else text
        yield name, checked(value, SETTINGS[name].kind, name, f"environment variable {variable}"), variable


def _refuse_misspelt(variable: str) -> None:
    """A setting that is silently not set could leave the gate open; others may use the prefix freely."""
    known = {name.upper(): name for name in (*SETTINGS, *OPTIONS_ONLY)}
    near = get_close_matches(variable.removeprefix(PREFIX), known, n=1, cutoff=_TYPO)
    if not near:
        return
    name = known[near[0]]
    meant = f"use --{name} on the command line" if name in OPTIONS_ONLY else f"write {PREFIX}{near[0]}"
    raise ConfigurationError(f"unknown setting {variable}", "environment", f"{meant}, or unset it")


def _from_options(overrides: Mapping[str, Any]) -> Found:
    for name, value in overrides.items():
        if value is not None and value != ():
            flag = f"--{name.replace('_', '-')}"
            require_known(name, SETTINGS, flag)
            yield name, checked(value, SETTINGS[name].kind, name, flag), flag
