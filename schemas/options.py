"""Options that a dataclass declares, each once: its kind, its help, its default, where else it may be set.

A module declares what a user may set of it. From the field follow the key of a table in ``adamgate.toml`` and
its JSON Schema, the variable of the environment, the option of a command, what ``adamgate config show``
prints and the line of the page about settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from .kinds import ValueKind, checked_table

Declaring = TypeVar("Declaring")

_DECLARED = "adamgate"


@dataclass(frozen=True, slots=True)
class DeclaredOption:
    """One option of a dataclass.

    Attributes
    ----------
    name : str
        Of the field, and of the key in a table.
    kind : ValueKind
        Checks what is given.
    help : str
        A phrase that stands alone.
    flag : str
        On the command line: "--aval-unit", "--recursive/--no-recursive".
    metavar : str
        What a value is called there; empty for the usual.
    default : object
        None or empty where the option is left out.
    required : bool
    otherwise : str
        What happens where the option is left out, if the default does not say it: "detected".
    environment : str
        The variable that sets it, too: "ADAMGATE_FAIL_ON"; empty for none.
    in_file : bool
        Whether the file may set it.
    group : str
        Commands take options by groups.
    is_private : bool
        It may hold keys or values of records.
    """

    name: str
    kind: ValueKind
    help: str
    flag: str
    metavar: str
    default: Any
    required: bool
    otherwise: str
    environment: str
    in_file: bool
    group: str
    is_private: bool

    @property
    def phrase(self) -> str:
        """The help, with what holds where nothing is given: "Also read subfolders (default: no)."."""
        if not self.otherwise:
            return self.help
        described = self.help.removesuffix(".")
        if described.endswith(")"):  # one pair of brackets, not two
            return f"{described[:-1]}; default: {self.otherwise})."
        return f"{described} (default: {self.otherwise})."


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a field carries of its option."""

    kind: ValueKind
    help: str
    flag: str
    metavar: str
    otherwise: str
    prefix: str
    in_file: bool
    group: str


def option(
    kind: ValueKind,
    described: str,
    *,
    default: Any = MISSING,
    otherwise: str = "",
    flag: str = "",
    metavar: str = "",
    environment: str = "",
    in_file: bool = True,
    group: str = "",
    private: bool = False,
) -> Any:
    """A field of such a dataclass; required where it does not have a default.

    Parameters
    ----------
    kind : ValueKind
        One of `kinds`.
    described : str
        The help.
    default : object
        A function that makes it, where it is a mapping.
    otherwise, flag, metavar, in_file, group, private
        See `DeclaredOption`.
    environment : str
        What the variable of the environment begins with: "ADAMGATE_".
    """
    facts = _Facts(kind, described, flag, metavar, otherwise, environment, in_file, group)
    metadata = {_DECLARED: facts}
    if callable(default):
        return field(default_factory=default, repr=not private, metadata=metadata)
    return field(default=default, repr=not private, metadata=metadata)


def options_of(declaring: type) -> tuple[DeclaredOption, ...]:
    """The options that a dataclass declares, in the order of its fields; other fields are none."""
    return tuple(
        DeclaredOption(
            each.name,
            facts.kind,
            facts.help,
            facts.flag or f"--{each.name.replace('_', '-')}",
            facts.metavar,
            None if each.default is MISSING else each.default,
            each.default is MISSING and each.default_factory is MISSING,
            facts.otherwise,
            f"{facts.prefix}{each.name.upper()}" if facts.prefix else "",
            facts.in_file,
            facts.group,
            not each.repr,
        )
        for each in fields(declaring)
        for facts in ([each.metadata[_DECLARED]] if _DECLARED in each.metadata else [])
    )


def keys_of(declaring: type) -> tuple[DeclaredOption, ...]:
    """The options that are keys of a table in a file."""
    return tuple(each for each in options_of(declaring) if each.in_file)


def options_from(declaring: type[Declaring], table: Mapping[str, Any], where: str, **given: Any) -> Declaring:
    """The options that a table of a file gives.

    Parameters
    ----------
    declaring : type
        The dataclass.
    table : mapping
        As `tomllib` gives it.
    where : str
        The table's place, for errors: "adamgate.toml, [table.os]".
    **given
        Further fields of the dataclass, which are not options.

    Raises
    ------
    ConfigurationError
        For an unknown key, a value of another kind, or a required key that is not present.
    """
    return declaring(**checked_options(declaring, table, where), **given)


def checked_options(declaring: type, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The checked values of a table, without what it leaves out; see `options_from`."""
    options = keys_of(declaring)
    kinds = {each.name: each.kind for each in options}
    required = [each.name for each in options if each.required]
    private = [each.name for each in options if each.is_private]
    return checked_table(table, kinds, where, required, private)


def json_schema(declaring: type) -> dict[str, Any]:
    """The JSON Schema (2020-12) of such a table."""
    options = keys_of(declaring)
    return {
        "type": "object",
        "properties": {each.name: _property(each) for each in options},
        "required": [each.name for each in options if each.required],
        "additionalProperties": False,
    }


def _property(declared: DeclaredOption) -> dict[str, Any]:
    stated = isinstance(declared.default, bool | int | float) or bool(declared.default)
    default = {"default": declared.default} if stated else {}
    return {"description": declared.phrase, **default, **declared.kind.schema}
