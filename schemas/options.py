"""Options that a dataclass declares, each once: its kind, its help, its default, where else it may be set.

A module declares what a user may set of it. From the field follow the key of a table in ``adamgate.toml`` and
its JSON Schema, the variable of the environment, the option of a command, what ``adamgate config show``
prints and the line of the page about settings.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from typing import Any, cast

from .errors import ConfigurationError
from .kinds import ValueKind, checked, checked_table

_DECLARED = "adamgate"


@dataclass(frozen=True, slots=True)
class DeclaredOption:
    """One option of a dataclass. A field carries it; what follows from the field is added by `options_of`.

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
        Whether its table of the file may set it.
    table : str
        Another table that may: "rules".
    group : str
        Commands take options by groups.
    is_private : bool
        It may hold keys or values of records.
    """

    kind: ValueKind
    help: str
    flag: str
    metavar: str
    otherwise: str
    environment: str
    in_file: bool
    table: str
    group: str
    is_private: bool
    name: str = ""
    default: Any = None
    required: bool = False

    @property
    def phrase(self) -> str:
        """The help, with what holds where nothing is given: "Also read subfolders (default: no)."."""
        if not self.otherwise:
            return self.help
        described = self.help.removesuffix(".")
        if described.endswith(")"):  # one pair of brackets, not two
            return f"{described[:-1]}; default: {self.otherwise})."
        return f"{described} (default: {self.otherwise})."


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
    table: str = "",
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
    otherwise, flag, metavar, in_file, table, group, private
        See `DeclaredOption`.
    environment : str
        What the variable of the environment begins with: "ADAMGATE_".
    """
    declared = DeclaredOption(
        kind, described, flag, metavar, otherwise, environment, in_file, table, group, private
    )
    metadata = {_DECLARED: declared}
    if callable(default):
        return field(default_factory=default, repr=not private, metadata=metadata)
    return field(default=default, repr=not private, metadata=metadata)


def same_option(declaring: type, name: str, *, default: Any = MISSING, otherwise: str = "") -> Any:
    """A field that is the option of another such dataclass, in words, kind and default.

    Parameters
    ----------
    default, otherwise
        Where it is required there, and not here: as of `option`.
    """
    (given,) = (each for each in fields(declaring) if each.name == name)
    if default is MISSING:
        return field(default=given.default, repr=given.repr, metadata=given.metadata)
    declared = replace(given.metadata[_DECLARED], otherwise=otherwise)
    return field(default=default, repr=given.repr, metadata={_DECLARED: declared})


def options_of(declaring: type) -> tuple[DeclaredOption, ...]:
    """The options that a dataclass declares, in the order of its fields; other fields are none."""
    return _found_once(cast("Hashable", declaring))


@cache
def _found_once(declaring: Hashable) -> tuple[DeclaredOption, ...]:
    found = fields(cast("type[Any]", declaring))
    return tuple(_of_field(each) for each in found if _DECLARED in each.metadata)


@cache
def _of_field(carrying: Field[Any]) -> DeclaredOption:
    """The option that a field carries, with what follows from the field."""
    declared: DeclaredOption = carrying.metadata[_DECLARED]
    name = carrying.name
    return replace(
        declared,
        name=name,
        flag=declared.flag or f"--{name.replace('_', '-')}",
        environment=f"{declared.environment}{name.upper()}" if declared.environment else "",
        default=None if carrying.default is MISSING else carrying.default,
        required=carrying.default is MISSING and carrying.default_factory is MISSING,
    )


def keys_of(declaring: type) -> tuple[DeclaredOption, ...]:
    """The options that are keys of a table in a file."""
    return tuple(each for each in options_of(declaring) if each.in_file)


def checked_options(declaring: type, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The checked values of a table of a file, without what it leaves out.

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
    for each in options_of(declaring):
        if each.name in table and not each.in_file:
            raise ConfigurationError(f"{each.name} is not a key of this table", where, _elsewhere(each))
    options = keys_of(declaring)
    kinds = {each.name: each.kind for each in options}
    required = [each.name for each in options if each.required]
    private = [each.name for each in options if each.is_private]
    return checked_table(table, kinds, where, required, private)


def require_valid(given: Any, where: str) -> None:
    """Check that a file could have the values of such a dataclass that was made in Python.

    Raises
    ------
    ConfigurationError
    """
    for each in options_of(type(given)):
        value = getattr(given, each.name)
        is_omitted = value in (None, "", ()) or (value == {} and not each.required)
        if not is_omitted and value != each.default:
            checked(value, each.kind, each.name, where, private=each.is_private)


def _elsewhere(declared: DeclaredOption) -> str:
    """Where to set what this table of a file does not have."""
    table = f"write it under [{declared.table}], or " if declared.table else ""
    ways = [each for each in (declared.flag, declared.environment) if each]
    return f"{table}use {' or '.join(ways)}"


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
