"""Options that a dataclass declares, each once: its kind, its help and its default.

From them follow the keys of a table in ``adamgate.toml``, their JSON Schema, and the options of a command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeVar

from .kinds import Choice, ListOf, ValueKind, Words, checked_table, days, name, switch, text

Declaring = TypeVar("Declaring")

_DECLARED = "adamgate"


@dataclass(frozen=True, slots=True)
class DeclaredOption:
    """One option of a dataclass.

    Attributes
    ----------
    name : str
        Of the field, and of the key in a table.
    kind : callable
        One of `values`, which checks what is given.
    help : str
        A phrase that stands alone.
    flag : str
        On the command line: "--aval-unit".
    metavar : str
        What a value is called there; empty for the usual.
    default : object
        None or empty where the option is left out.
    required : bool
    """

    name: str
    kind: ValueKind
    help: str
    flag: str
    metavar: str
    default: Any
    required: bool


def option(
    kind: ValueKind, described: str, *, default: Any = MISSING, flag: str = "", metavar: str = ""
) -> Any:
    """A field of such a dataclass; required where it does not have a default."""
    return field(default=default, metadata={_DECLARED: (kind, described, flag, metavar)})


def options_of(declaring: type) -> tuple[DeclaredOption, ...]:
    """The options that a dataclass declares, in the order of its fields."""
    return tuple(
        DeclaredOption(
            each.name,
            kind,
            described,
            flag or f"--{each.name.replace('_', '-')}",
            metavar,
            None if each.default is MISSING else each.default,
            each.default is MISSING,
        )
        for each in fields(declaring)
        for kind, described, flag, metavar in (each.metadata[_DECLARED],)
    )


def options_from(declaring: type[Declaring], table: Mapping[str, Any], where: str) -> Declaring:
    """The options that a table of a file gives.

    Parameters
    ----------
    declaring : type
        The dataclass.
    table : mapping
        As `tomllib` gives it.
    where : str
        The table's place, for errors: "adamgate.toml, [table.os]".

    Raises
    ------
    ConfigurationError
        For an unknown key, a value of another kind, or a required key that is not present.
    """
    options = options_of(declaring)
    kinds = {each.name: each.kind for each in options}
    required = [each.name for each in options if each.required]
    return declaring(**checked_table(table, kinds, where, required))


def json_schema(declaring: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of such a table."""
    options = options_of(declaring)
    return {
        "type": "object",
        "properties": {each.name: {"description": each.help} | _schema(each.kind) for each in options},
        "required": [each.name for each in options if each.required],
        "additionalProperties": False,
    }


_TEXT = MappingProxyType({"type": "string", "pattern": r"\S"})
_SCHEMAS: Mapping[ValueKind, Mapping[str, Any]] = {
    text: _TEXT,
    name: MappingProxyType({"type": "string", "pattern": r"^\s*\S+\s*$"}),
    switch: MappingProxyType({"type": "boolean"}),
    days: MappingProxyType({"type": "integer", "minimum": 0}),
}


def _schema(kind: ValueKind) -> dict[str, Any]:
    if isinstance(kind, Choice):
        return {"enum": list(kind.allowed)}
    if isinstance(kind, ListOf):
        return {"type": "array", "items": _schema(kind.kind), "minItems": 1}
    if isinstance(kind, Words):
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return dict(_SCHEMAS[kind])
