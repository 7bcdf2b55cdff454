"""The settings that are in effect, as TOML or JSON, each with where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...schemas.options import DeclaredOption, keys_of
from ...schemas.wording import plain
from ..values.sizes import written_size
from .key_lines import KeyLines
from .registry import RULES
from .settings import DEFAULT, SETTINGS, SETTINGS_TABLE, Settings
from .tables import Entry
from .toml_file import shown_path, text_of
from .values import size

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDEST = 60
"""Columns of a line before where it came from, where that is a column."""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key that is in effect.

    Attributes
    ----------
    name : str
    value : object
        None where there is none.
    otherwise : str
        What holds where there is none, or why it is not shown.
    origin : str
        "adamgate.toml:3", "ADAMGATE_FAIL_ON", "--fail-on", "default".
    in_file : bool
        Whether a file may hold it.
    """

    name: str
    value: Any
    otherwise: str
    origin: str
    in_file: bool = True


@dataclass(frozen=True, slots=True)
class ShownTable:
    """One table: its heading in TOML, its name in JSON, its keys."""

    heading: str
    path: str
    keys: tuple[ShownKey, ...]


def shown(settings: Settings) -> tuple[ShownTable, ...]:
    """Every setting, then the other tables of the file as far as they hold something."""
    files = [settings.file, settings.with_data.path if settings.with_data is not None else None]
    lines = {shown_path(file): KeyLines.of(text_of(file)) for file in files if file is not None}
    return (_of_settings(settings, lines), *_of_file(settings, lines))


def as_toml(tables: Iterable[ShownTable], *, origins: bool = False) -> str:
    """A file that says the same; what a file cannot say is in comments."""
    return "\n".join("".join(_toml_lines(table, origins)) for table in tables)


def as_json(tables: Iterable[ShownTable]) -> dict[str, Any]:
    """Value and origin by the path of each key: "endpoint.OS.role"."""
    return {
        f"{table.path}.{key.name}": {"value": _json(key.value), "origin": key.origin}
        for table in tables
        for key in table.keys
    }


def _of_settings(settings: Settings, lines: Mapping[str, KeyLines]) -> ShownTable:
    keys = (_setting(settings, each, lines) for each in SETTINGS.values() if each.name not in _OF_RULES)
    return ShownTable(f"[{SETTINGS_TABLE.name}]", SETTINGS_TABLE.name, tuple(keys))


_OF_RULES = tuple(each.name for each in SETTINGS.values() if each.table == RULES.name)
"""Settings that a file has under ``[rules]``."""


def _setting(settings: Settings, declared: DeclaredOption, lines: Mapping[str, KeyLines]) -> ShownKey:
    origin = settings.origin(declared.name)
    if origin in lines:
        origin = _with_line(origin, lines[origin].line(SETTINGS_TABLE.name, declared.name))
    value = getattr(settings, declared.name)
    is_set = value is not None and value != ()
    if is_set and declared.kind is size:
        value = written_size(value)
    return ShownKey(
        declared.name, value if is_set else None, declared.otherwise or "none", origin, declared.in_file
    )


def _of_file(settings: Settings, lines: Mapping[str, KeyLines]) -> Iterator[ShownTable]:
    """The other tables; lists of rules that an option or a variable replaces are those that it gives."""
    file = shown_path(settings.file) if settings.file is not None else ""
    replacing = tuple(
        ShownKey(each, getattr(settings, each), "", settings.origin(each))
        for each in _OF_RULES
        if settings.origin(each) not in (DEFAULT, file)
    )
    replaced = {each.name for each in replacing}
    others = [each for each in settings.entries if each.table is not SETTINGS_TABLE]
    if replacing and not any(each.table is RULES and not each.name for each in others):
        yield ShownTable(f"[{RULES.name}]", RULES.name, replacing)
    for entry in others:
        of_rules = entry.table is RULES
        keys = tuple(
            ShownKey(
                declared.name,
                None if _is_hidden(declared, settings) else entry.values[declared.name],
                "not shown, because subject keys are not shown",
                _with_line(file, lines[file].line(*_path(entry, entry.written), declared.name)),
            )
            for declared in keys_of(entry.table.options)
            if declared.name in entry.values and not (of_rules and declared.name in replaced)
        )
        own = replacing if of_rules and not entry.name else ()
        yield ShownTable(_heading(entry), ".".join(_path(entry)), (*own, *keys))


def _is_hidden(declared: DeclaredOption, settings: Settings) -> bool:
    return declared.is_private and not settings.show_keys


def _path(entry: Entry, written: str = "") -> list[str]:
    """Keys that lead to a table; with its name as the file has it, for its lines."""
    return [each for each in (entry.table.name, written or entry.name, str(entry.number or "")) if each]


def _heading(entry: Entry) -> str:
    if entry.number:
        return f"[[{entry.table.name}]]"
    return f"[{'.'.join(toml_key(each) for each in _path(entry))}]"


def _with_line(file: str, line: int | None) -> str:
    return f"{file}:{line}" if line else file


def _toml_lines(table: ShownTable, origins: bool) -> Iterator[str]:
    yield f"{table.heading}\n"
    lines = [(_toml_line(key), key.origin) for key in table.keys]
    width = min(max((len(line) for line, _ in lines), default=0), _WIDEST)
    for line, origin in lines:
        yield f"{line:{width}}  # {plain(origin)}\n" if origins else f"{line}\n"


def _toml_line(key: ShownKey) -> str:
    if key.value is None:
        return f"# {key.name}: {key.otherwise}"
    line = f"{toml_key(key.name)} = {toml_value(key.value)}"
    return line if key.in_file else f"# {line}"


def toml_value(value: Any) -> str:
    """A value as TOML writes it, on one line, without a character that a terminal might obey."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Path):
        return toml_value(str(value.absolute()))
    if is_dataclass(value):
        return toml_value(_fields(value))
    if isinstance(value, Mapping):
        inside = ", ".join(f"{toml_key(key)} = {toml_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(toml_value, value))}]"
    return _quoted(str(value))


def _fields(value: Any) -> dict[str, Any]:
    """What a file has of a value that is an object in Python, without what it may leave out.

    A field whose key is a word of Python, such as from, has it as `key` in its metadata.
    """
    given = {each: getattr(value, each.name) for each in fields(value)}
    return {
        each.metadata.get("key", each.name): part for each, part in given.items() if part != _default(each)
    }


def _default(field: Field[Any]) -> Any:
    """The value of a field that is not given; of one that must be, what no value equals."""
    return field.default_factory() if field.default_factory is not MISSING else field.default


def toml_key(key: str) -> str:
    """A key as TOML writes it."""
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _json(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return _json(_fields(value))
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each) for each in value]
    return value
