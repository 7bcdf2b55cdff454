"""Tables of ``adamgate.toml``, whichever they are: a dataclass declares keys, a form how they are written.

Nothing here knows a table. A file is untrusted: what it holds is checked, and nothing in it is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...schemas import kinds
from ...schemas.errors import ConfigurationError
from ...schemas.kinds import ValueKind, checked, require_known, require_table, require_tables
from ...schemas.options import checked_options, json_schema, keys_of
from ...schemas.wording import did_you_mean, one_line


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file.

    Attributes
    ----------
    name : str
        As it is in brackets: "study".
    options : type
        The dataclass that declares its keys.
    summary : str
        What it says, in one sentence.
    form : TableForm
    names : ValueKind
        Of the names in brackets behind its own: "OS" of ``[endpoint.OS]``.
    example : str
        What such a name is, as documents have it: "PARAMCD".
    sample : str
        One of them: "OS".
    variant : str
        A key by whose value the other keys differ, as "shape"; empty for none. `options` then has the keys of
        all.
    variants : mapping of str to type
        Its values, the default first, and the dataclass that declares the other keys for each.
    """

    name: str
    options: type
    summary: str
    form: TableForm
    names: ValueKind = kinds.name
    example: str = "NAME"
    sample: str = ""
    variant: str = ""
    variants: Mapping[str, type] = field(default_factory=dict, hash=False)

    def checked(self, content: Mapping[str, Any], where: str) -> dict[str, Any]:
        """The checked values of one such table of a file, without what it leaves out.

        Raises
        ------
        ConfigurationError
        """
        if not self.variant:
            return checked_options(self.options, content, where)
        chosen = checked(
            content.get(self.variant, next(iter(self.variants))),
            kinds.Choice(tuple(self.variants)),
            self.variant,
            f"{where} {self.variant}",
        )
        others = {key: value for key, value in content.items() if key != self.variant}
        try:
            values = checked_options(self.variants[chosen], others, f"{where}, {chosen}")
        except ConfigurationError as wrong:
            if self.variant in content:
                raise
            advice = f"{wrong.advice}; {self.variant} is not declared, so that it is {chosen}"
            raise ConfigurationError(wrong.what, wrong.where, advice) from None
        return {self.variant: chosen, **values}

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of one such table."""
        if not self.variant:
            return json_schema(self.options)
        return {"oneOf": [self._schema_of(name, declaring) for name, declaring in self.variants.items()]}

    def _schema_of(self, name: str, declaring: type) -> dict[str, Any]:
        schema = json_schema(declaring)
        default = next(iter(self.variants))
        return {
            **schema,
            "properties": {self.variant: {"const": name}, **schema["properties"]},
            "required": [*([] if name == default else [self.variant]), *schema["required"]],
        }

    @property
    def heading(self) -> str:
        """ "[study]", "[endpoint.PARAMCD]", "[[waiver]]"."""
        return self.form.heading.format(self.name, self.example)


@dataclass(frozen=True, slots=True)
class Entry:
    """A table as a file has it.

    Attributes
    ----------
    table : Table
    values : mapping of key to value
        Checked; what the file omits is not present.
    where : str
        For errors: "adamgate.toml, [endpoint.OS]".
    name : str
        "OS"; empty where the table has none.
    written : str
        The name as the file has it: "os".
    number : int
        Of a list of tables, from 1; 0 for others.
    """

    table: Table
    values: Mapping[str, Any]
    where: str
    name: str = ""
    written: str = ""
    number: int = 0

    @property
    def options(self) -> Any:
        """The dataclass, with defaults for what the file leaves out."""
        if not self.table.variant:
            return self.table.options(**self.values)
        others = {key: value for key, value in self.values.items() if key != self.table.variant}
        return self.table.variants[self.values[self.table.variant]](**others)


@dataclass(frozen=True, slots=True)
class TableForm:
    """How a table is written.

    Attributes
    ----------
    heading : str
        With places for the table's name and for a name behind it.
    read : callable
        Table, what the file has of it, and the file's name to entries.
    schema : callable
        Table to JSON Schema (2020-12).
    """

    heading: str
    read: Callable[[Table, Any, str], Iterator[Entry]]
    schema: Callable[[Table], dict[str, Any]]


def entries_of(document: Mapping[str, Any], tables: Sequence[Table], shown: str) -> tuple[Entry, ...]:
    """The tables of a file, in the order of `tables`.

    Parameters
    ----------
    document : mapping
        As `tomllib` gives it.
    tables : sequence of Table
        Those that there are.
    shown : str
        The file's name, for errors.

    Raises
    ------
    ConfigurationError
        For an unknown table or key, a value of another kind, a required key that is not present.
    """
    known = {each.name: each for each in tables}
    for key in document:
        if key not in known:
            raise ConfigurationError(f"unknown table or key '{one_line(key)}'", shown, _advice(key, tables))
    return tuple(
        entry
        for table in tables
        if table.name in document
        for entry in table.form.read(table, document[table.name], shown)
    )


def _advice(key: str, tables: Sequence[Table]) -> str:
    """Where a key belongs that stands under no table; else the nearest table."""
    homes = [f"[{each.name}]" for each in tables if each.form is ONE and key in _keys(each)]
    return f"write it under {homes[0]}" if homes else did_you_mean(key, [f"[{each.name}]" for each in tables])


def _keys(table: Table) -> list[str]:
    return [each.name for each in keys_of(table.options)]


def _read_one(table: Table, given: Any, shown: str) -> Iterator[Entry]:
    where = f"{shown}, [{table.name}]"
    yield Entry(table, table.checked(require_table(given, table.name, shown), where), where)


def _read_named(table: Table, given: Any, shown: str) -> Iterator[Entry]:
    titles: dict[str, str] = {}
    for key, content in require_table(given, table.name, shown).items():
        title = f"{table.name}.{one_line(key)}"
        where = f"{shown}, [{title}]"
        if not isinstance(content, dict) and key in _keys(table):
            raise ConfigurationError(
                f"{key} is not under a name",
                f"{shown}, [{table.name}]",
                f"write {table.heading}, such as [{table.name}.{table.sample}]",
            )
        values = table.checked(require_table(content, title, shown), where)
        name = _named(table, key, shown)
        if name in titles:
            raise ConfigurationError(
                f"[{titles[name]}] and [{title}] are the same table", shown, "merge them"
            )
        titles[name] = title
        yield Entry(table, values, where, name, key)


def _read_one_and_named(table: Table, given: Any, shown: str) -> Iterator[Entry]:
    content = require_table(given, table.name, shown)
    own = _keys(table)
    for_all = {key: value for key, value in content.items() if key in own}
    others = {key: value for key, value in content.items() if key not in own}
    if for_all or not others:
        yield from _read_one(table, for_all, shown)
    for key, value in others.items():
        if not isinstance(value, dict):
            require_known(key, own, f"{shown}, [{table.name}]")
    yield from _read_named(table, others, shown)


def _read_listed(table: Table, given: Any, shown: str) -> Iterator[Entry]:
    for number, content in enumerate(require_tables(given, table.name, shown), 1):
        where = f"{shown}, {table.name} {number}"
        yield Entry(table, table.checked(content, where), where, number=number)


def _named(table: Table, key: str, shown: str) -> str:
    try:
        return str(table.names(key))
    except ValueError as expected:
        raise ConfigurationError(
            f"{one_line(repr(key))} is not a name", f"{shown}, [{table.name}]", f"give {expected}"
        ) from None


def _schema_of_one(table: Table) -> dict[str, Any]:
    return {"description": table.summary, **table.schema}


def _schema_of_named(table: Table) -> dict[str, Any]:
    return {
        "description": table.summary,
        "type": "object",
        "propertyNames": dict(table.names.schema),
        "additionalProperties": table.schema,
    }


def _schema_of_one_and_named(table: Table) -> dict[str, Any]:
    return {**_schema_of_named(table), "properties": table.schema["properties"]}


def _schema_of_listed(table: Table) -> dict[str, Any]:
    return {"description": table.summary, "type": "array", "items": table.schema}


ONE = TableForm("[{0}]", _read_one, _schema_of_one)
NAMED = TableForm("[{0}.{1}]", _read_named, _schema_of_named)
ONE_AND_NAMED = TableForm("[{0}] and [{0}.{1}]", _read_one_and_named, _schema_of_one_and_named)
LISTED = TableForm("[[{0}]]", _read_listed, _schema_of_listed)
